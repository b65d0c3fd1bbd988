import type { Host } from '@halfclose/stack';
import { Errno, type TcpSocket } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallOutcome, outcomeOf, type RunningCall } from './call-outcome.ts';
import type { ConnectionUnderTest } from '../packets/connection-under-test.ts';
import type { DrillSettings } from '../script/drill-settings.ts';
import type { ScriptDescriptors } from './script-descriptors.ts';
import { ScriptFault } from '../script/script-fault.ts';

/** What a system call works with. */
export interface CallContext {
  readonly host: Host;
  readonly settings: DrillSettings;
  readonly files: ScriptDescriptors;
  /** Milliseconds of the host's clock. */
  now(): number;
  /** Has calls that block look again at that time of the clock. */
  wakeAt(time: number): void;
  /** Has to know what becomes of sockets. */
  readonly newest: ConnectionUnderTest;
}

/** Starts a call with its arguments. `expected`: the value that the script wants, for calls that make descriptors. */
export type CallStart = (args: CallArguments, context: CallContext, expected: number) => RunningCall;

/** Looks at the arguments of a call before it is made, and throws an UnsupportedError for what cannot be done here. */
export type CallCheck = (args: CallArguments) => void;

/** A call that returns at once. */
export function immediate(outcome: CallOutcome | number): RunningCall {
  const done = typeof outcome === 'number' ? outcomeOf(outcome) : outcome;
  return () => done;
}

/**
 * The socket that the first argument names.
 *
 * @throws ScriptFault if the script has none of that number: the original does not ask the kernel then
 */
export function openSocket(args: CallArguments, { files }: CallContext): TcpSocket {
  const descriptor = args.integer(0);
  const socket = files.socket(descriptor);
  if (socket === null) throw new ScriptFault(`descriptor ${descriptor} is no open socket`);
  return socket;
}

/** Starts a call on the socket that the first argument names. */
export function onSocket(
  start: (socket: TcpSocket, args: CallArguments, context: CallContext, expected: number) => RunningCall,
): CallStart {
  return (args, context, expected) => start(openSocket(args, context), args, context, expected);
}

/**
 * A call that is tried until it does not return `-EAGAIN`; on a non-blocking descriptor, and with MSG_DONTWAIT, the
 * first try counts.
 */
export function untilReady(blocking: boolean, attempt: () => number | CallOutcome): RunningCall {
  return () => {
    const result = attempt();
    if (result === -Errno.EAGAIN && blocking) return null;
    return typeof result === 'number' ? outcomeOf(result) : result;
  };
}
