import { checkHas } from '@halfclose/codec/arguments';
import { CarriedDevice, carriedOptions, type CarriedDeviceOptions } from './carried-device.ts';
import { FrameSplitter } from './frame-splitter.ts';

/** A stream.Readable, as far as it is used. */
export interface ByteSource {
  /** Told of bytes, in pieces of any size, and of its end: 'end', 'close' or 'error' end the device. */
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'close' | 'end' | 'error', listener: () => void): unknown;
  /** Ends it; called when the device is closed. */
  destroy(): unknown;
}

/** A stream.Writable, as far as it is used. */
export interface ByteSink {
  /** Told of its end: 'close' or 'error' end the device. */
  on(event: 'close' | 'error', listener: () => void): unknown;
  /**
   * Takes a frame with its length in front, whose memory is its own from then on; `callback` once that has left, or
   * failed. What it returns is not looked at: `queueLength` bounds what waits.
   */
  write(chunk: Uint8Array, callback: () => void): boolean;
  /** Ends it after what was written; called when the device is closed. */
  end(): unknown;
}

const DEFAULT_MTU = 1500;
const LENGTH = 2;

/**
 * A device over a pair of streams of bytes: the stdin and stdout of a child process, a pipe, a connection. Each packet has its
 * length in front, 16 bits with the most significant first. Both ends want the same.
 *
 * @throws TypeError for what is no stream, or RangeError, that names the argument
 */
export function deviceFromByteStreams(
  source: ByteSource,
  sink: ByteSink,
  options: CarriedDeviceOptions = {},
): CarriedDevice {
  checkHas('source', source, ['on', 'destroy'], 'a Readable');
  checkHas('sink', sink, ['on', 'write', 'end'], 'a Writable');
  const device = new CarriedDevice(
    {
      send: (frame, onDone) => {
        const framed = new Uint8Array(LENGTH + frame.length);
        framed[0] = frame.length >> 8;
        framed[1] = frame.length;
        framed.set(frame, LENGTH);
        sink.write(framed, onDone);
      },
      start: (receive) => {
        const splitter = new FrameSplitter(receive);
        source.on('data', (chunk) => {
          splitter.push(chunk);
        });
      },
      close: () => {
        source.destroy();
        sink.end();
      },
    },
    carriedOptions(options, { name: 'stream', mtu: DEFAULT_MTU }),
  );
  const onEnd = (): void => {
    device.end();
  };
  source.on('end', onEnd);
  source.on('close', onEnd);
  source.on('error', onEnd);
  sink.on('close', onEnd);
  sink.on('error', onEnd);
  return device;
}
