import { shown } from '@halfclose/codec/arguments';
/**
 * Where an end comes from. `program`: ours asked for it; `rule`: a rule of closing turned what it asked for, or what
 * arrived, into a RST; `peer`: it said so; `network`: an ICMP error said so; `time`: nobody answered in time; `limit`:
 * there are too many; `order`: both FINs are acknowledged, nothing is left to do.
 */
export type EndCause = 'program' | 'rule' | 'peer' | 'network' | 'time' | 'limit' | 'order';

interface EndReasonEntry {
  readonly cause: EndCause;
  /** One sentence for people. */
  readonly meaning: string;
}

function because(cause: EndCause, meaning: string): EndReasonEntry {
  return { cause, meaning };
}

/** Why a FIN or a RST was sent or taken, or why a connection is CLOSED. Close reports speak in these words. */
export const END_REASONS = {
  close: because('program', 'close() by the last holder: a FIN behind what was written'),
  shutdown: because('program', 'shutdown() of the sending half: a FIN behind what was written'),
  'linger 0': because('program', 'close() with SO_LINGER {1, 0}: a RST'),
  reset: because('program', 'resetAndDestroy(), reset(): a RST, whatever SO_LINGER is'),
  abort: because('program', 'what close() had left to itself was reset all the same'),
  disconnect: because('program', 'connect() with AF_UNSPEC: a RST, and the socket can be used again'),
  'listener closed': because('program', 'the listener closed before the connection was accepted'),
  'unread data at close': because('rule', 'close() with text that nobody read: a RST says that it is lost'),
  'data after close': because(
    'rule',
    'text arrived that nobody can read any more: a RST says that it is lost',
  ),
  'linger time over': because('rule', 'SO_LINGER {1, t}: t seconds went by before all was acknowledged'),
  'TCP_LINGER2 negative': because('rule', 'the socket option forbids FIN-WAIT-2 without an owner'),
  'bad handshake': because('rule', 'a SYN that cannot be the peer’s came into a half-open connection'),
  'unexpected SYN': because('rule', 'a SYN came for an orphan in FIN-WAIT-2: a RST'),
  'peer closed': because('peer', 'its FIN arrived behind all of its text'),
  'peer reset': because('peer', 'a RST arrived: one in the window, at the exact number'),
  'connection refused': because('peer', 'a RST, or an ICMP error, answered the SYN'),
  unreachable: because(
    'network',
    'an ICMP error that leaves no hope while connecting, or later if the profile believes it',
  ),
  'handshake timed out': because('time', 'the SYN, or the SYN+ACK, was sent as often as it may be'),
  'retransmissions exhausted': because('time', 'text, a FIN or a probe was sent again as often as it may be'),
  'user timeout': because('time', 'TCP_USER_TIMEOUT went by without an acknowledgment'),
  'keep-alive exhausted': because('time', 'no probe of TCP_KEEPCNT was answered'),
  'FIN-WAIT-2 limit': because('time', 'the peer’s FIN did not come, and nobody waits for it'),
  'too many orphans': because('limit', 'more connections without an owner than the host allows'),
  'out of memory': because('limit', 'an orphan, when the buffers of the host hold more than they may'),
  'too many in TIME-WAIT': because('limit', 'more records than the host allows'),
  'accept queue full': because('limit', 'nobody accepted, and the profile resets instead of waiting'),
  'FIN acknowledged': because('order', 'the peer’s FIN had come before, so that is all'),
} as const satisfies Record<string, EndReasonEntry>;

/** Why a FIN or a RST was sent or taken, or why a connection is CLOSED: see {@link END_REASONS}. */
export type EndReason = keyof typeof END_REASONS;

/** What an end came from whose reason is `why`; `null`: that is the reason of another change of state. */
export function causeOfEnd(why: string): EndCause | null {
  return isEndReason(why) ? END_REASONS[why].cause : null;
}

function isEndReason(why: string): why is EndReason {
  return Object.hasOwn(END_REASONS, why);
}

/** Throws a RangeError for a reason that is none. */
export function checkReason(reason: string): void {
  if (typeof reason !== 'string' || !Object.hasOwn(END_REASONS, reason))
    throw new RangeError(`reason must be one of END_REASONS, not ${shown(reason)}`);
}
