import {
  shown,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkText,
} from '@halfclose/codec/arguments';
import type { Profile } from './profile.ts';

/** What a field may be where its type does not say it. */
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  congestionControl: ['cubic', 'reno'],
  cubicSlowStart: ['hystart', 'hystart++'],
  lingerUntil: ['fin', 'text', 'end'],
  ecn: [0, 1, 2],
  mtuProbing: [0, 1, 2],
  synCookies: [0, 1, 2],
  timeWaitReuse: [0, 1, 2],
};
const PORTS: readonly string[] = ['ephemeralPortFirst', 'ephemeralPortLast'];
const MOST_HOPS = 255;

/**
 * Checks some fields of a profile. `known`: a whole one, which shows what there is.
 *
 * @throws TypeError or RangeError that names a field which is unknown, or has an impossible value
 */
export function checkProfile(name: string, fields: Partial<Profile>, known: Profile): void {
  checkOptions<object>(name, fields, Object.fromEntries(Object.keys(known).map((each) => [each, true])));
  for (const [field, value] of Object.entries(fields)) {
    const label = `${name}.${field}`;
    const choices = CHOICES[field];
    const kind = typeof Reflect.get(known, field);
    if (choices !== undefined) checkOneOf(label, value, choices);
    else if (kind === 'boolean') checkBoolean(label, value);
    else if (kind === 'string') checkText(label, value);
    else if (PORTS.includes(field)) checkInteger(label, value, 1, 0xffff);
    else if (field === 'hopLimit') checkInteger(label, value, 1, MOST_HOPS);
    else checkNumber(label, value, 0, Infinity);
  }
}

/** Throws a TypeError for what is no profile. What is in it is looked at where it is made. */
export function checkIsProfile(profile: Profile): void {
  const given: unknown = profile;
  if (typeof given !== 'object' || given === null || typeof profile.minRto !== 'number')
    throw new TypeError(`profile must be a Profile, not ${shown(given)}`);
}
