import fc from 'fast-check';

/** When a rule fires, once: at the `nth` event of that name of its socket. */
export interface Trigger {
  /** `start`: the socket is there; `read`: so many bytes (`bytes`) were read; `written`, `ended`: a callback was called. */
  readonly on:
    | 'start'
    | 'connect'
    | 'secureConnect'
    | 'ready'
    | 'read'
    | 'readable'
    | 'end'
    | 'finish'
    | 'drain'
    | 'written'
    | 'ended'
    | 'error'
    | 'timeout'
    | 'pause'
    | 'resume'
    | 'close';
  readonly nth: number;
  readonly bytes: number;
}

/** How long after its trigger a rule does what it does: in ticks, microtasks or immediates one after the other. */
export interface Delay {
  readonly by: 'nothing' | 'tick' | 'microtask' | 'immediate' | 'timer';
  /** How many; of `timer`: milliseconds. */
  readonly count: number;
}

export type Action =
  | { readonly do: 'write' | 'end'; readonly bytes: number; readonly as: WriteAs; readonly callback: boolean }
  | { readonly do: 'endEmpty'; readonly callback: boolean }
  | { readonly do: 'destroy'; readonly error: boolean }
  | { readonly do: 'read'; readonly bytes: number }
  | { readonly do: 'iterate'; readonly chunks: number }
  | { readonly do: 'setTimeout'; readonly milliseconds: number }
  | { readonly do: 'setEncoding'; readonly encoding: BufferEncoding }
  | { readonly do: 'connect'; readonly refused: boolean }
  | { readonly do: Plain };

/** Calls without arguments. */
type Plain =
  | 'destroySoon'
  | 'resetAndDestroy'
  | 'pause'
  | 'resume'
  | 'cork'
  | 'uncork'
  | 'listenToData'
  | 'listenToReadable'
  | 'pipeToSink'
  | 'unpipe'
  | 'ref'
  | 'unref'
  | 'setNoDelay'
  | 'setKeepAlive'
  | 'abort'
  | 'closeServer'
  | 'getConnections';

export type WriteAs = 'buffer' | 'uint8' | BufferEncoding;

export interface Rule {
  readonly on: Trigger;
  readonly after: Delay;
  readonly acts: readonly Action[];
}

/** How a socket reads from the start. `echo`: connections alone, as two would never come to an end. */
export type Reading = 'data' | 'resume' | 'readable' | 'nothing' | 'iterate' | 'sink' | 'echo';

/** What one end does. */
export interface End {
  readonly reading: Reading;
  readonly rules: readonly Rule[];
}

export interface Client extends End {
  readonly allowHalfOpen: boolean;
  readonly highWaterMark: number | null;
  readonly onread: 'none' | 'buffer' | 'function' | 'buffer that stops';
  readonly signal: boolean;
  readonly timeout: number;
  readonly refused: boolean;
}

/** What a server does at its `nth` connection, before that does anything. */
export interface ServerRule {
  readonly nth: number;
  readonly after: Delay;
  readonly act: 'close' | 'getConnections' | 'unref' | 'ref';
}

interface ServerSide {
  readonly allowHalfOpen: boolean;
  readonly pauseOnConnect: boolean;
  readonly highWaterMark: number | null;
  readonly maxConnections: number | null;
  readonly rules: readonly ServerRule[];
  /** Those of the connections, in the order in which they are accepted. */
  readonly ends: readonly End[];
}

/** A program with both ends of its connections: whatever it does, each end reacts to what it is told alone. */
export interface Program {
  readonly server: ServerSide;
  readonly clients: readonly Client[];
}

/** Of writes: nothing, a little, around the high-water mark of streams, more than it; more than the kernel's buffers. */
const SIZES = [0, 1, 10, 1000, 16_383, 16_384, 16_385, 65_536, 70_000, 200_000];
const HUGE = 12_000_000;

const size = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...SIZES) },
  { weight: 3, arbitrary: fc.constant(HUGE) },
);

const encodings = ['utf8', 'latin1', 'ascii', 'hex', 'base64', 'utf16le'] as const;
export const writeAs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<WriteAs>('buffer', 'uint8') },
  { weight: 1, arbitrary: fc.constantFrom<WriteAs>(...encodings) },
);

const trigger: fc.Arbitrary<Trigger> = fc.record({
  on: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Trigger['on']>('start', 'connect', 'read', 'end') },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Trigger['on']>('finish', 'written', 'drain', 'error', 'close'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Trigger['on']>('ready', 'readable', 'ended', 'timeout', 'pause', 'resume'),
    },
  ),
  nth: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
  bytes: fc.constantFrom(1, 1, 10, 1000, 16_384, 70_000),
});

export const delay: fc.Arbitrary<Delay> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Delay>({ by: 'nothing', count: 0 }) },
  {
    weight: 3,
    arbitrary: fc.record({
      by: fc.constantFrom<Delay['by']>('tick', 'microtask', 'immediate'),
      count: fc.constantFrom(1, 2, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ by: fc.constant<Delay['by']>('timer'), count: fc.constantFrom(1, 3) }),
  },
);

const callback = fc.boolean();
const plain = (...names: Plain[]): fc.Arbitrary<Action> =>
  fc.constantFrom(...names).map((name): Action => ({ do: name }));

/** What either end does. */
const commonActs: fc.WeightedArbitrary<Action>[] = [
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('write' as const), bytes: size, as: writeAs, callback }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('end' as const), bytes: size, as: writeAs, callback }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('endEmpty' as const), callback }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('destroy' as const), error: fc.boolean() }) },
  { weight: 3, arbitrary: plain('destroySoon', 'resetAndDestroy') },
  { weight: 5, arbitrary: plain('pause', 'resume') },
  { weight: 3, arbitrary: plain('cork', 'uncork') },
  { weight: 3, arbitrary: plain('listenToData', 'listenToReadable', 'pipeToSink', 'unpipe') },
  { weight: 2, arbitrary: plain('ref', 'unref', 'setNoDelay', 'setKeepAlive') },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('read' as const), bytes: fc.constantFrom(0, 1, 10, 1000, -1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('iterate' as const), chunks: fc.constantFrom(1, 99) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setTimeout' as const),
      milliseconds: fc.constantFrom(0, 1, 5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setEncoding' as const),
      encoding: fc.constantFrom<BufferEncoding>('utf8', 'latin1', 'hex', 'base64', 'utf16le'),
    }),
  },
];
export const clientAct = fc.oneof(...commonActs, { weight: 1, arbitrary: plain('abort') });
/** The server is where its connections are: a client has nothing of it but what comes over the connection. */
export const connectionAct = fc.oneof(...commonActs, {
  weight: 2,
  arbitrary: plain('closeServer', 'getConnections'),
});

const connectAgain: fc.Arbitrary<Rule> = fc.record({
  on: fc.record({ on: fc.constant('close' as const), nth: fc.constantFrom(1, 1, 2), bytes: fc.constant(1) }),
  after: delay,
  acts: fc.tuple(fc.record({ do: fc.constant('connect' as const), refused: fc.boolean() })),
});

export const rulesOf = (act: fc.Arbitrary<Action>): fc.Arbitrary<Rule[]> =>
  fc.array(fc.record({ on: trigger, after: delay, acts: fc.array(act, { minLength: 1, maxLength: 3 }) }), {
    maxLength: 5,
  });

export const reading = (...more: Reading[]): fc.Arbitrary<Reading> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Reading>('data', 'resume') },
    { weight: 4, arbitrary: fc.constantFrom<Reading>('readable', 'nothing', 'iterate', 'sink', ...more) },
  );
const clientRules = rulesOf(clientAct);
export const seldom = (often: number): fc.Arbitrary<boolean> =>
  fc.nat({ max: often }).map((n) => n === often);
export const highWaterMark = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 1000, 200_000) },
);

const client: fc.Arbitrary<Client> = fc.record({
  reading: reading(),
  rules: fc.oneof(
    { weight: 5, arbitrary: clientRules },
    { weight: 1, arbitrary: fc.tuple(clientRules, connectAgain).map(([some, again]) => [...some, again]) },
  ),
  allowHalfOpen: fc.boolean(),
  highWaterMark,
  onread: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Client['onread']>('none') },
    { weight: 1, arbitrary: fc.constantFrom<Client['onread']>('buffer', 'function', 'buffer that stops') },
  ),
  signal: seldom(4),
  timeout: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(5) }),
  refused: seldom(15),
});

const serverSide: fc.Arbitrary<ServerSide> = fc.record({
  allowHalfOpen: fc.boolean(),
  pauseOnConnect: seldom(5),
  highWaterMark,
  maxConnections: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(1) },
  ),
  rules: fc.array(
    fc.record({
      nth: fc.constantFrom(1, 2),
      after: delay,
      act: fc.constantFrom('close' as const, 'getConnections' as const, 'unref' as const, 'ref' as const),
    }),
    { maxLength: 2 },
  ),
  ends: fc.array(fc.record({ reading: reading('echo'), rules: rulesOf(connectionAct) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

/** Any program. */
export const anyProgram: fc.Arbitrary<Program> = fc.record({
  server: serverSide,
  clients: fc.oneof(
    { weight: 3, arbitrary: fc.array(client, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(client, { minLength: 2, maxLength: 3 }) },
  ),
});
