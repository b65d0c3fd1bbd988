import { type ArgumentRow, faultsOf, type ValueKind } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  connectionsOf,
  firstDifference,
  formatEndpoint,
  ladder,
  type LadderOptions,
  matchesFilter,
  PcapngTrace,
  timeline,
  Trace,
  type TraceEvent,
  type TraceOptions,
  writePcapng,
} from '../src/index.ts';

const OR_NONE: readonly ValueKind[] = ['undefined'];
const TEXTS: readonly ValueKind[] = ["''", 'text'];
const TIMES: readonly ValueKind[] = ['-1', '0', '1', '1.5', '2**32'];
const timer = (changes: object): TraceEvent =>
  Object.assign(
    { type: 'timer', time: 0, host: 'a', local: null, remote: null, timer: 'x' } as never,
    changes,
  );

const ROWS: readonly ArgumentRow[] = [
  { of: 'new Trace()/options', call: (value) => new Trace(value), takes: ['{}', ...OR_NONE] },
  { of: 'new Trace()/limit', call: (limit) => new Trace({ limit }), takes: ['1', '2**32', ...OR_NONE] },
  { of: 'new Trace()/payload', call: (payload) => new Trace({ payload }), takes: ['true', ...OR_NONE] },
  { of: 'trace.record()/event', call: (value) => new Trace().record(value), takes: [] },
  { of: 'trace.record()/event.type', call: (type) => new Trace().record(timer({ type })), takes: [] },
  { of: 'trace.record()/event.time', call: (time) => new Trace().record(timer({ time })), takes: TIMES },
  { of: 'trace.record()/event.host', call: (host) => new Trace().record(timer({ host })), takes: TEXTS },
  {
    of: 'trace.record()/event.packet',
    call: (packet) =>
      new Trace().record({ type: 'segment', time: 0, host: 'a', direction: 'sent', state: null, packet }),
    takes: [],
  },
  {
    of: 'matchesFilter()/event',
    call: (value) => matchesFilter(value, { port: null, host: null }),
    takes: [],
  },
  { of: 'matchesFilter()/filter', call: (value) => matchesFilter(timer({}), value), takes: [] },
  { of: 'trace.eventsOf()/connection', call: (value) => new Trace().eventsOf(value), takes: [] },
  { of: 'trace.eventsAt()/endpoint', call: (value) => new Trace().eventsAt(value), takes: [] },
  { of: 'connectionsOf()/events', call: (value) => connectionsOf(value), takes: ['[]'] },
  { of: 'formatEndpoint()/endpoint', call: (value) => formatEndpoint(value), takes: [] },
  { of: 'ladder()/events', call: (value) => ladder(value), takes: ['[]'] },
  { of: 'ladder()/options', call: (value) => ladder([], value), takes: ['{}', ...OR_NONE] },
  { of: 'ladder()/width', call: (width) => ladder([], { width }), takes: ['Infinity', '2**32', ...OR_NONE] },
  {
    of: 'ladder()/last',
    call: (last) => ladder([], { last }),
    takes: ['1', '2**32', 'Infinity', ...OR_NONE],
  },
  {
    of: 'ladder()/origin',
    call: (origin) => ladder([], { origin }),
    takes: ['-1', '0', '1', '1.5', '2**32', 'null', ...OR_NONE],
  },
  { of: 'firstDifference()/events', call: (value) => firstDifference(value, []), takes: ['[]'] },
  { of: 'ladder()/color', call: (color) => ladder([], { color }), takes: ['true', ...OR_NONE] },
  {
    of: 'ladder()/timestamps',
    call: (timestamps) => ladder([], { timestamps }),
    takes: ['true', ...OR_NONE],
  },
  { of: 'ladder()/connection', call: (connection) => ladder([], { connection }), takes: OR_NONE },
  { of: 'timeline()/events', call: (value) => timeline(value), takes: ['[]'] },
  { of: 'timeline()/options', call: (value) => timeline([], value), takes: ['{}', ...OR_NONE] },
  {
    of: 'timeline()/width',
    call: (width) => timeline([], { width }),
    takes: ['Infinity', '2**32', ...OR_NONE],
  },
  { of: 'new PcapngTrace()/options', call: (value) => new PcapngTrace(value), takes: ['{}', ...OR_NONE] },
  {
    of: 'new PcapngTrace()/epoch',
    call: (epoch) => new PcapngTrace({ epoch }),
    takes: [...TIMES, ...OR_NONE],
  },
  { of: 'new PcapngTrace()/once', call: (once) => new PcapngTrace({ once }), takes: ['true', ...OR_NONE] },
  {
    of: 'new PcapngTrace()/application',
    call: (application) => new PcapngTrace({ application }),
    takes: [...TEXTS, ...OR_NONE],
  },
  { of: 'pcapngTrace.record()/event', call: (value) => new PcapngTrace().record(value), takes: [] },
  { of: 'writePcapng()/events', call: (value) => writePcapng(value), takes: ['[]'] },
  { of: 'writePcapng()/options', call: (value) => writePcapng([], value), takes: ['{}', ...OR_NONE] },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

describe('a misspelt option', () => {
  it.each<[() => unknown, string]>([
    [() => new Trace({ limt: 1 } as TraceOptions), 'options.limt is no option: did you mean limit?'],
    [() => ladder([], { colour: true } as LadderOptions), 'options.colour is no option: did you mean color?'],
    [() => timeline([], { widht: 80 } as object), 'options.widht is no option: did you mean width?'],
    [() => new PcapngTrace({ epcoh: 1 } as object), 'options.epcoh is no option: did you mean epoch?'],
  ])('is refused with what was probably meant (%#)', (call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});

it('keeps nothing of an event that was refused', () => {
  const trace = new Trace();
  trace.record(timer({}));
  expect(() => trace.record(timer({ time: NaN }))).toThrow(RangeError);
  expect([trace.size, trace.events.map(({ time }) => time)]).toEqual([1, [0]]);
});
