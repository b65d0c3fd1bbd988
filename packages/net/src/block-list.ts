import { codedError, invalidArgumentType } from './errors.ts';
import { isOn } from './validate.ts';

/** What is asked of a `net.BlockList`. */
export interface BlockListLike {
  check(address: string, family: 'ipv4' | 'ipv6'): boolean;
}

/** The option `blockList` (Node 22): a `net.BlockList`, or nothing. */
export function blockListOf(value: unknown): BlockListLike | null {
  if (!isOn(value)) return null;
  if (typeof value === 'object' && value !== null && 'check' in value && typeof value.check === 'function')
    return value as BlockListLike;
  throw invalidArgumentType('options.blockList', 'an instance of net.BlockList', value);
}

/** Whether the list has the address. */
export function isBlocked(list: BlockListLike | null, address: string | undefined, family: 4 | 6): boolean {
  return list !== null && address !== undefined && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** ERR_IP_BLOCKED. */
export function blockedError(address: string): Error {
  return codedError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`);
}
