import { checkArray, checkInteger, checkOctets } from '../arguments.ts';
import { sumWithin } from './checksum.ts';
import { readUint8, writeUint16 } from '../octets.ts';
import { IPV4_HEADER, IPV6_HEADER } from '../encode/write-ip-header.ts';

/**
 * The packet of which fragments were, as a frame of its own. `header`: that of its first fragment
 * (`FragmentView.wholeHeader`); `payloads`: those of all fragments, in order; `ecn`: one of `Ecn`.
 *
 * @throws TypeError or RangeError that names the argument, `payloads` for more than IP can carry
 */
export function joinFragments(
  header: Uint8Array,
  payloads: readonly Uint8Array[],
  ecn: number,
): Uint8Array<ArrayBuffer> {
  checkOctets('header', header);
  checkArray('payloads', payloads);
  checkInteger('ecn', ecn, 0, 3);
  const isIPv4 = header.length > 0 && readUint8(header, 0) >> 4 === 4;
  if (header.length < (isIPv4 ? IPV4_HEADER : IPV6_HEADER))
    throw new RangeError('header must be that of an IP packet');
  let length = header.length;
  for (const [i, payload] of payloads.entries()) {
    checkOctets(`payloads[${i}]`, payload);
    length += payload.length;
  }
  const counted = isIPv4 ? length : length - IPV6_HEADER;
  if (counted > 0xffff) throw new RangeError('payloads must not be more than IP carries');
  const frame = new Uint8Array(length);
  frame.set(header);
  let at = header.length;
  for (const payload of payloads) {
    frame.set(payload, at);
    at += payload.length;
  }
  if (isIPv4) {
    frame[1] = (readUint8(frame, 1) & ~3) | ecn;
    writeUint16(frame, 2, counted);
    writeUint16(frame, 10, 0);
    writeUint16(frame, 10, ~sumWithin(frame, 0, header.length, 0));
  } else {
    frame[1] = (readUint8(frame, 1) & ~0x30) | (ecn << 4);
    writeUint16(frame, 4, counted);
  }
  return frame;
}
