export { createLink, Link, type LinkOptions } from './link/link.ts';
export { LinkCounters } from './link/link-counters.ts';
export type { LinkDirection } from './link/link-direction.ts';
export type { LinkEvent } from './link/link-event.ts';
export { Mesh, type MeshOptions } from './network/mesh.ts';
export { Network, type NetworkOptions } from './network/network.ts';
export { Router, type RouterCounters, type RouterDropReason, type RouterOptions } from './network/router.ts';
export type { Refusal } from './network/router-errors.ts';
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
} from './link/impairments.ts';

export { corrupt, delay, drop, duplicate, reset, spare } from './rules/rules.ts';
export type { DirectionName, Fault, Match, Rule, RuleContext, Verdict } from './rules/rule.ts';
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
} from './rules/match.ts';

export { payload } from './rules/payload.ts';
export { Random } from './random.ts';
export { splitSegment } from './link/split-segment.ts';
