import { shown } from '@halfclose/codec/arguments';
import type { ControlBlock } from './control-block.ts';

/** Throws a TypeError for what is no connection. */
export function checkConnection(connection: ControlBlock): void {
  const given: unknown = connection;
  if (typeof given !== 'object' || given === null || typeof connection.takeEvents !== 'function')
    throw new TypeError(`connection must be a Connection, not ${shown(given)}`);
}
