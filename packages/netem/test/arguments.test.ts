import { Flag } from '@halfclose/codec';
import { type ArgumentRow, COUNTS, faultsOf, type ValueKind } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  corrupt,
  createLink,
  delay,
  direction,
  drop,
  duplicate,
  during,
  either,
  every,
  first,
  flags,
  from,
  Link,
  type LinkOptions,
  Network,
  not,
  Mesh,
  nth,
  octets,
  port,
  Random,
  Router,
  type Rule,
  segment,
  spare,
  splitSegment,
  to,
  reset,
} from '../src/index.ts';
import { A, bench, packet } from './packets.ts';

const clock = new VirtualClock();
const option = (name: string) => (value: never) => createLink(clock, { [name]: value });
/** Another value of an option than none. */
const OR_NONE: readonly ValueKind[] = ['undefined'];
const NOT_NEGATIVE: readonly ValueKind[] = ['0', '1', '1.5', '2**32'];
const FINITE: readonly ValueKind[] = ['-1', ...NOT_NEGATIVE];

const ROWS: readonly ArgumentRow[] = [
  { of: 'createLink()/timers', call: (value) => createLink(value), takes: [] },
  { of: 'createLink()/options', call: (value) => createLink(clock, value), takes: ['undefined', '{}'] },
  { of: 'new Link()/timers', call: (value) => new Link(value), takes: [] },
  { of: 'createLink()/name', call: option('name'), takes: ["''", 'text', ...OR_NONE] },
  { of: 'createLink()/mtu', call: option('mtu'), takes: OR_NONE },
  {
    of: 'createLink()/segmentOctets',
    call: option('segmentOctets'),
    takes: [...COUNTS, '2**32', ...OR_NONE],
  },
  { of: 'createLink()/seed', call: option('seed'), takes: [...FINITE, ...OR_NONE] },
  { of: 'createLink()/observe', call: option('observe'), takes: ['function', 'null', ...OR_NONE] },
  { of: 'createLink()/aToB', call: option('aToB'), takes: ['{}', ...OR_NONE] },
  { of: 'createLink()/bToA', call: option('bToA'), takes: ['{}', ...OR_NONE] },
  { of: 'createLink()/delay', call: option('delay'), takes: NOT_NEGATIVE },
  { of: 'createLink()/jitter', call: option('jitter'), takes: NOT_NEGATIVE },
  {
    of: 'createLink()/jitter.spread',
    call: (spread) => createLink(clock, { jitter: { spread } }),
    takes: NOT_NEGATIVE,
  },
  {
    of: 'createLink()/jitter.distribution',
    call: (distribution) => createLink(clock, { jitter: { spread: 1, distribution } }),
    takes: OR_NONE,
  },
  {
    of: 'createLink()/jitter.reorders',
    call: (reorders) => createLink(clock, { jitter: { spread: 1, reorders } }),
    takes: ['true', ...OR_NONE],
  },
  { of: 'createLink()/rate', call: option('rate'), takes: ['1', '1.5', 'Infinity', '2**32'] },
  { of: 'createLink()/queue', call: option('queue'), takes: ['{}'] },
  ...(['packets', 'octets', 'markAt'] as const).map((name) => ({
    of: `createLink()/queue.${name}`,
    call: (value: never) => createLink(clock, { queue: { [name]: value } }),
    takes: [...NOT_NEGATIVE, 'Infinity', ...OR_NONE] as const,
  })),
  {
    of: 'createLink()/queue.codel',
    call: (codel) => createLink(clock, { queue: { codel } }),
    takes: ['{}', ...OR_NONE],
  },
  {
    of: 'createLink()/queue.codel.target',
    call: (target) => createLink(clock, { queue: { codel: { target } } }),
    takes: [...NOT_NEGATIVE, 'null', ...OR_NONE],
  },
  { of: 'createLink()/loss', call: option('loss'), takes: COUNTS },
  {
    of: 'createLink()/loss.goodToBad',
    call: (goodToBad) => createLink(clock, { loss: { goodToBad, badToGood: 1 } }),
    takes: COUNTS,
  },
  { of: 'createLink()/duplicate', call: option('duplicate'), takes: COUNTS },
  { of: 'createLink()/reorder', call: option('reorder'), takes: [] },
  {
    of: 'createLink()/reorder.probability',
    call: (probability) => createLink(clock, { reorder: { probability, delay: 1 } }),
    takes: COUNTS,
  },
  { of: 'createLink()/corrupt', call: option('corrupt'), takes: COUNTS },
  {
    of: 'createLink()/corrupt.bits',
    call: (bits) => createLink(clock, { corrupt: { probability: 1, bits } }),
    takes: ['1', '2**32', 'null', ...OR_NONE],
  },
  { of: 'createLink()/partition', call: option('partition'), takes: ['true', '[]'] },
  {
    of: 'createLink()/partition[0].until',
    call: (until) => createLink(clock, { partition: [{ from: 0, until }] }),
    takes: [...NOT_NEGATIVE, 'Infinity'],
  },
  { of: 'createLink()/rules', call: option('rules'), takes: ['[]'] },
  { of: 'createLink()/rules[0]', call: (rule) => createLink(clock, { rules: [rule] }), takes: ['function'] },
  { of: 'link.set()/changes', call: (changes) => createLink(clock).set(changes), takes: ['{}'] },
  { of: 'link.aToB.set()/changes', call: (changes) => createLink(clock).aToB.set(changes), takes: ['{}'] },
  { of: 'link.a.transmit()/packet', call: (value) => createLink(clock).a.transmit(value), takes: [] },
  { of: 'link.a.attach()/receive', call: (value) => createLink(clock).a.attach(value), takes: ['function'] },
  { of: 'new Network()/timers', call: (value) => new Network(value), takes: [] },
  { of: 'new Network()/options', call: (value) => new Network(clock, value), takes: ['undefined', '{}'] },
  { of: 'new Network()/router', call: (router) => new Network(clock, { router }), takes: ['[]', ...OR_NONE] },
  { of: 'new Network()/router[0]', call: (router) => new Network(clock, { router: [router] }), takes: [] },
  { of: 'new Router()/timers', call: (value) => new Router(value), takes: [] },
  { of: 'new Router()/options', call: (value) => new Router(clock, value), takes: ['undefined', '{}'] },
  { of: 'new Router()/seed', call: (seed) => new Router(clock, { seed }), takes: [...FINITE, ...OR_NONE] },
  {
    of: 'new Router()/icmpErrors',
    call: (icmpErrors) => new Router(clock, { icmpErrors }),
    takes: ['{}', ...OR_NONE],
  },
  {
    of: 'router.addInterface()/device',
    call: (value) => new Router(clock).addInterface(value, []),
    takes: [],
  },
  {
    of: 'router.addInterface()/addresses',
    call: (value) => new Router(clock).addInterface(createLink(clock).a, value),
    takes: ['[]'],
  },
  {
    of: 'router.addInterface()/addresses[0]',
    call: (value) => new Router(clock).addInterface(createLink(clock).a, [value]),
    takes: [],
  },
  {
    of: 'router.addRoute()/prefix',
    call: (value) => new Router(clock).addRoute(value, createLink(clock).a),
    takes: [],
  },
  { of: 'router.addRoute()/device', call: (value) => new Router(clock).addRoute('::/0', value), takes: [] },
  {
    of: 'new Network()/icmpErrors',
    call: (icmpErrors) => new Network(clock, { icmpErrors }),
    takes: ['{}', ...OR_NONE],
  },
  { of: 'network.attach()/addresses', call: (value) => new Network(clock).attach(value), takes: ['[]'] },
  { of: 'network.attach()/addresses[0]', call: (value) => new Network(clock).attach([value]), takes: [] },
  {
    of: 'network.attach()/options',
    call: (value) => new Network(clock).attach(['::1'], value),
    takes: ['undefined', '{}'],
  },
  { of: 'network.linkOf()/address', call: (value) => new Network(clock).linkOf(value), takes: [] },
  { of: 'drop()/match', call: (value) => drop(value), takes: ['function'] },
  { of: 'drop()/reason', call: (value) => drop(any(), value), takes: ["''", 'text', ...OR_NONE] },
  { of: 'delay()/match', call: (value) => delay(value, 1), takes: ['function'] },
  { of: 'delay()/duration', call: (value) => delay(any(), value), takes: NOT_NEGATIVE },
  { of: 'duplicate()/match', call: (value) => duplicate(value), takes: ['function'] },
  { of: 'duplicate()/copies', call: (value) => duplicate(any(), value), takes: ['1', '2**32', ...OR_NONE] },
  { of: 'corrupt()/match', call: (value) => corrupt(value), takes: ['function'] },
  { of: 'corrupt()/bits', call: (value) => corrupt(any(), value), takes: ['1', '2**32', ...OR_NONE] },
  { of: 'spare()/match', call: (value) => spare(value), takes: ['function'] },
  { of: 'segment()/condition', call: (value) => segment(value), takes: ['function'] },
  { of: 'flags()/mask', call: (value) => flags(value), takes: ['1'] },
  { of: 'flags()/value', call: (value) => flags(Flag.FIN, value), takes: [...COUNTS, ...OR_NONE] },
  { of: 'port()/number', call: (value) => port(value), takes: COUNTS },
  { of: 'from()/host', call: (value) => from(value), takes: ["''", 'text'] },
  { of: 'to()/host', call: (value) => to(value), takes: ["''", 'text'] },
  { of: 'reset()/match', call: (value) => reset(value), takes: ['function'] },
  { of: 'new Mesh()/timers', call: (value) => new Mesh(value), takes: [] },
  { of: 'new Mesh()/options', call: (value) => new Mesh(clock, value), takes: ['undefined', '{}'] },
  { of: 'mesh.attach()/name', call: (value) => new Mesh(clock).attach(value, []), takes: ["''", 'text'] },
  { of: 'mesh.attach()/addresses', call: (value) => new Mesh(clock).attach('a', value), takes: ['[]'] },
  { of: 'mesh.attach()/addresses[0]', call: (value) => new Mesh(clock).attach('a', [value]), takes: [] },
  { of: 'mesh.link()/a', call: (value) => new Mesh(clock).link(value, 'b'), takes: [] },
  { of: 'direction()/name', call: (value) => direction(value), takes: [] },
  { of: 'octets()/start', call: (value) => octets(value, Infinity), takes: [...FINITE, 'Infinity'] },
  { of: 'octets()/end', call: (value) => octets(1, value), takes: ['1', '1.5', '2**32', 'Infinity'] },
  { of: 'during()/start', call: (value) => during(value, Infinity), takes: [...FINITE, 'Infinity'] },
  { of: 'during()/end', call: (value) => during(1, value), takes: ['1', '1.5', '2**32', 'Infinity'] },
  { of: 'all()/matches[1]', call: (value) => all(any(), value), takes: ['function'] },
  { of: 'either()/matches[0]', call: (value) => either(value), takes: ['function'] },
  { of: 'not()/match', call: (value) => not(value), takes: ['function'] },
  ...([nth, first, every] as const).flatMap((counted): ArgumentRow[] => [
    { of: `${counted.name}()/n`, call: (value) => counted(value, any()), takes: ['1', '2**32'] },
    { of: `${counted.name}()/match`, call: (value) => counted(1, value), takes: ['function'] },
  ]),
  { of: 'new Random()/seed', call: (value) => new Random(value), takes: FINITE },
  { of: 'new Random()/stream', call: (value) => new Random(1, value), takes: [...FINITE, ...OR_NONE] },
  { of: 'random.below()/bound', call: (value) => new Random(1).below(value), takes: NOT_NEGATIVE },
  { of: 'random.chance()/probability', call: (value) => new Random(1).chance(value), takes: COUNTS },
  { of: 'splitSegment()/packet', call: (value) => splitSegment(value, 1500), takes: [] },
  {
    of: 'splitSegment()/mtu',
    call: (value) => splitSegment(packet(), value),
    takes: ['2**32'],
  },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

describe('a misspelt option', () => {
  it.each<[object, string]>([
    [{ delya: 5 }, 'options.delya is no option: did you mean delay?'],
    [{ Delay: 5 }, 'options.Delay is no option: did you mean delay?'],
    [{ dupliacte: 1 }, 'options.dupliacte is no option: did you mean duplicate?'],
    [{ aTob: {} }, 'options.aTob is no option: did you mean aToB?'],
    [{ aToB: { los: 1 } }, 'aToB.los is no option: did you mean loss?'],
    [{ queue: { packtes: 1 } }, 'queue.packtes is no option: did you mean packets?'],
    [{ reorder: { probability: 0, dealy: 1 } }, 'reorder.dealy is no option: did you mean delay?'],
    [{ corrupt: { probability: 0, bit: 1 } }, 'corrupt.bit is no option: did you mean bits?'],
    [
      { jitter: { spread: 0, distribution: 'normal', x: 1 } },
      'jitter.x is no option: known are spread, distribution, reorders',
    ],
    [{ partition: [{ form: 0, until: 1 }] }, 'partition[0].form is no option: did you mean from?'],
    [{ bandwidth: 1 }, 'options.bandwidth is no option: known are delay, jitter, rate,'],
  ])('%j is refused with what was probably meant', (options, message) => {
    expect(() => createLink(clock, options as LinkOptions)).toThrow(TypeError);
    expect(() => createLink(clock, options as LinkOptions)).toThrow(message);
  });

  it('of set() changes nothing, in neither direction', () => {
    const link = createLink(clock, { delay: 5 });
    const changes = { delay: 7, lss: 1 };
    expect(() => link.set(changes)).toThrow('did you mean loss?');
    expect(() => link.set({ delay: 7, loss: 2 })).toThrow(/^loss must/);
    expect([link.aToB.impairments.delay, link.bToA.impairments.delay]).toEqual([5, 5]);
  });
});

describe('a rule', () => {
  it.each<[unknown, string]>([
    [undefined, "rules[1] must return 'pass', 'deliver' or a fault, not undefined"],
    [true, "rules[1] must return 'pass', 'deliver' or a fault, not true"],
    ['drop', "rules[1] must return 'pass', 'deliver' or a fault, not \"drop\""],
    [{}, "rules[1] must return a fault with drop, delay, duplicate, corrupt, reset, or 'pass'"],
    [{ dorp: 'it' }, 'rules[1].dorp is no option: did you mean drop?'],
    [{ drop: 1 }, 'rules[1].drop must be a string, not 1'],
    [{ delay: NaN }, 'rules[1].delay must be a number from 0 on, not NaN'],
    [{ duplicate: -1 }, 'rules[1].duplicate must be an integer from 0 on, not -1'],
  ])('that returns %j is told so, and the packet does not go', (verdict, message) => {
    const rule = (() => verdict) as Rule;
    const { link, clock, atB } = bench({ rules: [() => 'pass', rule] });
    expect(() => link.a.transmit(packet())).toThrow(message);
    expect(link.aToB.counters).toMatchObject({ sent: 0, inFlight: 0 });
    link.set({ rules: [drop(from(A))] });
    link.a.transmit(packet());
    link.set({ rules: [] });
    link.a.transmit(packet());
    clock.runUntilIdle();
    expect(atB).toHaveLength(1);
  });

  it('whose flags can never be is refused', () => {
    expect(() => flags(Flag.SYN, Flag.FIN)).toThrow(
      'value has flags that mask 2 does not, and matches nothing',
    );
  });
});
