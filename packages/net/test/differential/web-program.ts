import fc from 'fast-check';
import {
  type Action,
  type Delay,
  delay,
  type End,
  highWaterMark,
  type Reading,
  reading,
  rulesOf,
  seldom,
  writeAs,
  type WriteAs,
  connectionAct,
  clientAct,
} from './program.ts';

/** When a rule of an exchange fires, once: at the `nth` event of that name. */
export interface WebTrigger {
  /** `read`: so many bytes (`bytes`) of the message were read; `message ...`: of what comes in, the rest of what goes out. */
  readonly on:
    | 'start'
    | 'socket'
    | 'response'
    | 'read'
    | 'end'
    | 'finish'
    | 'drain'
    | 'written'
    | 'ended'
    | 'error'
    | 'close'
    | 'continue'
    | 'message close';
  readonly nth: number;
  readonly bytes: number;
}

export type WebAction =
  | { readonly do: 'write' | 'end'; readonly bytes: number; readonly as: WriteAs; readonly callback: boolean }
  | { readonly do: 'endEmpty'; readonly callback: boolean }
  | { readonly do: 'destroy' | 'destroyMessage'; readonly error: boolean }
  | { readonly do: 'read'; readonly bytes: number }
  | { readonly do: 'iterate'; readonly chunks: number }
  | { readonly do: 'writeHead'; readonly status: number; readonly length: number | null }
  | { readonly do: WebPlain };

/** Calls without arguments: of what goes out, of the message that comes in, of the socket, of the server or the agent. */
type WebPlain =
  | 'flushHeaders'
  | 'cork'
  | 'uncork'
  | 'abort'
  | 'writeContinue'
  | 'writeProcessing'
  | 'addTrailers'
  | 'pause'
  | 'resume'
  | 'listenToData'
  | 'listenToReadable'
  | 'pipeToSink'
  | 'destroySocket'
  | 'endSocket'
  | 'resetSocket'
  | 'closeServer'
  | 'closeAllConnections'
  | 'closeIdleConnections'
  | 'destroyAgent';

export interface WebRule {
  readonly on: WebTrigger;
  readonly after: Delay;
  readonly acts: readonly WebAction[];
}

/** One end of an exchange: a client's request, or a server's answer to one. */
export interface WebEnd {
  /** How the message that comes in is read. */
  readonly reading: Exclude<Reading, 'echo'>;
  readonly rules: readonly WebRule[];
}

export interface WebRequest extends WebEnd {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  /** `content-length`; else a body is sent in chunks. */
  readonly length: number | null;
  readonly expects: boolean;
  readonly closes: boolean;
  readonly upgrades: boolean;
  readonly signal: boolean;
}

/** Requests one after the other, each when the one before is over. */
interface Requester {
  readonly kind: 'requests';
  readonly requests: readonly WebRequest[];
}

/** A socket that writes what HTTP may be. */
export interface RawClient extends End {
  readonly kind: 'raw';
  readonly text: string;
  readonly allowHalfOpen: boolean;
}

export type WebClient = Requester | RawClient;

/** A program of requests and answers. */
export interface WebProgram {
  readonly agent: 'none' | 'closing' | 'keeping';
  readonly maxSockets: number | null;
  readonly clients: readonly WebClient[];
  readonly server: {
    readonly highWaterMark: number | null;
    readonly maxRequestsPerSocket: number;
    /** Whether it decides itself about `expect: 100-continue`, bad requests, and upgrades. */
    readonly checks: boolean;
    readonly hearsErrors: boolean;
    readonly upgrades: boolean;
    readonly answers: readonly WebEnd[];
    /** Of what is upgraded, at either end. */
    readonly tunnel: { readonly server: End; readonly client: End };
  };
}

const HOST = 'Host: a\r\n';
const RAW = [
  `GET /raw HTTP/1.1\r\n${HOST}\r\n`,
  `GET /raw HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  `GET /raw HTTP/1.0\r\n\r\n`,
  `GET /raw/1 HTTP/1.1\r\n${HOST}\r\nGET /raw/2 HTTP/1.1\r\n${HOST}\r\nGET /raw/3 HTTP/1.1\r\n${HOST}\r\n`,
  `POST /raw HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n01234`,
  `POST /raw HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\n01234GET /raw/2 HTTP/1.1\r\n${HOST}\r\n`,
  `POST /raw HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `POST /raw HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`,
  `GET /raw HTTP/1.1\r\n\r\n`,
  'GET /raw HT',
  'nonsense\r\n\r\n',
];

/** What arrives in one piece: it depends on the pieces of a message what comes of it before its end. */
const size = fc.constantFrom(0, 1, 10, 1000, 6000);

const trigger: fc.Arbitrary<WebTrigger> = fc.record({
  on: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<WebTrigger['on']>('start', 'response', 'read', 'end') },
    {
      weight: 4,
      arbitrary: fc.constantFrom<WebTrigger['on']>('finish', 'written', 'drain', 'error', 'close', 'socket'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<WebTrigger['on']>('ended', 'continue', 'message close'),
    },
  ),
  nth: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
  bytes: fc.constantFrom(1, 1, 10, 1000),
});

const callback = fc.boolean();
const plain = (...names: WebPlain[]): fc.Arbitrary<WebAction> =>
  fc.constantFrom(...names).map((name): WebAction => ({ do: name }));

const commonActs: fc.WeightedArbitrary<WebAction>[] = [
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('write' as const), bytes: size, as: writeAs, callback }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('end' as const), bytes: size, as: writeAs, callback }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('endEmpty' as const), callback }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('destroy' as const, 'destroyMessage' as const),
      error: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: plain('destroySocket', 'endSocket', 'resetSocket') },
  { weight: 4, arbitrary: plain('pause', 'resume', 'flushHeaders') },
  { weight: 2, arbitrary: plain('cork', 'uncork', 'addTrailers') },
  { weight: 2, arbitrary: plain('listenToData', 'listenToReadable', 'pipeToSink') },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('read' as const), bytes: fc.constantFrom(0, 1, 1000, -1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('iterate' as const), chunks: fc.constantFrom(1, 99) }),
  },
];

/** More than is sent, but for what is sent at once: what is beyond it is bad at a place that depends on the pieces. */
const length = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(50_000_000) },
);

const rules = (act: fc.Arbitrary<WebAction>): fc.Arbitrary<WebRule[]> =>
  fc.array(fc.record({ on: trigger, after: delay, acts: fc.array(act, { minLength: 1, maxLength: 3 }) }), {
    maxLength: 4,
  });

/** Else most programs would wait for a message that nobody ends. */
const ends = (on: WebTrigger['on']): fc.Arbitrary<WebRule[]> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<WebRule[]>([]) },
    {
      weight: 3,
      arbitrary: fc
        .record({
          on: fc.constant({ on, nth: 1, bytes: 1 }),
          after: delay,
          acts: fc.tuple(fc.record({ do: fc.constant('end' as const), bytes: size, as: writeAs, callback })),
        })
        .map((rule) => [rule]),
    },
  );

const readingMessage = reading() as fc.Arbitrary<WebEnd['reading']>;

const requestRules = fc
  .tuple(
    rules(fc.oneof(...commonActs, { weight: 1, arbitrary: plain('abort', 'destroyAgent') })),
    ends('start'),
  )
  .map((all) => all.flat());

const request: fc.Arbitrary<WebRequest> = fc.record({
  reading: readingMessage,
  rules: requestRules,
  method: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('GET' as const, 'POST' as const) },
    { weight: 1, arbitrary: fc.constantFrom('HEAD' as const, 'DELETE' as const) },
  ),
  length,
  expects: seldom(8),
  closes: seldom(6),
  upgrades: seldom(10),
  signal: seldom(6),
});

const answer: fc.Arbitrary<WebEnd> = fc.record({
  reading: readingMessage,
  rules: fc
    .tuple(
      rules(
        fc.oneof(
          ...commonActs,
          { weight: 3, arbitrary: plain('writeContinue', 'writeProcessing') },
          {
            weight: 3,
            arbitrary: fc.record({
              do: fc.constant('writeHead' as const),
              status: fc.constantFrom(200, 204, 304, 404),
              length,
            }),
          },
          { weight: 2, arbitrary: plain('closeServer', 'closeAllConnections', 'closeIdleConnections') },
        ),
      ),
      fc.oneof({ weight: 2, arbitrary: ends('start') }, { weight: 1, arbitrary: ends('end') }),
    )
    .map((all) => all.flat()),
});

const endOf = (act: typeof clientAct): fc.Arbitrary<End> =>
  fc.record({ reading: reading(), rules: rulesOf(act) });

/** A bad request is one piece with what is before it. */
function shortened(act: Action): Action {
  return act.do === 'write' || act.do === 'end' ? { ...act, bytes: Math.min(act.bytes, 1000) } : act;
}

const webClient: fc.Arbitrary<WebClient> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('requests' as const),
      requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('raw' as const),
      text: fc.constantFrom(...RAW),
      reading: reading(),
      rules: rulesOf(clientAct.map(shortened)),
      allowHalfOpen: fc.boolean(),
    }),
  },
);

/** Any program of requests and answers. */
export const anyWebProgram: fc.Arbitrary<WebProgram> = fc.record({
  agent: fc.constantFrom('none', 'closing', 'keeping', 'keeping'),
  maxSockets: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant(1) }),
  clients: fc.oneof(
    { weight: 3, arbitrary: fc.array(webClient, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(webClient, { minLength: 2, maxLength: 3 }) },
  ),
  server: fc.record({
    highWaterMark,
    maxRequestsPerSocket: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1, 2) },
    ),
    checks: fc.boolean(),
    hearsErrors: fc.boolean(),
    upgrades: fc.boolean(),
    answers: fc.array(answer, { minLength: 1, maxLength: 3 }),
    tunnel: fc.record({ server: endOf(connectionAct), client: endOf(clientAct) }),
  }),
});
