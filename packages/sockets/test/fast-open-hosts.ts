import { drop, syn } from '@halfclose/netem';
import type { Profile } from '@halfclose/stack';
import { AF_INET, MSG_FASTOPEN, TcpSocket } from '../src/index.ts';
import { accepted, named, TwoHosts } from './two-hosts.ts';

/** A socket that sent with its SYN, and what the call returned. */
export interface Opened {
  readonly socket: TcpSocket;
  readonly taken: number | string;
}

/** Two hosts of which b has a listener with TCP_FASTOPEN. Both may use it unless told otherwise. */
export class FastOpenHosts extends TwoHosts {
  /** The one on port 80. */
  readonly server = new TcpSocket(this.b, AF_INET);

  constructor(profile: Partial<Profile> = {}, limit = 5) {
    super({ fastOpen: 3, ...profile });
    this.server.setsockopt('TCP_FASTOPEN', limit);
    this.server.bind(this.addressB, 80);
    this.server.listen(8);
  }

  /** sendto() with MSG_FASTOPEN on a fresh socket. Nothing has been sent yet when it returns. */
  openWith(octets: number, socket = new TcpSocket(this.a, AF_INET)): Opened {
    const text = new Uint8Array(octets).fill(7);
    return { socket, taken: named(socket.sendTo(text, MSG_FASTOPEN, this.addressB, 80)) };
  }

  /** A first connection, by which host a gets a cookie; it is closed on both sides. */
  exchange(): void {
    const { socket } = this.openWith(0);
    this.settle();
    accepted(this.server).close();
    socket.close();
    this.settle(200_000);
    this.sent();
  }

  /** A connection is opened with text, and nothing comes back, three timeouts long. */
  meetBlackHole(): void {
    this.link.aToB.set({ rules: [drop(syn())] });
    const { socket } = this.openWith(10);
    this.settle(4000);
    socket.close();
    this.link.aToB.set({ rules: [] });
    this.sent();
  }
}
