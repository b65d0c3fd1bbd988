import type { PacketDevice } from './packet-device.ts';

/** Where packets go that have no route, when the host is told to be silent about that. */
export const BLACKHOLE: PacketDevice = {
  name: 'blackhole',
  mtu: 1500,
  offload: { checksum: true, segmentOctets: 0 },
  transmit: () => undefined,
  attach: () => undefined,
};
