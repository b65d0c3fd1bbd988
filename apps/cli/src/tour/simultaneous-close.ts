import type { Closing } from './closing.ts';

/** Both sides close at the same moment. */
export const simultaneousClose: Closing = {
  name: 'simultaneous-close',
  title: 'Simultaneous close',
  about: [
    'Both programs close at the same moment, and the FINs cross on the way. Each side has sent a FIN and gets one ' +
      'that does not acknowledge it: that is CLOSING. Nobody was first, so both wait in TIME-WAIT.',
  ],
  play(stage) {
    const { client, server } = stage;
    client.close();
    server.close();
    stage.pass(40);
    return [];
  },
};
