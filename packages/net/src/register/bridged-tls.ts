import type * as Tls from 'node:tls';
import { bridgeOf, type HandleBridge } from '../handle/bridges.ts';
import type { Network } from '../network/network.ts';
import { NativeStreamHandle } from '../handle/native-stream-handle.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { isSocket } from '../socket/socket-brand.ts';
import type { StreamHandle } from '../handle/stream-handle.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { isOn } from '../arguments/validate.ts';
import type { Bridge } from './bridge.ts';
import type { NativeStreams } from './native-streams.ts';
import type { Patches } from './patches.ts';
import { streamBeneath } from './streams-tls.ts';
import { replaceBeneathTls, type TlsSocket } from './wrap-handle.ts';

/**
 * Has TLS work over our handles: a socket's own, or, where TLS makes and connects one itself, a new one.
 */
export function tlsOverBridges(
  patches: Patches,
  tls: typeof Tls,
  streams: NativeStreams,
  network: () => Network,
): void {
  replaceBeneathTls(patches, tls, (socket, wrap, handle) => {
    const beneath = handleBeneath(socket, wrap, handle, network);
    if (beneath === null) return null;
    if (beneath instanceof NativeStreamHandle) return streamBeneath(socket, streams, wrap as SocketBase);
    const bridge = bridgeOf(beneath, isSocket(wrap) ? wrap : null) as Bridge;
    return {
      wrap,
      handle: bridge,
      onWrapped: (wrapped) => {
        bridge.upper = { handle: wrapped, socket };
      },
    };
  });
}

/** The handle of ours that TLS is to be put over; `null`: none, it is the runtime's business. */
function handleBeneath(
  socket: TlsSocket,
  wrap: object | null | undefined,
  handle: object | null | undefined,
  network: () => Network,
): TcpHandle | NativeStreamHandle | null {
  if (isSocket(wrap)) return beneathOf(handle as StreamHandle | HandleBridge);
  if (wrap !== null && wrap !== undefined) return null;
  if (handle === null || handle === undefined)
    return isOn(socket._tlsOptions.pipe) ? null : new TcpHandle(network());
  if (handle.constructor.name !== 'TCP') return null;
  // For the next of several addresses Node brings a handle of its own.
  (handle as { close(): void }).close();
  return new TcpHandle(network());
}

function beneathOf(handle: StreamHandle | HandleBridge): TcpHandle | NativeStreamHandle {
  return 'beneath' in handle ? handle.beneath : (handle as TcpHandle | NativeStreamHandle);
}
