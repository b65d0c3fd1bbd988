import { checkFunction, checkInteger, checkNumber, checkText } from '@halfclose/codec/arguments';
import type { Milliseconds } from '@halfclose/timers';
import type { Match, Rule } from './rule.ts';

/** Loses the packets that match: `drop(nth(2, fin()))` drops the second FIN. */
export function drop(match: Match, reason = 'scripted'): Rule {
  checkFunction('match', match);
  checkText('reason', reason);
  const verdict = { drop: reason };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Makes the packets that match take `duration` milliseconds longer; others pass them. */
export function delay(match: Match, duration: Milliseconds): Rule {
  checkFunction('match', match);
  checkNumber('duration', duration, 0, Number.MAX_VALUE);
  const verdict = { delay: duration };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Delivers `copies` more of the packets that match. */
export function duplicate(match: Match, copies = 1): Rule {
  checkFunction('match', match);
  checkInteger('copies', copies, 1, Infinity);
  const verdict = { duplicate: copies };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Flips `bits` bits of the packets that match. */
export function corrupt(match: Match, bits = 1): Rule {
  checkFunction('match', match);
  checkInteger('bits', bits, 1, Infinity);
  const verdict = { corrupt: bits };
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/**
 * Loses the packets that match, and sends both ends a RST in the other's name: what a firewall does that gives a connection up.
 * A SYN is answered with the RST of a closed port.
 */
export function reset(match: Match): Rule {
  checkFunction('match', match);
  const verdict = { reset: true } as const;
  return (packet, context) => (match(packet, context) ? verdict : 'pass');
}

/** Spares the packets that match from chance: no random loss, duplication, reordering or corruption. */
export function spare(match: Match): Rule {
  checkFunction('match', match);
  return (packet, context) => (match(packet, context) ? 'deliver' : 'pass');
}
