/* global document, location, window */
// The first tab: opens the other, hands it one end of a MessageChannel, and is a host at 10.0.0.1 on the other end.
import { deviceFromMessagePort } from '@halfclose/tun/devices';
import { createHost, createSockets } from '@halfclose/web';

const { port1, port2 } = new MessageChannel();
const device = deviceFromMessagePort(port1);
const { connect } = createSockets(createHost({ device, addresses: ['10.0.0.1/24'] }));

document.querySelector('button').addEventListener('click', () => {
  const tab = window.open('server.html');
  // It says when it listens to us.
  window.addEventListener('message', ({ data, source }) => {
    if (source !== tab) return;
    if (data === 'loaded') tab.postMessage('a cable', location.origin, [port2]);
    else if (data === 'listening') void ask();
  });
});

async function ask() {
  const socket = connect('10.0.0.2:7', { allowHalfOpen: true });
  const { remoteAddress } = await socket.opened;
  const writer = socket.writable.getWriter();
  await writer.write('hello');
  await writer.close();
  let answer = '';
  const decoder = new TextDecoder();
  for await (const chunk of socket.readable) answer += decoder.decode(chunk, { stream: true });
  show(`${remoteAddress}: ${answer}`);
  await socket.close();
  const { closedFirst, marks, orderly } = await socket.whenReported();
  const kinds = marks.map(({ kind }) => kind.toUpperCase()).join(' ');
  show(`closed first: ${closedFirst}, in order: ${orderly}, ${kinds}`);
}

function show(line) {
  document.querySelector('pre').append(`${line}\n`);
}
