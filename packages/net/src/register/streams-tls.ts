import type * as Tls from 'node:tls';
import { nextTick } from '../native/host-functions.ts';
import { normalizeArgs } from '../native/native-net.ts';
import { isSocket } from '../socket/socket-brand.ts';
import { kHandle } from '../socket/socket-fields.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import type { Connect } from '../types.ts';
import { isOn } from '../arguments/validate.ts';
import type { NativeStreams } from './native-streams.ts';
import type { Patches } from './patches.ts';
import { type Beneath, replaceBeneathTls, type TlsSocket } from './wrap-handle.ts';

/** What TLS asks the handle beneath for, which a stream does not have. */
const HANDLE_METHODS = ['getsockname', 'getpeername', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const;

/** A socket of ours as Node takes any stream, with what TLS asks of its handle. */
export function streamBeneath(
  upper: TlsSocket,
  { StreamSocket }: NativeStreams,
  socket: SocketBase,
): Beneath {
  // TLS answers the end of the peer's stream with an alert. Later, as the TLS socket takes over what this is now.
  nextTick(() => {
    socket.allowHalfOpen = true;
  });
  const stream = new StreamSocket(socket);
  stream.on('error', (error: Error) => {
    upper._emitTLSError(error);
  });
  for (const name of HANDLE_METHODS) {
    Object.assign(stream._handle, {
      [name]: (...args: never[]) =>
        (socket[kHandle]?.[name] as ((...given: never[]) => unknown) | undefined)?.(...args),
    });
  }
  return { wrap: stream, handle: stream._handle };
}

/**
 * Has TLS take sockets of ours as it takes any stream, and make them where it makes its own: for a Node whose streams
 * cannot be bridged.
 */
export function tlsOverStreams(
  patches: Patches,
  tls: typeof Tls,
  streams: NativeStreams,
  connect: Connect,
): void {
  replaceBeneathTls(patches, tls, (socket, wrap) =>
    isSocket(wrap) ? streamBeneath(socket, streams, wrap) : null,
  );
  const connectTls = tls.connect as (...args: unknown[]) => Tls.TLSSocket;
  patches.replace(tls, 'connect', (...args: unknown[]) => {
    const [given, callback] = normalizeArgs(args);
    const options = args.reduce<Record<string, unknown>>(
      (all, each) => (typeof each === 'object' && each !== null ? { ...all, ...each } : all),
      given,
    );
    if (isOn(options['socket']) || isOn(options['path'])) return connectTls(...args);
    const socket = connect(options as never);
    return connectTls({ ...options, socket }, callback ?? undefined);
  });
}
