/* global document, location, window */
// The other tab: a host at 10.0.0.2, on the cable that the first one hands it.
import { deviceFromMessagePort } from '@halfclose/tun/devices';
import { createHost, createSockets } from '@halfclose/web';

window.addEventListener('message', ({ origin, ports: [port] }) => {
  if (origin === location.origin && port !== undefined) void serve(port);
});
window.opener.postMessage('loaded', location.origin);

async function serve(port) {
  const device = deviceFromMessagePort(port);
  const { TCPServerSocket } = createSockets(createHost({ device, addresses: ['10.0.0.2/24'] }));
  const { readable: connections } = await new TCPServerSocket('10.0.0.2', { localPort: 7 }).opened;
  window.opener.postMessage('listening', location.origin);
  for await (const connection of connections) void answer(await connection.opened);
}

async function answer({ readable, writable, remoteAddress, remotePort }) {
  document.querySelector('pre').append(`${remoteAddress}:${remotePort} is here\n`);
  // The reader's end, the peer's FIN, closes the writable: ours.
  await readable
    .pipeThrough(
      new TransformStream({
        flush: (controller) => controller.enqueue(new TextEncoder().encode(', from the other tab')),
      }),
    )
    .pipeTo(writable);
}
