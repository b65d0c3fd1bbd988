import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type IcmpPacket, type IpAddress, type Packet, parseIpAddress } from '@halfclose/codec';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { echoReply, echoRequest } from './echo-request.ts';
import { untilInterrupted } from './interruption.ts';
import { TunLink } from './tun-link.ts';
import { addDeviceOptions, type DeviceOptions, readInteger } from './tun-options.ts';

interface PingOptions extends DeviceOptions {
  readonly count: number;
  readonly interval: number;
  readonly size: number;
}

/** How long the last replies are waited for, in milliseconds. */
const PATIENCE = 1000;
/** A sequence number has 16 bits. */
const SEQUENCES = 0x1_0000;
const MOST_DATA = 65_507;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const ICMP_HEADER = 8;

/** Adds the command `ping`. */
export function addPing(program: Command): void {
  const command = program
    .command('ping')
    .description('send ICMP echo requests from a host of ours, and time the replies')
    .argument('<host>', 'the kernel, or whom it forwards to')
    .addOption(
      new Option('-c, --count <number>', 'requests to send (default: until interrupted)')
        .argParser((text) => readInteger(text, 1, Number.MAX_SAFE_INTEGER))
        .default(Infinity, 'until interrupted'),
    )
    .addOption(new Option('-i, --interval <seconds>', 'between requests').argParser(readInterval).default(1))
    .addOption(
      new Option('-s, --size <bytes>', 'of data in each')
        .argParser((text) => readInteger(text, 0, MOST_DATA))
        .default(56),
    )
    .action(ping);
  addDeviceOptions(command);
}

function readInterval(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0.001 && seconds <= 86_400))
    throw new InvalidArgumentError('It must be a number of seconds, 0.001 to 86400.');
  return seconds;
}

async function ping(name: string, options: PingOptions, command: Command): Promise<void> {
  await untilInterrupted(async (interruption) => {
    const destination = await addressOf(name, options);
    const link = new TunLink(options, undefined, command);
    try {
      const series = new EchoSeries(link, destination, options.size);
      try {
        await Promise.race([series.run(options.count, options.interval * 1000), interruption, link.failure]);
      } finally {
        series.summarize();
      }
      if (series.received === 0) process.exitCode = 1;
    } finally {
      await link.close();
    }
  });
}

/** Of a family that we have an address of. */
async function addressOf(name: string, { tun }: PingOptions): Promise<IpAddress> {
  const given = parseIpAddress(name);
  const found = given === null ? await lookup(name, { all: true }) : [];
  const addresses = given === null ? found.map(({ address }) => parseIpAddress(address)) : [given];
  for (const address of addresses) {
    if (address !== null && tun.some((ours) => ours.address.isIPv4 === address.isIPv4)) return address;
  }
  throw new Error(`${name} has no address of a family that --tun gives us one of`);
}

/** Echo requests to one address, one after the other. */
class EchoSeries {
  readonly #link: TunLink;
  readonly #source: IpAddress;
  readonly #destination: IpAddress;
  readonly #size: number;
  readonly #identifier = randomInt(SEQUENCES);
  /** When each that has no reply yet was sent. */
  readonly #waiting = new Map<number, number>();
  #sent = 0;
  #received = 0;
  /** Round trips in milliseconds. */
  #sum = 0;
  #least = Infinity;
  #most = 0;
  #onReply: () => void = () => undefined;

  constructor(link: TunLink, destination: IpAddress, size: number) {
    const ours = link.addresses.map((each) => each.ours);
    if (ours.some((address) => address.equals(destination)))
      throw new Error(`${String(destination)} is our own address: nothing of it goes over the device`);
    const source = ours.find((address) => address.isIPv4 === destination.isIPv4);
    if (source === undefined)
      throw new Error(`there is no address of ours to reach ${String(destination)} from`);
    const room = link.tun.mtu - ICMP_HEADER - (source.isIPv4 ? IPV4_HEADER : IPV6_HEADER);
    if (size > room)
      throw new Error(
        `${size} bytes of data are more than the MTU of ${link.tun.mtu} lets pass: at most ${room}`,
      );
    this.#link = link;
    this.#source = source;
    this.#destination = destination;
    this.#size = size;
    link.wire.attach((packet) => this.#receive(packet));
  }

  get received(): number {
    return this.#received;
  }

  async run(count: number, interval: number): Promise<void> {
    print(`PING ${String(this.#destination)} from ${String(this.#source)}: ${this.#size} bytes of data`);
    while (this.#sent < count && !this.#link.tun.closed) {
      this.#send();
      if (this.#sent < count) await delay(interval);
    }
    if (this.#waiting.size === 0) return;
    const patience = new AbortController();
    const allReplied = new Promise<void>((resolve) => {
      this.#onReply = () => {
        if (this.#waiting.size === 0) resolve();
      };
    });
    const timeout = delay(PATIENCE, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([allReplied, timeout]);
    patience.abort();
  }

  summarize(): void {
    const [sent, received] = [this.#sent, this.#received];
    const lost = sent === 0 ? 0 : Math.round(((sent - received) / sent) * 100);
    print(`\n--- ${String(this.#destination)} ping statistics ---`);
    print(`${sent} packets transmitted, ${received} received, ${lost}% packet loss`);
    if (received === 0) return;
    const times = [this.#least, this.#sum / received, this.#most].map((time) => time.toFixed(3));
    print(`rtt min/avg/max = ${times.join('/')} ms`);
  }

  #send(): void {
    const sequence = ++this.#sent % SEQUENCES;
    const numbers = { identifier: this.#identifier, sequence };
    const request = echoRequest(this.#source, this.#destination, numbers, this.#size);
    this.#record('sent', request);
    this.#waiting.set(sequence, performance.now());
    this.#link.wire.transmit(request);
  }

  #receive(packet: Packet): void {
    const now = performance.now();
    this.#record('received', packet);
    const numbers = echoReply(packet, this.#destination, this.#source);
    if (numbers === null || numbers.identifier !== this.#identifier || packet.kind !== 'icmp') return;
    const { sequence } = numbers;
    const line = `${packet.message.body.length + ICMP_HEADER} bytes from ${String(packet.source)}: icmp_seq=${sequence} ttl=${packet.hopLimit}`;
    const sentAt = this.#waiting.get(sequence);
    if (sentAt === undefined) {
      print(`${line} (duplicate)`);
      return;
    }
    this.#waiting.delete(sequence);
    const time = now - sentAt;
    this.#received++;
    this.#sum += time;
    this.#least = Math.min(this.#least, time);
    this.#most = Math.max(this.#most, time);
    print(`${line} time=${time.toFixed(3)} ms`);
    this.#onReply();
  }

  #record(direction: 'sent' | 'received', packet: Packet | IcmpPacket): void {
    const { capture, tun } = this.#link;
    capture?.record({
      type: 'segment',
      time: performance.now(),
      host: tun.name,
      direction,
      packet,
      state: null,
    });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
