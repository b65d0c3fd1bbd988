import { once } from 'node:events';
import type { Impairments } from '@halfclose/netem';
import { Link } from '@halfclose/netem';
import { createHost, createNet, type Net } from '@halfclose/net';
import { type Host, type PacketDevice, type Profile, WireDevice } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';
import { openTun, type TunDevice } from '../../src/index.ts';

/** How the way between both is. */
export interface WayOptions {
  readonly offload?: boolean;
  readonly mtu?: number;
  readonly profile?: Profile;
  /** What happens to packets of both directions. */
  readonly impairments?: Partial<Impairments>;
}

/** A host of ours with the kernel behind a TUN device. */
export interface TwoStacks {
  readonly tun: TunDevice;
  readonly wire: WireDevice;
  readonly host: Host;
  readonly ours: Net;
  /** Addresses of both by family. */
  readonly addresses: Readonly<Record<4 | 6, { readonly ours: string; readonly kernel: string }>>;
  readonly close: () => Promise<void>;
}

let last = 0;

/** Each with addresses of its own, since those of a device that has just gone linger in the kernel's tables. */
export function twoStacks({ offload = true, mtu, profile, impairments }: WayOptions = {}): TwoStacks {
  const net = ++last;
  const addresses = {
    4: { kernel: `10.90.${net}.1`, ours: `10.90.${net}.2` },
    6: { kernel: `fd90:${net}::1`, ours: `fd90:${net}::2` },
  };
  const tun = openTun({
    addresses: [`${addresses[4].kernel}/24`, `${addresses[6].kernel}/64`],
    offload,
    ...(mtu !== undefined && { mtu }),
  });
  const wire = new WireDevice(tun);
  const host = createHost({
    device: impairments === undefined ? wire : impaired(wire, impairments),
    addresses: [`${addresses[4].ours}/24`, `${addresses[6].ours}/64`],
    ...(profile !== undefined && { profile }),
  });
  const close = async (): Promise<void> => {
    tun.close();
    await once(tun, 'close');
  };
  return { tun, wire, host, ours: createNet(host), addresses, close };
}

/** The device behind a link that is not perfect. */
function impaired(wire: WireDevice, impairments: Partial<Impairments>): PacketDevice {
  const link = new Link(hostTimers(), { ...impairments, mtu: wire.mtu });
  wire.attach((packet) => {
    link.b.transmit(packet);
  });
  link.b.attach((packet) => {
    wire.transmit(packet);
  });
  return link.a;
}
