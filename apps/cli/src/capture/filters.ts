import { parseIpAddress } from '@halfclose/codec';
import type { Candidate, Explanation, Outcome } from '@halfclose/explain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readInteger } from '../tun/tun-options.ts';

/** Which connections of a capture are wanted. */
export interface ConnectionFilter {
  readonly connection?: readonly number[];
  readonly port?: readonly number[];
  readonly host?: readonly string[];
}

/** Outcomes as an option has them: without spaces. */
export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  orderly: 'orderly',
  'half-closed': 'half-closed',
  reset: 'reset',
  refused: 'refused',
  unanswered: 'unanswered',
  'given-up': 'given up',
  open: 'open',
};

/** Adds {@link ConnectionFilter}. */
export function addConnectionFilter(command: Command): Command {
  return command
    .addOption(
      new Option('--connection <number...>', 'of these numbers, as explain counts them').argParser(
        (text, others: readonly number[] = []) => [...others, readInteger(text, 1, Number.MAX_SAFE_INTEGER)],
      ),
    )
    .addOption(
      new Option('--port <port...>', 'with one of these ports at either end').argParser(
        (text, others: readonly number[] = []) => [...others, readInteger(text, 0, 0xffff)],
      ),
    )
    .addOption(
      new Option('--host <address...>', 'with one of these addresses at either end').argParser(
        (text, others: readonly string[] = []) => [...others, readAddress(text)],
      ),
    );
}

function readAddress(text: string): string {
  const address = parseIpAddress(text);
  if (address === null) throw new InvalidArgumentError('It must be an address, IPv4 or IPv6.');
  return address.toString();
}

/** Whether a connection is one of those that are wanted. */
export function isWanted(
  { number, client, server }: Candidate | Explanation,
  { connection, port, host }: ConnectionFilter,
): boolean {
  if (connection !== undefined && !connection.includes(number)) return false;
  const ends = [client, server].map(splitEndpoint);
  if (port !== undefined && !ends.some((end) => port.includes(end.port))) return false;
  return host === undefined || ends.some((end) => host.includes(end.address));
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` */
function splitEndpoint(endpoint: string): { readonly address: string; readonly port: number } {
  const at = endpoint.lastIndexOf(':');
  return { address: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}
