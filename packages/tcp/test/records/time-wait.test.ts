import { describe, expect, it } from 'vitest';
import {
  acknowledgmentOf,
  linux,
  type Profile,
  profile,
  receiveInTimeWait,
  type ConnectionRecord,
  timeWaitOf,
} from '../../src/index.ts';
import { formatSegment } from '../segment-text.ts';
import { Wire } from '../wire.ts';

interface Lingering {
  readonly wire: Wire;
  readonly entry: ConnectionRecord;
}

/** A record that stands at RCV.NXT 2, with or without timestamps, whose TS.Recent is 500 then. */
function timeWait(timestamps = false): Lingering {
  const wire = timestamps
    ? Wire.timeWait({ profile: { timestamps: true }, peer: 'win 65535 <mss 1000,TS val 500 ecr 1000>' })
    : Wire.timeWait();
  return { wire, entry: timeWaitOf(wire.connection) };
}

function receive(
  { wire, entry }: Lingering,
  line: string,
  listening = true,
  now = 0,
  like: Profile = linux,
): string {
  const { answer, restart } = receiveInTimeWait(entry, wire.peerSegment(line), listening, now, like);
  return restart ? `${answer}, restart` : answer;
}

describe('TIME-WAIT (docs/linux/closing.md, section 3)', () => {
  it.each([
    ['h01: the FIN again', 'F. 1:1(0) ack 2', 'acknowledge, restart'],
    ['h03: old text', 'P. 1:2(1) ack 2', 'acknowledge, restart'],
    ['h04: new text', 'P. 2:102(100) ack 2', 'acknowledge, restart'],
    ['h05: an exact ACK', '. 2:2(0) ack 2', 'ignore, restart'],
    ['h02: an ACK elsewhere', '. 1:1(0) ack 2', 'acknowledge, restart'],
    ['h06: an exact RST', 'R 2:2(0)', 'end'],
    ['h08: a RST elsewhere', 'R 3:3(0)', 'ignore'],
    ['h09: a later SYN', 'S 3:3(0)', 'open'],
    ['h10: a SYN at RCV.NXT', 'S 2:2(0)', 'acknowledge'],
    ['h11: an earlier SYN', 'S 1:1(0)', 'acknowledge'],
    ['h17: a SYN+ACK', 'S. 3:3(0) ack 2', 'acknowledge, restart'],
    ['h18: a SYN with RST', 'SR 3:3(0)', 'ignore'],
    ['data without ACK', 'P 2:102(100)', 'acknowledge'],
    ['a FIN without ACK', 'F 1:1(0)', 'acknowledge'],
    ['an empty segment without ACK elsewhere', '- 1:1(0)', 'acknowledge'],
    ['an empty segment without ACK at RCV.NXT', '- 2:2(0)', 'ignore, restart'],
  ])('%s', (_name, line, verdict) => {
    expect(receive(timeWait(), line)).toBe(verdict);
  });

  it.each([
    ['h12: an earlier SYN with a newer timestamp', 'S 1:1(0) <TS val 501 ecr 0>', 'open'],
    ['h13: a later SYN with an older timestamp', 'S 3:3(0) <TS val 499 ecr 0>', 'acknowledge, restart'],
    ['h14: a later SYN with the same timestamp', 'S 3:3(0) <TS val 500 ecr 0>', 'open'],
    ['h15: a later SYN without timestamp', 'S 3:3(0)', 'open'],
    ['h24: an exact RST with an old timestamp', 'R 2:2(0) <TS val 499 ecr 0>', 'ignore'],
  ])('%s', (_name, line, verdict) => {
    expect(receive(timeWait(true), line)).toBe(verdict);
  });

  it('h07: ignores an exact RST as RFC 1337 wants it, if the profile does', () => {
    expect(receive(timeWait(), 'R 2:2(0)', true, 0, profile({ resetEndsTimeWait: false }))).toBe('ignore');
  });

  it('ignores segments without ACK as RFC 9293 wants it, if the profile does', () => {
    const strict = profile({ timeWaitIgnoresWithoutAck: true });
    const answers = ['P 2:102(100)', 'F 1:1(0)', '- 2:2(0)'].map((line) =>
      receive(timeWait(), line, true, 0, strict),
    );
    expect(answers).toEqual(['ignore', 'ignore', 'ignore']);
  });

  it('h16: acknowledges an acceptable SYN when nobody listens', () => {
    expect(receive(timeWait(), 'S 3:3(0)', false)).toBe('acknowledge');
  });

  it('h02: acknowledges ACKs elsewhere once in 500 ms, but each FIN', () => {
    const lingering = timeWait();
    const answers = [0, 100, 499, 500].map((now) => receive(lingering, '. 1:1(0) ack 2', true, now));
    expect(answers).toEqual([
      'acknowledge, restart',
      'ignore, restart',
      'ignore, restart',
      'acknowledge, restart',
    ]);
    const fins = [501, 502].map((now) => receive(lingering, 'F. 1:1(0) ack 2', true, now));
    expect(fins).toEqual(['acknowledge, restart', 'acknowledge, restart']);
  });

  it('acknowledges with SND.NXT and RCV.NXT', () => {
    const { wire, entry } = timeWait();
    const reply = acknowledgmentOf(wire.connection, entry, 5000);
    expect(
      formatSegment(reply, { own: wire.connection.sender.iss, other: wire.connection.receiver.irs }, ''),
    ).toBe('. 2:2(0) ack 2');
    expect([reply.sourcePort, reply.destinationPort, reply.hasTimestamps]).toEqual([1000, 80, false]);
  });

  it('goes on with the clock of its timestamps', () => {
    const { wire, entry } = timeWait(true);
    const reply = acknowledgmentOf(wire.connection, entry, 5000);
    expect([reply.hasTimestamps, reply.timestampValue, reply.timestampEcho]).toEqual([true, 5000, 500]);
  });
});
