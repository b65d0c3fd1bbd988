import { once } from 'node:events';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import ssh2 from 'ssh2';
import { closed, digest, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const { Client, Server, utils } = ssh2;
const { OPEN_MODE, STATUS_CODE } = utils.sftp;
const hostKey = utils.generateKeyPairSync('ed25519');
const userKey = utils.generateKeyPairSync('ecdsa', { bits: 256 });
const known = utils.parseKey(userKey.public);
const files = new Map([['/there', octets(2 * MEGABYTE, 5)]]);
const saw = {};

function authenticate(context) {
  const { method, username, key, signature, blob, hashAlgo } = context;
  if (username !== 'ada') context.reject();
  else if (method === 'password' && context.password === 'secret') context.accept();
  else if (method === 'publickey' && key.data.equals(known.getPublicSSH()))
    if (signature === undefined || known.verify(blob, signature, hashAlgo) === true) context.accept();
    else context.reject();
  else context.reject(['publickey', 'password']);
}

function serveFiles(sftp) {
  const open = new Map();
  sftp.on('OPEN', (id, name, flags) => {
    if ((flags & OPEN_MODE.READ) !== 0 && !files.has(name)) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    if ((flags & OPEN_MODE.WRITE) !== 0) files.set(name, Buffer.alloc(0));
    const handle = Buffer.from([open.size]);
    open.set(open.size, name);
    return sftp.handle(id, handle);
  });
  sftp.on('READ', (id, [handle], offset, length) => {
    const file = files.get(open.get(handle));
    if (offset >= file.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, file.subarray(offset, offset + length));
  });
  sftp.on('WRITE', (id, [handle], offset, data) => {
    const name = open.get(handle);
    const before = files.get(name);
    const after = Buffer.alloc(Math.max(before.length, offset + data.length));
    before.copy(after);
    data.copy(after, offset);
    files.set(name, after);
    sftp.status(id, STATUS_CODE.OK);
  });
  for (const name of ['STAT', 'FSTAT', 'LSTAT'])
    sftp.on(name, (id, asked) => {
      const file = files.get(typeof asked === 'string' ? asked : open.get(asked[0]));
      if (file === undefined) sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
      else sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size: file.length, atime: 0, mtime: 0 });
    });
  for (const name of ['CLOSE', 'FSETSTAT', 'SETSTAT']) sftp.on(name, (id) => sftp.status(id, STATUS_CODE.OK));
}

function serve(connection) {
  connection.on('error', () => undefined);
  connection.on('authentication', authenticate);
  connection.on('ready', () => {
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptExec, _reject, { command }) => {
        const stream = acceptExec();
        if (command === 'echo') {
          stream.pipe(stream, { end: false });
          stream.on('end', () => {
            stream.exit(0);
            stream.end();
          });
        } else if (command === 'rekey') {
          stream.resume();
          connection.rekey(() => {
            stream.exit(0);
            stream.end();
          });
        } else if (command === 'cut') net.Socket.prototype.destroy.call(connection._sock);
        else {
          stream.resume();
          stream.stderr.write(`${command}: not found`);
          stream.exit(127);
          stream.end();
        }
      });
      session.on('sftp', (acceptSftp) => serveFiles(acceptSftp()));
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const onward = net.connect(destPort, destIP);
      onward.once('error', () => reject());
      onward.once('connect', () => {
        const channel = accept();
        channel.pipe(onward).pipe(channel);
      });
    });
  });
}

const server = new Server({ hostKeys: [hostKey.private] }, serve);
const port = await listen(server);
const echo = net.createServer((socket) => socket.pipe(socket));
const echoPort = await listen(echo);

async function connect(options) {
  const client = new Client();
  client.connect({ host: 'localhost', port, username: 'ada', ...options });
  await once(client, 'ready');
  return client;
}

function call(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

async function exec(client, command, input) {
  // All of the answer may come at once, before what awaits the stream goes on.
  const stream = await new Promise((resolve, reject) => {
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(collected(opened))));
  });
  stream.end(input);
  return stream.outcome;
}

function collected(stream) {
  const exit = once(stream, 'exit');
  const all = Promise.all([buffer(stream), buffer(stream.stderr), exit]);
  stream.outcome = all.then(([out, err, [status]]) => [digest(out), String(err), status]);
  return stream;
}

for (const options of [{ password: 'secret' }, { privateKey: userKey.private }]) {
  const client = await connect(options);
  const name = Object.keys(options)[0];
  saw[name] = await exec(client, 'echo', octets(4 * MEGABYTE));
  saw[`${name} several`] = await Promise.all(
    Array.from({ length: 8 }, (_, i) => exec(client, 'echo', octets(50_000 * i, i + 1))),
  );
  saw[`${name} missing`] = await exec(client, 'frobnicate');
  client.end();
  await once(client, 'close');
}

const client = await connect({ password: 'secret' });
const during = exec(client, 'echo', octets(MEGABYTE));
saw.rekey = await exec(client, 'rekey');
saw.rekeyed = await during;
const sftp = await call(client, 'sftp');
saw.read = digest(await buffer(sftp.createReadStream('/there')));
const writing = sftp.createWriteStream('/new');
writing.end(octets(MEGABYTE, 9));
await once(writing, 'close');
saw.written = digest(files.get('/new'));
saw.absent = await call(sftp, 'stat', '/absent').catch(({ message }) => message);
const forwarded = await call(client, 'forwardOut', '127.0.0.1', 1, '127.0.0.1', echoPort);
forwarded.end(octets(2 * MEGABYTE, 3));
saw.forwarded = digest(await buffer(forwarded));
saw.notForwarded = await call(client, 'forwardOut', '127.0.0.1', 1, '127.0.0.1', await unusedPort()).catch(
  ({ message }) => message,
);
client.on('error', ({ code, level }) => (saw.cutError = [code, level]));
client.exec('cut', () => undefined);
await new Promise((resolve) => client.once('close', resolve));

saw.denied = await connect({ password: 'wrong' }).catch(({ level, message }) => [level, message]);
saw.refused = await connect({ port: await unusedPort(), host: '127.0.0.1' }).catch(({ level, code }) => [
  level,
  code,
]);
await Promise.all([closed(server), closed(echo)]);
report(saw);
