export type { Clock, Milliseconds } from './clock.ts';
export { Timer } from './timer.ts';
export type { TimerService } from './timer-service.ts';
export { TimerWheel } from './timer-wheel.ts';
export { VirtualClock, type RunOptions } from './virtual-clock.ts';
