import { type Connection, decidePoll, isAtMark, POLL_FACTS, PollFact, pollFactsOf } from '@halfclose/stack';
import { Poll } from './constants.ts';

/** What `POLL_TABLE` of `@halfclose/tcp` says, by the facts: bits of {@link Poll}. */
const FLAGS = Uint16Array.from({ length: POLL_FACTS }, (_, facts) =>
  decidePoll(facts).reduce((bits, flag) => bits | Poll[flag], 0),
);

/** Bits of {@link Poll} for a socket with a connection. */
export function readiness(connection: Connection): number {
  return FLAGS[pollFactsOf(connection)] ?? 0;
}

/** The same for a listener; `acceptable`: a connection waits in its queue. */
export function listenerReadiness(acceptable: boolean): number {
  return FLAGS[PollFact.Listening | (acceptable ? PollFact.Acceptable : 0)] ?? 0;
}

/** The same for a socket that is neither; `failed`: an error is pending. */
export function unconnectedReadiness(receiveShut: boolean, failed: boolean): number {
  return FLAGS[(receiveShut ? PollFact.ReceiveShut : 0) | (failed ? PollFact.Error : 0)] ?? 0;
}

/** SIOCATMARK: 1 if the next octet is the urgent one that stands at the mark. */
export function atMark(connection: Connection | undefined): number {
  return connection !== undefined && isAtMark(connection) ? 1 : 0;
}
