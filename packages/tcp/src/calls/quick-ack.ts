import type { ControlBlock } from '../control/control-block.ts';

/** TCP_QUICKACK: see {@link Connection.setQuickAck}. */
export function setQuickAck({ receiver, state }: ControlBlock, value: number): void {
  const { acks, queue } = receiver;
  acks.setConversation(value === 0);
  if (value === 0 || (state !== 'ESTABLISHED' && state !== 'CLOSE-WAIT')) return;
  if (acks.scheduled && acks.owed === 0 && queue.length === 0) acks.atOnce();
  if ((value & 1) === 0) acks.setConversation(true);
}
