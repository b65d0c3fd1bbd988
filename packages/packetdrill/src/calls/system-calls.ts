import { CallArguments } from './call-arguments.ts';
import type { CallCheck, CallContext, CallStart } from './call-context.ts';
import type { CallOutcome, RunningCall } from './call-outcome.ts';
import { CLOSING_CALLS } from './calls-closing.ts';
import { DATA_CALLS, DATA_CHECKS } from './calls-data.ts';
import { OPENING_CALLS, OPENING_CHECKS } from './calls-opening.ts';
import { OPTION_CALLS, OPTION_CHECKS } from './calls-options.ts';
import { READINESS_CALLS } from './calls-readiness.ts';
import { errnoNameOf, errnoNumber } from './errno-numbers.ts';
import { integerOf } from './expression-value.ts';
import { ScriptFault } from '../script/script-fault.ts';
import type { SystemCall } from '../script/system-call.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

const CALLS: ReadonlyMap<string, CallStart> = new Map(
  Object.entries({ ...OPENING_CALLS, ...CLOSING_CALLS, ...DATA_CALLS, ...OPTION_CALLS, ...READINESS_CALLS }),
);

const CHECKS: ReadonlyMap<string, CallCheck> = new Map(
  Object.entries({ ...OPENING_CHECKS, ...DATA_CHECKS, ...OPTION_CHECKS }),
);

/** How many arguments calls have; those that the original does not know are not listed. */
const COUNTS: Readonly<Record<string, number>> = {
  ...{
    socket: 3,
    bind: 3,
    listen: 2,
    accept: 3,
    connect: 3,
    close: 1,
    shutdown: 2,
    setsockopt: 5,
    getsockopt: 5,
  },
  ...{
    read: 3,
    readv: 3,
    recv: 4,
    recvfrom: 6,
    recvmsg: 3,
    write: 3,
    writev: 3,
    send: 4,
    sendto: 6,
    sendmsg: 3,
  },
  ...{ poll: 3, epoll_create: 1, epoll_ctl: 4, epoll_wait: 4 },
};

/**
 * Looks at what can be said of a call before it is made.
 *
 * @throws UnsupportedError for a call, an option or an argument that cannot be done here
 */
export function checkCall(call: SystemCall): void {
  startOf(call);
  const count = COUNTS[call.name] ?? call.arguments.length;
  if (call.arguments.length === count) CHECKS.get(call.name)?.(new CallArguments(call));
}

/**
 * Starts a system call.
 *
 * @throws ScriptFault for descriptors that are not open, and for too few or too many arguments
 * @throws UnsupportedError for a call, an option or an argument that cannot be done here
 */
export function startCall(call: SystemCall, context: CallContext): RunningCall {
  const start = startOf(call);
  checkCall(call);
  const count = COUNTS[call.name];
  if (count !== undefined && call.arguments.length !== count) {
    throw new ScriptFault(`${call.name}() has ${call.arguments.length} arguments, and takes ${count}`);
  }
  const { value } = call.result;
  return start(new CallArguments(call), context, value.kind === 'ellipsis' ? 0 : integerOf(value));
}

function startOf({ name, position }: SystemCall): CallStart {
  const start = CALLS.get(name);
  if (start === undefined) throw new UnsupportedError(`line ${position.line}: the call ${name}()`);
  return start;
}

/** What is wrong with what a call returned; `null`: nothing. */
export function callFault(call: SystemCall, outcome: CallOutcome): string | null {
  const { value, errno } = call.result;
  const shown = show(outcome);
  if (value.kind !== 'ellipsis' && integerOf(value) !== outcome.value) {
    return `${call.name}() returned ${shown}, expected ${integerOf(value)}${errno === null ? '' : ` ${errno}`}`;
  }
  if (errno !== null && errnoNumber(errno) !== outcome.errno) {
    return `${call.name}() returned ${shown}, expected -1 ${errno}`;
  }
  return outcome.fault;
}

function show({ value, errno }: CallOutcome): string {
  return errno === 0 ? String(value) : `-1 ${errnoNameOf(errno) ?? errno}`;
}
