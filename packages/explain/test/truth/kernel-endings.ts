import type { InferredState, Outcome, ResetCause, Side } from '../../src/index.ts';

/** What is true of a connection that kernel/endings.py made. */
export interface KernelEnding {
  /** The name of its scenario, which its capture is called for. */
  readonly name: string;
  /** Which connection of the capture; the first one unless told. */
  readonly connection?: number;
  readonly outcome: Outcome;
  readonly closedFirst: Side | null;
  /** Why the (first) RST was sent, and by whom. */
  readonly reset?: readonly [Side, ResetCause];
  readonly client: InferredState;
  readonly server: InferredState;
}

function reset(
  name: string,
  side: Side,
  cause: ResetCause,
  closedFirst: Side | null = side,
  connection = 1,
): KernelEnding {
  return {
    name,
    connection,
    outcome: 'reset',
    closedFirst,
    reset: [side, cause],
    client: 'CLOSED',
    server: 'CLOSED',
  };
}

/** What each scenario of kernel/endings.py is. */
export const KERNEL_ENDINGS: readonly KernelEnding[] = [
  {
    name: 'orderly-client-first',
    outcome: 'orderly',
    closedFirst: 'client',
    client: 'TIME-WAIT',
    server: 'CLOSED',
  },
  {
    name: 'orderly-server-first',
    outcome: 'orderly',
    closedFirst: 'server',
    client: 'CLOSED',
    server: 'TIME-WAIT',
  },
  { name: 'half-close', outcome: 'orderly', closedFirst: 'client', client: 'TIME-WAIT', server: 'CLOSED' },
  {
    name: 'half-closed-at-end',
    outcome: 'half-closed',
    closedFirst: 'client',
    client: 'FIN-WAIT-2',
    server: 'CLOSE-WAIT',
  },
  { name: 'fin-lost', outcome: 'orderly', closedFirst: 'client', client: 'TIME-WAIT', server: 'CLOSED' },
  { name: 'zero-window', outcome: 'open', closedFirst: null, client: 'ESTABLISHED', server: 'ESTABLISHED' },
  { name: 'peer-deaf', outcome: 'given up', closedFirst: null, client: 'ESTABLISHED', server: 'ESTABLISHED' },
  { name: 'unanswered', outcome: 'unanswered', closedFirst: null, client: 'SYN-SENT', server: 'unknown' },
  {
    ...reset('port-closed', 'server', 'port closed'),
    outcome: 'refused',
  },
  reset('unread-server', 'server', 'unread data at close'),
  reset('unread-client', 'client', 'unread data at close'),
  reset('unread-partly', 'server', 'unread data at close'),
  reset('unread-peeked', 'server', 'unread data at close'),
  reset('unread-close-wait', 'server', 'unread data at close', 'client'),
  reset('unread-fin-wait-2', 'client', 'unread data at close'),
  reset('linger-0-idle-client', 'client', 'linger 0'),
  reset('linger-0-idle-server', 'server', 'linger 0'),
  reset('linger-0-answered', 'server', 'linger 0'),
  reset('linger-0-greeted', 'server', 'linger 0'),
  reset('linger-0-client-sent', 'client', 'linger 0'),
  reset('linger-0-close-wait', 'server', 'linger 0', 'client'),
  reset('linger-0-fin-wait-2', 'client', 'linger 0'),
  reset('disconnect-by-af-unspec', 'client', 'linger 0'),
  reset('data-after-close', 'server', 'data after close'),
  reset('data-after-close-answered', 'server', 'data after close'),
  reset('data-after-shutdown-of-both', 'server', 'data after close'),
  reset('listener-closed', 'server', 'listener closed'),
  reset('listener-closed', 'server', 'listener closed', 'server', 4),
  { ...reset('listener-closed', 'server', 'port closed', 'server', 5), outcome: 'refused' },
  reset('listener-closed-alone', 'server', 'listener closed'),
  reset('accept-queue-full', 'server', 'accept queue full'),
  reset('connect-given-up', 'client', 'connect given up', 'client', 2),
  reset('half-open-data', 'server', 'half-open peer'),
  reset('half-open-keep-alive', 'server', 'half-open peer'),
  reset('half-open-fin', 'server', 'half-open peer', 'client'),
  reset('keep-alive-exhausted', 'client', 'keep-alive exhausted'),
  reset('gave-up', 'client', 'retransmissions exhausted'),
  reset('fin-wait-2-limit', 'server', 'FIN-WAIT-2 limit'),
  reset('linger2-negative', 'server', 'TCP_LINGER2 negative'),
  reset('middlebox', 'server', 'middlebox', null),
  reset('middlebox-both-ends', 'server', 'middlebox', null),
];
