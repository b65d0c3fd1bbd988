import type { Recording } from '../world/recording.ts';
import type { HostName, Input, Knobs, PacketChoice, WorldSetup } from '../world/world-setup.ts';
import { Refusal } from './refusal.ts';
import { segmentLine, segmentsOf } from './segments.ts';

/** So many segments are written out; more are no test that anybody reads. */
const MOST_SEGMENTS = 1000;
const FIRST_PORT = 40_000;

/**
 * What happens in a world as a test of @halfclose/testkit, of programs on node:net: run, it expects the same segments.
 *
 * @throws Refusal that says why it cannot be one
 */
export function testkitTestOf(recording: Recording, setup: WorldSetup, name: string): string {
  const [connection, ...others] = recording.connections;
  if (connection === undefined) throw new Refusal('there is no connection yet');
  if (others.length > 0) throw new Refusal('a test is written of one connection, and here are several');
  for (const host of ['client', 'server'] as const) {
    const [field] = Object.keys(setup.profiles[host]);
    if (field !== undefined) throw new Refusal(`hosts of a lab have no ${field}: they are as Linux is`);
  }
  if (
    recording.events.some(
      (event) => event.type === 'state' && event.from === 'SYN-SENT' && event.why === 'close',
    )
  )
    throw new Refusal('a program on node:net that gives up connecting is over at another moment');
  const segments = segmentsOf(recording.events, connection).map(segmentLine);
  if (segments.length > MOST_SEGMENTS)
    throw new Refusal(
      `it would list ${segments.length.toLocaleString('en')} segments; up to ${MOST_SEGMENTS} are`,
    );
  const maker = new TestMaker(setup);
  const body = maker.body(recording.duration);
  const imports = [...maker.imports, 'lab'].sort((a, b) => a.localeCompare(b));
  return `import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ${imports.join(', ')} } from '@halfclose/testkit';

const FLAGS = [[2, 'S'], [1, 'F'], [4, 'R'], [8, 'P'], [16, '.']];

/** Notes each packet that is sent, as \`client > S 0:0(0)\`, and lets it pass. */
function listener(seen) {
  const first = {};
  return ({ kind, segment }, { from }) => {
    if (kind !== 'tcp') return false;
    const { flags, seq, ack, payload } = segment;
    const other = from === 'client' ? 'server' : 'client';
    if (flags & 2) first[from] = seq;
    const from0 = (seq - (first[from] ?? 0)) >>> 0;
    const letters = FLAGS.filter(([flag]) => flags & flag).map(([, letter]) => letter);
    const acked = flags & 16 ? \` ack \${(ack - (first[other] ?? 0)) >>> 0}\` : '';
    seen.push(\`\${from} > \${letters.join('')} \${from0}:\${from0 + payload.length}(\${payload.length})\${acked}\`);
    return false;
  };
}

test(
  ${JSON.stringify(name)},
  lab({ seed: ${setup.seed}, link: { delay: 10, jitter: 0, rate: 100e6 } }, async (network) => {
    const seen = [];
    network.drop(listener(seen), { optional: true });
    const sockets = {};
    const opened = (host, socket) => {
      sockets[host] = socket.on('error', () => {}).on('data', () => {});
    };
    const client = network.host('client');
    const server = network.host('server');
    const at = (time, host, task) => network.at(time, () => host.run(task));
${body}
    assert.deepEqual(seen, [
${segments.map((line) => `      ${JSON.stringify(line)},`).join('\n')}
    ]);
  }),
);
`;
}

class TestMaker {
  readonly imports = new Set<string>();
  readonly #setup: WorldSetup;
  /** SO_LINGER {1, 0} was set, so that close() is resetAndDestroy(). */
  readonly #aborts: Record<HostName, boolean> = { client: false, server: false };

  constructor(setup: WorldSetup) {
    this.#setup = setup;
  }

  body(duration: number): string {
    const lines = this.#setup.inputs.map((input) => this.#line(input)).filter((line) => line !== '');
    return [...lines, `await sleep(${Math.ceil(duration) + 1});`].map((line) => `    ${line}`).join('\n');
  }

  #line(input: Input): string {
    switch (input.kind) {
      case 'call':
        return this.#call(input.host, input);
      case 'link':
        return this.#link(input);
      case 'fault':
        return this.#fault(input);
    }
  }

  #call(host: HostName, { at, call }: Extract<Input, { kind: 'call' }>): string {
    const socket = `sockets.${host}`;
    const inTime = (task: string) => `at(${at}, ${host}, () => ${task});`;
    switch (call.call) {
      case 'listen':
        if (host === 'client') throw new Refusal('in this test only the server listens');
        return inTime(
          `{\n      sockets.listener = net.createServer({ allowHalfOpen: true }, (socket) => opened('server', socket));\n      sockets.listener.listen({ port: 80, backlog: ${call.backlog} });\n    }`,
        );
      case 'connect': {
        if (host === 'server') throw new Refusal('in this test only the client connects');
        const port = call.port ?? FIRST_PORT;
        return inTime(
          `opened('client', net.connect({ host: 'server', port: 80, localPort: ${port}, allowHalfOpen: true }))`,
        );
      }
      case 'send':
        return inTime(`${socket}.write(Buffer.alloc(${call.bytes}, 'a'))`);
      case 'shutdown':
        if (call.how !== 'wr') throw new Refusal('node:net has no shutdown() of the reading half');
        return inTime(`${socket}.end()`);
      case 'close':
        return inTime(this.#aborts[host] ? `${socket}.resetAndDestroy()` : `${socket}.destroy()`);
      case 'linger':
        if (call.seconds !== null && call.seconds > 0)
          throw new Refusal('node:net has no SO_LINGER with a time');
        this.#aborts[host] = call.seconds === 0;
        return '';
      case 'set':
        if (call.option === 'TCP_NODELAY') return inTime(`${socket}.setNoDelay(${call.value !== 0})`);
        throw new Refusal(`node:net does not set ${call.option} alone`);
      case 'unlisten':
        return inTime('sockets.listener.close()');
      case 'crash':
        throw new Refusal('what is sent to a host without power is not seen in a lab');
      case 'exit':
        return `network.at(${at}, () => ${host}.kill());`;
      case 'read':
      case 'recv':
        throw new Refusal(
          'node:net reads into buffers of its own, so a program that does not read is another one there',
        );
      case 'accept':
      case 'dup':
      case 'error':
      case 'again':
      case 'flood':
        throw new Refusal(`node:net has no ${call.call}`);
    }
  }

  #link({ at, way, knobs }: Extract<Input, { kind: 'link' }>): string {
    if (way !== null) throw new Refusal('the link of a lab is the same both ways');
    const { loss = 0, reorder = 0, duplicate = 0, corrupt = 0, jitter = 0 } = knobs;
    if (loss + reorder + duplicate + corrupt + jitter > 0)
      throw new Refusal('chance falls otherwise in a lab; faults that name their packets fall alike');
    return `network.at(${at}, () => network.link('client', 'server').set(${knobText(knobs)}));`;
  }

  #fault({ at, verb, packets }: Extract<Input, { kind: 'fault' }>): string {
    const match = this.#match(packets);
    const more = verb.verb === 'delay' ? `, ${verb.delay}` : '';
    const fault = `network.${verb.verb}(${match}${more})`;
    return at === 0 ? `${fault};` : `network.at(${at}, () => ${fault});`;
  }

  #match({ kind, way, count }: PacketChoice): string {
    const names: Partial<Record<PacketChoice['kind'], string>> = {
      any: 'any',
      syn: 'syn',
      synack: 'synAck',
      fin: 'fin',
      rst: 'rst',
      data: 'data',
      ack: 'pureAck',
      again: 'retransmission',
    };
    const name = names[kind];
    if (name === undefined) throw new Refusal('a test has no match for the length of packets');
    let match = this.#use(name, '');
    if (way !== null)
      match = this.#use('all', this.#use('from', way === 'client>server' ? "'client'" : "'server'"), match);
    return count.by === 'all' ? match : this.#use(count.by, String(count.n), match);
  }

  #use(name: string, ...args: string[]): string {
    this.imports.add(name);
    return `${name}(${args.filter((arg) => arg !== '').join(', ')})`;
  }
}

function knobText({ cut, queue, reorder, ...knobs }: Knobs): string {
  const all = {
    ...knobs,
    ...(cut !== undefined && { partition: cut }),
    ...(queue !== undefined && { queue: { packets: queue } }),
    ...(reorder !== undefined && { reorder: { probability: reorder, delay: 30.7 } }),
  };
  const fields = Object.entries(all).map(([name, value]) => {
    return `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
  });
  return `{ ${fields.join(', ')} }`;
}
