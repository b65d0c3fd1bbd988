import { checkArray, checkFunction, checkObject, checkOneOf, shown } from '@halfclose/codec/arguments';
import type { RunOptions } from './run-script.ts';
import type { Script } from './script.ts';

/** Throws a TypeError for what is no script, as `parseScript` makes. */
export function checkScript(script: Script): void {
  checkObject('script', script, 'a Script, as parseScript() makes');
  checkArray('script.events', script.events);
  checkArray('script.options', script.options);
}

/** Throws a TypeError or RangeError for how no script can be run. */
export function checkRunOptions({ mode, profile, readScript }: RunOptions): void {
  if (mode !== undefined) checkOneOf('mode', mode, ['ipv4', 'ipv6', 'mapped']);
  // What is in it a host looks at.
  if (profile !== undefined) checkObject('profile', profile, 'a Profile');
  if (readScript !== undefined) checkFunction('readScript', readScript);
}

/** Throws a TypeError for what is no map of words. */
export function checkDefines(defines: ReadonlyMap<string, string>): void {
  const given: unknown = defines;
  if (!(given instanceof Map)) throw new TypeError(`defines must be a Map, not ${shown(given)}`);
}
