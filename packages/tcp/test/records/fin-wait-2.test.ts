import { Flag, NO_BYTES, Segment, seqAdd } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFinWait2 } from '../../src/records/fin-wait-2-rules.ts';
import {
  closeReport,
  FIN_WAIT_2_TABLE,
  finWait2Of,
  followRecord,
  isFinWait2Record,
  isHeardInFinWait2,
  profile,
  receiveInFinWait2,
} from '../../src/index.ts';
import { Wire } from '../wire.ts';

/** An orphan whose FIN is acknowledged; with timestamps its TS.Recent is 500. */
const orphan = (timestamps: boolean): Wire =>
  Wire.finWait2({
    profile: { timestamps },
    peer: `win 65535 <mss 1000${timestamps ? ',TS val 500 ecr 1000' : ''}>`,
  }).close();

const anySegment = fc.record({
  ahead: fc.constantFrom(-100_000, -100, -1, 0, 1, 100, 60_000, 1_000_000),
  length: fc.constantFrom(0, 1, 99, 100),
  flags: fc
    .subarray([Flag.SYN, Flag.FIN, Flag.RST, Flag.PSH, Flag.ACK])
    .map((flags) => flags.reduce((all, flag) => all | flag, 0)),
  stamp: fc.constantFrom(null, 499, 500, 501),
});

describe('an orphan in FIN-WAIT-2', () => {
  it.each([false, true])(
    'answers as a connection what it answers as a record, and reports the same (timestamps: %s)',
    (timestamps) => {
      fc.assert(
        fc.property(anySegment, ({ ahead, length, flags, stamp }) => {
          const wire = orphan(timestamps);
          const { connection, now } = wire;
          const record = finWait2Of(connection);
          const segment = new Segment();
          segment.seq = seqAdd(connection.receiver.rcvNxt, ahead);
          segment.ack = connection.sender.sndNxt;
          segment.flags = flags;
          segment.window = 1000;
          segment.payload = length === 0 ? NO_BYTES : new Uint8Array(length);
          if (stamp !== null) {
            segment.hasTimestamps = true;
            segment.timestampValue = stamp;
          }
          const isHeard = isHeardInFinWait2(record, segment, connection.profile);
          const answer = receiveInFinWait2(record, segment, now, connection.profile);
          // What is told of the record, and of a connection in its place.
          const { connection: recorded } = orphan(timestamps);
          followRecord(recorded, answer, segment, now);
          expect(recorded.nextSegment(now)).toBe(null);
          connection.lastReceivedAt = -1;
          wire.events = 0;
          connection.receive(segment, now);
          expect(connection.lastReceivedAt >= 0).toBe(isHeard);
          wire.pull();
          expect([closeReport(recorded), recorded.takeEvents()]).toEqual([
            closeReport(connection),
            wire.events,
          ]);
          const sent = wire.sent.map((one) => (one.flags & (Flag.RST | Flag.ACK)) | 0);
          const seen = [
            sent.map((bits) => ((bits & Flag.RST) !== 0 ? 'RST' : 'ACK')).join(),
            connection.state,
          ];
          expect(seen).toEqual(
            {
              acknowledge: ['ACK', 'FIN-WAIT-2'],
              ignore: ['', 'FIN-WAIT-2'],
              end: ['', 'CLOSED'],
              reset: ['RST', 'CLOSED'],
              'time-wait': ['ACK', 'TIME-WAIT'],
            }[answer],
          );
          expect(record.rcvNxt).toBe(connection.receiver.rcvNxt);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('ignores what has no timestamps where the profile wants them', () => {
    const wire = orphan(true);
    const record = finWait2Of(wire.connection);
    const segment = wire.peerSegment('F. 1:1(0) ack 2');
    const answers = [true, false].map((toleratesMissingTimestamps) =>
      receiveInFinWait2({ ...record }, segment, wire.now, profile({ toleratesMissingTimestamps })),
    );
    expect(answers).toEqual(['time-wait', 'ignore']);
  });

  it('is a record once its FIN is acknowledged, whatever the profile says of a limit', () => {
    const held = Wire.finWait2();
    const before = isFinWait2Record(held.connection);
    const looked = Wire.finWait2({ profile: { finWait2Recheck: 1000 } }).close();
    const unlimited = Wire.finWait2({ profile: { finWait2: Infinity } }).close();
    const after = [held.close(), looked, unlimited].map(({ connection }) => isFinWait2Record(connection));
    expect([before, after]).toEqual([false, [true, true, true]]);
  });

  it('tells of the window that is left, in octets and as a field', () => {
    const { connection } = orphan(false);
    const { window, windowShift } = finWait2Of(connection);
    expect(window * 2 ** windowShift).toBe(connection.receiver.remainingWindow);
  });

  it('finds a row for whatever is known of a segment, and each row decides something', () => {
    const used = new Set<number>();
    for (let facts = 0; facts < 0x400; facts++) used.add(FIN_WAIT_2_TABLE.indexOf(decideFinWait2(facts)));
    expect(used.size).toBe(FIN_WAIT_2_TABLE.length);
  });
});
