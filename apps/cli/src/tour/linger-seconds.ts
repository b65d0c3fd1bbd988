import type { Closing } from './closing.ts';

const SECONDS = 5;
const READS_AFTER = 8000;
const OCTETS = 4000;

/** The client closes with SO_LINGER {1, 5}, and the server does not read for 8 seconds. */
export const lingerSeconds: Closing = {
  name: 'linger-5',
  title: 'Close with SO_LINGER of 5 seconds, and a slow reader',
  about: [
    'With linger, close() waits until the peer has acknowledged everything, the FIN included, or until the time is ' +
      'over. The server does not read, its window is full, so the 5 seconds pass. close() returns 0 even so: it does ' +
      'not tell whether the data arrived. (On Halfclose it never blocks the program; this is when it would return.)',
    'The connection goes on without its program: it asks every now and then for a window (probes), and when the ' +
      'server reads at last, the rest and the FIN arrive.',
  ],
  stage: () => ({ receiveBuffer: 3000 }),
  play(stage) {
    const { client, server, clock } = stage;
    const start = clock.now();
    client.socket.options.setLinger({ onoff: 1, linger: SECONDS });
    client.send(OCTETS);
    client.close();
    stage.pass(SECONDS * 1000);
    const missing = client.socket.unacknowledged;
    const dump = stage.dump('client');
    stage.pass(READS_AFTER - SECONDS * 1000);
    const returned = clock.now();
    while (!server.saw.some(({ call, result }) => call === 'read' && result <= 0)) {
      server.read();
      stage.pass(50);
    }
    server.close();
    stage.pass(50);
    const read = server.saw.reduce((sum, { call, result }) => (call === 'read' ? sum + result : sum), 0);
    return [
      `When close() returned, ${missing} of ${OCTETS} octets were not acknowledged.`,
      dump,
      `${(returned - start) / 1000} s after close() the server read, and got ${read} octets in the end.`,
    ];
  },
};
