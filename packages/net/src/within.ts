import type { AsyncResource } from 'node:async_hooks';

/** `call` in the async context of a connection, for whoever would call it in another one; `null`: as it comes. */
export function within(scope: AsyncResource | null, call: () => void): () => void {
  if (scope === null) return call;
  return () => {
    scope.runInAsyncScope(call);
  };
}
