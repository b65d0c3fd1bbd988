import {
  checkAddress,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { checkPath } from '../path/path.ts';
import type { ConnectionInit, ConnectionSettings } from './connection-settings.ts';

const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;
const MOST_OCTET = 255;
const MOST_DSCP = 63;

const SETTINGS: OptionNames<ConnectionSettings> = {
  keepAlive: true,
  keepAliveIdle: true,
  keepAliveInterval: true,
  keepAliveProbes: true,
  userTimeout: true,
  linger2: true,
  maxSegment: true,
  sendBuffer: true,
  urgentInline: true,
  errorReports: true,
  ackReports: true,
  notSentLowat: true,
  synRetries: true,
  congestionControl: true,
  timeToLive: true,
  hopLimit: true,
  dscp: true,
  dscpIPv6: true,
  sourceRoute: true,
};

/** Throws a TypeError or RangeError for what no connection can be made of; once for each, so it looks at no more than types. */
export function checkConnectionInit(init: ConnectionInit): void {
  checkObject('init', init);
  checkAddress('init.localAddress', init.localAddress);
  checkAddress('init.remoteAddress', init.remoteAddress);
  checkInteger('init.localPort', init.localPort, 0, 0xffff);
  checkInteger('init.remotePort', init.remotePort, 0, 0xffff);
  checkInteger('init.initialSequenceNumber', init.initialSequenceNumber, MIN_INT, MAX_INT);
  checkInteger('init.timestampOffset', init.timestampOffset, MIN_INT, MAX_INT);
  checkObject('init.profile', init.profile);
  checkNumber('init.profile.minRto', init.profile.minRto, 0, Infinity);
  checkPath('init.path', init.path);
  checkObject('init.settings', init.settings);
  checkNumber('init.settings.sendBuffer', init.settings.sendBuffer, 0, Infinity);
  checkObject('init.pool', init.pool, 'a BlockPool');
  if (init.memory !== undefined) {
    checkObject('init.memory', init.memory, 'a MemoryAccount');
    checkFunction('init.memory.change', Reflect.get(init.memory, 'change'));
  }
}

/** Throws a TypeError or RangeError for settings that are unknown, or have an impossible value. */
export function checkSettings(changes: Partial<ConnectionSettings>): void {
  checkOptions('changes', changes, SETTINGS);
  for (const [name, value] of Object.entries(changes)) {
    const label = `changes.${name}`;
    switch (name) {
      case 'keepAlive':
      case 'urgentInline':
      case 'errorReports':
      case 'ackReports':
        checkBoolean(label, value);
        break;
      case 'congestionControl':
        if (value !== null) checkOneOf(label, value, ['cubic', 'reno']);
        break;
      case 'sourceRoute':
        if (value !== null) checkObject(label, value, 'a ChosenRoute or null');
        break;
      case 'timeToLive':
      case 'hopLimit':
        checkInteger(label, value, 0, MOST_OCTET);
        break;
      case 'dscp':
      case 'dscpIPv6':
        checkInteger(label, value, 0, MOST_DSCP);
        break;
      default:
        checkNumber(label, value, name === 'linger2' ? -1 : 0, Infinity);
    }
  }
}
