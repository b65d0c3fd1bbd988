import { describe, expect, it } from 'vitest';
import { ServerConnections } from '../../src/server/server-connections.ts';

describe('the connections of a server', () => {
  it('destroys those that have not left, each once, whoever left before', () => {
    const connections = new ServerConnections();
    const destroyed: number[] = [];
    const made = [0, 1, 2, 3, 4].map((number) => ({ destroy: () => destroyed.push(number) }));
    for (const each of made) connections.add(each);
    for (const number of [1, 4, 1]) connections.delete(made[number] ?? { destroy: () => undefined });
    connections.destroy();
    expect(destroyed.sort()).toEqual([0, 2, 3]);
  });

  it('lets a connection leave that destroys another', () => {
    const connections = new ServerConnections();
    const destroyed: string[] = [];
    const second = { destroy: () => destroyed.push('second') };
    const first = {
      destroy: () => {
        destroyed.push('first');
        connections.delete(second);
      },
    };
    connections.add(first);
    connections.add(second);
    connections.destroy();
    expect(destroyed).toEqual(['first', 'second']);
  });
});
