import { seqAdd, seqDiff, seqGt, seqLeq } from '@halfclose/codec';
import { expect } from 'vitest';
import { hasReceivedFin } from '../src/control/connection-state.ts';
import { type Connection, NEVER } from '../src/index.ts';

/** The right edge of the window that each connection has offered so far. */
const edges = new WeakMap<Connection, number>();

/** What must hold of a connection whenever nobody is calling into it. */
export function assertInvariants(connection: Connection): void {
  assertHistory(connection);
  assertFlight(connection);
  assertReceiver(connection);
  assertEnds(connection);
}

function assertHistory({ history, state }: Connection): void {
  expect(history.at(-1)?.to ?? 'CLOSED', 'the state is where its history leads').toBe(state);
}

function assertFlight({ sender, state }: Connection): void {
  const { flight, sndUna, sndNxt } = sender;
  expect(seqDiff(sndNxt, sndUna), 'SND.UNA <= SND.NXT').toBeGreaterThanOrEqual(0);
  let next = sndUna;
  const counted = { packetsOut: 0, lostOut: 0, retransmittedOut: 0, sackedOut: 0 };
  for (let sent = flight.head; sent !== null; sent = sent.next) {
    expect(sent.seq, 'the retransmission queue has no holes').toBe(next);
    expect(seqGt(sent.end, sent.seq), 'nothing empty is queued').toBe(true);
    next = sent.end;
    counted.packetsOut += sent.count;
    if (sent.lost) counted.lostOut += sent.count;
    if (sent.retransmitted) counted.retransmittedOut += sent.count;
    if (sent.sacked) counted.sackedOut += sent.count;
    if (sent.next === null) expect(flight.tail, 'the tail is the last segment').toBe(sent);
  }
  // Without SACK, sackedOut counts duplicate acknowledgments instead of marks.
  if (!sender.recovery.sack) counted.sackedOut = flight.sackedOut;
  const { packetsOut, lostOut, retransmittedOut, sackedOut } = flight;
  expect({ packetsOut, lostOut, retransmittedOut, sackedOut }, 'the counters equal a recount').toEqual(
    counted,
  );
  expect(flight.inFlight).toBeGreaterThanOrEqual(0);
  expect(sender.cwnd).toBeGreaterThanOrEqual(1);
  if (packetsOut === 0) return;
  expect(next, 'the retransmission queue reaches SND.NXT').toBe(sndNxt);
  expect(sender.timer.kind, `something is in flight in ${state}, so a timer runs`).not.toBe('none');
  expect(sender.timer.deadline).not.toBe(NEVER);
  const syn = sndUna === sender.iss ? 1 : 0;
  const fin = sender.finSent ? 1 : 0;
  expect(seqDiff(sndNxt, sndUna) - syn - fin, 'what is in flight is still buffered').toBeLessThanOrEqual(
    sender.buffer.length,
  );
}

function assertReceiver(connection: Connection): void {
  const { receiver, state } = connection;
  if (state === 'CLOSED' || state === 'SYN-SENT') return;
  const edge = seqAdd(receiver.window.lastUpdate, receiver.window.offered);
  const before = edges.get(connection) ?? edge;
  expect(seqDiff(edge, before), 'the offered window never shrinks').toBeGreaterThanOrEqual(0);
  edges.set(connection, edge);
  // The FIN may take the number after the last octet of the window.
  expect(seqLeq(receiver.rcvNxt, seqAdd(edge, 1)), 'no more is taken in than was offered').toBe(true);
  expect(receiver.finReceived, 'the state tells whether the FIN came').toBe(hasReceivedFin(state));
  expect(receiver.held).toBe(receiver.queue.length + receiver.outOfOrder);
}

function assertEnds(connection: Connection): void {
  const { sender, state } = connection;
  if (state === 'CLOSED' || state === 'TIME-WAIT') {
    expect(connection.deadline, `no timer runs in ${state}`).toBe(Infinity);
    expect(sender.buffer.length).toBe(0);
    expect(sender.flight.packetsOut).toBe(0);
  }
  if (state === 'FIN-WAIT-2') expect(sender.finAcked).toBe(true);
  const { finWait2LimitsWithoutReader } = connection.profile;
  if (!connection.orphan && !finWait2LimitsWithoutReader)
    expect(connection.finWait2Deadline, 'only an orphan is limited').toBe(NEVER);
}
