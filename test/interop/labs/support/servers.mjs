// What stands for a database in a lab: as much of its protocol as a test needs.
import { createServer } from 'node:net';

/** A Redis that knows INCR and GET, over counters that outlive a crash. */
export function redis(counters) {
  return () => {
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        for (const command of String(chunk).split('*').slice(1)) socket.write(answerOf(command, counters));
      });
    }).listen(6379);
  };
}

function answerOf(command, counters) {
  const [, , name = '', , key = ''] = command.split('\r\n');
  switch (name.toUpperCase()) {
    case 'INCR':
      counters[key] = (counters[key] ?? 0) + 1;
      return `:${counters[key]}\r\n`;
    case 'GET':
      return `:${counters[key] ?? 0}\r\n`;
    case 'INFO':
      return '$0\r\n\r\n';
    case 'PING':
      return '+PONG\r\n';
    default:
      return '+OK\r\n';
  }
}

/** A PostgreSQL that lets anybody in, runs nothing, and notes what it was told. */
export function postgres(statements) {
  return () => {
    createServer((socket) => {
      let hasGreeted = false;
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        if (!hasGreeted) {
          hasGreeted = true;
          socket.write(Buffer.concat([message('R', [0, 0, 0, 0]), message('Z', 'I')]));
        } else if (chunk[0] === 0x58) socket.end();
        else {
          const text = String(chunk.subarray(5, -1));
          statements.push(text);
          socket.write(
            Buffer.concat([message('C', `${text}\0`), message('Z', text === 'BEGIN' ? 'T' : 'I')]),
          );
        }
      });
    }).listen(5432);
  };
}

/** A message of the protocol of PostgreSQL, version 3. */
function message(type, content) {
  const body = Buffer.from(content);
  const head = Buffer.from(`${type}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
