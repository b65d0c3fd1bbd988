import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { cert, digest, key, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const saw = { sent: [] };
const mails = [];
const sessions = new Set();

function createServer(options) {
  return new SMTPServer({
    key,
    cert,
    size: 12 * MEGABYTE,
    // Else it asks the name server of the machine for the name of each client.
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      if (username === 'ada' && password === 'secret') done(null, { user: username });
      else done(new Error('not with that password'));
    },
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('nobody') ? new Error('no such mailbox') : null);
    },
    async onData(stream, session, done) {
      sessions.add(session.id);
      const content = await buffer(stream);
      if (stream.sizeExceeded) return done(Object.assign(new Error('too large'), { responseCode: 552 }));
      const [, attached = ''] =
        /\r\nContent-Transfer-Encoding: base64\r\n[^]*?\r\n\r\n([^]*?)\r\n--/.exec(content.toString()) ?? [];
      mails.push([
        session.secure,
        session.envelope.mailFrom.address,
        session.envelope.rcptTo.map(({ address }) => address),
        digest(Buffer.from(attached, 'base64')),
      ]);
      return done(null, 'taken');
    },
    ...options,
  });
}

const starttls = createServer({});
const secure = createServer({ secure: true });
const plain = createServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
for (const each of [starttls, secure, plain]) each.on('error', () => undefined);
const ports = [];
for (const each of [starttls, secure, plain]) ports.push(await listen(each.server));

function transportTo(port, options) {
  return nodemailer.createTransport({
    host: 'localhost',
    port,
    auth: { user: 'ada', pass: 'secret' },
    tls: { ca: cert },
    ...options,
  });
}

function mail(i, length) {
  return {
    from: 'ada@example.com',
    to: [`first${i}@example.com`, `second${i}@example.com`],
    subject: `Number ${i}`,
    text: 'A line.\n.\n..and a dot.',
    attachments: [{ filename: 'octets.bin', content: octets(length, i + 1) }],
  };
}

async function failureOf(promise) {
  try {
    await promise;
    return 'no error';
  } catch ({ code, responseCode, command }) {
    return [code, responseCode, command];
  }
}

const options = [{ requireTLS: true }, { secure: true }, { auth: undefined, ignoreTLS: true }];
for (const [i, port] of ports.entries()) {
  const transport = transportTo(port, options[i]);
  saw.sent.push(await transport.verify());
  const { accepted, rejected, response } = await transport.sendMail(mail(i, 4 * MEGABYTE));
  saw.sent.push(accepted, rejected, response);
  transport.close();
}

const before = sessions.size;
const pool = transportTo(ports[0], { pool: true, maxConnections: 3, maxMessages: 20 });
saw.pooled = (
  await Promise.all(Array.from({ length: 15 }, (_, i) => pool.sendMail(mail(i, 20_000 + i))))
).map(({ accepted }) => accepted);
saw.connectionsUsed = sessions.size - before;
pool.close();

const transport = transportTo(ports[0]);
const partly = await transport.sendMail({
  ...mail(0, 10),
  to: ['nobody@example.com', 'somebody@example.com'],
});
saw.partly = [partly.accepted, partly.rejected];
saw.nobody = await failureOf(transport.sendMail({ ...mail(0, 10), to: 'nobody@example.com' }));
saw.tooLarge = await failureOf(transport.sendMail(mail(0, 10 * MEGABYTE)));
saw.wrongPassword = await failureOf(
  transportTo(ports[0], { auth: { user: 'ada', pass: 'wrong' } }).sendMail(mail(0, 10)),
);
saw.untrusted = await failureOf(transportTo(ports[1], { secure: true, tls: {} }).sendMail(mail(0, 10)));
saw.secureToPlain = await failureOf(transportTo(ports[2], { secure: true }).sendMail(mail(0, 10)));
saw.refused = await failureOf(transportTo(await unusedPort(), { host: '127.0.0.1' }).sendMail(mail(0, 10)));
saw.mails = mails.map(String).sort();
const closing = [starttls, secure, plain].map((each) => once(each.server, 'close'));
for (const each of [starttls, secure, plain]) each.close();
await Promise.all(closing);
report(saw);
