import { ANY_IPV4, ANY_IPV6 } from '@halfclose/codec';
import { AF_INET, AF_INET6, AF_UNSPEC, Errno, TcpSocket } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallStart, immediate, onSocket, untilReady } from './call-context.ts';
import { addressOf, fieldOf, integerOf } from './expression-value.ts';

const SOCK_NONBLOCK = 0o4000;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;

/** socket(2): the domain `...` is the mode's. */
const socket: CallStart = (args, context, expected) => {
  const type = args.integer(1);
  if ((type & SOCK_TYPE_MASK) !== SOCK_STREAM) throw args.unsupported('only SOCK_STREAM');
  const family = context.settings.mode === 'ipv4' ? AF_INET : AF_INET6;
  if (!args.isEllipsis(0) && args.integer(0) !== AF_INET && args.integer(0) !== AF_INET6) {
    return immediate(-Errno.EAFNOSUPPORT);
  }
  context.files.addSocket(expected, new TcpSocket(context.host, family));
  if ((type & SOCK_NONBLOCK) !== 0) context.files.setBlocking(expected, false);
  return immediate(expected);
};

/** bind(2): whatever the script says, to any address and the port of the settings. */
const bind: CallStart = onSocket((live, _args, { settings }) =>
  immediate(live.bind(settings.mode === 'ipv4' ? ANY_IPV4 : ANY_IPV6, settings.bindPort)),
);

const listen: CallStart = onSocket((live, args, context) => {
  const result = live.listen(args.integer(1));
  const name = live.getsockname();
  if (result === 0 && name !== null) context.onListen(name.port);
  return immediate(result);
});

const accept: CallStart = onSocket((live, args, context, expected) =>
  untilReady(context.files.isBlocking(args.integer(0)), () => {
    const accepted = live.accept();
    if (typeof accepted === 'number') return accepted;
    context.files.addSocket(expected, accepted);
    if (args.count > 3 && (args.integer(3) & SOCK_NONBLOCK) !== 0) context.files.setBlocking(expected, false);
    return expected;
  }),
);

/** connect(2): to the remote address of the settings; with AF_UNSPEC it disconnects. */
const connect: CallStart = onSocket((live, args, context) => {
  if (familyOf(args) === AF_UNSPEC) return immediate(live.disconnect());
  const { settings } = context;
  const address = args.isEllipsis(1) ? settings.remoteAddress : targetOf(args);
  const first = live.connect(address, settings.connectPort);
  const local = live.getsockname();
  if (first === -Errno.EINPROGRESS && local !== null) {
    context.onConnect({
      localAddress: local.address,
      localPort: local.port,
      remoteAddress: address,
      remotePort: settings.connectPort,
    });
  }
  if (first !== -Errno.EINPROGRESS || !context.files.isBlocking(args.integer(0))) return immediate(first);
  return untilReady(true, () => {
    const state = live.connection?.state;
    if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') return -Errno.EAGAIN;
    return state === 'CLOSED' ? live.connect(address, settings.connectPort) : 0;
  });
});

function familyOf(args: CallArguments): number | null {
  const expression = args.at(1);
  if (expression.kind === 'symbol') return integerOf(expression);
  const family = fieldOf(expression, 'sa_family');
  return family === null ? null : integerOf(family.value);
}

function targetOf(args: CallArguments) {
  const field = fieldOf(args.at(1), 'sin_addr') ?? fieldOf(args.at(1), 'sin6_addr');
  if (field === null) throw args.unsupported('an address of that kind');
  return addressOf(field.value);
}

const getsockname: CallStart = onSocket((live) => immediate(live.getsockname() === null ? -Errno.EINVAL : 0));
const getpeername: CallStart = onSocket((live) =>
  immediate(live.getpeername() === null ? -Errno.ENOTCONN : 0),
);

/** Calls that make sockets and connections. */
export const OPENING_CALLS: Readonly<Record<string, CallStart>> = {
  socket,
  bind,
  listen,
  accept,
  accept4: accept,
  connect,
  getsockname,
  getpeername,
};
