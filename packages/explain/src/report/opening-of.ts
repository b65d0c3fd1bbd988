import type { Opening } from '../explanation.ts';
import type { Flow } from '../flow/flow.ts';
import { isTooBig } from './error-name.ts';

/** How the connection came to be. */
export function openingOf(flow: Flow): Opening {
  const { client, server } = flow;
  const syn = client.syns.first;
  const synAck = server.synAcks.first ?? client.synAcks.first;
  const roundTrip = syn === null || synAck === null || client.syns.count > 1 ? null : synAck.time - syn.time;
  return { how: howOf(flow), syn, synAck, syns: client.syns.count, roundTrip };
}

function howOf(flow: Flow): Opening['how'] {
  const { client, server, resets, errors } = flow;
  if (client.syns.count === 0) {
    if (server.synAcks.count === 0) return 'not captured';
    return client.segmentCount > client.resets.count ? 'handshake' : 'half-open';
  }
  if (server.syns.count > 0) return 'simultaneous';
  if (server.synAcks.count > 0)
    return client.segmentCount > client.syns.count + client.resets.count ? 'handshake' : 'half-open';
  if (server.segmentCount > server.resets.count) return 'handshake';
  if (
    resets.some(({ side }) => side === 'server') ||
    errors.some((error) => error.side === 'client' && !isTooBig(error))
  )
    return 'refused';
  return 'unanswered';
}
