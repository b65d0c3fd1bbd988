import type { ControlBlock } from './control-block.ts';
import { deadlineAt } from '../base/connection-time.ts';

/** Acknowledges something irregular, if it {@link mayAnswer} (RFC 5961). */
export function challenge(connection: ControlBlock, now: number): void {
  if (mayAnswer(connection, now)) connection.receiver.acks.atOnce();
}

/**
 * Whether something irregular may be answered: once per interval (RFC 5961, section 7; Linux tcp_invalid_ratelimit).
 * Each connection counts for itself, as a limit for all of them tells strangers about each (CVE-2016-5696).
 */
export function mayAnswer(connection: ControlBlock, now: number): boolean {
  if (now < connection.nextChallengeAt) return false;
  connection.nextChallengeAt = deadlineAt(now + connection.profile.challengeAckInterval);
  return true;
}
