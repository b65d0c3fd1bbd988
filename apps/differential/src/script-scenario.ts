import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type AssignmentExpression,
  type Expression,
  fieldOf,
  integerOf,
  interpretCommand,
  parseScript,
  type ScriptEvent,
  type ScriptTcpPacket,
  settingsOf,
  type SystemCall,
  type CommandAction,
} from '@halfclose/packetdrill';
import { OPTIONS } from './constants.ts';
import type { Call, OptionName, Scenario, SegmentOptions, SegmentStep, Step } from './scenario.ts';
import { SYSCTLS } from './settings.ts';

const MICROSECONDS = 1000;
/** After the last event: what timers of a delayed acknowledgment or a first retransmission do is seen. */
const TAIL = 300;
const FULL_WINDOW = 32_792;

/** A script of packetdrill as a scenario: what it does, without what it expects. */
export interface ScriptScenario {
  readonly scenario: Scenario;
  /** Those that differ from what both sides are set to otherwise. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly duration: number;
}

/** Reads a script; text: why it cannot be played side by side. */
export function readScript(file: string): ScriptScenario | string {
  const script = parseScript(readFileSync(file, 'utf8'), { file });
  const reading = new Reading(dirname(file));
  try {
    const settings = settingsOf(script, 'ipv4');
    if (settings.mode !== 'ipv4' || settings.mtu !== 1500) return 'it wants another network';
    if (script.initCommand !== null) reading.command(script.initCommand.text);
    for (const event of script.events) reading.event(event);
  } catch (error) {
    if (error instanceof NotPlayable) return error.message;
    throw error;
  }
  return reading.result(basename(file));
}

class NotPlayable extends Error {}

class Reading {
  readonly #folder: string;
  readonly #bound = new Set<number>();
  readonly #steps: Step[] = [];
  readonly #sysctls: Record<string, string> = {};
  /** Where the script stands, and where the last step was, in milliseconds. */
  #at = 0;
  #stepAt = 0;
  #firstTimestamp: number | null = null;

  /** `folder`: where the shell scripts are that it names. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  result(name: string): ScriptScenario {
    const steps: Step[] = [...this.#steps, { kind: 'look', after: this.#at - this.#stepAt + TAIL }];
    const sysctls = Object.entries(this.#sysctls).filter(([key, value]) => SYSCTLS[key] !== value);
    return {
      scenario: { name, family: 4, steps },
      sysctls: Object.fromEntries(sysctls),
      duration: this.#at + TAIL,
    };
  }

  event({ time, action }: ScriptEvent): void {
    if (time.kind === 'absolute') this.#at = time.at / MICROSECONDS;
    else if (time.kind === 'absolute-range') this.#at = time.from / MICROSECONDS;
    else if (time.kind === 'relative') this.#at += time.after / MICROSECONDS;
    else if (time.kind === 'relative-range') this.#at += time.from / MICROSECONDS;
    const begun = this.#at;
    switch (action.kind) {
      case 'tcp':
        if (action.direction === 'outbound') this.#expect(action);
        else this.#add(this.#segment(action));
        return;
      case 'call': {
        const call = callOf(action);
        if (call !== null) this.#call(call.slot, call.call);
        if (action.end !== null) this.#at = begun + action.end / MICROSECONDS;
        return;
      }
      case 'command':
        this.command(action.text);
        return;
      case 'code':
        this.#add({ kind: 'look', after: 0 });
        return;
      default:
        throw new NotPlayable(`it has packets of ${action.kind}`);
    }
  }

  /** The peer has to know the port that connect() comes from. */
  #call(slot: number, call: Call): void {
    if (call.name === 'bind') this.#bound.add(slot);
    if (call.name === 'connect' && !this.#bound.has(slot)) this.#call(slot, { name: 'bind' });
    this.#add({ kind: 'call', after: 0, slot, call });
  }

  command(text: string): void {
    const readScript = (path: string): string | null => {
      const script = join(this.#folder, path);
      return existsSync(script) ? readFileSync(script, 'utf8').replace(/^.*(?:>|2>).*$/gm, '') : null;
    };
    for (const action of interpretCommand(text, { readScript })) this.#action(action);
  }

  #action(action: CommandAction): void {
    if (action.kind === 'sysctl') {
      if (this.#steps.length > 0) throw new NotPlayable('it changes settings under way');
      this.#sysctls[action.name.replace(/^net\.ipv4\./, '')] = action.value;
    } else if (action.kind === 'sleep') this.#at += action.duration / MICROSECONDS;
    else if (action.kind === 'unsupported') throw new NotPlayable(action.reason);
    else if (action.kind !== 'ignored') this.#add({ kind: 'look', after: 0 });
  }

  #add(step: Step): void {
    this.#steps.push({ ...step, after: Math.max(0, this.#at - this.#stepAt) });
    this.#stepAt = Math.max(this.#stepAt, this.#at);
  }

  /** The first TSval that a script expects is what its echoes count from. */
  #expect({ options }: ScriptTcpPacket): void {
    for (const option of options ?? []) if (option.kind === 'TS') this.#firstTimestamp ??= option.value;
  }

  #segment(packet: ScriptTcpPacket): SegmentStep {
    if (packet.ports !== null) throw new NotPlayable('it has several connections');
    const { sequence } = packet;
    const tos = packet.ip.ecn === null ? 0 : ['noecn', 'ect1', 'ect0', 'ce'].indexOf(packet.ip.ecn);
    return {
      kind: 'segment',
      after: 0,
      flags: packet.flags,
      seq: { from: 'isn', offset: sequence.start | 0 },
      length: sequence.length,
      ack: { from: 'isn', offset: packet.ack | 0 },
      window: packet.window ?? FULL_WINDOW,
      urgentPointer: packet.urgentPointer,
      options: this.#options(packet),
      text: 0,
      ecn: Math.max(tos, 0),
    };
  }

  #options({ options }: ScriptTcpPacket): SegmentOptions {
    let read: SegmentOptions = {};
    for (const option of options ?? []) {
      if (option.kind === 'mss') read = { ...read, mss: option.value };
      else if (option.kind === 'wscale') read = { ...read, windowScale: option.shift };
      else if (option.kind === 'sackOK') read = { ...read, sackPermitted: true };
      else if (option.kind === 'TS') read = { ...read, timestamps: this.#timestamps(option) };
      else if (option.kind === 'sack') read = { ...read, sack: blocksOf(option.edges) };
      else if (option.kind !== 'nop' && option.kind !== 'eol')
        throw new NotPlayable(`it has the option ${option.kind}`);
    }
    return read;
  }

  #timestamps({ value, echo }: { value: number; echo: number }): NonNullable<SegmentOptions['timestamps']> {
    const first = this.#firstTimestamp;
    return { value, echo: first === null || echo === 0 ? null : echo - first, from: 'script' };
  }
}

function blocksOf(edges: readonly number[]): NonNullable<SegmentOptions['sack']> {
  const place = (edge: number | undefined) => ({ from: 'isn', offset: (edge ?? 0) | 0 }) as const;
  return edges.flatMap((edge, i) => (i % 2 === 0 ? [[place(edge), place(edges[i + 1])] as const] : []));
}

/** What a system call of a script does; `null`: nothing that would not be looked at anyway. */
function callOf({ name, arguments: given, result }: SystemCall): { slot: number; call: Call } | null {
  const number = (index: number): number => {
    const expression = given[index];
    if (expression === undefined) throw new NotPlayable(`${name}() has too few arguments`);
    return integerOf(expression);
  };
  switch (name) {
    case 'socket':
      return { slot: valueOf(result?.value, name), call: { name } };
    case 'bind':
      return { slot: number(0), call: { name } };
    case 'connect':
      return { slot: number(0), call: { name: isUnspecified(given[1]) ? 'disconnect' : 'connect' } };
    case 'listen':
      return { slot: number(0), call: { name, backlog: number(1) } };
    case 'accept':
      return { slot: number(0), call: { name, into: Math.max(valueOf(result?.value, name), 0) || 99 } };
    case 'read':
    case 'recv':
      return {
        slot: number(0),
        call: { name: 'recv', length: number(2), flags: name === 'recv' ? number(3) : 0 },
      };
    case 'write':
    case 'send':
      return {
        slot: number(0),
        call: { name: 'send', length: number(2), flags: name === 'send' ? number(3) : 0 },
      };
    case 'shutdown':
      return { slot: number(0), call: { name, how: number(1) } };
    case 'close':
      return { slot: number(0), call: { name } };
    case 'setsockopt':
      return optionCall(number(0), given);
    case 'getsockopt': {
      const option = symbolOf(given[2]);
      return isOption(option) ? { slot: number(0), call: { name, option } } : null;
    }
    case 'fcntl':
    case 'poll':
      return null;
    default:
      throw new NotPlayable(`it calls ${name}()`);
  }
}

function optionCall(slot: number, given: readonly Expression[]): { slot: number; call: Call } {
  const option = symbolOf(given[2]);
  const value = given[3];
  if (!isOption(option) || value === undefined) throw new NotPlayable(`it sets ${option}`);
  if (option === 'SO_LINGER') {
    const field = (of: AssignmentExpression | null): number => (of === null ? 0 : integerOf(of.value));
    const linger = field(fieldOf(value, 'linger'));
    return {
      slot,
      call: { name: 'setsockopt', option, value: linger, onoff: field(fieldOf(value, 'onoff')) },
    };
  }
  const [item] = value.kind === 'list' ? value.items : [value];
  if (item === undefined) throw new NotPlayable(`it sets ${option} to nothing`);
  return { slot, call: { name: 'setsockopt', option, value: integerOf(item) } };
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function symbolOf(expression: Expression | undefined): string {
  return expression?.kind === 'symbol' ? expression.name : 'what has no name';
}

function isUnspecified(address: Expression | undefined): boolean {
  const family = address === undefined ? null : fieldOf(address, 'sa_family');
  return family !== null && symbolOf(family.value) === 'AF_UNSPEC';
}

/** The descriptor that a call is to return. */
function valueOf(value: Expression | undefined, name: string): number {
  if (value === undefined || value.kind === 'ellipsis') throw new NotPlayable(`${name}() returns any number`);
  return integerOf(value);
}
