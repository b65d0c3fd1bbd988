import { debuglog } from 'node:util';

/**
 * What `NODE_DEBUG=net` shows, in Node's words: how connections and listeners begin and end. Nothing of what is read and
 * written: that is for `HALFCLOSE_CAPTURE` and the channel `halfclose.segment`.
 */
export const debug: (text: string, ...values: unknown[]) => void = debuglog('net');
