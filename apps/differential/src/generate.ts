import { Flag } from '@halfclose/codec';
import fc from 'fast-check';
import type {
  Call,
  CallStep,
  IcmpStep,
  LookStep,
  OptionName,
  Scenario,
  SegmentOptions,
  SegmentStep,
  Step,
  TimestampsPlace,
} from './scenario.ts';

const MSG_OOB = 1;
const MSG_PEEK = 2;
const MSG_MORE = 0x8000;
/** As in the scripts of docs/linux. */
const LISTENER = 3;
const CONNECTION = 4;
const ACCEPT: Call = { name: 'accept', into: CONNECTION };
const NOW: TimestampsPlace = { value: 0, echo: 0, from: 'clock' };
const ACK = Flag.ACK;
const SYN = Flag.SYN;

/** Between two steps, in milliseconds: rarely where a timer of Linux strikes (40, 200, 1000). */
const delays = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constantFrom(1, 7, 15) },
  { weight: 3, arbitrary: fc.constantFrom(25, 70, 120) },
  { weight: 1, arbitrary: fc.constantFrom(330, 700, 1400) },
);

/** What the SYN of the peer offers, and whether its segments have timestamps from then on. */
interface Peer {
  readonly mss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly timestamps: boolean;
  readonly window: number;
}

const peers: fc.Arbitrary<Peer> = fc.record({
  mss: fc.constantFrom(1460, 1000, 536, 100, 0),
  windowScale: fc.constantFrom(-1, 0, 7, 14),
  sackPermitted: fc.boolean(),
  timestamps: fc.boolean(),
  window: fc.constantFrom(65_535, 32_000, 5000, 1000, 100, 0),
});

/** A segment without what the peer always sends. */
type Draft = Omit<SegmentStep, 'options' | 'kind'> & {
  readonly timestamps: TimestampsPlace | null;
  readonly sack: readonly (readonly [number, number])[];
  readonly synOptions: boolean;
};

const flagSets = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(ACK, ACK | Flag.PSH) },
  { weight: 4, arbitrary: fc.constantFrom(ACK | Flag.FIN, ACK | Flag.FIN | Flag.PSH) },
  { weight: 3, arbitrary: fc.constantFrom(Flag.RST, Flag.RST | ACK) },
  { weight: 2, arbitrary: fc.constantFrom(SYN, SYN | ACK) },
  { weight: 2, arbitrary: fc.constantFrom(ACK | Flag.URG, ACK | Flag.URG | Flag.PSH) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      0,
      Flag.FIN,
      SYN | Flag.FIN,
      SYN | ACK | Flag.FIN,
      Flag.RST | SYN,
      Flag.PSH,
      Flag.URG,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(ACK | Flag.ECE, ACK | Flag.CWR, SYN | Flag.ECE | Flag.CWR) },
);

const drafts: fc.Arbitrary<Draft> = fc.record({
  after: delays,
  flags: flagSets,
  seq: fc.oneof(
    { weight: 10, arbitrary: fc.constant({ from: 'next' as const, offset: 0 }) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(1, -1, 10, -10, 100, -100, 1000, -1000, 3000, 70_000, -70_000, 1_000_000, -1_000_000)
        .map((offset) => ({ from: 'next' as const, offset })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, 1, -1, 2).map((offset) => ({ from: 'isn' as const, offset })),
    },
  ),
  length: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.constantFrom(1, 10, 100) },
    { weight: 2, arbitrary: fc.constantFrom(500, 1000, 1400) },
  ),
  ack: fc.oneof(
    { weight: 10, arbitrary: fc.constant({ from: 'heard' as const, offset: 0 }) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(-1, 1, -10, 10, -500, -1000, -1460, -2920, 1000, 100_000, -100_000, -1_000_000)
        .map((offset) => ({ from: 'heard' as const, offset })),
    },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 2).map((offset) => ({ from: 'isn' as const, offset })) },
  ),
  window: fc.oneof(
    { weight: 6, arbitrary: fc.constant(-1) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 50, 500, 3000, 65_535) },
  ),
  urgentPointer: fc.constantFrom(0, 1, 5, 100),
  text: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  ecn: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 2, 3) }),
  timestamps: fc.oneof(
    { weight: 8, arbitrary: fc.constant<TimestampsPlace>({ value: 0, echo: 0, from: 'clock' }) },
    {
      weight: 1,
      arbitrary: fc.record({
        value: fc.constantFrom(0, -1, -2000, 2000),
        echo: fc.constantFrom(0, -1, -1000, 1000),
        from: fc.constant('clock' as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  sack: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.constantFrom<[number, number]>(
          [-10, 0],
          [-1000, 0],
          [-500, -100],
          [-1460, 0],
          [-2920, -1460],
          [-3000, -3500],
          [0, 100],
        ),
        { minLength: 1, maxLength: 2 },
      ),
    },
  ),
  synOptions: fc.boolean(),
});

const intOptions: readonly (readonly [OptionName, readonly number[]])[] = [
  ['SO_KEEPALIVE', [0, 1]],
  ['SO_OOBINLINE', [0, 1]],
  ['SO_RCVBUF', [0, 3000, 10_000, 100_000]],
  ['SO_SNDBUF', [0, 5000, 20_000]],
  ['IP_TOS', [0, 0x10, 0xff]],
  ['IP_TTL', [1, 10, 255, 0, 256]],
  ['TCP_CORK', [0, 1]],
  ['TCP_KEEPCNT', [1, 3, 0, 128]],
  ['TCP_KEEPIDLE', [1, 2, 0, 40_000]],
  ['TCP_KEEPINTVL', [1, 0]],
  ['TCP_LINGER2', [1, -1, 0, 30, 1000]],
  ['TCP_MAXSEG', [88, 500, 1000, 0, 1, 40_000]],
  ['TCP_NODELAY', [0, 1]],
  ['TCP_QUICKACK', [0, 1]],
  ['TCP_SYNCNT', [1, 0, 128]],
  ['TCP_USER_TIMEOUT', [0, 100, 500, 1000, -1]],
];

const optionCalls: fc.Arbitrary<Call> = fc.oneof(
  fc.constantFrom(
    ...intOptions.flatMap(([option, values]) =>
      values.map((value): Call => ({ name: 'setsockopt', option, value })),
    ),
  ),
  fc.constantFrom<Call>(
    { name: 'setsockopt', option: 'SO_LINGER', value: 0, onoff: 1 },
    { name: 'setsockopt', option: 'SO_LINGER', value: 1, onoff: 1 },
    { name: 'setsockopt', option: 'SO_LINGER', value: 5, onoff: 0 },
  ),
);

const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      name: fc.constant('send' as const),
      length: fc.constantFrom(1, 10, 100, 1000, 1460, 3000, 20_000, 100_000, 0),
      flags: fc.constantFrom(0, 0, 0, 0, MSG_OOB, MSG_MORE),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant('recv' as const),
      length: fc.constantFrom(100_000, 1, 10, 100, 0),
      flags: fc.constantFrom(0, 0, 0, MSG_PEEK, MSG_OOB, MSG_OOB | MSG_PEEK),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ name: fc.constant('shutdown' as const), how: fc.constantFrom(1, 1, 0, 2, 3) }),
  },
  { weight: 3, arbitrary: fc.constant<Call>({ name: 'close' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Call>({ name: 'disconnect' }, { name: 'connect' }, { name: 'bind' }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Call>({ name: 'listen', backlog: 1 }, ACCEPT) },
  { weight: 2, arbitrary: fc.constant<Call>({ name: 'getsockopt', option: 'SO_ERROR' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...intOptions.map(([option]): Call => ({ name: 'getsockopt', option }))),
  },
  { weight: 2, arbitrary: optionCalls },
);

const callSteps: fc.Arbitrary<CallStep> = fc.record({
  kind: fc.constant('call' as const),
  after: delays,
  slot: fc.oneof(
    { weight: 12, arbitrary: fc.constant(CONNECTION) },
    { weight: 1, arbitrary: fc.constant(LISTENER) },
  ),
  call: calls,
});

const icmpSteps: fc.Arbitrary<IcmpStep> = fc.record({
  kind: fc.constant('icmp' as const),
  after: delays,
  type: fc.constantFrom(3, 3, 3, 11, 12),
  code: fc.constantFrom(0, 1, 2, 3, 4, 13),
  mtu: fc.constantFrom(1400, 1000, 600, 100, 0),
  quotes: fc.oneof(
    fc.constantFrom(-1, -10, -1000, 0, 1).map((offset) => ({ from: 'heard' as const, offset })),
    fc.constantFrom(0, 1).map((offset) => ({ from: 'isn' as const, offset })),
  ),
});

type Drafted = { readonly kind: 'segment'; readonly draft: Draft } | CallStep | IcmpStep;

const steps: fc.Arbitrary<Drafted> = fc.oneof(
  { weight: 8, arbitrary: drafts.map((draft) => ({ kind: 'segment' as const, draft })) },
  { weight: 6, arbitrary: callSteps },
  { weight: 1, arbitrary: icmpSteps },
);

/** How a scenario opens its connection, and how far. */
const openings = fc.record({
  role: fc.constantFrom('passive', 'active', 'simultaneous'),
  /** Random steps before the handshake goes on, in most scenarios none. */
  during: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(steps, { maxLength: 3 }) },
  ),
  options: fc.array(optionCalls, { maxLength: 2 }),
  accepts: fc.constantFrom(true, true, true, true, false),
  delay: fc.constantFrom(1, 7, 30),
});

/** Random scenarios, small first. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    family: fc.constantFrom<4 | 6>(4, 4, 6),
    peer: peers,
    opening: openings,
    steps: fc.array(steps, { maxLength: 14 }),
    tail: fc.constantFrom(60, 330, 1400),
  })
  .map(({ family, peer: drawn, opening, steps: drafted, tail }) => {
    // Where it is not, Linux scales its windows all the same: docs/DIFFERENCES.md.
    const peer =
      opening.role === 'simultaneous' ? { ...drawn, windowScale: Math.max(drawn.windowScale, 0) } : drawn;
    const finished = (list: readonly Drafted[]): Step[] => list.map((step) => finish(step, family, peer));
    const look: LookStep = { kind: 'look', after: tail };
    return {
      family,
      steps: [...opened(opening, peer, finished(opening.during)), ...finished(drafted), look],
    };
  });

function opened(
  { role, options, accepts, delay }: { role: string; options: Call[]; accepts: boolean; delay: number },
  peer: Peer,
  during: Step[],
): Step[] {
  const slot = role === 'passive' ? LISTENER : CONNECTION;
  const call = (name: Call, after = 0): CallStep => ({ kind: 'call', after, slot, call: name });
  const prepared = [
    call({ name: 'socket' }),
    call({ name: 'bind' }),
    ...options.map((option) => call(option)),
  ];
  const segment = (flags: number, after: number): SegmentStep => ({
    kind: 'segment',
    after,
    flags,
    seq: (flags & SYN) === 0 ? { from: 'next', offset: 0 } : { from: 'isn', offset: 0 },
    length: 0,
    ack: { from: 'heard', offset: 0 },
    window: peer.window,
    urgentPointer: 0,
    options: optionsOf(peer, (flags & SYN) !== 0, NOW),
    text: 0,
  });
  if (role === 'passive') {
    const accept = accepts ? [call(ACCEPT)] : [];
    return [
      ...[...prepared, call({ name: 'listen', backlog: 4 }), segment(SYN, 1), ...during],
      ...[segment(ACK, delay), ...accept],
    ];
  }
  const handshake =
    role === 'active' ? [segment(SYN | ACK, delay)] : [segment(SYN, delay), segment(SYN | ACK, delay)];
  return [...prepared, call({ name: 'connect' }), ...during, ...handshake];
}

function finish(step: Drafted, family: 4 | 6, peer: Peer): Step {
  if (step.kind === 'call') return step;
  if (step.kind === 'icmp') return family === 4 ? step : asIcmpv6(step);
  const { timestamps, sack, synOptions, window, ...rest } = step.draft;
  const isSyn = (rest.flags & SYN) !== 0 && synOptions;
  const options = optionsOf(peer, isSyn, timestamps);
  const withSack: SegmentOptions =
    peer.sackPermitted && sack.length > 0
      ? {
          ...options,
          sack: sack.map(([left, right]) => [
            { from: 'heard', offset: left },
            { from: 'heard', offset: right },
          ]),
        }
      : options;
  const urgentPointer = (rest.flags & Flag.URG) === 0 ? 0 : rest.urgentPointer;
  return {
    kind: 'segment',
    ...rest,
    urgentPointer,
    window: window < 0 ? peer.window : window,
    options: withSack,
  };
}

function optionsOf(
  peer: Peer,
  isSyn: boolean,
  timestamps: SegmentOptions['timestamps'] | null,
): SegmentOptions {
  return {
    ...(isSyn && peer.mss > 0 ? { mss: peer.mss } : {}),
    ...(isSyn && peer.windowScale >= 0 ? { windowScale: peer.windowScale } : {}),
    ...(isSyn && peer.sackPermitted ? { sackPermitted: true } : {}),
    ...(peer.timestamps && timestamps !== null && timestamps !== undefined ? { timestamps } : {}),
  };
}

/** The error of ICMPv6 that comes nearest. */
function asIcmpv6(step: IcmpStep): IcmpStep {
  if (step.type === 3 && step.code === 4) return { ...step, type: 2, code: 0, mtu: Math.max(step.mtu, 1280) };
  if (step.type === 3) return { ...step, type: 1, code: Math.min(step.code, 4), mtu: 0 };
  return { ...step, type: step.type === 11 ? 3 : 4, code: 0, mtu: 0 };
}
