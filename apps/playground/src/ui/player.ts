import { effect, signal } from '@preact/signals';
import { cursor, goTo, goToTime, isAtEnd, recording, source } from '../state/store.ts';

export const isPlaying = signal(false);
/** Milliseconds of the world for each second. */
export const speed = signal(50);

/** Nothing happens for no longer than so many seconds. */
const LONGEST_PAUSE = 0.7;

let frame = 0;
let last = 0;

/** Begins to play, from the beginning where it is over. */
function play(): void {
  if (isAtEnd.value) goTo(0);
  last = performance.now();
  isPlaying.value = true;
}

export function pause(): void {
  isPlaying.value = false;
}

export function toggle(): void {
  if (isPlaying.value) pause();
  else play();
}

function tick(now: number): void {
  if (!isPlaying.value) return;
  // Whoever comes back to the page finds it where it was left.
  const seconds = Math.min(0.1, (now - last) / 1000);
  last = now;
  const all = recording.value.events;
  const next = all[cursor.value.events];
  if (next === undefined) {
    pause();
    return;
  }
  const { time } = cursor.value;
  // A minute in TIME-WAIT is not waited for.
  const pace = Math.max(speed.value, (next.time - time) / LONGEST_PAUSE);
  goToTime(time + seconds * pace);
  frame = requestAnimationFrame(tick);
}

effect(() => {
  cancelAnimationFrame(frame);
  if (isPlaying.value) frame = requestAnimationFrame(tick);
});

// Another recording begins at rest.
effect(() => {
  if (source.value.kind !== 'world') isPlaying.value = false;
});
