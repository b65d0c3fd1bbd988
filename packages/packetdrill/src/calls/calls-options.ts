import { Errno, type NumberOption } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallCheck, type CallStart, immediate, onSocket } from './call-context.ts';
import { outcomeOf } from './call-outcome.ts';
import { ScriptFault } from '../script/script-fault.ts';
import { SYMBOL_VALUES } from './symbol-values.ts';

const NUMBER_OPTIONS: readonly NumberOption[] = [
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'SO_KEEPALIVE',
  'SO_RCVBUF',
  'SO_SNDBUF',
  'SO_OOBINLINE',
  'IP_TOS',
  'IP_TTL',
  'IPV6_V6ONLY',
  'IPV6_TCLASS',
  'IPV6_UNICAST_HOPS',
  'TCP_NODELAY',
  'TCP_CORK',
  'TCP_MAXSEG',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_USER_TIMEOUT',
  'TCP_LINGER2',
  'TCP_SYNCNT',
  'TCP_QUICKACK',
  'TCP_NOTSENT_LOWAT',
  'TCP_INQ',
  'TCP_FASTOPEN',
  'TCP_FASTOPEN_CONNECT',
  'TCP_FASTOPEN_NO_COOKIE',
];

function numberOption(name: string): NumberOption | null {
  return NUMBER_OPTIONS.find((option) => option === name) ?? null;
}

/** The levels of `level()`'s names; some names are those of the protocol. */
const LEVELS = [
  { prefix: 'IP_', level: 0 },
  { prefix: 'SO_', level: 1 },
  { prefix: 'TCP_', level: 6 },
  { prefix: 'IPV6_', level: 41 },
];

/** An option that exists on another level only would have another meaning there. */
function optionName(args: CallArguments): string {
  const name = args.symbol(2);
  const known = LEVELS.find(({ prefix }) => name.startsWith(prefix));
  if (known !== undefined && known.level !== args.integer(1))
    throw args.unsupported(`${name} on another level`);
  return name;
}

const INT_SIZE = 4;
const LINGER_SIZE = 8;

const setsockopt: CallStart = onSocket((socket, args) => {
  const name = optionName(args);
  const size = args.integer(4);
  if (name === 'SO_LINGER') {
    const value = args.at(3);
    const onoff = args.field(value, 'onoff') ?? args.field(value, 'l_onoff');
    const linger = args.field(value, 'linger') ?? args.field(value, 'l_linger');
    if (onoff === null || linger === null) throw args.unsupported('SO_LINGER wants {onoff=, linger=}');
    if (size < LINGER_SIZE) return immediate(-Errno.EINVAL);
    return immediate(socket.setsockopt('SO_LINGER', { onoff, linger }));
  }
  if (name === 'TCP_FASTOPEN_KEY')
    return immediate(socket.setsockopt('TCP_FASTOPEN_KEY', args.bytes(args.at(3), size)));
  const option = numberOption(name);
  if (option === null) throw args.unsupported(name);
  if (size >= INT_SIZE) return immediate(socket.setsockopt(option, args.boxed(3)));
  if (!option.startsWith('IP_') || (size < 1 && option !== 'IP_TOS')) return immediate(-Errno.EINVAL);
  // Linux do_ip_setsockopt: of less than a number the first byte counts.
  return immediate(socket.setsockopt(option, size < 1 ? 0 : args.boxed(3) & 0xff));
});

const getsockopt: CallStart = onSocket((socket, args) => {
  const name = optionName(args);
  const option = name === 'SO_ERROR' || name === 'SO_ACCEPTCONN' ? name : numberOption(name);
  if (option === null) throw args.unsupported(name);
  if (args.boxed(4) !== INT_SIZE) throw new ScriptFault(`${name} takes [${INT_SIZE}] octets`);
  const value = socket.getsockopt(option);
  if (args.isEllipsis(3)) return immediate(0);
  const expected = args.boxed(3);
  return immediate(outcomeOf(0, value === expected ? null : `${name} is ${value}, expected ${expected}`));
});

/** ioctl(2): SIOCINQ (FIONREAD), SIOCOUTQ and SIOCATMARK. */
const ioctl: CallStart = onSocket((socket, args) => {
  const request = args.symbol(1);
  let value: number;
  if (request === 'SIOCINQ' || request === 'FIONREAD') {
    value = socket.readable;
    // Linux counts a FIN that was taken in as one octet (tcp_inq_hint has the same), but not SIOCINQ.
    if (socket.getsockopt('SO_ACCEPTCONN') === 1) return immediate(-Errno.EINVAL);
  } else if (request === 'SIOCOUTQ' || request === 'TIOCOUTQ') value = socket.unacknowledged;
  else if (request === 'SIOCATMARK') value = socket.atMark;
  else if (SYMBOL_VALUES.has(request)) throw args.unsupported(request);
  else throw args.unsupported(`the request ${request}`);
  if (args.isEllipsis(2)) return immediate(0);
  const expected = args.boxed(2);
  return immediate(outcomeOf(0, value === expected ? null : `${request} is ${value}, expected ${expected}`));
});

/** Calls that read and set options. */
export const OPTION_CALLS: Readonly<Record<string, CallStart>> = { setsockopt, getsockopt, ioctl };

const SETTABLE: readonly string[] = ['SO_LINGER', 'TCP_FASTOPEN_KEY'];
const READABLE: readonly string[] = ['SO_ERROR', 'SO_ACCEPTCONN'];

/** `others`: options that are handled apart from those of numbers. */
function optionAmong(others: readonly string[]): CallCheck {
  return (args) => {
    const name = optionName(args);
    if (numberOption(name) === null && !others.includes(name)) throw args.unsupported(name);
  };
}

/** What of these calls cannot be done. */
export const OPTION_CHECKS: Readonly<Record<string, CallCheck>> = {
  setsockopt: optionAmong(SETTABLE),
  getsockopt: optionAmong(READABLE),
};
