import { Flag } from '@halfclose/codec';
import {
  type CloseReport,
  closeReport,
  type EndReason,
  type HostedConnection,
  type Profile,
} from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import { SHUT_WR } from '../src/index.ts';
import { type Connected, TwoHosts, write } from './two-hosts.ts';

/** What a scenario ends with: the report of one side. */
type End = CloseReport | null;

/** A connection between two hosts to whose end something leads. */
function connected(
  act: (sockets: Connected, hosts: TwoHosts) => End,
  profile: Partial<Profile> = {},
): () => End {
  return () => {
    const hosts = new TwoHosts(profile);
    return act(hosts.connected(), hosts);
  };
}

/** The same after close() of a, and 100 ms. */
function closed(
  act: (sockets: Connected, hosts: TwoHosts) => void,
  profile: Partial<Profile> = {},
): () => End {
  return connected((sockets, hosts) => {
    const { a } = sockets;
    a.watchOrphan(() => undefined);
    act(sockets, hosts);
    a.close();
    hosts.settle();
    return a.closeReport();
  }, profile);
}

/** The only connection that host b has. */
function only(hosts: TwoHosts): HostedConnection {
  const [hosted] = hosts.b.hosted();
  if (hosted === undefined) throw new Error('b has no connection');
  return hosted;
}

/** What each reason comes from. The compiler asks for all. */
const SCENARIOS: Record<EndReason, () => End> = {
  close: closed(() => undefined),
  shutdown: connected(({ a }, hosts) => {
    a.shutdown(SHUT_WR);
    hosts.settle();
    return a.closeReport();
  }),
  'linger 0': closed(({ a }) => {
    a.options.setLinger({ onoff: 1, linger: 0 });
  }),
  reset: connected(({ a }, hosts) => {
    a.reset();
    hosts.settle();
    return a.closeReport();
  }),
  abort: closed(({ a }, hosts) => {
    a.close();
    a.abortOrphan();
    hosts.settle();
  }),
  disconnect: connected(({ a }, hosts) => {
    const { connection } = a;
    a.disconnect();
    hosts.settle();
    return connection === null ? null : closeReport(connection);
  }),
  'listener closed': () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    hosts.connecting();
    hosts.settle();
    const { connection } = only(hosts);
    listener.close();
    hosts.settle();
    return closeReport(connection);
  },
  'unread data at close': closed(({ b }, hosts) => {
    write(b);
    hosts.settle();
  }),
  'data after close': connected(({ a, b }, hosts) => {
    a.watchOrphan(() => undefined);
    a.close();
    write(b);
    hosts.settle();
    return a.closeReport();
  }),
  'linger time over': connected(
    ({ a }, hosts) => {
      hosts.link.partition();
      a.options.setLinger({ onoff: 1, linger: 1 });
      a.close();
      hosts.settle(1100);
      return a.closeReport();
    },
    { lingerTimeoutResets: true },
  ),
  'TCP_LINGER2 negative': closed(({ a }) => {
    a.setsockopt('TCP_LINGER2', -1);
  }),
  'bad handshake': () => {
    const hosts = new TwoHosts();
    hosts.listener();
    hosts.connecting();
    hosts.settle(15);
    const { connection } = only(hosts);
    const seq = (connection.receiver.irs + 10) | 0;
    hosts.inject({ connection, host: hosts.b }, { flags: Flag.SYN, seq });
    return closeReport(connection);
  },
  'unexpected SYN': connected(({ a, b }, hosts) => {
    a.watchOrphan(() => undefined);
    a.close();
    hosts.settle();
    hosts.inject(a, { flags: Flag.SYN, seq: b.connection?.sender.sndNxt ?? 0 });
    return a.closeReport();
  }),
  'peer closed': connected(({ a, b }, hosts) => {
    b.close();
    hosts.settle();
    return a.closeReport();
  }),
  'peer reset': connected(({ a, b }, hosts) => {
    b.reset();
    hosts.settle();
    return a.closeReport();
  }),
  'connection refused': () => {
    const hosts = new TwoHosts();
    const a = hosts.connecting();
    hosts.settle();
    return a.closeReport();
  },
  unreachable: () => {
    const hosts = new TwoHosts();
    const a = hosts.connecting();
    hosts.link.aToB.set({ partition: true });
    hosts.settle();
    hosts.unreachable(a);
    return a.closeReport();
  },
  'handshake timed out': () => {
    const hosts = new TwoHosts();
    hosts.link.partition();
    const a = hosts.connecting();
    hosts.settle(600_000);
    return a.closeReport();
  },
  'retransmissions exhausted': connected(({ a }, hosts) => {
    hosts.link.partition();
    write(a);
    hosts.settle(3_600_000);
    return a.closeReport();
  }),
  'user timeout': connected(({ a }, hosts) => {
    a.setsockopt('TCP_USER_TIMEOUT', 5000);
    hosts.link.partition();
    write(a);
    hosts.settle(60_000);
    return a.closeReport();
  }),
  'keep-alive exhausted': connected(({ a }, hosts) => {
    a.setsockopt('SO_KEEPALIVE', 1);
    hosts.link.partition();
    hosts.settle(3 * 3_600_000);
    return a.closeReport();
  }),
  'FIN-WAIT-2 limit': connected(({ a }, hosts) => {
    a.watchOrphan(() => undefined);
    a.close();
    hosts.settle(61_000);
    return a.closeReport();
  }),
  'too many orphans': closed(
    ({ a }, hosts) => {
      write(a);
      hosts.link.partition();
    },
    { maxOrphans: 0 },
  ),
  'out of memory': closed(
    ({ a }, hosts) => {
      a.send(new Uint8Array(10_000));
      hosts.link.partition();
    },
    { memoryHigh: 0, sendBufferMin: 10_000 },
  ),
  'too many in TIME-WAIT': closed(() => undefined, { maxTimeWaits: 0 }),
  'accept queue full': () => {
    const hosts = new TwoHosts({ abortOnOverflow: true });
    hosts.listener(0);
    hosts.connecting();
    hosts.connecting();
    hosts.settle(15);
    const both = [...hosts.b.hosted()];
    hosts.settle();
    const refused = both.find(({ connection }) => connection.state === 'CLOSED');
    return refused === undefined ? null : closeReport(refused.connection);
  },
  'FIN acknowledged': connected(({ a, b }, hosts) => {
    b.close();
    hosts.settle();
    a.close();
    hosts.settle();
    return a.closeReport();
  }),
};

describe('each reason for an end is told, in its own words', () => {
  it.each(Object.entries(SCENARIOS))('%s', (reason, scenario) => {
    const report = scenario();
    const words = [report?.reason, ...(report?.marks ?? []).map((mark) => mark.reason)];
    expect(words).toContain(reason);
  });
});
