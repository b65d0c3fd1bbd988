import { encodePacket, Flag } from '@halfclose/codec';
import type { Side, TraceConnection, TraceEvent } from '@halfclose/trace';
import { tcpOptions } from '../packet/tcp-options.ts';
import type { Recording, Transfer } from '../world/recording.ts';
import type { HostName, WorldSetup } from '../world/world-setup.ts';
import { Refusal } from './refusal.ts';
import { flagLetters, segmentsOf, type SentSegment, sideOf } from './segments.ts';

/** Sysctls for fields of profiles. */
const SYSCTLS: Readonly<Record<string, (value: unknown) => readonly [name: string, value: string]>> = {
  timestamps: (value) => ['tcp_timestamps', value === true ? '1' : '0'],
  resetEndsTimeWait: (value) => ['tcp_rfc1337', value === true ? '0' : '1'],
  congestionControl: (value) => ['tcp_congestion_control', String(value)],
  mtuProbing: (value) => ['tcp_mtu_probing', String(value)],
  synCookies: (value) => ['tcp_syncookies', String(value)],
};

const ERRORS: Readonly<Record<string, string>> = {
  EINPROGRESS: 'Operation now in progress',
  ECONNRESET: 'Connection reset by peer',
  ECONNREFUSED: 'Connection refused',
  EPIPE: 'Broken pipe',
  ETIMEDOUT: 'Connection timed out',
  ENOTCONN: 'Transport endpoint is not connected',
};

/** A line of the script, and when: milliseconds. */
interface Line {
  readonly time: number;
  /** When it returns, if later. */
  readonly until?: number;
  readonly text: string;
}

/**
 * What a host did and saw, as a script of packetdrill: run against the stack, it sends the same segments.
 *
 * @throws Refusal that says why it cannot be one
 */
export function packetdrillOf(recording: Recording, setup: WorldSetup, host: HostName): string {
  const [connection, ...others] = recording.connections;
  if (connection === undefined) throw new Refusal('there is no connection yet');
  if (others.length > 0)
    throw new Refusal('a script of packetdrill is about one connection, and here are several');
  refuseSeveralSockets(recording, host);
  const maker = new ScriptMaker(recording, connection, host);
  const lines = maker.lines();
  const init = Object.entries(setup.profiles[host]).map(([field, value]) => {
    const sysctl = SYSCTLS[field]?.(value);
    if (sysctl === undefined) throw new Refusal(`packetdrill has no sysctl for ${field}`);
    return `sysctl -q net.ipv4.${sysctl[0]}=${sysctl[1]}`;
  });
  let last = 0;
  const written = lines.map(({ time, until, text }, index) => {
    const at = index === 0 ? '0' : `+${seconds(time - last)}`;
    last = time;
    return `${at}${until === undefined ? '' : `...${(until / 1000).toFixed(6)}`} ${text}`;
  });
  return [
    `// What the ${host} did and saw, in the playground of Halfclose.`,
    '// The device of the playground cuts no segments.',
    `\`${['ethtool -K tun0 tso off gso off', ...init].join('\n')}\``,
    ...written,
    '',
  ].join('\n');
}

function refuseSeveralSockets({ events }: Recording, host: HostName): void {
  // More than one SYN of an end that is none sent again: its ports are used a second time.
  const starts = new Map<number, number>();
  for (const event of events) {
    if (event.type !== 'segment' || event.packet.kind !== 'tcp') continue;
    const { flags, sourcePort, seq } = event.packet.segment;
    if ((flags & Flag.SYN) === 0) continue;
    if ((starts.get(sourcePort) ?? seq) !== seq)
      throw new Refusal(
        'a script of packetdrill is about one connection, and its ports are used for a second one',
      );
    starts.set(sourcePort, seq);
  }
  let last = -1;
  for (const event of events) {
    if (event.type !== 'segment' || event.host !== host || event.direction !== 'received') continue;
    if (event.time === last)
      throw new Refusal('two packets reach the host at the same instant, which no script can say');
    last = event.time;
  }
  const calls = events.flatMap((event) => (event.type === 'call' && event.host === host ? [event.call] : []));
  const isOpening = (call: string) =>
    call === 'accept' || (host === 'client' ? call === 'bind' : call === 'connect');
  const opened = calls.filter(isOpening).length;
  if (opened > 1)
    throw new Refusal('a script of packetdrill is about one socket here, and the program has several');
  if (!calls.includes('connect') && !calls.includes('listen'))
    throw new Refusal(`the ${host} has no socket that a script could be about`);
}

class ScriptMaker {
  readonly #recording: Recording;
  readonly #connection: TraceConnection;
  readonly #host: HostName;
  readonly #side: Side;
  readonly #segments: ReadonlyMap<object, SentSegment>;
  readonly #lines: Line[] = [];
  /** Of the socket that calls are made on. */
  #descriptor = 3;

  constructor(recording: Recording, connection: TraceConnection, host: HostName) {
    this.#recording = recording;
    this.#connection = connection;
    this.#host = host;
    this.#side = host === 'client' ? 'left' : 'right';
    this.#segments = new Map(
      segmentsOf(recording.events, connection).map((segment) => [segment.packet, segment]),
    );
  }

  lines(): readonly Line[] {
    const start = this.#recording.events.find((event) => event.host === this.#host)?.time ?? 0;
    this.#push(start, 'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3');
    this.#push(start, 'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0');
    const transfers = this.#recording.transfers.filter(({ host }) => host === this.#host);
    let next = 0;
    for (const [index, event] of this.#recording.events.entries()) {
      while ((transfers[next]?.event ?? Infinity) <= index) this.#transfer(transfers[next++]);
      if (event.host === this.#host) this.#add(event);
    }
    while (next < transfers.length) this.#transfer(transfers[next++]);
    return this.#lines;
  }

  #push(time: number, text: string, until?: number): void {
    this.#lines.push(until === undefined ? { time, text } : { time, text, until });
  }

  #add(event: TraceEvent): void {
    if (event.type === 'segment') {
      if (event.packet.kind !== 'tcp')
        throw new Refusal('an error of ICMP came, which is not written as a script here');
      const segment = this.#segments.get(event.packet);
      if (segment === undefined || event.direction === 'dropped') return;
      const isOwn = sideOf(event.packet, this.#connection) === this.#side;
      if ((event.direction === 'sent') !== isOwn) return;
      this.#push(event.time, `${isOwn ? '>' : '<'} ${packetText(segment, isOwn)}`);
    } else if (event.type === 'call') this.#call(event.call, event.result, event.time);
  }

  #transfer(transfer: Transfer | undefined): void {
    if (transfer === undefined) return;
    const { kind, bytes, time } = transfer;
    const name = kind === 'read' ? 'read' : 'write';
    this.#push(time, `${name}(${this.#descriptor}, ..., ${bytes}) = ${bytes}`);
  }

  #call(call: string, result: string, time: number): void {
    const fd = this.#descriptor;
    const option = /^setsockopt\((\w+)\)$/.exec(call)?.[1];
    if (option !== undefined) {
      this.#option(option, time);
      return;
    }
    switch (call) {
      case 'bind':
        if (this.#host === 'server') this.#push(time, `bind(${fd}, ..., ...) = 0`);
        return;
      case 'listen':
        this.#push(time, `listen(${fd}, 16) = 0`);
        return;
      case 'accept':
        this.#descriptor = 4;
        this.#push(time, 'accept(3, ..., ...) = 4');
        return;
      case 'connect':
        this.#push(time, `fcntl(${fd}, F_SETFL, O_RDWR|O_NONBLOCK) = 0`);
        this.#push(time, `connect(${fd}, ..., ...) = ${returned(result)}`);
        return;
      case 'close':
        this.#push(time, `close(${fd}) = 0`, this.#lingersUntil(time));
        return;
      case 'recv()':
        if (result.startsWith('0')) this.#push(time, `read(${fd}, ..., 1000) = 0`);
        else if (result.startsWith('-1')) this.#push(time, `read(${fd}, ..., 1000) = ${returned(result)}`);
        return;
      case 'reset':
      case 'disconnect':
        throw new Refusal(`${call}() is no call of packetdrill`);
      default:
    }
    const how = /^shutdown\((\w+)\)$/.exec(call)?.[1];
    if (how !== undefined) this.#push(time, `shutdown(${fd}, ${how}) = ${returned(result)}`);
    const bytes = /^send\((\d+)\)$/.exec(call)?.[1];
    if (bytes !== undefined && result.startsWith('-1'))
      this.#push(time, `write(${fd}, ..., ${bytes}) = ${returned(result)}`);
    if (call === '(power fails)') throw new Refusal('no script lets the power fail');
    if (call === '(its process ends)' || call.startsWith('dup('))
      throw new Refusal(`${call} is not written as a script here`);
  }

  #option(option: string, time: number): void {
    const value = this.#recording.options.find(
      (each) => each.host === this.#host && each.time === time && each.option === option,
    );
    if (value === undefined) throw new Refusal(`what ${option} was set to is not known`);
    const fd = this.#descriptor;
    if (option === 'SO_LINGER') {
      const { value: seconds } = value;
      const linger = `{onoff=${seconds < 0 ? 0 : 1}, linger=${Math.max(0, seconds)}}`;
      this.#push(time, `setsockopt(${fd}, SOL_SOCKET, SO_LINGER, ${linger}, 8) = 0`);
      return;
    }
    const level = option.startsWith('TCP_') ? 'SOL_TCP' : 'SOL_SOCKET';
    this.#push(time, `setsockopt(${fd}, ${level}, ${option}, [${value.value}], 4) = 0`);
  }

  #lingersUntil(time: number): number | undefined {
    const start = this.#recording.events.find((event) => event.host === this.#host)?.time ?? 0;
    const returns = this.#recording.events.find(
      (event) =>
        event.type === 'call' &&
        event.host === this.#host &&
        event.time > time &&
        event.call.startsWith('(close() returns'),
    );
    return returns === undefined ? undefined : returns.time - start;
  }
}

/** The window that a host offers is left open: it depends on whether it is told before its program reads, or after. */
function packetText({ packet, numbers }: SentSegment, isOwn: boolean): string {
  const { segment } = packet;
  const flags = flagLetters(segment.flags);
  const ack = numbers.ack === null ? '' : ` ack ${numbers.ack}`;
  const bytes = encodePacket(packet);
  const header = (bytes[0] ?? 0) >> 4 === 4 ? ((bytes[0] ?? 0) & 0xf) * 4 : 40;
  const end = header + ((bytes[header + 12] ?? 0) >> 4) * 4;
  const blocks = numbers.sackBlocks.map(([left, right]) => `${left}:${right}`).join(' ');
  const options = tcpOptions(bytes.subarray(header + 20, end))
    .map(({ name, text }) => (name === 'sack' ? `sack ${blocks}` : `${name} ${text}`.trim()))
    .join(',');
  const window = isOwn ? '' : ` win ${segment.window}`;
  const shown = options === '' ? '' : ` <${options}>`;
  return `${flags} ${numbers.seq}:${numbers.end}(${segment.payload.length})${ack}${window}${shown}`;
}

function returned(result: string): string {
  const error = /^-1 (\w+)/.exec(result)?.[1];
  return error === undefined ? result : `-1 ${error} (${ERRORS[error] ?? error})`;
}

function seconds(milliseconds: number): string {
  return String(Number((milliseconds / 1000).toFixed(6)));
}
