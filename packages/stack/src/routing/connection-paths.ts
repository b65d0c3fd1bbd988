import type { TcpPacket } from '@halfclose/codec';
import type { ChosenRoute, Connection } from '@halfclose/tcp';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { PathTable } from './path-table.ts';
import type { RouteTable } from './route-table.ts';
import { returnRoute } from './source-routing.ts';

/** Which way connections go, and what they know of their paths. */
export class ConnectionPaths {
  readonly #routes: RouteTable;
  readonly #paths: PathTable;

  constructor(routes: RouteTable, paths: PathTable) {
    this.#routes = routes;
    this.#paths = paths;
  }

  /** Nothing seems to arrive where the connection leads: its device is told, and another way taken if there is one. */
  avoid(hosted: HostedConnection): void {
    const { device, remoteAddress } = hosted;
    device.onNegativeAdvice?.(remoteAddress);
    this.#routes.doubt(remoteAddress);
    const other = this.#routes.find(remoteAddress)?.device ?? device;
    if (other === device) return;
    hosted.device = other;
    this.refresh(hosted);
  }

  /** Has a connection go by what is known of its path now. */
  refresh({ connection, device }: HostedConnection): void {
    connection.changePath(this.#paths.to(connection.remoteAddress, device));
  }

  /** An ICMP error that quotes a segment in flight of the connection told the MTU of its path (RFC 1191, RFC 8201). */
  narrow(hosted: HostedConnection, mtu: number): void {
    const { connection, device } = hosted;
    this.refresh(hosted);
    if (!connection.exceedsMtu(mtu)) return;
    connection.changePath(this.#paths.narrow(connection.remoteAddress, device, mtu));
  }

  /** Has a connection go by `sourceRoute` from now on. Returns the device that leads to its first station. */
  follow(connection: Connection, sourceRoute: ChosenRoute | null, device: PacketDevice): PacketDevice {
    connection.changeSettings({ sourceRoute });
    connection.updateMss();
    const way = this.#routes.find(sourceRoute?.hops[0] ?? connection.remoteAddress)?.device ?? device;
    if (way !== device) connection.changePath(this.#paths.to(connection.remoteAddress, way));
    return way;
  }

  /**
   * The same for a connection that `packet` opens: it answers the way that the packet came. What its listener has in
   * IP_OPTIONS is not for those who call (Linux tcp_v4_syn_recv_sock).
   */
  followOpener(connection: Connection, { sourceRoute }: TcpPacket, device: PacketDevice): PacketDevice {
    if (sourceRoute === undefined && connection.settings.sourceRoute === null) return device;
    return this.follow(connection, sourceRoute === undefined ? null : returnRoute(sourceRoute), device);
  }
}
