/* global document, location */
// A host at 10.1.0.2, on the WebSocket to the process that has served this page.
import { deviceFromWebSocket } from '@halfclose/tun/devices';
import { createHost, createSockets } from '@halfclose/web';

const webSocket = new WebSocket(`ws://${location.host}/cable`);
const device = deviceFromWebSocket(webSocket);
const { connect } = createSockets(createHost({ device, addresses: ['10.1.0.2/24'] }));

// What is text is no packet.
const reports = new Promise((resolve) => {
  webSocket.addEventListener('message', ({ data }) => typeof data === 'string' && resolve(JSON.parse(data)));
});

const socket = connect({ hostname: '10.1.0.1', port: 80 });
const writer = socket.writable.getWriter();
await writer.write('GET /greeting HTTP/1.1\r\nhost: 10.1.0.1\r\n\r\n');
let answer = '';
for await (const text of socket.readable.pipeThrough(new TextDecoderStream())) answer += text;
const [head, body] = answer.split('\r\n\r\n');
show(`${head.split('\r\n')[0]}: ${body}`);
await socket.closed;
const ours = await socket.whenReported();
show(`the page: closed first by ${ours.closedFirst}, in order: ${ours.orderly}`);
const theirs = await reports;
show(`the server: closed first by ${theirs.closedFirst}, in order: ${theirs.orderly}`);

function show(line) {
  document.querySelector('pre').append(`${line}\n`);
}
