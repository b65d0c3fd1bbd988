import nodeNet from 'node:net';
import { expect, it } from 'vitest';
import { ours } from '../compare.ts';

/** What has no place in ours: state of Node's own by symbols. */
const isLeftOut = (name: string | symbol): boolean =>
  typeof name === 'symbol' && !String(name).startsWith('Symbol(nodejs.') && name !== Symbol.asyncDispose;

function flagsOf(prototype: object, name: string | symbol): unknown {
  const found = Object.getOwnPropertyDescriptor(prototype, name);
  if (found === undefined) return 'none';
  const { enumerable, configurable, writable } = found;
  return { enumerable, configurable, writable };
}

it.each(['Socket', 'Server'] as const)('has the members of %s enumerable where Node has', (name) => {
  const node = nodeNet[name].prototype;
  const { prototype } = ours[name];
  const names = Reflect.ownKeys(node).filter((each) => !isLeftOut(each));
  const flags = (of: object) => names.map((each) => [each, flagsOf(of, each)]);
  expect(flags(prototype)).toEqual(flags(node));
  expect(Object.keys(prototype).sort()).toEqual(
    Object.keys(node)
      .filter((each) => !isLeftOut(each))
      .sort(),
  );
});

it('lends its methods for listeners to sockets that are not ours, as node:http does', () => {
  const { on, prependListener } = ours.Socket.prototype;
  const socket = new nodeNet.Socket();
  const heard: string[] = [];
  Reflect.apply(on, socket, ['closereport', () => heard.push('second')]);
  Reflect.apply(prependListener, socket, ['closereport', () => heard.push('first')]);
  socket.emit('closereport');
  expect(heard).toEqual(['first', 'second']);
});

it.each(['Socket', 'Server'] as const)('lists in for ... in of a %s what Node lists', (name) => {
  const listed = (made: object): string[] => {
    const names = new Set<string>();
    for (
      let at = Object.getPrototypeOf(made) as object | null;
      at !== null;
      at = Object.getPrototypeOf(at) as object | null
    )
      for (const each of Object.keys(at)) if (!isLeftOut(each)) names.add(each);
    return [...names].sort();
  };
  expect(listed(new ours[name]())).toEqual(listed(new nodeNet[name]()));
});
