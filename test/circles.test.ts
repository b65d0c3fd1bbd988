import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-imports.ts';

// What a reader has to know before changing a file is what that file imports, whatever of it: types count as values do.
// Folders are rooms: what they import of each other goes one way. A file beside the folders (index.ts on top of all, or
// one that all folders use) is a room by itself. Files of one room may know each other, two or three at a time.

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

interface Circles {
  /** How many files each circle of more than three has, the largest first. */
  files: number[];
  /** The folders that are in a circle with others, and files beside the folders if they are. */
  folders: string[];
}

/** Who does not hold it yet, by how much: exactly that, so that it can only become less. */
const LEFT: Readonly<Record<string, Circles>> = {
  codec: { files: [], folders: ['decode', 'encode', 'frames', 'packet', 'views'] },
  explain: { files: [], folders: ['flow', 'reset', 'state'] },
  net: {
    files: [24],
    folders: ['connecting', 'ending', 'handle', 'network', 'server', 'socket', 'types.ts'],
  },
  tcp: { files: [13], folders: ['flight', 'recovery', 'sending'] },
  testkit: { files: [12], folders: ['explore', 'faults', 'hosts', 'lab', 'register', 'time', 'trace'] },
};

const root = fileURLToPath(new URL('../packages', import.meta.url));

describe.each(readdirSync(root))('packages/%s', (name) => {
  it('has no circles of folders, and none of more than three files', () => {
    const files = importsWithin(join(root, name, 'src'));
    expect({
      files: circles(files)
        .map(({ length }) => length)
        .filter((length) => length > 3)
        .sort((a, b) => b - a),
      folders: circles(between(files))
        .filter((circle) => circle.some((folder) => !folder.endsWith('.ts')))
        .flat()
        .sort(),
    } satisfies Circles).toEqual(LEFT[name] ?? { files: [], folders: [] });
  });
});

it('finds circles', () => {
  const graph: Graph = new Map([
    ['in', new Set(['a'])],
    ['a', new Set(['b'])],
    ['b', new Set(['c', 'out'])],
    ['c', new Set(['a', 'one'])],
    ['one', new Set(['two'])],
    ['two', new Set(['one'])],
    ['out', new Set()],
  ]);
  expect(
    circles(graph)
      .map((circle) => circle.sort())
      .sort(),
  ).toEqual([
    ['a', 'b', 'c'],
    ['one', 'two'],
  ]);
});

/** The files of a package, each with those of the same package that it imports. */
function importsWithin(directory: string): Graph {
  return new Map(
    sourceFiles(directory).map((file) => [
      file,
      new Set(
        importsOf(join(directory, file))
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => posix.join(posix.dirname(file), specifier)),
      ),
    ]),
  );
}

/** The same between folders. */
function between(files: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const folder = folderOf(file);
    const known = folders.get(folder) ?? new Set();
    for (const other of imported) if (folderOf(other) !== folder) known.add(folderOf(other));
    folders.set(folder, known);
  }
  return folders;
}

function folderOf(file: string): string {
  return file.includes('/') ? posix.dirname(file) : file;
}

/** Sets of two or more of whom each leads to each (Tarjan's strongly connected components). */
function circles(graph: Graph): string[][] {
  const found: string[][] = [];
  const stack: string[] = [];
  const order = new Map<string, number>();
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    stack.push(node);
    let low = index;
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === index) {
      const circle = stack.splice(stack.indexOf(node));
      if (circle.length > 1) found.push(circle);
    }
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}
