import type { CongestionControlName, CubicSlowStart } from '../profile/rule-names.ts';
import type { CongestionControl } from './congestion-control.ts';
import { Cubic } from './cubic.ts';
import { NewReno } from './new-reno.ts';

/** A congestion control for a connection. `slowStart`: how CUBIC's ends (`cubicSlowStart` of a profile). */
export function makeCongestionControl(
  name: CongestionControlName,
  slowStart: CubicSlowStart,
): CongestionControl {
  return name === 'cubic' ? new Cubic(slowStart) : new NewReno();
}
