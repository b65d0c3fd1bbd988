import { signal } from '@preact/signals';
import { act, cursor, source } from '../state/store.ts';
import { DEFAULT_LINK } from '../world/world.ts';
import type { Knobs, Verb, Way } from '../world/world-setup.ts';

const way = signal<Way | null>(null);

interface Knob {
  readonly name: keyof Omit<Knobs, 'cut' | 'jitter' | 'queue' | 'corrupt'>;
  readonly label: string;
  /** What the slider stands at, from 0 on. */
  readonly values: readonly number[];
  readonly text: (value: number) => string;
}

const PERCENT = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1];
const percent = (value: number): string => `${Number((value * 100).toFixed(1))} %`;

const KNOBS: readonly Knob[] = [
  {
    name: 'delay',
    label: 'Delay',
    values: [0, 1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000],
    text: (value) => `${value} ms`,
  },
  {
    name: 'rate',
    label: 'Rate',
    values: [64e3, 256e3, 1e6, 2e6, 4e6, 8e6, 10e6, 20e6, 50e6, 100e6, 1e9, Infinity],
    text: (value) =>
      value === Infinity
        ? 'no limit'
        : value >= 1e9
          ? `${value / 1e9} Gbit/s`
          : value >= 1e6
            ? `${value / 1e6} Mbit/s`
            : `${value / 1e3} kbit/s`,
  },
  { name: 'loss', label: 'Loss', values: PERCENT, text: percent },
  { name: 'reorder', label: 'Reorder', values: PERCENT, text: percent },
  { name: 'duplicate', label: 'Duplicate', values: PERCENT, text: percent },
];

const DEFAULTS: Readonly<Record<Knob['name'], number>> = {
  ...DEFAULT_LINK,
  loss: 0,
  reorder: 0,
  duplicate: 0,
};

/** How the link is at the moment that is shown, in the direction that is chosen. */
function knobsAt(time: number): Readonly<Record<Knob['name'] | 'cut', number | boolean>> {
  const shown = source.value;
  const result: Record<string, number | boolean> = { ...DEFAULTS, cut: false };
  if (shown.kind === 'world')
    for (const input of shown.setup.inputs)
      if (
        input.kind === 'link' &&
        input.at <= time &&
        (input.way === null || way.value === null || input.way === way.value)
      )
        Object.assign(result, input.knobs);
  return { ...DEFAULTS, cut: false, ...result };
}

/** The link, and what happens to the next packet. */
export function LinkPanel() {
  const now = knobsAt(cursor.value.time);
  const turn = (knobs: Knobs): void => {
    act({ kind: 'link', way: way.value, knobs });
  };
  const next = (verb: Verb): void => {
    act({
      kind: 'fault',
      verb,
      packets: { kind: 'any', octets: 0, way: way.value, count: { by: 'first', n: 1 } },
    });
  };
  return (
    <section class="panel link-panel" aria-label="Link">
      <div class="panel-head">
        <h2>Link</h2>
        <label>
          <span class="hidden">Which way</span>
          <select
            value={way.value ?? 'both'}
            onChange={(event) => {
              const { value } = event.currentTarget;
              way.value = value === 'client>server' || value === 'server>client' ? value : null;
            }}
          >
            <option value="both">both ways</option>
            <option value="client>server">client → server</option>
            <option value="server>client">server → client</option>
          </select>
        </label>
      </div>
      <div class="knobs">
        {KNOBS.map(({ name, label, values, text }) => {
          const value = Number(now[name]);
          const place = nearest(values, value);
          return (
            <label key={name}>
              <span class="label">{label}</span>
              <input
                type="range"
                min={0}
                max={values.length - 1}
                value={place}
                aria-valuetext={text(value)}
                onChange={(event) => {
                  turn({ [name]: values[event.currentTarget.valueAsNumber] ?? 0 });
                }}
              />
              <output>{text(value)}</output>
            </label>
          );
        })}
        <label class="cut">
          <span class="label">Cable cut</span>
          <input
            type="checkbox"
            checked={now.cut === true}
            onChange={(event) => {
              turn({ cut: event.currentTarget.checked });
            }}
          />
        </label>
      </div>
      <fieldset class="calls">
        <legend>
          The next packet {way.value === null ? '' : `from ${way.value.split('>')[0] ?? ''} `}is
        </legend>
        <div class="buttons">
          <button
            type="button"
            onClick={() => {
              next({ verb: 'drop' });
            }}
          >
            dropped
          </button>
          <button
            type="button"
            onClick={() => {
              next({ verb: 'delay', delay: 200 });
            }}
          >
            200 ms late
          </button>
          <button
            type="button"
            onClick={() => {
              next({ verb: 'duplicate' });
            }}
          >
            duplicated
          </button>
          <button
            type="button"
            onClick={() => {
              next({ verb: 'corrupt' });
            }}
          >
            corrupted
          </button>
        </div>
      </fieldset>
    </section>
  );
}

function nearest(values: readonly number[], value: number): number {
  let best = 0;
  for (const [index, each] of values.entries()) if (each <= value) best = index;
  return best;
}
