import { checkAddress, checkInteger, checkObject } from '@halfclose/codec/arguments';
import { Flag, type IpAddress, type Packet, type Segment } from '@halfclose/codec';
import { checkPacket, checkSegment } from './check-packet.ts';
import { checkScriptSegment, type ScriptTcpPacket } from '../script/script-packet.ts';
import { SequenceSpace } from './sequence-space.ts';
import { TimestampMap } from './timestamp-map.ts';

/** The four numbers of a connection; the script plays the remote side. */
export interface Endpoints {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
}

/** Which ISNs are still to come. */
type Handshake = 'awaits-syn-ack' | 'awaits-syn' | 'awaits-peer' | 'over';

const SYN_ACK = Flag.SYN | Flag.ACK;

/**
 * The connection under test, as far as a script has to know it: who, and how numbers are to be read. Its methods throw a
 * TypeError or RangeError that names the argument which is none.
 */
export class ScriptConnection {
  readonly endpoints: Endpoints;
  readonly sequence = new SequenceSpace();
  readonly timestamps = new TimestampMap();
  #handshake: Handshake;

  private constructor(endpoints: Endpoints, handshake: Handshake) {
    this.endpoints = endpoints;
    this.#handshake = handshake;
  }

  /** A connection that begins with a packet of the script, whatever packet that is: its sequence number is the ISN. */
  static fromInbound(endpoints: Endpoints, packet: ScriptTcpPacket): ScriptConnection {
    checkEndpoints(endpoints);
    checkScriptSegment('packet', packet);
    const connection = new ScriptConnection(endpoints, 'awaits-syn-ack');
    connection.sequence.setRemote(packet.sequence.start);
    return connection;
  }

  /** A connection that the stack opens. */
  static fromConnect(endpoints: Endpoints): ScriptConnection {
    checkEndpoints(endpoints);
    return new ScriptConnection(endpoints, 'awaits-syn');
  }

  /** Whether the packet was sent by the stack on this connection; of ICMP, only the addresses are looked at. */
  sent(packet: Packet): boolean {
    checkPacket('packet', packet);
    const { localAddress, localPort, remoteAddress, remotePort } = this.endpoints;
    if (!packet.source.equals(localAddress) || !packet.destination.equals(remoteAddress)) return false;
    if (packet.kind === 'icmp') return true;
    return packet.segment.sourcePort === localPort && packet.segment.destinationPort === remotePort;
  }

  /** A segment came where the script expects one: the first SYN of the stack tells its ISN. */
  noteOutbound(expected: ScriptTcpPacket, actual: Segment): void {
    checkScriptSegment('expected', expected);
    checkSegment('actual', actual);
    const flags = expected.flags & SYN_ACK;
    if (this.#handshake === 'awaits-syn-ack' && flags === SYN_ACK) this.#handshake = 'over';
    else if (this.#handshake === 'awaits-syn' && flags === Flag.SYN) this.#handshake = 'awaits-peer';
    else return;
    this.sequence.setLocal(expected.sequence.start, actual.seq);
  }

  /** The script sends a segment: the answer to the stack's SYN tells the peer's ISN. */
  noteInbound(packet: ScriptTcpPacket): void {
    checkScriptSegment('packet', packet);
    if (this.#handshake !== 'awaits-peer' || (packet.flags & SYN_ACK) !== SYN_ACK) return;
    this.#handshake = 'over';
    this.sequence.setRemote(packet.sequence.start);
  }
}

/** Throws a TypeError or RangeError for what are no four numbers of a connection. */
function checkEndpoints(endpoints: Endpoints): void {
  checkObject('endpoints', endpoints, 'Endpoints');
  checkAddress('endpoints.localAddress', endpoints.localAddress);
  checkInteger('endpoints.localPort', endpoints.localPort, 0, 0xffff);
  checkAddress('endpoints.remoteAddress', endpoints.remoteAddress);
  checkInteger('endpoints.remotePort', endpoints.remotePort, 0, 0xffff);
}

/** Throws a TypeError for what is no connection of a script. */
export function checkConnection(name: string, connection: ScriptConnection): void {
  checkObject(name, connection, 'a ScriptConnection');
  checkObject(`${name}.endpoints`, connection.endpoints, 'Endpoints');
}
