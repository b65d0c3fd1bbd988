import {
  encodePacket,
  NO_BYTES,
  Segment,
  type TcpPacket,
  TcpView,
  type UnknownOption,
} from '@halfclose/codec';
import type { ScriptTcpOption } from '../script/tcp-option.ts';
import { encodeOption, readOptions } from '../script/tcp-option-bytes.ts';

/**
 * Gives a segment the options as one that was read from the wire has them: of an option that comes twice the last one
 * stands, nothing stands behind the end of the list, and their order is lost.
 */
export function setSegmentOptions(segment: Segment, options: readonly ScriptTcpOption[]): void {
  const unknown: UnknownOption[] = [];
  for (const option of options) {
    switch (option.kind) {
      case 'eol':
        segment.unknownOptions = unknown.length > 0 ? unknown : null;
        return;
      case 'nop':
        break;
      case 'mss':
        segment.maximumSegmentSize = option.value;
        break;
      case 'wscale':
        segment.windowScale = option.shift;
        break;
      case 'sackOK':
        segment.sackPermitted = true;
        break;
      case 'sack':
        segment.sackBlocks = option.edges.map((edge) => edge | 0);
        break;
      case 'TS':
        segment.hasTimestamps = true;
        segment.timestampValue = option.value | 0;
        segment.timestampEcho = option.echo | 0;
        break;
      default: {
        const [kind = 0, , ...data] = encodeOption(option);
        unknown.push({ kind, data: Uint8Array.from(data) });
      }
    }
  }
  segment.unknownOptions = unknown.length > 0 ? unknown : null;
}

/**
 * The options of a packet in the order in which they go over the wire.
 *
 * @throws RangeError if the packet cannot go over the wire
 */
export function wireOptions(packet: TcpPacket): readonly ScriptTcpOption[] {
  // Only the header matters, and text may be longer than one packet can carry.
  const segment = Object.assign(new Segment(), packet.segment, { payload: NO_BYTES });
  const frame = encodePacket({ ...packet, segment });
  const view = TcpView.check(frame, packet.source.isIPv4 ? 20 : 40);
  if (typeof view === 'string') throw new RangeError(`packet: ${view}`);
  return readOptions(frame.subarray(view.optionsOffset, view.payloadOffset)) ?? [];
}
