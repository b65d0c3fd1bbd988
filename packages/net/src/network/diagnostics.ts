import diagnostics from 'node:diagnostics_channel';
import type { Packet } from '@halfclose/codec';
import type { ConnectionState, Host, StackEvent, StackSubscriber } from '@halfclose/stack';
import { isSocket } from '../socket/socket-brand.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import type { Socket } from '../types.ts';

/** What the channel `halfclose.segment` of `node:diagnostics_channel` publishes: a packet that a host sent or took in. */
export interface SegmentMessage {
  /** The host's name. */
  readonly host: string;
  /** Of the codec, not copied: to be read only. */
  readonly packet: Packet;
  /** `in`: the host takes it in; `out`: it sends it. */
  readonly direction: 'in' | 'out';
  /** Milliseconds of the host's clock. */
  readonly time: number;
}

/** One end of a connection. */
export interface StateMessageEndpoint {
  /** In text, as `socket.localAddress` has it. */
  readonly address: string;
  /** Of TCP. */
  readonly port: number;
}

/** What the channel `halfclose.state` publishes: a connection changed its state. */
export interface StateMessage {
  /** The host's name. */
  readonly host: string;
  /** `null`: no socket has it, be it not yet or not any more. */
  readonly socket: Socket | null;
  /** Our address and port. */
  readonly local: StateMessageEndpoint;
  /** The peer's. */
  readonly remote: StateMessageEndpoint;
  /** The state before, by the names of RFC 9293. */
  readonly from: ConnectionState;
  /** The state now. */
  readonly state: ConnectionState;
  /** In the words of a close report. */
  readonly why: string;
  /** Milliseconds of the host's clock. */
  readonly time: number;
}

const segments = diagnostics.channel('halfclose.segment');
const states = diagnostics.channel('halfclose.state');

/** Publishes what hosts tell, while there is a subscriber. One that throws ends up in 'uncaughtException', as in Node. */
const publisher: StackSubscriber = {
  get active() {
    return segments.hasSubscribers || states.hasSubscribers;
  },

  tell(event: StackEvent, owner: unknown): void {
    const { host, time } = event;
    if (event.type === 'segment') {
      if (!segments.hasSubscribers || event.direction === 'dropped') return;
      const direction = event.direction === 'sent' ? 'out' : 'in';
      segments.publish({ host, packet: event.packet, direction, time } satisfies SegmentMessage);
    } else if (event.type === 'state' && states.hasSubscribers) {
      const { from, to: state, why } = event;
      const [local, remote] = [event.local, event.remote].map(({ address, port }) => ({
        address: address.toString(),
        port,
      })) as [StateMessageEndpoint, StateMessageEndpoint];
      const socket = socketOf(owner);
      states.publish({ host, socket, local, remote, from, state, why, time } satisfies StateMessage);
    }
  },
};

/** Has the channels told of a host; again: changes nothing. */
export function publish(host: Host): void {
  host.subscribe(publisher);
}

/** Above the socket of POSIX that has a connection is a handle, and above that one of ours, whichever copy made them. */
function socketOf(owner: unknown): Socket | null {
  const socket = ownerOf(ownerOf(owner));
  return isSocket(socket) ? (socket satisfies SocketBase as unknown as Socket) : null;
}

function ownerOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'owner' in value ? value.owner : null;
}
