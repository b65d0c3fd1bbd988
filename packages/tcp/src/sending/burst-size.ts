import type { Sender } from './sender.ts';

/** Bytes that go as one packet at most, whatever the device takes (Linux GSO_LEGACY_MAX_SIZE). */
const MOST_BYTES = 65_536;
/** Milliseconds: round trips below this let bursts be larger (2^tcp_tso_rtt_log microseconds). */
const SHORT_ROUND_TRIP = 0.512;
/** From so many of those on they do not. */
const MOST_HALVINGS = 32;

/**
 * Segments that may go in one burst, as one packet where the device cuts: no more than half of the congestion window, so that
 * acknowledgments keep coming, and what a millisecond carries at the rate of the connection (Linux tcp_cwnd_test,
 * tcp_tso_autosize, tcp_update_pacing_rate).
 */
export function burstSize(sender: Sender): number {
  const { cwnd, maxCount } = sender;
  if (maxCount === 1) return 1;
  const most = Math.min(maxCount, Math.max(cwnd >> 1, 1));
  const least = sender.profile.leastBurst;
  if (most <= least || sender.maker.path.byReference) return most;
  const { smoothed, minimum } = sender.rtt;
  if (smoothed === 0) return most;
  const mss = sender.currentMss;
  const factor = cwnd < sender.ssthresh / 2 ? 2 : 1.2;
  const perMillisecond = (factor * Math.max(cwnd, sender.flight.packetsOut) * mss) / smoothed;
  const halvings = Math.floor(minimum / SHORT_ROUND_TRIP);
  const more = halvings < MOST_HALVINGS ? MOST_BYTES >> halvings : 0;
  const bytes = Math.min(perMillisecond + more, MOST_BYTES);
  return Math.min(most, Math.max(Math.floor(bytes / mss), least));
}
