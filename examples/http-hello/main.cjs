// A server that greets, and a client that asks it six times over two kept-alive connections.
const http = require('node:http');

let connections = 0;
const server = http.createServer((request, response) => {
  const name = new URL(request.url, 'http://localhost').searchParams.get('name');
  response.setHeader('content-type', 'text/plain');
  response.end(`hello, ${name}`);
});
server.on('connection', () => connections++);

server.listen(0, '127.0.0.1', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const names = ['Ada', 'Barbara', 'Edsger', 'Grace', 'Jon', 'Radia'];
  const answers = await Promise.all(names.map((name) => ask(agent, name)));
  for (const { status, text } of answers) console.log(`${status} ${text}`);
  console.log(`${answers.length} requests, ${connections} connections`);
  agent.destroy();
  server.close();
});

function ask(agent, name) {
  const { port } = server.address();
  return new Promise((resolve, reject) => {
    const request = http.get({ agent, port, host: '127.0.0.1', path: `/?name=${name}` }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
  });
}
