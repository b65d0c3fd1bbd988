import { MSS, MTU } from './transfer.ts';

/** Packets that wait at most before a link that carries no more than that in its round trip. */
const SMALLEST_QUEUE = 100;

/** The queue of a link in packets: what it carries in a round trip of `rtt` ms, and {@link SMALLEST_QUEUE} at least. */
export function queueOf(rate: number, rtt: number): number {
  return Math.max(Math.ceil((rate * rtt) / 1000 / 8 / MTU), SMALLEST_QUEUE);
}

/** The most text that a link carries, in bits per second: each packet of 1500 octets has 1448 of it. */
export function payloadRate(rate: number): number {
  return (rate * MSS) / MTU;
}

/**
 * What Reno achieves at most where packets are lost with probability `loss`, by Mathis, Semke, Mahdavi and Ott (1997):
 * MSS / RTT * sqrt(3 / 2) / sqrt(loss), in bits per second. The constant 1.22 is that of a receiver that acknowledges
 * each segment; with delayed acknowledgments it is 0.87.
 */
export function mathisBound(rtt: number, loss: number): number {
  return ((MSS * 8 * 1000) / rtt) * Math.sqrt(1.5 / loss);
}
