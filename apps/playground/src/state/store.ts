import { batch, computed, signal } from '@preact/signals';
import type { TraceConnection } from '@halfclose/trace';
import { endView } from '../model/end-view.ts';
import { ladderView } from '../model/ladder-view.ts';
import { sequenceView } from '../model/sequence-view.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { WORLDS } from '../scenarios/worlds.ts';
import type { CapturedConnection, CaptureContents } from '../world/capture-recording.ts';
import { formatScript } from '../world/format-script.ts';
import { parseScript } from '../world/parse-script.ts';
import type { Recording } from '../world/recording.ts';
import { playWorld } from '../world/world.ts';
import { EMPTY_SETUP, type Input, type WorldSetup } from '../world/world-setup.ts';
import { readAddress, writeAddress } from './hash.ts';

/** What is shown. */
export type Source =
  | { readonly kind: 'world'; readonly scenario: Scenario | null; readonly setup: WorldSetup }
  | { readonly kind: 'drill'; readonly scenario: Scenario; readonly recording: Recording }
  | { readonly kind: 'capture'; readonly capture: CaptureContents; readonly connection: CapturedConnection };

/** A moment: so many events have happened, and it is so late. */
export interface Cursor {
  readonly events: number;
  readonly time: number;
}

const FIRST = 'half-close';

/** Something to be said to whoever looks; empty: nothing. */
export const message = signal('');
export const source = signal<Source>({ kind: 'world', scenario: null, setup: EMPTY_SETUP });
export const cursor = signal<Cursor>({ events: 0, time: 0 });
/** Which of the connections is shown. */
export const connectionIndex = signal(0);
/** Row of the ladder that is looked at; `null`: none. */
export const selectedRow = signal<number | null>(null);
/** Setups before changes, for undo. */
const past: WorldSetup[] = [];
export const canUndo = signal(false);
/** Rows of the closing tables, once they are loaded. */
const rows = signal<readonly Scenario[]>([]);

export const scenarios = computed<readonly Scenario[]>(() => [...WORLDS, ...rows.value]);

export const recording = computed<Recording>(() => {
  const shown = source.value;
  switch (shown.kind) {
    case 'world':
      return playWorld(shown.setup);
    case 'drill':
      return shown.recording;
    case 'capture':
      return shown.connection.recording();
  }
});

export const connection = computed<TraceConnection | null>(() => {
  const { connections } = recording.value;
  return connections[Math.min(connectionIndex.value, connections.length - 1)] ?? null;
});

export const ladder = computed(() =>
  connection.value === null ? null : ladderView(recording.value, connection.value),
);

export const ends = computed(() => {
  const shown = connection.value;
  if (shown === null) return null;
  return { left: endView(recording.value, shown, 'left'), right: endView(recording.value, shown, 'right') };
});

export const sequences = computed(() => {
  const [shown, both] = [connection.value, ends.value];
  if (shown === null || both === null) return null;
  return {
    left: sequenceView(recording.value, shown, both.left, 'left'),
    right: sequenceView(recording.value, shown, both.right, 'right'),
  };
});

export const isAtEnd = computed(() => cursor.value.events >= recording.value.events.length);

// --- moving

/** Goes to the moment after so many events. */
export function goTo(events: number): void {
  const all = recording.value.events;
  const count = Math.max(0, Math.min(events, all.length));
  cursor.value = { events: count, time: all[count - 1]?.time ?? 0 };
}

/** Goes to a time of the clock, never back. */
export function goToTime(time: number): void {
  const all = recording.value.events;
  let { events } = cursor.value;
  while (events < all.length && (all[events]?.time ?? Infinity) <= time) events++;
  cursor.value = { events, time };
}

/** Goes to just after the next timer that expires; to the end where there is none. */
export function goToTimer(): void {
  const all = recording.value.events;
  const next = all.findIndex(({ type }, index) => index >= cursor.value.events && type === 'timer');
  goTo(next < 0 ? all.length : next + 1);
}

// --- what is shown

function show(next: Source, at: number): void {
  batch(() => {
    source.value = next;
    connectionIndex.value = 0;
    selectedRow.value = null;
    cursor.value = { events: 0, time: 0 };
    goTo(at);
  });
}

/** Says a sentence, until the next one. */
export function say(sentence: string): void {
  message.value = sentence;
}

/** Shows what the address asks for, from its end; what it asks for in vain is said. */
export async function showAddress(hash: string): Promise<void> {
  const { scenario: name, seed, script, at, problem } = readAddress(hash);
  say(problem);
  if (script !== null) {
    showScript(script, name, at);
    return;
  }
  const wanted = name ?? FIRST;
  let found = WORLDS.find((each) => each.name === wanted);
  if (found === undefined && /^[a-p]\d\d[a-z]?$/.test(wanted)) {
    await loadRows();
    found = rows.value.find((each) => each.name === wanted);
  }
  if (found === undefined) {
    say(`There is no scenario “${wanted}”. This is “${FIRST}”; “Scenarios” lists all.`);
    found = WORLDS.find((each) => each.name === FIRST);
  }
  if (found !== undefined) await showScenario(found, seed, at);
}

function showScript(script: string, name: string | null, at: number | null): void {
  try {
    const setup = parseScript(script);
    past.length = 0;
    canUndo.value = false;
    const scenario = WORLDS.find((each) => each.name === name) ?? null;
    show({ kind: 'world', scenario, setup }, at ?? Infinity);
  } catch (error) {
    say(`The script in the address cannot be played. ${sentenceOf(error)}`);
    show({ kind: 'world', scenario: null, setup: EMPTY_SETUP }, 0);
  }
}

async function showScenario(scenario: Scenario, seed: number | null, at: number | null): Promise<void> {
  past.length = 0;
  canUndo.value = false;
  if (scenario.kind === 'world') {
    const setup = parseScript(scenario.script);
    show({ kind: 'world', scenario, setup: seed === null ? setup : { ...setup, seed } }, at ?? Infinity);
    return;
  }
  const { playDrill } = await import('../world/drill-recording.ts');
  const recorded = playDrill(scenario.script, `${scenario.name}.pkt`);
  if (recorded.script !== null && recorded.script.failure !== '')
    say(`The script of ${scenario.name} does not pass: ${recorded.script.failure}.`);
  show({ kind: 'drill', scenario, recording: recorded }, at ?? Infinity);
}

/** Loads the scripts of the closing tables' rows. */
export async function loadRows(): Promise<void> {
  if (rows.value.length > 0) return;
  const { ROWS } = await import('virtual:closing-rows');
  rows.value = ROWS.map(({ name, title, about, script }) => ({
    name,
    group: `Rows ${name.charAt(0)}: ${GROUPS[name.charAt(0)] ?? ''}`,
    title: `${name}: ${title}`,
    about: [about],
    rows: [name],
    kind: 'drill',
    script,
  }));
}

/** What the letters of the measurement are about (docs/linux/closing.md). */
const GROUPS: Readonly<Record<string, string>> = {
  a: 'close() and unread data',
  b: 'data after close()',
  c: 'half-close and FIN-WAIT-2',
  d: 'linger {1, 0}',
  e: 'linger {1, t}',
  f: 'shutdown()',
  g: 'FINs',
  h: 'TIME-WAIT',
  i: 'orphans and giving up',
  j: 'listeners',
  k: 'RST, SYN and ACK in odd places',
  l: 'errors',
  m: 'poll()',
  n: 'timing, and blocked calls',
  o: 'timestamps',
  p: 'what no name had',
};

/** Shows a connection of a capture. */
export function showCapture(capture: CaptureContents, connectionOf: CapturedConnection): void {
  show({ kind: 'capture', capture, connection: connectionOf }, Infinity);
}

// --- changes

/** Changes the world that is shown, and plays it anew up to the same moment. */
export function change(setup: WorldSetup): void {
  const shown = source.value;
  if (shown.kind !== 'world') return;
  past.push(shown.setup);
  batch(() => {
    canUndo.value = true;
    const { time } = cursor.value;
    source.value = { ...shown, setup };
    cursor.value = { events: 0, time: 0 };
    selectedRow.value = null;
    goToTime(time);
  });
  publish();
}

/** Takes the last change back. */
export function undo(): void {
  const shown = source.value;
  const before = past.pop();
  if (before === undefined || shown.kind !== 'world') return;
  batch(() => {
    canUndo.value = past.length > 0;
    const { time } = cursor.value;
    source.value = { ...shown, setup: before };
    cursor.value = { events: 0, time: 0 };
    goToTime(time);
  });
  publish();
}

/** Does something to the world, at the moment that is shown. */
export function act(action: DistributiveOmit<Input, 'at'>): void {
  const shown = source.value;
  if (shown.kind !== 'world') return;
  const at = Math.round(cursor.value.time * 1000) / 1000;
  const input: Input = { ...action, at };
  // A knob that is still being turned is one change.
  const inputs = shown.setup.inputs.filter((each) => !isSameKnob(each, input));
  const place = inputs.findLastIndex((each) => each.at <= at) + 1;
  change({ ...shown.setup, inputs: inputs.toSpliced(place, 0, input) });
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function isSameKnob(a: Input, b: Input): boolean {
  if (a.kind !== 'link' || b.kind !== 'link' || a.at !== b.at || a.way !== b.way) return false;
  return Object.keys(a.knobs).join() === Object.keys(b.knobs).join();
}

/** Has the address say what is shown, so that it can be linked to. */
function publish(): void {
  history.replaceState(null, '', addressOf());
}

/** The address of what is shown. */
export function addressOf(withMoment = false): string {
  const shown = source.value;
  const at = withMoment && !isAtEnd.value ? cursor.value.events : null;
  if (shown.kind === 'capture') return '#';
  if (shown.kind === 'drill')
    return writeAddress({ scenario: shown.scenario.name, seed: null, script: null, at });
  const { scenario, setup } = shown;
  const original = scenario === null ? null : parseScript(scenario.script);
  const isOriginal =
    original !== null && formatScript({ ...original, seed: setup.seed }) === formatScript(setup);
  const isSeeded = original?.seed !== setup.seed;
  return writeAddress({
    scenario: scenario?.name ?? null,
    seed: isOriginal && isSeeded ? setup.seed : null,
    script: isOriginal ? null : formatScript(setup),
    at,
  });
}

/** An error as a sentence. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
