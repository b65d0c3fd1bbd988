import { describe, expect, it } from 'vitest';
import { decodePacket, type DropReason, encodePacket, Flag, type Segment, TcpView } from '../src/index.ts';
import { fromHex } from './hex.ts';
import { frames } from './kernel-frames.ts';
import { changed, segment, tcp4 } from './packets.ts';

/** A segment with these octets as its options, decoded without its checksum. */
function withOptions(options: string): Segment | DropReason {
  const octets = fromHex(options);
  const frame = encodePacket(tcp4({ payload: octets }));
  const dataOffset = (20 + octets.length) / 4;
  const result = decodePacket(changed(frame, { 32: dataOffset << 4 }), { verifyChecksums: false });
  if (typeof result === 'string') return result;
  return result.kind === 'tcp' ? result.segment : 'unknown-protocol';
}

/** What a segment decodes to whose fields but these are as {@link withOptions} makes them. */
function expected(fields: Partial<Segment>): Segment {
  return segment({ sourcePort: 40000, destinationPort: 80, flags: Flag.ACK, window: 1000, ...fields });
}

describe('decodePacket of TCP', () => {
  it('drops a segment of fewer than 20 octets', () => {
    const frame = encodePacket(tcp4()).subarray(0, 39);
    expect(decodePacket(changed(frame, { 3: 39 }), { verifyChecksums: false })).toBe('tcp-header-truncated');
  });

  it('drops a segment whose data offset is less than 5 words', () => {
    const frame = changed(encodePacket(tcp4()), { 32: 0x40 });
    expect(decodePacket(frame, { verifyChecksums: false })).toBe('tcp-data-offset');
  });

  it('drops a segment whose data offset is past its end', () => {
    const frame = changed(encodePacket(tcp4()), { 32: 0x60 });
    expect(decodePacket(frame, { verifyChecksums: false })).toBe('tcp-data-offset');
  });

  it('drops a segment with a wrong checksum', () => {
    expect(decodePacket(changed(frames.text, { 56: 0x70 }))).toBe('tcp-checksum');
    expect(decodePacket(changed(frames.text6, { 76: 0x70 }))).toBe('tcp-checksum');
  });

  it('drops a segment that came from another address than its checksum says', () => {
    expect(decodePacket(changed(frames.text6, { 23: 2 }))).toBe('tcp-checksum');
  });

  it('takes a wrong checksum where whoever delivered the frame has verified it', () => {
    const result = decodePacket(changed(frames.text, { 56: 0x70 }), { verifyChecksums: false });
    expect(result).toHaveProperty('segment.payload', fromHex('68656c6c70'));
  });

  it('reads all nine flags and leaves the reserved bits out', () => {
    const frame = changed(encodePacket(tcp4()), { 32: 0x5f, 33: 0xff });
    expect(decodePacket(frame, { verifyChecksums: false })).toHaveProperty('segment.flags', 0x1ff);
  });
});

describe('TCP options', () => {
  it.each([
    ['MSS', '020405b4', { maximumSegmentSize: 1460 }],
    ['an MSS of 0', '02040000', { maximumSegmentSize: 0 }],
    ['window scale', '01030307', { windowScale: 7 }],
    ['SACK-permitted', '04020101', { sackPermitted: true }],
    [
      'timestamps behind two NOPs',
      '0101080a 80000001 00000002',
      { hasTimestamps: true, timestampValue: -0x7fffffff, timestampEcho: 2 },
    ],
    [
      'timestamps before two NOPs',
      '080a 00000001 ffffffff 0101',
      { hasTimestamps: true, timestampValue: 1, timestampEcho: -1 },
    ],
    ['one SACK block', '0101050a 00000001 00000002', { sackBlocks: [1, 2] }],
    [
      'four SACK blocks',
      `01010522 ${'7fffffff 80000000'.repeat(4)}`,
      {
        sackBlocks: [
          0x7fffffff, -0x80000000, 0x7fffffff, -0x80000000, 0x7fffffff, -0x80000000, 0x7fffffff, -0x80000000,
        ],
      },
    ],
    ['NOPs only', '01010101', {}],
    ['an unknown option', 'fd040102', { unknownOptions: [{ kind: 0xfd, data: Uint8Array.of(1, 2) }] }],
  ])('reads %s', (_, options, fields) => {
    expect(withOptions(options)).toStrictEqual(expected(fields));
  });

  it('reads nothing after the end of options', () => {
    expect(withOptions('00 02 04 05 b4 00 00 00')).toStrictEqual(expected({}));
    expect(withOptions('01 00 08 ff')).toStrictEqual(expected({}));
  });

  it('keeps options of a SYN on a segment that is none', () => {
    const result = withOptions('020405b4 01030307');
    expect(result).toStrictEqual(expected({ maximumSegmentSize: 1460, windowScale: 7 }));
  });

  it('takes the last of an option that comes twice, as Linux does', () => {
    expect(withOptions('020405b4 02040218')).toStrictEqual(expected({ maximumSegmentSize: 536 }));
    expect(withOptions('0101080a0000000100000001 0101080a0000000200000003')).toStrictEqual(
      expected({ hasTimestamps: true, timestampValue: 2, timestampEcho: 3 }),
    );
  });

  it('keeps unknown options in their order', () => {
    expect(withOptions('1e 03 99 22 02 1e 02 01')).toStrictEqual(
      expected({
        unknownOptions: [
          { kind: 0x1e, data: Uint8Array.of(0x99) },
          { kind: 0x22, data: new Uint8Array(0) },
          { kind: 0x1e, data: new Uint8Array(0) },
        ],
      }),
    );
  });

  it.each([
    ['MSS', 2, '0203ff01'],
    ['window scale', 3, '0304ffff'],
    ['SACK-permitted', 4, '0403ff01'],
    ['SACK without a block', 5, '05020101'],
    ['SACK with half a block', 5, '0506 00000001 0101'],
    ['timestamps', 8, '0806 00000001 0101'],
  ])('keeps %s of a length that is not its own as unknown', (_, kind, options) => {
    const octets = fromHex(options);
    const data = octets.slice(2, octets[1]);
    expect(withOptions(options)).toStrictEqual(expected({ unknownOptions: [{ kind, data }] }));
  });

  it.each([
    ['length 0', '02000101'],
    ['length 1', '02010101'],
    ['length 0 of an unknown option', 'fd000000'],
    ['a length past the end of the header', '02050101'],
    ['a length past the end, in the last option', '01010101 0101080a'],
    ['no room for a length', '01010102'],
  ])('drops a segment that has an option with %s', (_, options) => {
    expect(withOptions(options)).toBe('tcp-option-length');
  });
});

describe('TcpView', () => {
  it('reads a header in place', () => {
    const view = TcpView.check(frames.text, 20);
    if (typeof view === 'string') throw new Error(view);
    expect(view.sourcePort).toBe(51168);
    expect(view.optionsOffset).toBe(40);
    expect(view.payloadOffset).toBe(52);
    expect(view.end).toBe(57);
  });
});
