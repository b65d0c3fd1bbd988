import { type IpAddress, parseIpAddress } from '@halfclose/codec';
import { PEER_PORT } from './constants.ts';

/** Prefixes in which each scenario has a peer of its own; the system under test has the first address. */
export const LOCAL = { 4: '10.0.0.1', 6: 'fd77::1' } as const;
export const PREFIX_LENGTH = { 4: 8, 6: 64 } as const;
const FIRST = 2;
const PORTS = 60_000;
const FIRST_PORT = 2000;

/** Who talks to whom in a scenario. */
export interface Endpoints {
  readonly family: 4 | 6;
  readonly local: IpAddress;
  readonly localPort: number;
  readonly peer: IpAddress;
  readonly peerPort: number;
}

/** Those of the scenario with this number, from 0 to 2^24 - 3. */
export function endpointsOf(family: 4 | 6, id: number): Endpoints {
  const number = id + FIRST;
  const octets = [(number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff];
  const peer =
    family === 4
      ? `10.${octets.join('.')}`
      : `fd77::${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  return {
    family,
    local: address(LOCAL[family]),
    localPort: FIRST_PORT + (id % PORTS),
    peer: address(peer),
    peerPort: PEER_PORT,
  };
}

/** The number of the scenario to whose peer a frame goes; -1: it is no packet, or to nobody. */
export function scenarioOf(frame: Uint8Array): number {
  const version = (frame[0] ?? 0) >> 4;
  const end = version === 4 ? 20 : version === 6 ? 40 : 0;
  if (end === 0 || frame.length < end) return -1;
  const number = ((frame[end - 3] ?? 0) << 16) | ((frame[end - 2] ?? 0) << 8) | (frame[end - 1] ?? 0);
  return number - FIRST;
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}
