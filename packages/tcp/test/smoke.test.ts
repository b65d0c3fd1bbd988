import { expect, it } from 'vitest';
import { Pair } from './pair.ts';

it('opens, carries text both ways and closes', () => {
  const pair = new Pair().connect();
  expect([pair.a.state, pair.b.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  pair.a.send(new Uint8Array(10_000).fill(7));
  pair.run(100);
  const got = pair.b.read(65536, pair.now);
  console.log(got.length, pair.trace());
  pair.b.send(new Uint8Array(10));
  pair.run(100);
  pair.a.read(100, pair.now);
  pair.a.close(false, pair.now);
  pair.run(10);
  pair.b.close(false, pair.now);
  pair.run(1000);
  console.log(pair.trace().slice(8), pair.a.state, pair.b.state, pair.a.marks, pair.a.history);
});
it('bulk', () => {
  const pair = new Pair().connect();
  let sent = 0, got = 0;
  const data = new Uint8Array(1_000_000);
  for (let i = 0; i < 2000 && got < 1e6; i++) {
    if (sent < 1e6) sent += pair.a.send(data.subarray(sent));
    pair.run(5);
    got += pair.b.read(1e6, pair.now).length;
  }
  console.log(got, pair.now, pair.a.sender.cwnd, pair.a.sender.retransmissions);
  expect(got).toBe(1e6);
});
it('loss', () => {
  for (const sack of [true, false]) {
  let n = 0;
  const pair = new Pair({ profile: { ...linux, sack } }).connect();
  pair.way = () => n++ % 20 !== 7;
  let sent = 0, got = 0;
  const data = new Uint8Array(1_000_000);
  for (let i = 0; i < 200000 && got < 1e6; i++) {
    if (sent < 1e6) sent += pair.a.send(data.subarray(sent));
    pair.run(5);
    got += pair.b.read(1e6, pair.now).length;
  }
  console.log(got, pair.now, pair.a.sender.cwnd, pair.a.sender.retransmissions, pair.a.sender.recovery.state);
  expect(got).toBe(1e6);
  }
});
import { linux } from '../src/index.ts';
