import { checkHas } from '@halfclose/codec/arguments';
import { CarriedDevice, carriedOptions, type CarriedDeviceOptions } from './carried-device.ts';

/** A stream.Duplex, as far as it is used. */
export interface PacketDuplex {
  /** Told of packets, one a chunk, and of its end: 'end', 'close' or 'error' end the device. */
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'close' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /**
   * Sends a packet, whose memory is its own from then on; `callback` once it has left, or failed. What it returns is
   * not looked at: `queueLength` bounds what waits.
   */
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): boolean;
  /** Ends it; called when the device is closed. */
  destroy(): unknown;
  /** Name of the device, if it is a string, as `Tun` of tuntap2 has it. */
  readonly name?: unknown;
  /** Largest IP packet in bytes, if it is a number; else 1500. */
  readonly mtu?: unknown;
}

const DEFAULT_MTU = 1500;

/**
 * A device over a Duplex whose chunks are IP packets, one each, both ways: the `Tun` of `tuntap2`, or any such stream. Name and
 * MTU are by default the stream's own. An 'error' of the stream ends the device; who wants to know why listens, too.
 *
 * @throws TypeError for what is no Duplex, or RangeError, that names the argument
 */
export function deviceFromDuplex(duplex: PacketDuplex, options: CarriedDeviceOptions = {}): CarriedDevice {
  checkHas('duplex', duplex, ['on', 'write', 'destroy'], 'a Duplex');
  const device = new CarriedDevice(
    {
      send: (frame, onDone) => {
        duplex.write(frame, onDone);
      },
      // Whoever listens to 'data' before there is a receiver would lose packets; until then they wait in the stream.
      start: (receive) => {
        duplex.on('data', receive);
      },
      close: () => {
        duplex.destroy();
      },
    },
    carriedOptions(options, {
      name: typeof duplex.name === 'string' ? duplex.name : 'duplex',
      mtu: typeof duplex.mtu === 'number' ? duplex.mtu : DEFAULT_MTU,
    }),
  );
  const onEnd = (): void => {
    device.end();
  };
  duplex.on('end', onEnd);
  duplex.on('close', onEnd);
  duplex.on('error', onEnd);
  return device;
}
