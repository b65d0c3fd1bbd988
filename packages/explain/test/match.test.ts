import { expect, it } from 'vitest';
import { formatMatch, matchExplanations } from '../src/index.ts';
import { Talk } from './talk.ts';

const request = { seq: 1, ack: 1, length: 10 };

it('one connection is known from both ends, and what is only in one capture', () => {
  const client = new Talk().established().client('P.', request).server('R', { seq: 1, ttl: 50 });
  const server = new Talk().established().client('P.', request);
  const [match, ...others] = matchExplanations(client.explain(), server.explain());
  expect(others).toEqual([]);
  expect([match?.how, match?.onlyInFirst.length, match?.onlyInSecond.length]).toEqual(['same', 1, 0]);
  if (match === undefined) return;
  expect(formatMatch(match)).toContain(
    'the RST in packet 5 of the first, from the server, is not in the second',
  );
});

it('the connection of a proxy is found by its address and its time', () => {
  const before = new Talk().established().client('P.', request).explain();
  const [found] = new Talk().established(5000).client('P.', request).explain();
  if (found === undefined) return;
  // From 10.0.0.2, which the client connects to, with numbers of its own.
  const behind = {
    ...found,
    client: '10.0.0.2:5000',
    server: '10.0.0.3:80',
    initial: { client: 1, server: 2 },
  };
  const [match] = matchExplanations(before, [behind]);
  expect(match?.how).toBe('proxied');
  const late = { ...behind, first: { number: 1, time: 1e9 } };
  expect(matchExplanations(before, [late])).toEqual([]);
  expect(match === undefined ? '' : formatMatch(match)).toContain('goes on, most likely, as');
});
