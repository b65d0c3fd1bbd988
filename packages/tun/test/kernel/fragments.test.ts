import { once } from 'node:events';
import { decodePacket, encodePacket, type IpAddress, parseIpAddress } from '@halfclose/codec';
import { createHost } from '@halfclose/net';
import type { FrameDevice } from '@halfclose/stack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTun, type TunDevice } from '../../src/index.ts';

const ADDRESSES = { 4: ['10.91.0.1', '10.91.0.2'], 6: ['fd91::1', 'fd91::2'] } as const;
const PREFIXES = ['10.91.0.1/24', 'fd91::1/64'];
const DATA = Uint8Array.from({ length: 40 }, (_, i) => i);
/** The identifier of what comes after the fragments: when it is answered, these will not be any more. */
const LAST = 0xffff;

/** The payload from `start` to `end` of 48 bytes, and whether more follows where that is not what it says. */
interface Piece {
  readonly at: readonly [start: number, end: number];
  readonly more?: boolean;
  readonly ecn?: number;
  readonly forged?: boolean;
}

const FIRST: Piece = { at: [0, 16] };
const SECOND: Piece = { at: [16, 32] };
const THIRD: Piece = { at: [32, 48] };

/** What is sent, and whether it is answered over IPv4 and over IPv6: by the kernel, and by us where we differ. */
const ROWS: readonly [string, readonly Piece[], kernel: string, ours?: string][] = [
  ['in order', [FIRST, SECOND, THIRD], '4 6'],
  ['backwards', [THIRD, SECOND, FIRST], '4 6'],
  ['without the last', [FIRST, SECOND], ''],
  ['one twice', [FIRST, FIRST, SECOND, THIRD], '4 6'],
  ['an overlap', [FIRST, SECOND, { at: [24, 40] }, THIRD], ''],
  ['an overlap, and all anew', [FIRST, { at: [8, 24] }, FIRST, SECOND, THIRD], '4 6'],
  ['bytes that have come, cut otherwise', [FIRST, SECOND, { at: [8, 24] }, THIRD], '4 6', ''],
  ['other bytes at the same place', [FIRST, SECOND, { ...SECOND, forged: true }, THIRD], '4 6', ''],
  ['one behind the end', [FIRST, { ...SECOND, more: false }, { ...THIRD, more: true }], ''],
  ['two ends', [FIRST, { ...SECOND, more: false }, { ...THIRD, more: false }], ''],
  ['a length that is no multiple of 8', [FIRST, { at: [16, 31], more: true }, SECOND, THIRD], '6', '4 6'],
  ['such a length, which would do if cut', [FIRST, { at: [16, 39], more: true }, THIRD], '4', ''],
  ['an empty one', [FIRST, { at: [16, 16], more: true }, SECOND, THIRD], '', '4 6'],
  ['ECN on one alone', [FIRST, { ...SECOND, ecn: 3 }, THIRD], ''],
  [
    'CE on one',
    [
      { ...FIRST, ecn: 2 },
      { ...SECOND, ecn: 3 },
      { ...THIRD, ecn: 2 },
    ],
    '4 6',
  ],
];

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

function echoRequest(family: 4 | 6, identifier: number): Uint8Array {
  const [to, from] = ADDRESSES[family];
  const parameter = identifier * 0x1_0000;
  const message = { type: family === 4 ? 8 : 128, code: 0, parameter, quoted: null, body: DATA };
  const addresses = { source: address(from), destination: address(to), hopLimit: 64, dscp: 0 };
  return encodePacket({ kind: 'icmp', ...addresses, message });
}

/** Of an echo request without options or extension headers. */
function fragmentOf(frame: Uint8Array, id: number, { at: [start, end], ...piece }: Piece): Uint8Array {
  const isIPv4 = (frame[0] ?? 0) >> 4 === 4;
  const header = isIPv4 ? 20 : 40;
  const { more = header + end < frame.length, ecn = 0, forged = false } = piece;
  const payload = frame.slice(header + start, header + end);
  if (forged) payload.fill(0xee);
  const room = isIPv4 ? 20 : 48;
  const fragment = new Uint8Array(room + payload.length);
  fragment.set(frame.subarray(0, header));
  fragment.set(payload, room);
  const view = new DataView(fragment.buffer);
  if (isIPv4) {
    view.setUint8(1, ecn);
    view.setUint16(2, fragment.length);
    view.setUint16(4, id);
    view.setUint16(6, (start >> 3) | (more ? 0x2000 : 0));
    view.setUint16(10, 0);
    let sum = 0;
    for (let offset = 0; offset < 20; offset += 2) sum += view.getUint16(offset);
    view.setUint16(10, ~((sum & 0xffff) + (sum >> 16)));
  } else {
    view.setUint8(1, ecn << 4);
    view.setUint16(4, fragment.length - 40);
    view.setUint8(6, 44);
    view.setUint8(40, frame[6] ?? 0);
    view.setUint16(42, start | (more ? 1 : 0));
    view.setUint32(44, id);
  }
  return fragment;
}

/** Somebody who answers echo requests. */
class Answerer {
  readonly #send: (frame: Uint8Array) => void;
  #told: (identifier: number) => void = () => undefined;

  constructor(send: (frame: Uint8Array) => void) {
    this.#send = send;
  }

  /** To be called with what it sends. */
  readonly onFrame = (frame: Uint8Array): void => {
    const packet = decodePacket(frame);
    if (typeof packet === 'string' || packet.kind !== 'icmp') return;
    const { type, parameter } = packet.message;
    if (type === (packet.source.isIPv4 ? 0 : 129)) this.#told(parameter >>> 16);
  };

  /** The families over which a request is answered that is sent in these fragments. */
  async answers(pieces: readonly Piece[], id: number): Promise<string> {
    const answered: number[] = [];
    for (const family of [4, 6] as const) {
      await new Promise<void>((resolve) => {
        this.#told = (identifier) => {
          if (identifier === id) answered.push(family);
          else if (identifier === LAST) resolve();
        };
        for (const piece of pieces) this.#send(fragmentOf(echoRequest(family, id), id, piece));
        this.#send(echoRequest(family, LAST));
      });
    }
    return answered.join(' ');
  }
}

describe('the same fragments sent to the kernel and to us', () => {
  let tun: TunDevice;
  let kernel: Answerer;
  let ours: Answerer;

  beforeAll(() => {
    tun = openTun({ addresses: PREFIXES, offload: false });
    kernel = new Answerer((frame) => {
      tun.send(frame);
    });
    tun.onFrame(kernel.onFrame);
    let receive: (frame: Uint8Array) => void = () => undefined;
    ours = new Answerer((frame) => {
      receive(frame);
    });
    const device: FrameDevice = {
      name: 'frames',
      mtu: 1500,
      send: ours.onFrame,
      onFrame: (taken) => (receive = taken),
    };
    createHost({ device, addresses: PREFIXES });
  });

  afterAll(async () => {
    tun.close();
    await once(tun, 'close');
  });

  test.each(ROWS.map(([name, ...row], i) => [name, i + 1, ...row] as const))(
    'are answered by both or by none, but for what is known: %s',
    async (_name, id, pieces, byKernel, byUs = byKernel) => {
      expect(await kernel.answers(pieces, id)).toBe(byKernel);
      expect(await ours.answers(pieces, id)).toBe(byUs);
    },
  );
});
