import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { apps, packages, type Layer } from '../layers.mjs';
import { importsOf, sourceFiles } from './source-imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const scope = '@halfclose/';

interface Manifest {
  name: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  exports?: Record<string, unknown>;
  publishConfig?: { exports?: Record<string, unknown> };
}

it('lists every package and app', () => {
  expect(Object.keys(packages)).toEqual(expect.arrayContaining(foldersWithManifest('packages')));
  expect(apps).toEqual(expect.arrayContaining(foldersWithManifest('apps')));
});

it('has arrows in one direction only', () => {
  const visit = (name: string, path: string[]): void => {
    expect(path, `${[...path, name].join(' -> ')} is a circle`).not.toContain(name);
    for (const next of packages[name]?.imports ?? []) visit(next, [...path, name]);
  };
  for (const name of Object.keys(packages)) visit(name, []);
});

describe.each(foldersWithManifest('packages'))('packages/%s', (name) => {
  const directory = join(root, 'packages', name);
  const manifest = readManifest(directory);
  const layer: Layer = packages[name] ?? { imports: [], node: false, clock: false };
  const declared = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  });

  it('depends only on what its layer may import', () => {
    const allowed = [...layer.imports.map((other) => scope + other), ...(layer.npm ?? [])];
    expect(declared.filter((dependency) => !allowed.includes(dependency))).toEqual([]);
  });

  it('imports in src only what its layer and its package.json allow', () => {
    const strays = sourceFiles(join(directory, 'src')).flatMap((file) => {
      const atHost = isHostFile(layer, file);
      return importsOf(join(directory, 'src', file))
        .filter((specifier) => {
          if (specifier.startsWith('.')) return join('src', file, '..', specifier).startsWith('..');
          if (specifier.startsWith('node:')) return !(layer.node || atHost);
          if (specifier === '@halfclose/timers/host') return !(layer.clock || atHost);
          // By its own name: one entry of a package that is to be one copy with another.
          return specifier !== manifest.name && !declared.includes(packageOf(specifier));
        })
        .map((specifier) => `src/${file} imports ${specifier}`);
    });
    expect(strays).toEqual([]);
  });

  it('declares what its tests import', () => {
    const forAll = Object.keys(readManifest(root).devDependencies ?? {});
    const known = [manifest.name, ...declared, ...Object.keys(manifest.devDependencies ?? {}), ...forAll];
    const strays = sourceFiles(join(directory, 'test')).flatMap((file) =>
      importsOf(join(directory, 'test', file))
        .filter((specifier) => !/^(\.|node:)/.test(specifier) && !known.includes(packageOf(specifier)))
        .map((specifier) => `test/${file} imports ${specifier}`),
    );
    expect(strays).toEqual([]);
  });

  it('publishes the exports it develops with, without the source condition', () => {
    const published = Object.fromEntries(
      Object.entries(manifest.exports ?? {}).map(([path, target]) => {
        if (typeof target !== 'object' || target === null) return [path, target];
        const { '@halfclose/source': source, ...conditions } = target as Record<string, unknown>;
        expect(existsSync(join(directory, String(source))), `${String(source)} exists`).toBe(true);
        return [path, conditions];
      }),
    );
    expect(manifest.publishConfig?.exports).toEqual(manifest.private === true ? undefined : published);
  });

  it('names its files in kebab-case', () => {
    const files = [...sourceFiles(join(directory, 'src')), ...sourceFiles(join(directory, 'test'))];
    expect(files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/.test(basename(file)))).toEqual(
      [],
    );
  });
});

function foldersWithManifest(parent: string): string[] {
  return readdirSync(join(root, parent)).filter((name) =>
    existsSync(join(root, parent, name, 'package.json')),
  );
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function isHostFile(layer: Layer, file: string): boolean {
  return (layer.host ?? []).some((pattern) => new RegExp(`^${pattern.replace('*', '.*')}$`).test(file));
}
