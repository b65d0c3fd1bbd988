import { FragmentView, type IpAddress } from '@halfclose/codec';
import type { Profile } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import type { HostCounters, HostDropReason } from '../events/drop-counters.ts';
import type { Reassembler } from '../devices/packet-device.ts';
import { canBeCarried } from './partial-datagram.ts';
import { PartialDatagramTable } from './partial-datagram-table.ts';

/** What a reassembler needs of its host. */
export interface ReassemblySurroundings {
  readonly timers: TimerService;
  readonly profile: Profile;
  readonly counters: HostCounters;
  readonly routes: {
    /** Why a packet from a wire between these addresses is dropped; `null`: it is not. */
    refusalOf(source: IpAddress, destination: IpAddress): HostDropReason | null;
  };
  readonly icmpErrors: {
    /** The rest of a datagram has not come in time; `beginning` is a frame of what its first fragment had. */
    timedOut(beginning: Uint8Array): void;
  };
}

/**
 * Puts the fragments together that come to a host, by whichever device (RFC 791, 3.2; RFC 815; RFC 8200, 4.5), with bounds in
 * time and memory for each family. Each fragment becomes part of a packet, waits, or is counted as dropped.
 */
export class FragmentReassembler implements Reassembler {
  readonly #host: ReassemblySurroundings;
  #ipv4: PartialDatagramTable | null = null;
  #ipv6: PartialDatagramTable | null = null;

  constructor(host: ReassemblySurroundings) {
    this.#host = host;
  }

  /** Bytes that fragments take which wait for others. */
  get memory(): number {
    return (this.#ipv4?.memory ?? 0) + (this.#ipv6?.memory ?? 0);
  }

  /** How many packets wait for some of their fragments. */
  get incomplete(): number {
    return (this.#ipv4?.size ?? 0) + (this.#ipv6?.size ?? 0);
  }

  take(frame: Uint8Array): Uint8Array | null {
    const fragment = FragmentView.check(frame);
    if (fragment === null) return frame;
    const { counters, routes } = this.#host;
    counters.fragmentsReceived++;
    const refusal = routes.refusalOf(fragment.source, fragment.destination) ?? faultOf(fragment);
    if (refusal !== null) {
      counters.drop(refusal);
      return null;
    }
    return this.#tableOf(fragment).take(fragment);
  }

  #tableOf({ source }: FragmentView): PartialDatagramTable {
    const { timers, counters } = this.#host;
    const onTimeout = (beginning: Uint8Array): void => {
      this.#host.icmpErrors.timedOut(beginning);
    };
    if (source.isIPv4) {
      return (this.#ipv4 ??= new PartialDatagramTable(
        timers,
        counters,
        () => {
          const { fragmentTimeout, fragmentMemory } = this.#host.profile;
          return { timeout: fragmentTimeout, memory: fragmentMemory };
        },
        onTimeout,
      ));
    }
    return (this.#ipv6 ??= new PartialDatagramTable(
      timers,
      counters,
      () => {
        const { fragmentTimeoutIPv6, fragmentMemory } = this.#host.profile;
        return { timeout: fragmentTimeoutIPv6, memory: fragmentMemory };
      },
      onTimeout,
    ));
  }
}

/**
 * What is wrong with a fragment by itself; it leaves nothing behind. Linux cuts one of IPv4 down to a multiple of 8, gives the
 * whole up for an empty one, and looks at the header of the upper layer in IPv6 alone (ip_frag_queue, ip6_frag_queue; measured on
 * 6.18).
 */
function faultOf(fragment: FragmentView): HostDropReason | null {
  const { payload, hasMore, offset } = fragment;
  if (payload.length === 0 || (hasMore && payload.length % 8 !== 0)) return 'fragment-length';
  if (!canBeCarried(fragment)) return 'fragment-oversize';
  return offset === 0 && !fragment.hasUpperLayerHeader ? 'fragment-tiny' : null;
}
