import { checkIsProfile } from './check-profile.ts';
import type { Profile } from './profile.ts';

/**
 * The time that `retries` doublings from `base` take, the RTO's ceiling respected: what R2 of RFC 9293, 3.8.3
 * (MUST-20) means in time (Linux tcp_model_timeout). Milliseconds.
 */
export function retriesAsTime(retries: number, base: number, maxRto: number): number {
  const doublings = Math.floor(Math.log2(maxRto / base));
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * base;
  return (2 ** (doublings + 1) - 1) * base + (retries - doublings) * maxRto;
}

/**
 * Linux's timers strike late, by a sixteenth on average, and its limits were measured so: a limit that a timer misses
 * by less counts as reached (docs/linux/closing.md, i01 to i03).
 */
const TIMER_SLACK = 17 / 16;

/** What decides whether a connection has retransmitted for too long. Times in milliseconds. */
export interface RetryState {
  /** Retransmission timeouts in a row. */
  readonly timeouts: number;
  /** Since the first of them. */
  readonly elapsed: number;
  /** Nobody holds the connection any more. */
  readonly orphan: boolean;
  /** TCP_USER_TIMEOUT; 0: none. */
  readonly userTimeout: number;
  /** TCP_SYNCNT; 0: as the profile says. */
  readonly synRetries: number;
}

/** Whether R1 is reached: something is wrong on the way (tcp_retries1; RFC 9293, 3.8.3, SHLD-10). */
export function isDeliveryDoubtful({ timeouts, elapsed }: RetryState, profile: Profile): boolean {
  const { retries1, minRto, maxRto } = profile;
  return timeouts >= retries1 && elapsed * TIMER_SLACK >= retriesAsTime(retries1, minRto, maxRto);
}

/** Whether a SYN has been retransmitted for long enough (tcp_syn_retries, TCP_SYNCNT). */
export function synRetriesExhausted(state: RetryState, profile: Profile): boolean {
  if (state.timeouts === 0) return false;
  if (state.userTimeout > 0 && state.elapsed >= state.userTimeout) return true;
  // A time, too: linear timeouts let more SYNs go in it (docs/linux/closing.md, l14; docs/linux/rules.md).
  const retries = state.synRetries || profile.synRetries;
  return state.elapsed * TIMER_SLACK >= retriesAsTime(retries, profile.initialRto, profile.maxRto);
}

/** Whether text or a FIN has been retransmitted for long enough (tcp_retries2, tcp_orphan_retries). */
export function retriesExhausted(state: RetryState, profile: Profile): boolean {
  if (state.timeouts === 0) return false;
  if (state.userTimeout > 0) return state.elapsed >= state.userTimeout;
  const retries = state.orphan ? profile.orphanRetries : profile.retries2;
  return state.elapsed * TIMER_SLACK >= retriesAsTime(retries, profile.minRto, profile.maxRto);
}

/**
 * How long an orphan waits for a peer that answers probes and keeps its window closed: until the interval is as long as
 * it gets, and for `orphanRetries` at least (docs/linux/notes.md, W22). For an RTO that is least when it begins.
 * Milliseconds.
 *
 * @throws TypeError for what is no profile
 */
export function orphanPatience(profile: Profile): number {
  checkIsProfile(profile);
  const { orphanRetries, minRto, maxRto } = profile;
  const probes = Math.max(orphanRetries, Math.ceil(Math.log2(maxRto / minRto)));
  return retriesAsTime(probes, minRto, maxRto);
}
