import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, succeed } from './run.mjs';

const PREPACK = 'node ../../scripts/prepack.mjs';
const TRIED_WITH_NPM = ['@halfclose/net', '@halfclose/cli'];

/** A copy of the repository, in which is done what the release workflow does. */
export class Release {
  /** The published packages, by name, with the folder of each and its manifest as it is in the copy. */
  packages = [];
  #root;
  #copy;
  #registry;

  constructor(root, copy, registry) {
    this.#root = root;
    this.#copy = copy;
    this.#registry = registry;
  }

  /** That all have by now. */
  get nextVersion() {
    return this.packages[0]?.manifest.version;
  }

  /** All that git knows, or would with the next commit; the packages of npm; and what was built. */
  async copy() {
    const { stdout } = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
      cwd: this.#root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(this.#root, file)));
    for (const file of files) {
      mkdirSync(dirname(join(this.#copy, file)), { recursive: true });
      cpSync(join(this.#root, file), join(this.#copy, file));
    }
    await this.#git('init', '--quiet');
    await this.#commit('as it is');
    await succeed(this.#bin('pnpm', this.#root), ['install', '--frozen-lockfile', '--prefer-offline'], {
      cwd: this.#copy,
      env: { CI: 'true' },
    });
    this.#read();
    for (const { folder } of this.packages) {
      for (const made of ['dist', 'prebuilds']) {
        const from = join(this.#root, folder, made);
        if (existsSync(from)) cpSync(from, join(this.#copy, folder, made), { recursive: true });
      }
    }
    return `${files.length} files, ${this.packages.length} published packages`;
  }

  /** `changeset version`, as the pull request of a release has it. */
  async version() {
    const before = this.#manifests();
    await succeed(this.#bin('changeset'), ['version'], { cwd: this.#copy });
    this.#read();
    await this.#commit(`version ${this.nextVersion}`);
    const problems = [];
    for (const [folder, { name, version, private: isPrivate }] of this.#manifests()) {
      const was = before.get(folder).version;
      const changelog = join(this.#copy, folder, 'CHANGELOG.md');
      if (isPrivate) {
        if (version !== was) problems.push(`${name} is not published, and goes from ${was} to ${version}`);
        if (existsSync(changelog)) problems.push(`${name} is not published, and has a changelog`);
      } else {
        if (version === was) problems.push(`${name} stays at ${was}`);
        if (!existsSync(changelog)) problems.push(`${name} has no changelog`);
        else problems.push(...faultsOfChangelog(name, readFileSync(changelog, 'utf8')));
      }
    }
    const versions = new Set(this.packages.map(({ manifest }) => manifest.version));
    if (versions.size !== 1) problems.push(`there are several versions: ${[...versions].join(', ')}`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return `${this.packages.length} packages at ${this.nextVersion}`;
  }

  /** A tarball that npm makes would not have what publishConfig says. */
  async refusesNpm() {
    for (const { name, folder, manifest } of this.packages) {
      if (manifest.scripts?.prepack !== PREPACK) throw new Error(`${name} has no script prepack: ${PREPACK}`);
      // They share the script; two show that it works.
      if (!TRIED_WITH_NPM.includes(name)) continue;
      for (const args of [
        ['pack', '--dry-run'],
        ['publish', '--dry-run'],
      ]) {
        const { status, err } = await run('npm', args, {
          cwd: join(this.#copy, folder),
          env: this.#registry.env,
        });
        if (status === 0 || !err.includes('packed by pnpm')) {
          throw new Error(`npm ${args.join(' ')} in ${name} ends with ${status}:\n${err}`);
        }
      }
    }
  }

  /** `changeset publish`, as the workflow calls it, but for the provenance that only its machine can attest. */
  async publish() {
    await succeed(this.#bin('changeset'), ['publish'], {
      cwd: this.#copy,
      env: {
        ...this.#registry.env,
        PATH: `${join(this.#copy, 'node_modules/.bin')}:${process.env.PATH}`,
      },
    });
    let bytes = 0;
    for (const { name } of this.packages) {
      const known = await this.#registry.manifest(name);
      const published = known?.versions?.[this.nextVersion];
      if (published === undefined)
        throw new Error(`${name}@${this.nextVersion} did not arrive at the registry`);
      if (known['dist-tags'].latest !== this.nextVersion) {
        throw new Error(`${name}: latest is ${known['dist-tags'].latest}`);
      }
      const text = JSON.stringify(published);
      if (text.includes('workspace:') || text.includes('@halfclose/source')) {
        throw new Error(`${name}: its manifest is that of the repository`);
      }
      const tarball = await fetch(published.dist.tarball);
      bytes += (await tarball.arrayBuffer()).byteLength;
    }
    return `${this.packages.length} packages, ${(bytes / 1000).toFixed(0)} kB`;
  }

  /** A change of a kind in one package, described as developers do. */
  async change(name, kind, text) {
    const { folder } = this.packages.find((each) => each.name === name);
    writeFileSync(join(this.#copy, '.changeset/rehearsed.md'), `---\n'${name}': ${kind}\n---\n\n${text}\n`);
    return join(this.#copy, folder);
  }

  async #commit(message) {
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '-m', message);
  }

  #git(...args) {
    const identity = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];
    return succeed('git', [...identity, ...args], { cwd: this.#copy });
  }

  #bin(name, root = this.#copy) {
    return join(root, 'node_modules/.bin', name);
  }

  #read() {
    this.packages = [...this.#manifests()]
      .filter(([, manifest]) => !manifest.private)
      .map(([folder, manifest]) => ({ name: manifest.name, folder, manifest }));
  }

  #manifests() {
    const folders = ['packages', 'apps', 'examples'].flatMap((parent) =>
      readdirSync(join(this.#copy, parent)).map((name) => join(parent, name)),
    );
    return new Map(
      folders
        .filter((folder) => existsSync(join(this.#copy, folder, 'package.json')))
        .map((folder) => [
          folder,
          JSON.parse(readFileSync(join(this.#copy, folder, 'package.json'), 'utf8')),
        ]),
    );
  }
}

/** A changelog is for users: it says what is new, and nothing of how that was made. */
function faultsOfChangelog(name, text) {
  const faults = [];
  if (/Updated dependencies/i.test(text)) faults.push(`${name}: its changelog lists dependencies of ours`);
  if (/\b[0-9a-f]{7,40}: /.test(text)) faults.push(`${name}: its changelog names commits`);
  return faults;
}
