import type { ConnectionState } from '../src/index.ts';

/** Where a connection stands that comes from the constructor of its state: relative numbers. */
export interface Standing {
  readonly state: ConnectionState;
  /** SND.NXT and RCV.NXT. */
  readonly snd: number;
  readonly rcv: number;
  /** An acknowledgment that changes nothing. */
  readonly ack: number;
}

/** All synchronized states but TIME-WAIT, which is a record of the stack's. */
export const SYNCHRONIZED: readonly Standing[] = [
  { state: 'ESTABLISHED', snd: 1, rcv: 1, ack: 1 },
  { state: 'FIN-WAIT-1', snd: 2, rcv: 1, ack: 1 },
  { state: 'FIN-WAIT-2', snd: 2, rcv: 1, ack: 2 },
  { state: 'CLOSE-WAIT', snd: 1, rcv: 2, ack: 1 },
  { state: 'CLOSING', snd: 2, rcv: 2, ack: 1 },
  { state: 'LAST-ACK', snd: 2, rcv: 2, ack: 1 },
];

/** Those in which the peer may still send text. */
export const RECEIVING = SYNCHRONIZED.filter(({ rcv }) => rcv === 1);

/** Those in which the peer's FIN has come. */
export const AFTER_FIN = SYNCHRONIZED.filter(({ rcv }) => rcv === 2);
