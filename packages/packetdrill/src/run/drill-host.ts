import { ANY_IPV4, ANY_IPV6, type IpAddress, type Packet } from '@halfclose/codec';
import { Host, linux, type PacketDevice, type Profile } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import type { AssertedState, AssertedTimer } from '../commands/command-action.ts';
import type { DrillSettings } from '../script/drill-settings.ts';
import type { Microseconds } from '../script/microseconds.ts';
import type { MutableProfile } from '../commands/sysctl-profile.ts';

/** A packet of the stack, and when it left. */
export interface SentPacket {
  readonly packet: Packet;
  readonly at: Microseconds;
}

/** A timer of the stack as ss(8) would show it. */
export interface ShownTimer {
  readonly name: AssertedTimer;
  readonly remaining: Microseconds;
}

/** The script's key is fixed: the same script sees the same ISNs and ports each time. */
const SECRET = Uint32Array.of(0x70616b65, 0x74647269, 0x6c6c2121, 1);
/** Where the virtual clock stands when a script begins, in milliseconds: no script sees timestamps at zero. */
export const EPOCH = 1_000_000;
const ANYWHERE = 0;
/** What the device takes in one packet, as most do (TSO). */
const MOST_OFFLOADED = 65_535;

/** The host under test, its clock, and the link on whose other end the script is. */
export class DrillHost {
  readonly clock = new VirtualClock(EPOCH);
  readonly host: Host;
  /** The host's profile; a change acts at once. */
  readonly profile: MutableProfile;
  readonly #sent: SentPacket[] = [];
  readonly #offload = { checksum: true, segmentOctets: MOST_OFFLOADED };
  #deliver: (packet: Packet) => void = () => undefined;

  constructor(settings: DrillSettings, profile: Profile = linux) {
    this.profile = { ...profile };
    this.host = new Host({ timers: this.clock, secret: SECRET, name: 'stack', profile: this.profile });
    const device: PacketDevice = {
      name: 'tun0',
      mtu: settings.mtu,
      offload: this.#offload,
      transmit: (packet) => {
        this.#sent.push({ packet, at: this.now });
      },
      attach: (receive) => {
        this.#deliver = receive;
      },
    };
    const { localAddress } = settings;
    const most = localAddress.isIPv4 ? 32 : 128;
    this.host.addInterface(device, [{ address: localAddress, prefixLength: most }]);
    this.host.addRoute(anyOf(localAddress), ANYWHERE, device, localAddress);
  }

  /** Whether the device cuts large segments, of connections that are opened from now on; else the stack does. */
  set cutsSegments(cuts: boolean) {
    this.#offload.segmentOctets = cuts ? MOST_OFFLOADED : 0;
  }

  /** Time since the script began. */
  get now(): Microseconds {
    return Math.round((this.clock.now() - EPOCH) * 1000);
  }

  /** A packet reaches the host. */
  inject(packet: Packet): void {
    this.#deliver(packet);
    this.clock.runTasks();
  }

  /** Takes the next packet that the host sent and `isWanted` accepts; the others before it are dropped. */
  takeSent(isWanted: (packet: Packet) => boolean): SentPacket | null {
    for (;;) {
      const sent = this.#sent.shift();
      if (sent === undefined) return null;
      if (isWanted(sent.packet)) return sent;
    }
  }

  /** Runs what is to be done now. */
  settle(): void {
    this.clock.runTasks();
  }

  /** Jumps to the next deadline that is not after `limit`; false: there is none, and the clock stands at `limit`. */
  stepUntil(limit: Microseconds): boolean {
    const at = EPOCH + limit / 1000;
    if (this.clock.nextDeadline <= at) {
      this.clock.step();
      return true;
    }
    if (at > this.clock.now()) this.clock.advanceTo(at);
    return false;
  }

  /** Whether anything will ever happen without the script's doing. */
  get isIdle(): boolean {
    return this.clock.nextDeadline === Infinity;
  }

  /** The states of all connections, listeners apart. */
  states(): Set<AssertedState> {
    const states = new Set<AssertedState>();
    for (const { state } of this.host.connections()) {
      if (state !== 'CLOSED' && state !== 'LISTEN') states.add(state);
    }
    return states;
  }

  /** The timers of all connections: of each the one that ss(8) shows. */
  timers(): ShownTimer[] {
    return this.host.connections().flatMap(({ timers }) => {
      const [shown] = SHOWN_FIRST.flatMap((name) => timers.filter((timer) => timer.name === name));
      return shown === undefined ? [] : [{ name: shown.name, remaining: Math.round(shown.remaining * 1000) }];
    });
  }
}

const SHOWN_FIRST = ['on', 'persist', 'timewait', 'keepalive'] as const;

function anyOf(address: IpAddress): IpAddress {
  return address.isIPv4 ? ANY_IPV4 : ANY_IPV6;
}
