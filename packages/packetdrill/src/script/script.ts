import { checkArray, checkObject } from '@halfclose/codec/arguments';
import type { CodeBlock } from './code-block.ts';
import type { EventTime } from './event-time.ts';
import type { ScriptPacket } from './script-packet.ts';
import type { ShellCommand } from './shell-command.ts';
import type { SourcePosition } from './source-position.ts';
import type { SystemCall } from './system-call.ts';

/** An option line: `--tolerance_usecs=60000`. */
export interface ScriptOption {
  readonly position: SourcePosition;
  /** Without the dashes. */
  readonly name: string;
  /** `null` for an option that has none. */
  readonly value: string | null;
}

/** What happens at an event: packets of kind `'tcp'`, `'icmp'` and `'udp'`, and `'call'`, `'command'`, `'code'`. */
export type ScriptAction = ScriptPacket | SystemCall | ShellCommand | CodeBlock;

/** A time and what is to happen then. */
export interface ScriptEvent {
  /** Where its time stands. */
  readonly position: SourcePosition;
  readonly time: EventTime;
  readonly action: ScriptAction;
}

/** A script as a value. */
export interface Script {
  /** Its name in messages. */
  readonly file: string;
  readonly options: readonly ScriptOption[];
  /** The command before the first event. */
  readonly initCommand: ShellCommand | null;
  /** At least one. */
  readonly events: readonly ScriptEvent[];
  /** The command after the last event; it is run even if an event failed. */
  readonly cleanupCommand: ShellCommand | null;
}

/** Throws a TypeError for what is no script, as `parseScript` makes. */
export function checkScript(script: Script): void {
  checkObject('script', script, 'a Script, as parseScript() makes');
  checkArray('script.events', script.events);
  checkArray('script.options', script.options);
}
