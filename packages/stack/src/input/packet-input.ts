import {
  Flag,
  type IcmpPacket,
  type Packet,
  seqAdd,
  type SourceRoute,
  type TcpPacket,
} from '@halfclose/codec';
import {
  type FourTuple,
  initialSequenceNumber,
  isSynchronized,
  type Profile,
  receiveInListen,
  resetFor,
} from '@halfclose/tcp';
import { type ConnectionTable, hashFourTuple } from '../connections/connection-table.ts';
import { wasOnWire } from '../routing/address-rules.ts';
import type { HostDropReason } from '../events/drop-counters.ts';
import { EchoResponder, type EchoSurroundings, isEchoRequest } from './echo-responder.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import { meaningOf } from './icmp-errors.ts';
import type { Listener, ListenerTable } from '../connections/listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { InputBacklog } from './input-backlog.ts';
import {
  type CookieSurroundings,
  type ListenerArrival,
  SynCookieExchange,
} from '../opening/syn-cookie-exchange.ts';
import type { FastOpenServer } from '../opening/fast-open-server.ts';
import { RecordInput, type RecordInputSurroundings } from './record-input.ts';
import { learnsRoute, returnRoute } from '../routing/source-routing.ts';

/** What it needs of its host. */
export interface InputSurroundings extends EchoSurroundings, RecordInputSurroundings, CookieSurroundings {
  readonly profile: Profile;
  /** Seed of the hash tables. */
  readonly seed: number;
  readonly loopback: PacketDevice;
  readonly backlog: InputBacklog;
  readonly connections: ConnectionTable<HostedConnection>;
  readonly listeners: ListenerTable;
  readonly fastOpenServer: FastOpenServer;
}

/** Where an arrived packet goes: to its connection, to a record of one, to a listener, or nowhere. */
export class PacketInput {
  readonly #host: InputSurroundings;
  readonly #records: RecordInput;
  readonly #echoes: EchoResponder;
  readonly #wake: (hosted: HostedConnection) => void;
  readonly #cookies: SynCookieExchange;

  constructor(host: InputSurroundings, wake: (hosted: HostedConnection) => void) {
    this.#host = host;
    this.#records = new RecordInput(host);
    this.#echoes = new EchoResponder(host);
    this.#cookies = new SynCookieExchange(host);
    this.#wake = wake;
  }

  /** Takes in one packet. Never throws, whatever it holds. */
  receive(packet: Packet, device: PacketDevice, now: number): void {
    const host = this.#host;
    host.counters.packetsReceived++;
    const refusal = device === host.loopback ? null : this.#takeFromWire(packet);
    if (refusal !== null) host.drops.drop(packet, refusal, now);
    else if (packet.sourceRoute !== undefined && !this.#admitsRoute(packet.sourceRoute))
      host.drops.drop(packet, 'source-route', now);
    else if (packet.kind === 'icmp') this.#receiveIcmp(packet, device, now);
    else this.#receiveTcp(packet, device, now);
  }

  /** Why a packet from a wire is not for this host. On loopback is only what the host itself sent there. */
  #takeFromWire(packet: Packet): HostDropReason | null {
    const { routes, backlog } = this.#host;
    backlog.leave();
    const refusal = routes.refusalOf(packet.source, packet.destination);
    if (refusal !== null || packet.kind === 'tcp') return refusal;
    const { quoted } = packet.message;
    return quoted === null || wasOnWire(quoted, (address) => routes.kindOf(address)) ? null : 'icmp-martian';
  }

  #receiveTcp(packet: TcpPacket, device: PacketDevice, now: number): void {
    const { connections, listeners, records, events, seed } = this.#host;
    const { segment, source, destination } = packet;
    const { sourcePort, destinationPort } = segment;
    const hosted = connections.find(destination, destinationPort, source, sourcePort);
    if (hosted?.standing === 'abandoned') {
      hosted.connection.finish('listener closed', now);
      this.#wake(hosted);
      this.#answerWithReset(packet, device, 'no-connection', now);
      return;
    }
    if (hosted !== null) {
      if (hosted.listener?.acceptQueueFull === true && !this.#admit(hosted, packet, now)) return;
      const route = packet.sourceRoute;
      if (route !== undefined && learnsRoute(hosted.connection, packet))
        hosted.device = this.#host.connectionPaths.follow(
          hosted.connection,
          returnRoute(route),
          hosted.device,
        );
      hosted.connection.receive(segment, now);
      // At once, so that others of the same turn find the queue as full as it is.
      if (hosted.listener !== null && isSynchronized(hosted.connection.state))
        hosted.listener.complete(hosted);
      if (events.active) this.#observeArrival(packet, hosted, now);
      this.#wake(hosted);
      return;
    }
    const spread = hashFourTuple(destination, destinationPort, source, sourcePort, seed);
    const listener = listeners.find(destination, destinationPort, spread);
    const former = records.find(destination, destinationPort, source, sourcePort);
    if (former !== null) {
      const iss = this.#records.receive(former, packet, device, listener !== null, now);
      if (iss === null || listener === null) return;
      if (receiveInListen(segment) === 'open') this.#open(listener, packet, device, iss, now);
      else this.#host.drops.drop(packet, 'listener-ignored', now);
    } else if (listener === null) this.#answerWithReset(packet, device, 'no-connection', now);
    else this.#receiveInListen(listener, packet, device, now);
  }

  /** A host is no router: it takes in only what has come to its end, and that if it is told to (RFC 1122, 3.2.1.8 (c)). */
  #admitsRoute({ addresses, visited }: SourceRoute): boolean {
    return this.#host.profile.acceptSourceRoute && visited === addresses.length;
  }

  #receiveInListen(listener: Listener, packet: TcpPacket, device: PacketDevice, now: number): void {
    switch (receiveInListen(packet.segment)) {
      case 'open':
        this.#open(listener, packet, device, null, now);
        break;
      case 'reset':
        if (!this.#openByCookie(listener, packet, device, now)) {
          this.#answerWithReset(packet, device, 'no-connection', now);
        }
        break;
      case 'ignore':
        this.#host.drops.drop(packet, 'listener-ignored', now);
        break;
    }
  }

  /** The accept queue is full: the handshake may not end yet (docs/linux/closing.md, section 4). */
  #admit(hosted: HostedConnection, packet: TcpPacket, now: number): boolean {
    if (hosted.connection.state !== 'SYN-RECEIVED' || hosted.connection.isOpenBeforeAck) return true;
    if ((packet.segment.flags & (Flag.RST | Flag.SYN)) !== 0) return true;
    const { listener } = hosted;
    if (listener?.whenFull ? listener.whenFull === 'refuse' : this.#host.profile.abortOnOverflow) {
      this.#answerWithReset(packet, hosted.device, 'accept-queue-full', now);
      hosted.connection.finish('accept queue full', now);
      this.#wake(hosted);
    } else this.#host.drops.drop(packet, 'accept-queue-full', now);
    return false;
  }

  /** There are too many before it (Linux tcp_conn_request says nothing, whatever tcp_abort_on_overflow is). */
  #turnAway(listener: Listener, packet: TcpPacket, device: PacketDevice, now: number): void {
    if (listener.whenFull === 'refuse') this.#answerWithReset(packet, device, 'accept-queue-full', now);
    else this.#host.drops.drop(packet, 'accept-queue-full', now);
  }

  /** `iss`: of a connection that follows on one in TIME-WAIT; it needs no cookie, as its peer has been there before. */
  #open(listener: Listener, packet: TcpPacket, device: PacketDevice, iss: number | null, now: number): void {
    const host = this.#host;
    const { synCookies } = host.profile;
    const byCookie = iss === null && (synCookies === 2 || listener.synQueueFull);
    if (byCookie && synCookies === 0) {
      host.drops.drop(packet, 'syn-queue-full', now);
      return;
    }
    if (listener.acceptQueueFull) {
      this.#turnAway(listener, packet, device, now);
      return;
    }
    const way = host.routes.wayBack(packet.source, device) ?? device;
    const arrival = { listener, packet, tuple: tupleOf(packet) };
    if (byCookie) {
      this.#cookies.answer(arrival, way, now);
      return;
    }
    const firstNumber = iss ?? initialSequenceNumber(arrival.tuple, host.hash, now);
    const hosted = this.#addTo(arrival, firstNumber, way);
    const grant = host.fastOpenServer.grant(listener.fastOpen, packet, now);
    hosted.connection.accept(packet.segment, now, grant);
    if (grant?.opens === true) {
      hosted.fastOpenQueue = listener.fastOpen.queue;
      hosted.fastOpenQueue.enter();
      listener.complete(hosted);
    }
    if (host.events.active) this.#observeArrival(packet, hosted, now);
    this.#wake(hosted);
  }

  /** Returns whether nothing more is to be done about `packet`, an acknowledgment to a listener. */
  #openByCookie(listener: Listener, packet: TcpPacket, device: PacketDevice, now: number): boolean {
    const host = this.#host;
    const arrival = { listener, packet, tuple: tupleOf(packet) };
    const syn = this.#cookies.synOf(arrival, now);
    if (syn === null) return false;
    if (listener.acceptQueueFull) {
      this.#turnAway(listener, packet, device, now);
      return true;
    }
    const way = host.routes.wayBack(packet.source, device) ?? device;
    const hosted = this.#addTo(arrival, seqAdd(packet.segment.ack, -1), way);
    hosted.connection.acceptByCookie(syn, now);
    hosted.connection.receive(packet.segment, now);
    listener.complete(hosted);
    if (host.events.active) this.#observeArrival(packet, hosted, now);
    this.#wake(hosted);
    return true;
  }

  #addTo({ listener, packet, tuple }: ListenerArrival, iss: number, device: PacketDevice): HostedConnection {
    const { binding, settings } = listener;
    binding.users++;
    const hosted = this.#host.factory.open({ tuple, iss, device, binding, listener, settings });
    listener.synQueue.add(hosted);
    hosted.device = this.#host.connectionPaths.followOpener(hosted.connection, packet, device);
    return hosted;
  }

  #receiveIcmp(packet: IcmpPacket, device: PacketDevice, now: number): void {
    const host = this.#host;
    if (isEchoRequest(packet)) {
      this.#echoes.answer(packet, device, now);
      return;
    }
    const { quoted } = packet.message;
    const meaning = quoted === null ? null : meaningOf(packet);
    if (quoted === null || meaning === null) {
      host.drops.drop(packet, 'icmp-ignored', now);
      return;
    }
    const { source, sourcePort, destination, destinationPort } = quoted;
    const hosted = host.connections.find(source, sourcePort, destination, destinationPort);
    if (hosted === null) {
      // A record has nobody to tell (Linux tcp_v4_err).
      const isRecord = host.records.find(source, sourcePort, destination, destinationPort) !== null;
      host.drops.drop(packet, isRecord ? 'icmp-record' : 'icmp-no-connection', now);
      return;
    }
    const { connection } = hosted;
    if (!connection.mayBeQuoted(quoted.seq)) {
      host.drops.drop(packet, 'icmp-not-in-flight', now);
      return;
    }
    if (meaning.kind === 'path MTU') host.connectionPaths.narrow(hosted, meaning.mtu);
    else connection.onNetworkError(meaning.error, quoted.seq, now);
    if (host.events.active) this.#observeArrival(packet, hosted, now);
    this.#wake(hosted);
  }

  /** RFC 9293, 3.5.2, group 1. */
  #answerWithReset(packet: TcpPacket, device: PacketDevice, reason: HostDropReason, now: number): void {
    const host = this.#host;
    const reply = resetFor(packet.segment);
    if (reply === null) {
      host.drops.drop(packet, 'no-connection-reset', now);
      return;
    }
    const way = host.routes.wayBack(packet.source, device);
    if (way === null) {
      host.drops.drop(packet, 'no-route', now);
      return;
    }
    host.counters.drop(reason);
    if (host.events.active) host.events.segment('received', packet, null, now);
    const from = { localAddress: packet.destination, remoteAddress: packet.source };
    // Linux answers with the codepoint of what it answers (tcp_v4_send_reset).
    host.transmitter.sendReply({ from, device: way, segment: reply, state: null, dscp: packet.dscp }, now);
  }

  #observeArrival(packet: Packet, hosted: HostedConnection, now: number): void {
    this.#host.events.segment('received', packet, hosted.connection.state, now);
    this.#host.events.states(hosted);
  }
}

function tupleOf({ source, destination, segment }: TcpPacket): FourTuple {
  return {
    localAddress: destination,
    localPort: segment.destinationPort,
    remoteAddress: source,
    remotePort: segment.sourcePort,
  };
}
