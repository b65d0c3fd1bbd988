import type { ControlBlock } from '../control/control-block.ts';
import { PathMtuProbe } from '../sending/path-mtu-probe.ts';

/** Text was sent several times and never acknowledged: its size may be why (RFC 4821, 7.7; Linux tcp_mtu_probing). */
export function suspectBlackHole(connection: ControlBlock, now: number): void {
  const { mtuProbing, baseMss, mtuProbeFloor, minMss } = connection.profile;
  if (mtuProbing === 0) return;
  const { mtuProbe, largestMss } = connection;
  if (mtuProbe === null)
    connection.mtuProbe = new PathMtuProbe(Math.min(baseMss, largestMss), largestMss, now);
  else mtuProbe.shrink(Math.max(mtuProbeFloor, minMss), baseMss);
  connection.updateMss();
}
