export { createLink, Link, type LinkOptions } from './link.ts';
export { LinkCounters } from './link-counters.ts';
export type { LinkDirection } from './link-direction.ts';
export type { LinkEvent } from './link-event.ts';
export { Mesh, type MeshOptions } from './mesh.ts';
export { Network, type NetworkOptions } from './network.ts';
export { Router, type RouterCounters, type RouterDropReason, type RouterOptions } from './router.ts';
export type { Refusal } from './router-errors.ts';
export type { PacketDevice } from './packet-device.ts';
export {
  type BurstLoss,
  type Corruption,
  type Impairments,
  type Jitter,
  NO_IMPAIRMENTS,
  type Outage,
  type QueueLimits,
  type Reordering,
} from './impairments.ts';

export { corrupt, delay, drop, duplicate, reset, spare } from './rules.ts';
export type { DirectionName, Fault, Match, Rule, RuleContext, Verdict } from './rule.ts';
export {
  all,
  any,
  type Counting,
  data,
  direction,
  during,
  either,
  every,
  fin,
  first,
  flags,
  from,
  icmp,
  not,
  nth,
  octets,
  port,
  pureAck,
  retransmission,
  rst,
  segment,
  syn,
  synAck,
  to,
} from './match.ts';

export { payload } from './payload.ts';
export { Random } from './random.ts';
export { splitSegment } from './split-segment.ts';
