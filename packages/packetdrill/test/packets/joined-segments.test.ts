import { Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { compareOutbound, JoinedSegments } from '../../src/index.ts';
import { Drill, ISN, segmentFrom } from '../connection.ts';
import { tcpOf } from '../parse/parse.ts';

const { ACK, PSH, FIN, CWR } = Flag;
const EXPECTED = tcpOf('> FP. 1:2501(2500) ack 1 win 9');
const drill = Drill.established();

function piece(start: number, length: number, fields: object = {}): ReturnType<typeof segmentFrom> {
  const payload = new Uint8Array(length);
  return segmentFrom(drill.connection, {
    seq: ISN + start,
    ack: 1,
    window: 9,
    flags: ACK,
    payload,
    ...fields,
  });
}

describe('pieces of one expected segment', () => {
  it('are put together until there is enough text', () => {
    const joined = new JoinedSegments(EXPECTED, false);
    expect([joined.packet, joined.isComplete]).toEqual([null, false]);
    expect(joined.add(piece(1, 1000))).toBeNull();
    expect(joined.add(piece(1001, 1000, { flags: ACK | PSH }))).toBeNull();
    expect(joined.isComplete).toBe(false);
    expect(joined.add(piece(2001, 500, { flags: FIN | PSH | ACK }))).toBeNull();
    expect(joined.isComplete).toBe(true);
    const { connection, settings } = drill;
    if (joined.packet === null) throw new Error('no packet');
    expect(compareOutbound(EXPECTED, joined.packet, { connection, settings, elapsed: 0 })).toEqual([]);
  });

  it('have the CWR of the first one', () => {
    const joined = new JoinedSegments(tcpOf('> W. 1:11(10) ack 1'), false);
    joined.add(piece(1, 5, { flags: ACK | CWR }));
    joined.add(piece(6, 5, { flags: ACK }));
    expect(joined.packet).toMatchObject({ segment: { flags: ACK | CWR, seq: ISN + 1 } });
  });

  it.each([
    [piece(1002, 500), 'a piece of the segment does not follow on'],
    [piece(1001, 500, { flags: ACK | Flag.URG }), 'a piece of the segment has other flags'],
    [piece(1001, 500, { ack: 2 }), 'a piece of the segment has another acknowledgment'],
    [piece(1001, 500, { window: 8 }), 'a piece of the segment has another window'],
    [piece(1001, 500, { urgentPointer: 8 }), 'a piece of the segment has another urgent pointer'],
    [piece(1001, 500), 'a piece of the segment has another length'],
  ])('have to fit together (%#)', (second, reason) => {
    const joined = new JoinedSegments(EXPECTED, false);
    joined.add(piece(1, 1000));
    expect(joined.add(second)).toBe(reason);
  });

  it('are no more than one where the script is strict, or wants no text', () => {
    const strict = new JoinedSegments(EXPECTED, true);
    strict.add(piece(1, 1000));
    expect(strict.isComplete).toBe(true);
    const empty = new JoinedSegments(tcpOf('> . 1:1(0)'), false);
    empty.add(piece(1, 0));
    expect(empty.isComplete).toBe(true);
  });
});
