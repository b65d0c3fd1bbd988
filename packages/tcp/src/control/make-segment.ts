import { TIMESTAMPS_OCTETS } from '../base/option-sizes.ts';
import { Flag, Segment, type SequenceNumber } from '@halfclose/codec';
import { ECN_SETUP } from '../path/ecn.ts';
import type { ControlBlock } from './control-block.ts';

/** SACK blocks that fit beside timestamps, and without (RFC 2018, section 3). */
export function mostSackBlocks(connection: ControlBlock): number {
  return connection.timestamps ? 3 : 4;
}

/** A segment of the connection with ports, acknowledgment, window and options filled in. */
export function makeSegment(
  connection: ControlBlock,
  flags: number,
  seq: SequenceNumber,
  payload: Uint8Array,
  now: number,
): Segment {
  const { receiver } = connection;
  connection.segmentsSent++;
  const segment = new Segment();
  const isSyn = (flags & Flag.SYN) !== 0;
  segment.sourcePort = connection.localPort;
  segment.destinationPort = connection.remotePort;
  segment.seq = seq;
  segment.flags = flags;
  segment.payload = payload;
  if (isSyn) addSynOptions(connection, segment);
  else {
    segment.window = receiver.windowField();
    segment.hasTimestamps = connection.timestamps;
  }
  if ((flags & Flag.ACK) !== 0) {
    segment.ack = receiver.rcvNxt;
    if (receiver.sack && !isSyn) {
      segment.sackBlocks = receiver.sackBlocksForSegment(mostSackBlocks(connection));
    }
    receiver.acks.onSent(payload.length > 0, now);
  }
  if (connection.urgent !== null) connection.urgent.point(segment, connection.sender.sndNxt);
  if (connection.ecn !== null && (flags & (Flag.SYN | Flag.RST)) === 0) connection.ecn.onSend(segment);
  if (segment.hasTimestamps) {
    segment.timestampValue = connection.timestampAt(now);
    segment.timestampEcho = (flags & Flag.ACK) !== 0 ? receiver.tsRecent : 0;
  }
  return segment;
}

/** A SYN offers what the profile has; a SYN+ACK what was agreed on (RFC 7323, 1.3; RFC 2018, section 2). */
function addSynOptions(connection: ControlBlock, segment: Segment): void {
  const { profile, receiver } = connection;
  const isAnswer = (segment.flags & Flag.ACK) !== 0;
  segment.maximumSegmentSize = connection.offeredMss;
  segment.sackPermitted = isAnswer ? receiver.sack : profile.sack;
  segment.hasTimestamps = isAnswer ? connection.timestamps : profile.timestamps;
  const scales = isAnswer ? connection.windowScaling : profile.windowScaling;
  if (scales) segment.windowScale = receiver.window.shiftToOffer();
  segment.window = receiver.window.initial(synWindowUnit(connection), scales, receiver.rcvNxt);
}

/** What the window of a SYN is a multiple of; in a SYN+ACK, what is left of the MSS beside the options agreed on. */
export function synWindowUnit(connection: ControlBlock): number {
  return connection.offeredMss - (connection.timestamps ? TIMESTAMPS_OCTETS : 0);
}

/** The flags of our SYN or SYN+ACK: with ECE, and in a SYN CWR, those of ECN's negotiation (RFC 3168, 6.1.1). */
export function synFlags({ state, profile, ecn }: ControlBlock): number {
  if (state === 'SYN-SENT') return profile.ecn === 1 ? Flag.SYN | ECN_SETUP : Flag.SYN;
  return ecn === null ? Flag.SYN | Flag.ACK : Flag.SYN | Flag.ACK | Flag.ECE;
}
