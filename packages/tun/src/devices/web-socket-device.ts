import { checkHas } from '@halfclose/codec/arguments';
import { dataOf } from './event-data.ts';
import { CarriedDevice, carriedOptions, type CarriedDeviceOptions } from './carried-device.ts';

/** A WebSocket of a browser, of Node 22 and later, or of the package `ws`. */
export interface FrameSocket {
  /** Set to 'arraybuffer' by the device, so that messages come as such. */
  binaryType: string;
  /** Bytes that it was given and has not sent (WHATWG WebSockets). */
  readonly bufferedAmount: number;
  /** 0 while it connects, when frames wait; 1 while it is open; frames that are sent later are dropped. */
  readonly readyState: number;
  /** Sends a frame as one binary message. */
  send(frame: Uint8Array): void;
  /** Told when it is open, of messages, whose `data` is a frame, and of its end, which ends the device. */
  addEventListener(type: 'message' | 'open' | 'close', listener: (event: object) => void): void;
  /** Ends it; called when the device is closed. */
  close(): void;
}

const CONNECTING = 0;
const OPEN = 1;
const DEFAULT_MTU = 1500;

/**
 * A device over a WebSocket whose binary messages are IP packets, one each: a page that is a host on a server's network. What is
 * sent before it is open waits; `queueLength` counts what the socket itself has not sent, in packets of the MTU.
 *
 * @throws TypeError for what is no WebSocket, or RangeError, that names the argument
 */
export function deviceFromWebSocket(socket: FrameSocket, options: CarriedDeviceOptions = {}): CarriedDevice {
  checkHas('socket', socket, ['send', 'addEventListener', 'close'], 'a WebSocket');
  socket.binaryType = 'arraybuffer';
  const checked = carriedOptions(options, { name: 'websocket', mtu: DEFAULT_MTU });
  let early: Uint8Array[] = [];
  const device = new CarriedDevice(
    {
      send: (frame, onDone) => {
        if (socket.readyState === CONNECTING) {
          // They keep their places until then.
          early.push(frame);
          socket.addEventListener('open', onDone);
        } else {
          const isFull = socket.bufferedAmount > checked.queueLength * checked.mtu;
          if (isFull) device.counters.dropped['queue-full']++;
          else if (socket.readyState === OPEN) socket.send(frame);
          onDone();
        }
      },
      start: (receive) => {
        socket.addEventListener('message', (event) => {
          const data = dataOf(event);
          receive(data instanceof ArrayBuffer ? new Uint8Array(data) : data);
        });
      },
      close: () => {
        socket.close();
      },
    },
    checked,
  );
  socket.addEventListener('open', () => {
    for (const frame of early) socket.send(frame);
    early = [];
  });
  socket.addEventListener('close', () => {
    device.end();
  });
  return device;
}
