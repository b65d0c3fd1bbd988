import { type ArgumentRow, faultsOf, OCTETS, type ValueKind } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  CodeInterpreter,
  compareOutbound,
  defaultDefines,
  drill,
  errnoNameOf,
  errnoNumber,
  expectedReturn,
  expectedTime,
  fieldOf,
  findUnsupported,
  formatFailure,
  formatOutbound,
  inboundPacket,
  integerOf,
  interpretCommand,
  JoinedSegments,
  ParseError,
  parseScript,
  relativeBase,
  runScript,
  runText,
  ScriptConnection,
  settingsOf,
  symbolValue,
  timingFault,
  toleranceOf,
} from '../src/index.ts';
import { drillCommand, findScripts, readKnownFailures, runFile } from '../src/node.ts';
import { addressFrom, Drill, segmentFrom } from './connection.ts';
import { callOf, tcpOf } from './parse/parse.ts';

const SCRIPT = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';
const OR_NONE: readonly ValueKind[] = ['undefined'];
const parsed = parseScript(SCRIPT);

const TEXTS: readonly ValueKind[] = ["''", 'text'];
const COUNTS: readonly ValueKind[] = ['0', '1', '2**32'];
const TIMES: readonly ValueKind[] = ['-1', '1.5', ...COUNTS];
/** Any object will do: of its fields, those that there are count. */
const OBJECTS: readonly ValueKind[] = [
  '{}',
  'misspelt option',
  '[]',
  ...OCTETS,
  'Float64Array',
  'DataView',
  'ArrayBuffer',
];
const { connection, settings } = Drill.established();
const EXPECTED = tcpOf('> . 1:1(0) ack 1');
const PACKET = segmentFrom(connection, {});
const CONTEXT = { connection, settings, elapsed: 0 };
const POSITION = { line: 1, column: 1 };
const ACTION = callOf('close(3) = 0');
const EXPRESSION = ACTION.arguments[0] as never;
const ANY = { kind: 'any' } as const;
const CODE = { unsupported: null, statements: [] } as never;
const ENDPOINTS = {
  localAddress: addressFrom('192.0.2.1'),
  localPort: 80,
  remoteAddress: addressFrom('192.0.2.2'),
  remotePort: 81,
};
const FAILED = runText('0 close(3) = 0\n');
const failedWith = (name: string) => (value: never) =>
  formatFailure({ ...FAILED, failure: { ...FAILED.failure, [name]: value } as never });
const endpoint = (name: keyof typeof ENDPOINTS) => (value: never) =>
  ScriptConnection.fromConnect({ ...ENDPOINTS, [name]: value });
const inContext = (name: keyof typeof CONTEXT) => (value: never) =>
  compareOutbound(EXPECTED, PACKET, { ...CONTEXT, [name]: value });
const environment = { readScript: () => null };

const PARTS: readonly ArgumentRow[] = [
  { of: 'symbolValue()/name', call: (value) => symbolValue(value), takes: TEXTS },
  { of: 'errnoNumber()/name', call: (value) => errnoNumber(value), takes: TEXTS },
  { of: 'errnoNameOf()/number', call: (value) => errnoNameOf(value), takes: COUNTS },
  { of: 'integerOf()/expression', call: (value) => integerOf(value), takes: [] },
  { of: 'addressOf()/expression', call: (value) => addressOf(value), takes: [] },
  { of: 'fieldOf()/expression', call: (value) => fieldOf(value, 'sa_family'), takes: [] },
  { of: 'fieldOf()/name', call: (value) => fieldOf(EXPRESSION, value), takes: TEXTS },
  { of: 'interpretCommand()/text', call: (value) => interpretCommand(value), takes: TEXTS },
  {
    of: 'interpretCommand()/environment',
    call: (value) => interpretCommand('true', value),
    takes: [...OBJECTS, ...OR_NONE],
  },
  {
    of: 'interpretCommand()/environment.readScript',
    call: (readScript) => interpretCommand('true', { readScript }),
    takes: ['function', ...OR_NONE],
  },
  { of: 'findUnsupported()/script', call: (value) => findUnsupported(value, environment), takes: [] },
  {
    of: 'findUnsupported()/environment.readScript',
    call: (readScript) => findUnsupported(parsed, { readScript }),
    takes: ['function', ...OR_NONE],
  },
  { of: 'defaultDefines()/mode', call: (value) => defaultDefines(value), takes: [] },
  { of: 'settingsOf()/script', call: (value) => settingsOf(value, 'ipv4'), takes: [] },
  { of: 'settingsOf()/mode', call: (value) => settingsOf(parsed, value), takes: [] },
  { of: 'compareOutbound()/expected', call: (value) => compareOutbound(value, PACKET, CONTEXT), takes: [] },
  { of: 'compareOutbound()/actual', call: (value) => compareOutbound(EXPECTED, value, CONTEXT), takes: [] },
  { of: 'compareOutbound()/context', call: (value) => compareOutbound(EXPECTED, PACKET, value), takes: [] },
  { of: 'compareOutbound()/context.connection', call: inContext('connection'), takes: [] },
  { of: 'compareOutbound()/context.settings', call: inContext('settings'), takes: [] },
  { of: 'compareOutbound()/context.elapsed', call: inContext('elapsed'), takes: TIMES },
  { of: 'inboundPacket()/script', call: (value) => inboundPacket(value, connection, settings), takes: [] },
  {
    of: 'inboundPacket()/connection',
    call: (value) => inboundPacket(tcpOf('< . 1:1(0) ack 1 win 1'), value, settings),
    takes: [],
  },
  {
    of: 'inboundPacket()/settings',
    call: (value) => inboundPacket(tcpOf('< . 1:1(0) ack 1 win 1'), connection, value),
    takes: [],
  },
  { of: 'formatOutbound()/packet', call: (value) => formatOutbound(value, connection), takes: [] },
  { of: 'formatOutbound()/connection', call: (value) => formatOutbound(PACKET, value), takes: [] },
  { of: 'new JoinedSegments()/expected', call: (value) => new JoinedSegments(value, false), takes: [] },
  {
    of: 'new JoinedSegments()/strictSegments',
    call: (value) => new JoinedSegments(EXPECTED, value),
    takes: ['true'],
  },
  {
    of: 'joinedSegments.add()/packet',
    call: (value) => new JoinedSegments(EXPECTED, false).add(value),
    takes: [],
  },
  {
    of: 'ScriptConnection.fromInbound()/endpoints',
    call: (value) => ScriptConnection.fromInbound(value, EXPECTED),
    takes: [],
  },
  {
    of: 'ScriptConnection.fromInbound()/packet',
    call: (value) => ScriptConnection.fromInbound(ENDPOINTS, value),
    takes: [],
  },
  { of: 'ScriptConnection.fromConnect()/endpoints.localAddress', call: endpoint('localAddress'), takes: [] },
  {
    of: 'ScriptConnection.fromConnect()/endpoints.localPort',
    call: endpoint('localPort'),
    takes: ['0', '1'],
  },
  {
    of: 'ScriptConnection.fromConnect()/endpoints.remoteAddress',
    call: endpoint('remoteAddress'),
    takes: [],
  },
  {
    of: 'ScriptConnection.fromConnect()/endpoints.remotePort',
    call: endpoint('remotePort'),
    takes: ['0', '1'],
  },
  { of: 'scriptConnection.sent()/packet', call: (value) => connection.sent(value), takes: [] },
  {
    of: 'scriptConnection.noteOutbound()/expected',
    call: (value) => connection.noteOutbound(value, PACKET.segment),
    takes: [],
  },
  {
    of: 'scriptConnection.noteOutbound()/actual',
    call: (value) => connection.noteOutbound(EXPECTED, value),
    takes: [],
  },
  { of: 'scriptConnection.noteInbound()/packet', call: (value) => connection.noteInbound(value), takes: [] },
  {
    of: 'relativeBase()/previous.action',
    call: (action) => relativeBase({ action, time: 0 }, ACTION, 0),
    takes: OBJECTS,
  },
  {
    of: 'relativeBase()/previous.time',
    call: (time) => relativeBase({ action: ACTION, time }, ACTION, 0),
    takes: TIMES,
  },
  { of: 'relativeBase()/action', call: (value) => relativeBase(null, value, 0), takes: OBJECTS },
  { of: 'relativeBase()/now', call: (value) => relativeBase(null, ACTION, value), takes: TIMES },
  { of: 'expectedTime()/time', call: (value) => expectedTime(value, 0), takes: [] },
  { of: 'expectedTime()/base', call: (value) => expectedTime(ANY, value), takes: TIMES },
  { of: 'expectedReturn()/time', call: (value) => expectedReturn(value, 0, 0), takes: [] },
  { of: 'expectedReturn()/end', call: (value) => expectedReturn(ANY, value, 0), takes: TIMES },
  { of: 'expectedReturn()/base', call: (value) => expectedReturn(ANY, 0, value), takes: TIMES },
  { of: 'toleranceOf()/settings', call: (value) => toleranceOf(value, 0), takes: [] },
  { of: 'toleranceOf()/gap', call: (value) => toleranceOf(settings, value), takes: [...TIMES, 'null'] },
  { of: 'timingFault()/expected', call: (value) => timingFault(value, 0, 0, 'x'), takes: ['null'] },
  { of: 'timingFault()/actual', call: (value) => timingFault(null, value, 0, 'x'), takes: TIMES },
  { of: 'timingFault()/tolerance', call: (value) => timingFault(null, 0, value, 'x'), takes: TIMES },
  { of: 'timingFault()/what', call: (value) => timingFault(null, 0, 0, value), takes: TEXTS },
  { of: 'interpreter.run()/block', call: (value) => new CodeInterpreter().run(value, {}), takes: [] },
  {
    of: 'interpreter.run()/block.statements',
    call: (statements) => new CodeInterpreter().run({ ...(CODE as object), statements } as never, {}),
    takes: ['[]'],
  },
  {
    of: 'interpreter.run()/names',
    call: (value) => new CodeInterpreter().run(CODE, value),
    takes: OBJECTS,
  },
  { of: 'formatFailure()/result', call: (value) => formatFailure(value), takes: [] },
  {
    of: 'formatFailure()/result.failure',
    call: (failure) => formatFailure({ ...FAILED, failure }),
    takes: ['null'],
  },
  { of: 'formatFailure()/result.failure.differences', call: failedWith('differences'), takes: ['[]'] },
  { of: 'new ParseError()/file', call: (value) => new ParseError(value, POSITION, 'x', 'y'), takes: TEXTS },
  { of: 'new ParseError()/position', call: (value) => new ParseError('f', value, 'x', 'y'), takes: [] },
  { of: 'new ParseError()/reason', call: (value) => new ParseError('f', POSITION, value, 'y'), takes: TEXTS },
  {
    of: 'new ParseError()/sourceLine',
    call: (value) => new ParseError('f', POSITION, 'x', value),
    takes: TEXTS,
  },
  { of: 'findScripts()/paths', call: (value) => findScripts(value), takes: ['[]'] },
  { of: 'runFile()/file', call: (value) => runFile(value), takes: TEXTS },
  { of: 'drillCommand()/name', call: (value) => drillCommand(value), takes: TEXTS },
];

const ROWS: readonly ArgumentRow[] = [
  { of: 'parseScript()/options', call: (value) => parseScript(SCRIPT, value), takes: ['{}', ...OR_NONE] },
  {
    of: 'parseScript()/file',
    call: (file) => parseScript(SCRIPT, { file }),
    takes: ["''", 'text', ...OR_NONE],
  },
  { of: 'parseScript()/defines', call: (defines) => parseScript(SCRIPT, { defines }), takes: OR_NONE },
  { of: 'runScript()/script', call: (value) => runScript(value), takes: [] },
  { of: 'runScript()/options', call: (value) => runScript(parsed, value), takes: ['{}', ...OR_NONE] },
  { of: 'runScript()/mode', call: (mode) => runScript(parsed, { mode }), takes: OR_NONE },
  {
    of: 'runScript()/readScript',
    call: (readScript) => runScript(parsed, { readScript }),
    takes: ['function', ...OR_NONE],
  },
  {
    of: 'runScript()/observe',
    call: (observe) => runScript(parsed, { observe }),
    takes: ['function', ...OR_NONE],
  },
  { of: 'runText()/text', call: (value) => runText(value), takes: ["''", 'text'] },
  { of: 'runText()/options', call: (value) => runText(SCRIPT, value), takes: ['{}', ...OR_NONE] },
  { of: 'runText()/mode', call: (mode) => runText(SCRIPT, { mode }), takes: OR_NONE },
  { of: 'runText()/file', call: (file) => runText(SCRIPT, { file }), takes: ["''", 'text', ...OR_NONE] },
  { of: 'runText()/defines', call: (defines) => runText(SCRIPT, { defines }), takes: OR_NONE },
  { of: 'drill()/options', call: (value) => drill(SCRIPT, value), takes: ['{}', ...OR_NONE] },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each([...ROWS, ...PARTS].map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });

  it.each([undefined, 5, null])('a path of %s is none', (path) => {
    expect(() => findScripts([path as never])).toThrow(/^paths\[0\] must be a string/);
    expect(() => readKnownFailures(path as never)).toThrow(/^file must be a string/);
  });

  it.each([undefined, 5, null])('a script of %s is no text', (text) => {
    expect(() => parseScript(text as never)).toThrow(/^text must be a string/);
    expect(() => drill(text as never)).toThrow(/^text must be a string/);
  });

  it('a profile is whole', () => {
    expect(() => runText(SCRIPT, { profile: {} as never })).toThrow(/profile\.name is missing/);
  });

  it('an option that is misspelt is refused with what was probably meant', () => {
    const misspelt = { moed: 'ipv6' } as object;
    for (const call of [
      () => runScript(parsed, misspelt),
      () => runText(SCRIPT, misspelt),
      () => drill(SCRIPT, misspelt),
    ])
      expect(call).toThrow(new TypeError('options.moed is no option: did you mean mode?'));
  });
});
