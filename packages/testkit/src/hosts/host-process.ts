import { createNetwork, type ProgramNetwork } from '@halfclose/net';
import type { Host } from '@halfclose/stack';
import type { ProgramTimer } from '../time/program-timer.ts';
import type { World } from '../lab/world.ts';
import type { RandomBytes } from './random-bytes.ts';

/** What runs on a host from its start, or restart, until it is killed: its timers, its sockets, its chance. */
export class HostProcess {
  readonly world: World;
  /** Of its host. */
  readonly name: string;
  readonly network: ProgramNetwork;
  readonly random: RandomBytes;
  /** What it has of things that there is one of in a whole process, by what it stands for: agents, dispatchers. */
  readonly globals = new Map<unknown, object>();
  readonly timers = new Set<ProgramTimer>();
  #missed: ProgramTimer[] = [];
  #isDead = false;
  #isFrozen = false;

  constructor(world: World, name: string, host: Host, random: RandomBytes) {
    this.world = world;
    this.name = name;
    this.network = createNetwork(host);
    this.random = random;
  }

  /** Nothing of it is called any more. */
  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Ends it as SIGKILL does; what the kernel does with its sockets is the host's business. */
  die(): void {
    this.#isDead = true;
    this.network.stop();
    for (const timer of this.timers) timer.release();
    this.#missed = [];
  }

  /** Holds its timers back. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Lets its timers fire that have come in the meantime. */
  thaw(): void {
    this.#isFrozen = false;
    for (const timer of this.#missed.splice(0)) timer.fireSoon();
  }

  /** A timer has come while it was frozen. */
  miss(timer: ProgramTimer): void {
    this.#missed.push(timer);
  }
}
