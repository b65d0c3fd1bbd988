import { writeFileSync, mkdtempSync } from 'node:fs';
import { spawnSync, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PcapngWriter } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import {
  block,
  enhancedPacket,
  interfaceBlock,
  ipPacket,
  option,
  payloadsOf,
  read,
  section,
  Writer,
} from './files.ts';

const RAW = 101;
const packet = ipPacket(10);

function join4(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

describe.each(['little', 'big'] as const)('a pcapng file, %s-endian', (order) => {
  it('has enhanced, simple and obsolete packets', async () => {
    const obsolete = new Writer(order).u16(0, 0xffff).u32(0, 2_000_000, packet.length, packet.length);
    const simple = new Writer(order).u32(packet.length).bytes(packet).done();
    const file = join4(
      section(order),
      interfaceBlock(order, RAW),
      enhancedPacket(order, 1_500_000n, packet),
      block(order, 2, obsolete.bytes(packet).done()),
      block(order, 3, simple),
    );
    const { frames, fault } = await read(file);
    expect(fault).toBeNull();
    expect(frames.map(({ number, time }) => [number, time])).toEqual([
      [1, 1500],
      [2, 2000],
      [3, NaN],
    ]);
    expect(payloadsOf(frames)).toEqual([10, 10, 10]);
    expect(await read(file, 7)).toEqual({ frames, fault });
  });

  it('has timestamps of any resolution, and of any offset', async () => {
    const nano = option(order, 9, Uint8Array.of(9));
    const binary = option(order, 9, Uint8Array.of(0x8a));
    const offset = option(order, 14, new Writer(order).u64(100n).done());
    const file = join4(
      section(order),
      interfaceBlock(order, RAW, nano),
      interfaceBlock(order, RAW, join4(binary, offset)),
      enhancedPacket(order, 1_700_000_000_250_000_000n, packet),
      enhancedPacket(order, 2048n, packet, { interfaceId: 1 }),
    );
    const { frames } = await read(file);
    expect(frames[0]?.time).toBeCloseTo(1_700_000_000_250, 3);
    expect(frames[1]?.time).toBe(102_000);
  });

  it('has sections that each describe their interfaces, and comments', async () => {
    const comment = option(order, 1, new TextEncoder().encode('häh?'));
    const part = join4(
      section(order),
      interfaceBlock(order, RAW, option(order, 2, new TextEncoder().encode('eth0'))),
      enhancedPacket(order, 0n, packet, { options: comment }),
    );
    const other = order === 'little' ? ('big' as const) : ('little' as const);
    const second = join4(section(other), interfaceBlock(other, 1), enhancedPacket(other, 0n, packet));
    const { frames } = await read(join4(part, second));
    expect(frames.map((frame) => [frame.number, frame.interface.linkType, frame.comment])).toEqual([
      [1, RAW, 'häh?'],
      [2, 1, null],
    ]);
    expect(frames[0]?.interface.name).toBe('eth0');
  });

  it('is read up to what is broken in it', async () => {
    const good = join4(section(order), interfaceBlock(order, RAW), enhancedPacket(order, 0n, packet));
    const faults = {
      'unknown-interface': enhancedPacket(order, 0n, packet, { interfaceId: 4 }),
      'block-length': new Writer(order).u32(6, 13, 0, 0).done(),
      'option-length': interfaceBlock(order, RAW, new Writer(order).u16(2, 99).done()),
      'record-length': block(order, 6, new Writer(order).u32(0, 0, 0, 999, 999).done()),
      'record-truncated': enhancedPacket(order, 0n, packet).subarray(0, 40),
    };
    for (const [fault, bytes] of Object.entries(faults)) {
      const result = await read(join4(good, bytes));
      expect([result.fault, result.frames.length]).toEqual([fault, 1]);
    }
    const version = section(order);
    version[order === 'little' ? 12 : 13] = 9;
    expect((await read(version)).fault).toBe('format-version');
  });
});

it('what our writer writes is read as it was', async () => {
  const writer = new PcapngWriter();
  writer.addPacket({ interfaceId: writer.addInterface('tun0'), time: 5.25, bytes: packet });
  const { frames, fault } = await read(writer.take());
  expect([fault, frames.length, frames[0]?.time, frames[0]?.interface.name]).toEqual([null, 1, 5.25, 'tun0']);
});

it.skipIf(spawnSync('tshark', ['--version']).status !== 0)('frames count as tshark counts them', async () => {
  const order = 'little';
  const journal = block(order, 9, new TextEncoder().encode('__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\n'));
  const file = join4(
    section(order),
    interfaceBlock(order, RAW),
    enhancedPacket(order, 1n, packet),
    journal,
    block(order, 4, new Writer(order).u16(0, 0).done()),
    enhancedPacket(order, 2n, packet),
  );
  const path = join(mkdtempSync(join(tmpdir(), 'halfclose-capture-')), 'file.pcapng');
  writeFileSync(path, file);
  const out = execFileSync('tshark', ['-r', path, '-Y', 'tcp', '-T', 'fields', '-e', 'frame.number'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { frames } = await read(file);
  expect(frames.map(({ number }) => String(number))).toEqual(out.trim().split('\n'));
});
