// A program for node:http, which knows nothing of Halfclose.
import assert from 'node:assert/strict';
import http from 'node:http';

const server = http.createServer((request, response) => response.end(`you asked for ${request.url}`));
await new Promise((resolve) => server.listen(80, resolve));
const answer = await fetch('http://127.0.0.1/hello');
assert.equal(await answer.text(), 'you asked for /hello');
assert.equal(server.address().port, 80);
server.close();
server.closeAllConnections();
console.log('port 80 without root');
