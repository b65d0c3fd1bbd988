import type { Connection } from '../connection/connection.ts';
import { deadlineAt } from '../connection/connection-time.ts';

/** Acknowledges something irregular, if it {@link mayAnswer} (RFC 5961). */
export function challenge(connection: Connection, now: number): void {
  if (mayAnswer(connection, now)) connection.receiver.acks.atOnce();
}

/**
 * Whether something irregular may be answered: once per interval (RFC 5961, section 7; Linux tcp_invalid_ratelimit).
 * Each connection counts for itself, as a limit for all of them tells strangers about each (CVE-2016-5696).
 */
export function mayAnswer(connection: Connection, now: number): boolean {
  if (now < connection.nextChallengeAt) return false;
  connection.nextChallengeAt = deadlineAt(now + connection.profile.challengeAckInterval);
  return true;
}
