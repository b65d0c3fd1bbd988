import type { IpAddress } from '@halfclose/codec';
import { checkFunction, checkNumber, shown } from '@halfclose/codec/arguments';
import { type DumpedConnection, Host, profile } from '@halfclose/stack';
import { ANY_IPV4 } from '@halfclose/codec';
import { Timer } from '@halfclose/timers';
import { LabError } from '../errors.ts';
import type { World } from '../lab/world.ts';
import { closeSockets } from './close-sockets.ts';
import { HostProcess } from './host-process.ts';
import { runIn } from './places.ts';
import { resetConnections } from './reset-connections.ts';

/** What runs on a host from its start, and again after a restart. */
export type HostProgram = (host: LabHost) => unknown;

const PREFIX = 8;

/**
 * A host of a lab: its own address, TCP, and program. Its verbs mean what they mean to operators; each can be called from
 * anywhere in the lab, also by `net.at`.
 */
export class LabHost {
  /** By which programs connect to it, and traces call it. */
  readonly name: string;
  /**
   * Its address.
   *
   * @internal
   */
  readonly ip: IpAddress;
  readonly #world: World;
  readonly #program: HostProgram | null;
  #host: Host;
  #process: HostProcess;
  #starts = 0;
  #isUp = true;

  /**
   * A host that runs nothing yet.
   *
   * @internal
   */
  constructor(world: World, name: string, ip: IpAddress, program: HostProgram | null) {
    this.#world = world;
    this.name = name;
    this.ip = ip;
    this.#program = program;
    this.#host = this.#boot();
    this.#process = this.#newProcess();
  }

  /** Its address, as text. */
  get address(): string {
    return this.ip.toString();
  }

  /** Whether its power is on. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether its power is on, and its program was not killed. */
  get isAlive(): boolean {
    return this.#isUp && !this.#process.isDead;
  }

  /** Whether its program is frozen. */
  get isFrozen(): boolean {
    return this.isAlive && this.#process.isFrozen;
  }

  /**
   * Runs `task` as code of the program of this host: what it opens, listens on and waits for is the host's.
   *
   * @returns what `task` returns
   * @throws LabError ERR_LAB_STATE: the host is down, or its program was killed
   */
  run<T>(task: () => T): T {
    checkFunction('task', task);
    if (this.#world.revives && !this.isAlive && this.#program !== null) this.restart();
    this.#requireAlive('run');
    return runIn(this.#process, task);
  }

  /** Power loss: from now on silence. What was written and not acknowledged is lost, and peers hear nothing. */
  crash(): void {
    this.#requireUp('crash');
    this.#note('crash');
    this.#isUp = false;
    this.#process.die();
    this.#host.stop();
    this.#world.mesh.detach(this.name);
  }

  /** SIGKILL: the program is gone at once, and the kernel closes its sockets: a FIN, or a RST if data was unread. */
  kill(): void {
    this.#requireAlive('kill');
    this.#note('kill');
    this.#endProgram();
  }

  /** Starts the program again, after a crash on a host that knows nothing of former connections: who speaks of them gets a RST. */
  restart(): void {
    if (this.#program === null) throw new LabError('ERR_LAB_STATE', `${this.name} has no program to restart`);
    if (this.isAlive) this.#endProgram();
    this.#note('restart');
    if (!this.#isUp) {
      this.#host = this.#boot();
      this.#isUp = true;
    }
    this.#process = this.#newProcess();
    this.start();
  }

  /** SIGSTOP: the program stands still. The kernel goes on: it acknowledges until buffers are full, and takes connections. */
  freeze(): void {
    this.#requireAlive('freeze');
    this.#note('freeze');
    this.#process.freeze();
    this.#host.freeze();
  }

  /** SIGCONT: the program goes on, and hears of what it has missed. */
  thaw(): void {
    this.#requireAlive('thaw');
    this.#note('thaw');
    this.#host.thaw();
    this.#process.thaw();
  }

  /** Pulls its cable out, for so many milliseconds, or until {@link LabHost.plug}. */
  unplug(duration?: number): void {
    if (duration !== undefined) checkNumber('duration', duration, 0, Number.MAX_SAFE_INTEGER);
    this.#requireUp('unplug');
    this.#note(duration === undefined ? 'unplug' : `unplug(${duration})`);
    const { clock, mesh } = this.#world;
    mesh.unplug(this.name);
    if (duration === undefined) return;
    clock.arm(
      new Timer(() => {
        if (this.#isUp) this.plug();
      }),
      clock.now() + duration,
    );
  }

  /** Puts its cable in again. */
  plug(): void {
    this.#requireUp('plug');
    this.#note('plug');
    this.#world.mesh.plug(this.name);
  }

  /** Fills the accept queue of who listens on `port`: SYNs go unanswered until {@link LabHost.drain}. */
  fill(port: number): void {
    this.#setFilled('fill', port, true);
  }

  /** Takes back {@link LabHost.fill}. */
  drain(port: number): void {
    this.#setFilled('drain', port, false);
  }

  /**
   * Resets all its connections, from the network: both ends get a RST.
   *
   * @returns how many there were
   */
  reset(): number {
    this.#requireUp('reset');
    this.#note('reset');
    return resetConnections(this.#host, this.#world.mesh);
  }

  /** Its connections and listeners, as `ss -tano` shows them. */
  connections(): DumpedConnection[] {
    return this.#host.connections();
  }

  /**
   * What runs on it.
   *
   * @internal
   */
  get process(): HostProcess {
    return this.#process;
  }

  /**
   * Its TCP.
   *
   * @internal
   */
  get stack(): Host {
    return this.#host;
  }

  /**
   * Runs the program.
   *
   * @internal
   */
  start(): void {
    const program = this.#program;
    if (program === null) return;
    const process = this.#process;
    try {
      const result: unknown = runIn(process, () => program(this));
      if (typeof result !== 'object' || result === null || !('then' in result)) return;
      Promise.resolve(result).catch((error: unknown) => {
        if (!process.isDead) this.#world.fail(error, process);
      });
    } catch (error) {
      this.#world.fail(error, process);
    }
  }

  /**
   * The lab is over.
   *
   * @internal
   */
  end(): void {
    this.#process.die();
    if (this.#isUp) this.#host.stop();
  }

  #boot(): Host {
    const { clock, mesh } = this.#world;
    const random = this.#world.randomFor(`stack of ${this.name} ${this.#starts}`);
    const secret = Uint32Array.from({ length: 4 }, () => random.uint32());
    const host = new Host({
      timers: clock,
      secret,
      name: this.name,
      profile: profile({ timeWaitReuseDelay: 1 }),
    });
    const device = mesh.attach(this.name, [this.ip]);
    host.addInterface(device, [{ address: this.ip, prefixLength: PREFIX }]);
    host.addRoute(ANY_IPV4, 0, device, this.ip);
    host.observe(this.#world.observerOf(host));
    return host;
  }

  #newProcess(): HostProcess {
    const random = this.#world.randomFor(`program of ${this.name} ${this.#starts++}`);
    return new HostProcess(this.#world, this.name, this.#host, random);
  }

  /** The kernel is left, and no program of it is frozen any more. */
  #endProgram(): void {
    this.#process.die();
    closeSockets(this.#host);
    this.#host.thaw();
  }

  #setFilled(verb: string, port: number, isFilled: boolean): void {
    this.#requireUp(verb);
    const listeners = [...this.#host.listeners()].filter(({ binding }) => binding.port === port);
    if (listeners.length === 0)
      throw new LabError(
        'ERR_LAB_STATE',
        `${this.name}.${verb}(): nobody listens on port ${shown(port)} there`,
      );
    this.#note(`${verb}(${port})`);
    for (const listener of listeners) listener.isFilled = isFilled;
  }

  #requireUp(verb: string): void {
    if (!this.#isUp)
      throw new LabError('ERR_LAB_STATE', `${this.name}.${verb}(): the host is down; restart() it before`);
  }

  #requireAlive(verb: string): void {
    this.#requireUp(verb);
    if (this.#process.isDead)
      throw new LabError(
        'ERR_LAB_STATE',
        `${this.name}.${verb}(): its program was killed; restart() it before`,
      );
  }

  #note(verb: string): void {
    this.#world.recorder.note(this.name, verb.endsWith(')') ? verb : `${verb}()`);
  }
}
