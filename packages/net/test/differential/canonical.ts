import { type Entry, FREEDOM, type Freedom, LAST_FREEDOM } from './freedom.ts';
import type { Log } from './play.ts';
import type { Read, Told } from './told.ts';

/** What one actor was told, without what is free. */
interface Canonical {
  readonly entries: readonly Entry[];
  /** Whether something was cut off. */
  readonly isCut: boolean;
  readonly told: Told;
}

const NOTHING: Told = { entries: [], read: {} };

function entriesOf(told: Told, freedom: readonly Freedom[]): Entry[] {
  const counts = new Map<string, number>();
  return told.entries.map((entry) => {
    const bar = entry.indexOf(' | ');
    const name = freedom.reduce((all, row) => row.renames?.(all) ?? all, entry.slice(0, bar));
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { label: count === 1 ? name : `${name} #${count}`, state: entry.slice(bar + 3) };
  });
}

/** Without what is dropped, up to the first in any of them from which on nothing is compared. */
function canonical(all: readonly Told[], freedom: readonly Freedom[]): Canonical[] {
  const kept = all.map((told) =>
    entriesOf(told, freedom).filter((entry) => !freedom.some((row) => row.drops?.(entry) === true)),
  );
  const cuts = kept.map((entries) =>
    entries.findIndex((entry) => freedom.some((row) => row.cuts?.(entry) === true)),
  );
  const cut = Math.min(...cuts.map((at) => (at < 0 ? Infinity : at)));
  return kept.map((entries, i) => ({
    entries: entries.slice(0, cut),
    isCut: cut < Infinity,
    told: all[i] ?? NOTHING,
  }));
}

const isSame = (a: Told, b: Told): boolean =>
  a.entries.join('\n') === b.entries.join('\n') && JSON.stringify(a.read) === JSON.stringify(b.read);

const labels = ({ entries }: Canonical): string =>
  entries
    .map(({ label }) => label)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('\n');

/** Whether all of the stream was read that will ever be: else it is a matter of pieces how much was. */
const hasReadAll = ({ entries }: Told): boolean =>
  entries.some((entry) => /^end(?: x-after)? \|/.test(entry)) ||
  !entries.some(
    (entry) => (entry.includes('destroyed') && !entry.startsWith('quiet')) || entry.includes(' message:'),
  );

function faultsBy(told: Told, runs: readonly Told[], freedom: readonly Freedom[]): string[] {
  const [ours, ...theirs] = canonical([told, ...runs], freedom);
  if (ours === undefined) return [];
  const faults: string[] = [];
  if (!theirs.some((run) => labels(run) === labels(ours))) faults.push('no run has these entries');
  for (const entry of ours.entries) {
    if (freedom.some((row) => row.freesState?.(entry) === true)) continue;
    const same = theirs.flatMap((run) => run.entries.filter((each) => each.label === entry.label));
    if (same.length > 0 && !same.some((each) => each.state === entry.state))
      faults.push(`${entry.label}: never ${entry.state}`);
  }
  faults.push(...orderFaults(ours.entries, theirs, freedom));
  if (!ours.isCut) faults.push(...readFaults(told, runs));
  return faults;
}

function orderFaults(
  entries: readonly Entry[],
  theirs: readonly Canonical[],
  freedom: readonly Freedom[],
): string[] {
  const places = theirs.map((run) => new Map(run.entries.map((each, at) => [each.label, at])));
  const faults: string[] = [];
  for (const [at, first] of entries.entries()) {
    for (const second of entries.slice(at + 1)) {
      const isFree = freedom.some(
        (row) =>
          row.freesOrder?.(first, second, entries) === true ||
          row.freesOrder?.(second, first, entries) === true,
      );
      if (isFree) continue;
      const orders = places.flatMap((place) => {
        const a = place.get(first.label);
        const b = place.get(second.label);
        return a === undefined || b === undefined ? [] : [a < b];
      });
      if (orders.length > 0 && !orders.includes(true))
        faults.push(`${first.label} never before ${second.label}`);
    }
  }
  return faults;
}

function readFaults(told: Told, runs: readonly Told[]): string[] {
  const isWhole = hasReadAll(told) && runs.every(hasReadAll);
  const ways = new Set([told, ...runs].flatMap(({ read }) => Object.keys(read)));
  return [...ways].flatMap((how) => {
    const one = told.read[how] ?? UNREAD;
    const theirs = runs.map(({ read }) => read[how] ?? UNREAD);
    if ([one, ...theirs].some(({ isLate }) => isLate)) return [];
    if (theirs.some(({ digest }) => digest === one.digest)) return [];
    if (isWhole && new Set(theirs.map(({ bytes }) => bytes)).size === 1)
      return [`${how}: read ${one.bytes} bytes, never ${String(theirs[0]?.bytes)}, or others`];
    return theirs.some((each) => each.bytes !== one.bytes && beginsAlike(each, one))
      ? []
      : [`${how}: read other bytes`];
  });
}

const UNREAD: Read = { bytes: 0, isLate: false, digest: '', head: '' };

function beginsAlike({ head: a }: Read, { head: b }: Read): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length) === b.slice(0, length);
}

const TWICE = ' called back twice';

/** What must hold of every run, free or not. */
function brokenRules({ entries }: Told): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = entry.slice(0, entry.indexOf(' | '));
    const callback = /(?:written|ended) \d+/.exec(name)?.[0];
    if (callback === undefined) continue;
    if (seen.has(callback)) faults.push(`${callback}${TWICE}`);
    seen.add(callback);
  }
  return faults;
}

/**
 * What of `told` no run on node:net allows, as lines: an entry that none has, a state that it has in none, an order that none
 * has, bytes that none read. None: nothing.
 */
function faultsOf(told: Told, runs: readonly Told[], freedom: readonly Freedom[]): string[] {
  const broken = brokenRules(told);
  if (broken.length > 0) return broken;
  return runs.some((run) => isSame(run, told)) ? [] : faultsBy(told, runs, freedom);
}

/**
 * The same of all actors; `isLast`: with what is free only then. Where that cuts off what one of them was told, what it did
 * from then on is free, and what the others were told because of it.
 */
export function faultsOfLog(log: Log, runs: readonly Log[], isLast = false): string[] {
  const names = new Set([log, ...runs].flatMap((each) => Object.keys(each)));
  const freedom = isLast ? [...FREEDOM, ...LAST_FREEDOM] : FREEDOM;
  const faults = new Map<string, string[]>();
  const isServerFree = isLast && givesUp(log);
  let isRootFree = false;
  for (const name of names) {
    const told = log[name] ?? NOTHING;
    const theirs = runs.map((run) => run[name] ?? NOTHING);
    if (isServerFree && !name.startsWith('client')) continue;
    const own = faultsOf(told, theirs, freedom);
    faults.set(name, own);
    isRootFree ||= isLast && own.length === 0 && faultsOf(told, theirs, FREEDOM).length > 0;
  }
  return [...faults].flatMap(([name, own]) =>
    isRootFree ? own.filter((fault) => fault.endsWith(TWICE)) : own.map((fault) => `${name}: ${fault}`),
  );
}

/** A client that gave up before it was connected: whether the listener hears of it is free (docs/DIFFERENCES.md). */
function givesUp(log: Log): boolean {
  return Object.entries(log).some(
    ([name, { entries }]) =>
      name.startsWith('client') &&
      entries.some((entry, at) => {
        const before = entries[at - 1] ?? ' | opening';
        return entry.includes(' | closed destroyed') && before.includes(' | opening');
      }),
  );
}

/** Whether two runs left the same, whatever the order between sockets. */
export function isSameLog(a: Log, b: Log): boolean {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.every((name) => isSame(a[name] ?? NOTHING, b[name] ?? NOTHING));
}
