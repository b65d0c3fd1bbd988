import type { OptionName } from './scenario.ts';

/** Level and number of options, and how many bytes their value has (Linux, all architectures that Node runs on but MIPS and SPARC). */
export const OPTIONS: Readonly<Record<OptionName, readonly [level: number, name: number]>> = {
  SO_ERROR: [1, 4],
  SO_KEEPALIVE: [1, 9],
  SO_LINGER: [1, 13],
  SO_OOBINLINE: [1, 10],
  SO_RCVBUF: [1, 8],
  SO_REUSEADDR: [1, 2],
  SO_SNDBUF: [1, 7],
  IP_TOS: [0, 1],
  IP_TTL: [0, 2],
  TCP_CORK: [6, 3],
  TCP_KEEPCNT: [6, 6],
  TCP_KEEPIDLE: [6, 4],
  TCP_KEEPINTVL: [6, 5],
  TCP_LINGER2: [6, 8],
  TCP_MAXSEG: [6, 2],
  TCP_NODELAY: [6, 1],
  TCP_QUICKACK: [6, 12],
  TCP_SYNCNT: [6, 7],
  TCP_USER_TIMEOUT: [6, 18],
};

/** Linux's numbers of the states (include/net/tcp_states.h), by their names in RFC 9293. */
export const STATES: readonly string[] = [
  ...['', 'ESTABLISHED', 'SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED'],
  ...['CLOSE-WAIT', 'LAST-ACK', 'LISTEN', 'CLOSING', 'SYN-RECEIVED'],
];

/** The port of the peer. */
export const PEER_PORT = 40_000;
