import { once } from 'node:events';
import { WireDevice } from '@halfclose/stack';
import { openTun, type TunDevice } from '@halfclose/tun';
import type { Command } from 'commander';
import { Capture } from './capture.ts';
import type { LinkAddresses } from './link-addresses.ts';
import { type DeviceOptions, linksOf } from './tun-options.ts';

/** A device of ours between the kernel and us, as the options of a command want it. */
export class TunLink {
  readonly tun: TunDevice;
  readonly wire: WireDevice;
  readonly addresses: readonly LinkAddresses[];
  readonly capture: Capture | null;
  /** Rejects when the device or the file of the capture fails; never resolves. */
  readonly failure: Promise<never>;

  /**
   * Opens it. Ends the process with status 1 where options do not go with each other.
   *
   * @throws TunError; or the system's error for the file of the capture
   */
  constructor(options: DeviceOptions, capturePort: number | undefined, command: Command) {
    this.addresses = linksOf(options, command);
    const { promise, reject } = failing();
    this.failure = promise;
    this.capture = options.capture === undefined ? null : new Capture(options.capture, capturePort, reject);
    try {
      this.tun = opened(options, this.addresses);
    } catch (error) {
      this.capture?.close();
      throw error;
    }
    this.tun.on('error', reject);
    this.wire = new WireDevice(this.tun);
  }

  /** Takes the interface away, and completes the capture. */
  async close(): Promise<void> {
    this.capture?.close();
    if (this.tun.closed) return;
    this.tun.close();
    await once(this.tun, 'close');
  }
}

function opened({ offload, tunName, mtu }: DeviceOptions, links: readonly LinkAddresses[]): TunDevice {
  return openTun({
    offload,
    addresses: links.map(({ kernel, prefixLength }) => `${String(kernel)}/${prefixLength}`),
    ...(tunName !== undefined && { name: tunName }),
    ...(mtu !== undefined && { mtu }),
  });
}

function failing(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  // Who waits is told; it may also come when nobody waits any more.
  promise.catch(() => undefined);
  return { promise, reject };
}
