import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openTun } from '@halfclose/tun';
import { endpointsOf, LOCAL, PREFIX_LENGTH, scenarioOf } from './endpoints.ts';
import { KernelSide } from './kernel-side.ts';
import { Player, type Recording } from './player.ts';
import type { Scenario } from './scenario.ts';
import { SYSCTLS } from './settings.ts';
import { SockDiag } from './sock-diag.ts';
import { loadSystemCalls, type SystemCalls } from './system-calls.ts';

const DEVICE = 'side0';
const LARGEST_FRAME = 65_535;
const POLLIN = 1;
/** Frames that wait for us while many scenarios send at once. */
const QUEUE = 20_000;
/** Milliseconds between the first steps of two scenarios that are begun together. */
const STAGGER = 1;
/** The longest that the process waits for the device at once: shrinking and the like goes on in between. */
const PATIENCE = 20;

interface Playing {
  readonly id: number;
  readonly scenario: Scenario;
  readonly side: KernelSide;
  readonly player: Player;
  next: number;
  due: number;
  readonly done: (recording: Recording) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The kernel of this machine, in real time: many scenarios at once, each with a peer address and a port of its own, over one
 * TUN device of this network namespace.
 */
export class KernelBench {
  readonly #calls: SystemCalls;
  readonly #diag: SockDiag;
  readonly #device: number;
  readonly #playing = new Map<number, Playing>();
  readonly #frame = new Uint8Array(LARGEST_FRAME);
  #nextId = 0;
  #lastBegin = 0;
  #running = false;

  constructor() {
    this.#calls = loadSystemCalls();
    this.#diag = new SockDiag(this.#calls);
    this.set({});
    const addresses = ([4, 6] as const).map((family) => `${LOCAL[family]}/${PREFIX_LENGTH[family]}`);
    openTun({ name: DEVICE, addresses, persist: true, offload: false }).close();
    execFileSync('ip', ['link', 'set', DEVICE, 'txqueuelen', String(QUEUE)]);
    this.#device = this.#calls.openTun(DEVICE);
    if (this.#device < 0) throw new Error(`${DEVICE} could not be opened: errno ${-this.#device}`);
  }

  /** Sets the sysctls of this network namespace: ours, and these. */
  set(sysctls: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries({ ...SYSCTLS, ...sysctls }))
      writeFileSync(`/proc/sys/net/ipv4/${name}`, value);
  }

  /** Plays it. */
  play(scenario: Scenario): Promise<Recording> {
    const id = this.#nextId++;
    const endpoints = endpointsOf(scenario.family, id);
    const side = new KernelSide(this.#calls, this.#diag, this.#device, endpoints);
    const player = new Player(scenario, side, endpoints);
    this.#lastBegin = Math.max(this.#calls.now(), this.#lastBegin + STAGGER);
    const due = this.#lastBegin + (scenario.steps[0]?.after ?? 0);
    return new Promise((done, failed) => {
      this.#playing.set(id, { id, scenario, side, player, next: 0, due, done, failed });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#playing.size > 0) {
      let soonest = Infinity;
      for (const { due } of this.#playing.values()) soonest = Math.min(soonest, due);
      const wait = Math.min(soonest - this.#calls.now(), PATIENCE);
      this.#drain(Math.max(0, Math.floor(wait)));
      // A millisecond is the least that poll() waits.
      while (this.#calls.now() < soonest && wait < PATIENCE) this.#drain(0);
      const now = this.#calls.now();
      for (const playing of this.#playing.values()) if (playing.due <= now) this.#step(playing);
      await setImmediate();
    }
    this.#running = false;
  }

  #step(playing: Playing): void {
    try {
      // What was sent before this step belongs before it.
      this.#drain(0);
      if (playing.next === playing.scenario.steps.length) {
        this.#playing.delete(playing.id);
        playing.side.end();
        playing.done(playing.player.recording());
        return;
      }
      playing.player.step();
      this.#drain(0);
      playing.next++;
      playing.due = this.#calls.now() + (playing.scenario.steps[playing.next]?.after ?? 0);
    } catch (error) {
      this.#playing.delete(playing.id);
      playing.failed(error);
    }
  }

  #drain(timeout: number): void {
    if (timeout > 0) this.#calls.poll(this.#device, POLLIN, timeout);
    for (;;) {
      const length = this.#calls.read(this.#device, this.#frame);
      if (length <= 0) return;
      const at = this.#calls.now();
      const frame = this.#frame.slice(0, length);
      this.#playing.get(scenarioOf(frame))?.player.take(frame, at);
    }
  }
}
