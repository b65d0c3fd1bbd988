import {
  checkAddress,
  checkBoolean,
  checkInteger,
  checkObject,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type { IpAddress } from '@halfclose/codec';
import { checkInherited, type InheritedSettings } from '../connections/listener.ts';
import { type Binding, checkBinding } from '../ports/port-table.ts';
import type { FastOpenWish } from './fast-open-client.ts';

/** What `Host.connect` needs to know. */
export interface ConnectRequest {
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** `null`: the stack chooses address and port. */
  readonly binding: Binding | null;
  /** `null`: the one that the route suggests. */
  readonly localAddress: IpAddress | null;
  readonly settings: InheritedSettings;
  /** To be opened with TCP Fast Open; `null`, and the default: not. */
  readonly fastOpen?: FastOpenWish | null;
}

const REQUEST: OptionNames<ConnectRequest> = {
  remoteAddress: true,
  remotePort: true,
  binding: true,
  localAddress: true,
  settings: true,
  fastOpen: true,
};

/** Checks what connect() of a host is given. Throws a TypeError or RangeError that names the argument. */
export function checkRequest(request: ConnectRequest): void {
  checkOptions('request', request, REQUEST);
  checkAddress('request.remoteAddress', request.remoteAddress);
  checkInteger('request.remotePort', request.remotePort, 0, 0xffff);
  if (request.localAddress !== null) checkAddress('request.localAddress', request.localAddress);
  if (request.binding !== null) checkBinding('request.binding', request.binding);
  checkInherited('request.settings', request.settings);
  const { fastOpen = null } = request;
  if (fastOpen === null) return;
  checkObject('request.fastOpen', fastOpen, 'a FastOpenWish or null');
  checkBoolean('request.fastOpen.withoutCookie', fastOpen.withoutCookie);
  checkBoolean('request.fastOpen.defers', fastOpen.defers);
}
