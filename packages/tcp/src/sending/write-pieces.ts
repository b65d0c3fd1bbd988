import { pieceMemory } from '../memory/segment-memory.ts';
import type { Sender } from './sender.ts';

/**
 * How much a write takes. What is written lies in pieces of many segments, each of which goes to the device as one; the limit
 * of the send buffer is looked at when one is begun, and what is begun is filled (Linux tcp_sendmsg, tcp_xmit_size_goal).
 */

/** Bytes that a piece holds at most: those of a packet of 64 KiB without its headers (Linux sk_gso_max_size). */
const MOST_BYTES = 65_215;

/** Bytes of a full piece: whole segments, up to half of the largest window that the peer has offered. */
export function pieceSize({ mss, window }: Sender): number {
  const most = window.bound(MOST_BYTES);
  return Math.max(most - (most % mss), window.bound(mss));
}

/**
 * Bytes that a write would take now. A piece that is full goes at once as far as the windows allow, which makes room in it;
 * what was written before has gone as far as they did.
 */
export function piecesRoom(sender: Sender, limit: number): number {
  const piece = pieceSize(sender);
  const { lastPiece } = sender;
  let { memory } = sender;
  // There is no packet to fill where text goes by reference, and a write that is taken in part is copied in two.
  if (sender.maker.path.byReference) return piecesIn(limit - memory, piece) * piece;
  let taken = lastPiece > 0 ? Math.max(piece - lastPiece, 0) : 0;
  memory += taken;
  for (let goes = goesAtOnce(sender); memory < limit && goes > 0; goes -= piece) {
    taken += piece;
    memory += pieceMemory(piece);
    if (goes >= piece) continue;
    taken += goes;
    memory += pieceMemory(goes);
  }
  return taken + piecesIn(limit - memory, piece) * piece;
}

/** Pieces that may be begun while there is so much memory; the last may exceed it. */
function piecesIn(memory: number, piece: number): number {
  return memory <= 0 ? 0 : Math.ceil(memory / pieceMemory(piece));
}

/** Bytes of the last piece that stay once `bytes` more are written, and as many of them sent as may go. */
export function lastPieceAfter(sender: Sender, bytes: number): number {
  const piece = pieceSize(sender);
  const { unsent, lastPiece, mss } = sender;
  const stays = unsent > 0 ? lastPiece + bytes : bytes - goesAtOnce(sender);
  if (stays > 0) return ((stays - 1) % piece) + 1;
  // Nagle's algorithm may hold what does not fill a segment.
  return bytes % mss;
}

/** Bytes that the windows allow to be sent of what is written now. */
function goesAtOnce({ unsent, cwnd, flight, mss, room }: Sender): number {
  return unsent > 0 ? 0 : Math.max(Math.min((cwnd - flight.inFlight) * mss, room), 0);
}

/**
 * Bytes that a write would take now where no piece is begun once `lowat` bytes are unsent; one that was begun is filled (Linux
 * tcp_stream_memory_free, tcp_sendmsg).
 */
export function roomBelow(sender: Sender, lowat: number): number {
  const piece = pieceSize(sender);
  let goes = goesAtOnce(sender);
  let { unsent } = sender;
  let taken = sender.lastPiece > 0 ? Math.max(piece - sender.lastPiece, 0) : 0;
  unsent += taken;
  while (unsent < lowat) {
    taken += piece;
    unsent += piece;
    const sent = Math.min(goes, unsent);
    goes -= sent;
    unsent -= sent;
    const rest = unsent % piece;
    if (sent === 0 || rest === 0) continue;
    taken += piece - rest;
    unsent += piece - rest;
  }
  return taken;
}
