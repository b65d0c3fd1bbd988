import type { ScriptPacket } from '../script/script-packet.ts';

/** Why a packet can be neither sent nor expected here; `null`: it can. */
export function unsupportedInPacket(packet: ScriptPacket): string | null {
  const [outer] = packet.encapsulations;
  if (outer !== undefined) return `a packet within ${outer.protocol}`;
  if (packet.kind === 'udp' || (packet.kind === 'icmp' && packet.quote?.kind === 'udp')) return 'UDP';
  return packet.ip.flowLabel === null ? null : 'a flow label';
}
