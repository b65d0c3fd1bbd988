interface CauseEntry {
  /** For a sentence: `the RST was most likely sent because ...`. */
  readonly because: string;
  /** What would show it, on the machine that sent the RST or in another capture. */
  readonly shownBy: string;
}

function cause(because: string, shownBy: string): CauseEntry {
  return { because, shownBy };
}

/** Why a RST was sent. Names that our own close reports have, too, mean the same there (`END_REASONS` of `@halfclose/tcp`). */
export const RESET_CAUSES = {
  'unread data at close': cause(
    'its program closed the socket with bytes unread in it, and a FIN would have said that they were read',
    'on Linux, TcpExtTCPAbortOnClose of nstat counts them; strace shows a close() with no read of 0 bytes before it',
  ),
  'linger 0': cause(
    'its program asked for a reset: SO_LINGER {1, 0} and close(), resetAndDestroy(), or connect() with AF_UNSPEC',
    'on Linux, TcpExtTCPAbortOnData of nstat counts them; strace shows setsockopt(SO_LINGER) or connect(AF_UNSPEC)',
  ),
  'data after close': cause(
    'data came after its program had closed the socket, where nobody could read it any more',
    'on Linux, TcpExtTCPAbortOnData of nstat counts them; strace shows close(), or shutdown(SHUT_RDWR), before it',
  ),
  'listener closed': cause(
    'the listening socket was closed, or its process ended, before the connection was accepted',
    'whether the port answers SYNs afterwards; strace shows close() of the listener, and no accept() of this connection',
  ),
  'accept queue full': cause(
    'the queue of connections that wait to be accepted was full, and the host resets then (tcp_abort_on_overflow)',
    'on Linux, TcpExtListenOverflows of nstat counts them; ss -ltn shows Recv-Q above Send-Q of the listener',
  ),
  'port closed': cause(
    'nobody listens on the port, or a firewall answers so',
    'ss -ltn on that host; whether a capture there shows the SYN',
  ),
  'connect given up': cause(
    'the end that sent the SYN has given up meanwhile (a timeout, or close()), or never sent it: a forged or a scanning SYN',
    'strace of the client: close() before connect() was done',
  ),
  'bad handshake': cause(
    'a number in the handshake was not the one it had sent: an old duplicate, or two hosts behind one address',
    'a capture at that end: whether it sent the number that was acknowledged',
  ),
  'unexpected SYN': cause(
    'a SYN came into a connection that it was about to end',
    'a capture at the other end: a new connection from the same port',
  ),
  'half-open peer': cause(
    'it does not know of the connection any more: its host restarted, its process was ended without a word, or a NAT or a ' +
      'firewall on the way forgot it',
    'uptime of that host, and a capture there: whether it saw the segment and sent the RST itself',
  ),
  'keep-alive exhausted': cause(
    'its keep-alives were not answered, and it gave up',
    'ss -o shows the timer keepalive; its program is told ETIMEDOUT',
  ),
  'FIN-WAIT-2 limit': cause(
    'it had closed, and waited in FIN-WAIT-2 for a FIN that came too late: Linux waits for tcp_fin_timeout, 60 s',
    'sysctl net.ipv4.tcp_fin_timeout, and TCP_LINGER2 of the socket',
  ),
  'retransmissions exhausted': cause(
    'it had sent the same again and again without an answer, and had given up, by the time that the answer came',
    'its program was told ETIMEDOUT, if it still had the socket',
  ),
  'TCP_LINGER2 negative': cause(
    'the option TCP_LINGER2 forbids to wait in FIN-WAIT-2',
    'strace shows setsockopt(TCP_LINGER2) with a negative number; on Linux, TcpExtTCPAbortOnLinger counts them',
  ),
  'already reset': cause(
    'it had reset the connection before, and the segment was on its way by then',
    'the RST before this one',
  ),
  'connection over': cause(
    'the connection was over at that end, and this came too late',
    'how it ended before',
  ),
  middlebox: cause(
    'it was not sent by that end, but by something on the way: a firewall, a load balancer, a censor',
    'a capture at that end, which does not show the RST',
  ),
} as const satisfies Record<string, CauseEntry>;

/** Why a RST was sent: a name of {@link RESET_CAUSES}. */
export type ResetCause = keyof typeof RESET_CAUSES;
