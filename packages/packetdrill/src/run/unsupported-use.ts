import { linux } from '@halfclose/stack';
import {
  checkEnvironment,
  type CommandEnvironment,
  interpretCommand,
} from '../commands/interpret-command.ts';
import { unsupportedInPacket } from '../packets/unsupported-packet.ts';
import { ScriptFault } from '../script/script-fault.ts';
import type { ScriptPacket } from '../script/script-packet.ts';
import { checkScript, type Script, type ScriptAction } from '../script/script.ts';
import type { ShellCommand } from '../script/shell-command.ts';
import type { SourcePosition } from '../script/source-position.ts';
import { applySysctl } from '../commands/sysctl-profile.ts';
import type { SystemCall } from '../script/system-call.ts';
import { checkCall } from '../calls/system-calls.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** Something in a script that cannot be run here. */
export interface UnsupportedUse {
  readonly position: SourcePosition;
  readonly reason: string;
}

/**
 * What in a script cannot be run here, in its order, each reason where it first stands; as far as that can be said before
 * it runs.
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
  const uses = new Map<string, UnsupportedUse>();
  for (const action of actions) {
    if (action === null) continue;
    for (const reason of reasonsIn(action, environment)) {
      if (!uses.has(reason)) uses.set(reason, { position: action.position, reason });
    }
  }
  return [...uses.values()];
}

function reasonsIn(action: ScriptAction, environment: CommandEnvironment): string[] {
  switch (action.kind) {
    case 'call':
      return reasonsInCall(action);
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
  if (kinds.has('md5')) return 'the MD5 option';
  return kinds.has('ECN') ? 'accurate ECN' : null;
}

function reasonsInCall(call: SystemCall): string[] {
  try {
    checkCall(call);
  } catch (error) {
    if (error instanceof UnsupportedError) return [error.message.replace(/^line \d+: /, '')];
    // What is wrong with it beyond that, the run says.
    if (!(error instanceof ScriptFault)) throw error;
  }
  return [];
}

function reasonsInCommand({ text }: ShellCommand, environment: CommandEnvironment): string[] {
  return interpretCommand(text, environment).flatMap((action) => {
    if (action.kind === 'unsupported') return [`${action.reason}: ${action.command}`];
    if (action.kind !== 'sysctl') return [];
    const outcome = applySysctl({ ...linux }, action.name, action.value);
    return outcome.kind === 'unsupported' ? [`sysctl ${outcome.reason}`] : [];
  });
}
