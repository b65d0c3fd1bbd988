import { Network } from '@halfclose/netem';
import { AF_INET, TcpSocket } from '@halfclose/sockets';
import { Host, type IpAddress, parseIpAddress, type Profile, profile } from '@halfclose/stack';
import { type Milliseconds, VirtualClock } from '@halfclose/timers';

/** One bulk transfer among those that share the bottleneck. */
interface FlowOptions {
  /** Where the sender's profile differs from the default. */
  readonly profile: Partial<Profile>;
  /** Round trip without queues. */
  readonly rtt: Milliseconds;
  /** When it connects. */
  readonly start: Milliseconds;
}

/** What shares what, and for how long. */
export interface Scenario {
  /** Of the bottleneck, in bits per second of IP packets. */
  readonly rate: number;
  /** Packets that may wait before it. */
  readonly queue: number;
  /** Probability that it loses a packet with text. */
  readonly loss: number;
  /** Probability that a packet with text arrives later than those behind it, and how much later. */
  readonly reorder: { readonly probability: number; readonly delay: Milliseconds };
  readonly seed: number;
  readonly flows: readonly FlowOptions[];
  /** Time that is not measured, and time after it that is. */
  readonly warmUp: Milliseconds;
  readonly duration: Milliseconds;
}

/** Octets of an IP packet, and of the text in it: 20 are the IP header, 32 the TCP header with timestamps. */
export const MTU = 1500;
export const MSS = 1448;

const PORT = 5001;
const WRITE = new Uint8Array(65_536);
const READ_OCTETS = 65_536;
/** Timers and tasks that a run may take. */
const LIMIT = 1e9;

/**
 * Bulk transfers from a host each to one host, across one bottleneck in virtual time: programs that write all that
 * their socket takes, and one that reads all there is. Returns the goodput of each: bits of text per second that were
 * read in the measured time.
 */
export function transfer(scenario: Scenario): number[] {
  const { rate, queue, loss, reorder, seed, flows, warmUp, duration } = scenario;
  const clock = new VirtualClock();
  const network = new Network(clock, { seed, mtu: MTU });
  const bottleneck = { rate, queue: { packets: queue }, loss, reorder };
  const server = address(1);
  const sink = new Host({ timers: clock, name: 'sink', secret: Uint32Array.of(seed, 0, 0, 1) });
  sink.addInterface(network.attach([server], { bToA: bottleneck }), [{ address: server, prefixLength: 24 }]);
  const received = new Map<string, number>();
  readAll(sink, server, received);

  const sources = flows.map((flow, index) => {
    const own = address(index + 2);
    const secret = Uint32Array.of(seed, index, 0, 2);
    const host = new Host({ timers: clock, name: `source ${index}`, secret, profile: profile(flow.profile) });
    host.addInterface(network.attach([own], { delay: flow.rtt / 2 }), [{ address: own, prefixLength: 24 }]);
    return { host, own: own.toString(), start: flow.start };
  });
  for (const { host, start } of [...sources].sort((a, b) => a.start - b.start)) {
    clock.advanceTo(start, { limit: LIMIT });
    writeAlways(host, server);
  }

  const read = (): number[] => sources.map(({ own }) => received.get(own) ?? 0);
  clock.advanceTo(warmUp, { limit: LIMIT });
  const before = read();
  clock.advanceTo(warmUp + duration, { limit: LIMIT });
  return read().map((octets, i) => ((octets - (before[i] ?? 0)) * 8000) / duration);
}

/** Counts what each address sends. */
function readAll(host: Host, own: IpAddress, received: Map<string, number>): void {
  const listener = new TcpSocket(host, AF_INET);
  listener.bind(own, PORT);
  listener.listen(16);
  listener.owner = {
    onReadiness: () => {
      const socket = listener.accept();
      if (typeof socket === 'number') return;
      socket.owner = { onReadiness: () => drain(socket, received) };
      drain(socket, received);
    },
  };
}

function drain(socket: TcpSocket, received: Map<string, number>): void {
  const from = socket.getpeername()?.address.toString() ?? '';
  let octets = received.get(from) ?? 0;
  for (let text = socket.read(READ_OCTETS); typeof text !== 'number'; text = socket.read(READ_OCTETS)) {
    octets += text.length;
  }
  received.set(from, octets);
}

function writeAlways(host: Host, server: IpAddress): void {
  const socket = new TcpSocket(host, AF_INET);
  socket.owner = {
    onReadiness: () => {
      while (socket.send(WRITE) > 0);
    },
  };
  socket.connect(server, PORT);
}

function address(last: number): IpAddress {
  const parsed = parseIpAddress(`10.0.0.${last}`);
  if (parsed === null) throw new RangeError(`10.0.0.${last} is no address`);
  return parsed;
}
