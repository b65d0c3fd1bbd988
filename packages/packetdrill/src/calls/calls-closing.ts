import { outcomeOf } from './call-outcome.ts';
import { type CallStart, immediate, onSocket, openSocket } from './call-context.ts';

/** close(2): returns when Linux's would, which a lingering one does late. */
const close: CallStart = (args, context) => {
  let settled = false;
  context.files.close(args.integer(0), () => {
    settled = true;
  });
  return () => (settled ? outcomeOf(0) : null);
};

const shutdown: CallStart = onSocket((live, args) => immediate(live.shutdown(args.integer(1))));

const dup: CallStart = (args, context, expected) => immediate(context.files.dup(args.integer(0), expected));

const F_GETFL = 3;
const F_SETFL = 4;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;

/** fcntl(2): F_GETFL and F_SETFL with O_NONBLOCK. */
const fcntl: CallStart = (args, context) => {
  openSocket(args, context);
  const descriptor = args.integer(0);
  switch (args.integer(1)) {
    case F_GETFL:
      return immediate(O_RDWR | (context.files.isBlocking(descriptor) ? 0 : O_NONBLOCK));
    case F_SETFL:
      context.files.setBlocking(descriptor, (args.integer(2) & O_NONBLOCK) === 0);
      return immediate(0);
    default:
      throw args.unsupported('only F_GETFL and F_SETFL');
  }
};

/** Calls that end things, and that say how descriptors behave. */
export const CLOSING_CALLS: Readonly<Record<string, CallStart>> = { close, shutdown, dup, fcntl };
