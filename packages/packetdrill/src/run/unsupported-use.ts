import { checkEnvironment, checkScript } from './check-arguments.ts';
import type { CommandEnvironment } from '../commands/interpret-command.ts';
import { interpretCommand } from '../commands/interpret-command.ts';
import type { ScriptPacket } from '../script/script-packet.ts';
import type { Script, ScriptAction } from '../script/script.ts';
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

/** Why a packet can be neither sent nor expected here; `null`: it can. */
export function unsupportedInPacket(packet: ScriptPacket): string | null {
  const [outer] = packet.encapsulations;
  if (outer !== undefined) return `a packet within ${outer.protocol}`;
  if (packet.kind === 'udp' || (packet.kind === 'icmp' && packet.quote?.kind === 'udp')) return 'UDP';
  return packet.ip.flowLabel === null ? null : 'a flow label';
}
