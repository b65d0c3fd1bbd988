import { TRANSITIONS } from '../../src/index.ts';
import { assertInvariants } from '../invariants.ts';
import type { End } from './end.ts';
import { keyOfEnd } from './state-key.ts';
import type { World } from './world.ts';

/** The rules, by the names that a failure gives. */
export type CheckName =
  | 'no exception'
  | 'what is read is what was written'
  | 'orderly means complete'
  | 'a report counts right'
  | 'loss is told'
  | 'a reset has a cause'
  | 'giving up has a cause'
  | 'nothing is left in CLOSED'
  | 'transitions are in the table'
  | 'invariants'
  | 'no stuck state'
  | 'a fair network delivers everything';

/** A rule that does not hold. */
export interface Violation {
  readonly check: CheckName;
  readonly message: string;
}

/** The ends, by value, whose invariants hold: they are those of one connection, and asserting them is slow. */
export type Sound = Set<string>;

/** What must hold in every state. Returns the first rule that does not. */
export function checkState(world: World, sound: Sound): Violation | null {
  for (const end of world.ends) {
    const peer = end === world.a ? world.b : world.a;
    const violation =
      checkTransitions(end) ??
      checkText(end) ??
      checkReport(end, peer) ??
      checkLossIsTold(end) ??
      checkResets(end, world) ??
      checkGivingUp(end, world) ??
      checkLeaks(end);
    if (violation !== null) return violation;
  }
  return checkInvariants(world, sound);
}

function checkTransitions(end: End): Violation | null {
  const { history } = end.connection;
  for (const { from, to } of history) {
    if (!TRANSITIONS[from].includes(to))
      return violated('transitions are in the table', end, `${from} > ${to}`);
  }
  return null;
}

function checkText(end: End): Violation | null {
  return end.misread === null ? null : violated('what is read is what was written', end, end.misread);
}

/** A report that says orderly means it: this program got everything, and the peer's TCP did. */
function checkReport(end: End, peer: End): Violation | null {
  const check = 'orderly means complete';
  if (end.connection.receiver.finReceived && end.received !== peer.written) {
    return violated(check, end, `took the FIN after ${end.received} of ${peer.written} octets`);
  }
  if (!end.ended) return null;
  const { orderly, octets } = end.report;
  if (octets.written !== end.written || octets.read !== end.read) {
    const told = `${octets.written} written, ${octets.read} read`;
    return violated('a report counts right', end, `${told}, not ${end.written} and ${end.read}`);
  }
  if (!orderly) return null;
  if (end.kept !== peer.written) {
    return violated(check, end, `orderly, though its program got ${end.kept} of ${peer.written} octets`);
  }
  if (peer.received !== end.written) {
    return violated(check, end, `orderly, though ${peer.received} of ${end.written} octets arrived`);
  }
  return null;
}

/**
 * RFC 2525, 2.17: text that arrived and that the program did not want, found at close or come later, is not to end as
 * if it had been read, while there is a peer to tell.
 */
function checkLossIsTold(end: End): Violation | null {
  const lost = end.received - end.read;
  if (!end.closed || end.closedLate || lost === 0 || end.has('rst', 'sent')) return null;
  return violated('loss is told', end, `${lost} octets will not be read, and no RST says so`);
}

function checkResets(end: End, world: World): Violation | null {
  if (!end.has('rst', 'sent') && !end.has('rst', 'received')) return null;
  if (isDisturbed(world)) return null;
  return violated(
    'a reset has a cause',
    end,
    end.connection.marks.map((m) => `${m.kind}: ${m.reason}`).join(),
  );
}

function checkGivingUp(end: End, world: World): Violation | null {
  if (end.endedBecause !== 'retransmissions exhausted' || mayGiveUp(world)) return null;
  return violated('giving up has a cause', end, `gave up, though only ${world.drops} segments were lost`);
}

/** Whether anything happened after which a connection may end with less than everything. */
export function isDisturbed(world: World): boolean {
  const { a, b } = world;
  if (world.forgedResets > 0) return true;
  return [a, b].some((end) => {
    const peer = end === a ? b : a;
    return (
      end.forced ||
      (end.unreadAtClose ?? 0) > 0 ||
      // Text for a program that no longer wants it.
      (end.closed && peer.written > end.read) ||
      (end.readingShut && end.connection.sendShut && peer.written > end.received) ||
      end.endedBecause === 'FIN-WAIT-2 limit' ||
      end.endedBecause === 'retransmissions exhausted'
    );
  });
}

/** Whether no transmission of some segment can have been answered: each was lost, late, or met a forged RST. */
export function mayGiveUp(world: World): boolean {
  const transmissions = Math.min(world.a.profile.retries2, world.a.profile.orphanRetries) + 2;
  return world.drops + world.earlyTimers + world.forgedResets >= transmissions;
}

function checkLeaks(end: End): Violation | null {
  const { connection, ended } = end;
  if (!ended) return null;
  const { sender, receiver, orphan } = connection;
  const left: string[] = [];
  if (connection.deadline !== Infinity) left.push(`a timer at ${connection.deadline}`);
  if (sender.buffer.length > 0) left.push(`${sender.buffer.length} octets to send`);
  if (sender.flight.packetsOut > 0) left.push(`${sender.flight.packetsOut} segments in flight`);
  if (receiver.outOfOrder > 0) left.push(`${receiver.outOfOrder} octets out of order`);
  if (orphan && receiver.held > 0) left.push(`${receiver.held} octets that nobody will read`);
  if (end.timeWaitOver && end.deadline !== Infinity) left.push('a timer of TIME-WAIT');
  return left.length === 0 ? null : violated('nothing is left in CLOSED', end, left.join(', '));
}

function checkInvariants(world: World, sound: Sound): Violation | null {
  for (const end of world.ends) {
    const key = keyOfEnd(end);
    if (sound.has(key)) continue;
    try {
      assertInvariants(end.connection);
      sound.add(key);
    } catch (error) {
      return violated('invariants', end, String(error));
    }
  }
  return null;
}

export function violated(check: CheckName, end: End, what: string): Violation {
  return { check, message: `${end.name} in ${end.connection.state}: ${what}` };
}
