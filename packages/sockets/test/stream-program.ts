import { Timer, type TimerService } from '@halfclose/timers';
import type { Random } from '@halfclose/netem';
import { Errno, errnoName, SHUT_WR, type TcpSocket } from '../src/index.ts';

/** The octet at `position` of the stream that `salt` names. */
function octetAt(position: number, salt: number): number {
  const mixed = Math.imul(position + 1, 0x9e3779b1) ^ salt;
  return (mixed ^ (mixed >>> 15)) & 0xff;
}

/** What a program does with its socket. */
export interface StreamPlan {
  /** Octets to send before the half-close, and the stream they are taken from. */
  readonly octets: number;
  readonly salt: number;
  /** Octets that must arrive before the peer's half-close, and their stream. */
  readonly expected: number;
  readonly expectedSalt: number;
  /** Probability that it rests after a write or a read, and for how long at most. */
  readonly pause: number;
  readonly pauseMilliseconds: number;
  /** Largest write and read. */
  readonly writeOctets: number;
  readonly readOctets: number;
  /** Whether it writes only when the peer has finished: a half-closed stream, all the way. */
  readonly afterPeer: boolean;
}

/** A program that writes one stream and half-closes, reads another one to its end, checking each octet, and closes. */
export class StreamProgram {
  readonly #socket: TcpSocket;
  readonly #random: Random;
  readonly #plan: StreamPlan;
  readonly #timers: TimerService;
  readonly #wake: Timer;
  #written = 0;
  #read = 0;
  #resting = false;
  #hasShut = false;
  #hasEnd = false;

  constructor(timers: TimerService, socket: TcpSocket, random: Random, plan: StreamPlan) {
    this.#timers = timers;
    this.#socket = socket;
    this.#random = random;
    this.#plan = plan;
    this.#wake = new Timer(() => {
      this.#resting = false;
      this.#act();
    });
    socket.owner = {
      onReadiness: () => {
        if (!this.#resting) this.#act();
      },
    };
    // An accepted connection may have had its news before anybody listened.
    timers.defer(() => this.#act());
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** How far it has come, for the message of a failure. */
  get progress(): string {
    const { octets, expected } = this.#plan;
    const state = this.#socket.connection?.state ?? 'no connection';
    return `${state}, written ${this.#written}/${octets}, read ${this.#read}/${expected}, end ${this.#hasEnd}`;
  }

  #act(): void {
    const state = this.#socket.connection?.state;
    if (this.closed || state === 'SYN-SENT' || state === 'SYN-RECEIVED') return;
    let progress = true;
    while (progress && !this.#resting) {
      const read = !this.#hasEnd && this.#tryRead();
      const wrote = !this.#resting && !this.#hasShut && this.#tryWrite();
      progress = read || wrote;
    }
    if (this.#hasEnd && this.#hasShut) this.#socket.close();
  }

  #tryRead(): boolean {
    const text = this.#socket.read(1 + this.#random.below(this.#plan.readOctets));
    if (typeof text === 'number') {
      if (text === 0) {
        this.#hasEnd = true;
        if (this.#read !== this.#plan.expected) throw new Error(`the stream ended early: ${this.progress}`);
        return true;
      }
      if (text !== -Errno.EAGAIN) throw new Error(`read failed with ${errnoName(text)}: ${this.progress}`);
      return false;
    }
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== octetAt(this.#read + i, this.#plan.expectedSalt)) {
        throw new Error(`octet ${this.#read + i} arrived wrong: ${this.progress}`);
      }
    }
    this.#read += text.length;
    if (this.#read > this.#plan.expected) throw new Error(`more arrived than was sent: ${this.progress}`);
    this.#mayRest();
    return true;
  }

  #tryWrite(): boolean {
    const { octets, salt, afterPeer, writeOctets } = this.#plan;
    if (afterPeer && !this.#hasEnd) return false;
    if (this.#written === octets) {
      const result = this.#socket.shutdown(SHUT_WR);
      if (result < 0) throw new Error(`shutdown failed with ${errnoName(result)}: ${this.progress}`);
      this.#hasShut = true;
      return true;
    }
    const count = Math.min(1 + this.#random.below(writeOctets), octets - this.#written);
    const text = Uint8Array.from({ length: count }, (_, i) => octetAt(this.#written + i, salt));
    const result = this.#socket.send(text);
    if (result < 0 && result !== -Errno.EAGAIN)
      throw new Error(`send failed with ${errnoName(result)}: ${this.progress}`);
    if (result <= 0) return false;
    this.#written += result;
    this.#mayRest();
    return true;
  }

  #mayRest(): void {
    const { pause, pauseMilliseconds } = this.#plan;
    if (!this.#random.chance(pause)) return;
    this.#resting = true;
    this.#timers.arm(this.#wake, this.#timers.now() + this.#random.uniform() * pauseMilliseconds);
  }
}
