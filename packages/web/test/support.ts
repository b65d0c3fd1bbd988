import { connect, type Socket, type SocketOptions, TCPServerSocket, type TCPSocket } from '@halfclose/web';

/** A connection on the default host: a client by `connect()`, accepted by a TCPServerSocket. */
export async function pairOf(
  address = '127.0.0.1',
  options?: SocketOptions,
): Promise<{ client: Socket; server: TCPSocket; port: number }> {
  const listener = new TCPServerSocket(address);
  const { localPort, readable } = await listener.opened;
  const reader = readable.getReader();
  const client = connect({ hostname: address, port: localPort }, options);
  const { value: server } = await reader.read();
  if (server === undefined) throw new Error('nothing was accepted');
  await client.opened;
  await reader.cancel();
  return { client, server, port: localPort };
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** All that comes, up to the end. */
export async function text(readable: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = readable.getReader();
  let all = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      reader.releaseLock();
      return all;
    }
    all += decoder.decode(value, { stream: true });
  }
}

/** Resolves once the hosts have brought about what `isSo` asks for. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** What a promise rejects with; it must. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
