import { codedError, invalidArgumentType } from '../errors.ts';
import { native } from '../native/native-net.ts';
import { isOn } from '../arguments/validate.ts';

/** What is asked of a `net.BlockList`. */
export interface BlockListLike {
  check(address: string, family: 'ipv4' | 'ipv6'): boolean;
}

/** What the classes of Node 22 and later have. */
interface BlockLists {
  readonly isBlockList?: (value: unknown) => boolean;
}

/** The option `blockList` (Node 22): a `net.BlockList`, or nothing. */
export function blockListOf(value: unknown): BlockListLike | undefined {
  if (!isOn(value)) return undefined;
  if (isBlockList(value)) return value;
  // In its own words, where the runtime has the option.
  new native.Socket({ blockList: value } as never).destroy();
  throw invalidArgumentType('options.blockList', 'an instance of net.BlockList', value);
}

function isBlockList(value: unknown): value is BlockListLike {
  const { isBlockList: asks } = native.BlockList as BlockLists;
  return asks === undefined ? value instanceof native.BlockList : asks(value);
}

/** Whether the list has the address. */
export function isBlocked(
  list: BlockListLike | null | undefined,
  address: string | undefined,
  family: 4 | 6,
): boolean {
  return isOn(list) && address !== undefined && list?.check(address, family === 6 ? 'ipv6' : 'ipv4') === true;
}

/** ERR_IP_BLOCKED. */
export function blockedError(address: string): Error {
  return codedError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`);
}
