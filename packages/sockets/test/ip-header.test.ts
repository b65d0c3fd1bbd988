import { Ecn, Flag, LOOPBACK_IPV4, LOOPBACK_IPV6, type TcpPacket } from '@halfclose/codec';
import { Host, profile } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { AF_INET, AF_INET6, type NumberOption, TcpSocket } from '../src/index.ts';
import { accepted } from './two-hosts.ts';

const FAMILIES = [
  { name: 'IPv4', family: AF_INET, address: LOOPBACK_IPV4, tos: 'IP_TOS', ttl: 'IP_TTL' },
  { name: 'IPv6', family: AF_INET6, address: LOOPBACK_IPV6, tos: 'IPV6_TCLASS', ttl: 'IPV6_UNICAST_HOPS' },
] as const satisfies readonly { tos: NumberOption; ttl: NumberOption; [other: string]: unknown }[];

/** A host whose packets from and to port 80 are written down: sender, flags, Diffserv field, hop limit. */
class Watched {
  readonly clock = new VirtualClock();
  readonly host: Host;
  readonly #lines: string[] = [];

  constructor(changes: Parameters<typeof profile>[0] = {}) {
    this.host = new Host({
      timers: this.clock,
      secret: Uint32Array.of(1, 2, 3, 4),
      profile: profile(changes),
    });
    this.host.observe((event) => {
      if (event.type === 'segment' && event.direction === 'sent' && event.packet.kind === 'tcp')
        this.#lines.push(lineOf(event.packet));
    });
  }

  seen(): string[] {
    this.clock.advanceBy(100);
    return this.#lines.splice(0);
  }
}

function lineOf({ segment, dscp, hopLimit }: TcpPacket): string {
  const { flags } = segment;
  const kind = flags & Flag.SYN ? 'SYN' : flags & Flag.RST ? 'RST' : flags & Flag.FIN ? 'FIN' : 'text';
  const name = segment.payload.length > 0 || kind !== 'text' ? kind : 'ACK';
  return `${segment.sourcePort === 80 ? 'server' : 'client'} ${name} 0x${(dscp << 2).toString(16)} ${hopLimit}`;
}

describe.each(FAMILIES)('over $name', ({ family, address, tos, ttl }) => {
  const sockets = (watched: Watched): { client: TcpSocket; listener: TcpSocket } => {
    const listener = new TcpSocket(watched.host, family);
    listener.bind(address, 80);
    listener.listen(5);
    return { client: new TcpSocket(watched.host, family), listener };
  };

  it('a socket says which Diffserv field and TTL its packets have, from the SYN on (MUST-48, MUST-49)', () => {
    const watched = new Watched();
    const { client, listener } = sockets(watched);
    client.setsockopt(tos, 0xb8);
    client.setsockopt(ttl, 9);
    listener.setsockopt(tos, 0x28);
    listener.setsockopt(ttl, 33);
    client.connect(address, 80);
    expect(watched.seen()).toEqual(['client SYN 0xb8 9', 'server SYN 0x28 33', 'client ACK 0xb8 9']);
    const server = accepted(listener);
    expect([server.getsockopt(tos), server.getsockopt(ttl)]).toEqual([0x28, 33]);
  });

  it('may change during a connection, both of them (SHLD-21)', () => {
    const watched = new Watched();
    const { client, listener } = sockets(watched);
    client.connect(address, 80);
    watched.seen();
    client.setsockopt(tos, 0x10);
    client.setsockopt(ttl, 5);
    client.send(new Uint8Array(10));
    expect(watched.seen()).toEqual(['client text 0x10 5', 'server ACK 0x0 64']);
    const server = accepted(listener);
    client.setsockopt(tos, 0);
    client.setsockopt(ttl, -1);
    server.recv(new Uint8Array(10));
    client.close();
    expect(watched.seen()).toEqual(['client FIN 0x0 64', 'server ACK 0x0 64']);
  });

  it('all codepoints pass unchanged, and none touches ECN (SHLD-22)', () => {
    const watched = new Watched();
    const { client } = sockets(watched);
    client.connect(address, 80);
    watched.seen();
    for (let field = 0; field < 256; field++) {
      client.setsockopt(tos, field);
      client.send(new Uint8Array(1));
      expect(watched.seen()[0]).toBe(`client text 0x${(field & 0xfc).toString(16)} 64`);
    }
  });

  it('the bits of ECN beside it stay what TCP says (RFC 3168, section 5)', () => {
    const watched = new Watched({ ecn: 1 });
    const { client } = sockets(watched);
    const marks: string[] = [];
    watched.host.observe((event) => {
      if (event.type !== 'segment' || event.direction !== 'sent' || event.packet.kind !== 'tcp') return;
      const { dscp, segment } = event.packet;
      if (segment.payload.length > 0) marks.push(`${dscp} ${segment.ecn}`);
    });
    client.connect(address, 80);
    for (const field of [0x00, 0x03, 0xb8, 0xbb]) {
      watched.seen();
      client.setsockopt(tos, field);
      client.send(new Uint8Array(1));
    }
    watched.seen();
    expect(marks).toEqual([`0 ${Ecn.Ect0}`, `0 ${Ecn.Ect0}`, `46 ${Ecn.Ect0}`, `46 ${Ecn.Ect0}`]);
  });

  it('nothing but the application changes the field (SHLD-23)', () => {
    const watched = new Watched();
    const { client, listener } = sockets(watched);
    client.setsockopt(tos, 0x48);
    client.connect(address, 80);
    const lines = watched.seen();
    const server = accepted(listener);
    for (let i = 0; i < 5; i++) {
      client.send(new Uint8Array(1000));
      lines.push(...watched.seen());
      server.send(new Uint8Array(1000));
      server.recv(new Uint8Array(1000));
      lines.push(...watched.seen());
    }
    server.close();
    client.reset();
    lines.push(...watched.seen());
    const own = lines.filter((line) => line.startsWith('client'));
    expect(own.filter((line) => !line.endsWith(' 0x48 64'))).toEqual([]);
    expect(own.map((line) => line.split(' ')[1])).toEqual(
      expect.arrayContaining(['SYN', 'ACK', 'text', 'RST']),
    );
  });

  it('a host says what sockets start with (MUST-49)', () => {
    const watched = new Watched({ hopLimit: 200 });
    const { client } = sockets(watched);
    expect(client.getsockopt(ttl)).toBe(200);
    client.connect(address, 80);
    expect(watched.seen()).toEqual(['client SYN 0x0 200', 'server SYN 0x0 200', 'client ACK 0x0 200']);
    client.setsockopt(ttl, 7);
    client.setsockopt(ttl, -1);
    expect(client.getsockopt(ttl)).toBe(200);
  });

  it('a RST from nobody answers with the codepoint that it got, and the TTL of the host', () => {
    const watched = new Watched();
    const client = new TcpSocket(watched.host, family);
    client.setsockopt(tos, 0xb8);
    client.setsockopt(ttl, 9);
    client.connect(address, 80);
    expect(watched.seen()).toEqual(['client SYN 0xb8 9', 'server RST 0xb8 64']);
  });

  it('a SYN+ACK with a cookie has the Diffserv field and TTL of its listener', () => {
    const watched = new Watched({ synCookies: 2 });
    const { client, listener } = sockets(watched);
    listener.setsockopt(tos, 0x28);
    listener.setsockopt(ttl, 33);
    client.connect(address, 80);
    expect(watched.seen()).toContain('server SYN 0x28 33');
  });
});
