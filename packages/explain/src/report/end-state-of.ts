import type { EndState } from '../explanation.ts';
import type { Flow } from '../flow/flow.ts';
import { otherSide, type Side } from '../mark.ts';
import type { InferredState } from '../state/inferred-states.ts';
import { formatDuration } from './units.ts';

/** 2MSL on Linux, in milliseconds. */
const TWO_MSL = 60_000;

/** The state that an end must be in when the capture ends, `end` in milliseconds. */
export function endStateOf(flow: Flow, side: Side, end: number): EndState {
  const { states } = flow;
  const peer = flow.side(otherSide(side));
  const own = flow.side(side);
  const state = isUnseen(flow, side) ? 'unknown' : states.state(side);
  const since = states.since(side);
  const silence = end - (since?.time ?? end);
  const isDeaf = own.unansweredRepeats >= 3 && peer.segmentCount > 0;
  const deaf = isDeaf ? `; it has sent the same ${own.unansweredRepeats} times and heard nothing` : '';
  return { state, since, note: noteOf(state, silence) + deaf };
}

/** An end that has sent nothing tells nothing. */
function isUnseen(flow: Flow, side: Side): boolean {
  return flow.side(side).segmentCount === 0;
}

function noteOf(state: InferredState, silence: number): string {
  const now = formatDuration(silence);
  switch (state) {
    case 'TIME-WAIT':
      return silence >= TWO_MSL
        ? `${now} ago: over by now on Linux, which keeps it for 60 s`
        : `${now} ago: for 60 s on Linux, then CLOSED (docs/CLOSING.md, TIME-WAIT)`;
    case 'FIN-WAIT-2':
      return (
        `${now} ago: if its program has closed the socket, for 60 s on Linux (c02); if it has only shut down sending, ` +
        'for as long as it holds the socket (c01)'
      );
    case 'CLOSE-WAIT':
      return `${now} ago: for as long as its program does not close the socket`;
    case 'FIN-WAIT-1':
    case 'CLOSING':
    case 'LAST-ACK':
      return `${now} ago: it sends its FIN again until that is acknowledged, for some 2 minutes on Linux (i07)`;
    case 'SYN-SENT':
      return `${now} ago: it sends its SYN again, for some 2 minutes on Linux`;
    case 'SYN-RECEIVED':
      return `${now} ago: it sends its SYN+ACK again, for some minute on Linux`;
    case 'ESTABLISHED':
    case 'CLOSED':
    case 'LISTEN':
    case 'unknown':
      return '';
  }
}
