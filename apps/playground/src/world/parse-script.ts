import { linux, type Profile, profile } from '@halfclose/stack';
import { ScriptError } from './script-error.ts';
import {
  type Call,
  DEFAULT_UNTIL,
  type HostName,
  type Input,
  KINDS,
  type Knobs,
  type PacketChoice,
  SOCKET_OPTIONS,
  type Verb,
  type Way,
  type WorldSetup,
} from './world-setup.ts';

/**
 * Reads the script of a world, a line for each thing: `seed 7`, `until 5000`, `host client timestamps=false`, and what is done at a
 * time, as `40 client send 1000`, `0 link delay=20 loss=0.1`, `0 drop nth 2 fin client>server`. Behind `#` are comments.
 *
 * @throws ScriptError that says what is wrong with which line
 */
export function parseScript(text: string): WorldSetup {
  const reader = new ScriptReader();
  for (const [index, line] of text.split('\n').entries()) reader.read(line, index + 1);
  return reader.setup;
}

class ScriptReader {
  #seed = 1;
  #until = DEFAULT_UNTIL;
  readonly #profiles: Record<HostName, Partial<Profile>> = { client: {}, server: {} };
  readonly #inputs: Input[] = [];
  #words: readonly string[] = [];
  #place = 0;
  #line = 0;

  get setup(): WorldSetup {
    // Stable: what is done at the same time is done in the order in which it stands.
    const inputs = this.#inputs.toSorted((a, b) => a.at - b.at);
    return { seed: this.#seed, until: this.#until, profiles: this.#profiles, inputs };
  }

  read(line: string, number: number): void {
    this.#line = number;
    this.#words = line
      .replace(/#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '');
    this.#place = 0;
    if (this.#words.length === 0) return;
    this.#readLine(this.#next('a line'));
    const more = this.#words[this.#place];
    if (more !== undefined) this.#fail(`“${more}” is too much`);
  }

  #readLine(first: string): void {
    if (first === 'seed') this.#seed = this.#integer('a seed', 0, 0xffff_ffff);
    else if (first === 'until') this.#until = this.#number('a time', 1, 1e9);
    else if (first === 'host') this.#readProfile();
    else if (/^[\d.+-]/.test(first)) this.#readInput(numberIn(first));
    else
      this.#fail(
        `“${first}” begins no line; a line begins with seed, until, host, or a time in milliseconds`,
      );
  }

  #readInput(at: number): void {
    if (!(at >= 0 && at <= 1e9)) this.#fail(`“${this.#words[0] ?? ''}” is no time in milliseconds`);
    const word = this.#next('client, server, link, or a fault as drop');
    switch (word) {
      case 'client':
      case 'server':
        this.#inputs.push({ at, kind: 'call', host: word, call: this.#call() });
        return;
      case 'link': {
        const way = this.#way();
        this.#inputs.push({ at, kind: 'link', way, knobs: this.#knobs() });
        return;
      }
      case 'drop':
      case 'duplicate':
      case 'corrupt':
      case 'reset':
      case 'delay':
        this.#inputs.push({ at, kind: 'fault', verb: this.#verb(word), packets: this.#choice() });
        return;
      default:
        this.#fail(
          `“${word}” is nothing that can be done; client, server, link, drop, delay, duplicate, corrupt and reset are`,
        );
    }
  }

  #call(): Call {
    const call = this.#next('what the program calls');
    switch (call) {
      case 'listen':
        return { call, backlog: this.#isAtEnd ? 16 : this.#integer('a backlog', 0, 4096) };
      case 'connect':
        return { call, port: this.#isAtEnd ? null : this.#integer('a port', 1, 65535) };
      case 'send':
      case 'recv':
        return { call, bytes: this.#integer('a count of bytes', 1, 100_000_000) };
      case 'read':
      case 'accept':
        return { call, isOn: this.#oneOf(['on', 'off']) === 'on' };
      case 'shutdown':
        return { call, how: this.#isAtEnd ? 'wr' : this.#oneOf(['rd', 'wr', 'rdwr']) };
      case 'linger':
        return { call, seconds: this.#words[this.#place] === 'off' ? this.#off() : this.#seconds() };
      case 'set':
        return {
          call,
          option: this.#oneOf(SOCKET_OPTIONS),
          value: this.#integer('a value', -1, 0x7fff_ffff),
        };
      case 'flood':
        return {
          call,
          count: this.#integer('a count of SYNs', 1, 5000),
          every: this.#number('milliseconds between them', 0.01, 1e6),
        };
      case 'close':
      case 'unlisten':
      case 'crash':
      case 'dup':
      case 'error':
      case 'again':
      case 'exit':
        return { call };
      default:
        return this.#fail(
          `“${call}” is no call; listen, connect, send, recv, read, shutdown, close, linger, set, accept, unlisten, dup, error, again, exit, crash and flood are`,
        );
    }
  }

  #off(): null {
    this.#place++;
    return null;
  }

  #seconds(): number {
    return this.#integer('seconds, or off,', 0, 65_535);
  }

  #knobs(): Knobs {
    const knobs: Record<string, number | boolean> = {};
    while (!this.#isAtEnd) {
      const [name, value] = this.#pair();
      if (!isKnob(name)) this.#fail(`the link has no “${name}”, but ${Object.keys(KNOBS).join(', ')}`);
      if (name === 'cut') {
        if (value !== 'true' && value !== 'false') this.#fail(`cut is true or false, not “${value}”`);
        knobs[name] = value === 'true';
        continue;
      }
      const [least, most, unit] = KNOBS[name];
      const number = value === 'none' ? Infinity : numberIn(value);
      if (!(number >= least && number <= most)) this.#fail(`${name} is ${unit}, not “${value}”`);
      knobs[name] = number;
    }
    if (Object.keys(knobs).length === 0) this.#fail('a link wants a knob, as delay=20');
    return knobs;
  }

  #verb(verb: Verb['verb']): Verb {
    if (verb !== 'delay') return { verb };
    return { verb, delay: this.#number('milliseconds', 0, 1e9) };
  }

  #choice(): PacketChoice {
    const by = this.#words[this.#place];
    const count: PacketChoice['count'] =
      by === 'nth' || by === 'first' || by === 'every'
        ? { by: this.#oneOf(['nth', 'first', 'every'] as const), n: this.#integer('a count', 1, 1e6) }
        : { by: 'all' };
    const kind = this.#oneOf(KINDS);
    const octets = kind === 'larger' ? this.#integer('octets', 40, 65_535) : 0;
    return { kind, octets, way: this.#way(), count };
  }

  #way(): Way | null {
    const word = this.#words[this.#place];
    if (word !== 'client>server' && word !== 'server>client') return null;
    this.#place++;
    return word;
  }

  #readProfile(): void {
    const host = this.#oneOf(['client', 'server']);
    while (!this.#isAtEnd) {
      const [name, value] = this.#pair();
      const known = Object.entries(linux).find(([field]) => field === name);
      if (known === undefined) this.#fail(`a host has no “${name}”; its fields are those of Profile`);
      const read = valueLike(known[1], value);
      if (read === null) this.#fail(`${name} is a ${typeof known[1]}, not “${value}”`);
      try {
        profile({ [name]: read });
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
      this.#profiles[host] = { ...this.#profiles[host], [name]: read };
    }
  }

  // --- words

  get #isAtEnd(): boolean {
    return this.#place >= this.#words.length;
  }

  #next(wanted: string): string {
    const word = this.#words[this.#place];
    if (word === undefined) return this.#fail(`it ends where ${wanted} should stand`);
    this.#place++;
    return word;
  }

  #pair(): [name: string, value: string] {
    const word = this.#next('a setting');
    const at = word.indexOf('=');
    if (at < 1) this.#fail(`“${word}” is no setting, as delay=20 is`);
    return [word.slice(0, at), word.slice(at + 1)];
  }

  #oneOf<const T extends string>(words: readonly T[]): T {
    const word = this.#next(words.join(', '));
    const found = words.find((each) => each === word);
    return found ?? this.#fail(`“${word}” is none of ${words.join(', ')}`);
  }

  #integer(wanted: string, least: number, most: number): number {
    const number = this.#number(wanted, least, most);
    return Number.isInteger(number) ? number : this.#fail(`${number} is no whole number`);
  }

  #number(wanted: string, least: number, most: number): number {
    const word = this.#next(wanted);
    const number = numberIn(word);
    if (!(number >= least && number <= most))
      this.#fail(`${wanted} must be from ${least} to ${most}, not “${word}”`);
    return number;
  }

  #fail(reason: string): never {
    throw new ScriptError(this.#line, reason);
  }
}

/** Least, most, and what it is, in words. */
const KNOBS: Readonly<Record<keyof Knobs, readonly [least: number, most: number, unit: string]>> = {
  delay: [0, 60_000, 'milliseconds from 0 to 60000'],
  jitter: [0, 60_000, 'milliseconds from 0 to 60000'],
  rate: [1000, Infinity, 'bits per second from 1000 on, or none'],
  queue: [1, 100_000, 'packets from 1 to 100000'],
  loss: [0, 1, 'a probability from 0 to 1'],
  reorder: [0, 1, 'a probability from 0 to 1'],
  duplicate: [0, 1, 'a probability from 0 to 1'],
  corrupt: [0, 1, 'a probability from 0 to 1'],
  cut: [0, 1, 'true or false'],
};

function isKnob(name: string): name is keyof Knobs {
  return Object.hasOwn(KNOBS, name);
}

function numberIn(word: string): number {
  return /^\d+(\.\d+)?$/.test(word) ? Number(word) : Number.NaN;
}

/** The value as one of the same type as `like`; `null`: it is none. */
function valueLike(like: unknown, value: string): boolean | number | string | null {
  switch (typeof like) {
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : null;
    case 'number': {
      const number = value === 'none' ? Infinity : numberIn(value);
      return Number.isNaN(number) ? null : number;
    }
    default:
      return typeof like === 'string' ? value : null;
  }
}
