import { durationText } from '@halfclose/pictures';
import { colorOf, type EndView } from '../model/end-view.ts';
import {
  canUndo,
  change,
  cursor,
  ends,
  goTo,
  goToTimer,
  isAtEnd,
  recording,
  source,
  undo,
} from '../state/store.ts';
import { Icon } from './icon.tsx';
import { isPlaying, pause, speed, toggle } from './player.ts';

const SPEEDS: readonly (readonly [value: number, text: string])[] = [
  [5, '1/200 of real time'],
  [20, '1/50 of real time'],
  [50, '1/20 of real time'],
  [200, '1/5 of real time'],
  [1000, 'real time'],
  [10_000, '10 times as fast'],
];

/** Play, pause, steps, and the scrubber. */
export function Transport() {
  const { events, time } = cursor.value;
  const all = recording.value.events;
  const shown = source.value;
  const to = (place: number) => () => {
    pause();
    goTo(place);
  };
  return (
    <section class="transport" aria-label="Time">
      <div class="controls">
        <button type="button" aria-label="To the beginning" onClick={to(0)} disabled={events === 0}>
          <Icon name="start" />
        </button>
        <button type="button" aria-label="One event back" onClick={to(events - 1)} disabled={events === 0}>
          <Icon name="back" />
        </button>
        <button
          type="button"
          class="primary play"
          aria-label={isPlaying.value ? 'Pause' : 'Play'}
          onClick={toggle}
          disabled={all.length === 0}
        >
          <Icon name={isPlaying.value ? 'pause' : 'play'} />
        </button>
        <button type="button" aria-label="One event on" onClick={to(events + 1)} disabled={isAtEnd.value}>
          <Icon name="step" />
        </button>
        <button
          type="button"
          aria-label="On to the next timer"
          disabled={isAtEnd.value}
          onClick={() => {
            pause();
            goToTimer();
          }}
        >
          <Icon name="timer" />
        </button>
        <button type="button" aria-label="To the end" onClick={to(all.length)} disabled={isAtEnd.value}>
          <Icon name="end" />
        </button>
      </div>
      <div class="clock mono" aria-label="Time of the clock">
        <b>{clockText(time)}</b>
        <span class="quiet">
          {events.toLocaleString('en')} / {all.length.toLocaleString('en')}
        </span>
      </div>
      <div class="scrub">
        <StateBars />
        <input
          id="scrubber"
          type="range"
          min={0}
          max={Math.max(1, all.length)}
          value={events}
          aria-label="Moment"
          aria-valuetext={`${durationText(time)}, event ${events} of ${all.length}`}
          onInput={(event) => {
            pause();
            goTo(event.currentTarget.valueAsNumber);
          }}
        />
      </div>
      <div class="settings">
        <label>
          <span class="hidden">Speed</span>
          <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
            {SPEEDS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {shown.kind === 'world' && (
          <>
            <label class="seed">
              <span>Seed</span>
              <input
                type="number"
                min={0}
                max={0xffff_ffff}
                value={shown.setup.seed}
                onChange={(event) => {
                  const value = event.currentTarget.valueAsNumber;
                  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)
                    change({ ...shown.setup, seed: value });
                  event.currentTarget.value = String(shown.setup.seed);
                }}
              />
            </label>
            <button
              type="button"
              aria-label="Take the last change back"
              disabled={!canUndo.value}
              onClick={undo}
            >
              <Icon name="undo" />
            </button>
          </>
        )}
      </div>
    </section>
  );
}

function clockText(time: number): string {
  if (time < 1000) return `${time.toFixed(2)} ms`;
  return `${(time / 1000).toFixed(time < 100_000 ? 4 : 3)} s`;
}

/** The states of both ends over all events, above the scrubber. */
function StateBars() {
  const both = ends.value;
  const count = recording.value.events.length;
  if (both === null || count === 0) return null;
  return (
    <svg class="bars" viewBox={`0 0 1000 16`} preserveAspectRatio="none" aria-hidden="true">
      <Bars view={both.left} y={1} count={count} />
      <Bars view={both.right} y={9} count={count} />
    </svg>
  );
}

function Bars({ view, y, count }: { readonly view: EndView; readonly y: number; readonly count: number }) {
  return (
    <g>
      {view.changes.map((each, index) => {
        if (each.to === 'CLOSED') return null;
        const x = (each.event / count) * 1000;
        const end = ((view.changes[index + 1]?.event ?? count) / count) * 1000;
        return (
          <rect
            key={index}
            x={x}
            y={y}
            width={Math.max(1, end - x)}
            height={6}
            style={{ fill: colorOf(each.to) }}
          />
        );
      })}
    </g>
  );
}
