import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINKTYPE_RAW, type Pcapng, PCAPNG_FAULTS, PcapngWriter, readPcapng } from '../src/index.ts';
import { fromHex, toHex } from './hex.ts';
import { frames } from './kernel-frames.ts';
import { changed } from './packets.ts';

const NEVER_THROWS = { numRuns: 3000 };

function read(bytes: Uint8Array, epoch?: number): Pcapng {
  const result = readPcapng(bytes, epoch);
  if (typeof result === 'string') throw new Error(result);
  return result;
}

function capture(): Uint8Array {
  const writer = new PcapngWriter({ application: 'halfclose' });
  const interfaceId = writer.addInterface('lo');
  writer.addPacket({ interfaceId, time: 1.5, bytes: frames.text, comment: 'first' });
  writer.addPacket({ interfaceId, time: 2, bytes: frames.syn6, originalLength: 99 });
  return writer.take();
}

/** The octets of the draft's layout, in either byte order: section, interface without options, one packet. */
const LITTLE_ENDIAN = `
  0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
  01000000 14000000 6500 0000 00000000 14000000
  06000000 24000000 00000000 40420f00 15cd5b07 04000000 08000000 deadbeef 24000000`;
const BIG_ENDIAN = `
  0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c
  00000001 00000014 0065 0000 00000000 00000014
  00000006 00000024 00000000 000f4240 075bcd15 00000004 00000008 deadbeef 00000024`;

describe('PcapngWriter', () => {
  it('writes the blocks of the format', () => {
    const writer = new PcapngWriter();
    writer.addInterface('a', 6);
    writer.addPacket({ interfaceId: 0, time: 4294967.298, bytes: Uint8Array.of(0x45, 1, 2), comment: 'ok' });
    const expected = `
      0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
      01000000 28000000 6500 0000 00000000 0200 0100 61000000 0900 0100 06000000 0000 0000 28000000
      06000000 30000000 00000000 01000000 02000000 03000000 03000000 45010200
      0100 0200 6f6b0000 0000 0000 30000000`;
    expect(toHex(writer.take())).toBe(expected.replaceAll(/\s/g, ''));
  });

  it('hands out what was added since the last time', () => {
    const pieces = new PcapngWriter();
    const whole = new PcapngWriter();
    const taken = [pieces.take()];
    for (const writer of [pieces, whole]) writer.addInterface('lo');
    taken.push(pieces.take(), pieces.take());
    for (const writer of [pieces, whole]) writer.addPacket({ interfaceId: 0, time: 1, bytes: frames.syn });
    taken.push(pieces.take());
    expect(taken.map(toHex).join('')).toBe(toHex(whole.take()));
  });

  it('copies the packet', () => {
    const writer = new PcapngWriter();
    const bytes = frames.syn.slice();
    writer.addPacket({ interfaceId: writer.addInterface('lo'), time: 0, bytes });
    bytes.fill(0);
    expect(read(writer.take()).packets[0]?.bytes).toStrictEqual(frames.syn);
  });

  it('refuses a packet of an interface that it has not added', () => {
    expect(() => new PcapngWriter().addPacket({ interfaceId: 0, time: 0, bytes: frames.syn })).toThrow(
      /^record\.interfaceId: /,
    );
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the time %d', (time) => {
    const writer = new PcapngWriter();
    writer.addInterface('lo');
    expect(() => writer.addPacket({ interfaceId: 0, time, bytes: frames.syn })).toThrow(/^time: /);
  });

  it('refuses a comment that an option cannot hold', () => {
    const writer = new PcapngWriter();
    writer.addInterface('lo');
    const comment = 'x'.repeat(65_536);
    expect(() => writer.addPacket({ interfaceId: 0, time: 0, bytes: frames.syn, comment })).toThrow(
      /^text: /,
    );
  });
});

describe('readPcapng', () => {
  it('reads what the writer wrote', () => {
    const { interfaces, packets } = read(capture());
    expect(interfaces).toStrictEqual([
      {
        name: 'lo',
        linkType: LINKTYPE_RAW,
        snapLength: 0,
        ticksPerSecond: 1_000_000_000n,
        offsetSeconds: 0n,
      },
    ]);
    expect(packets).toStrictEqual([
      { interfaceId: 0, time: 1.5, bytes: frames.text, originalLength: 57, comment: 'first' },
      { interfaceId: 0, time: 2, bytes: frames.syn6, originalLength: 99, comment: null },
    ]);
  });

  it('reads arbitrary packets, names and comments back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const packet = fc.record({ bytes: fc.uint8Array(), time: fc.nat(1e9), comment: text });
    fc.assert(
      fc.property(text, fc.array(packet, { maxLength: 5 }), (name, records) => {
        const writer = new PcapngWriter();
        const interfaceId = writer.addInterface(name);
        for (const record of records) writer.addPacket({ interfaceId, ...record });
        const { interfaces, packets } = read(writer.take());
        expect(interfaces[0]?.name).toBe(name);
        expect(packets.map(({ bytes, time, comment }) => ({ bytes, time, comment }))).toEqual(records);
      }),
    );
  });

  it('keeps microseconds at the present day, counted from an epoch', () => {
    const epoch = 1_763_600_000_000.5;
    for (const time of [0.001, 12.345678, 86_400_000.000_25]) {
      const writer = new PcapngWriter({ epoch });
      writer.addPacket({ interfaceId: writer.addInterface('lo'), time, bytes: frames.syn });
      expect(read(writer.take(), epoch).packets[0]?.time).toBeCloseTo(time, 6);
    }
  });

  it.each([
    ['little-endian', LITTLE_ENDIAN],
    ['big-endian', BIG_ENDIAN],
  ])('reads %s files, whose timestamps are microseconds unless they say otherwise', (_, file) => {
    const { interfaces, packets } = read(fromHex(file));
    expect(interfaces).toMatchObject([{ name: '', linkType: 101, ticksPerSecond: 1_000_000n }]);
    expect(packets).toStrictEqual([
      {
        interfaceId: 0,
        time: (1_000_000 * 2 ** 32 + 123_456_789) / 1000,
        bytes: fromHex('deadbeef'),
        originalLength: 8,
        comment: null,
      },
    ]);
  });

  it('counts the interfaces of several sections on, and lets each have its byte order', () => {
    const { interfaces, packets } = read(fromHex(LITTLE_ENDIAN + BIG_ENDIAN));
    expect(interfaces).toHaveLength(2);
    expect(packets.map(({ interfaceId }) => interfaceId)).toStrictEqual([0, 1]);
  });

  it('gives the first of several comments', () => {
    const packet = `
      06000000 34000000 00000000 00000000 00000000 00000000 00000000
      0100 0200 6f6b0000 0100 0200 6e6f0000 0000 0000 34000000`;
    expect(read(fromHex(LITTLE_ENDIAN + packet)).packets[1]?.comment).toBe('ok');
  });

  it('skips blocks that it does not know', () => {
    const [section = '', ...rest] = LITTLE_ENDIAN.trim().split('\n');
    const file = [section, '0a000000 10000000 12345678 10000000', ...rest].join('\n');
    expect(read(fromHex(file))).toStrictEqual(read(fromHex(LITTLE_ENDIAN)));
  });

  it.each([
    ['a power of two', '0900 0100 8a000000', 1024n, 0n, 2 ** 32 + 1],
    ['an offset of seconds', '0e00 0800 0a00000000000000', 1_000_000n, 10n, 2 ** 32 + 1],
  ])('reads timestamps in %s', (_, option, ticksPerSecond, offsetSeconds, ticks) => {
    const options = fromHex(`${option} 00000000`);
    const length = (20 + options.length).toString(16).padStart(2, '0');
    const file = fromHex(`
      0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
      01000000 ${length}000000 6500 0000 00000000 ${toHex(options)} ${length}000000
      06000000 20000000 00000000 01000000 01000000 00000000 00000000 20000000`);
    const { interfaces, packets } = read(file);
    expect(interfaces).toMatchObject([{ ticksPerSecond, offsetSeconds }]);
    const milliseconds = (ticks / Number(ticksPerSecond) + Number(offsetSeconds)) * 1000;
    expect(packets[0]?.time).toBeCloseTo(milliseconds, 3);
  });

  it.each([
    ['not-pcapng', 'an empty file', ''],
    ['not-pcapng', 'a file of a few octets', '0a0d0d0a'],
    ['not-pcapng', 'the older pcap format', 'd4c3b2a1 02000400 00000000 00000000 00000400 01000000'],
    [
      'not-pcapng',
      'a section without byte-order magic',
      '0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000',
    ],
    ['section-version', 'a later version', '0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff 1c000000'],
    ['block-length', 'a section header that is too short', '0a0d0d0a 10000000 4d3c2b1a 10000000'],
    [
      'block-length',
      'a length that is no multiple of 4',
      '0a0d0d0a 1d000000 4d3c2b1a 0100 0000 ffffffffffffffff 1d000000 00',
    ],
    ['block-length', 'a length of 0', `${LITTLE_ENDIAN} 0a000000 00000000 00000000`],
    ['block-length', 'two lengths that differ', `${LITTLE_ENDIAN} 0a000000 0c000000 10000000`],
    [
      'block-length',
      'an interface that is too short',
      `${LITTLE_ENDIAN} 01000000 10000000 65000000 10000000`,
    ],
    ['block-length', 'a packet that is too short', `${LITTLE_ENDIAN} 06000000 10000000 00000000 10000000`],
    ['block-truncated', 'a file that ends within a block', `${LITTLE_ENDIAN} 0a000000 10000000 00000000`],
    ['block-truncated', 'a file that ends within the least block', `${LITTLE_ENDIAN} 0a000000`],
    [
      'packet-truncated',
      'a packet that ends past its block',
      `${LITTLE_ENDIAN} 06000000 20000000 00000000 00000000 00000000 04000000 04000000 20000000`,
    ],
    [
      'packet-truncated',
      'a packet of the greatest length',
      `${LITTLE_ENDIAN} 06000000 20000000 00000000 00000000 00000000 ffffffff 04000000 20000000`,
    ],
    [
      'unknown-interface',
      'a packet of an interface that is not there',
      `${LITTLE_ENDIAN} 06000000 20000000 01000000 00000000 00000000 00000000 00000000 20000000`,
    ],
    [
      'option-length',
      'an option that ends past its block',
      `${LITTLE_ENDIAN} 01000000 18000000 65000000 00000000 02000100 18000000`,
    ],
    [
      'option-length',
      'a resolution of no octets',
      `${LITTLE_ENDIAN} 01000000 18000000 65000000 00000000 09000000 18000000`,
    ],
    [
      'option-length',
      'an offset of 4 octets',
      `${LITTLE_ENDIAN} 01000000 1c000000 65000000 00000000 0e000400 00000000 1c000000`,
    ],
  ])('gives %s for %s', (fault, _, file) => {
    expect(readPcapng(fromHex(file))).toBe(fault);
  });

  it('never throws on arbitrary octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (tail) => {
        const result = readPcapng(Uint8Array.of(...fromHex(LITTLE_ENDIAN), ...tail));
        if (typeof result === 'string') expect(PCAPNG_FAULTS).toContain(result);
        else expect(result.packets.length).toBeGreaterThan(0);
      }),
      NEVER_THROWS,
    );
  });

  it('never throws on files of which some octets changed or which end early', () => {
    const file = capture();
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(file.length), (changes, length) => {
        const result = readPcapng(changed(file, Object.fromEntries(changes)).subarray(0, length));
        expect(
          typeof result === 'string' ? PCAPNG_FAULTS.includes(result) : Array.isArray(result.packets),
        ).toBe(true);
      }),
      NEVER_THROWS,
    );
  });
});
