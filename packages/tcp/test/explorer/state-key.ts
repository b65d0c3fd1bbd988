import { Flag, type Segment, seqDiff } from '@halfclose/codec';
import { type Connection, NEVER } from '../../src/index.ts';
import { type EndName, opposite } from './action.ts';
import type { End } from './end.ts';
import type { World } from './world.ts';

/** More segments than are ever out at once: from here on, cwnd limits nothing. */
const AMPLE_CWND = 5;

/**
 * The value of a world: two that have the same go on in the same way. Sequence numbers are relative to the ISNs,
 * and of time there is left which timers run and in which order they strike. Which end is called a does not matter.
 */
export function stateKey(world: World): string {
  const one = keyFrom(world, 'a');
  const other = keyFrom(world, 'b');
  return one < other ? one : other;
}

function keyFrom(world: World, first: EndName): string {
  const second = opposite(first);
  const { drops, duplicates, overtakings, earlyTimers, forgedResets } = world;
  return [
    keyOfEnd(world.end(first)),
    keyOfEnd(world.end(second)),
    keyOfFlight(world, first),
    keyOfFlight(world, second),
    keyOfTimers(world, first),
    `${drops},${duplicates},${overtakings},${earlyTimers},${forgedResets}`,
  ].join('|');
}

/** The value of one end, by itself. */
export function keyOfEnd(end: End): string {
  const { connection } = end;
  const program = [
    end.written,
    end.read,
    end.writesLeft,
    end.unreadAtClose ?? '-',
    bits(
      end.readingShut,
      end.forced,
      end.closedLate,
      end.timeWaitOver,
      end.record !== null,
      end.misread !== null,
    ),
  ].join(',');
  return `${connection.state} ${program} ${keyOfMarks(end)} ${keyOfConnection(end, connection)}`;
}

/** What is checked of the past: which marks there are, not how often, and why the connection ended. */
function keyOfMarks(end: End): string {
  const { marks } = end.connection;
  const kinds = new Set(marks.map(({ kind, direction }) => `${kind[0]}${direction[0]}`));
  return `${[...kinds].sort().join('')} ${end.endedBecause ?? ''}`;
}

function keyOfConnection(end: End, connection: Connection): string {
  const { sender, receiver, orphan, receiveShut, sendShut } = connection;
  const { iss, recovery } = sender;
  const { acks, irs, rcvNxt } = receiver;
  if (connection.state === 'CLOSED') return `${bits(orphan)} ${connection.readable}`;
  const flight: string[] = [];
  for (let sent = sender.flight.head; sent !== null; sent = sent.next) {
    const marks = bits(sent.lost, sent.retransmitted, sent.sacked);
    flight.push(`${seqDiff(sent.seq, iss)}:${seqDiff(sent.end, iss)}${marks}`);
  }
  const ahead = [...end.ahead].filter((range) => Number.parseInt(range, 10) > seqDiff(rcvNxt, irs));
  return [
    bits(orphan, receiveShut, sendShut),
    `${seqDiff(sender.sndUna, iss)}:${seqDiff(sender.sndNxt, iss)}+${sender.buffer.length}`,
    bits(sender.finQueued, sender.finSent, sender.nagle.holds(true, sender.sndUna, sender.sndNxt)),
    Math.min(sender.cwnd, AMPLE_CWND),
    sender.timer.kind,
    `${recovery.state} ${recovery.timeouts} ${sender.probesOut} ${flight.join(' ')}`,
    recovery.state === 'open' ? '' : seqDiff(recovery.highSeq, iss),
    `${seqDiff(rcvNxt, irs)}:${seqDiff(receiver.window.lastUpdate, irs)}`,
    `${receiver.queue.length}+${receiver.outOfOrder} ${ahead.sort().join(' ')}`,
    bits(receiver.finReceived, acks.scheduled, acks.isQuick, acks.wantsAckOnDrain),
    acks.owed,
  ].join(',');
}

function keyOfFlight(world: World, from: EndName): string {
  const own = world.end(from).connection.sender.iss;
  const other = world.end(opposite(from)).connection.sender.iss;
  const keyOf = ({ flags, seq, ack, payload, sackBlocks }: Segment): string => {
    const acknowledged = (flags & Flag.ACK) === 0 ? '' : seqDiff(ack, other);
    const sacked = sackBlocks?.map((edge) => seqDiff(edge, other)).join(':') ?? '';
    return `${flags}.${seqDiff(seq, own)}+${payload.length}.${acknowledged}${sacked && `s${sacked}`}`;
  };
  return world.sentBy[from].segments.map(keyOf).join(' ');
}

/** Which timers run, the next one first. */
function keyOfTimers(world: World, first: EndName): string {
  const timers: [number, string][] = [];
  for (const end of world.ends) {
    const { connection, recordDeadline } = end;
    const which = end.name === first ? '1' : '2';
    const { sender, receiver, finWait2Deadline } = connection;
    timers.push([sender.timer.deadline, `${which}${sender.timer.kind}`]);
    timers.push([receiver.acks.deadline, `${which}ack`]);
    timers.push([finWait2Deadline, `${which}fw2`]);
    timers.push([recordDeadline, `${which}record`]);
  }
  const running = timers.filter(([deadline]) => deadline !== Infinity && deadline !== NEVER);
  running.sort(([x, nameOfX], [y, nameOfY]) => x - y || (nameOfX < nameOfY ? -1 : 1));
  return running
    .map(([deadline, name], i) => (running[i - 1]?.[0] === deadline ? `=${name}` : name))
    .join(' ');
}

function bits(...facts: readonly boolean[]): string {
  return facts.map((fact) => (fact ? '1' : '0')).join('');
}
