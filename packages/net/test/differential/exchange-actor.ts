import type { Agent, ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { piece } from './pieces.ts';
import { codeOf, later, lateness, type Stage } from './stage.ts';
import { Reader, type Told } from './told.ts';
import type { WebAction, WebEnd, WebRule, WebTrigger } from './web-program.ts';

/** What of the surroundings of an exchange its rules reach. */
export interface Surroundings {
  readonly server?: Server;
  readonly agent?: Agent | undefined;
  readonly abort?: AbortController | null;
}

const OUTGOING = ['socket', 'continue', 'finish', 'drain', 'timeout', 'abort'] as const;

/** One end of an exchange, a request or an answer, that follows its rules and writes down what happens. */
export class ExchangeActor {
  readonly outgoing: ClientRequest | ServerResponse;
  #incoming: IncomingMessage | null = null;
  readonly #stage: Stage;
  readonly #end: WebEnd;
  readonly #around: Surroundings;
  readonly #fired = new Set<WebRule>();
  readonly #counts = new Map<string, number>();
  readonly #entries: string[] = [];
  readonly #readers = new Map<string, Reader>();
  #bytes = 0;
  #listensToData = false;

  constructor(
    stage: Stage,
    outgoing: ClientRequest | ServerResponse,
    incoming: IncomingMessage | null,
    end: WebEnd,
    around: Surroundings,
  ) {
    this.#stage = stage;
    this.outgoing = outgoing;
    this.#end = end;
    this.#around = around;
    const emitter: NodeJS.EventEmitter = outgoing;
    for (const name of OUTGOING) {
      emitter.on(name, () => {
        this.#note(name);
        this.#on(name as WebTrigger['on']);
      });
    }
    emitter.on('information', ({ statusCode }: { statusCode: number }) => {
      this.#note(`information ${statusCode}`);
    });
    emitter.on('error', (error) => {
      this.#note(`error ${codeOf(error)}`);
      this.#on('error');
    });
    emitter.on('close', () => {
      this.#note('close');
      this.#on('close');
    });
    emitter.on('response', (message: IncomingMessage) => {
      this.#adopt(message);
      this.note(`response ${message.statusCode} ${headersOf(message)}`);
      this.#on('response');
    });
    if (incoming !== null) this.#adopt(incoming);
  }

  /** Begins; apart from the constructor, as what a rule does may have others look for this. */
  start(): void {
    this.#on('start');
  }

  get told(): Told {
    const read = Object.fromEntries([...this.#readers].map(([how, reader]) => [how, reader.read]));
    return { entries: this.#entries, read };
  }

  #adopt(message: IncomingMessage): void {
    this.#incoming = message;
    message.on('end', () => {
      this.#note(`end ${Object.keys(message.trailers).join(' ')}`.trim());
      this.#on('end');
    });
    message.on('aborted', () => this.#note('message aborted'));
    message.on('error', (error) => this.#note(`message error ${codeOf(error)}`));
    message.on('close', () => {
      this.#note('message close');
      this.#on('message close');
    });
    const { reading } = this.#end;
    if (reading === 'data') this.#reads('listenToData');
    else if (reading === 'readable') this.#reads('listenToReadable');
    else if (reading === 'sink') this.#reads('pipeToSink');
    else if (reading === 'resume') message.resume();
    else if (reading === 'iterate') void this.#iterate(99);
  }

  #state(): string {
    const { outgoing } = this;
    const incoming = this.#incoming;
    const flags = [
      outgoing.headersSent && 'sent',
      outgoing.writableEnded && 'ended',
      outgoing.writableFinished && 'finished',
      outgoing.destroyed && 'destroyed',
      outgoing.closed && 'closed',
      outgoing.errored && codeOf(outgoing.errored),
      'reusedSocket' in outgoing && outgoing.reusedSocket && 'reused',
      incoming && 'message:',
      // Before its end is read, it is a matter of pieces whether it has come.
      incoming?.complete && incoming.readableEnded && 'complete',
      incoming?.readableEnded && 'read',
      incoming?.destroyed && 'destroyed',
      incoming?.errored && codeOf(incoming.errored),
    ];
    return flags.filter(Boolean).join(' ');
  }

  #note(what: string): void {
    this.note(what);
  }

  note(what: string): void {
    this.#stage.happened++;
    this.#entries.push(`${what} | ${this.#state()}`);
  }

  #on(name: WebTrigger['on']): void {
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    this.#fire((on) => on.on === name && on.nth === nth);
  }

  #fire(matches: (on: WebTrigger) => boolean): void {
    const { rules } = this.#end;
    for (const rule of rules) {
      if (this.#fired.has(rule) || !matches(rule.on)) continue;
      this.#fired.add(rule);
      this.#stage.jitter();
      later(this.#stage, rule.after, () => {
        const by = lateness(rule);
        if (by !== '') this.#note(`${by}rule ${rules.indexOf(rule)}`);
        for (const [at, act] of rule.acts.entries()) this.#act(act, rule, at);
      });
    }
  }

  #gets(how: string, chunk: unknown): void {
    if (chunk === null || chunk === undefined) return;
    const bytes = chunk as Buffer;
    this.#stage.happened++;
    const reader = this.#readers.get(how) ?? new Reader(this.#bytes > 0);
    this.#readers.set(how, reader);
    reader.take(bytes);
    this.#bytes += bytes.length;
    this.#fire((on) => on.on === 'read' && this.#bytes >= on.bytes);
  }

  #act(action: WebAction, rule: WebRule, at: number): void {
    const name = 'bytes' in action ? `${action.do}(${action.bytes})` : action.do;
    let result: unknown;
    try {
      result = this.#do(action, this.#end.rules.indexOf(rule) * 10 + at, lateness(rule));
    } catch (error) {
      result = `throws ${codeOf(error)}`;
    }
    const isPlain = typeof result === 'string' || typeof result === 'boolean';
    this.#note(`${lateness(rule)}> ${name}${isPlain ? ` = ${String(result)}` : ''}`);
  }

  #do(action: WebAction, call: number, late: string): unknown {
    const { outgoing } = this;
    const told = (what: 'written' | 'ended') => (error?: Error | null) => {
      this.#note(`${late}${what} ${call}${error ? ` ${codeOf(error)}` : ''}`);
      this.#on(what);
    };
    switch (action.do) {
      case 'write':
      case 'end': {
        const chunk = piece(action.bytes, action.as, call);
        const encoding = action.as === 'buffer' || action.as === 'uint8' ? 'utf8' : action.as;
        const callback = told(action.do === 'write' ? 'written' : 'ended');
        return action.callback
          ? outgoing[action.do](chunk, encoding, callback)
          : outgoing[action.do](chunk, encoding);
      }
      case 'endEmpty':
        return action.callback ? outgoing.end(told('ended')) : outgoing.end();
      case 'destroy':
        return action.error ? outgoing.destroy(new Error('of the program')) : outgoing.destroy();
      case 'flushHeaders':
      case 'cork':
      case 'uncork': {
        outgoing[action.do]();
        return;
      }
      case 'addTrailers': {
        outgoing.addTrailers({ 'x-after': '1' });
        return;
      }
      case 'writeHead':
      case 'writeContinue':
      case 'writeProcessing':
        return this.#answer(action);
      case 'abort':
        this.#around.abort?.abort();
        return undefined;
      case 'destroyAgent':
        this.#around.agent?.destroy();
        return undefined;
      case 'closeServer':
        return this.#around.server?.close();
      case 'closeAllConnections':
      case 'closeIdleConnections':
        return this.#around.server?.[action.do]();
      case 'destroySocket':
        return this.#withSocket((socket) => socket.destroy());
      case 'endSocket':
        return this.#withSocket((socket) => socket.end());
      case 'resetSocket':
        return this.#withSocket((socket) => socket.resetAndDestroy());
      default:
        return this.#incoming === null ? 'no message' : this.#doIncoming(action, this.#incoming);
    }
  }

  #answer(action: WebAction): unknown {
    const { outgoing } = this;
    if (!('writeContinue' in outgoing)) return 'no answer';
    if (action.do === 'writeContinue') outgoing.writeContinue();
    else if (action.do === 'writeProcessing') outgoing.writeProcessing();
    if (action.do !== 'writeHead') return undefined;
    return outgoing.writeHead(
      action.status,
      action.length === null ? {} : { 'content-length': action.length },
    );
  }

  #withSocket(act: (socket: Socket) => unknown): unknown {
    const { socket } = this.outgoing;
    if (socket === null) return 'no socket';
    act(socket);
    return undefined;
  }

  #doIncoming(action: WebAction, message: IncomingMessage): unknown {
    switch (action.do) {
      case 'destroyMessage':
        return action.error ? message.destroy(new Error('of the program')) : message.destroy();
      case 'read': {
        const chunk: unknown = action.bytes < 0 ? message.read() : message.read(action.bytes);
        this.#gets('read', chunk);
        return chunk === null ? 'null' : 'some';
      }
      case 'iterate':
        void this.#iterate(action.chunks);
        return undefined;
      case 'pause':
      case 'resume':
        return message[action.do]();
      case 'listenToData':
      case 'listenToReadable':
      case 'pipeToSink':
        this.#reads(action.do);
        return undefined;
      default:
        throw new Error(`no such act: ${action.do}`);
    }
  }

  #reads(how: 'listenToData' | 'listenToReadable' | 'pipeToSink'): void {
    const message = this.#incoming;
    if (message === null) return;
    if (how === 'listenToData') {
      if (this.#listensToData) return;
      this.#listensToData = true;
      message.on('data', (chunk) => this.#gets('data', chunk));
    } else if (how === 'listenToReadable') {
      message.on('readable', () => {
        for (let chunk: unknown = message.read(); chunk !== null; chunk = message.read())
          this.#gets('read', chunk);
      });
    } else {
      const sink = new Writable({
        write: (chunk, _encoding, callback) => {
          this.#gets('pipe', chunk);
          callback();
        },
      });
      sink.on('finish', () => this.#note('sink finished'));
      message.pipe(sink);
    }
  }

  async #iterate(chunks: number): Promise<void> {
    let left = chunks;
    try {
      for await (const chunk of this.#incoming ?? []) {
        this.#gets('iterate', chunk);
        left--;
        if (left === 0) break;
      }
      this.#note('iterated');
    } catch (error) {
      this.#note(`iterated ${codeOf(error)}`);
    }
  }
}

/** What of the headers of an answer its sender did not write. */
function headersOf({ headers, httpVersion }: IncomingMessage): string {
  const names = Object.keys(headers).filter((name) => name !== 'date');
  return [httpVersion, ...names.map((name) => `${name}=${String(headers[name])}`)].join(' ');
}
