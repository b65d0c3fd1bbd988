export { HostTimers, hostTimers } from './host-timers.ts';
