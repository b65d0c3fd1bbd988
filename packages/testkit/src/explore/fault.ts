import type { Impairments } from '@halfclose/netem';
import type { LabHost } from '../hosts/lab-host.ts';
import type { World } from '../lab/world.ts';

/** What may be done to hosts at random. */
export const FAULT_KINDS = [
  'crash',
  'kill',
  'freeze',
  'unplug',
  'reset',
  'partition',
  'loss',
  'delay',
] as const;

/** See `FAULT_KINDS`. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault of a run: what is done to which host, when, and for how long. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly host: string;
  /** Milliseconds since the lab began. */
  readonly time: number;
  /** Milliseconds until it is over. */
  readonly duration: number;
  /** From 0 to 1: how bad it is, of `loss` and `delay`. */
  readonly strength: number;
}

/** Milliseconds of a delay of strength 1. */
const LONGEST_DELAY = 2000;

interface Effect {
  readonly begin: (host: LabHost, world: World, fault: PlannedFault) => void;
  /** `null`: it has no end. */
  readonly end: ((host: LabHost, world: World) => void) | null;
  /** The same as code of a test. */
  readonly code: (fault: PlannedFault) => readonly [begin: string, end?: string];
}

const EFFECTS: Readonly<Record<FaultKind, Effect>> = {
  crash: {
    begin: (host) => {
      host.crash();
    },
    end: (host) => {
      host.restart();
    },
    code: ({ host }) => [`${variable(host)}.crash()`, `${variable(host)}.restart()`],
  },
  kill: {
    begin: (host) => {
      host.kill();
    },
    end: (host) => {
      host.restart();
    },
    code: ({ host }) => [`${variable(host)}.kill()`, `${variable(host)}.restart()`],
  },
  freeze: {
    begin: (host) => {
      host.freeze();
    },
    end: (host) => {
      host.thaw();
    },
    code: ({ host }) => [`${variable(host)}.freeze()`, `${variable(host)}.thaw()`],
  },
  unplug: {
    begin: (host, _world, { duration }) => {
      host.unplug(duration);
    },
    end: null,
    code: ({ host, duration }) => [`${variable(host)}.unplug(${duration})`],
  },
  reset: {
    begin: (host) => {
      host.reset();
    },
    end: null,
    code: ({ host }) => [`${variable(host)}.reset()`],
  },
  partition: {
    begin: (host, world) => {
      eachLink(host, world, (other) => {
        world.mesh.partition(host.name, other);
      });
      world.recorder.note(host.name, 'partition from all');
    },
    end: (host, world) => {
      eachLink(host, world, (other) => {
        world.mesh.heal(host.name, other);
      });
      world.recorder.note(host.name, 'heal with all');
    },
    code: ({ host }) => [`net.partition('${host}')`, `net.heal('${host}')`],
  },
  loss: impairing('loss', (strength) => strength),
  delay: impairing('delay', (strength) => strength * LONGEST_DELAY),
};

/** A fault that changes what the links of a host are like. */
function impairing(name: 'loss' | 'delay', valueOf: (strength: number) => number): Effect {
  const set = (host: LabHost, world: World, changes: Partial<Impairments>): void => {
    eachLink(host, world, (other) => {
      world.mesh.link(host.name, other).set(changes);
    });
    world.recorder.note(host.name, `its links: ${JSON.stringify(changes)}`);
  };
  return {
    begin: (host, world, { strength }) => {
      set(host, world, { [name]: valueOf(strength) });
    },
    end: (host, world) => {
      set(host, world, { [name]: world.settings.link[name] ?? 0 });
    },
    code: ({ host, strength }) => [
      `net.link('${host}').set({ ${name}: ${valueOf(strength)} })`,
      `net.link('${host}').set({ ${name}: /* as before */ })`,
    ],
  };
}

function eachLink(host: LabHost, world: World, task: (other: string) => void): void {
  for (const { name } of world.hosts.values()) if (name !== host.name) task(name);
}

/** Begins a fault, if its host is there and can have it. Returns whether it did. */
export function beginFault(world: World, fault: PlannedFault): boolean {
  const host = world.hosts.find(fault.host);
  if (host === null || !host.isAlive) return false;
  EFFECTS[fault.kind].begin(host, world, fault);
  return true;
}

/** Ends a fault, if something else has not yet. */
export function endFault(world: World, fault: PlannedFault): void {
  const host = world.hosts.find(fault.host);
  const { end } = EFFECTS[fault.kind];
  if (host === null || end === null) return;
  const isProgramGone = fault.kind === 'crash' || fault.kind === 'kill';
  if (isProgramGone && host.isAlive) return;
  if (fault.kind === 'freeze' && !host.isFrozen) return;
  end(host, world);
}

/** Faults as the code of a test that scripts them. */
export function codeOf(faults: readonly PlannedFault[]): string {
  const lines = faults.flatMap((fault) => {
    const [begin, end] = EFFECTS[fault.kind].code(fault);
    return [
      { time: fault.time, call: begin },
      ...(end === undefined ? [] : [{ time: fault.time + fault.duration, call: end }]),
    ];
  });
  return lines
    .sort((a, b) => a.time - b.time)
    .map(({ time, call }) => `  net.at(${rounded(time)}, () => ${call});`)
    .join('\n');
}

function rounded(time: number): number {
  return Math.round(time * 1000) / 1000;
}

/** A name of a host as that of a variable. */
function variable(host: string): string {
  return host.replace(/[^a-z0-9]+(.)?/gi, (_all, next?: string) => next?.toUpperCase() ?? '');
}
