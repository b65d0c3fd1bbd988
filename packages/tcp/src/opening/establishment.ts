import type { Connection } from '../connection/connection.ts';
import { ConnectionEvent } from '../connection/connection-events.ts';
import { suspectBlackHole } from '../path/path-mtu-probe.ts';
import { expandSendBuffer } from '../sending/writing.ts';

/** Both SYNs are acknowledged. */
export function establish(connection: Connection, why: string, now: number): void {
  const { sender, profile } = connection;
  connection.transition('ESTABLISHED', why, now);
  // RFC 6928, 2: after a lost SYN, start from one segment. Linux forgives the first.
  sender.cwnd = sender.retransmissions > 1 ? 1 : profile.initialWindow;
  sender.ssthresh = 0x7fffffff;
  expandSendBuffer(connection);
  sender.recovery.timeouts = 0;
  sender.rtt.resetBackoff();
  if (!sender.rtt.hasSample) sender.rtt.fallBack();
  if (profile.mtuProbing === 2) suspectBlackHole(connection, now);
  connection.updateKeepAlive(now);
  connection.raise(ConnectionEvent.Connected | ConnectionEvent.Writable);
}
