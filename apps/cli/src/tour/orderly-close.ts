import type { Closing } from './closing.ts';

/** Both sides close when they are done. */
export const orderlyClose: Closing = {
  name: 'orderly-close',
  title: 'Orderly close',
  about: [
    'The client is done first and closes. Its FIN says: nothing more will come from me. The server reads the end of ' +
      'the stream and closes as well. Both streams arrived whole, and both sides know it.',
    'Who closes first waits in TIME-WAIT at the end; the last chapter shows why.',
  ],
  play(stage) {
    const { client, server } = stage;
    client.send('hello');
    stage.pass(20);
    server.send(server.read().toUpperCase());
    stage.pass(20);
    client.read();
    client.close();
    stage.pass(20);
    server.read();
    server.close();
    stage.pass(40);
    return [];
  },
};
