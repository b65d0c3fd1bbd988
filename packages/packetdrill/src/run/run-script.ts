import { type Host, type Profile, tcpInfo } from '@halfclose/stack';
import { checkFunction, checkObject, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { ladder, Trace, type TraceEvent } from '@halfclose/trace';
import { CallRunner } from './call-runner.ts';
import { Timer } from '@halfclose/timers';
import type { CodeBlock } from '../script/code-block.ts';
import type { CommandAction } from '../commands/command-action.ts';
import { compareOutbound } from '../packets/compare-outbound.ts';
import { ConnectionUnderTest } from '../packets/connection-under-test.ts';
import { DrillHost, EPOCH } from './drill-host.ts';
import type { DrillFailure, DrillResult } from './drill-result.ts';
import { checkMode, type DrillMode, type DrillSettings, settingsOf } from '../script/drill-settings.ts';
import { CodeInterpreter, type CodeNames } from '../code/evaluate-code.ts';
import { EventFault } from './event-fault.ts';
import { inboundPacket } from '../packets/inbound-packet.ts';
import { type CommandEnvironment, interpretCommand } from '../commands/interpret-command.ts';
import { JoinedSegments } from '../packets/joined-segments.ts';
import { formatSeconds, type Microseconds } from '../script/microseconds.ts';
import { formatOutbound } from '../packets/packet-text.ts';
import { ScriptDescriptors } from '../calls/script-descriptors.ts';
import { ScriptFault } from '../script/script-fault.ts';
import type { ScriptPacket } from '../script/script-packet.ts';
import { checkScript, type Script, type ScriptAction, type ScriptEvent } from '../script/script.ts';
import type { ShellCommand } from '../script/shell-command.ts';
import { applySysctl, fastOpenKeysOf } from '../commands/sysctl-profile.ts';
import {
  type ExpectedTime,
  expectedTime,
  PATIENCE,
  relativeBase,
  timingFault,
  toleranceOf,
} from '../script/timing.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';
import { findUnsupported } from './unsupported-use.ts';

/** How scripts are run. */
export interface RunOptions extends CommandEnvironment {
  /** Default `ipv4`; a script's own option line goes before. */
  readonly mode?: DrillMode;
  /** What the host is like before the script's sysctls; default `linux`. */
  readonly profile?: Profile;
  /** Told of every segment and every change of a state, up to the end of the process that the script stands for. */
  readonly observe?: (event: TraceEvent) => void;
  /** Given the host under test before the script begins, to be looked at; nothing of it may be called that changes it. */
  readonly onHost?: (host: Host) => void;
  /** Told of each event of the script when it begins; the clock of the host may stand before its time. */
  readonly onEvent?: (event: ScriptEvent) => void;
}

/** The names of {@link RunOptions}. */
export const RUN_OPTIONS: OptionNames<RunOptions> = {
  readScript: true,
  mode: true,
  profile: true,
  observe: true,
  onHost: true,
  onEvent: true,
};

/** Throws a TypeError or RangeError for how no script can be run. */
export function checkRunOptions({ mode, profile, readScript, observe, onHost, onEvent }: RunOptions): void {
  if (mode !== undefined) checkMode(mode);
  // What is in it a host looks at.
  if (profile !== undefined) checkObject('profile', profile, 'a Profile');
  if (readScript !== undefined) checkFunction('readScript', readScript);
  if (observe !== undefined) checkFunction('observe', observe);
  if (onHost !== undefined) checkFunction('onHost', onHost);
  if (onEvent !== undefined) checkFunction('onEvent', onEvent);
}

/** Runs a script against a fresh host in virtual time. The same script gives the same result each time. */
export function runScript(script: Script, options: RunOptions = {}): DrillResult {
  checkScript(script);
  checkOptions('options', options, RUN_OPTIONS);
  checkRunOptions(options);
  const result = {
    file: script.file,
    failure: null,
    reason: '',
    ignored: [],
    warnings: [],
    printed: [],
    ladder: '',
  };
  const obstacles = findUnsupported(script, options).map(
    ({ position, reason }) => `line ${position.line}: ${reason}`,
  );
  let settings: DrillSettings | null = null;
  try {
    settings = settingsOf(script, options.mode ?? 'ipv4');
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    obstacles.unshift(error.message);
  }
  if (settings === null || obstacles.length > 0)
    return { ...result, outcome: 'unsupported', reason: obstacles.join('; ') };
  return new ScriptRun(script, settings, options).result();
}

/** How a part of a script ended. */
interface PartEnd {
  readonly isGood: boolean;
  readonly failure: DrillFailure | null;
  /** Why it is unsupported; empty: it is not. */
  readonly reason: string;
}

/** A command outside of the events. */
type Place = Pick<ShellCommand, 'position' | 'text'>;

/** When a packet of the stack is to come. */
interface PacketTime {
  /** `null`: at any time. */
  readonly when: ExpectedTime | null;
  /** The same as one moment; now if it is any. */
  readonly time: Microseconds;
  readonly tolerance: Microseconds;
}

class ScriptRun {
  readonly #script: Script;
  readonly #settings: DrillSettings;
  readonly #environment: CommandEnvironment;
  readonly #onEvent: ((event: ScriptEvent) => void) | null;
  readonly #drill: DrillHost;
  readonly #files = new ScriptDescriptors();
  readonly #underTest: ConnectionUnderTest;
  readonly #code = new CodeInterpreter();
  readonly #trace = new Trace({ payload: false });
  readonly #ignored = new Set<string>();
  readonly #printed: string[] = [];
  readonly #calls: CallRunner;
  readonly #warnings: string[] = [];
  /** The event before, and when it was to happen. */
  #previous: {
    readonly event: ScriptEvent;
    readonly action: ScriptAction;
    readonly time: Microseconds;
  } | null = null;

  constructor(script: Script, settings: DrillSettings, options: RunOptions) {
    this.#script = script;
    this.#settings = settings;
    this.#environment = options;
    this.#drill = new DrillHost(settings, options.profile);
    this.#underTest = new ConnectionUnderTest(settings);
    this.#drill.host.observe((event) => {
      this.#trace.record(event);
      options.observe?.(event);
    });
    options.onHost?.(this.#drill.host);
    this.#onEvent = options.onEvent ?? null;
    this.#calls = new CallRunner(this.#drill, settings, {
      host: this.#drill.host,
      settings,
      files: this.#files,
      now: () => this.#drill.clock.now(),
      wakeAt: (time) => {
        this.#drill.clock.arm(new Timer(() => undefined), time);
      },
      newest: this.#underTest,
    });
  }

  result(): DrillResult {
    const { initCommand, cleanupCommand } = this.#script;
    let end = this.#attempt(() => {
      const { initScripts } = this.#settings;
      if (initScripts !== null) this.#runText(initScripts.replaceAll(',', '\n'), null);
      if (initCommand !== null) this.#runText(initCommand.text, null);
    }, initCommand);
    if (end.isGood) {
      end = this.#attempt((track) => {
        for (const event of this.#script.events) {
          track(event);
          this.#onEvent?.(event);
          this.#runEvent(event);
        }
        this.#calls.finish();
      });
    }
    if (cleanupCommand !== null) {
      const cleanup = this.#attempt(() => this.#runText(cleanupCommand.text, null), cleanupCommand);
      if (end.isGood) end = cleanup;
    }
    const { failure, reason } = end;
    const ladder = failure === null ? '' : this.#ladder();
    // As at the end of a process. The host goes with the script, so nobody need be reset.
    this.#files.closeAll();
    this.#drill.settle();
    return {
      file: this.#script.file,
      outcome: failure !== null ? 'failed' : reason !== '' ? 'unsupported' : 'passed',
      failure,
      reason,
      ignored: [...this.#ignored],
      warnings: this.#warnings,
      printed: this.#printed,
      ladder,
    };
  }

  /** Runs a part of the script; it tells which event is on. `place`: the command that it is. */
  #attempt(part: (track: (event: ScriptEvent) => void) => void, place: Place | null = null): PartEnd {
    let current: ScriptEvent | null = null;
    try {
      part((event) => {
        current = event;
      });
      return { isGood: true, failure: null, reason: '' };
    } catch (error) {
      if (error instanceof UnsupportedError) {
        return { isGood: false, failure: null, reason: unsupportedAt(error.message, current, place) };
      }
      if (!(error instanceof EventFault) && !(error instanceof ScriptFault)) throw error;
      return { isGood: false, failure: this.#failureOf(error, current, place), reason: '' };
    }
  }

  #failureOf(
    error: EventFault | ScriptFault,
    current: ScriptEvent | null,
    place: Place | null,
  ): DrillFailure {
    const event = error instanceof EventFault ? error.event : current;
    return {
      position: (event ?? place)?.position ?? { line: 1, column: 1 },
      text: (event?.action ?? place)?.text ?? '',
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
    return ladder(this.#trace.events, { connection, names: ['script', 'stack'], origin: EPOCH });
  }

  // --- events

  #runEvent(event: ScriptEvent): void {
    const { action } = event;
    const start = this.#drill.now;
    const base = relativeBase(this.#previous, action, start);
    const when = expectedTime(event.time, base);
    const time = when?.from ?? start;
    this.#checkOrder(event, time);
    const gap = this.#previous === null ? null : time - this.#previous.time;
    const tolerance = toleranceOf(this.#settings, gap);
    switch (action.kind) {
      case 'call':
        // One that does not block may go on beside one that does, as late as that may make it.
        if (!this.#calls.awaitIdle() && action.end !== null) {
          throw new EventFault(event, 'a call blocks while another one still does');
        }
        this.#waitFor(event, time, tolerance);
        this.#calls.start(event, action, { when: { from: time, to: time }, base });
        break;
      case 'command':
        this.#waitFor(event, time, tolerance);
        this.#runText(action.text, event);
        break;
      case 'code':
        this.#waitFor(event, time, tolerance);
        this.#runCode(event, action);
        break;
      default:
        if (action.direction === 'inbound') this.#send(event, action, time, tolerance);
        else this.#expect(event, action, { when, time, tolerance });
    }
    this.#previous = { event, action, time };
  }

  /** The first event is at time 0, and absolute times do not go back. */
  #checkOrder(event: ScriptEvent, time: Microseconds): void {
    if (this.#previous === null) {
      if (time !== 0) throw new EventFault(event, 'the first event is not at time 0');
      return;
    }
    const { event: before, time: earlier } = this.#previous;
    if (before.time.kind.startsWith('absolute') && event.time.kind.startsWith('absolute') && time < earlier) {
      throw new EventFault(event, `time goes back, from ${formatSeconds(earlier)} s`);
    }
  }

  /** Waits until an event is to happen, which can be over already. */
  #waitFor(event: ScriptEvent, time: Microseconds, tolerance: Microseconds): void {
    this.#calls.advanceTo(time);
    if (this.#previous === null) return;
    const fault = timingFault({ from: time, to: time }, this.#drill.now, tolerance, 'the event');
    if (fault !== null) throw new EventFault(event, fault);
  }

  // --- packets

  #send(event: ScriptEvent, packet: ScriptPacket, time: Microseconds, tolerance: Microseconds): void {
    const connection = this.#underTest.forInbound(packet);
    if (connection === null) {
      throw new EventFault(event, 'the newest socket has no port, so nobody gets the packet');
    }
    this.#waitFor(event, time, tolerance);
    this.#drill.inject(inboundPacket(packet, connection, this.#settings));
    this.#calls.poll();
  }

  #expect(event: ScriptEvent, expected: ScriptPacket, { when, time, tolerance }: PacketTime): void {
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
    const context = { connection, settings: this.#settings, elapsed: time };
    const differences = compareOutbound(expected, packet, context);
    const shown = formatOutbound(packet, connection);
    if (differences.length > 0) {
      const fields = differences.map(({ field }) => field).join(', ');
      this.#complain(new EventFault(event, `the packet is not as expected: ${fields}`, shown, differences));
      return;
    }
    const fault = timingFault(when, at, tolerance, 'the packet');
    if (fault !== null) this.#complain(new EventFault(event, fault, shown));
  }

  /** With --non_fatal=packet, a wrong packet is a warning. */
  #complain(fault: EventFault): void {
    if (!this.#settings.nonFatal.has('packet')) throw fault;
    this.#warnings.push(`line ${fault.event.position.line}: ${fault.message}`);
  }

  #nextSent(limit: Microseconds) {
    const connection = this.#underTest.current;
    this.#drill.settle();
    for (;;) {
      this.#calls.poll();
      const sent = this.#drill.takeSent((packet) => connection?.sent(packet) ?? false);
      if (sent !== null) return sent;
      if (limit === Infinity && this.#drill.isIdle) return null;
      if (!this.#drill.stepUntil(limit === Infinity ? Number.MAX_SAFE_INTEGER : limit)) return null;
    }
  }

  // --- commands and code

  #runText(command: string, event: ScriptEvent | null): void {
    this.#drill.settle();
    for (const action of interpretCommand(command, this.#environment)) this.#runAction(action, event);
  }

  #runAction(action: CommandAction, event: ScriptEvent | null): void {
    switch (action.kind) {
      case 'sysctl': {
        const outcome = applySysctl(this.#drill.profile, action.name, action.value);
        if (outcome.kind === 'unsupported') throw new UnsupportedError(`sysctl ${outcome.reason}`);
        if (outcome.kind === 'ignored') this.#ignored.add(`${action.name}: nothing here that it sets`);
        if (action.name === 'net.ipv4.tcp_fastopen_key')
          this.#drill.host.fastOpenKeys = fastOpenKeysOf(action.value) ?? this.#drill.host.fastOpenKeys;
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
      case 'offload':
        this.#drill.cutsSegments = action.cuts;
        break;
      case 'sleep':
        this.#calls.advanceTo(this.#drill.now + action.duration);
        break;
      case 'assert-dropped':
        if ((this.#drill.host.counters.dropped[action.reason] ?? 0) === 0)
          this.#fail(event, `no packet was dropped for the reason ${action.reason}`);
        break;
      case 'forget-metrics':
        this.#drill.host.forgetFastOpenCookies();
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
    const { failure, printed } = this.#code.run(block, this.#codeNames(event));
    this.#printed.push(...printed);
    if (failure !== null) throw new EventFault(event, failure.reason);
  }

  /** Code asks the newest socket through a descriptor, so it has to be open and accepted. */
  #codeNames(event: ScriptEvent): CodeNames {
    const { socket } = this.#underTest;
    if (socket === null || !this.#files.has(socket)) {
      throw new EventFault(event, 'no descriptor is open for the newest socket, about which the code asks');
    }
    const { connection } = socket;
    const info =
      connection === null ? socket.getsockopt('TCP_INFO') : tcpInfo(connection, this.#drill.clock.now());
    return typeof info === 'number' ? {} : { ...info };
  }

  #fail(event: ScriptEvent | null, reason: string): never {
    if (event === null) throw new ScriptFault(reason);
    throw new EventFault(event, reason);
  }
}

/** Names the line of what is unsupported, unless the reason has it already. */
function unsupportedAt(reason: string, current: ScriptEvent | null, place: Place | null): string {
  const at = current ?? place;
  return at === null || reason.startsWith('line ') ? reason : `line ${at.position.line}: ${reason}`;
}

function waited(when: ExpectedTime | null): string {
  return when === null ? '' : ` within ${formatSeconds(PATIENCE)} s of ${formatSeconds(when.to)} s`;
}
