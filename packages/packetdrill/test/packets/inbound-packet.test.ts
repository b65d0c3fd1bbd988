import { decodePacket, Ecn, encodePacket, Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { ScriptFault, UnsupportedError } from '../../src/index.ts';
import { addressFrom, Drill, ISN, settingsFrom } from '../connection.ts';

const { SYN, ACK, FIN, PSH } = Flag;

describe('a segment of the script', () => {
  it('is on the wire what the script says', () => {
    const segment = Drill.established().send(
      '< [ect0] FP. 1:101(100) ack 1 win 257 urg 7 <mss 1000,sackOK,nop,nop,nop,wscale 7>',
    );
    expect(segment).toMatchObject({
      sourcePort: 40_000,
      destinationPort: 8080,
      seq: 1,
      ack: ISN + 1,
      flags: FIN | PSH | ACK,
      window: 257,
      urgentPointer: 7,
      maximumSegmentSize: 1000,
      sackPermitted: true,
      windowScale: 7,
      ecn: Ecn.Ect0,
      payload: new Uint8Array(100),
    });
  });

  it('may name its own ports', () => {
    expect(Drill.established().send('< 1234 > 80 . 1:1(0) ack 1 win 1')).toMatchObject({
      sourcePort: 1234,
      destinationPort: 80,
    });
  });

  it('counts from the ISNs', () => {
    const drill = Drill.listening('< S 5000:5000(0) win 1');
    expect(drill.send('< S 5000:5000(0) win 1')).toMatchObject({ seq: 5000, ack: 0, flags: SYN });
    drill.expect('> S. 0:0(0) ack 5001', { seq: ISN, ack: 5001, flags: SYN | ACK });
    expect(drill.send('< . 1:1(0) ack 1 win 1 <nop,nop,sack 11:21>')).toMatchObject({
      seq: 5001,
      ack: ISN + 1,
      sackBlocks: [ISN + 11, ISN + 21].map((edge) => edge | 0),
    });
    // A second SYN has the peer's own numbers.
    expect(drill.send('< S 9000:9000(0) win 1')).toMatchObject({ seq: 9000 });
    expect(drill.send('< R 1:1(0) win 1')).toMatchObject({ seq: 5001, ack: 0 });
  });

  it('acknowledges the SYN of the stack by what the script calls its ISN', () => {
    const drill = Drill.connecting();
    drill.expect('> S 100:100(0)', { seq: ISN, flags: SYN });
    expect(drill.send('< S. 0:0(0) ack 101 win 1')).toMatchObject({ seq: 0, ack: ISN + 1 });
    expect(drill.send('< . 1:1(0) ack 1 win 1')).toMatchObject({ seq: 1, ack: ISN + 1 });
  });

  it('has the options that a host would read from the wire', () => {
    const drill = Drill.established();
    expect(drill.send('< . 1:1(0) ack 1 win 1 <mss 1,mss 2>')).toMatchObject({ maximumSegmentSize: 2 });
    expect(drill.send('< . 1:1(0) ack 1 win 1 <sackOK,eol,eol,mss 2>')).toMatchObject({
      maximumSegmentSize: -1,
      sackPermitted: true,
    });
    const { unknownOptions } = drill.send('< . 1:1(0) ack 1 win 1 <FO 0102,nop,nop,FOEXP,ECN e0b 258,nop>');
    expect(unknownOptions).toEqual([
      { kind: 34, data: Uint8Array.of(1, 2) },
      { kind: 254, data: Uint8Array.of(0xf9, 0x89) },
      { kind: 172, data: Uint8Array.of(0, 1, 2) },
    ]);
  });

  it('was put together of segments of --mss octets by the device, where it has more text than that', () => {
    const drill = Drill.established('--mss=1000');
    const sizes = [1000, 1001].map((octets) => drill.send(`< . 1:${octets + 1}(${octets}) win 1`).gsoSize);
    expect(sizes).toEqual([0, 1000]);
    expect(Drill.established().send('< . 1:1002(1001) win 1').gsoSize).toBe(0);
  });

  it('has the TTL and TOS that the script gives', () => {
    const drill = Drill.established();
    expect(drill.sendAny('< (ttl 3, tos 0x2a) . 1:1(0) win 1')).toMatchObject({
      hopLimit: 3,
      dscp: 10,
      segment: { ecn: Ecn.Ect0 },
    });
    expect(drill.sendAny('< . 1:1(0) win 1')).toMatchObject({
      hopLimit: 255,
      dscp: 0,
      segment: { ecn: Ecn.NotEct },
    });
  });

  it('goes from the remote to the local address', () => {
    const packet = Drill.established().sendAny('< . 1:1(0) win 1');
    expect([String(packet.source), String(packet.destination)]).toEqual(['192.0.2.1', '192.168.0.1']);
    const ipv6 = Drill.listening(undefined, settingsFrom('', 'ipv6')).sendAny('< . 1:1(0) win 1');
    expect([String(ipv6.source), String(ipv6.destination)]).toEqual([
      'fd3d:fa7b:d17d::1',
      'fd3d:a0b:17d6::1',
    ]);
    expect(decodePacket(encodePacket(ipv6))).toMatchObject({ kind: 'tcp' });
  });
});

describe('an echoed timestamp', () => {
  const synAck = { seq: ISN, ack: 1, flags: SYN | ACK, hasTimestamps: true, timestampValue: -5 };
  const line = '> S. 0:0(0) ack 1 <nop,nop,TS val 100 ecr 7>';

  it('is the one that the stack sent', () => {
    const drill = Drill.listening();
    drill.expect(line, synAck);
    expect(drill.send('< . 1:1(0) ack 1 win 1 <nop,nop,TS val 8 ecr 100>')).toMatchObject({
      hasTimestamps: true,
      timestampValue: 8,
      timestampEcho: -5,
    });
  });

  it('fails the script if the stack never sent it', () => {
    const drill = Drill.listening();
    drill.expect(line, synAck);
    expect(() => drill.send('< . 1:1(0) ack 1 win 1 <nop,nop,TS val 8 ecr 101>')).toThrow(
      new ScriptFault('TS ecr 101 echoes no TS val that the script has seen from the stack'),
    );
  });

  it('is computed where the script wants it so', () => {
    const drill = Drill.listening(undefined, settingsFrom('--tcp_ts_ecr_scaled'));
    expect(() => drill.send('< . 1:1(0) ack 1 win 1 <nop,nop,TS val 8 ecr 103>')).toThrow(ScriptFault);
    drill.expect(line, synAck);
    expect(drill.send('< . 1:1(0) ack 1 win 1 <nop,nop,TS val 8 ecr 103>').timestampEcho).toBe(-2);
  });

  it('means nothing without ACK', () => {
    expect(Drill.listening().send('< S 0:0(0) win 1 <nop,nop,TS val 8 ecr 0>').timestampEcho).toBe(0);
  });
});

describe('an ICMP message of the script', () => {
  it('quotes the segment that it is about', () => {
    const packet = Drill.established().sendAny('< icmp unreachable host_unreachable [1:1001(1000)]');
    expect(packet).toMatchObject({
      kind: 'icmp',
      source: addressFrom('192.0.2.1'),
      message: {
        type: 3,
        code: 1,
        parameter: 0,
        quoted: {
          source: addressFrom('192.168.0.1'),
          destination: addressFrom('192.0.2.1'),
          sourcePort: 8080,
          destinationPort: 40_000,
          seq: ISN + 1,
        },
      },
    });
    expect(decodePacket(encodePacket(packet))).toMatchObject({ message: { quoted: { seq: ISN + 1 } } });
  });

  it('is about the SYN if it quotes nothing', () => {
    expect(Drill.established().sendAny('< icmp unreachable')).toMatchObject({
      message: { code: 0, quoted: { seq: ISN } },
    });
  });

  it('tells the MTU', () => {
    expect(Drill.established().sendAny('< icmp unreachable frag_needed mtu 800 [1:1(0)]')).toMatchObject({
      message: { type: 3, code: 4, parameter: 800 },
    });
    const ipv6 = Drill.listening(undefined, settingsFrom('', 'ipv6'));
    expect(ipv6.sendAny('< icmp packet_too_big mtu 1300 [0:0(0)]')).toMatchObject({
      message: { type: 2, code: 0, parameter: 1300 },
    });
  });

  it('may be of numbers', () => {
    expect(Drill.established().sendAny('< icmp type_200 code_7 [raw (12)]')).toMatchObject({
      message: { type: 200, code: 7, quoted: null, body: new Uint8Array(4) },
    });
    expect(Drill.established().sendAny('< icmp echo_request id 9 [raw (8)]')).toMatchObject({
      message: { type: 8, parameter: 0x90000 },
    });
  });

  it.each([
    ['< icmp packet_too_big', "there is no ICMP type 'packet_too_big'"],
    ['< icmp unreachable no_route', "there is no ICMP code 'no_route' of the type 'unreachable'"],
    ['< icmp type_256', "there is no ICMP type 'type_256'"],
    ['< icmp unreachable host_unreachable mtu 5', 'only unreachable frag_needed tells an MTU'],
    ['< icmp unreachable frag_needed mtu 65536', 'the MTU of ICMP has 16 bits: 65536'],
  ])('fails the script: %s', (line, reason) => {
    expect(() => Drill.established().sendAny(line)).toThrow(new ScriptFault(reason));
  });
});

it('what cannot be sent is unsupported', () => {
  const drill = Drill.established();
  for (const line of ['< udp (1)', '< gre: . 1:1(0) win 1', '< icmp unreachable [udp (8)]']) {
    expect(() => drill.sendAny(line)).toThrow(UnsupportedError);
  }
});
