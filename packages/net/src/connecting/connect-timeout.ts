import { Errno } from '@halfclose/sockets';
import { Timer } from '@halfclose/stack';
import { addressException } from '../errors.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { kEnd, kHandle, kNetwork } from '../socket/socket-fields.ts';
import { kMakeEnd } from '../socket/socket-members.ts';
import { within } from '../within.ts';

/** Gives an attempt to connect up after so many milliseconds of the host's clock, name lookup and all addresses included. */
export function limitConnecting(socket: SocketBase, milliseconds: number, host: string, port: number): void {
  const { timers } = socket[kNetwork].host;
  const onOver = (): void => {
    if (!socket.connecting) return;
    const address = socket[kHandle]?.connection?.remoteAddress.toString() ?? host;
    const reason = `not connected within ${milliseconds} ms`;
    socket.destroy(addressException(-Errno.ETIMEDOUT, 'connect', address, port, undefined, reason));
  };
  const timer = new Timer(within(socket[kHandle]?.scope ?? null, onOver));
  endAttempt(socket);
  socket[kMakeEnd]().connectLimit = timer;
  timers.arm(timer, timers.now() + milliseconds);
}

/** The attempt is over: so is its limit, and what was tried beside it. */
export function endAttempt(socket: SocketBase): void {
  const end = socket[kEnd];
  if (end === null) return;
  end.race?.stop();
  end.race = null;
  if (end.connectLimit === null) return;
  socket[kNetwork].host.timers.disarm(end.connectLimit);
  end.connectLimit = null;
}
