import { checkHas, checkInteger, checkText } from '@halfclose/codec/arguments';
import { CarriedDevice, carriedOptions, type CarriedDeviceOptions } from './carried-device.ts';

/** A socket of node:dgram, as far as it is used. */
export interface DatagramSocket {
  /** Told of datagrams with where they come from, and of its end, which ends the device. */
  on(
    event: 'message',
    listener: (message: Uint8Array, from: { readonly address: string; readonly port: number }) => void,
  ): unknown;
  on(event: 'close', listener: () => void): unknown;
  /** Sends a frame as one datagram; `callback` once it has left, or failed. */
  send(frame: Uint8Array, port: number, address: string, callback: () => void): void;
  /** Ends it; called when the device is closed. */
  close(): unknown;
}

/** The other end of a tunnel. */
export interface DatagramPeer {
  /** A numeric address: it is compared with where datagrams come from. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** As of WireGuard: what fits 1500 bytes with IPv6, UDP and 32 bytes of whatever protects it. */
const DEFAULT_MTU = 1420;
const LARGEST_PORT = 0xffff;

/**
 * A device over UDP: each datagram is one IP packet, to and from one peer; those of others are dropped and counted. Nothing is
 * encrypted, and nobody is asked who he is: that is the business of the socket that is given.
 *
 * @throws TypeError for what is no socket, or RangeError, that names the argument
 */
export function deviceFromDatagrams(
  socket: DatagramSocket,
  peer: DatagramPeer,
  options: CarriedDeviceOptions = {},
): CarriedDevice {
  checkHas('socket', socket, ['on', 'send', 'close'], 'a socket of node:dgram');
  checkText('peer.address', peer.address);
  checkInteger('peer.port', peer.port, 1, LARGEST_PORT);
  const device = new CarriedDevice(
    {
      send: (frame, onDone) => {
        socket.send(frame, peer.port, peer.address, onDone);
      },
      start: (receive) => {
        socket.on('message', (message, { address, port }) => {
          receive(address === peer.address && port === peer.port ? message : null);
        });
      },
      close: () => {
        socket.close();
      },
    },
    carriedOptions(options, { name: 'udp', mtu: DEFAULT_MTU }),
  );
  socket.on('close', () => {
    device.end();
  });
  return device;
}
