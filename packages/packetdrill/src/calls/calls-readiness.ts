import { Errno, Poll } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallContext, type CallStart, immediate } from './call-context.ts';
import { outcomeOf, type RunningCall } from './call-outcome.ts';
import { Epoll } from './epoll.ts';
import type { Expression } from '../script/expression.ts';
import { integerOf, fieldOf } from './expression-value.ts';
import { ScriptFault } from '../script/script-fault.ts';

const ALWAYS = Poll.ERR | Poll.HUP | Poll.NVAL;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** Asks again until something is ready or `timeout` milliseconds are over; negative: never. */
function waiting(
  context: CallContext,
  timeout: number,
  look: () => number,
  check: () => string | null,
): RunningCall {
  const end = timeout < 0 ? Infinity : context.now() + timeout;
  if (timeout > 0) context.wakeAt(end);
  return () => {
    const count = look();
    if (count === 0 && context.now() < end) return null;
    return outcomeOf(count, check());
  };
}

const hex = (flags: number): string => `0x${(flags >>> 0).toString(16)}`;

/** poll(2): also checks the `revents` that the script gives. */
const poll: CallStart = (args, context) => {
  const entries = args.items(0).map((entry) => ({
    descriptor: required(args, entry, 'fd'),
    events: required(args, entry, 'events'),
    // Without revents, the original takes none for expected.
    expected: args.field(entry, 'revents') ?? 0,
    got: 0,
  }));
  if (args.integer(1) !== entries.length) throw new ScriptFault('nfds is not the length of the list');
  for (const { descriptor } of entries) {
    if (context.files.socket(descriptor) === null)
      throw new ScriptFault(`descriptor ${descriptor} is not open`);
  }
  const look = (): number => {
    let ready = 0;
    for (const entry of entries) {
      const socket = context.files.socket(entry.descriptor);
      entry.got = socket === null ? Poll.NVAL : socket.poll() & (entry.events | ALWAYS);
      if (entry.got !== 0) ready++;
    }
    return ready;
  };
  return waiting(context, args.integer(2), look, () => {
    const wrong = entries.find(({ expected, got }) => expected !== got);
    if (wrong === undefined) return null;
    return `revents of ${wrong.descriptor} are ${hex(wrong.got)}, expected ${hex(wrong.expected)}`;
  });
};

const epollCreate: CallStart = (_args, context, expected) => {
  context.files.addEpoll(expected, new Epoll());
  return immediate(expected);
};

const epollCtl: CallStart = (args, context) => {
  const epoll = context.files.epoll(args.integer(0));
  const descriptor = args.integer(2);
  const socket = context.files.socket(descriptor);
  if (epoll === null || socket === null) throw new ScriptFault('epoll_ctl() wants open descriptors');
  const operation = args.integer(1);
  if (operation === EPOLL_CTL_DEL) return immediate(epoll.remove(descriptor) ? 0 : -NO_ENTRY);
  const event = args.at(3);
  const events = required(args, event, 'events');
  checkDescriptor(args, event, context);
  const data = dataOf(args, event) ?? 0;
  if (operation === EPOLL_CTL_ADD)
    return immediate(epoll.add(descriptor, socket, events, data) ? 0 : -EXISTS);
  if (operation === EPOLL_CTL_MOD) return immediate(epoll.modify(descriptor, events, data) ? 0 : -NO_ENTRY);
  return immediate(-Errno.EINVAL);
};

const NO_ENTRY = 2;
const EXISTS = 17;

/** epoll_wait(2): the events may be given as a list or as one struct. */
const epollWait: CallStart = (args, context) => {
  const epoll = context.files.epoll(args.integer(0));
  if (epoll === null) throw new ScriptFault('epoll_wait() wants the descriptor of an epoll');
  if (args.integer(2) <= 0) return immediate(-Errno.EINVAL);
  const given = args.at(1);
  const expected = given.kind === 'list' ? given.items : given.kind === 'ellipsis' ? [] : [given];
  let ready = epoll.ready(0);
  const look = (): number => {
    ready = epoll.ready(args.integer(2));
    return ready.length;
  };
  return waiting(context, args.integer(3), look, () => {
    if (given.kind === 'list' && given.items.length !== ready.length) {
      return `${ready.length} descriptors are ready, and ${given.items.length} are listed`;
    }
    for (const [index, entry] of expected.entries()) {
      checkDescriptor(args, entry, context);
      const got = ready[index] ?? { events: 0, data: 0 };
      const events = args.field(entry, 'events');
      if (events !== null && events !== got.events) {
        return `events are ${hex(got.events)}, expected ${hex(events)}`;
      }
      const data = dataOf(args, entry);
      if (data !== null && data !== got.data) return `data is ${got.data}, expected ${data}`;
    }
    return null;
  });
};

/** The original looks up the descriptor that the data is; for no event, `ptr=0` has to be written. */
function checkDescriptor(args: CallArguments, event: Expression, { files }: CallContext): void {
  const descriptor = args.field(event, 'fd');
  if (descriptor === null || files.socket(descriptor) !== null || files.epoll(descriptor) !== null) return;
  throw new ScriptFault(`descriptor ${descriptor} is not open`);
}

function dataOf(args: CallArguments, event: Expression): number | null {
  for (const name of ['fd', 'ptr', 'u32', 'u64']) {
    const value = args.field(event, name);
    if (value !== null) return value;
  }
  return null;
}

function required(args: CallArguments, struct: Expression, name: string): number {
  const field = fieldOf(struct, name);
  if (field === null) throw args.unsupported(`${name} is missing`);
  return integerOf(field.value);
}

/** Calls that wait for readiness. */
export const READINESS_CALLS: Readonly<Record<string, CallStart>> = {
  poll,
  epoll_create: epollCreate,
  epoll_create1: epollCreate,
  epoll_ctl: epollCtl,
  epoll_wait: epollWait,
};
