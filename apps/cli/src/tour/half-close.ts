import { SHUT_WR } from '@halfclose/sockets';
import type { Closing } from './closing.ts';

/** The client says that it has sent everything, and the server goes on sending. */
export const halfClose: Closing = {
  name: 'half-close',
  title: 'Half-close, while the other side still sends',
  about: [
    'A connection is two streams, and each has an end of its own. shutdown(SHUT_WR) ends only the stream of the ' +
      'client: the server sees the end of the input, as a filter like sort needs, and answers as long as it likes.',
    'Meanwhile the client is in FIN-WAIT-2, the server in CLOSE-WAIT.',
  ],
  play(stage) {
    const { client, server } = stage;
    client.send('pear\nfig\n');
    client.send('apple\n');
    client.shutdown(SHUT_WR);
    stage.pass(30);
    const lines = server.read().trimEnd().split('\n').sort();
    let answer = '';
    for (const line of lines) {
      server.send(`${line}\n`);
      stage.pass(25);
      answer += client.read();
    }
    server.close();
    stage.pass(20);
    answer += client.read();
    client.close();
    stage.pass(40);
    return [`The client sent its lines unsorted and got: ${answer.trimEnd().split('\n').join(', ')}.`];
  },
};
