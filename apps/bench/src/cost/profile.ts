import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costRow } from './costs.ts';
import { MeasuringProcess } from './measuring-process.ts';

/** A file of V8's profiler, as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** One line of a profile: a package or a function, and what part of the time was spent in itself, not in what it called. */
export interface ProfileShare {
  readonly name: string;
  readonly share: number;
}

/** What the time of a row goes to. */
export interface ProfileSummary {
  /** V8's own file, for an inspector. */
  readonly file: string;
  readonly packages: readonly ProfileShare[];
  readonly functions: readonly ProfileShare[];
}

/** Runs a row once under V8's profiler, of what was built in `checkout`. */
export async function profileOf(name: string, checkout: string): Promise<ProfileSummary> {
  const directory = mkdtempSync(join(tmpdir(), 'halfclose-bench-'));
  const row = costRow(name);
  const process = await MeasuringProcess.start(row, checkout, ['--cpu-prof', `--cpu-prof-dir=${directory}`]);
  for (let i = 0; i < row.readings; i++) await process.read();
  await process.end();
  const [found] = readdirSync(directory);
  if (found === undefined) throw new Error(`no profile was written to ${directory}`);
  const file = join(directory, found);
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const nodes = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((id, i) => {
    const frame = nodes.get(id);
    const took = profile.timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)') return;
    const place = placeOf(frame.url, frame.functionName);
    total += took;
    add(packages, place, took);
    add(functions, `${place} ${frame.functionName === '' ? '(anonymous)' : frame.functionName}`, took);
  });
  return { file, packages: shares(packages, total), functions: shares(functions, total) };
}

function placeOf(url: string, name: string): string {
  const ours = /\/(?:packages|apps)\/([^/]+)\/dist\//.exec(url)?.[1];
  if (ours !== undefined) return ours;
  if (name === '(garbage collector)') return 'collection';
  return url.startsWith('node:') ? 'node' : 'v8';
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function shares(sums: ReadonlyMap<string, number>, total: number): ProfileShare[] {
  return [...sums].map(([name, sum]) => ({ name, share: sum / total })).sort((a, b) => b.share - a.share);
}
