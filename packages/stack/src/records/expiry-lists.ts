import { Timer, type TimerService } from '@halfclose/timers';
import { RECORD_MASK, type RecordStore } from './record-store.ts';

/** Records that one run of a timer lets go at most, so that a million at once do not hold up the process. */
const EXPIRIES_PER_RUN = 10_000;

/** Which int32 fields of a record its list uses. */
export interface LinkFields {
  /** The neighbours, in the low bits (`RECORD_MASK`); the others belong to the records' owner. */
  readonly next: number;
  readonly previous: number;
}

/** What lists need to know of records. */
export interface Expiring {
  /** When a record's time is over. */
  deadlineOf(record: number): number;
  /** A record's time is over; it is still in its list. */
  onExpired(record: number, now: number): void;
}

/** The records that stay for one length of time. Its head is a record as well, so that a ring has no ends. */
interface ExpiryList {
  readonly duration: number;
  readonly head: number;
  readonly timer: Timer;
}

/**
 * Records of a store in the order in which their time is over. Those that stay equally long come in the order in which
 * they go, so each length of time has a list and a timer of its own, and everything costs the same for any number of
 * records. There are few lengths: that of TIME-WAIT, that of FIN-WAIT-2, and the whole seconds of TCP_LINGER2.
 */
export class ExpiryLists {
  readonly #store: RecordStore;
  readonly #fields: LinkFields;
  readonly #timers: TimerService;
  readonly #records: Expiring;
  readonly #lists = new Map<number, ExpiryList>();

  constructor(store: RecordStore, fields: LinkFields, timers: TimerService, records: Expiring) {
    this.#store = store;
    this.#fields = fields;
    this.#timers = timers;
    this.#records = records;
  }

  /** Enters a record whose deadline is `duration` milliseconds after about now; Infinity: it never expires. */
  append(record: number, duration: number): void {
    const list = this.#lists.get(duration) ?? this.#create(duration);
    const deadline = this.#records.deadlineOf(record);
    // Those of one turn may come in another order than they go.
    let before = this.#previous(list.head);
    while (before !== list.head && this.#records.deadlineOf(before) > deadline)
      before = this.#previous(before);
    const after = this.#next(before);
    this.#link(before, record);
    this.#link(record, after);
    if (duration !== Infinity && (!list.timer.armed || deadline < list.timer.deadline)) {
      this.#timers.arm(list.timer, deadline);
    }
  }

  /** Takes a record out of its list. */
  remove(record: number): void {
    const before = this.#previous(record);
    const after = this.#next(record);
    this.#link(before, after);
    if (before === after) this.#drop(before);
  }

  /** All records, list by list, in each the next to expire first. */
  *values(): IterableIterator<number> {
    for (const { head } of this.#lists.values()) {
      for (let record = this.#next(head); record !== head; record = this.#next(record)) yield record;
    }
  }

  #create(duration: number): ExpiryList {
    const head = this.#store.allocate();
    const list: ExpiryList = {
      duration,
      head,
      timer: new Timer((now) => {
        this.#expire(list, now);
      }),
    };
    this.#store.set(head, this.#fields.next, head);
    this.#store.set(head, this.#fields.previous, head);
    this.#lists.set(duration, list);
    return list;
  }

  /** The list with this head is empty: a timer without a record would keep a virtual clock from being idle. */
  #drop(head: number): void {
    for (const list of this.#lists.values()) {
      if (list.head !== head) continue;
      this.#timers.disarm(list.timer);
      this.#lists.delete(list.duration);
      this.#store.free(head);
      return;
    }
  }

  #expire(list: ExpiryList, now: number): void {
    for (let left = EXPIRIES_PER_RUN; this.#lists.get(list.duration) === list; left--) {
      const first = this.#next(list.head);
      const deadline = this.#records.deadlineOf(first);
      if (deadline > now || left === 0) {
        this.#timers.arm(list.timer, deadline);
        return;
      }
      this.#records.onExpired(first, now);
    }
  }

  #next(record: number): number {
    return this.#store.get(record, this.#fields.next) & RECORD_MASK;
  }

  #previous(record: number): number {
    return this.#store.get(record, this.#fields.previous) & RECORD_MASK;
  }

  #link(before: number, after: number): void {
    const { next, previous } = this.#fields;
    const store = this.#store;
    store.set(before, next, (store.get(before, next) & ~RECORD_MASK) | after);
    store.set(after, previous, (store.get(after, previous) & ~RECORD_MASK) | before);
  }
}
