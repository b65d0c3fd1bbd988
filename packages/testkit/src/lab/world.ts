import { Mesh, type LinkEvent } from '@halfclose/netem';
import { LabError, asError } from '../errors.ts';
import { hashOf, RandomBytes } from '../hosts/random-bytes.ts';
import type { HostProcess } from '../hosts/host-process.ts';
import { HostTable } from '../hosts/host-table.ts';
import { LabClock } from '../time/lab-clock.ts';
import type { Host, StackObserver } from '@halfclose/stack';
import { pendingPromises } from '../time/pending-promises.ts';
import { realWork } from '../time/real-work.ts';
import { CloseReports } from '../trace/close-reports.ts';
import { waitingLines } from '../trace/waiting.ts';
import { Recorder } from '../trace/recorder.ts';
import { RuleBook } from '../faults/rule-book.ts';
import type { Settings } from './options.ts';

/** Why a lab failed, and whose fault it was. */
export interface Failure {
  readonly error: Error;
  /** The name of the host; `null`: of none. */
  readonly host: string | null;
}

/** All that one run of a lab is made of. */
export class World {
  readonly settings: Settings;
  /** It is run again, to find out where it waits. */
  readonly isExplaining: boolean;
  /** A host that is down is started again when the test asks it something. */
  revives = false;
  readonly clock = new LabClock();
  readonly recorder: Recorder;
  readonly mesh: Mesh;
  readonly hosts: HostTable;
  readonly rules: RuleBook;
  readonly closeReports = new CloseReports();
  /** What programs waited for when it ended; only of one that is explained. */
  waiting: readonly string[] = [];
  #endedAt: number | null = null;
  #failure: Failure | null = null;
  #isRunning = true;

  constructor(settings: Settings, isExplaining: boolean) {
    this.settings = settings;
    this.isExplaining = isExplaining;
    this.recorder = new Recorder(this.clock);
    this.mesh = new Mesh(this.clock, {
      ...settings.link,
      seed: hashOf(`${settings.seed} links`),
      observe: (event) => {
        this.#onLinkEvent(event);
      },
    });
    this.hosts = new HostTable(this);
    this.rules = new RuleBook(this);
  }

  get seed(): number {
    return this.settings.seed;
  }

  /** When the test ended; as long as it has not, now. */
  get endedAt(): number {
    return this.#endedAt ?? this.clock.now();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The first failure; `null`: there is none. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** A random sequence of its own for each purpose: one that draws more does not change the others. */
  randomFor(purpose: string): RandomBytes {
    return new RandomBytes(this.seed, purpose);
  }

  /** Something went wrong in the program of a process, or in none: the first counts. */
  fail(thrown: unknown, process: HostProcess | null): void {
    if (this.#failure !== null || this.#endedAt !== null) return;
    const error = asError(thrown);
    this.#failure = { error, host: process?.name ?? null };
    this.recorder.note(
      process?.name ?? 'lab',
      `${error.name}: ${error.message.split('\n')[0]?.slice(0, 60)}`,
    );
  }

  /** Fails with an error of the lab itself. */
  failWith(...[code, message]: ConstructorParameters<typeof LabError>): void {
    this.fail(new LabError(code, message), null);
  }

  /** The test is over: what happens from now on is none of it. */
  finish(): void {
    if (this.isExplaining) this.waiting = waitingLines(this);
    this.recorder.finish();
    this.#endedAt = this.clock.now();
  }

  /** What is to be told of events on `host`. */
  observerOf(host: Host): StackObserver {
    if (!this.isExplaining) return this.recorder.observe;
    return (event) => {
      this.recorder.observe(event);
      this.closeReports.observe(host, event);
    };
  }

  /** Ends it: nothing of it is called any more. */
  end(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    pendingPromises.clear();
    realWork.clear();
    this.hosts.endAll();
  }

  #onLinkEvent({ kind, packet, reason }: LinkEvent): void {
    if (kind !== 'dropped') return;
    this.recorder.dropped(packet, reason, this.hosts.nameOf(packet.source) ?? 'network');
  }
}
