import { inspect } from 'node:util';
import { bsd, linux, orphanPatience, type Profile, profile as profileWith, rfc9293 } from '@halfclose/stack';
import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import type { Socket } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

interface Connected extends Setting {
  readonly client: Socket;
  readonly peer: Socket;
  /** Codes of the errors that the two were told. */
  readonly errors: unknown[];
}

/** Both ends of a connection, 10 ms apart in virtual time; the peer reads nothing. */
async function connected(options: object = {}, profile?: Profile, delay = 10): Promise<Connected> {
  const setting = twoHosts({ delay }, profile);
  const listener = setting.far.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = setting.near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true, ...options });
  const [[peer]] = await runUntil(setting.clock, Promise.all([accepted, event(client, 'connect')]));
  const errors: unknown[] = [];
  for (const socket of [client, peer])
    socket.on('error', ({ code }: NodeJS.ErrnoException) => errors.push(code));
  return { ...setting, client, peer, errors };
}

/** More than the buffers of both ends hold. */
const TOTAL = 20_000_000;

/** Lets a program act at a time of its own. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("close() with SO_LINGER: the time counts from the call, and what is in the stream's buffer is part of it", () => {
  it('gives up what the peer did not take in time, and resets so that nobody takes it for all', async () => {
    const { clock, client, peer, errors } = await connected({ linger: 2 });
    client.write(Buffer.alloc(TOTAL));
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    expect(clock.now() - start).toBe(2000);
    const { octets, marks } = report;
    expect(report).toMatchObject({ orderly: false, state: 'CLOSED', reason: 'linger time over' });
    expect(report.lingerTimeOver).toBe(true);
    expect(octets.unflushed).toBeGreaterThan(0);
    expect([octets.written, octets.lost]).toEqual([TOTAL, TOTAL - octets.acknowledged]);
    expect(marks).toMatchObject([{ kind: 'rst', direction: 'sent', reason: 'linger time over' }]);
    peer.resume();
    await runUntil(clock, event(peer, 'close'));
    expect(errors).toEqual(['ECONNRESET']);
  });

  it('has left what flushing did not take', async () => {
    const { clock, link, client, peer } = await connected({ linger: 5 });
    client.on('finish', () => link.partition()).write(Buffer.alloc(TOTAL));
    const start = clock.now();
    const closing = client.close();
    await turn();
    clock.advanceBy(2000);
    peer.resume();
    const report = await runUntil(clock, closing);
    expect(clock.now() - start).toBe(5000);
    expect(report).toMatchObject({ state: 'FIN-WAIT-1', orderly: false, octets: { unflushed: 0 } });
    link.heal();
    await runUntil(clock, event(peer, 'end'));
    expect(peer.bytesRead).toBe(TOTAL);
  });

  it.each([
    ['linux', linux, 'FIN-WAIT-1', 'close'],
    ['lingerTimeoutResets', profileWith({ lingerTimeoutResets: true }), 'CLOSED', 'linger time over'],
  ] as const)('is over by the profile for what TCP has (%s)', async (_name, profile, state, reason) => {
    const { clock, link, client } = await connected({ linger: 1 }, profile);
    link.partition();
    client.write('taken by TCP');
    const report = await runUntil(clock, client.close());
    expect(report.lingerTimeOver).toBe(true);
    expect(inspect(report)).toContain('linger time   over');
    expect(report.states.at(-1)).toMatchObject({ to: state, why: reason });
    expect(report.octets).toMatchObject({ unflushed: 0, lost: state === 'CLOSED' ? 12 : 0 });
  });

  it('settles at once when all is acknowledged, though the peer goes on', async () => {
    const { clock, client, peer } = await connected({ linger: 60 });
    client.write('hello');
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    expect(report).toMatchObject({ state: 'FIN-WAIT-2', sending: 'fin', lingerTimeOver: false });
    expect(inspect(report)).not.toContain('linger time');
    expect(clock.now() - start).toBe(20);
    peer.destroy();
  });

  it('ends an attempt to connect, too', async () => {
    const { clock, near, link } = twoHosts();
    link.partition();
    const client = near.connect({ port: 80, host: '10.0.0.2', linger: 3 });
    client.write('hello');
    await turn();
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    expect(clock.now() - start).toBe(3000);
    expect(report).toMatchObject({
      orderly: false,
      marks: [],
      octets: { written: 5, unflushed: 5, lost: 5 },
    });
  });

  it('counts from destroy() where that came first, whether close() is called before its end or after', async () => {
    const { clock, link, client } = await connected({ linger: 4 });
    link.partition();
    client.write('hello');
    client.destroy();
    const start = clock.now();
    clock.advanceBy(1000);
    const report = await runUntil(clock, client.close());
    expect([clock.now() - start, report.state]).toEqual([4000, 'FIN-WAIT-1']);
  });

  it('is that of the call, whatever setLinger() says while the stream is flushed', async () => {
    const { clock, client } = await connected({ linger: 2 });
    client.write(Buffer.alloc(TOTAL));
    const start = clock.now();
    const closing = client.close();
    client.setLinger(false);
    expect(await runUntil(clock, closing)).toMatchObject({ reason: 'linger time over' });
    expect(clock.now() - start).toBe(2000);
  });

  it('without it is not changed by setLinger(), either', async () => {
    const { clock, client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    const closing = client.close();
    client.setLinger(true, 0);
    peer.resume().on('end', () => peer.end());
    expect(await runUntil(clock, closing)).toMatchObject({ orderly: true, octets: { written: TOTAL } });
    expect(() => client.setLinger(true, -1)).toThrow(RangeError);
  });

  it("is over after 'close'", async () => {
    const { clock, client, peer } = await connected({ linger: 4 });
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    const start = clock.now();
    expect(await runUntil(clock, client.close())).toMatchObject({ state: 'FIN-WAIT-2' });
    expect(clock.now()).toBe(start);
    peer.destroy();
  });

  it('is not what setLinger() says afterwards', async () => {
    const { clock, client, peer } = await connected();
    client.destroy();
    client.setLinger(true, 1);
    peer.resume().on('end', () => setImmediate(() => peer.end()));
    expect(await runUntil(clock, client.close())).toMatchObject({ state: 'TIME-WAIT', orderly: true });
  });
});

describe('close() without SO_LINGER ends all the same', () => {
  /** How long TCP keeps an orphan whose peer answers and reads nothing. */
  async function lifeOfOrphan(): Promise<number> {
    const { clock, client } = await connected();
    client.write(Buffer.alloc(1_000_000));
    await turn();
    clock.advanceBy(100);
    const start = clock.now();
    client.destroy();
    await runUntil(clock, client.close());
    return clock.now() - start;
  }

  it('where the peer reads nothing: as late as an orphan would', async () => {
    const { clock, client, errors } = await connected();
    client.write(Buffer.alloc(TOTAL));
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    const time = clock.now() - start;
    const about = (expected: number): number => Math.abs(time / expected - 1);
    expect(errors).toEqual(['ETIMEDOUT']);
    expect(report).toMatchObject({ orderly: false, sending: 'timeout', reason: 'user timeout' });
    expect(report.octets.lost).toBe(TOTAL - report.octets.acknowledged);
    expect(about(orphanPatience(linux))).toBeLessThan(0.01);
    // Whose probes begin at the RTO of the path, which is longer than the least.
    expect(about(await lifeOfOrphan())).toBeLessThan(0.1);
  });

  it('but not where it reads slowly', async () => {
    const { clock, client, peer } = await connected();
    client.write(Buffer.alloc(TOTAL));
    const start = clock.now();
    const closing = client.close();
    let isDone = false;
    void closing.finally(() => (isDone = true));
    let octets = 0;
    peer.on('end', () => peer.end());
    for (const more = patience('it is not done'); !isDone; more()) {
      await turn();
      clock.advanceBy(30_000);
      for (
        let chunk;
        octets < TOTAL && (chunk = peer.read() as Buffer | null) !== null;
        octets += chunk.length
      )
        await turn();
      if (octets === TOTAL) peer.resume();
    }
    expect(await closing).toMatchObject({ sending: 'fin', octets: { written: TOTAL, lost: 0 } });
    expect(clock.now() - start).toBeGreaterThan(2 * orphanPatience(linux));
  });

  it('where the peer is silent: as late as that while the stream holds something, then as an orphan', async () => {
    const silent = await connected();
    silent.client.write(Buffer.alloc(TOTAL));
    silent.link.partition();
    const start = silent.clock.now();
    expect(await runUntil(silent.clock, silent.client.close())).toMatchObject({ reason: 'user timeout' });
    expect(Math.round((silent.clock.now() - start) / 1000)).toBe(325);

    const { clock, link, client, peer } = await connected();
    let flushed = 0;
    client.on('finish', () => {
      flushed = clock.now();
      link.partition();
    });
    client.write(Buffer.alloc(TOTAL));
    peer.resume();
    const report = await runUntil(clock, client.close());
    expect(report).toMatchObject({ sending: 'timeout', reason: 'retransmissions exhausted' });
    expect(Math.abs((clock.now() - flushed) / 102_200 - 1)).toBeLessThan(0.15);
  });

  it.each([
    [10, 112],
    [150, 115],
    [750, 143],
  ])('where the peer is silent: by the round-trip time, %i ms each way', async (delay, seconds) => {
    const { clock, link, client } = await connected({}, undefined, delay);
    link.partition();
    client.write('hello');
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    expect(report).toMatchObject({ sending: 'timeout', reason: 'retransmissions exhausted' });
    expect(Math.round((clock.now() - start) / 1000)).toBe(seconds);
  });

  it('where the peer reads nothing, and is far away: somewhat later', async () => {
    const { clock, client } = await connected({}, undefined, 750);
    client.write(Buffer.alloc(TOTAL));
    const start = clock.now();
    await runUntil(clock, client.close());
    expect(Math.round((clock.now() - start) / 1000)).toBe(339);
  });

  it.each([
    ['rfc9293', rfc9293],
    ['bsd', bsd],
  ])('but by the profile %s not while the peer lives and never ends its stream', async (_name, profile) => {
    const { clock, client, peer } = await connected({}, profile);
    peer.resume();
    const closing = client.close();
    let report: unknown = null;
    void closing.then((value) => (report = value));
    for (let hour = 0; hour < 24; hour++) {
      await turn();
      clock.advanceBy(3_600_000);
    }
    await turn();
    expect([report, client.tcpState]).toEqual([null, 'FIN-WAIT-2']);
    peer.end();
    expect(await runUntil(clock, closing)).toMatchObject({ orderly: true });
  });
});
