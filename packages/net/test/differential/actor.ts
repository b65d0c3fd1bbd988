import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { piece } from './pieces.ts';
import type { Action, Rule, Trigger } from './program.ts';
import { codeOf, later, lateness, type Stage } from './stage.ts';
import { Reader, type Told } from './told.ts';

/** One socket that follows its rules and writes down what happens. */
export class Actor {
  readonly socket: Socket;
  readonly #stage: Stage;
  readonly #rules: readonly Rule[];
  readonly #fired = new Set<Rule>();
  readonly #counts = new Map<string, number>();
  readonly #entries: string[] = [];
  readonly #readers = new Map<string, Reader>();
  #bytes = 0;
  readonly #abort: AbortController | null;
  #listensToData = false;

  constructor(stage: Stage, socket: Socket, rules: readonly Rule[], abort: AbortController | null = null) {
    this.#stage = stage;
    this.socket = socket;
    this.#rules = rules;
    this.#abort = abort;
    for (const name of [
      'connect',
      'ready',
      'end',
      'finish',
      'drain',
      'timeout',
      'pause',
      'resume',
      // Of TLS alone.
      'secureConnect',
    ] as const) {
      socket.on(name as 'end', () => {
        this.#note(name);
        this.#on(name);
      });
    }
    socket.on('error', (error) => {
      this.#note(`error ${codeOf(error)}`);
      this.#on('error');
    });
    socket.on('close', (hadError: unknown) => {
      this.#note(`close ${String(hadError)}`, socket.errored ? '' : ` written ${socket.bytesWritten}`);
      this.#on('close');
    });
  }

  /** What was written down. */
  get told(): Told {
    const read = Object.fromEntries([...this.#readers].map(([how, reader]) => [how, reader.read]));
    return { entries: this.#entries, read };
  }

  #state(): string {
    const { socket } = this;
    const flags = [
      socket.destroyed && 'destroyed',
      socket.pending && 'pending',
      socket.writableEnded && 'ended',
      socket.writableFinished && 'finished',
      socket.readableEnded && 'read',
      socket.closed && 'closed',
      socket.errored && codeOf(socket.errored),
    ];
    return [socket.readyState, ...flags.filter(Boolean)].join(' ');
  }

  #note(what: string, more = ''): void {
    this.#stage.happened++;
    this.#entries.push(`${what} | ${this.#state()}${more}`);
  }

  /** Nothing has happened for long: how is it? */
  noteQuiet(): void {
    const { socket } = this;
    this.#note('quiet', ` flowing ${String(socket.readableFlowing)} corked ${socket.writableCorked}`);
  }

  #on(name: Trigger['on']): void {
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    this.#fire((on) => on.on === name && on.nth === nth);
  }

  #fire(matches: (on: Trigger) => boolean): void {
    for (const rule of this.#rules) {
      if (this.#fired.has(rule) || !matches(rule.on)) continue;
      this.#fired.add(rule);
      this.#stage.jitter();
      later(this.#stage, rule.after, () => {
        const by = lateness(rule);
        if (by !== '') this.#note(`${by}rule ${this.#rules.indexOf(rule)}`);
        for (const [at, act] of rule.acts.entries()) this.act(act, rule, at);
      });
    }
  }

  start(): void {
    this.#on('start');
  }

  /** Something was read; `how`: in which way. */
  gets(how: string, chunk: unknown): void {
    if (chunk === null || chunk === undefined) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    this.#stage.happened++;
    const reader = this.#readers.get(how) ?? new Reader(this.socket.bytesRead > bytes.length);
    this.#readers.set(how, reader);
    reader.take(bytes);
    this.#bytes += bytes.length;
    this.#fire((on) => on.on === 'read' && this.#bytes >= on.bytes);
  }

  /** Does one thing, and writes down what it returns, or throws. */
  act(action: Action, rule: Rule, at: number): void {
    const name = 'bytes' in action ? `${action.do}(${action.bytes})` : action.do;
    let result: unknown;
    try {
      result = this.#do(action, rule, at);
    } catch (error) {
      result = `throws ${codeOf(error)}`;
    }
    const isChain = result === this.socket || result === undefined;
    this.#note(`${lateness(rule)}> ${name}${isChain ? '' : ` = ${String(result)}`}`);
  }

  #do(action: Action, rule: Rule, at: number): unknown {
    const { socket } = this;
    const call = this.#rules.indexOf(rule) * 10 + at;
    const told = (what: 'written' | 'ended') => (error?: Error | null) => {
      this.#note(`${lateness(rule)}${what} ${call}${error ? ` ${codeOf(error)}` : ''}`);
      this.#on(what);
    };
    switch (action.do) {
      case 'write': {
        const chunk = piece(action.bytes, action.as, call);
        const encoding = action.as === 'buffer' || action.as === 'uint8' ? undefined : action.as;
        return action.callback
          ? socket.write(chunk, encoding, told('written'))
          : socket.write(chunk, encoding);
      }
      case 'end': {
        const chunk = piece(action.bytes, action.as, call);
        const encoding = action.as === 'buffer' || action.as === 'uint8' ? 'utf8' : action.as;
        return action.callback ? socket.end(chunk, encoding, told('ended')) : socket.end(chunk, encoding);
      }
      case 'endEmpty':
        return action.callback ? socket.end(told('ended')) : socket.end();
      case 'destroy':
        return action.error ? socket.destroy(new Error('of the program')) : socket.destroy();
      case 'read': {
        const chunk: unknown = action.bytes < 0 ? socket.read() : socket.read(action.bytes);
        this.gets('read', chunk);
        return chunk === null ? 'null' : 'some';
      }
      case 'iterate':
        void this.iterate(action.chunks);
        return undefined;
      case 'setTimeout':
        return socket.setTimeout(this.#stage.delay(action.milliseconds));
      case 'setEncoding':
        return socket.setEncoding(action.encoding);
      case 'connect':
        return socket.connect(this.#stage.port[action.refused ? 'refused' : 'open'], '127.0.0.1');
      case 'setKeepAlive':
        return socket.setKeepAlive(true, 1000);
      case 'setNoDelay':
        return socket.setNoDelay(true);
      case 'abort':
        this.#abort?.abort();
        return undefined;
      case 'closeServer':
        this.#stage.server?.close();
        return undefined;
      case 'getConnections':
        this.#stage.server?.getConnections((error, count) => {
          this.#note(`${lateness(rule)}connections ${codeOf(error)} ${count}`);
        });
        return undefined;
      case 'listenToData':
      case 'listenToReadable':
      case 'pipeToSink':
        this.reads(action.do);
        return undefined;
      case 'unpipe':
      case 'destroySoon':
      case 'resetAndDestroy':
      case 'pause':
      case 'resume':
      case 'cork':
      case 'uncork':
      case 'ref':
      case 'unref':
        return socket[action.do]();
    }
  }

  reads(how: 'listenToData' | 'listenToReadable' | 'pipeToSink' | 'echo'): void {
    const { socket } = this;
    if (how === 'listenToData') {
      if (this.#listensToData) return;
      this.#listensToData = true;
      socket.on('data', (chunk) => this.gets('data', chunk));
    } else if (how === 'listenToReadable') {
      socket.on('readable', () => {
        for (let chunk: unknown = socket.read(); chunk !== null; chunk = socket.read())
          this.gets('read', chunk);
        this.#on('readable');
      });
    } else if (how === 'echo') socket.pipe(socket);
    else {
      const sink = new Writable({
        decodeStrings: false,
        write: (chunk, _encoding, callback) => {
          this.gets('pipe', chunk);
          callback();
        },
      });
      sink.on('finish', () => this.#note('sink finished'));
      socket.pipe(sink);
    }
  }

  async iterate(chunks: number): Promise<void> {
    let left = chunks;
    try {
      for await (const chunk of this.socket) {
        this.gets('iterate', chunk);
        left--;
        if (left === 0) break;
      }
      this.#note('iterated');
    } catch (error) {
      this.#note(`iterated ${codeOf(error)}`);
    }
  }
}
