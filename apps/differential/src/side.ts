import type { OptionName } from './scenario.ts';

/** What poll(2) is asked for: all that it may tell. */
export const POLL_EVENTS = 0x2007;

/** How a close() that waits goes: when it returned, on the clock of its side; `null`: not yet. */
export type Closing = () => number | null;

/**
 * A system under test as one scenario sees it: system calls, and the link on whose other end the peer is. Descriptors
 * and counts are not negative; errors are errno values negated.
 */
export interface Side {
  /** Milliseconds, on a clock of its own. */
  now(): number;
  socket(): number;
  /** To the scenario's own port. */
  bind(descriptor: number): number;
  listen(descriptor: number, backlog: number): number;
  accept(descriptor: number): number;
  /** To the peer. */
  connect(descriptor: number): number;
  /** connect() to AF_UNSPEC. */
  disconnect(descriptor: number): number;
  send(descriptor: number, bytes: Uint8Array, flags: number): number;
  recv(descriptor: number, target: Uint8Array, flags: number): number;
  shutdown(descriptor: number, how: number): number;
  close(descriptor: number, lingers: boolean): Closing;
  setOption(descriptor: number, option: OptionName, value: number, onoff: number): number;
  /** The value, SO_LINGER as `seconds * 2 + onoff`; or an errno negated. */
  option(descriptor: number, option: OptionName): number;
  poll(descriptor: number): number;
  /** Of TCP_INFO, by Linux's names; `null`: it has none. */
  info(descriptor: number): Readonly<Record<string, number>> | null;
  /** SIOCINQ, SIOCOUTQ and SIOCATMARK. */
  queues(descriptor: number): readonly [number, number, number];
  /** The state of the connection between program and peer, also without its descriptor, by its name of RFC 9293; 'CLOSED': none. */
  state(): string;
  /** A frame of the peer's. */
  inject(frame: Uint8Array): void;
}
