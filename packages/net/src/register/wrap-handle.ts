import type * as Tls from 'node:tls';
import type { Patches } from './patches.ts';

/** The private parts of `TLSSocket` that matter here. */
export interface TlsSocket {
  readonly _tlsOptions: { readonly pipe?: unknown };
  readonly writableLength: number;
  destroy(error: Error): unknown;
  _emitTLSError(error: Error): void;
}

type Given = object | null | undefined;

/** `TLSSocket.prototype._wrapHandle`: puts TLS over `handle`, which is that of `wrap` if there is one; returns TLS's own. */
type WrapHandle = (this: TlsSocket, wrap: Given, handle: Given, ...rest: unknown[]) => object;

/** What TLS is put over instead. */
export interface Beneath {
  readonly wrap: Given;
  readonly handle: object;
  /** Told of TLS's own handle. */
  readonly onWrapped?: (wrapped: object) => void;
}

/** Has `choose` say what TLS is put over; `null`: what it was given. */
export function replaceBeneathTls(
  patches: Patches,
  tls: typeof Tls,
  choose: (socket: TlsSocket, wrap: Given, handle: Given) => Beneath | null,
): void {
  const prototype = tls.TLSSocket.prototype as unknown as { _wrapHandle: WrapHandle };
  const original = prototype._wrapHandle;
  function wrapHandle(this: TlsSocket, ...[wrap, handle, ...rest]: Parameters<WrapHandle>): object {
    const chosen = choose(this, wrap, handle);
    if (chosen === null) return Reflect.apply(original, this, [wrap, handle, ...rest]);
    const wrapped = Reflect.apply(original, this, [chosen.wrap, chosen.handle, ...rest]);
    chosen.onWrapped?.(wrapped);
    return wrapped;
  }
  patches.replace(prototype, '_wrapHandle', wrapHandle);
}
