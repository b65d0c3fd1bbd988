import { Flag } from '@halfclose/codec';
import type { CloseReport } from '@halfclose/stack';
import type { Trace, TraceEvent } from '@halfclose/trace';
import type { Observation } from './observation.ts';
import { Stage, type StageOptions } from './stage.ts';

/** One way to end a connection, as a script for two programs. */
export interface Closing {
  readonly name: string;
  readonly title: string;
  /** What happens and why, a paragraph for each. */
  readonly about: readonly string[];
  /** What is unusual about its stage; made anew each time, as faults count packets. */
  readonly stage?: () => StageOptions;
  /** Whether time is the point, so that the states are shown over time as well. */
  readonly timeline?: boolean;
  /** Plays it; returns what else is worth saying, from what was seen. */
  play(stage: Stage): readonly string[];
}

/** What became of one side. */
export interface SideOutcome {
  readonly saw: readonly Observation[];
  /** The states of its connection, from the first to the last. */
  readonly states: readonly string[];
  /** FINs and RSTs that it sent, repetitions included. */
  readonly fins: number;
  readonly resets: number;
}

/** What became of a {@link Closing}. */
export interface ClosingOutcome {
  readonly client: SideOutcome;
  readonly server: SideOutcome;
  readonly facts: readonly string[];
  /** How each side's connection ended. */
  readonly reports: { readonly client: CloseReport | null; readonly server: CloseReport | null };
  /** What happened up to the end of the script: what a ladder shows. */
  readonly shown: readonly TraceEvent[];
  /** Everything, until both sides had nothing left to do. */
  readonly trace: Trace;
  /** What the clock showed then, in milliseconds. */
  readonly end: number;
  /** Connections that are still there then, TIME-WAIT included: none, if all is well. */
  readonly left: number;
}

/**
 * Plays a closing on a stage of its own, then lets virtual time run until all is over.
 *
 * @param closing the script
 * @param start what the clock shows at first, in milliseconds
 * @param port of the client
 * @param prepare called with the clock and both hosts before anything happens between them
 */
export function playClosing(
  closing: Closing,
  start = 0,
  port = 40_000,
  prepare?: StageOptions['prepare'],
): ClosingOutcome {
  const stage = new Stage(start, port, { ...closing.stage?.(), ...(prepare && { prepare }) });
  const facts = closing.play(stage);
  const shown = stage.trace.events;
  const end = stage.clock.runUntilIdle();
  return {
    client: outcomeOf('client', stage.client.saw, stage.trace),
    server: outcomeOf('server', stage.server.saw, stage.trace),
    facts,
    reports: { client: stage.client.socket.closeReport(), server: stage.server.socket.closeReport() },
    shown,
    trace: stage.trace,
    end,
    left: stage.hosts.reduce((count, host) => count + [...host.hosted(), ...host.records()].length, 0),
  };
}

function outcomeOf(host: string, saw: readonly Observation[], trace: Trace): SideOutcome {
  const own = trace.events.filter((event) => event.host === host);
  return {
    saw,
    states: own.flatMap((event) => (event.type === 'state' ? [event.to] : [])),
    fins: countSent(own, Flag.FIN),
    resets: countSent(own, Flag.RST),
  };
}

function countSent(events: readonly TraceEvent[], flag: number): number {
  return events.filter(
    (event) =>
      event.type === 'segment' &&
      event.direction === 'sent' &&
      event.packet.kind === 'tcp' &&
      (event.packet.segment.flags & flag) !== 0,
  ).length;
}
