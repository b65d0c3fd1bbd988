import type { CommandAction } from './command-action.ts';

const SETTING = /^([\w./-]+)=([^]*)$/;
const NAME = /^[\w./-]+$/;
/** Flags of sysctl(8) that change nothing of what it sets. */
const SYSCTL_FLAGS = /^-[qwen]+$/;
/** Queues that neither pace nor drop before they are long. */
const PLAIN_QUEUES = ['pfifo', 'pfifo_fast', 'bfifo', 'noqueue', 'fq_codel'];

/** `sysctl [-q] [-w] [-e] NAME=VALUE...`. A name alone is only shown. */
export function interpretSysctl(command: string, items: readonly string[]): CommandAction[] {
  return items
    .filter((item) => !SYSCTL_FLAGS.test(item))
    .map((item) => {
      const [, name = '', value = ''] = SETTING.exec(item) ?? [];
      if (name !== '') return setting(name, value);
      if (NAME.test(item) && !item.startsWith('-')) {
        return { kind: 'ignored', command, reason: 'a sysctl is only shown' };
      }
      return { kind: 'unsupported', command, reason: `sysctl with ${item}` };
    });
}

/** `set_sysctls.py /proc/sys/NAME=VALUE...`, which also writes a script that puts the old values back. */
export function interpretSetSysctls(command: string, items: readonly string[]): CommandAction[] {
  return items.map((item) => {
    const [, path = '', value = ''] = SETTING.exec(item) ?? [];
    const name = path.startsWith('/proc/sys/') ? path.slice('/proc/sys/'.length) : '';
    if (name !== '') return setting(name, value);
    return { kind: 'unsupported', command, reason: `set_sysctls.py with ${item}` };
  });
}

function setting(name: string, value: string): CommandAction {
  return { kind: 'sysctl', name: name.replaceAll('/', '.'), value: value.trim().replaceAll(/\s+/g, ' ') };
}

/** `tc qdisc ...`: the device here has a queue without an end, as a plain one is in scripts. */
export function interpretQueueDiscipline(command: string, items: readonly string[]): CommandAction {
  const [object, verb, ...rest] = items;
  if (object !== 'qdisc') return { kind: 'unsupported', command, reason: `tc ${object ?? ''}` };
  const reason = 'the device has a plain queue';
  if (verb === 'del' || verb === 'delete' || verb === 'show') return { kind: 'ignored', command, reason };
  const queue = rest[rest.indexOf('root') + 1] ?? '';
  const isPlain = rest.includes('root') && PLAIN_QUEUES.includes(queue) && rest.at(-1) === queue;
  if (isPlain) return { kind: 'ignored', command, reason };
  return { kind: 'unsupported', command, reason: 'a queue that paces or drops' };
}

/** `ethtool -K DEVICE tso on|off gso on|off`: whether the device cuts large segments; one that is off turns it off. */
export function interpretOffload(command: string, items: readonly string[]): CommandAction {
  const [flag, , ...features] = items;
  const isKnown = features.every((word, index) => (index % 2 === 0 ? /^[tg]so$/ : /^(?:on|off)$/).test(word));
  if (flag !== '-K' || features.length < 2 || features.length % 2 !== 0 || !isKnown)
    return { kind: 'unsupported', command, reason: 'ethtool but for -K with tso and gso' };
  return { kind: 'offload', cuts: !features.includes('off') };
}
