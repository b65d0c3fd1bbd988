import nodeNet from 'node:net';
import { expect, it } from 'vitest';
import net from '../../src/index.ts';
import { ours } from '../compare.ts';

/** What a later Node adds fails here, until it is given or listed. */
const NOT_GIVEN = [
  // Node 26: what a BoundSocket becomes in another thread. Networks are within a thread.
  '_TransferredBoundSocket',
];

/** What is ours alone. */
const OURS = ['connections'];

/** Fields of a socket in Node that are between its own modules. */
const INTERNAL = ['_closeAfterHandlingError'];

const loose = (value: object) => value as unknown as Record<string, unknown>;

it('exports what the running Node exports, by the same names', () => {
  const expected = Object.keys(nodeNet).filter((name) => !NOT_GIVEN.includes(name));
  expect(
    Object.keys(ours)
      .filter((name) => !OURS.includes(name))
      .sort(),
  ).toEqual(expected.sort());
});

it('exports each by its name, too', async () => {
  const named = (await import('../../src/index.ts')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(net)) expect([name, named[name]]).toEqual([name, value]);
});

it.each(Object.keys(nodeNet).filter((name) => typeof loose(nodeNet)[name] === 'function'))(
  '%s has the name, the arguments and the static members of Node',
  (name) => {
    if (NOT_GIVEN.includes(name)) return;
    const [theirs, own] = [loose(nodeNet)[name], loose(ours)[name]] as [() => void, () => void];
    expect([own.name, own.length]).toEqual([theirs.name, theirs.length]);
    const members = (of: () => void) =>
      Reflect.ownKeys(of).filter((key) => key !== Symbol.hasInstance && key !== 'prototype');
    expect(members(own).map(String).sort()).toEqual(members(theirs).map(String).sort());
  },
);

it('has the defaults of the running Node for what connect tries', () => {
  expect(ours.getDefaultAutoSelectFamily()).toBe(nodeNet.getDefaultAutoSelectFamily());
  expect(ours.getDefaultAutoSelectFamilyAttemptTimeout()).toBe(
    nodeNet.getDefaultAutoSelectFamilyAttemptTimeout(),
  );
  expect(loose(ours.createServer())['highWaterMark']).toBe(loose(nodeNet.createServer())['highWaterMark']);
});

it.each([
  ['a socket', () => new nodeNet.Socket(), () => new ours.Socket()],
  ['a server', () => nodeNet.createServer(), () => ours.createServer()],
])('gives %s the fields that Node gives it', (_, theirs, own) => {
  const fields = (made: object) => Object.keys(made).filter((name) => !INTERNAL.includes(name));
  const missing = fields(theirs()).filter((name) => !fields(own()).includes(name));
  expect(missing).toEqual([]);
});
