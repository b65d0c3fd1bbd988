import type { ControlBlock } from '../control/control-block.ts';
import { copyToMark, octetsOutOfBand, octetsToMark } from './urgent-mode.ts';

/** What the owner reads. */

/** Octets that can be read. */
export function readableOctets(connection: ControlBlock): number {
  const held = connection.receiver.queue.length;
  return connection.urgent === null ? held : held - octetsOutOfBand(connection);
}

/** RECEIVE: takes up to `max` octets of text, as a view where possible; empty if there is none. */
export function readText(connection: ControlBlock, max: number, now: number): Uint8Array {
  const { urgent, receiver } = connection;
  const text = receiver.queue.read(urgent === null ? max : octetsToMark(connection, urgent, max));
  if (text.length > 0) onRead(connection, text.length, now);
  return text;
}

/** Copies text into `target`; takes it out unless `peek`. Returns the octets copied. */
export function readInto(connection: ControlBlock, target: Uint8Array, peek: boolean, now: number): number {
  const { urgent, receiver } = connection;
  const count =
    urgent === null ? receiver.queue.copyInto(target, peek) : copyToMark(connection, urgent, target, peek);
  if (count > 0 && !peek) onRead(connection, count, now);
  return count;
}

function onRead({ state, receiver, sender, receiveShut }: ControlBlock, octets: number, now: number): void {
  receiver.charge();
  if (state !== 'CLOSED') receiver.onRead(octets, now, sender.rtt.smoothed, receiveShut);
}
