import { packetLength } from '@halfclose/codec';
import {
  all,
  any,
  data,
  direction,
  every,
  type Fault,
  fin,
  first,
  type Match,
  nth,
  pureAck,
  retransmission,
  rst,
  type Rule,
  syn,
  synAck,
} from '@halfclose/netem';
import type { PacketChoice, Verb } from './world-setup.ts';

/** The rule of a fault. */
export function ruleOf(verb: Verb, packets: PacketChoice): Rule {
  const match = matchOf(packets);
  const fault = faultOf(verb);
  return (packet, context) => (match(packet, context) ? fault : 'pass');
}

function faultOf(verb: Verb): Fault {
  switch (verb.verb) {
    case 'drop':
      return { drop: 'dropped by you' };
    case 'delay':
      return { delay: verb.delay };
    case 'duplicate':
      return { duplicate: 1 };
    case 'corrupt':
      return { corrupt: 1 };
    case 'reset':
      return { reset: true };
  }
}

function matchOf({ kind, octets, way, count }: PacketChoice): Match {
  const kinds = kindMatch(kind, octets);
  const match = way === null ? kinds : all(direction(way === 'client>server' ? 'aToB' : 'bToA'), kinds);
  switch (count.by) {
    case 'all':
      return match;
    case 'nth':
      return nth(count.n, match);
    case 'first':
      return first(count.n, match);
    case 'every':
      return every(count.n, match);
  }
}

function kindMatch(kind: PacketChoice['kind'], octets: number): Match {
  switch (kind) {
    case 'any':
      return any();
    case 'syn':
      return syn();
    case 'synack':
      return synAck();
    case 'fin':
      return fin();
    case 'rst':
      return rst();
    case 'data':
      return data();
    case 'ack':
      return pureAck();
    case 'again':
      return retransmission();
    case 'larger':
      return (packet) => packetLength(packet) > octets;
  }
}
