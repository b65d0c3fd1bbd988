import {
  checkEnvironment,
  type CommandEnvironment,
  interpretCommand,
} from '../commands/interpret-command.ts';
import { unsupportedInPacket } from '../packets/unsupported-packet.ts';
import type { ScriptPacket } from '../script/script-packet.ts';
import { checkScript, type Script, type ScriptAction } from '../script/script.ts';
import type { ShellCommand } from '../script/shell-command.ts';
import type { SourcePosition } from '../script/source-position.ts';

/** Something in a script that cannot be run here. */
export interface UnsupportedUse {
  readonly position: SourcePosition;
  readonly reason: string;
}

/**
 * What in a script cannot be run here, as far as that can be said before it runs: packets, commands and code. System
 * calls say so themselves.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function findUnsupported(script: Script, environment: CommandEnvironment = {}): UnsupportedUse[] {
  checkScript(script);
  checkEnvironment(environment);
  const { initCommand, events, cleanupCommand } = script;
  const actions: (ScriptAction | null)[] = [
    initCommand,
    ...events.map(({ action }) => action),
    cleanupCommand,
  ];
  return actions
    .filter((action) => action !== null)
    .flatMap((action) =>
      reasonsIn(action, environment).map((reason) => ({ position: action.position, reason })),
    );
}

function reasonsIn(action: ScriptAction, environment: CommandEnvironment): string[] {
  switch (action.kind) {
    case 'call':
      return [];
    case 'code':
      return action.unsupported === null ? [] : [action.unsupported];
    case 'command':
      return reasonsInCommand(action, environment);
    default: {
      const reason = unsupportedInPacket(action) ?? unsupportedOption(action);
      return reason === null ? [] : [reason];
    }
  }
}

/** An option of something that is not there. It can be sent, but what a script goes on to expect cannot come. */
function unsupportedOption(packet: ScriptPacket): string | null {
  const options = packet.kind === 'tcp' ? (packet.options ?? []) : [];
  const kinds = new Set(options.map(({ kind }) => kind));
  if (kinds.has('FO') || kinds.has('FOEXP')) return 'TCP Fast Open';
  if (kinds.has('md5')) return 'the MD5 option';
  return kinds.has('ECN') ? 'accurate ECN' : null;
}

function reasonsInCommand({ text }: ShellCommand, environment: CommandEnvironment): string[] {
  return interpretCommand(text, environment).flatMap((action) =>
    action.kind === 'unsupported' ? [`${action.reason}: ${action.command}`] : [],
  );
}
