import { Flag, NO_BYTES, Segment, seqAdd, seqLt } from '@halfclose/codec';
import { expect, it } from 'vitest';
import { acknowledgmentOf, type Connection, NEVER } from '../../src/index.ts';
import { formatPath, parsePath } from './action.ts';
import { SMALL } from './bounds.ts';
import type { CheckName } from './checks.ts';
import type { Mutation } from './end.ts';
import { formatFailure, traceOf } from './report.ts';
import { explore } from './search.ts';

/** Lets a connection see other segments than those that arrive. */
const receiving =
  (change: (segment: Segment, connection: Connection) => Partial<Segment>): Mutation =>
  (connection) => {
    const receive = connection.receive.bind(connection);
    connection.receive = (segment, now) =>
      receive(Object.assign(new Segment(), segment, change(segment, connection)), now);
  };

const isFin = ({ flags }: Segment): boolean => (flags & Flag.FIN) !== 0;

const finIsSentOnce: Mutation = ({ sender }) => {
  const next = sender.nextSegment.bind(sender);
  sender.nextSegment = (now) => {
    const segment = next(now);
    return segment !== null && isFin(segment) && sender.recovery.timeouts > 0 ? null : segment;
  };
};

const lastAckHasNoTimer: Mutation = (connection) => {
  const { tick, sender } = connection;
  Object.defineProperty(connection, 'deadline', {
    get: () =>
      connection.state === 'LAST-ACK' || sender.timer.deadline === NEVER ? Infinity : sender.timer.deadline,
  });
  connection.tick = (now) => (connection.state === 'LAST-ACK' ? null : tick.call(connection, now));
};

const unreadTextIsForgotten: Mutation = (connection) => {
  const close = connection.close.bind(connection);
  connection.close = (lingerZero, now) => {
    const unread = connection.readable;
    connection.receiver.queue.clear();
    close(lingerZero, now);
    connection.receiver.discarded += unread;
  };
};

const finPassesHole = receiving((segment, { receiver: { rcvNxt } }) =>
  isFin(segment) && seqLt(rcvNxt, segment.seq) ? { seq: rcvNxt, payload: NO_BYTES } : {},
);

const textPassesHole = receiving((segment, { receiver: { rcvNxt } }) =>
  segment.payload.length > 0 && seqLt(rcvNxt, segment.seq) ? { seq: rcvNxt, flags: Flag.ACK } : {},
);

const halfClosedIsLimited: Mutation = (connection) => {
  const receive = connection.receive.bind(connection);
  connection.receive = (segment, now) => {
    receive(segment, now);
    if (connection.state === 'FIN-WAIT-2') connection.finWait2Deadline = now + connection.profile.finWait2;
  };
};

const timeWaitIsSkipped: Mutation = (connection) => {
  const next = connection.nextSegment.bind(connection);
  connection.nextSegment = (now) => {
    const segment = next(now);
    if (segment === null && connection.state === 'TIME-WAIT') connection.finish('FIN acknowledged', now);
    return segment;
  };
};

const textAfterCloseIsSwallowed: Mutation = (connection) => {
  const receive = connection.receive.bind(connection);
  connection.receive = (segment, now) => {
    const { receiveShut } = connection;
    connection.receiveShut = false;
    receive(segment, now);
    connection.receiveShut ||= receiveShut;
  };
};

const textAfterCloseIsIgnored: Mutation = (connection, end) => {
  const arrive = end.arrive.bind(end);
  end.arrive = (segment, now) =>
    connection.orphan && segment.payload.length > 0 ? null : arrive(segment, now);
};

const recordTakesText: Mutation = (connection, end) => {
  const arrive = end.arrive.bind(end);
  end.arrive = (segment, now) => {
    const { record } = end;
    if (record === null || connection.state !== 'FIN-WAIT-2' || segment.payload.length === 0)
      return arrive(segment, now);
    record.rcvNxt = seqAdd(segment.seq, segment.payload.length);
    return acknowledgmentOf(connection, record, now);
  };
};

const recordForgetsFin: Mutation = (connection, end) => {
  const arrive = end.arrive.bind(end);
  end.arrive = (segment, now) => {
    const { record } = end;
    if (record === null || connection.state !== 'FIN-WAIT-2' || !isFin(segment)) return arrive(segment, now);
    record.rcvNxt = seqAdd(segment.seq, segment.payload.length + 1);
    return acknowledgmentOf(connection, record, now);
  };
};

const buffersStay: Mutation = ({ sender }) => {
  sender.clear = () => undefined;
};

it.each<[string, Mutation, CheckName, string]>([
  ['a FIN is never sent again', finIsSentOnce, 'giving up has a cause', 'loss'],
  ['LAST-ACK has no timer', lastAckHasNoTimer, 'no stuck state', 'loss'],
  ['close() forgets unread text and sends a FIN', unreadTextIsForgotten, 'loss is told', 'text'],
  ['a FIN is taken in before the hole is filled', finPassesHole, 'orderly means complete', 'order'],
  [
    'text is handed out before the hole is filled',
    textPassesHole,
    'what is read is what was written',
    'order',
  ],
  ['FIN-WAIT-2 is limited while the program still reads', halfClosedIsLimited, 'invariants', 'text'],
  ['TIME-WAIT is skipped', timeWaitIsSkipped, 'a reset has a cause', 'duplicates'],
  ['text after close() is acknowledged and thrown away', textAfterCloseIsSwallowed, 'loss is told', 'text'],
  ['text after close() is ignored', textAfterCloseIsIgnored, 'giving up has a cause', 'text'],
  ['a record in FIN-WAIT-2 acknowledges text', recordTakesText, 'orderly means complete', 'text'],
  [
    'a record stays in FIN-WAIT-2 when the FIN comes',
    recordForgetsFin,
    'a fair network delivers everything',
    'duplicates',
  ],
  ['the send buffer outlives the connection', buffersStay, 'nothing is left in CLOSED', 'text'],
])('finds out that %s', { timeout: 120_000 }, (_rule, mutation, check, name) => {
  const bounds = SMALL.find((one) => one.name === name);
  if (bounds === undefined) throw new Error(`no exploration is called ${name}`);
  const { failure } = explore(bounds, mutation);
  if (failure === null) throw new Error('no rule was broken');
  const report = formatFailure(failure, bounds, mutation);
  expect(report.split(': ')[0]).toBe(`"${check}" does not hold`);
  // What it prints leads there again, and only the mutation is to blame.
  const path = parsePath(formatPath(failure.path));
  expect(traceOf(bounds, path, mutation).at(-1)).toBe(`== ${check}: ${failure.message}`);
  expect(traceOf(bounds, path).at(-1)).toBe('== all checks hold');
});
