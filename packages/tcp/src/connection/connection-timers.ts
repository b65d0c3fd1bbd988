import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { finWait2Limit } from '../closing/closing.ts';
import { deadlineAt, isDue } from '../base/connection-time.ts';
import { suspectBlackHole } from '../arrival/black-hole.ts';
import {
  isDeliveryDoubtful,
  type RetryState,
  retriesExhausted,
  synRetriesExhausted,
} from '../profile/retry-limits.ts';

/** Lets the timers of a connection strike whose time has come. Returns the name of the last one; `null`: none. */
export function tickConnection(connection: ControlBlock, now: number): string | null {
  const { receiver, sender } = connection;
  let struck: string | null = null;
  if (isDue(receiver.acks.deadline, now)) {
    receiver.acks.onDeadline(sender.rtt.rto);
    struck = 'delayed ack';
  }
  if (isDue(connection.keepAliveDeadline, now)) {
    onKeepAlive(connection, now);
    struck = 'keepalive';
  }
  if (isDue(connection.finWait2Deadline, now)) {
    onFinWait2Limit(connection, now);
    return 'FIN-WAIT-2';
  }
  if (isDue(sender.timer.deadline, now)) {
    struck = sender.timer.kind;
    onTransmitTimer(connection, now);
  }
  return struck;
}

/** 4.4BSD keeps who still hears from its peer, and looks again later (tcp_timers, TCPT_2MSL). */
function onFinWait2Limit(connection: ControlBlock, now: number): void {
  if (connection.finWait2StaysWhole) {
    connection.finWait2StaysWhole = false;
    connection.finWait2Deadline = deadlineAt(now + finWait2Limit(connection));
    return;
  }
  const { finWait2, finWait2Recheck, finWait2Probes } = connection.profile;
  if (finWait2Recheck === 0 || now - connection.lastReceivedAt > finWait2) {
    connection.finish('FIN-WAIT-2 limit', now);
    return;
  }
  connection.finWait2Deadline = deadlineAt(now + finWait2Recheck);
  if (finWait2Probes) connection.sender.requestProbe();
}

function onTransmitTimer(connection: ControlBlock, now: number): void {
  const { sender } = connection;
  if (sender.timer.kind === 'retransmission' && sender.flight.packetsOut > 0) {
    if (giveUpRetransmitting(connection, now)) return;
    sender.buffer.keep();
  } else if (sender.timer.kind === 'persist') {
    if (giveUpProbing(connection, now)) return;
    sender.buffer.keep();
  }
  sender.onTimer(now);
  if (connection.settings.userTimeout > 0) strikeAtUserTimeout(connection);
}

/** A timer that backs off must not miss the limit (Linux tcp_clamp_rto_to_user_timeout, tcp_clamp_probe0_to_user_timeout). */
function strikeAtUserTimeout({ sender, settings, probingSince }: ControlBlock): void {
  const { timer, recovery } = sender;
  if (timer.kind !== 'retransmission' && timer.kind !== 'persist') return;
  const since = timer.kind === 'persist' ? probingSince : recovery.firstTimeoutAt;
  timer.endBy(deadlineAt(since + settings.userTimeout));
}

/** R2 of RFC 9293, 3.8.3. Returns whether the connection has ended. */
function giveUpRetransmitting(connection: ControlBlock, now: number): boolean {
  const { profile, settings, state } = connection;
  const { recovery } = connection.sender;
  const retry: RetryState = {
    timeouts: recovery.timeouts,
    elapsed: now - recovery.firstTimeoutAt,
    orphan: connection.orphan,
    userTimeout: settings.userTimeout,
    synRetries: settings.synRetries,
  };
  const error = connection.softError ?? 'ETIMEDOUT';
  if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') {
    // No black hole: a SYN is small (Linux tcp_write_timeout).
    if (isDeliveryDoubtful(retry, profile)) connection.raise(ConnectionEvent.DeliveryProblem);
    const exhausted =
      state === 'SYN-SENT' ? synRetriesExhausted(retry, profile) : retry.timeouts >= profile.synAckRetries;
    if (exhausted) connection.fail(error, 'handshake timed out', now);
    return exhausted;
  }
  if (isHeldByPeer(connection, now)) return false;
  if (isDeliveryDoubtful(retry, profile)) {
    connection.raise(ConnectionEvent.DeliveryProblem);
    suspectBlackHole(connection, now);
  }
  if (!retriesExhausted(retry, profile) && !isGivenUp(connection)) return false;
  const isUserTimeout = settings.userTimeout > 0 && !connection.orphan;
  connection.fail(error, isUserTimeout ? 'user timeout' : 'retransmissions exhausted', now);
  return true;
}

/**
 * An orphan that a network error was told of goes on only until its timeout is as long as it gets (Linux tcp_orphan_retries;
 * docs/linux/rules.md).
 */
function isGivenUp({ orphan, softError, sender, profile }: ControlBlock): boolean {
  return orphan && softError !== null && sender.rtt.rto >= profile.maxRto;
}

/**
 * RFC 9293, 3.8.6 (SHLD-17): a peer that closed its window on what was in flight, and still answers, holds the
 * connection: what is sent again is a probe (Linux tcp_retransmit_timer, tcp_rtx_probe0_timed_out).
 */
function isHeldByPeer(
  { sender, orphan, settings, lastReceivedAt, profile }: ControlBlock,
  now: number,
): boolean {
  if (sender.sndWnd > 0 || orphan || settings.userTimeout > 0) return false;
  return now - lastReceivedAt <= 2 * profile.maxRto;
}

/**
 * RFC 9293, 3.8.6.1 (MUST-37): a peer that answers probes may keep its window closed for ever, unless there is nobody to
 * wait for it, or TCP_USER_TIMEOUT says for how long (Linux tcp_probe_timer). Returns whether the connection has ended.
 */
function giveUpProbing(connection: ControlBlock, now: number): boolean {
  const { profile, settings, orphan, sender } = connection;
  const { rtt } = sender;
  if (rtt.backoff === 0) connection.probingSince = Math.floor(now);
  else if (settings.userTimeout > 0 && now - connection.probingSince >= settings.userTimeout) {
    connection.fail('ETIMEDOUT', 'user timeout', now);
    return true;
  }
  const retries = isGivenUp(connection) ? 0 : orphan ? profile.orphanRetries : profile.retries2;
  // An orphan's peer may answer until the interval is as long as it gets (docs/linux/notes.md, W22).
  const isHeld = orphan && rtt.rto >= profile.maxRto && rtt.backoff >= retries;
  if (!isHeld && sender.probesOut < retries) return false;
  connection.fail('ETIMEDOUT', 'retransmissions exhausted', now);
  return true;
}

/** RFC 9293, 3.8.4. */
function onKeepAlive(connection: ControlBlock, now: number): void {
  const { settings, sender } = connection;
  const elapsed = now - connection.lastReceivedAt;
  if (sender.flight.packetsOut > 0 || sender.hasUnsent) {
    connection.keepAliveDeadline = deadlineAt(now + settings.keepAliveIdle);
    return;
  }
  if (elapsed < settings.keepAliveIdle) {
    connection.keepAliveDeadline = deadlineAt(connection.lastReceivedAt + settings.keepAliveIdle);
    return;
  }
  const exhausted =
    settings.userTimeout > 0
      ? elapsed >= settings.userTimeout && connection.keepAliveProbesOut > 0
      : connection.keepAliveProbesOut >= settings.keepAliveProbes;
  if (exhausted) {
    if (connection.profile.keepAliveResets) connection.queueReset('keep-alive exhausted', now);
    connection.fail('ETIMEDOUT', 'keep-alive exhausted', now);
    return;
  }
  connection.keepAliveProbesOut++;
  sender.requestProbe();
  connection.keepAliveDeadline = deadlineAt(now + settings.keepAliveInterval);
}
