import type { Scenario } from './scenario.ts';

type World = Omit<Scenario, 'kind' | 'group' | 'script'> & { readonly script: readonly string[] };

const OPEN = ['0 server listen', '0 client connect'];

const OPENING: readonly World[] = [
  {
    name: 'handshake',
    title: 'Handshake',
    about: [
      'SYN, SYN+ACK, ACK: each side tells the number that its stream begins at, and hears that it was understood. The client is ESTABLISHED after one round trip, the server half a round trip later.',
    ],
    rows: [],
    script: OPEN,
  },
  {
    name: 'simultaneous-open',
    title: 'Simultaneous open',
    about: [
      'Both programs call connect() to each other at the same moment, and nobody listens. The SYNs cross; each side goes from SYN-SENT to SYN-RECEIVED and answers with a SYN+ACK: one connection, with two clients (RFC 9293, figure 8).',
    ],
    rows: ['g17'],
    script: ['0 client connect', '0 server connect'],
  },
  {
    name: 'refused',
    title: 'Connection refused',
    about: [
      'Nobody listens on the port. The host answers the SYN with a RST, and connect() fails with ECONNREFUSED.',
    ],
    rows: ['k16', 'l13', 'm13', 'p10'],
    script: ['0 client connect'],
  },
  {
    name: 'syn-flood',
    title: 'SYN flood, with SYN cookies',
    about: [
      'SYNs from addresses that answer nobody fill the queue of half-open connections. From then on the server keeps nothing of a SYN: its SYN+ACK has a number from which the ACK alone lets it recover what it needs (RFC 4987). The client connects as if nothing were.',
    ],
    rows: [],
    script: [
      'until 8000',
      'host server synCookies=1',
      '0 server listen 16',
      '0 client flood 200 2',
      '200 client connect',
      '300 client send 1000',
    ],
  },
  {
    name: 'syn-flood-without-cookies',
    title: 'SYN flood, without SYN cookies',
    about: [
      'The same flood, and a server without SYN cookies. Its queue is full of connections that nobody will ever complete, so the SYN of the client is dropped, and dropped again: connect() waits until entries of the flood have timed out.',
    ],
    rows: [],
    script: [
      'until 150000',
      'host server synCookies=0',
      '0 server listen 16',
      '0 client flood 300 5',
      '200 client connect',
    ],
  },
];

const CLOSING: readonly World[] = [
  {
    name: 'orderly-close',
    title: 'Orderly close',
    about: [
      'The client has nothing more to say and closes: its FIN ends one stream. The server reads the end and closes as well. Both streams arrived whole, and both sides know it. Whoever closes first waits in TIME-WAIT.',
    ],
    rows: ['a03', 'a07', 'c11', 'h25'],
    script: [...OPEN, '50 client send 500', '80 server send 1500', '120 client close', '140 server close'],
  },
  {
    name: 'half-close',
    title: 'Half-close',
    about: [
      'shutdown(SHUT_WR) ends only the stream of the client: here is all my input. The server sees the end and goes on sending as long as it likes. Meanwhile the client is in FIN-WAIT-2, the server in CLOSE-WAIT.',
    ],
    rows: ['c01', 'f06', 'n21', 'm12'],
    script: [
      ...OPEN,
      '40 client send 600',
      '60 client shutdown wr',
      '120 server send 900',
      '180 server send 900',
      '240 server send 900',
      '300 server close',
      '340 client close',
    ],
  },
  {
    name: 'simultaneous-close',
    title: 'Simultaneous close',
    about: [
      'Both programs close at the same moment, and the FINs cross on their way. Each side has sent a FIN and gets one that does not acknowledge it: that is CLOSING. Nobody was first, so both wait in TIME-WAIT.',
    ],
    rows: ['g01', 'g07'],
    script: [...OPEN, '50 client close', '50 server close'],
  },
  {
    name: 'unread-data',
    title: 'Close with unread data',
    about: [
      'The server does not read. When it closes, bytes that TCP has acknowledged are thrown away, and a FIN would say that all is well. So it sends a RST instead (RFC 2525, 2.17), and the client gets an error rather than an end.',
    ],
    rows: ['a01', 'a02', 'a06'],
    script: [...OPEN, '30 server read off', '50 client send 1000', '100 server close'],
  },
  {
    name: 'data-after-close',
    title: 'Data after close',
    about: [
      'The server closes while the client goes on sending. Nobody will ever read that: the first byte that arrives is answered with a RST.',
    ],
    rows: ['b01', 'b03'],
    script: [...OPEN, '50 server close', '100 client send 1000', '160 client send 1000'],
  },
  {
    name: 'linger-0',
    title: 'SO_LINGER {1, 0}: abort',
    about: [
      'Linger 0 makes close() an abort: a RST at once, no TIME-WAIT. The price: what is not acknowledged yet is forgotten. Here the second segment gets lost, and nobody is left to send it again.',
    ],
    rows: ['d01', 'd02', 'd03'],
    script: [...OPEN, '0 drop nth 2 data', '30 client linger 0', '50 client send 2896', '55 client close'],
  },
  {
    name: 'linger-5',
    title: 'SO_LINGER {1, 5}, and a slow reader',
    about: [
      'With linger, close() waits until the peer has acknowledged everything, the FIN included, or until the time is over. The server does not read, its window is full, and the 5 seconds pass: close() returns 0 even so. The connection goes on without its program, probes the window, and ends in order when the server reads at last.',
    ],
    rows: ['e02', 'e03', 'i06'],
    script: [
      '0 server set SO_RCVBUF 3000',
      ...OPEN,
      '30 server read off',
      '40 client linger 5',
      '50 client send 4000',
      '60 client close',
      '8000 server read on',
      '8500 server close',
    ],
  },
  {
    name: 'fin-wait-2-held',
    title: 'FIN-WAIT-2, held by a program',
    about: [
      'After shutdown(SHUT_WR) the program still holds the socket and reads, and the peer may be at work for hours: FIN-WAIT-2 has no limit. Ten minutes later the server answers, and all ends in order.',
    ],
    rows: ['c01', 'c10'],
    script: [
      ...OPEN,
      '50 client shutdown wr',
      '600000 server send 1000',
      '600100 server close',
      '600200 client close',
    ],
  },
  {
    name: 'fin-wait-2-orphaned',
    title: 'FIN-WAIT-2, orphaned',
    about: [
      'After close() nobody waits any more; only the peer’s FIN is missing. If it never comes, the connection would stay for ever, so Linux gives an orphan 60 seconds. When the server closes after that, nobody knows of the connection any more: its FIN is answered with a RST.',
    ],
    rows: ['c02', 'c03', 'c11'],
    script: [...OPEN, '50 client close', '90000 server close'],
  },
  {
    name: 'last-ack-dead-peer',
    title: 'LAST-ACK, and the peer is dead',
    about: [
      'The client closes and its power fails. The server closes as well, and its FIN is never acknowledged. It is sent again, ever more rarely, and then given up: an orphan has fewer attempts than a connection that a program holds.',
    ],
    rows: ['i01', 'i02', 'i07', 'e08'],
    script: [...OPEN, '50 client close', '75 client crash', '120 server close'],
  },
  {
    name: 'half-open',
    title: 'Half-open: the peer has forgotten',
    about: [
      'The cable is cut while the server resets: the RST is lost, and the client knows nothing of it. That is a half-open connection. It shows when somebody sends: the answer is a RST.',
    ],
    rows: ['j10', 'l02'],
    script: [
      ...OPEN,
      '50 link cut=true',
      '60 server linger 0',
      '70 server close',
      '200 link cut=false',
      '5000 client send 100',
    ],
  },
  {
    name: 'keep-alive',
    title: 'Keep-alive finds a dead peer',
    about: [
      'Nothing is sent, so nobody notices that the server is gone. With SO_KEEPALIVE the client asks after 60 s, then each 10 s; after three probes without an answer the connection ends with ETIMEDOUT, and a RST says so.',
    ],
    rows: ['l18', 'n24'],
    script: [
      '0 client set SO_KEEPALIVE 1',
      '0 client set TCP_KEEPIDLE 60',
      '0 client set TCP_KEEPINTVL 10',
      '0 client set TCP_KEEPCNT 3',
      ...OPEN,
      '1000 server crash',
    ],
  },
];

const TIME_WAIT: readonly World[] = [
  {
    name: 'lost-last-ack',
    title: 'The last ACK is lost',
    about: [
      'Nobody acknowledges an ACK. The last one is lost here, so the server sends its FIN again, and gets its answer because the client is still there, in TIME-WAIT. That is what TIME-WAIT is for; it begins anew with each FIN.',
    ],
    rows: ['h01', 'n27'],
    // The second ACK of the client without text.
    script: [...OPEN, '0 drop nth 2 ack client>server', '50 client close', '80 server close'],
  },
  {
    name: 'wandering-duplicate',
    title: 'A wandering duplicate, without TIME-WAIT',
    about: [
      'A segment of the first connection is held up somewhere for a second; a copy of it arrived long ago. The first connection is aborted, so there is no TIME-WAIT, and the second one takes the same two ports at once. The late segment falls into its window, and the server reads bytes that were never written to it. Timestamps (RFC 7323), which would notice, are off; and both sides have sent so much that numbers and acknowledgment of the old segment look right (RFC 5961 looks at both).',
    ],
    rows: ['h09'],
    script: [
      'host client timestamps=false',
      'host server timestamps=false',
      '0 server listen',
      '0 client connect 40000',
      '0 link rate=20000000',
      '0 delay 870 nth 178 data client>server',
      '50 client send 400000',
      '50 server send 400000',
      '600 client linger 0',
      '600 client close',
      '1000 client connect 40000',
      '1100 client send 20000',
    ],
  },
  {
    name: 'wandering-duplicate-time-wait',
    title: 'A wandering duplicate, with TIME-WAIT',
    about: [
      'The same late segment. But the client has closed in order, and holds its port in TIME-WAIT: connect() from the same port fails with EADDRNOTAVAIL. The segment finds nobody who could take it for his own.',
    ],
    rows: ['h03', 'h04', 'p06'],
    script: [
      'host client timestamps=false',
      'host server timestamps=false',
      '0 server listen',
      '0 client connect 40000',
      '0 link rate=20000000',
      '0 delay 870 nth 178 data client>server',
      '50 client send 400000',
      '50 server send 400000',
      '600 client close',
      '640 server close',
      '1000 client connect 40000',
      '1100 client send 20000',
    ],
  },
  {
    name: 'time-wait-assassination',
    title: 'TIME-WAIT assassination (RFC 1337)',
    about: [
      'An old segment reaches the client in TIME-WAIT, and is answered with an ACK. The server has forgotten the connection and answers that with a RST, which ends TIME-WAIT long before its time. That is what RFC 1337 warns of, and what Linux does unless it is told otherwise.',
    ],
    rows: ['h06', 'h03'],
    script: [
      ...OPEN,
      '0 delay 900 nth 1 data server>client',
      '40 server send 500',
      '400 client close',
      '440 server close',
    ],
  },
  {
    name: 'time-wait-rfc1337',
    title: 'TIME-WAIT, with RFC 1337 heeded',
    about: [
      'The same, with net.ipv4.tcp_rfc1337: in TIME-WAIT a RST is ignored, and the ports stay taken for all of the 60 seconds.',
    ],
    rows: ['h07'],
    script: [
      'host client resetEndsTimeWait=false',
      ...OPEN,
      '0 delay 900 nth 1 data server>client',
      '40 server send 500',
      '400 client close',
      '440 server close',
    ],
  },
];

const MOVING: readonly World[] = [
  {
    name: 'zero-window',
    title: 'Zero window',
    about: [
      'The server does not read, and its buffer fills up: the window is closed. The client may send nothing, but asks every now and then (the persist timer), for the update that opens the window could get lost. After three seconds the server reads, and all goes on.',
    ],
    rows: ['n01', 'i06'],
    script: [
      '0 server set SO_RCVBUF 8000',
      ...OPEN,
      '30 server read off',
      '50 client send 20000',
      '3000 server read on',
      '4000 client close',
      '4050 server close',
    ],
  },
  {
    name: 'fast-retransmit',
    title: 'Fast retransmit',
    about: [
      'One segment of many is lost. Those behind it arrive, and each is answered with an acknowledgment that says what is there (SACK). From these the sender sees what is missing, and sends it again one round trip later, with no need to wait for a timer.',
    ],
    rows: [],
    script: [
      ...OPEN,
      '0 link rate=10000000',
      '0 drop nth 5 data client>server',
      '50 client send 40000',
      '400 client close',
      '430 server close',
    ],
  },
  {
    name: 'tail-loss-probe',
    title: 'RACK, and a tail loss probe',
    about: [
      'The last segment is lost, and nothing behind it can tell. After two round trips the sender tries: a tail loss probe (RFC 8985). It is the segment that is missing, so all is repaired long before the retransmission timer.',
    ],
    rows: [],
    script: [...OPEN, '0 drop nth 10 data client>server', '50 client send 14480'],
  },
  {
    name: 'retransmission-timeout',
    title: 'Retransmission timeout',
    about: [
      'The cable is cut for six seconds. What was sent is sent again, each time after twice the time. When the link is back, the next attempt gets through; the window has shrunk to one segment, and grows again.',
    ],
    rows: ['n28'],
    script: [
      ...OPEN,
      '50 client send 3000',
      '95 link cut=true',
      '100 client send 10000',
      '6000 link cut=false',
    ],
  },
  {
    name: 'cubic-against-reno',
    title: 'CUBIC against Reno',
    about: [
      'Both sides send as much as they can, each on its own way of the link, with the same queue. The client grows its window as CUBIC does (RFC 9438), the server as Reno does (RFC 5681). Look at cwnd: after a loss Reno climbs by one segment each round trip, CUBIC fast at first, then waits below where it was, then looks for more.',
    ],
    rows: [],
    script: [
      'until 20000',
      'host client congestionControl=cubic',
      'host server congestionControl=reno',
      '0 link delay=40 rate=4000000 queue=40',
      ...OPEN,
      '200 client send 3000000',
      '200 server send 3000000',
    ],
  },
  {
    name: 'pmtud-black-hole',
    title: 'A black hole of path MTU discovery',
    about: [
      'Something on the way drops large packets and does not say so. The handshake passes, and then nothing that is larger than 1300 bytes. By default nobody finds out: the same segment is sent again until TCP gives up.',
    ],
    rows: ['l16'],
    script: [...OPEN, '0 drop larger 1300 client>server', '50 client send 5000'],
  },
  {
    name: 'pmtud-probing',
    title: 'The black hole, found by probing',
    about: [
      'The same path with net.ipv4.tcp_mtu_probing = 1 (RFC 4821): after some timeouts the client tries smaller segments, which get through, and then looks how large they may be.',
    ],
    rows: [],
    script: [
      'until 120000',
      'host client mtuProbing=1',
      ...OPEN,
      '0 drop larger 1300 client>server',
      '50 client send 50000',
    ],
  },
  {
    name: 'lossy-link',
    title: 'A bad link',
    about: [
      'Chance loses three packets of a hundred, brings some out of order, and some twice. Another seed gives other accidents; the same seed gives the same ones, each time.',
    ],
    rows: [],
    script: [
      ...OPEN,
      '0 link delay=25 rate=8000000 loss=0.03 reorder=0.02 duplicate=0.01',
      '100 client send 200000',
      '100 client close',
      '700 server close',
    ],
  },
  {
    name: 'bulk',
    title: 'Ten thousand segments',
    about: [
      'Fifteen megabytes over a link of 100 Mbit/s: a picture with more than ten thousand marks, to see how the window fills the path, and how the page bears it.',
    ],
    rows: [],
    script: [
      ...OPEN,
      '0 link delay=10 rate=100000000 queue=400',
      '50 client send 15000000',
      '60 client close',
      '2500 server close',
    ],
  },
];

/** Rows of docs/CLOSING.md that no script of packetdrill can show, as two hosts show them. */
const ROWS: readonly World[] = [
  {
    name: 'j04b',
    title: 'j04b: the ACK of a half-open connection whose listener is gone',
    about: [
      'The listener closes while a connection is half-open: nothing is said. Only when the ACK of the handshake comes, late, is it answered with a RST.',
    ],
    rows: ['j04'],
    script: [...OPEN, '0 delay 100 nth 1 ack client>server', '30 server unlisten'],
  },
  {
    name: 'p01',
    title: 'p01: a listener closes with connections that nobody accepted',
    about: [
      'The program accepts nothing. When it closes its listener, what waited is reset, with text in it or without.',
    ],
    rows: ['j01', 'j02', 'j03'],
    script: ['0 server accept off', ...OPEN, '50 client send 100', '100 server unlisten'],
  },
  {
    name: 'p02',
    title: 'p02: duplicated descriptors',
    about: [
      'Of several descriptors of one socket only the last close() acts, and only it lingers. shutdown() acts at once, whoever calls it.',
    ],
    rows: ['e01'],
    script: [
      ...OPEN,
      '40 client linger 5',
      '50 client dup',
      '60 client close',
      '100 client shutdown wr',
      '150 client close',
      '200 server close',
    ],
  },
  {
    name: 'p03',
    title: 'p03: the end of a process',
    about: ['The end of a process closes each of its descriptors, and never waits to linger.'],
    rows: ['a03', 'e01'],
    script: [...OPEN, '40 client linger 5', '50 client send 100', '50 client exit', '120 server close'],
  },
  {
    name: 'p05',
    title: 'p05: a SYN in FIN-WAIT-2',
    about: [
      'The client is an orphan in FIN-WAIT-2. The server has reset, the RST was lost, and now it connects from the same port: its SYN lies in the window, so the orphan answers with a RST and is gone.',
    ],
    rows: ['k09'],
    script: [
      ...OPEN,
      '50 client close',
      '80 link cut=true',
      '85 server linger 0',
      '90 server close',
      '100 link cut=false',
      '110 server unlisten',
      '120 server connect 80',
    ],
  },
  {
    name: 'p06',
    title: 'p06: connect() from a port in TIME-WAIT',
    about: [
      'With timestamps a bound port in TIME-WAIT may be connected from again at once: late segments of the old connection would be known by their timestamps. The new SYN has a higher number, and the listener takes it.',
    ],
    rows: ['h09', 'h12'],
    script: [
      ...OPEN,
      '50 client close',
      '80 server close',
      '200 client connect 40000',
      '300 client send 100',
    ],
  },
  {
    name: 'p07',
    title: 'p07: bind() to a port in TIME-WAIT',
    about: ['Without SO_REUSEADDR a port in TIME-WAIT cannot be bound: EADDRINUSE.'],
    rows: ['p06'],
    script: [
      ...OPEN,
      '50 client close',
      '80 server close',
      '100 client set SO_REUSEADDR 0',
      '200 client connect 40000',
    ],
  },
  {
    name: 'p08',
    title: 'p08: another SYN in SYN-RECEIVED',
    about: [
      'The client gives up while its connection is half-open on the server, and connects again from the same port. The new SYN lies in the window of the half-open connection, which is reset and dropped; the attempt is refused.',
    ],
    rows: ['j14'],
    script: [...OPEN, '0 drop nth 1 synack', '15 client close', '60 client connect 40000'],
  },
  {
    name: 'p09',
    title: 'p09: a full accept queue',
    about: [
      'The program accepts nothing, and its queue has room for one. The second connection completes its handshake as the client sees it, but the server drops the last ACK, and sends its SYN+ACK again.',
    ],
    rows: ['j16'],
    script: [
      'until 30000',
      '0 server accept off',
      '0 server listen 0',
      '0 client connect',
      '100 client connect',
      '200 client send 100',
      '5000 server accept on',
    ],
  },
  {
    name: 'p10',
    title: 'p10: a segment to a closed port',
    about: ['Nobody listens: the SYN is answered with a RST at number 0 that acknowledges it.'],
    rows: ['a16'],
    script: ['0 client connect'],
  },
  {
    name: 'p11',
    title: 'p11: connect() after SO_ERROR has told of a refusal',
    about: [
      'The attempt is refused. getsockopt(SO_ERROR) tells so and takes the error; the next connect() on the same socket says ECONNABORTED, once. Then the socket can be used again.',
    ],
    rows: ['l13'],
    script: [
      '0 client read off',
      '0 client connect',
      '50 client error',
      '60 client again',
      '100 server listen',
      '110 client again',
    ],
  },
];

function worlds(group: string, all: readonly World[]): Scenario[] {
  return all.map((world) => ({ ...world, kind: 'world', group, script: world.script.join('\n') }));
}

/** Two hosts and a link, with something to see. */
export const WORLDS: readonly Scenario[] = [
  ...worlds('Opening', OPENING),
  ...worlds('Closing', CLOSING),
  ...worlds('TIME-WAIT', TIME_WAIT),
  ...worlds('Text on its way', MOVING),
  ...worlds('Rows p: two hosts', ROWS),
];
