import { expect, test } from 'vitest';
import { ladder, type LadderOptions } from '../src/index.ts';
import { Exchange } from './exchange.ts';

/** What the arrows say, without their shafts. */
function texts({ events }: Exchange, options?: LadderOptions): string[] {
  const lines = ladder(events, options).split('\n').slice(1);
  return lines.map((line) => /<?-+ (\S.*?) -+>?/.exec(line)?.[1] ?? line);
}

test('sequence numbers count on over 2^32', () => {
  const exchange = new Exchange()
    .handshake()
    .pass(1, 'client', 'ACK', { seq: 1, ack: 1, length: 1000 })
    .pass(2, 'server', 'ACK', { seq: 1, ack: 1001 });
  expect(texts(exchange)).toEqual([
    'SYN 0:0(0) win 65535',
    'SYN ACK 0:0(0) ack 1 win 65535',
    'ACK 1:1(0) ack 1 win 65535',
    'ACK 1:1001(1000) ack 1 win 65535',
    'ACK 1:1(0) ack 1001 win 65535',
  ]);
});

test('more than 2^32 octets can pass', () => {
  const exchange = new Exchange().handshake();
  const step = 2 ** 30;
  for (let index = 1; index <= 6; index++) {
    exchange.pass(index, 'client', 'ACK', { seq: 1 + index * step, ack: 1, length: 1 });
  }
  expect(texts(exchange).at(-1)).toBe('ACK 6442450945:6442450946(1) ack 1 win 65535');
});

test('without a SYN, the first numbers count as 1', () => {
  const exchange = new Exchange()
    .pass(0, 'server', 'ACK', { seq: 5000, ack: 700, length: 10 })
    .pass(1, 'client', 'ACK', { seq: 700, ack: 5010, length: 10 });
  expect(texts(exchange)).toEqual(['ACK 1:11(10) ack 1 win 65535', 'ACK 1:11(10) ack 11 win 65535']);
});

test('a new SYN on the same 4-tuple begins anew', () => {
  const exchange = new Exchange().handshake();
  exchange.initialSequenceNumbers.client = 77_777;
  exchange.initialSequenceNumbers.server = 99_999;
  exchange.handshake(60_000);
  expect(texts(exchange).slice(3)).toEqual(texts(exchange).slice(0, 3));
});

test('windows are scaled behind the handshake if both sides offered a scale', () => {
  const both = new Exchange()
    .handshake(0, 0, { windowScale: 7 })
    .pass(1, 'client', 'ACK', { seq: 1, ack: 1, window: 512 });
  expect(texts(both).at(-1)).toBe('ACK 1:1(0) ack 1 win 65536');
  const one = new Exchange()
    .pass(0, 'client', 'SYN', { options: { windowScale: 7 } })
    .pass(0, 'server', 'SYN ACK', { ack: 1 })
    .pass(1, 'client', 'ACK', { seq: 1, ack: 1, window: 512 });
  expect(texts(one).at(-1)).toBe('ACK 1:1(0) ack 1 win 512');
});

test('options are told in short', () => {
  const syn = { maximumSegmentSize: 1460, sackPermitted: true, hasTimestamps: true, windowScale: 7 };
  const unknownOptions = [{ kind: 254, data: new Uint8Array(4) }];
  const exchange = new Exchange()
    .pass(0, 'client', 'SYN', { options: syn })
    .pass(0, 'server', 'SYN ACK', { ack: 1, options: { unknownOptions } });
  expect(texts(exchange)).toEqual([
    'SYN 0:0(0) win 65535 <mss 1460,sackOK,TS,wscale 7>',
    'SYN ACK 0:0(0) ack 1 win 65535 <opt 254>',
  ]);
});

test('SACK blocks are relative to the other side', () => {
  const sackBlocks = [1998, 2998, 3998, 4998];
  const exchange = new Exchange()
    .handshake()
    .pass(0, 'server', 'ACK', { seq: 1, ack: 1001, window: 9, options: { sackBlocks } });
  expect(texts(exchange).at(-1)).toBe('ACK 1:1(0) ack 1001 win 9 <sack 2001:3001 4001:5001>');
});

test('the values of timestamps are told on request', () => {
  const options = { hasTimestamps: true, timestampValue: -1, timestampEcho: 7 };
  const exchange = new Exchange().handshake().pass(1, 'client', 'ACK', { seq: 1, ack: 1, options });
  expect(texts(exchange).at(-1)).toBe('ACK 1:1(0) ack 1 win 65535');
  expect(texts(exchange, { timestamps: true }).at(-1)).toBe(
    'ACK 1:1(0) ack 1 win 65535 <TS 4294967295 ecr 7>',
  );
});

test('all flags have their names', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'SYN ECE CWR AE')
    .pass(1, 'client', 'FIN PSH ACK URG', { seq: 1, ack: 1, options: { urgentPointer: 3 } });
  exchange.pass(2, 'client', 'ACK', { seq: 2, options: { flags: 0 } });
  expect(texts(exchange)).toEqual([
    'SYN ECE CWR AE 0:0(0) win 65535',
    'FIN PSH ACK URG 1:1(0) ack 1 win 65535 urg 3',
    'no flags 2:2(0) win 65535',
  ]);
});

test('a SYN ACK after a SYN is no repetition, as both are part of a simultaneous open', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'SYN')
    .pass(0, 'server', 'SYN')
    .pass(1, 'client', 'SYN ACK', { ack: 1 })
    .pass(1, 'server', 'SYN ACK', { ack: 1 });
  expect(texts(exchange).filter((text) => text.includes('again'))).toEqual([]);
});
