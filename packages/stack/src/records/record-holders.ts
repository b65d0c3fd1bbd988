import type { Afterlife } from '@halfclose/tcp';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import { RecordMap } from './record-map.ts';

/** References that are looked at for each one that is added. */
const LOOKS = 2;

/**
 * Who is to learn what becomes of records: somebody who waits for the end of a connection, or the connection itself as long as a
 * program holds it, for the close report. The latter is referred to weakly, and not as a whole, so that one that nobody can
 * ask any more is let go of at once, and the reference as others come. There is nothing for a record in TIME-WAIT, which
 * tells nothing more.
 */
export class RecordHolders {
  readonly #held = new RecordMap<HostedConnection | WeakRef<Afterlife>>();
  #next = 0;

  /** Records of which somebody may want to learn. */
  get size(): number {
    return this.#held.size;
  }

  /** `record` stands for `hosted` from now on, or its owner wants to be told from now on. */
  add(record: number, hosted: HostedConnection): void {
    const { owner, connection } = hosted;
    this.#held.set(record, owner === null ? new WeakRef(connection.leaveToRecord()) : hosted);
    for (let i = 0; i < LOOKS; i++) this.#look();
  }

  /** Whether `record` stands for `hosted`. */
  isOf(record: number, hosted: HostedConnection): boolean {
    const held = this.#held.get(record);
    if (held instanceof WeakRef) return held.deref() === hosted.connection.afterlife;
    return held === hosted;
  }

  /** Who is to learn of it, and is thereby forgotten; `null`: nobody. */
  take(record: number): HostedConnection | Afterlife | null {
    const held = this.#held.get(record);
    this.#held.delete(record);
    return (held instanceof WeakRef ? held.deref() : held) ?? null;
  }

  #look(): void {
    const record = this.#held.at(this.#next++);
    if (record < 0) return;
    const held = this.#held.get(record);
    if (held instanceof WeakRef && held.deref() === undefined) this.#held.delete(record);
  }
}
