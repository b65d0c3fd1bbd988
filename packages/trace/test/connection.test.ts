import { icmpError, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import { expect, test } from 'vitest';
import { connectionsOf, formatEndpoint } from '../src/index.ts';
import { Exchange } from './exchange.ts';

test('both directions are one connection, and who sends the SYN is its client', () => {
  const exchange = new Exchange().handshake().pass(1, 'server', 'ACK', { length: 5 });
  expect(connectionsOf(exchange.events)).toEqual([exchange.ends]);
});

test('a SYN ACK tells the client, too', () => {
  const exchange = new Exchange().pass(0, 'server', 'SYN ACK', { ack: 1 });
  expect(connectionsOf(exchange.events)).toEqual([exchange.ends]);
});

test('the call connect tells the client before any segment', () => {
  const exchange = new Exchange()
    .timer(0, 'server', 'keepalive')
    .call(1, 'client', 'connect', '-1 EINPROGRESS');
  expect(connectionsOf(exchange.events)).toEqual([exchange.ends]);
});

test('without any of these, the end that is seen first counts as the client', () => {
  const { ends, events } = new Exchange().pass(0, 'server', 'ACK').pass(1, 'client', 'ACK');
  expect(connectionsOf(events)).toEqual([{ client: ends.server, server: ends.client }]);
});

test('a simultaneous open is one connection', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'SYN', {}, { delay: 5 })
    .pass(0, 'server', 'SYN', {}, { delay: 5 });
  expect(connectionsOf(exchange.events)).toEqual([exchange.ends]);
});

test('an ICMP error belongs to the connection of the segment that it quotes', () => {
  const exchange = new Exchange().handshake();
  const about = exchange.packet('client', 'ACK', { seq: 1, ack: 1, length: 1400 });
  const message = icmpError(
    IcmpType.DESTINATION_UNREACHABLE,
    IcmpUnreachable.FRAGMENTATION_NEEDED,
    about,
    1280,
  );
  const source = exchange.ends.server.address;
  exchange.received(1, 'client', { ...about, kind: 'icmp', source, destination: about.source, message });
  expect(connectionsOf(exchange.events)).toEqual([exchange.ends]);
});

test('an IPv6 endpoint is written with brackets', () => {
  const { ends } = new Exchange('2001:db8::1', '10.0.0.2');
  expect(formatEndpoint(ends.client)).toBe('[2001:db8::1]:49152');
  expect(formatEndpoint(ends.server)).toBe('10.0.0.2:80');
});
