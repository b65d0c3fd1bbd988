import type { Sender } from './sender.ts';

/** What keeps a sender from sending more, as far as TCP_INFO tells it (Linux tcp_chrono). */
type SendLimit = 'idle' | 'busy' | 'window' | 'buffer';

/** What a sender has done in all, for TCP_INFO alone. Made when text is first written or a timeout strikes. */
export class SendTotals {
  /** Segments delivered, those that arrived twice counted twice; and those whose acknowledgment said ECE. */
  delivered = 0;
  deliveredWithEcho = 0;
  /** Segments with text sent, again or not. */
  textSegments = 0;
  /** Retransmission timeouts, how often they began, and the milliseconds from there until something was acknowledged. */
  timeouts = 0;
  timeoutRecoveries = 0;
  timeoutTime = 0;
  #limit: SendLimit = 'idle';
  // Whole milliseconds, as Linux counts whole ticks.
  #since = 0;
  #busy = 0;
  #byWindow = 0;
  #byBuffer = 0;

  /** From now on `limit` is what keeps the sender from sending more. */
  onLimit(limit: SendLimit, now: number): void {
    if (limit === this.#limit) return;
    const time = Math.floor(now);
    const past = time - this.#since;
    if (this.#limit === 'busy') this.#busy += past;
    else if (this.#limit === 'window') this.#byWindow += past;
    else if (this.#limit === 'buffer') this.#byBuffer += past;
    this.#limit = limit;
    this.#since = time;
  }

  /** For how many milliseconds until `now` there was something to send, or to wait for. */
  busyUntil(now: number): number {
    const past = this.#limit === 'idle' ? 0 : now - this.#since;
    return this.#busy + this.#byWindow + this.#byBuffer + past;
  }

  /** For how many of these `limit` was what kept the sender from sending more. */
  limitedUntil(limit: 'window' | 'buffer', now: number): number {
    const past = this.#limit === limit ? now - this.#since : 0;
    return past + (limit === 'window' ? this.#byWindow : this.#byBuffer);
  }
}

/** The totals of a sender, from now on. */
export function totalsOf(sender: Sender): SendTotals {
  return (sender.totals ??= new SendTotals());
}

/** A burst is over: notes what keeps more from being sent. */
export function noteLimit(sender: Sender, now: number): void {
  const limit = limitOf(sender);
  if (limit !== 'idle') totalsOf(sender).onLimit(limit, now);
  else sender.totals?.onLimit(limit, now);
}

/** As Linux's tcp_write_xmit and tcp_cwnd_validate find it. */
function limitOf(sender: Sender): SendLimit {
  const { sndUna, iss, flight, unsent } = sender;
  if (sndUna === iss || (flight.packetsOut === 0 && !sender.hasUnsent)) return 'idle';
  if (flight.inFlight >= sender.cwnd) return 'busy';
  if (unsent === 0) return sender.maker.sendBufferWasFull ? 'buffer' : 'busy';
  return sender.room < Math.min(unsent, sender.mss) ? 'window' : 'busy';
}
