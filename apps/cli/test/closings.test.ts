import { describe, expect, test } from 'vitest';
import { Errno } from '@halfclose/sockets';
import { closings } from '../src/tour/chapters.ts';
import { playClosing } from '../src/tour/closing.ts';
import { halfClose } from '../src/tour/half-close.ts';
import { lingerSeconds } from '../src/tour/linger-seconds.ts';
import { lingerZero } from '../src/tour/linger-zero.ts';
import { orderlyClose } from '../src/tour/orderly-close.ts';
import { simultaneousClose } from '../src/tour/simultaneous-close.ts';
import { timeWait } from '../src/tour/time-wait.ts';
import { unreadData } from '../src/tour/unread-data.ts';

const CLOSE = { call: 'close', result: 0 };
const END = { call: 'read', result: 0 };
const ACTIVE = ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED'];
const PASSIVE = ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSED'];

describe.each(closings)('$name', (closing) => {
  test('leaves no connection behind, and goes the same way every time', () => {
    const once = playClosing(closing);
    const again = playClosing(closing);
    expect(once.left).toBe(0);
    expect(again.trace.events).toEqual(once.trace.events);
  });
});

test('an orderly close takes a FIN each way, and whoever closes first goes through TIME-WAIT', () => {
  const { client, server } = playClosing(orderlyClose);
  expect(client).toEqual({
    saw: [{ call: 'send', result: 5 }, { call: 'read', result: 5 }, CLOSE],
    states: ACTIVE,
    fins: 1,
    resets: 0,
  });
  expect(server).toEqual({
    saw: [{ call: 'read', result: 5 }, { call: 'send', result: 5 }, END, CLOSE],
    states: PASSIVE,
    fins: 1,
    resets: 0,
  });
});

test('after a half-close the other side goes on sending, and all of it arrives', () => {
  const { client, server, facts } = playClosing(halfClose);
  expect(client.saw.at(-2)).toEqual(END);
  expect(client).toMatchObject({ states: ACTIVE, fins: 1, resets: 0 });
  expect(server.saw.slice(0, 3)).toEqual([{ call: 'read', result: 15 }, END, { call: 'send', result: 6 }]);
  expect(server).toMatchObject({ states: PASSIVE, fins: 1, resets: 0 });
  expect(facts).toEqual(['The client sent its lines unsorted and got: apple, fig, pear.']);
});

test('a close with unread data resets the connection, and nobody goes to TIME-WAIT', () => {
  const { client, server } = playClosing(unreadData);
  expect(client.saw).toEqual([
    { call: 'send', result: 1000 },
    { call: 'read', result: -Errno.ECONNRESET },
    { call: 'send', result: -Errno.EPIPE },
  ]);
  expect(client).toMatchObject({ states: ['SYN-SENT', 'ESTABLISHED', 'CLOSED'], fins: 0, resets: 0 });
  expect(server).toEqual({
    saw: [CLOSE],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'],
    fins: 0,
    resets: 1,
  });
});

test('a close with linger 0 resets the connection, and what got lost on the way stays lost', () => {
  const { client, server } = playClosing(lingerZero);
  expect(client.saw).toEqual([{ call: 'send', result: 2920 }, CLOSE]);
  expect(client).toMatchObject({ states: ['SYN-SENT', 'ESTABLISHED', 'CLOSED'], fins: 0 });
  // One at the close, and one in answer to each segment that comes after it.
  expect(client.resets).toBe(3);
  expect(server.saw).toEqual([
    { call: 'read', result: 1448 },
    { call: 'read', result: -Errno.ECONNRESET },
  ]);
  expect(server).toMatchObject({ states: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'], fins: 0, resets: 0 });
});

test('a close that lingers returns 0 when its time is over, and the rest arrives all the same', () => {
  const { client, server, facts } = playClosing(lingerSeconds);
  expect(client).toEqual({
    saw: [
      { call: 'send', result: 4000 },
      { call: 'close', result: 0, took: 5000 },
    ],
    states: ACTIVE,
    fins: 1,
    resets: 0,
  });
  expect(server.saw.slice(-2)).toEqual([END, CLOSE]);
  expect(server).toMatchObject({ states: PASSIVE, fins: 1, resets: 0 });
  expect(facts).toEqual([
    'When close() returned, 1104 of 4000 octets were not acknowledged.',
    expect.stringMatching(/FIN-WAIT-1 +0 +1104 .* orphan +persist, [\d.]+ s$/) as string,
    '8 s after close() the server read, and got 4000 octets in the end.',
  ]);
});

test('FINs that cross bring both sides through CLOSING to TIME-WAIT', () => {
  const { client, server } = playClosing(simultaneousClose);
  const rest = ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSING', 'TIME-WAIT', 'CLOSED'];
  expect(client).toEqual({ saw: [CLOSE], states: ['SYN-SENT', ...rest], fins: 1, resets: 0 });
  expect(server).toEqual({ saw: [CLOSE], states: ['SYN-RECEIVED', ...rest], fins: 1, resets: 0 });
});

test('TIME-WAIT answers a FIN that comes again, begins anew, holds the port, and ends after 60 s', () => {
  const { client, server, facts } = playClosing(timeWait);
  expect(client).toEqual({ saw: [CLOSE], states: ACTIVE, fins: 1, resets: 0 });
  expect(server).toEqual({ saw: [END, CLOSE], states: PASSIVE, fins: 2, resets: 0 });
  expect(facts).toEqual([
    'TIME-WAIT lasted 60.22 s: the second FIN began the 60 s anew.',
    "bind() to the client's port: EADDRINUSE during TIME-WAIT, 0 after it.",
    expect.stringMatching(/TIME-WAIT +0 +0 .* record +timewait, [\d.]+ s$/) as string,
  ]);
});

test.each([
  [orderlyClose, 'local, fin/fin, orderly', 'peer, fin/fin, orderly'],
  [halfClose, 'local, fin/fin, orderly', 'peer, fin/fin, orderly'],
  [unreadData, 'peer, reset/reset, peer reset', 'local, reset/reset, unread data at close'],
  [lingerZero, 'local, reset/reset, linger 0', 'peer, reset/reset, peer reset'],
  [lingerSeconds, 'local, fin/fin, orderly', 'peer, fin/fin, orderly'],
  [simultaneousClose, 'both, fin/fin, orderly', 'both, fin/fin, orderly'],
  [timeWait, 'local, fin/fin, orderly', 'peer, fin/fin, orderly'],
])('each side reports how it went (%#: $1, $2)', (closing, ...expected) => {
  const { client, server } = playClosing(closing).reports;
  const seen = [client, server].map((report) => {
    if (report === null) return 'no report';
    const { closedFirst, sending, receiving, orderly, reason } = report;
    return `${closedFirst}, ${sending}/${receiving}, ${orderly ? 'orderly' : reason}`;
  });
  expect(seen).toEqual(expected);
});
