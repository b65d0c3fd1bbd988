import { data, drop, nth } from '@halfclose/netem';
import type { Closing } from './closing.ts';

/** The client closes with SO_LINGER {1, 0}, while its data is on the way. */
export const lingerZero: Closing = {
  name: 'linger-0',
  title: 'Close with SO_LINGER of 0 seconds',
  about: [
    'Linger 0 makes close() an abort: a RST at once, no TIME-WAIT. Some programs use it to get rid of TIME-WAIT. The ' +
      'price: whatever is not acknowledged yet is forgotten. Here the second segment gets lost on its way, and nobody ' +
      'is left to send it again.',
  ],
  stage: () => ({ link: { aToB: { rules: [drop(nth(2, data()))] } } }),
  play(stage) {
    const { client, server } = stage;
    client.socket.options.setLinger({ onoff: 1, linger: 0 });
    const sent = client.send(2920);
    stage.pass(5);
    client.close();
    stage.pass(30);
    const arrived = server.read().length;
    return [`send() took ${sent} octets, close() returned 0, and the server got ${arrived} of them.`];
  },
};
