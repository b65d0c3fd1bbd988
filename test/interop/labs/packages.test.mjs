// Packages of npm as they are, both ends in a lab.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { all, data, from, lab, nth } from '@halfclose/testkit';
import { Aedes } from 'aedes';
import axios from 'axios';
import express from 'express';
import fastify from 'fastify';
import got from 'got';
import mqtt from 'mqtt';
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { Agent, request, RetryAgent } from 'undici';

test(
  'express, axios',
  lab(async (net) => {
    net.host('api', () =>
      express()
        .get('/', (_, response) => response.json({ at: Date.now() }))
        .listen(80),
    );
    const { data: body, headers } = await axios.get('http://api/');
    assert.equal(new Date(body.at).getUTCFullYear(), 2026);
    assert.match(headers.date, / 2026 /);
  }),
);

test(
  'fastify, got',
  lab(async (net) => {
    net.host('api', () => {
      const app = fastify();
      app.get('/', async () => ({ ok: true }));
      return app.listen({ port: 80, host: '0.0.0.0' });
    });
    await sleep(100);
    assert.deepEqual(await got('http://api/').json(), { ok: true });
  }),
);

test(
  'undici, which tries again after a reset',
  lab(async (net) => {
    let requests = 0;
    net.host('api', () => http.createServer((_, response) => response.end(`${++requests}`)).listen(80));
    net.reset(nth(1, all(data(), from('api'))));
    const dispatcher = new RetryAgent(new Agent());
    const { body } = await request('http://api/', { dispatcher });
    assert.equal(await body.text(), '2');
    await dispatcher.destroy();
  }),
);

test(
  'mqtt, aedes',
  lab(async (net) => {
    net.host('broker', async () => createServer((await Aedes.createBroker()).handle).listen(1883));
    await sleep(100);
    const client = await mqtt.connectAsync('mqtt://broker');
    await client.subscribeAsync('topic');
    const message = once(client, 'message');
    await client.publishAsync('topic', 'hello');
    assert.equal(String((await message)[1]), 'hello');
    await client.endAsync();
  }),
);

test(
  'nodemailer, smtp-server',
  lab(async (net) => {
    let mail = '';
    const options = {
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => stream.on('data', (chunk) => (mail += chunk)).on('end', done),
    };
    net.host('mail', () => new SMTPServer(options).listen(25));
    const transport = nodemailer.createTransport({ host: 'mail', port: 25 });
    await transport.sendMail({ from: 'a@a.test', to: 'b@b.test', subject: 'hello', text: 'hello' });
    assert.match(mail, /^Date: .* 2026 /m);
  }),
);
