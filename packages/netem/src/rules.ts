import type { Milliseconds } from '@halfclose/timers';
import type { Match, Rule } from './rule.ts';

/** Loses the packets that match: `drop(nth(2, fin()))` drops the second FIN. */
export function drop(match: Match, reason = 'scripted'): Rule {
  const verdict = { drop: reason };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Makes the packets that match take `duration` milliseconds longer; others pass them. */
export function delay(match: Match, duration: Milliseconds): Rule {
  const verdict = { delay: duration };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Delivers `copies` more of the packets that match. */
export function duplicate(match: Match, copies = 1): Rule {
  const verdict = { duplicate: copies };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Flips `bits` bits of the packets that match. */
export function corrupt(match: Match, bits = 1): Rule {
  const verdict = { corrupt: bits };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Spares the packets that match from chance: no random loss, duplication, reordering or corruption. */
export function spare(match: Match): Rule {
  return (packet, context) => (match(packet, context) ? 'deliver' : 'pass');
}
