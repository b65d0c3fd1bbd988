import { debuglog } from 'node:util';

const log = debuglog('net');

/**
 * What `NODE_DEBUG=net` shows, in Node's words: how connections and listeners begin and end. Nothing of what is read and
 * written: that is for `HALFCLOSE_CAPTURE` and the channel `halfclose.segment`.
 *
 * Where nothing is to be shown, nothing is done: Node's own makes an array of what it is given, 500 bytes a connection.
 */
export const debug: (text: string, ...values: unknown[]) => void =
  log.enabled === false ? () => undefined : log;
