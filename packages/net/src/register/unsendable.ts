import { unsendable } from '../errors.ts';
import { Handle } from '../handle/handle.ts';
import { nativeHandleClass } from '../native/native-handle-class.ts';
import type { Patches } from './patches.ts';

type Write = (this: object, request: object, text: string, handle?: unknown) => number;

/**
 * Has `child.send(message, socket)` throw: C++, which is to pass the handle on, crashes on one of ours, and what is in this
 * process cannot be in another.
 */
export function refuseToSend(patches: Patches): void {
  // Of TCP handles and pipes, the channel between processes among them.
  const streams = Object.getPrototypeOf(nativeHandleClass()?.prototype ?? {}) as { writeUtf8String?: Write };
  const original = streams.writeUtf8String;
  if (original === undefined) return;
  patches.replace(
    streams,
    'writeUtf8String',
    function (this: object, ...[request, text, handle]: Parameters<Write>): number {
      if (handle instanceof Handle || (handle instanceof Object && 'beneath' in handle)) {
        throw unsendable();
      }
      return Reflect.apply(original, this, handle === undefined ? [request, text] : [request, text, handle]);
    },
  );
}
