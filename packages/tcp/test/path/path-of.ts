import { NEVER, type Path } from '../../src/index.ts';

/** A path that takes `mtu` octets, as its link does, and stays as it is. */
export function pathOf(mtu: number, changes: Partial<Path> = {}): Path {
  return {
    mtu,
    linkMtu: mtu,
    fragmentable: false,
    segmentOctets: 0,
    byReference: false,
    validUntil: NEVER,
    ...changes,
  };
}
