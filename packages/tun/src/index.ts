export { openTun } from './open-tun.ts';
export type { ReceiveFrame, TunDevice, TunOffload } from './tun-device.ts';
export type { TunCounters } from './tun-counters.ts';
export { TunError } from './tun-error.ts';
export type { TunOptions } from './tun-options.ts';
