import assert from 'node:assert/strict';
import net from 'node:net';
import * as timers from 'node:timers/promises';
import { decodeFrame, readFrames } from '@halfclose/capture';
import { traceOf } from '@halfclose/explain';
import { runText } from '@halfclose/packetdrill';
import { runExample } from '@halfclose/test-support';
import * as testkit from '@halfclose/testkit';
import { connectionsOf, type TraceEvent } from '@halfclose/trace';
import { describe, expect, it } from 'vitest';
import { drillRows } from '../rows.mjs';
import { EXPORTS, type Exportable } from '../src/export/exports.ts';
import { packetdrillOf } from '../src/export/packetdrill.ts';
import { segmentLine, segmentsOf, type SentSegment } from '../src/export/segments.ts';
import { testkitTestOf } from '../src/export/testkit-test.ts';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { playDrill } from '../src/world/drill-recording.ts';
import { parseScript } from '../src/world/parse-script.ts';
import type { Recording } from '../src/world/recording.ts';
import { playWorld } from '../src/world/world.ts';

testkit.register();

const played = new Map<string, Recording>();

function recordingOf(name: string, script: string): Recording {
  const known = played.get(name) ?? playWorld(parseScript(script));
  played.set(name, known);
  return known;
}

function linesOf(events: readonly TraceEvent[]): string[] {
  const [connection] = connectionsOf(events);
  return connection === undefined ? [] : segmentsOf(events, connection).map(segmentLine);
}

/** Why something cannot be exported; `null`: it can. */
function refusalOf(make: () => unknown): string | null {
  try {
    make();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a host sent itself, in order, as far as one can tell by its flags, numbers and text. */
function sentBy(events: readonly TraceEvent[], address: string): string[] {
  const [connection] = connectionsOf(events);
  if (connection === undefined) return [];
  const isOwn = ({ packet }: SentSegment) => packet.source.toString() === address;
  return segmentsOf(events, connection)
    .filter(isOwn)
    .map((segment) => segmentLine(segment).replace(/^\w+ /, ''));
}

const WRITABLE = WORLDS.filter(({ name }) => !['bulk'].includes(name));

describe('packetdrill', () => {
  const cases = WORLDS.flatMap((world) =>
    (['client', 'server'] as const).map((host) => ({ ...world, host })),
  );

  it('refuses only what no script can say', () => {
    const refused = cases.flatMap(({ name, script, host }) => {
      const setup = parseScript(script);
      const reason = refusalOf(() => packetdrillOf(recordingOf(name, script), setup, host));
      return reason === null ? [] : [`${name} ${host}: ${reason}`];
    });
    expect(refused).toMatchSnapshot();
    expect(cases.length - refused.length).toBeGreaterThan(50);
  });

  it.each(cases)(
    '$name: the script of the $host passes, and the stack sends the same segments',
    ({ name, script, host }) => {
      const recording = recordingOf(name, script);
      const setup = parseScript(script);
      if (refusalOf(() => packetdrillOf(recording, setup, host)) !== null) {
        expect.assertions(0);
        return;
      }
      const text = packetdrillOf(recording, setup, host);
      const events: TraceEvent[] = [];
      const result = runText(text, { observe: (event) => events.push(structuredEvent(event)) });
      expect(result.failure?.reason ?? result.reason).toBe('');
      const sent = sentBy(recording.events, host === 'client' ? '10.0.0.1' : '10.0.0.2');
      expect(sentBy(events, '192.168.0.1').slice(0, sent.length)).toEqual(sent);
    },
  );

  it('a script that says something else fails', () => {
    const { name, script } = WORLDS.find((world) => world.name === 'half-close') ?? { name: '', script: '' };
    const text = packetdrillOf(recordingOf(name, script), parseScript(script), 'server');
    expect(runText(text.replace('> F. 2701:2701(0)', '> . 2701:2701(0)')).outcome).toBe('failed');
  });
});

/** Payloads are views of live buffers, and headers objects that are used again. */
function structuredEvent(event: TraceEvent): TraceEvent {
  if (event.type !== 'segment' || event.packet.kind !== 'tcp') return event;
  const { segment } = event.packet;
  const copy = Object.assign(
    Object.create(Object.getPrototypeOf(segment) as object) as typeof segment,
    segment,
  );
  copy.payload = segment.payload.slice();
  return { ...event, packet: { ...event.packet, segment: copy } };
}

describe('tests of testkit', () => {
  it('refuses only what programs on node:net cannot do', () => {
    const refused = WORLDS.flatMap(({ name, script }) => {
      const reason = refusalOf(() => testkitTestOf(recordingOf(name, script), parseScript(script), name));
      return reason === null ? [] : [`${name}: ${reason}`];
    });
    expect(refused).toMatchSnapshot();
  });

  const writable = WRITABLE.filter(
    ({ name, script }) =>
      refusalOf(() => testkitTestOf(recordingOf(name, script), parseScript(script), name)) === null,
  );

  it.each(writable)('$name: the test passes', async ({ name, script }) => {
    const program = testkitTestOf(recordingOf(name, script), parseScript(script), name);
    const tests = testsOf(program);
    expect([...tests.keys()]).toEqual([name]);
    await expect(tests.get(name)?.()).resolves.toBeUndefined();
  });

  it('a test that expects another segment fails', async () => {
    const { name, script } = WORLDS.find((world) => world.name === 'half-close') ?? { name: '', script: '' };
    const program = testkitTestOf(recordingOf(name, script), parseScript(script), name);
    const wrong = program.replace('client > F. 601:601(0)', 'client > F. 602:602(0)');
    await expect(testsOf(wrong).get(name)?.()).rejects.toThrow('602');
  });
});

/** The tests that a program makes. */
function testsOf(program: string): Map<string, testkit.LabTest> {
  const tests = new Map<string, testkit.LabTest>();
  runExample(program, {
    'node:assert/strict': { default: assert },
    'node:net': { default: net },
    'node:timers/promises': timers,
    'node:test': { test: (name: string, test: testkit.LabTest) => tests.set(name, test) },
    '@halfclose/testkit': testkit,
  });
  return tests;
}

function exported(name: string, kind: string): string | Uint8Array {
  const scenario = WORLDS.find((world) => world.name === name);
  if (scenario === undefined) throw new Error(name);
  const recording = recordingOf(name, scenario.script);
  const what: Exportable = {
    source: { kind: 'world', scenario, setup: parseScript(scenario.script) },
    recording,
    connection: recording.connections[0] ?? null,
    name,
  };
  const found = EXPORTS.find((each) => each.name === kind);
  if (found === undefined) throw new Error(kind);
  return found.make(what).content;
}

describe('pcapng', () => {
  it.each(WRITABLE.filter(({ name }) => !name.startsWith('syn-flood')))(
    '$name: the file holds every segment once, as it was sent',
    async ({ name, script }) => {
      const file = exported(name, 'pcapng');
      if (typeof file === 'string') throw new TypeError('pcapng is bytes');
      const captured = [];
      for await (const frame of readFrames([file])) {
        const packet = decodeFrame(frame);
        if (typeof packet !== 'string') captured.push(packet);
      }
      const recording = recordingOf(name, script);
      if (recording.connections.length > 1) {
        expect(captured.length).toBeGreaterThan(4);
        return;
      }
      expect(linesOf(traceOf(captured)).toSorted()).toEqual(linesOf(recording.events).toSorted());
    },
  );

  it.each(drillRows().filter(({ name }) => /^[a-f]/.test(name)))(
    '$name: a row of the tables is a file, too',
    async ({ name, script }) => {
      const { events } = playDrill(script, name);
      const packets = new Set(events.flatMap((event) => (event.type === 'segment' ? [event.packet] : [])));
      const found = EXPORTS.find((each) => each.name === 'pcapng');
      const source = { kind: 'drill' } as never;
      const { content } =
        found?.make({ source, recording: { events } as never, connection: null, name }) ?? {};
      if (content === undefined || typeof content === 'string') throw new TypeError('pcapng is bytes');
      let frames = 0;
      for await (const frame of readFrames([content])) if (typeof decodeFrame(frame) !== 'string') frames++;
      expect(frames).toBe(packets.size);
    },
  );
});

describe('text and pictures', () => {
  it.each(WRITABLE.filter(({ name }) => !name.startsWith('syn-flood')))(
    '$name: each has every packet',
    ({ name, script }) => {
      const recording = recordingOf(name, script);
      const [connection] = recording.connections;
      if (connection === undefined) throw new Error('no connection');
      const segments = segmentsOf(recording.events, connection);
      const mermaid = String(exported(name, 'mermaid')).trimEnd().split('\n');
      expect(mermaid[0]).toBe('sequenceDiagram');
      const arrows = mermaid.filter((line) => /^ {2}[LR](?:->>|-x)[LR]: /.test(line));
      // Besides copies that arrived once more.
      expect(arrows.filter((line) => !line.includes('duplicate')).length).toBe(segments.length);
      for (const line of mermaid.slice(1))
        expect(line).toMatch(/^ {2}(?:participant [LR] as |Note over [LR]: |[LR](?:->>|-x)[LR]: )[^<>]+$/);
      const ladder = String(exported(name, 'ladder-text'));
      expect(Math.max(...ladder.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
      for (const kind of ['ladder-svg', 'states-svg', 'timeline-svg', 'sequence-svg'])
        expect(String(exported(name, kind))).toMatch(/^<svg [^]*<\/svg>\n$/);
    },
  );

  it('numbers in Mermaid are those of the ladder', () => {
    expect(String(exported('half-close', 'mermaid'))).toContain(
      'L->>R: 60 ms: FIN ACK 601:601(0) ack 1 win 64512',
    );
    expect(String(exported('linger-0', 'mermaid'))).toMatch(/L-xR: .*dropped by you/);
  });
});
