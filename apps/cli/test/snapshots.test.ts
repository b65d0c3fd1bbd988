import { expect, test } from 'vitest';
import { lingerSeconds } from '../src/tour/linger-seconds.ts';
import { orderlyClose } from '../src/tour/orderly-close.ts';
import { takeSnapshots } from '../src/tour/snapshots.ts';

test('snapshots follow each change of a state, up to the end of both', () => {
  const seen = takeSnapshots(orderlyClose).map(({ time, client, server }) => [
    time,
    client.map(({ state, owner }) => `${state} ${owner}`).join(),
    server.flatMap(({ state, owner }) => (state === 'LISTEN' ? [] : [`${state} ${owner}`])).join(),
  ]);
  expect(seen).toEqual([
    [1, 'SYN-SENT socket', ''],
    [11, 'SYN-SENT socket', 'SYN-RECEIVED listener'],
    [21, 'ESTABLISHED socket', 'SYN-RECEIVED listener'],
    [31, 'ESTABLISHED socket', 'ESTABLISHED listener'],
    [81, 'FIN-WAIT-1 orphan', 'ESTABLISHED socket'],
    [91, 'FIN-WAIT-1 orphan', 'CLOSE-WAIT socket'],
    [101, 'FIN-WAIT-1 orphan', 'LAST-ACK orphan'],
    [111, 'TIME-WAIT record', 'LAST-ACK orphan'],
    [121, 'TIME-WAIT record', ''],
    [60_111, '', ''],
  ]);
});

test('a snapshot tells queues and timers: a window that is closed, and who waits for it', () => {
  const [{ client, server } = { client: [], server: [] }] = takeSnapshots(lingerSeconds, [6000]);
  const [{ sendQueue, timers, owner } = {}] = client;
  expect([owner, timers?.[0]?.name]).toEqual(['orphan', 'persist']);
  const [{ receiveQueue } = {}] = server;
  expect([sendQueue, receiveQueue]).toEqual([1104, 2896]);
});
