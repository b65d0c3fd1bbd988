import { describe, expect, it } from 'vitest';
import net, { type Socket, type SocketCloseReport } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, twoHosts } from '../network/two-hosts.ts';

interface Situation {
  /** Options of the socket that closes. */
  readonly options?: object;
  /** What its peer does first. */
  readonly peer?: (peer: Socket) => void;
  /** What it does itself, once that has arrived. */
  readonly before?: (client: Socket) => void;
}

interface Outcome {
  readonly report: SocketCloseReport;
  /** FINs and RSTs that the socket sent, and why. */
  readonly sent: string[];
  readonly peerReport: SocketCloseReport;
  /** 'end', or the code of the error. */
  readonly peerSaw: string[];
}

/** What `close()` does on the wire: 10 ms between the two, in virtual time. */
async function closed({ options, peer: act, before }: Situation): Promise<Outcome> {
  const { clock, near, far } = twoHosts();
  const peerSaw: string[] = [];
  const listener = far.createServer({ allowHalfOpen: true }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true, ...options });
  const [[peer]] = await runUntil(clock, Promise.all([accepted, event(client, 'connect')]));
  peer.on('error', ({ code }: NodeJS.ErrnoException) => peerSaw.push(String(code))).resume();
  peer.on('end', () => {
    peerSaw.push('end');
    peer.end();
  });
  act?.(peer);
  clock.advanceBy(200);
  before?.(client);
  await runUntil(clock, new Promise((resolve) => setImmediate(resolve)));
  const gone = event(peer, 'close');
  const report = await runUntil(clock, client.close());
  await runUntil(clock, gone);
  const peerReport = await runUntil(clock, peer.close());
  const sent = report.marks.filter(({ direction }) => direction === 'sent');
  return { report, peerReport, peerSaw, sent: sent.map(({ kind, reason }) => `${kind}: ${reason}`) };
}

/** More than the stream takes for itself, so that the rest stays with TCP. */
const MORE_THAN_THE_STREAM = 200_000;
const read0 = (client: Socket): void => void client.read(0);

describe('what close() sends (rows of docs/linux/closing.md, section 1)', () => {
  it.each(['buffered', 'strict'])('a03: a FIN when nothing is unread (%s)', async (unread) => {
    const { sent, report, peerReport, peerSaw } = await closed({
      options: { unread },
      peer: (peer) => peer.write('hello'),
      before: (client) => client.resume().write('bye'),
    });
    expect([sent, peerSaw, report.orderly, peerReport.orderly]).toEqual([
      ['fin: close'],
      ['end'],
      true,
      true,
    ]);
  });

  it.each(['buffered', 'strict'])(
    'a01: one RST and no FIN when TCP holds unread text (%s)',
    async (unread) => {
      const { sent, report, peerReport, peerSaw } = await closed({
        options: { unread },
        peer: (peer) => peer.write(Buffer.alloc(MORE_THAN_THE_STREAM)),
        before: read0,
      });
      expect([sent, peerSaw]).toEqual([['rst: unread data at close'], ['ECONNRESET']]);
      expect(report.orderly || peerReport.orderly).toBe(false);
      expect(report.octets.lost).toBeGreaterThan(0);
    },
  );

  it.each(['buffered', 'strict'])('a06: the same in CLOSE-WAIT (%s)', async (unread) => {
    const { sent, report, peerReport } = await closed({
      options: { unread },
      peer: (peer) => peer.end(Buffer.alloc(MORE_THAN_THE_STREAM)),
    });
    expect([sent, report.orderly, peerReport.orderly]).toEqual([['rst: unread data at close'], false, false]);
    expect(peerReport).toMatchObject({ state: 'CLOSED', reason: 'peer reset' });
  });

  it.each([
    ['a01', (peer: Socket) => void peer.write(Buffer.alloc(1000))],
    ['a06', (peer: Socket) => void peer.end(Buffer.alloc(1000))],
  ])("%s: text in the stream's buffer is unread with unread: 'strict'", async (_row, act) => {
    const { sent, report, peerReport } = await closed({
      options: { unread: 'strict' },
      peer: act,
      before: read0,
    });
    expect([sent, peerReport.orderly]).toEqual([['rst: unread data at close'], false]);
    expect(report).toMatchObject({ orderly: false, octets: { unread: 1000, lost: 1000, buffered: 1000 } });
  });

  it("a07: text in the stream's buffer is read without it, as in Node", async () => {
    const { sent, report } = await closed({ peer: (peer) => peer.end(Buffer.alloc(1000)), before: read0 });
    expect([sent, report.octets.buffered, report.orderly]).toEqual([['fin: close'], 1000, true]);
  });

  it.each(['buffered', 'strict'])('d01: one RST and no FIN with linger 0 (%s)', async (unread) => {
    const { sent, peerSaw } = await closed({ options: { unread, linger: 0 } });
    expect([sent, peerSaw]).toEqual([['rst: linger 0'], ['ECONNRESET']]);
  });

  it.each(['buffered', 'strict'])('d05: the same in CLOSE-WAIT (%s)', async (unread) => {
    const { sent, report, peerReport } = await closed({
      options: { unread, linger: 0 },
      peer: (peer) => peer.end('x'),
      before: (client) => client.resume(),
    });
    expect([sent, report.orderly, peerReport.orderly]).toEqual([['rst: linger 0'], false, false]);
  });

  it('d12: nothing with linger 0 while connecting', async () => {
    const { clock, near } = twoHosts();
    const client = near.connect({ port: 80, host: '10.0.0.2', linger: 0 });
    client.write('hello');
    await new Promise((resolve) => setImmediate(resolve));
    const report = await runUntil(clock, client.close());
    expect(report).toMatchObject({ marks: [], orderly: false, octets: { written: 5, sent: 0, lost: 5 } });
  });

  it('a01: after what was written has got into TCP', async () => {
    const { sent, report } = await closed({
      peer: (peer) => peer.write(Buffer.alloc(MORE_THAN_THE_STREAM)),
      before: (client) => {
        client.read(0);
        client.write(Buffer.alloc(1_000_000));
      },
    });
    expect(sent).toEqual(['rst: unread data at close']);
    expect(report.octets).toMatchObject({ written: 1_000_000, unflushed: 0 });
  });

  it('linger 0 waits for nothing: what had not got into TCP is lost', async () => {
    const { sent, report } = await closed({
      options: { linger: 0 },
      before: (client) => client.write(Buffer.alloc(5_000_000)),
    });
    const { written, unflushed, lost, acknowledged } = report.octets;
    expect([sent, written, lost]).toEqual([['rst: linger 0'], 5_000_000, 5_000_000 - acknowledged]);
    expect(unflushed).toBeGreaterThan(0);
  });

  it('the linger of a server is that of its connections', async () => {
    const listener = net.createServer({ linger: 0 }, (peer) => peer.destroy()).listen(0);
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = net.connect(port, '127.0.0.1').resume();
    const [error] = await event(client, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    listener.close();
  });
});
