import { Flag, Segment, type SequenceNumber, seqAdd, seqDiff } from '@halfclose/codec';

const LETTERS = [
  ['S', Flag.SYN],
  ['E', Flag.ECE],
  ['W', Flag.CWR],
  ['F', Flag.FIN],
  ['R', Flag.RST],
  ['P', Flag.PSH],
  ['U', Flag.URG],
  ['.', Flag.ACK],
] as const;

const LINE =
  /^(?:\[(\w+)\] )?([SEWFRPU.]+|-) (-?\d+):(-?\d+)\((\d+)\)(?: ack (-?\d+))?(?: win (\d+))?(?: urg (\d+))?(?: <(.*)>)?$/;

/** ECN codepoints by number, as packetdrill names them. */
const CODEPOINTS = ['noecn', 'ect1', 'ect0', 'ce'];

/** Which sequence numbers count as 0: those of the sender of a segment and of its receiver. */
export interface Origin {
  readonly own: SequenceNumber;
  readonly other: SequenceNumber;
}

/** The octet that stands at `offset` of a direction's sequence space in all tests, so that misplaced text shows. */
export function octetAt(offset: number): number {
  return (offset ^ (offset >> 8)) & 0xff;
}

/** Text as it stands at `offset`. */
export function textAt(offset: number, octets: number): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, i) => octetAt(offset + i));
}

/**
 * Reads `S. 0:0(0) ack 1 win 1000 <mss 1460,sackOK,TS val 1 ecr 2,wscale 7,sack 1:2 3:4>`, as packetdrill and tcpdump
 * write it: ECN codepoint (`[ce]`, where it matters), flags, sequence range with the octets of text, acknowledgment, window, options. `-` means no flags.
 */
export function parseSegment(line: string, origin: Origin): Segment {
  const match = LINE.exec(line);
  if (match === null) throw new Error(`not a segment: ${line}`);
  const [, ecn = 'noecn', flags = '', from = '', to = '', octets = '', ack, window, urgent, options] = match;
  const segment = new Segment();
  for (const [letter, bit] of LETTERS) if (flags.includes(letter)) segment.flags |= bit;
  segment.ecn = CODEPOINTS.indexOf(ecn);
  if (segment.ecn < 0) throw new Error(`not a codepoint: ${line}`);
  if (Number(to) - Number(from) !== Number(octets))
    throw new Error(`the range does not fit its length: ${line}`);
  segment.seq = seqAdd(origin.own, Number(from));
  segment.payload = textAt(Number(from), Number(octets));
  if ((ack !== undefined) !== flags.includes('.')) throw new Error(`ack and its flag go together: ${line}`);
  if (ack !== undefined) segment.ack = seqAdd(origin.other, Number(ack));
  segment.window = window === undefined ? 65_535 : Number(window);
  segment.urgentPointer = Number(urgent ?? 0);
  if (options !== undefined)
    for (const option of options.split(',')) parseOption(segment, option.trim(), origin);
  return segment;
}

function parseOption(segment: Segment, option: string, origin: Origin): void {
  const [name, first = '', , last = ''] = option.split(' ');
  switch (name) {
    case 'mss':
      segment.maximumSegmentSize = Number(first);
      break;
    case 'wscale':
      segment.windowScale = Number(first);
      break;
    case 'sackOK':
      segment.sackPermitted = true;
      break;
    case 'TS':
      segment.hasTimestamps = true;
      segment.timestampValue = Number(option.split(' ')[2]);
      segment.timestampEcho = Number(option.split(' ')[4] ?? last);
      break;
    case 'sack':
      segment.sackBlocks = option
        .slice('sack '.length)
        .split(/[ :]/)
        .map((edge) => seqAdd(origin.other, Number(edge)));
      break;
    default:
      throw new Error(`not an option: ${option}`);
  }
}

/** Writes a segment as {@link parseSegment} reads it; window and options only if `detail` mentions them. */
export function formatSegment(segment: Segment, origin: Origin, detail: string): string {
  const flags = LETTERS.map(([letter, bit]) => ((segment.flags & bit) !== 0 ? letter : '')).join('') || '-';
  const from = seqDiff(segment.seq, origin.own);
  const octets = segment.payload.length;
  let line = detail.startsWith('[') ? `[${CODEPOINTS[segment.ecn]}] ` : '';
  line += `${flags} ${from}:${from + octets}(${octets})`;
  if ((segment.flags & Flag.ACK) !== 0) line += ` ack ${seqDiff(segment.ack, origin.other)}`;
  if (detail.includes(' win ')) line += ` win ${segment.window}`;
  if ((segment.flags & Flag.URG) !== 0) line += ` urg ${segment.urgentPointer}`;
  const options = formatOptions(segment, origin);
  if (detail.includes('<') || segment.sackBlocks !== null) line += ` <${options}>`;
  return line;
}

function formatOptions(segment: Segment, origin: Origin): string {
  const options: string[] = [];
  if (segment.maximumSegmentSize >= 0) options.push(`mss ${segment.maximumSegmentSize}`);
  if (segment.sackPermitted) options.push('sackOK');
  if (segment.hasTimestamps) options.push(`TS val ${segment.timestampValue} ecr ${segment.timestampEcho}`);
  if (segment.windowScale >= 0) options.push(`wscale ${segment.windowScale}`);
  if (segment.sackBlocks !== null) {
    const edges = segment.sackBlocks.map((edge) => seqDiff(edge, origin.other));
    const blocks = edges.flatMap((edge, i) => (i % 2 === 0 ? [`${edge}:${edges[i + 1]}`] : []));
    options.push(`sack ${blocks.join(' ')}`);
  }
  return options.join(',');
}
