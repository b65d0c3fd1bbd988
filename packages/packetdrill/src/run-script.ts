import { type Profile, tcpInfo } from '@halfclose/stack';
import { ladder, Trace } from '@halfclose/trace';
import type { RunningCall } from './call-outcome.ts';
import type { CodeBlock } from './code-block.ts';
import type { CommandAction } from './command-action.ts';
import { compareOutbound } from './compare-outbound.ts';
import { ConnectionUnderTest } from './connection-under-test.ts';
import { DrillHost } from './drill-host.ts';
import type { DrillFailure, DrillResult } from './drill-result.ts';
import { type DrillMode, type DrillSettings, settingsOf } from './drill-settings.ts';
import { CodeInterpreter, type CodeNames } from './evaluate-code.ts';
import { EventFault } from './event-fault.ts';
import { inboundPacket } from './inbound-packet.ts';
import { type CommandEnvironment, interpretCommand } from './interpret-command.ts';
import { JoinedSegments } from './joined-segments.ts';
import { formatSeconds, type Microseconds } from './microseconds.ts';
import { formatOutbound } from './packet-text.ts';
import { ScriptDescriptors } from './script-descriptors.ts';
import { ScriptFault } from './script-fault.ts';
import type { ScriptPacket } from './script-packet.ts';
import type { Script, ScriptAction, ScriptEvent } from './script.ts';
import type { ShellCommand } from './shell-command.ts';
import { applySysctl } from './sysctl-profile.ts';
import type { SystemCall } from './system-call.ts';
import { callFault, startCall } from './system-calls.ts';
import {
  expectedReturn,
  type ExpectedTime,
  expectedTime,
  PATIENCE,
  relativeBase,
  timingFault,
  toleranceOf,
} from './timing.ts';
import { UnsupportedError } from './unsupported-error.ts';
import { findUnsupported } from './unsupported-use.ts';

/** How scripts are run. */
export interface RunOptions extends CommandEnvironment {
  /** Default `ipv4`; a script's own option line goes before. */
  readonly mode?: DrillMode;
  /** What the host is like before the script's sysctls; default `linux`. */
  readonly profile?: Profile;
}

/** A call that has been started and has not returned. */
interface Pending {
  readonly event: ScriptEvent;
  readonly call: SystemCall;
  readonly poll: RunningCall;
  /** When it is to return. */
  readonly due: ExpectedTime;
  readonly tolerance: Microseconds;
}

/** How long a further call waits for one that blocks, as in the original. */
const CALL_PATIENCE: Microseconds = 1_000_000;

/** Runs a script against a fresh host in virtual time. The same script gives the same result each time. */
export function runScript(script: Script, options: RunOptions = {}): DrillResult {
  const result = { file: script.file, failure: null, reason: '', ignored: [], printed: [], ladder: '' };
  let run: ScriptRun;
  try {
    const [unsupported] = findUnsupported(script, options);
    if (unsupported !== undefined) {
      const reason = `line ${unsupported.position.line}: ${unsupported.reason}`;
      return { ...result, outcome: 'unsupported', reason };
    }
    run = new ScriptRun(script, settingsOf(script, options.mode ?? 'ipv4'), options);
  } catch (error) {
    if (error instanceof UnsupportedError)
      return { ...result, outcome: 'unsupported', reason: error.message };
    throw error;
  }
  return run.result();
}

class ScriptRun {
  readonly #script: Script;
  readonly #settings: DrillSettings;
  readonly #environment: CommandEnvironment;
  readonly #drill: DrillHost;
  readonly #files = new ScriptDescriptors();
  readonly #underTest: ConnectionUnderTest;
  readonly #code = new CodeInterpreter();
  readonly #trace = new Trace({ payload: false });
  readonly #ignored = new Set<string>();
  readonly #printed: string[] = [];
  #pending: Pending | null = null;
  /** The event before, when it was to happen and when it did. */
  #previous: { readonly action: ScriptAction; readonly time: Microseconds } | null = null;

  constructor(script: Script, settings: DrillSettings, options: RunOptions) {
    this.#script = script;
    this.#settings = settings;
    this.#environment = options;
    this.#drill = new DrillHost(settings, options.profile);
    this.#underTest = new ConnectionUnderTest(settings);
    this.#drill.host.observe((event) => {
      this.#trace.record(event);
    });
  }

  result(): DrillResult {
    let failure: DrillFailure | null = null;
    let reason = '';
    let event: ScriptEvent | null = null;
    try {
      if (this.#script.initCommand !== null) this.#runCommand(this.#script.initCommand, null);
      for (event of this.#script.events) this.#runEvent(event);
      if (event !== null) this.#finishPending(PATIENCE);
    } catch (error) {
      if (error instanceof UnsupportedError) reason = error.message;
      else if (error instanceof EventFault || error instanceof ScriptFault) {
        failure = this.#failureOf(error, event);
      } else throw error;
    }
    return {
      file: this.#script.file,
      outcome: failure !== null ? 'failed' : reason !== '' ? 'unsupported' : 'passed',
      failure,
      reason,
      ignored: [...this.#ignored],
      printed: this.#printed,
      ladder: failure === null ? '' : this.#ladder(),
    };
  }

  #failureOf(error: EventFault | ScriptFault, current: ScriptEvent | null): DrillFailure {
    const event = error instanceof EventFault ? error.event : current;
    return {
      position: event?.position ?? { line: 1, column: 1 },
      text: event === null ? '' : event.action.text,
      reason: error.message,
      at: this.#drill.now,
      actual: error instanceof EventFault ? error.actual : null,
      differences: error instanceof EventFault ? error.differences : [],
    };
  }

  #ladder(): string {
    const { current } = this.#underTest;
    if (current === null || this.#trace.size === 0) return '';
    const { localAddress, localPort, remoteAddress, remotePort } = current.endpoints;
    const connection = {
      client: { address: remoteAddress, port: remotePort },
      server: { address: localAddress, port: localPort },
    };
    return ladder(this.#trace.events, { connection, names: ['script', 'stack'] });
  }

  // --- events

  #runEvent(event: ScriptEvent): void {
    const { action } = event;
    const base = relativeBase(this.#previous, action, this.#drill.now);
    const when = expectedTime(event.time, base);
    const gap = this.#previous === null ? null : (when?.from ?? this.#drill.now) - this.#previous.time;
    const tolerance = toleranceOf(this.#settings, gap);
    const time = when?.from ?? this.#drill.now;
    switch (action.kind) {
      case 'call':
        this.#advanceTo(time);
        this.#runCall(event, action, when, base, tolerance);
        break;
      case 'command':
        this.#advanceTo(time);
        this.#runCommand(action, event);
        break;
      case 'code':
        this.#advanceTo(time);
        this.#runCode(event, action);
        break;
      default:
        if (action.direction === 'inbound') {
          this.#advanceTo(time);
          this.#send(event, action);
        } else this.#expect(event, action, when, tolerance);
    }
    this.#previous = { action, time: when?.from ?? this.#drill.now };
  }

  /** Lets virtual time pass, and a blocked call return as soon as it can. */
  #advanceTo(time: Microseconds): void {
    this.#drill.settle();
    this.#pollPending();
    while (this.#drill.stepUntil(time)) this.#pollPending();
    this.#pollPending();
  }

  // --- packets

  #send(event: ScriptEvent, packet: ScriptPacket): void {
    const connection = this.#underTest.forInbound(packet);
    if (connection === null)
      throw new EventFault(event, 'no socket listens or connects that could get the packet');
    this.#drill.inject(inboundPacket(packet, connection, this.#settings));
    this.#pollPending();
  }

  #expect(
    event: ScriptEvent,
    expected: ScriptPacket,
    when: ExpectedTime | null,
    tolerance: Microseconds,
  ): void {
    const connection = this.#underTest.current;
    if (connection === null) throw new EventFault(event, 'there is no connection that could send the packet');
    const limit = when === null ? Infinity : when.to + PATIENCE;
    const joined = new JoinedSegments(expected, this.#settings.strictSegments);
    let at = this.#drill.now;
    while (!joined.isComplete) {
      const sent = this.#nextSent(limit);
      if (sent === null) {
        const partly = joined.packet === null ? null : formatOutbound(joined.packet, connection);
        throw new EventFault(event, `the packet did not come${waited(when)}`, partly);
      }
      at = sent.at;
      const shown = formatOutbound(sent.packet, connection);
      const against = joined.add(sent.packet);
      if (against !== null) throw new EventFault(event, against, shown);
    }
    const { packet } = joined;
    if (packet === null) return;
    const context = { connection, settings: this.#settings, elapsed: at };
    const differences = compareOutbound(expected, packet, context);
    const shown = formatOutbound(packet, connection);
    const late = timingFault(when, at, tolerance, 'the packet was');
    if (differences.length > 0) {
      const fields = differences.map(({ field }) => field).join(', ');
      throw new EventFault(event, `the packet is not as expected: ${fields}`, shown, differences);
    }
    if (late !== null) throw new EventFault(event, late, shown);
  }

  #nextSent(limit: Microseconds) {
    const connection = this.#underTest.current;
    this.#drill.settle();
    for (;;) {
      this.#pollPending();
      const sent = this.#drill.takeSent((packet) => connection?.sent(packet) ?? false);
      if (sent !== null) return sent;
      if (limit === Infinity && this.#drill.isIdle) return null;
      if (!this.#drill.stepUntil(limit === Infinity ? Number.MAX_SAFE_INTEGER : limit)) return null;
    }
  }

  // --- system calls

  #runCall(
    event: ScriptEvent,
    call: SystemCall,
    when: ExpectedTime | null,
    base: Microseconds,
    tolerance: Microseconds,
  ): void {
    this.#finishPending(CALL_PATIENCE);
    const poll = startCall(call, {
      host: this.#drill.host,
      settings: this.#settings,
      files: this.#files,
      now: () => this.#drill.clock.now(),
      onListen: (port) => {
        this.#underTest.onListen(port);
      },
      onConnect: (endpoints) => {
        this.#underTest.onConnect(endpoints);
      },
    });
    const due = call.end === null ? when : expectedReturn(event.time, call.end, base);
    const dueTolerance =
      call.end === null ? tolerance : toleranceOf(this.#settings, (due?.from ?? 0) - (when?.from ?? 0));
    this.#pending = {
      event,
      call,
      poll,
      due: due ?? { from: this.#drill.now, to: this.#drill.now },
      tolerance: dueTolerance,
    };
    this.#pollPending();
    this.#drill.settle();
    this.#pollPending();
    // A call that the script does not show as blocking holds up the script.
    if (call.end === null) this.#finishPending(PATIENCE);
  }

  #pollPending(): void {
    const pending = this.#pending;
    if (pending === null) return;
    const outcome = pending.poll();
    if (outcome === null) return;
    this.#pending = null;
    const { event, call, due, tolerance } = pending;
    const fault =
      callFault(call, outcome) ??
      timingFault(due, this.#drill.now, tolerance, `${call.name}() was to return`);
    if (fault !== null) throw new EventFault(event, fault);
    this.#drill.settle();
  }

  /** Waits until the call that blocks has returned. */
  #finishPending(patience: Microseconds): void {
    const pending = this.#pending;
    if (pending === null) return;
    const limit = Math.max(this.#drill.now, pending.due.to) + patience;
    while (this.#pending !== null && this.#drill.stepUntil(limit)) this.#pollPending();
    this.#pollPending();
    if (this.#pending !== null) throw new EventFault(pending.event, `${pending.call.name}() does not return`);
  }

  // --- commands and code

  #runCommand(command: ShellCommand, event: ScriptEvent | null): void {
    this.#drill.settle();
    for (const action of interpretCommand(command.text, this.#environment)) this.#runAction(action, event);
  }

  #runAction(action: CommandAction, event: ScriptEvent | null): void {
    switch (action.kind) {
      case 'sysctl': {
        const outcome = applySysctl(this.#drill.profile, action.name, action.value);
        if (outcome.kind === 'unsupported') throw new UnsupportedError(`sysctl ${outcome.reason}`);
        if (outcome.kind === 'ignored') this.#ignored.add(`${action.name}: nothing here that it sets`);
        break;
      }
      case 'assert-states': {
        const wanted = [...action.states].sort().join(' ') || 'none';
        const got = [...this.#drill.states()].sort().join(' ') || 'none';
        if (wanted !== got) this.#fail(event, `the states are ${got}, expected ${wanted}`);
        break;
      }
      case 'assert-timer':
        this.#assertTimer(action.timer, event);
        break;
      case 'sleep':
        this.#advanceTo(this.#drill.now + action.duration);
        break;
      case 'ignored':
        this.#ignored.add(`${action.command}: ${action.reason}`);
        break;
      case 'unsupported':
        throw new UnsupportedError(`${action.reason}: ${action.command}`);
    }
  }

  #assertTimer(
    wanted: Extract<CommandAction, { kind: 'assert-timer' }>['timer'],
    event: ScriptEvent | null,
  ): void {
    const [timer] = this.#drill.timers();
    if (wanted === null) {
      if (timer !== undefined)
        this.#fail(event, `there is a timer: ${timer.name}, ${formatSeconds(timer.remaining)} s`);
      return;
    }
    const range = `${formatSeconds(wanted.from)} to ${formatSeconds(wanted.to)} s`;
    if (timer === undefined) return this.#fail(event, `there is no timer, expected one of ${range}`);
    const isThere = timer.remaining >= wanted.from && timer.remaining <= wanted.to;
    if (!isThere || (wanted.name !== null && wanted.name !== timer.name)) {
      const name = wanted.name === null ? '' : `${wanted.name}, `;
      this.#fail(
        event,
        `the timer is ${timer.name}, ${formatSeconds(timer.remaining)} s, expected ${name}${range}`,
      );
    }
  }

  #runCode(event: ScriptEvent, block: CodeBlock): void {
    const { failure, printed } = this.#code.run(block, this.#codeNames());
    this.#printed.push(...printed);
    if (failure !== null) throw new EventFault(event, failure.reason);
  }

  #codeNames(): CodeNames {
    const endpoints = this.#underTest.current?.endpoints;
    for (const hosted of this.#drill.host.connections()) {
      const isIt = hosted.localPort === endpoints?.localPort && hosted.remotePort === endpoints.remotePort;
      if (isIt) return { ...tcpInfo(hosted.connection) };
    }
    return {};
  }

  #fail(event: ScriptEvent | null, reason: string): never {
    if (event === null) throw new ScriptFault(reason);
    throw new EventFault(event, reason);
  }
}

function waited(when: ExpectedTime | null): string {
  return when === null ? '' : ` within ${formatSeconds(PATIENCE)} s of ${formatSeconds(when.to)} s`;
}
