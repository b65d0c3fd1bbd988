import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  encodePacket,
  Flag,
  icmpError,
  IcmpType,
  Icmpv6Type,
  type Packet,
  PcapngWriter,
  type TcpPacket,
} from '../../src/index.ts';
import { frames } from '../kernel-frames.ts';
import { tcp4, tcp6 } from '../packets.ts';

/** Wireshark's command line. */
const TSHARK = 'tshark';

/** One line for each packet of a capture: what tshark makes of these fields. */
function dissected(capture: Uint8Array, fields: readonly string[]): string[] {
  const preferences = ['ip.check_checksum:TRUE', 'tcp.check_checksum:TRUE'].flatMap((each) => ['-o', each]);
  const columns = fields.flatMap((field) => ['-e', field]);
  const folder = mkdtempSync(join(tmpdir(), 'halfclose-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const { stdout } = spawnSync(TSHARK, ['-r', file, ...preferences, '-T', 'fields', ...columns], {
      encoding: 'utf8',
    });
    // A field that is missing at the end of a line leaves its tab.
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function captureOf(packets: readonly Packet[]): Uint8Array {
  const writer = new PcapngWriter();
  const interfaceId = writer.addInterface('hc0');
  for (const packet of packets) writer.addPacket({ interfaceId, time: 0, bytes: encodePacket(packet) });
  return writer.take();
}

function reportOf(about: TcpPacket, type: number): Packet {
  const { source, destination } = about;
  const message = icmpError(type, 0, about);
  return { kind: 'icmp', source: destination, destination: source, hopLimit: 64, dscp: 0, message };
}

const isMissing = spawnSync(TSHARK, ['--version']).status !== 0;

describe.skipIf(isMissing)('tshark (skipped where it is not installed)', () => {
  it('finds all checksums of our packets right', () => {
    const fields = { payload: Uint8Array.of(1, 2, 3), hasTimestamps: true, sackBlocks: [1, 2] };
    const [four, six] = [tcp4(fields), tcp6(fields)];
    const packets = [
      four,
      six,
      reportOf(four, IcmpType.TIME_EXCEEDED),
      reportOf(six, Icmpv6Type.TIME_EXCEEDED),
    ];
    const columns = ['ip', 'tcp', 'icmp', 'icmpv6'].map((protocol) => `${protocol}.checksum.status`);
    // 1 is good; the quoted headers have a status, too.
    expect(dissected(captureOf(packets), columns)).toStrictEqual([
      '1\t1\t\t',
      '\t1\t\t',
      '1,1\t1\t1\t',
      '\t1\t\t1',
    ]);
  });

  it('reads our options as we mean them', () => {
    const syn = tcp4({
      flags: Flag.SYN,
      maximumSegmentSize: 1460,
      sackPermitted: true,
      hasTimestamps: true,
      timestampValue: 7,
      windowScale: 3,
    });
    const columns = [
      'tcp.option_kind',
      'tcp.options.mss_val',
      'tcp.options.timestamp.tsval',
      'tcp.options.wscale.shift',
    ];
    expect(dissected(captureOf([syn]), columns)).toStrictEqual(['2,4,8,1,3\t1460\t7\t3']);
  });

  it('reads interface, comment and nanoseconds of our captures', () => {
    const writer = new PcapngWriter({ epoch: 1_763_600_000_000 });
    const interfaceId = writer.addInterface('hc0');
    writer.addPacket({ interfaceId, time: 0.123456, bytes: frames.syn, comment: 'who knocks?' });
    const columns = ['frame.interface_name', 'frame.comment', 'frame.time_epoch'];
    expect(dissected(writer.take(), columns)).toStrictEqual(['hc0\twho knocks?\t1763600000.000123456']);
  });
});
