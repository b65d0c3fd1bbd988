import { Flag, parseIpAddress, Segment, type IpAddress, type TcpPacket } from '@halfclose/codec';
import {
  compareOutbound,
  inboundPacket,
  parseScript,
  ScriptConnection,
  settingsOf,
  type DrillMode,
  type DrillSettings,
  type Endpoints,
  type FieldDifference,
} from '../src/index.ts';
import { actionOf, tcpOf } from './parse/parse.ts';

export const ISN = 0x7ffffff0;

export function addressFrom(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

/** The settings of a script with these option lines. */
export function settingsFrom(lines = '', mode: DrillMode = 'ipv4'): DrillSettings {
  return settingsOf(parseScript(`${lines}\n0 close(3) = 0`), mode);
}

function endpointsFrom({ localAddress, remoteAddress, bindPort }: DrillSettings): Endpoints {
  return { localAddress, localPort: bindPort, remoteAddress, remotePort: 40_000 };
}

/** A segment that the stack sends on the connection. */
export function segmentFrom(connection: ScriptConnection, fields: Partial<Segment>): TcpPacket {
  const { localAddress, localPort, remoteAddress, remotePort } = connection.endpoints;
  const ports = { sourcePort: localPort, destinationPort: remotePort };
  const segment = Object.assign(new Segment(), ports, fields);
  segment.seq |= 0;
  return { kind: 'tcp', source: localAddress, destination: remoteAddress, hopLimit: 64, dscp: 0, segment };
}

/** One side of a script, with a connection under test. */
export class Drill {
  readonly settings: DrillSettings;
  readonly connection: ScriptConnection;

  constructor(connection: ScriptConnection, settings: DrillSettings) {
    this.connection = connection;
    this.settings = settings;
  }

  /** A connection whose first packet is `line`. */
  static listening(line = '< S 0:0(0) win 1000 <mss 1000>', settings = settingsFrom()): Drill {
    return new Drill(ScriptConnection.fromInbound(endpointsFrom(settings), tcpOf(line)), settings);
  }

  /** A connection that the stack opens. */
  static connecting(settings = settingsFrom()): Drill {
    return new Drill(ScriptConnection.fromConnect(endpointsFrom(settings)), settings);
  }

  /** A connection after its handshake, with ISNs `ISN` here and 0 there. */
  static established(lines = ''): Drill {
    const drill = Drill.listening(undefined, settingsFrom(lines));
    drill.expect('> S. 0:0(0) ack 1 <...>', { seq: ISN, ack: 1, flags: Flag.SYN | Flag.ACK });
    return drill;
  }

  /** What is wrong with a segment where the script expects `line`. */
  expect(line: string, fields: Partial<Segment>, elapsed = 0): FieldDifference[] {
    const { connection, settings } = this;
    const packet = segmentFrom(connection, fields);
    return compareOutbound(tcpOf(line), packet, { connection, settings, elapsed });
  }

  /** The segment that `line` makes. */
  send(line: string): Segment {
    const packet = inboundPacket(tcpOf(line), this.connection, this.settings);
    if (packet.kind !== 'tcp') throw new Error('no TCP');
    return packet.segment;
  }

  /** The packet that `line` makes. */
  sendAny(line: string): ReturnType<typeof inboundPacket> {
    const action = actionOf(`0 ${line}`);
    if (!('direction' in action)) throw new Error('no packet');
    return inboundPacket(action, this.connection, this.settings);
  }
}
