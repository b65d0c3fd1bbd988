import type { Server, Socket } from 'node:net';
import { native } from '../native/native-net.ts';
import type { Net, Socket as OurSocket } from '../types.ts';
import type { Publication } from './options.ts';

/** Where nothing else is said, only this machine gets in. */
const KERNEL_HOST = '127.0.0.1';
/** Where servers of ours are looked for. */
const OUR_HOST = '127.0.0.1';

/**
 * Listens on a port of the kernel and carries each connection to a port of ours: octets, ends and resets both ways, each by
 * itself; as fast as the slower side takes them. Where nobody listens on ours, the caller is reset. It does not hold the
 * process.
 */
export function publish(
  net: Net,
  { port, kernelPort = port, kernelHost = KERNEL_HOST }: Publication,
): Server {
  const server = native.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (outside) => {
    const inside = net.connect({ port, host: OUR_HOST, allowHalfOpen: true });
    carry(outside, inside);
    carry(inside, outside);
  });
  server.listen(kernelPort, kernelHost);
  return server.unref();
}

/** One direction, and what the end of `from` means for `to`. */
function carry(from: Socket | OurSocket, to: Socket | OurSocket): void {
  from.pipe(to);
  from.on('error', () => {
    to.resetAndDestroy();
  });
  from.on('close', (hadError: boolean) => {
    // Both halves had ended, or it was destroyed here.
    if (!hadError && !to.destroyed && !to.writableEnded) to.resetAndDestroy();
  });
}
