import { Flag } from '@halfclose/codec';
import { errnoName } from '@halfclose/sockets';
import { formatFlags } from '@halfclose/packetdrill';
import type { HeardPacket } from './heard-packet.ts';
import type { Recording, Resolved } from './player.ts';
import type { CallStep, Scenario, SegmentStep } from './scenario.ts';

const LEVELS: Readonly<Record<string, string>> = { SO: 'SOL_SOCKET', IP: 'SOL_IP', TCP: 'SOL_TCP' };

/**
 * What happened, as a packetdrill script that expects it. Where a socket was made, which that one cannot do twice, and where
 * names are missing in its language, it wants a hand.
 */
export function scriptText(scenario: Scenario, recording: Recording): string {
  const lines: string[] = [];
  let previous = 0;
  const line = (at: number, what: string): void => {
    const gap = Math.max(0, at - previous) / 1000;
    previous = Math.max(previous, at);
    lines.push(`+${gap < 0.0005 ? '0' : gap.toFixed(3).replace(/^0/, '')} ${what}`);
  };
  const packets = [...recording.packets];
  const tell = (begun: number): void => {
    for (let next = packets[0]; next !== undefined && next.step <= begun; next = packets[0]) {
      packets.shift();
      line(next.at, outboundText(next, recording));
    }
  };
  for (const [i, step] of scenario.steps.entries()) {
    tell(i);
    const record = recording.steps[i];
    if (record === undefined) break;
    if (step.kind === 'call') line(record.at, callText(step, record.result));
    else if (step.kind === 'segment' && record.numbers !== null)
      line(record.at, inboundText(step, record.numbers, recording));
    else if (step.kind === 'icmp')
      line(
        record.at,
        `< icmp type ${step.type} code ${step.code} mtu ${step.mtu} [${record.numbers?.ack ?? 0}]`,
      );
    else line(record.at, `\`./st.sh ${record.state}\``);
    lines[lines.length - 1] += `   // ${record.state}`;
  }
  tell(Infinity);
  return lines.join('\n');
}

function callText({ slot, call }: CallStep, result: string): string {
  const fd = slot;
  const shown = /^-\d+$/.test(result) ? `-1 ${errnoName(Number(result)) ?? result}` : result.split(' ')[0];
  const text = (name: string, ...given: (number | string)[]): string =>
    `${name}(${given.join(', ')}) = ${shown}`;
  switch (call.name) {
    case 'socket':
      return `socket(..., SOCK_STREAM, IPPROTO_TCP) = ${fd}`;
    case 'bind':
      return text('bind', fd, '...', '...');
    case 'connect':
      return text('connect', fd, '...', '...');
    case 'disconnect':
      return text('connect', fd, '{sa_family=AF_UNSPEC, ...}', '...');
    case 'close':
      return text('close', fd);
    case 'listen':
      return text('listen', fd, call.backlog);
    case 'accept':
      return `accept(${fd}, ..., ...) = ${result === 'a descriptor' ? call.into : shown}`;
    case 'send':
    case 'recv':
      return text(call.name, fd, '...', call.length, messageFlags(call.flags));
    case 'shutdown':
      return text('shutdown', fd, ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'][call.how] ?? call.how);
    case 'setsockopt': {
      const value =
        call.option === 'SO_LINGER' ? `{onoff=${call.onoff ?? 0}, linger=${call.value}}` : `[${call.value}]`;
      return text(
        'setsockopt',
        fd,
        levelOf(call.option),
        call.option,
        value,
        call.option === 'SO_LINGER' ? 8 : 4,
      );
    }
    case 'getsockopt': {
      const [value, outcome] = result.startsWith('-') ? ['...', shown] : [`[${result}]`, '0'];
      return `getsockopt(${fd}, ${levelOf(call.option)}, ${call.option}, ${value}, [4]) = ${outcome}`;
    }
  }
}

function levelOf(option: string): string {
  return LEVELS[option.slice(0, option.indexOf('_'))] ?? option;
}

function messageFlags(flags: number): string {
  const names = [
    [1, 'MSG_OOB'],
    [2, 'MSG_PEEK'],
    [0x8000, 'MSG_MORE'],
  ] as const;
  return names.flatMap(([bit, name]) => ((flags & bit) === 0 ? [] : [name])).join('|') || '0';
}

function inboundText(step: SegmentStep, numbers: Resolved, recording: Recording): string {
  const { options } = step;
  const ecn = ['', '[ect1] ', '[ect0] ', '[ce] '][step.ecn ?? 0] ?? '';
  const words = [
    `< ${ecn}${formatFlags(step.flags)} ${numbers.seq}:${numbers.seq + step.length}(${step.length})`,
  ];
  if ((step.flags & Flag.ACK) !== 0) words.push(`ack ${numbers.ack}`);
  words.push(`win ${step.window}`);
  if (step.urgentPointer !== 0) words.push(`urg ${step.urgentPointer}`);
  const list: string[] = [];
  if (options.mss !== undefined) list.push(`mss ${options.mss}`);
  if (options.sackPermitted === true) list.push('sackOK');
  if (options.timestamps !== undefined) {
    const heard = recording.packets[numbers.heardAt]?.timestamp ?? null;
    const { value, from } = options.timestamps;
    const shown = heard === null ? 0 : shownTimestamp(heard, recording) + numbers.echo;
    list.push(`TS val ${from === 'clock' ? numbers.clock + value : value} ecr ${shown}`);
  }
  if (options.windowScale !== undefined) list.push('nop', `wscale ${options.windowScale}`);
  if (numbers.sack.length > 0) {
    const blocks: string[] = [];
    for (let i = 0; i < numbers.sack.length; i += 2) blocks.push(`${numbers.sack[i]}:${numbers.sack[i + 1]}`);
    list.push(`sack ${blocks.join(' ')}`);
  }
  if (list.length > 0) words.push(`<${list.join(',')}>`);
  if (step.text !== 0) words.push('// other text');
  return words.join(' ');
}

function outboundText(packet: HeardPacket, recording: Recording): string {
  const value = packet.timestamp === null ? '' : `val ${shownTimestamp(packet.timestamp, recording)} `;
  const text = packet.text
    .replace(/ #\w+/, '')
    .replace('TS ', `TS ${value}`)
    .replace(/ \(ttl 64\)$/, '');
  return `> ${text} win ${packet.window}`;
}

/** The first timestamp heard counts as 100. */
function shownTimestamp(value: number, recording: Recording): number {
  const first = recording.packets.find(({ timestamp }) => timestamp !== null)?.timestamp ?? value;
  return ((value - first) | 0) + 100;
}
