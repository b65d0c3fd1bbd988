import { parseIpAddress } from '@halfclose/codec';
import type { DumpedConnection } from '@halfclose/stack';
import type { EventFilter } from '@halfclose/trace';

/** What whoever connects to the socket asks for, in one line of JSON. */
export type InspectionRequest =
  { readonly want: 'connections' } | { readonly want: 'capture'; readonly filter: CaptureFilter };

/** Which packets are wanted: those of all that is named. */
export interface CaptureFilter {
  /** Of TCP, either one. */
  readonly port?: number;
  /** Of IP, either one. */
  readonly host?: string;
}

/**
 * What is answered, in one line of JSON. For a capture, a pcapng file follows, which ends when the asking side has ended its
 * half.
 */
export type InspectionReply =
  | { readonly error: string }
  | {
      readonly pid: number;
      /** How the process was started. */
      readonly command: string;
      /** Name and addresses of the host, loopback not among them, and what it holds. */
      readonly host: string;
      readonly addresses: readonly string[];
      readonly connections: readonly DumpedConnection[];
    };

/** Reads a request, or says why it is none. */
export function readRequest(
  line: string,
): { want: 'connections' } | { want: 'capture'; filter: EventFilter } | string {
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch {
    return 'a request is one line of JSON';
  }
  if (typeof asked !== 'object' || asked === null || !('want' in asked))
    return 'a request is an object with "want"';
  if (asked.want === 'connections') return { want: 'connections' };
  if (asked.want !== 'capture') return '"want" is "connections" or "capture"';
  const filter = readFilter('filter' in asked ? asked.filter : {});
  return typeof filter === 'string' ? filter : { want: 'capture', filter };
}

function readFilter(given: unknown): EventFilter | string {
  if (typeof given !== 'object' || given === null) return '"filter" is an object';
  const { port = null, host = null } = given as Record<string, unknown>;
  if (port !== null && (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 0xffff))
    return '"port" is a whole number of 1 to 65535';
  const address = typeof host === 'string' ? parseIpAddress(host) : null;
  if (host !== null && address === null) return '"host" is an IP address';
  return { port: port as number | null, host: address };
}
