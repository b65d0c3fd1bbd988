import { cursor, goTo, goToTimer, recording, undo } from '../state/store.ts';
import { pause, toggle } from './player.ts';

/** Keys that work wherever the focus is, unless it is on what needs them itself. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'one event back or on'],
  ['Shift →', 'on to the next timer'],
  ['Home End', 'to the beginning, to the end'],
  ['↑ ↓', 'in the ladder: the packet before, the next one'],
  ['Ctrl Z', 'take the last change back'],
];

/** Elements that take keys for themselves. */
const BUSY = 'input, textarea, select, [contenteditable], dialog[open] *';

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target instanceof Element && target.closest(BUSY) !== null && !isScrubber(target)) return;
    if (event.ctrlKey && event.key !== 'z') return;
    if (act(event, target)) event.preventDefault();
  });
}

function isScrubber(target: Element): boolean {
  return target.id === 'scrubber';
}

function act(event: KeyboardEvent, target: EventTarget | null): boolean {
  const isOnButton = target instanceof Element && target.closest('button, a, summary') !== null;
  switch (event.key) {
    case ' ':
      if (isOnButton) return false;
      toggle();
      return true;
    case 'ArrowLeft':
      pause();
      goTo(cursor.value.events - 1);
      return true;
    case 'ArrowRight':
      pause();
      if (event.shiftKey) goToTimer();
      else goTo(cursor.value.events + 1);
      return true;
    case 'Home':
      pause();
      goTo(0);
      return true;
    case 'End':
      pause();
      goTo(recording.value.events.length);
      return true;
    case 'z':
      if (!event.ctrlKey) return false;
      undo();
      return true;
    default:
      return false;
  }
}
