import { Duplex } from 'node:stream';
import type * as Tls from 'node:tls';
import type { NativeStreams } from './native-streams.ts';

/** The first octet of a TLS record that shakes hands (RFC 8446, 5.1). */
const HANDSHAKE = 22;

/**
 * Tries out whether Node's C++ uses a stream of ours as {@link Bridge} has it: a TLS client over it says hello, in one
 * write, within the call. Returns why not; `null`: it does.
 */
export function testStreams(tls: typeof Tls, { NativeStream }: NativeStreams): string | null {
  const written: Uint8Array[] = [];
  const Probe = class extends NativeStream {
    isClosing(): boolean {
      return false;
    }
    onreadstart(): number {
      return 0;
    }
    onreadstop(): number {
      return 0;
    }
    onshutdown(): number {
      return 0;
    }
    onwrite(_request: object, chunks: readonly Uint8Array[]): number {
      written.push(...chunks);
      return 0;
    }
    close(onClosed?: () => void): void {
      onClosed?.();
    }
  };
  const stream = new Duplex({ read: () => undefined });
  const socket = new tls.TLSSocket(stream) as unknown as TlsParts;
  try {
    const wrapped = socket._wrapHandle(null, new Probe(), false);
    wrapped.start();
    return written[0]?.[0] === HANDSHAKE ? null : 'TLS over a stream of ours does not say hello';
  } catch (error) {
    return String(error);
  } finally {
    socket.destroy();
  }
}

interface TlsParts {
  _wrapHandle(wrap: null, handle: object, active: boolean): { start(): void };
  destroy(): void;
}
