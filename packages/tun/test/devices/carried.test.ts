import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type CarriedDevice,
  deviceFromByteStreams,
  deviceFromDatagrams,
  deviceFromDuplex,
  deviceFromMessagePort,
  deviceFromWebSocket,
} from '../../src/devices.ts';
import { echo } from './echo.ts';

const TEXT = randomBytes(300_000);

/** As `Tun` of tuntap2: a Duplex whose chunks are packets, with the interface's name and MTU; the cable goes to another. */
class Tun extends Duplex {
  readonly name = 'tun0';
  readonly mtu = 1400;
  peer: Tun | null = null;

  override _read(): void {
    // Packets come when they come.
  }

  override _write(packet: Buffer, _encoding: string, callback: () => void): void {
    this.peer?.push(packet);
    callback();
  }
}

function tuns(): [Tun, Tun] {
  const [a, b] = [new Tun(), new Tun()];
  a.peer = b;
  b.peer = a;
  return [a, b];
}

async function datagramSockets(): Promise<[Socket, Socket]> {
  const sockets: [Socket, Socket] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  return sockets;
}

function portOf(socket: Socket): { address: string; port: number } {
  return { address: '127.0.0.1', port: socket.address().port };
}

async function webSockets(): Promise<[WebSocket, WebSocket, WebSocketServer]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [peer] = (await connected) as [WebSocket];
  return [client, peer, server];
}

test('a Duplex of packets, as tuntap2 has, is a device with its name and MTU', async () => {
  const [a, b] = tuns();
  const device = deviceFromDuplex(a);
  expect([device.name, device.mtu]).toEqual(['tun0', 1400]);
  expect((await echo(device, deviceFromDuplex(b), TEXT)).equals(TEXT)).toBe(true);
  expect(device.counters.dropped).toEqual({ 'queue-full': 0, closed: 0, foreign: 0 });
  expect(device.counters.framesReceived).toBeGreaterThan(200);
});

test('packets that come before there is a receiver wait, each by itself', async () => {
  const [a, b] = tuns();
  b.write(Uint8Array.of(1, 2));
  b.write(Uint8Array.of(3));
  await nextTurn();
  const frames: Uint8Array[] = [];
  deviceFromDuplex(a).onFrame((frame) => frames.push(frame));
  await nextTurn();
  expect(frames.map((frame) => [...frame])).toEqual([[1, 2], [3]]);
});

test('two hosts talk over a MessageChannel', async () => {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [deviceFromMessagePort(port1), deviceFromMessagePort(port2)];
  expect((await echo(a, b, TEXT)).equals(TEXT)).toBe(true);
  const closed = new Promise<void>((resolve) => {
    b.onClose(resolve);
  });
  a.close();
  await closed;
  expect([a.closed, b.closed]).toEqual([true, true]);
});

test('a message that is no frame is dropped and counted', async () => {
  const { port1, port2 } = new MessageChannel();
  const device = deviceFromMessagePort(port1);
  const frames: Uint8Array[] = [];
  device.onFrame((frame) => frames.push(frame));
  for (const odd of ['text', 5, null, { a: 1 }, [1, 2], new ArrayBuffer(2)]) port2.postMessage(odd);
  port2.postMessage(Uint8Array.of(1));
  await nextTurn();
  await nextTurn();
  expect([device.counters.dropped.foreign, frames.length]).toEqual([6, 1]);
  port1.close();
});

test('two hosts talk over a WebSocket, from before it is open', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const near = deviceFromWebSocket(client);
  near.send(Uint8Array.of(9));
  const [socket] = (await connected) as [WebSocket];
  const far = deviceFromWebSocket(socket);
  const early = new Promise<Uint8Array>((resolve) => {
    socket.once('message', (data: ArrayBuffer) => resolve(new Uint8Array(data)));
  });
  expect([...(await early)]).toEqual([9]);
  expect((await echo(near, far, TEXT)).equals(TEXT)).toBe(true);
  near.close();
  await new Promise<void>((resolve) => {
    far.onClose(resolve);
  });
  server.close();
});

test('a WebSocket that sends nothing drops what is too much, and says so', async () => {
  const [client, peer, server] = await webSockets();
  await once(client, 'open').catch(() => undefined);
  const device = deviceFromWebSocket(client, { queueLength: 10 });
  for (let left = 10_000; left > 0; left--) device.send(new Uint8Array(1500));
  const { dropped } = device.counters;
  expect(dropped['queue-full']).toBeGreaterThan(0);
  peer.terminate();
  client.terminate();
  server.close();
});

test('two hosts talk over UDP; a stranger is not heard', async () => {
  const [left, right] = await datagramSockets();
  const a = deviceFromDatagrams(left, portOf(right));
  const b = deviceFromDatagrams(right, portOf(left));
  const stranger = createSocket('udp4');
  const answered = echo(a, b, TEXT);
  await new Promise<void>((resolve) => {
    stranger.send(new Uint8Array(40), portOf(left).port, '127.0.0.1', () => resolve());
  });
  expect((await answered).equals(TEXT)).toBe(true);
  expect([a.counters.dropped.foreign, a.mtu]).toEqual([1, 1420]);
  stranger.close();
  a.close();
  b.close();
});

test('two hosts talk over the stdio of a child process', async () => {
  // A cable: what comes in goes out, so that both ends are here.
  const cables = [spawn('cat', { stdio: 'pipe' }), spawn('cat', { stdio: 'pipe' })] as const;
  const a = deviceFromByteStreams(cables[0].stdout, cables[1].stdin);
  const b = deviceFromByteStreams(cables[1].stdout, cables[0].stdin);
  expect((await echo(a, b, TEXT)).equals(TEXT)).toBe(true);
  const exits = cables.map(async (cable) => once(cable, 'exit'));
  a.close();
  b.close();
  await Promise.all(exits);
});

test('a stream that ends ends the device; what is sent after it is counted', async () => {
  const [a, b] = tuns();
  const devices: CarriedDevice[] = [deviceFromDuplex(a), deviceFromDuplex(b)];
  let told = 0;
  devices[0]?.onClose(() => told++);
  a.destroy(new Error('the interface is gone'));
  await nextTurn();
  devices[0]?.send(new Uint8Array(20));
  expect([told, devices[0]?.closed, devices[0]?.counters.dropped.closed]).toEqual([1, true, 1]);
  devices[1]?.close();
  expect(b.destroyed).toBe(true);
});

test('a stream that takes nothing drops what is too much, and says so', () => {
  const [a] = tuns();
  a._write = () => undefined;
  const device = deviceFromDuplex(a, { queueLength: 3 });
  for (let left = 5; left > 0; left--) device.send(new Uint8Array(20));
  expect(device.counters).toMatchObject({ framesSent: 3, dropped: { 'queue-full': 2 } });
});

test.each([
  ['deviceFromDuplex', () => deviceFromDuplex({} as never), /^duplex must be a Duplex/],
  ['deviceFromMessagePort', () => deviceFromMessagePort(5 as never), /^port must be a MessagePort/],
  ['deviceFromWebSocket', () => deviceFromWebSocket({} as never), /^socket must be a WebSocket/],
  [
    'deviceFromDatagrams',
    () => deviceFromDatagrams({} as never, portless),
    /^socket must be a socket of node:dgram/,
  ],
  ['deviceFromByteStreams', () => deviceFromByteStreams(tuns()[0], {} as never), /^sink must be a Writable/],
  ['options.mtu', () => deviceFromDuplex(tuns()[0], { mtu: 5 }), /^options\.mtu must be/],
  [
    'options.queueLength',
    () => deviceFromDuplex(tuns()[0], { queueLength: -1 }),
    /^options\.queueLength must be/,
  ],
  ['options.name', () => deviceFromDuplex(tuns()[0], { name: 5 as never }), /^options\.name must be/],
  ['options.mut', () => deviceFromDuplex(tuns()[0], { mut: 5 } as never), /^options\.mut is no option/],
])('what is none is refused by name: %s', (_, call, message) => {
  expect(call).toThrow(message);
});

const portless = { address: '127.0.0.1', port: 1 };
