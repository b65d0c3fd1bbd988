import { ANY_IPV4, ANY_IPV6 } from '@halfclose/codec';
import { AF_INET, AF_INET6, AF_UNSPEC, Errno, type SocketAddress, TcpSocket } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { outcomeOf, type RunningCall } from './call-outcome.ts';
import { type CallCheck, type CallStart, immediate, onSocket, untilReady } from './call-context.ts';
import type { Expression } from '../script/expression.ts';
import { addressOf, fieldOf, integerOf } from './expression-value.ts';
import { ScriptFault } from '../script/script-fault.ts';

const SOCK_NONBLOCK = 0o4000;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;

/** socket(2): the domain `...` is the mode's. */
const socket: CallStart = (args, context, expected) => {
  const type = args.integer(1);
  const family = context.settings.mode === 'ipv4' ? AF_INET : AF_INET6;
  if (!args.isEllipsis(0) && args.integer(0) !== AF_INET && args.integer(0) !== AF_INET6) {
    return immediate(-Errno.EAFNOSUPPORT);
  }
  const made = new TcpSocket(context.host, family);
  context.files.addSocket(expected, made);
  context.newest.onSocket(made);
  if ((type & SOCK_NONBLOCK) !== 0) context.files.setBlocking(expected, false);
  return immediate(expected);
};

/** bind(2): `...` is any address and the port of the settings. */
const bind: CallStart = onSocket((live, args, { settings, newest }) => {
  const any = settings.mode === 'ipv4' ? ANY_IPV4 : ANY_IPV6;
  const target = args.isEllipsis(1) ? { address: any, port: settings.bindPort } : nameOf(args, args.at(1));
  const result = live.bind(target.address, target.port);
  const name = live.getsockname();
  if (result === 0 && name !== null) newest.onBind(live, name.port);
  return immediate(result);
});

const listen: CallStart = onSocket((live, args, context) => {
  const result = live.listen(args.integer(1));
  const name = live.getsockname();
  if (result === 0 && name !== null) context.newest.onListen(live, name.port);
  return immediate(result);
});

const accept: CallStart = onSocket((live, args, context, expected) =>
  untilReady(context.files.isBlocking(args.integer(0)), () => {
    const accepted = live.accept();
    if (typeof accepted === 'number') return accepted;
    context.files.addAccepted(expected, accepted);
    context.newest.onAccept(accepted);
    if (args.count > 3 && (args.integer(3) & SOCK_NONBLOCK) !== 0) context.files.setBlocking(expected, false);
    return expected;
  }),
);

/** connect(2): to the remote address of the settings; with AF_UNSPEC it disconnects. */
const connect: CallStart = onSocket((live, args, context) => {
  if (familyOf(args.at(1)) === AF_UNSPEC) return immediate(live.disconnect());
  const { settings } = context;
  const byDefault = { address: settings.remoteAddress, port: settings.connectPort };
  const { address, port } = args.isEllipsis(1) ? byDefault : nameOf(args, args.at(1));
  const first = live.connect(address, port);
  const local = live.getsockname();
  // With TCP_FASTOPEN_CONNECT it may be 0, and the SYN is to follow.
  const isOpening = first === -Errno.EINPROGRESS || (first === 0 && live.connection?.state === 'SYN-SENT');
  if (isOpening && local !== null) {
    context.newest.onConnect(live, {
      localAddress: local.address,
      localPort: local.port,
      remoteAddress: address,
      remotePort: port,
    });
  }
  if (first !== -Errno.EINPROGRESS || !context.files.isBlocking(args.integer(0))) return immediate(first);
  return untilReady(true, () => {
    // shutdown() by somebody else disconnects.
    if (live.connection === null) return -(live.takeError() || Errno.ECONNABORTED);
    const { state } = live.connection;
    if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') return -Errno.EAGAIN;
    return live.connect(address, port);
  });
});

/** The family that an address is of, as far as it says so. */
export function familyOf(expression: Expression): number | null {
  if (expression.kind === 'symbol') return integerOf(expression);
  const family = fieldOf(expression, 'sa_family');
  return family === null ? null : integerOf(family.value);
}

/** A struct sockaddr_in or sockaddr_in6. */
export function nameOf(args: CallArguments, struct: Expression): SocketAddress {
  const address = fieldOf(struct, 'sin_addr') ?? fieldOf(struct, 'sin6_addr');
  const port = fieldOf(struct, 'sin_port') ?? fieldOf(struct, 'sin6_port');
  if (address === null || port === null) throw args.unsupported('an address of that kind');
  const number = integerOf(port.value);
  if (number < 0 || number > 0xffff) throw new ScriptFault(`the port is not from 0 to 65535: ${number}`);
  return { address: addressOf(address.value), port: number };
}

/** A call that tells a name, which is compared with that of the script unless this is `...`. */
function telling(args: CallArguments, name: SocketAddress | null, errno: number): RunningCall {
  if (name === null) return immediate(-errno);
  if (args.count < 2 || args.isEllipsis(1)) return immediate(0);
  const wanted = nameOf(args, args.at(1));
  const isSame = wanted.port === name.port && wanted.address.equals(name.address);
  const show = ({ address, port }: SocketAddress): string => `${address.toString()} port ${port}`;
  return immediate(outcomeOf(0, isSame ? null : `the name is ${show(name)}, expected ${show(wanted)}`));
}

const getsockname: CallStart = onSocket((live, args) => telling(args, live.getsockname(), Errno.EINVAL));
const getpeername: CallStart = onSocket((live, args) => telling(args, live.getpeername(), Errno.ENOTCONN));

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

/** What of these calls cannot be done. */
export const OPENING_CHECKS: Readonly<Record<string, CallCheck>> = {
  socket: (args) => {
    if ((args.integer(1) & SOCK_TYPE_MASK) !== SOCK_STREAM) throw args.unsupported('only SOCK_STREAM');
  },
};
