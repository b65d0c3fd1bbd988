// Devices of IP packets that anything carries. Nothing here imports a module of Node's: the entry `./devices` is for browsers,
// too.
export { deviceFromByteStreams, type ByteSink, type ByteSource } from './devices/byte-stream-device.ts';
export type { CarriedCounters, CarriedDevice, CarriedDeviceOptions } from './devices/carried-device.ts';
export { type DatagramPeer, type DatagramSocket, deviceFromDatagrams } from './devices/datagram-device.ts';
export { deviceFromDuplex, type PacketDuplex } from './devices/duplex-device.ts';
export { deviceFromMessagePort, type FramePort } from './devices/message-port-device.ts';
export { deviceFromWebSocket, type FrameSocket } from './devices/web-socket-device.ts';
