import net from '@halfclose/net';

/**
 * A server that connects each of its clients to `target`, and carries through what happens at either end: text with its
 * back-pressure, a FIN as a FIN, and an end that is none as a reset.
 */
export function createRelay(target) {
  // allowHalfOpen: a FIN from one side is not an answer to it.
  return net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ ...target, allowHalfOpen: true });
    carry(near, far);
    carry(far, near);
  });
}

function carry(from, to) {
  // Ends `to` when `from` ends: shutdown(SHUT_WR) after the last octet.
  from.pipe(to);
  // close(2) with linger 0: in any state, so also while `to` is ending. What was written just now goes first: with the
  // connection, where that is still attempted, and segments leave as soon as the running code has returned.
  const reset = () => {
    if (to.connecting) to.once('connect', reset);
    else setImmediate(() => to.setLinger(true, 0).destroy());
  };
  // As with read(2), after what had arrived before. Of an attempt that never was a connection only this tells: a name that
  // nobody knows, an address out of reach.
  from.on('error', reset);
  // A reset after the end of the stream is an error to nobody who only reads, one that nobody reads up to is none, and our own
  // is none either. It may have come before the connection was accepted.
  let isReset = !from.connecting && from.tcpState === 'CLOSED';
  const resetAtOnce = () => {
    if (isReset && (from.destroyed || from.readableEnded || to.writableNeedDrain)) reset();
  };
  from.on('tcpstate', (state, why) => {
    isReset = state === 'CLOSED' && why !== 'FIN acknowledged';
    resetAtOnce();
  });
  from.on('end', resetAtOnce).on('pause', resetAtOnce);
}
