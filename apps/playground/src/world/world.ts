import { ANY_IPV4, Flag, type IpAddress, ipv4, Segment } from '@halfclose/codec';
import { createLink, type Impairments, type Link, type Rule } from '@halfclose/netem';
import { formatDump, Host, profile, type StackEvent } from '@halfclose/stack';
import { Timer, VirtualClock } from '@halfclose/timers';
import { connectionsOf, Trace, TraceDigest, type TraceEvent } from '@halfclose/trace';
import { ConnectionWatch } from './connection-watch.ts';
import { ruleOf } from './faults.ts';
import { PORTS, Program } from './program.ts';
import type { OptionSetting, Recording, Transfer } from './recording.ts';
import type { Call, HostName, Input, Knobs, WorldSetup } from './world-setup.ts';

const ADDRESSES: Readonly<Record<HostName, IpAddress>> = {
  client: ipv4(10, 0, 0, 1),
  server: ipv4(10, 0, 0, 2),
};

/** A link as it is until something is said: packets of one burst arrive one after the other, as on any wire. */
export const DEFAULT_LINK = { delay: 10, rate: 100e6 } as const;

/** Milliseconds by which packets that others overtake are late: not a round number, lest they arrive together with those. */
const REORDERED_BY = 30.7;

/** So many events are kept; a world that goes on for ever ends there. */
const MOST_EVENTS = 60_000;
/** Steps of the clock at one and the same time, and in all, after which a world is not going to end. */
const MOST_STEPS = 2_000_000;
const HOSTS = ['client', 'server'] as const;

/** Two hosts and a link, made from a setup, on a clock of their own. */
class World {
  readonly clock = new VirtualClock();
  readonly trace = new Trace({ limit: MOST_EVENTS });
  readonly watch = new ConnectionWatch();
  readonly transfers: Transfer[] = [];
  readonly options: OptionSetting[] = [];
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly #link: Link;
  readonly #programs: Readonly<Record<HostName, Program>>;
  readonly #rules: Rule[] = [];
  #last = 0;

  constructor(setup: WorldSetup) {
    this.#link = createLink(this.clock, {
      ...DEFAULT_LINK,
      seed: setup.seed,
      rules: [(packet, context) => this.#judge(packet, context)],
      observe: ({ kind, now, link, packet, reason }) => {
        if (kind !== 'dropped') return;
        this.#record({
          type: 'segment',
          time: now,
          host: link,
          direction: 'dropped',
          packet,
          state: null,
          reason,
        });
      },
    });
    this.hosts = { client: this.#host('client', setup), server: this.#host('server', setup) };
    const { client, server } = this.hosts;
    client.addInterface(this.#link.a, [{ address: ADDRESSES.client, prefixLength: 24 }]);
    server.addInterface(this.#link.b, [{ address: ADDRESSES.server, prefixLength: 24 }]);
    client.addRoute(ANY_IPV4, 0, this.#link.a, ADDRESSES.client);
    server.addRoute(ANY_IPV4, 0, this.#link.b, ADDRESSES.server);
    this.#programs = { client: this.#program('client'), server: this.#program('server') };
    for (const input of setup.inputs) this.#schedule(input);
  }

  /** Lets it run until nothing more can happen, or until a time. Returns why it was stopped; empty: it was not. */
  run(until: number): string {
    const { clock } = this;
    clock.runTasks();
    for (let steps = 0; clock.nextDeadline <= until; steps++) {
      if (this.trace.size >= MOST_EVENTS)
        return `It is cut off after ${MOST_EVENTS.toLocaleString('en')} events.`;
      if (steps > MOST_STEPS) return `It is cut off after ${MOST_STEPS.toLocaleString('en')} steps.`;
      clock.step();
    }
    if (clock.nextDeadline < Infinity)
      return `It is cut off after ${until / 1000} s: something would happen later.`;
    return '';
  }

  get duration(): number {
    return this.#last;
  }

  #record(event: TraceEvent): number {
    this.#last = Math.max(this.#last, event.time);
    this.trace.record(event);
    return this.trace.size - 1;
  }

  #host(name: HostName, { seed, profiles }: WorldSetup): Host {
    const secret = Uint32Array.of(seed, name === 'client' ? 1 : 2, 0x68616c66, 0x636c6f73);
    const host = new Host({ timers: this.clock, name, secret, profile: profile(profiles[name]) });
    host.observe((event) => {
      if (isTransfer(event)) return;
      this.watch.look(host, this.#record(withEnds(event, name)), event.time);
    });
    return host;
  }

  #program(name: HostName): Program {
    const host = this.hosts[name];
    const peer = name === 'client' ? 'server' : 'client';
    return new Program(
      host,
      {
        own: ADDRESSES[name],
        peer: ADDRESSES[peer],
        port: PORTS[name],
        peerPort: PORTS[peer],
      },
      {
        called: (socket, call, result) => {
          const connection = socket?.connection ?? null;
          const known = socket?.getsockname() ?? null;
          const local = known ?? { address: ADDRESSES[name], port: PORTS[name] };
          const remote =
            connection === null
              ? { address: ADDRESSES[peer], port: PORTS[peer] }
              : { address: connection.remoteAddress, port: connection.remotePort };
          const event = {
            type: 'call',
            time: this.clock.now(),
            host: name,
            local,
            remote,
            call,
            result,
          } as const;
          this.watch.look(host, this.#record(event), event.time);
        },
        moved: (kind, bytes) => {
          this.transfers.push({ host: name, kind, bytes, time: this.clock.now(), event: this.trace.size });
        },
        set: (option, value) => {
          this.options.push({ host: name, time: this.clock.now(), option, value });
        },
        watched: (connection) => {
          this.watch.add(host, connection);
        },
      },
    );
  }

  #schedule(input: Input): void {
    const timer = new Timer(() => {
      // Once everything that is due has been done.
      this.clock.yield(() => {
        this.#do(input);
      });
    });
    this.clock.arm(timer, input.at);
  }

  #do(input: Input): void {
    switch (input.kind) {
      case 'call':
        this.#call(input.host, input.call);
        return;
      case 'link': {
        const changes = impairmentsOf(input.knobs);
        if (input.way !== 'server>client') this.#link.aToB.set(changes);
        if (input.way !== 'client>server') this.#link.bToA.set(changes);
        return;
      }
      case 'fault':
        this.#rules.push(ruleOf(input.verb, input.packets));
    }
  }

  #call(name: HostName, call: Call): void {
    const host = this.hosts[name];
    if (host.isStopped) return;
    if (call.call === 'crash') {
      const last = connectionsOf(this.trace.events).at(-1);
      const [local, remote] =
        last === undefined
          ? [null, null]
          : name === 'client'
            ? [last.client, last.server]
            : [last.server, last.client];
      this.#record({
        type: 'call',
        time: this.clock.now(),
        host: name,
        local,
        remote,
        call: '(power fails)',
        result: '',
      });
      host.stop();
    } else if (call.call === 'flood') this.#flood(name, call.count, call.every);
    else this.#programs[name].call(call);
  }

  readonly #judge: Rule = (packet, context) => {
    for (const rule of this.#rules) {
      const verdict = rule(packet, context);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  };

  /** SYNs from 198.51.100.0/24 (RFC 5737), where nobody is. */
  #flood(name: HostName, count: number, every: number): void {
    const [device, to] =
      name === 'client' ? ([this.#link.a, 'server'] as const) : ([this.#link.b, 'client'] as const);
    for (let index = 0; index < count; index++) {
      const timer = new Timer(() => {
        const segment = new Segment();
        segment.sourcePort = 1024 + index;
        segment.destinationPort = PORTS[to];
        segment.flags = Flag.SYN;
        segment.seq = (index * 0x01000193) | 0;
        segment.window = 65_535;
        segment.maximumSegmentSize = 1460;
        const source = ipv4(198, 51, 100, 1 + (index % 254));
        device.transmit({ kind: 'tcp', source, destination: ADDRESSES[to], hopLimit: 64, dscp: 0, segment });
      });
      this.clock.arm(timer, this.clock.now() + index * every);
    }
  }
}

/** What stands for the calls of programs in a world's trace, their own events do: recv() and send() of every segment are not told. */
function isTransfer(event: StackEvent): boolean {
  return event.type === 'call' && (event.call.startsWith('recv(') || event.call.startsWith('send('));
}

/** Calls of sockets that have no peer yet are told as of the connection that they are for. */
function withEnds(event: StackEvent, name: HostName): StackEvent {
  if (event.type !== 'call' || (event.local !== null && event.remote !== null)) return event;
  const peer = name === 'client' ? 'server' : 'client';
  return {
    ...event,
    local: event.local ?? { address: ADDRESSES[name], port: PORTS[name] },
    remote: { address: ADDRESSES[peer], port: PORTS[peer] },
  };
}

function impairmentsOf({ cut, queue, reorder, ...knobs }: Knobs): Partial<Impairments> {
  return {
    ...knobs,
    ...(cut !== undefined && { partition: cut }),
    ...(queue !== undefined && { queue: { packets: queue } }),
    ...(reorder !== undefined && { reorder: { probability: reorder, delay: REORDERED_BY } }),
  };
}

/** Plays a setup from its beginning to its end. The same setup gives the same recording each time. */
export function playWorld(setup: WorldSetup): Recording {
  const world = new World(setup);
  const cut = world.run(setup.until);
  const { events } = world.trace;
  return {
    events,
    connections: connectionsOf(events),
    ends: world.watch.ends,
    hosts: HOSTS,
    duration: world.duration,
    cut,
    transfers: world.transfers,
    options: world.options,
    script: null,
  };
}

/** What both hosts hold at a time, as ss(8) shows it: the setup is played again up to there. */
export function socketsAt(setup: WorldSetup, time: number): Readonly<Record<HostName, string>> {
  const world = new World(setup);
  world.run(time);
  return {
    client: formatDump(world.hosts.client.connections()),
    server: formatDump(world.hosts.server.connections()),
  };
}

/** The same for equal traces. */
export function digestOf(events: readonly TraceEvent[]): string {
  const digest = new TraceDigest();
  for (const event of events) digest.add(event);
  return digest.value;
}
