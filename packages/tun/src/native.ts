import { createRequire } from 'node:module';
import { TunError } from './tun-error.ts';

/** A device by the addon's own number; no file descriptor. */
export type NativeDevice = number;

/** What is set by {@link Native.set}: the place of an ioctl in the addon's list. */
export const Setting = {
  Persist: 0,
  Owner: 1,
  Group: 2,
  Offload: 3,
  HeaderSize: 4,
  SendBuffer: 5,
} as const;

/** What {@link Native.arm} asks for, and the callback is told. */
export const Ready = { Readable: 1, Writable: 2 } as const;

/** The addon, native/tun.c. Numbers that it returns are negated errno values where they are negative. */
export interface Native {
  open(path: string): NativeDevice;
  attach(device: NativeDevice, name: string, flags: number): string | number;
  features(device: NativeDevice): number;
  set(device: NativeDevice, setting: number, value: number): number;
  read(device: NativeDevice, block: Uint8Array, offset: number, room: number, places: Int32Array): number;
  write(device: NativeDevice, head: Uint8Array, headLength: number, body: Uint8Array | undefined): number;
  watch(device: NativeDevice, callback: (events: number) => void, byThread: boolean): number;
  arm(device: NativeDevice, events: number): number;
  hold(device: NativeDevice, holds: boolean): void;
  close(device: NativeDevice): void;
  netlink(request: Uint8Array, answer: Uint8Array): number;
  interfaceIndex(name: string): number;
}

let loaded: Native | null = null;

/**
 * The addon for this machine, by the layout of `node-gyp-build`: prebuilds/<platform>-<arch>/node.napi.node.
 *
 * @throws TunError ERR_TUN_UNSUPPORTED where the platform has no TUN devices that we know, or there is no addon for it
 */
export function native(): Native {
  return (loaded ??= load(process.platform, process.arch));
}

/** {@link native} for a machine of this kind. */
export function load(platform: string, arch: string): Native {
  if (platform !== 'linux') {
    throw TunError.unsupported(`TUN devices are supported on Linux, not on ${platform}`);
  }
  const file = `../prebuilds/${platform}-${arch}/node.napi.node`;
  try {
    const requireAddon: (file: string) => Native = createRequire(import.meta.url);
    return requireAddon(file);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw TunError.unsupported(
      `no addon for ${platform}-${arch} could be loaded (${why}); ` +
        'with a C compiler, `npm explore @halfclose/tun -- node scripts/build-native.mjs` makes one',
    );
  }
}
