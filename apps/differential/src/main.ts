import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Differential, scenarioOfSeed, type Trial } from './differential.ts';
import { KernelBench } from './kernel-bench.ts';
import { groupsOf, reportOf } from './report.ts';
import { readScript } from './script-scenario.ts';
import { profileOf } from './settings.ts';

const USAGE = `usage: pnpm differential [--seeds N] [--from SEED] [--show N] [--shrink SECONDS] [--scripts FOLDER|FILE]...

Plays the same scripted peer against the kernel's TCP and against ours, and prints where they differ.

  --seeds N        random scenarios, one of each seed (default 200, with --scripts 0)
  --from SEED      the first of them (default 1)
  --scripts PATH   packetdrill scripts: what they do, not what they expect
  --longest S      seconds that a script may take (default 10)
  --show N         differences of a kind that are printed in full (default 1)
  --shrink S       seconds for making each of these small (default 20)`;

/** Milliseconds in a second. */
const SECOND = 1000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    scripts: { type: 'string', multiple: true, default: [] },
    longest: { type: 'string', default: '10' },
    show: { type: 'string', default: '1' },
    shrink: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const from = numberOf('from', values.from);
const count = numberOf('seeds', values.seeds ?? (values.scripts.length > 0 ? '0' : '200'));
const show = numberOf('show', values.show);
const patience = numberOf('shrink', values.shrink) * SECOND;

const bench = new KernelBench();
const begun = performance.now();
const trials = [...(await playScripts()), ...(await playSeeds())];
const groups = groupsOf(trials);
for (const [kind, list] of groups) {
  const names = list.map(({ name }) => name).slice(0, 12);
  console.log(
    `\n=== ${list.length} x ${kind} (${names.join(', ')}${list.length > names.length ? ', ...' : ''})`,
  );
  const small = await Promise.all(list.slice(0, show).map(shrunk));
  for (const trial of small) console.log(reportOf(trial));
}
const differ = [...groups.values()].reduce((sum, list) => sum + list.length, 0);
const seconds = ((performance.now() - begun) / SECOND).toFixed(0);
console.log(`${trials.length} scenarios, ${differ} differ, ${seconds} s`);
process.exit(differ > 0 ? 1 : 0);

async function playSeeds(): Promise<Trial[]> {
  const scenarios = Array.from({ length: count }, (_, i) => scenarioOfSeed(from + i));
  return new Differential(bench).playAll(scenarios);
}

/** Scripts with other sysctls have the kernel for themselves. */
async function playScripts(): Promise<Trial[]> {
  const files = values.scripts.flatMap(scriptsIn);
  const longest = numberOf('longest', values.longest) * SECOND;
  const played: Trial[] = [];
  const bySettings = new Map<string, { sysctls: Readonly<Record<string, string>>; files: string[] }>();
  const scenarios = new Map<string, Parameters<Differential['play']>[0]>();
  for (const file of files) {
    const script = readScript(file);
    const reason =
      typeof script === 'string'
        ? script
        : script.duration > longest
          ? `it takes ${(script.duration / SECOND).toFixed(0)} s`
          : unsettable(script.sysctls);
    if (typeof script === 'string' || reason !== null) {
      console.log(`skipped: ${file}: ${reason}`);
      continue;
    }
    const key = JSON.stringify(script.sysctls);
    const group = bySettings.get(key) ?? { sysctls: script.sysctls, files: [] };
    group.files.push(file);
    bySettings.set(key, group);
    scenarios.set(file, script.scenario);
  }
  for (const { sysctls, files: group } of bySettings.values()) {
    bench.set(sysctls);
    const list = group.flatMap((file) => scenarios.get(file) ?? []);
    played.push(...(await new Differential(bench, sysctls).playAll(list)));
  }
  bench.set({});
  return played;
}

function unsettable(sysctls: Readonly<Record<string, string>>): string | null {
  const profile = profileOf(sysctls);
  return typeof profile === 'string' ? `it sets ${profile}` : null;
}

function scriptsIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.pkt'))
    .sort()
    .map((file) => join(path, file));
}

function shrunk(trial: Trial): Promise<Trial> {
  const seed = /^seed (\d+)$/.exec(trial.name)?.[1];
  if (seed === undefined || patience === 0) return Promise.resolve(trial);
  return new Differential(bench).shrink(Number(seed), trial, patience);
}

function numberOf(option: string, text: string): number {
  if (!/^\d+$/.test(text)) {
    console.error(`--${option} wants a number, not '${text}'\n\n${USAGE}`);
    process.exit(2);
  }
  return Number(text);
}
