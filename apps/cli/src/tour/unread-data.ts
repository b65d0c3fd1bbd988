import type { Closing } from './closing.ts';

/** The server closes without reading what has arrived. */
export const unreadData: Closing = {
  name: 'unread-data',
  title: 'Close with unread data',
  about: [
    'The server closes although 1000 octets wait to be read. A FIN would tell the client that all is well, so TCP ' +
      'sends a RST: the client shall know that its data was thrown away (RFC 2525, 2.17). Nobody goes to TIME-WAIT.',
  ],
  play(stage) {
    const { client, server } = stage;
    client.send(1000);
    stage.pass(30);
    const unread = server.socket.readable;
    server.close();
    stage.pass(30);
    client.read();
    client.send(1000);
    return [`${unread} octets had arrived at the server and were never read.`];
  },
};
