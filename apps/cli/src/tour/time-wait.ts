import { drop, nth, pureAck } from '@halfclose/netem';
import { errnoName } from '@halfclose/sockets';
import type { Trace } from '@halfclose/trace';
import type { Closing } from './closing.ts';

/** The last ACK gets lost: what TIME-WAIT is for, and how it ends. */
export const timeWait: Closing = {
  name: 'time-wait',
  title: 'TIME-WAIT and its end',
  about: [
    'The client closes first, so the last ACK is its own, and nobody acknowledges an ACK. Here it gets lost, and the ' +
      'server sends its FIN again. The client can answer only because it is still there: that is one purpose of ' +
      'TIME-WAIT. The other: no late segment can stray into a new connection between the same ports.',
    'It takes 60 seconds from the last FIN on, as in Linux; virtual time jumps over them.',
  ],
  // The first ACK without text belongs to the handshake.
  stage: () => ({ link: { aToB: { rules: [drop(nth(2, pureAck()))] } } }),
  timeline: true,
  play(stage) {
    const { client, server } = stage;
    client.close();
    stage.pass(20);
    server.read();
    server.close();
    stage.pass(1000);
    const during = stage.bindClientPort();
    const dump = stage.dump('client');
    stage.pass(60_000);
    const after = stage.bindClientPort();
    return [
      `TIME-WAIT lasted ${timeWaitSeconds(stage.trace)} s: the second FIN began the 60 s anew.`,
      `bind() to the client's port: ${errnoName(during) ?? during} during TIME-WAIT, ${errnoName(after) ?? after} after it.`,
      dump,
    ];
  },
};

function timeWaitSeconds(trace: Trace): number {
  const changes = trace.events.filter((event) => event.type === 'state');
  const began = changes.find(({ to }) => to === 'TIME-WAIT')?.time ?? NaN;
  const ended = changes.find(({ from }) => from === 'TIME-WAIT')?.time ?? NaN;
  return Number(((ended - began) / 1000).toFixed(3));
}
