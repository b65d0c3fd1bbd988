import { type IpAddress, LOOPBACK_IPV4, LOOPBACK_IPV6 } from '@halfclose/codec';
import {
  type FourTuple,
  initialSequenceNumber,
  type KeyedHash,
  type Profile,
  REOPEN_ISS_STEP,
} from '@halfclose/tcp';
import type { ConnectionTable } from '../connections/connection-table.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import { BLACKHOLE } from '../devices/blackhole-device.ts';
import { PortChoice } from '../ports/port-choice.ts';
import type { Binding, PortTable } from '../ports/port-table.ts';
import type { RecordTable } from '../records/record-table.ts';
import { refusedPair } from '../routing/address-rules.ts';
import type { Route, RouteTable } from '../routing/route-table.ts';
import type { ConnectRequest } from './connect-request.ts';
import type { ConnectionFactory } from './connection-factory.ts';

/** What an active open needs of its host. */
export interface ActiveOpenSurroundings {
  readonly profile: Profile;
  readonly hash: KeyedHash;
  readonly ports: PortTable;
  readonly routes: RouteTable;
  readonly connections: ConnectionTable<HostedConnection>;
  readonly records: RecordTable;
  readonly factory: ConnectionFactory;
}

/** Why a connection cannot be opened: see `Host.connect`. */
export type OpenRefusal = 'EADDRNOTAVAIL' | 'ENETUNREACH' | 'EINVAL' | 'EAFNOSUPPORT';

/** Opens connections that programs ask for: from which address and port, by which way, with which first number. */
export class ActiveOpen {
  readonly #host: ActiveOpenSurroundings;
  readonly #portChoice: PortChoice;
  readonly #unroutable: 'unreachable' | 'blackhole';

  /** `unroutable`: what is met where no route leads. */
  constructor(host: ActiveOpenSurroundings, unroutable: 'unreachable' | 'blackhole') {
    this.#host = host;
    this.#portChoice = new PortChoice(host.hash, host.profile);
    this.#unroutable = unroutable;
  }

  /** A connection in its tables that has sent nothing yet; or why there can be none. */
  open(request: ConnectRequest, now: number): HostedConnection | OpenRefusal {
    const { routes, hash, factory } = this.#host;
    const { remoteAddress, remotePort, settings } = request;
    const refusal = refusedPair(request.localAddress ?? request.binding?.address ?? null, remoteAddress);
    if (refusal !== null) return refusal;
    const chosen = remoteAddress.isIPv4 ? settings.connection?.sourceRoute : null;
    const firstHop = chosen?.hops[0] ?? remoteAddress;
    const route = this.routeTo(firstHop);
    if (route === null) return 'ENETUNREACH';
    const { device } = route;
    const localAddress = request.localAddress ?? route.source;
    if (!routes.isLocal(localAddress)) return 'EADDRNOTAVAIL';
    // In this order on Linux (__mkroute_output, then tcp_v4_connect). Of IPv6 it lets ::1 out.
    if (routes.leavesHost(device) && (localAddress.isLoopback || remoteAddress.isLoopback)) return 'EINVAL';
    if (routes.isForNobody(firstHop) || routes.isForNobody(remoteAddress)) return 'ENETUNREACH';
    const binding = this.#bindingFor(request, localAddress, now);
    if (binding === null) return 'EADDRNOTAVAIL';
    const tuple = { localAddress, localPort: binding.port, remoteAddress, remotePort };
    const iss = this.#reopen(tuple) ?? initialSequenceNumber(tuple, hash, now);
    return factory.open({ tuple, iss, device, binding, listener: null, settings });
  }

  /** The way to `destination`; `null`: there is none, and the host is told to say so. */
  routeTo(destination: IpAddress): Route | null {
    const route = this.#host.routes.find(destination);
    if (route !== null || this.#unroutable === 'unreachable') return route;
    return { device: BLACKHOLE, source: destination.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6 };
  }

  /** A port that nobody holds, by the profile's range; 0: none. */
  freePort(address: IpAddress): number {
    return this.#portChoice.forBind(address, (port) => this.#host.ports.isFree(port));
  }

  /** The binding that a connection goes out from, with this connection among its users; `null`: there is none. */
  #bindingFor(request: ConnectRequest, localAddress: IpAddress, now: number): Binding | null {
    const { ports } = this.#host;
    const { binding, remoteAddress, remotePort } = request;
    const tuple = { localAddress, localPort: binding?.port ?? 0, remoteAddress, remotePort };
    if (binding !== null) {
      if (!this.#isFree(tuple, tuple.localPort, true, now)) return null;
      binding.users++;
      return binding;
    }
    const port = this.#portChoice.forConnection(
      tuple,
      (candidate) => ports.isFreeForConnect(candidate) && this.#isFree(tuple, candidate, false, now),
    );
    return port === 0 ? null : ports.holdEphemeral(localAddress, port);
  }

  /**
   * Whether no connection goes from `port` to where the tuple leads, or only one in TIME-WAIT that may be reopened.
   * `bound`: the program has bound the port itself.
   */
  #isFree(
    { localAddress, remoteAddress, remotePort }: FourTuple,
    port: number,
    bound: boolean,
    now: number,
  ): boolean {
    const { connections, records, profile } = this.#host;
    if (connections.find(localAddress, port, remoteAddress, remotePort) !== null) return false;
    const former = records.slotOf(localAddress, port, remoteAddress, remotePort);
    if (former < 0) return true;
    const since = records.reusableSince(former);
    if (since === Infinity) return false;
    // Who has bound the port means it (Linux tcp_twsk_unique; docs/linux/notes.md, W10, X1).
    if (bound) return true;
    const { timeWaitReuse, timeWaitReuseDelay } = profile;
    const allowed = timeWaitReuse === 1 || (timeWaitReuse === 2 && remoteAddress.isLoopback);
    return allowed && now - since >= timeWaitReuseDelay;
  }

  /** Ends a TIME-WAIT with these four numbers; returns the ISS that follows on its last one, `null`: there is none. */
  #reopen({ localAddress, localPort, remoteAddress, remotePort }: FourTuple): number | null {
    const { records } = this.#host;
    const former = records.slotOf(localAddress, localPort, remoteAddress, remotePort);
    return former < 0 ? null : (records.takeOver(former) + REOPEN_ISS_STEP) | 0;
  }
}
