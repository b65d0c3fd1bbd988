import type { Server } from 'node:net';
import type { ServerRule } from './program.ts';
import { codeOf, later, lateness, type Stage } from './stage.ts';
import type { Told } from './told.ts';

/** Runs the rules of a server, and writes down what it is told. */
export class ServerActor {
  readonly entries: string[] = [];
  readonly #stage: Stage;

  constructor(stage: Stage, server: Server) {
    this.#stage = stage;
    for (const name of ['listening', 'close', 'drop'] as const) {
      server.on(name, () => this.note(name));
    }
    server.on('tlsClientError', (error) => this.note(`tlsClientError ${codeOf(error)}`));
    server.on('error', (error) => this.note(`error ${codeOf(error)}`));
  }

  note(what: string): void {
    this.#stage.happened++;
    this.entries.push(`${what} | ${this.#stage.server?.listening === true ? 'listening' : ''}`);
  }

  /** Does something because of a connection. */
  act({ act, after }: ServerRule): void {
    const { server } = this.#stage;
    this.#stage.jitter();
    later(this.#stage, after, () => {
      const late = lateness({ after });
      this.note(`${late}> ${act}`);
      if (act === 'close') server?.close((error) => this.note(`${late}closed ${codeOf(error)}`));
      else if (act === 'getConnections')
        server?.getConnections((error, count) => this.note(`${late}connections ${codeOf(error)} ${count}`));
      else server?.[act]();
    });
  }

  get told(): Told {
    return { entries: this.entries, read: {} };
  }
}
