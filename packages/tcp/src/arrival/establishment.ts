import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { suspectBlackHole } from './black-hole.ts';
import { expandSendBuffer } from '../calls/writing.ts';

/** Both SYNs are acknowledged. */
export function establish(connection: ControlBlock, why: string, now: number): void {
  const { sender, profile } = connection;
  connection.transition('ESTABLISHED', why, now);
  // RFC 6928, 2: after a lost SYN, start from one segment. Linux forgives the first.
  sender.congestion.begin(sender.retransmissions > 1 ? 1 : profile.initialWindow);
  expandSendBuffer(connection);
  sender.recovery.timeouts = 0;
  sender.rtt.resetBackoff();
  if (!sender.rtt.hasSample) sender.rtt.fallBack();
  if (profile.mtuProbing === 2) suspectBlackHole(connection, now);
  connection.updateKeepAlive(now);
  connection.raise(ConnectionEvent.Connected | ConnectionEvent.Writable);
}
