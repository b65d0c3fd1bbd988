import { Segment } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { receiveInListen, resetFor } from '../../src/index.ts';
import { formatSegment, parseSegment } from '../segment-text.ts';

const ZERO = { own: 0, other: 0 };

describe('LISTEN (RFC 9293, 3.10.7.2)', () => {
  it.each([
    ['S 0:0(0)', 'open'],
    ['S 0:100(100)', 'open'],
    ['R 0:0(0)', 'ignore'],
    ['R. 0:0(0) ack 1', 'ignore'],
    ['SR 0:0(0)', 'ignore'],
    ['. 0:0(0) ack 1', 'reset'],
    ['S. 0:0(0) ack 1', 'reset'],
    ['F. 0:0(0) ack 1', 'reset'],
    ['F 0:0(0)', 'ignore'],
    ['SF 0:0(0)', 'ignore'],
    ['P 0:10(10)', 'ignore'],
    ['- 0:0(0)', 'ignore'],
  ])('%s: %s', (line, verdict) => {
    expect(receiveInListen(parseSegment(line, ZERO))).toBe(verdict);
  });
});

describe('CLOSED (RFC 9293, 3.10.7.1 and 3.5.2)', () => {
  it.each([
    ['. 5:5(0) ack 77', 'R 77:77(0)'],
    ['S. 5:5(0) ack 77', 'R 77:77(0)'],
    ['FP. 5:105(100) ack 77', 'R 77:77(0)'],
    ['S 5:5(0)', 'R. 0:0(0) ack 6'],
    ['P 5:105(100)', 'R. 0:0(0) ack 105'],
    ['F 5:5(0)', 'R. 0:0(0) ack 6'],
    ['SF 5:15(10)', 'R. 0:0(0) ack 17'],
    ['- 5:5(0)', 'R. 0:0(0) ack 5'],
  ])('answers %s with %s', (line, reset) => {
    const reply = resetFor(parseSegment(line, ZERO));
    expect(formatSegment(reply ?? new Segment(), ZERO, '')).toBe(reset);
  });

  it.each(['R 5:5(0)', 'R. 5:5(0) ack 7', 'SR 5:5(0)'])('does not answer %s', (line) => {
    expect(resetFor(parseSegment(line, ZERO))).toBe(null);
  });

  it('answers the port that sent, with window 0 and no options', () => {
    const segment = parseSegment('S 5:5(0) <mss 1000,sackOK>', ZERO);
    Object.assign(segment, { sourcePort: 3, destinationPort: 4 });
    const { sourcePort, destinationPort, window, maximumSegmentSize, sackPermitted } =
      resetFor(segment) ?? segment;
    expect([sourcePort, destinationPort, window, maximumSegmentSize, sackPermitted]).toEqual([
      4,
      3,
      0,
      -1,
      false,
    ]);
  });
});
