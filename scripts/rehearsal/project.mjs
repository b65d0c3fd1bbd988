import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { succeed } from './run.mjs';

const programs = fileURLToPath(new URL('./project/', import.meta.url));

/** A project of somebody who uses the packages, outside of the repository. */
export class Project {
  folder;
  #registry;

  constructor(folder, registry) {
    this.folder = folder;
    this.#registry = registry;
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      `${JSON.stringify({ name: 'fresh', version: '1.0.0', private: true, type: 'module' }, null, 2)}\n`,
    );
    cpSync(programs, folder, { recursive: true });
  }

  /** Installs packages by name, as `npm install a b c` does. */
  async install(packages) {
    await this.npm('install', ...packages.map(({ name }) => name));
    const installed = this.installed();
    for (const { name, manifest } of packages) {
      if (installed.get(name)?.join() !== manifest.version) {
        throw new Error(`${name}: ${installed.get(name)?.join() ?? 'none'} instead of ${manifest.version}`);
      }
    }
    const scripts = packages.filter(({ name }) => {
      const { scripts = {} } = this.manifestOf(name);
      return ['preinstall', 'install', 'postinstall', 'prepare'].some((script) => script in scripts);
    });
    if (scripts.length > 0) throw new Error(`${scripts.map(({ name }) => name).join(', ')}: install scripts`);
    return `${installed.size} packages of ours, ${this.#countOthers()} of others`;
  }

  /** Runs npm here, against the registry of the rehearsal. */
  npm(...args) {
    return succeed('npm', args, { cwd: this.folder, env: this.#registry.env });
  }

  /** Each version of each package of ours that is somewhere in node_modules. */
  installed() {
    const { packages } = JSON.parse(readFileSync(join(this.folder, 'package-lock.json'), 'utf8'));
    const found = new Map();
    for (const [path, { version }] of Object.entries(packages)) {
      const name = /node_modules\/(@halfclose\/[^/]+)$/.exec(path)?.[1];
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), version]);
    }
    return found;
  }

  manifestOf(name) {
    return JSON.parse(readFileSync(join(this.folder, 'node_modules', name, 'package.json'), 'utf8'));
  }

  #countOthers() {
    const modules = join(this.folder, 'node_modules');
    return readdirSync(modules).filter((name) => !name.startsWith('.') && name !== '@halfclose').length;
  }
}
