// What the scenarios connect to, by the API of node:net: the kernel's for workerd, ours for us. Five servers, at ports from
// `base` on.

/** Resolves with what ends them, once they listen. */
export async function startServers(net, base) {
  const servers = [
    // Echoes, and ends when its client does.
    (socket) => {
      socket.on('data', (data) => socket.write(data));
      socket.on('end', () => socket.end());
    },
    // Ends at once, and goes on reading.
    (socket) => {
      socket.end('bye');
      socket.resume();
    },
    // Answers when its client has ended.
    (socket) => {
      let got = '';
      socket.on('data', (data) => (got += data));
      socket.on('end', () => socket.end(`answer to ${got}`));
    },
    // Resets when it hears anything.
    (socket) => void socket.on('data', () => socket.resetAndDestroy()),
    // Reads nothing.
    (socket) => void socket.pause(),
  ].map((serve) =>
    net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    }),
  );
  await Promise.all(
    servers.map(
      (server, index) => new Promise((resolve) => server.listen(base + index, '127.0.0.1', resolve)),
    ),
  );
  return () => {
    for (const server of servers) server.close();
  };
}
