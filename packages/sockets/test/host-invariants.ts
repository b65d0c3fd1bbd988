import { seqDiff } from '@halfclose/codec';
import type { Connection, Host } from '@halfclose/stack';

/** What must hold on each host between any two steps of the clock. */
export class HostInvariants {
  readonly #hosts: readonly Host[];
  /** The right edge of the window that each connection has offered so far. */
  readonly #edges = new WeakMap<Connection, number>();

  constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
  }

  /** Throws if something does not hold. */
  check(): void {
    for (const host of this.#hosts) {
      let held = 0;
      for (const hosted of host.hosted()) {
        const { connection } = hosted;
        const at = `${host.name} in ${connection.state} at ${host.timers.now()} ms`;
        if (!hosted.queued && connection.deadline < hosted.deadline)
          throw new Error(`a deadline has no timer: ${at}`);
        if (connection.state === 'CLOSED' || connection.state === 'TIME-WAIT') {
          throw new Error(`an ended connection is still registered: ${at}`);
        }
        this.#checkFlight(connection, at);
        this.#checkWindow(connection, host.counters.dropped['receive-memory'] !== undefined, at);
        held += connection.receiver.memory;
      }
      if (host.memory.used < held)
        throw new Error(`${host.name} has ${held} octets unread, and charged ${host.memory.used}`);
    }
  }

  #checkFlight({ sender }: Connection, at: string): void {
    if (seqDiff(sender.sndNxt, sender.sndUna) < 0) throw new Error(`SND.UNA is beyond SND.NXT: ${at}`);
    let [packets, sacked, lost, again] = [0, 0, 0, 0];
    let next = sender.sndUna;
    for (let sent = sender.flight.head; sent !== null; sent = sent.next) {
      if (sent.seq !== next) throw new Error(`the retransmission queue has a hole: ${at}`);
      next = sent.end;
      packets += sent.count;
      if (sent.sacked) sacked += sent.count;
      if (sent.lost) lost += sent.count;
      if (sent.retransmitted) again += sent.count;
    }
    if (next !== sender.sndNxt) throw new Error(`the retransmission queue does not reach SND.NXT: ${at}`);
    const { flight } = sender;
    // Without SACK, sackedOut counts duplicate acknowledgments instead of marks.
    const counted = sender.recovery.sack ? flight.sackedOut === sacked : flight.sackedOut <= packets;
    if (
      flight.packetsOut !== packets ||
      flight.lostOut !== lost ||
      flight.retransmittedOut !== again ||
      !counted
    ) {
      throw new Error(`the counters of what is in flight are wrong: ${at}`);
    }
    if (flight.inFlight < 0 || sender.cwnd < 1)
      throw new Error(`in flight ${flight.inFlight}, cwnd ${sender.cwnd}: ${at}`);
    if (packets > 0 && sender.timer.kind === 'none')
      throw new Error(`text is in flight without a timer: ${at}`);
  }

  /** `mayShrink`: memory was short, the one thing for which a window is taken back. */
  #checkWindow(connection: Connection, mayShrink: boolean, at: string): void {
    const { receiver } = connection;
    if (connection.state === 'SYN-SENT') return;
    const edge = (receiver.window.lastUpdate + receiver.window.offered) | 0;
    const before = this.#edges.get(connection) ?? edge;
    if (seqDiff(edge, before) < 0 && !mayShrink)
      throw new Error(`the offered window shrank by ${seqDiff(before, edge)}: ${at}`);
    if (seqDiff(receiver.rcvNxt, edge) > 1) throw new Error(`more was taken in than was offered: ${at}`);
    this.#edges.set(connection, edge);
  }
}
