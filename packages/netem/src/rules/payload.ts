import { checkOctets } from '@halfclose/codec/arguments';
import { segment } from './match.ts';
import type { Match } from './rule.ts';

// Every host has it, but it is no part of the language, and this package compiles without a host's types.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/**
 * Segments whose payload contains a text (as UTF-8) or bytes, within one segment, or of which `test` holds: it is given the
 * payload, which it must not change or keep.
 */
export function payload(test: string | Uint8Array | ((bytes: Uint8Array) => boolean)): Match {
  const holds = typeof test === 'function' ? test : containing(bytesOf(test));
  return segment(({ payload: bytes }) => bytes.length > 0 && holds(bytes));
}

function bytesOf(wanted: string | Uint8Array): Uint8Array {
  if (typeof wanted !== 'string') checkOctets('test', wanted);
  const bytes = typeof wanted === 'string' ? new TextEncoder().encode(wanted) : wanted;
  if (bytes.length === 0) throw new RangeError('test must not be empty: every segment would match');
  return bytes;
}

function containing(wanted: Uint8Array): (bytes: Uint8Array) => boolean {
  return (bytes) => {
    for (let start = 0; start + wanted.length <= bytes.length; start++)
      if (wanted.every((byte, i) => bytes[start + i] === byte)) return true;
    return false;
  };
}
