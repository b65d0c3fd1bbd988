import type { CloseReport } from '@halfclose/stack';
import type { TraceConnection, TraceEvent } from '@halfclose/trace';
import type { ControlBlock } from './control-block.ts';

/** A control block, and from which event on it was as it says. */
export interface BlockSample {
  /** Place among the events, from 0. */
  readonly event: number;
  readonly time: number;
  readonly block: ControlBlock;
}

/** One end of a connection, as its host knew it. */
export interface EndRecord {
  readonly host: string;
  /** Its port, and the other end's address and port. */
  readonly localPort: number;
  readonly remotePort: number;
  readonly blocks: readonly BlockSample[];
  readonly reports: readonly ReportSample[];
}

/** How a connection had ended from an event on. */
export interface ReportSample {
  readonly event: number;
  readonly report: CloseReport;
}

/** What happened, from the beginning to the end: nothing of it ever changes. Whoever shows a moment shows a part of it. */
export interface Recording {
  /** Times in milliseconds from 0. */
  readonly events: readonly TraceEvent[];
  readonly connections: readonly TraceConnection[];
  readonly ends: readonly EndRecord[];
  /** Names of the hosts on the left and on the right. */
  readonly hosts: readonly [left: string, right: string];
  /** Milliseconds from the beginning to the last event. */
  readonly duration: number;
  /** Why it ends there, in a sentence; empty: nothing more can happen. */
  readonly cut: string;
  /** What programs read and wrote, which is no event. */
  readonly transfers: readonly Transfer[];
  readonly options: readonly OptionSetting[];
  /** Of a script of packetdrill: its text, and with which event which line began. */
  readonly script: DrillScript | null;
}

/** Octets that a program read or wrote. */
export interface Transfer {
  readonly host: string;
  readonly kind: 'read' | 'write';
  readonly bytes: number;
  readonly time: number;
  /** How many events there were before. */
  readonly event: number;
}

/** An option that a program set. */
export interface OptionSetting {
  readonly host: string;
  readonly time: number;
  readonly option: string;
  /** Of SO_LINGER: its seconds; -1: off. */
  readonly value: number;
}

/** The script that one end of the recording is. */
export interface DrillScript {
  readonly text: string;
  readonly lines: readonly { readonly event: number; readonly line: number }[];
  /** Empty: it passed. */
  readonly failure: string;
}
