import { checkHas } from '@halfclose/codec/arguments';
import { dataOf } from './event-data.ts';
import { CarriedDevice, carriedOptions, type CarriedDeviceOptions } from './carried-device.ts';

/** A MessagePort, of a browser or of node:worker_threads, or a Worker as its owner sees it. */
export interface FramePort {
  /** Sends a frame; `transfer` has its memory where it is the frame's alone, and is empty else. */
  postMessage(frame: Uint8Array, transfer: ArrayBuffer[]): void;
  /** Told of messages, whose `data` is a frame, and of its end, which ends the device where the port tells it. */
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void;
  /** Begins to deliver, where a port has to be told; a Worker has not. */
  start?(): void;
  /** Ends it; called when the device is closed. */
  close?(): void;
}

/** Nothing between both is smaller. */
const DEFAULT_MTU = 65_535;

/**
 * A device over a MessagePort: two hosts in two workers, or in two pages. A frame's memory is handed over rather than copied
 * where it is the frame's alone.
 *
 * @throws TypeError for what is no port, or RangeError, that names the argument
 */
export function deviceFromMessagePort(port: FramePort, options: CarriedDeviceOptions = {}): CarriedDevice {
  checkHas('port', port, ['postMessage', 'addEventListener'], 'a MessagePort');
  const device = new CarriedDevice(
    {
      send: (frame, onDone) => {
        const { buffer } = frame;
        const isWhole = buffer instanceof ArrayBuffer && frame.byteLength === buffer.byteLength;
        port.postMessage(frame, isWhole ? [buffer] : []);
        onDone();
      },
      start: (receive) => {
        port.addEventListener('message', (event) => {
          receive(dataOf(event));
        });
        port.start?.();
      },
      close: () => port.close?.(),
    },
    carriedOptions(options, { name: 'port', mtu: DEFAULT_MTU }),
  );
  port.addEventListener('close', () => {
    device.end();
  });
  return device;
}
