import { checkFunction, checkObject, checkText } from '@halfclose/codec/arguments';
import type { CommandAction } from './command-action.ts';
import { defaultSettings } from './default-sysctls.ts';
import { interpretStateAssertion, interpretTimerAssertion } from './command-assertion.ts';
import {
  interpretOffload,
  interpretQueueDiscipline,
  interpretSetSysctls,
  interpretSysctl,
} from './command-setting.ts';
import { parseShell, type ShellStatement } from './shell-statement.ts';

/** What the interpretation of a command may look at. */
export interface CommandEnvironment {
  /** The text of a shell script by its path as the command names it; `null`: there is none. Default: none has one. */
  readonly readScript?: (path: string) => string | null;
}

/** Throws a TypeError for what commands cannot be interpreted with. */
export function checkEnvironment(environment: CommandEnvironment): void {
  checkObject('environment', environment, 'a CommandEnvironment');
  const { readScript } = environment;
  if (readScript !== undefined) checkFunction('environment.readScript', readScript);
}

/** What needs a shell, and has a meaning that is known. */
const KNOWN_AS_A_WHOLE: ReadonlyMap<string, CommandAction> = new Map([
  [
    'nstat | grep TcpExtOutOfWindowIcmps > /dev/null',
    { kind: 'assert-dropped', reason: 'icmp-not-in-flight' },
  ],
  ...['echo 3 > /sys/module/tcp_cubic/parameters/hystart_detect'].map((command): [string, CommandAction] => [
    command,
    ignored(command, 'HyStart looks for both signs as it is'),
  ]),
]);

/** Scripts call scripts no deeper than this. */
const DEEPEST = 4;

const SCRIPT = /\.(?:sh|bash)$/;

/**
 * What a back-quoted command means here, one action for each of its commands: it is never run by a shell.
 *
 * `defaults.sh` is read through the environment. Without it there, `./defaults.sh` is the one of the closing scripts,
 * and one in another folder is that of the public packetdrill suite.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function interpretCommand(text: string, environment: CommandEnvironment = {}): CommandAction[] {
  checkText('text', text);
  checkEnvironment(environment);
  return interpretText(text, environment, 0);
}

function interpretText(text: string, environment: CommandEnvironment, depth: number): CommandAction[] {
  const statements = parseShell(text);
  const exit = statements.findIndex(({ words, beyondUs }) => beyondUs === null && words[0] === 'exit');
  // What stands behind an exit is never reached.
  const reached = exit < 0 ? statements : statements.slice(0, exit + 1);
  return reached.flatMap((statement) => interpretStatement(statement, environment, depth));
}

function interpretStatement(
  statement: ShellStatement,
  environment: CommandEnvironment,
  depth: number,
): readonly CommandAction[] {
  const { text: command, words, beyondUs } = statement;
  if (beyondUs !== null) {
    const known = KNOWN_AS_A_WHOLE.get(command);
    if (known !== undefined) return [known];
    return [{ kind: 'unsupported', command, reason: `${beyondUs} needs a shell` }];
  }
  const [path = '', ...items] = words;
  const name = path.slice(path.lastIndexOf('/') + 1);
  switch (name) {
    case 'st.sh':
      return [interpretStateAssertion(command, items)];
    case 'tm.sh':
      return [interpretTimerAssertion(command, items)];
    case 'sysctl':
      return interpretSysctl(command, items);
    case 'set_sysctls.py':
      return interpretSetSysctls(command, items);
    case 'ethtool':
      return [interpretOffload(command, items)];
    case 'tc':
      return [interpretQueueDiscipline(command, items)];
    case 'ip':
      if (items[0] !== 'tcp_metrics') break;
      if (items[1] === 'flush') return [{ kind: 'forget-metrics' }];
      return [ignored(command, 'it has no effect')];
    case 'sleep':
      return [interpretSleep(command, items)];
    case 'exit':
      // A command that ends with another status fails the script in the original.
      if (items.length > 1 || !/^0*$/.test(items[0] ?? '')) {
        return [{ kind: 'unsupported', command, reason: 'exit with a status other than 0' }];
      }
      return [ignored(command, 'it has no effect')];
    case 'nstat':
    case 'true':
    case ':':
    case 'echo':
      return [ignored(command, 'it has no effect')];
  }
  if (/^sysctl_restore_.*\.sh$/.test(name))
    return [ignored(command, 'every script starts from fresh settings')];
  if (SCRIPT.test(name)) return interpretScript(command, path, items, environment, depth);
  return [{ kind: 'unsupported', command, reason: `the command ${name}` }];
}

function interpretScript(
  command: string,
  path: string,
  items: readonly string[],
  environment: CommandEnvironment,
  depth: number,
): readonly CommandAction[] {
  if (items.length > 0) return [{ kind: 'unsupported', command, reason: 'a script with arguments' }];
  if (depth >= DEEPEST) return [{ kind: 'unsupported', command, reason: 'scripts call each other too deep' }];
  const text = environment.readScript?.(path) ?? null;
  if (text !== null) return interpretText(text, environment, depth + 1);
  if (!path.endsWith('/defaults.sh')) {
    return [{ kind: 'unsupported', command, reason: `the script ${path} is not there` }];
  }
  const isOurs = path === './defaults.sh' || path.endsWith('linux-closing/defaults.sh');
  return defaultSettings(isOurs ? 'linux-closing' : 'packetdrill');
}

function interpretSleep(command: string, items: readonly string[]): CommandAction {
  const [duration = '', ...others] = items;
  if (!/^[0-9]*\.?[0-9]+$/.test(duration) || others.length > 0) {
    return { kind: 'unsupported', command, reason: 'sleep wants seconds' };
  }
  return { kind: 'sleep', duration: Math.round(Number(duration) * 1e6) };
}

function ignored(command: string, reason: string): CommandAction {
  return { kind: 'ignored', command, reason };
}
