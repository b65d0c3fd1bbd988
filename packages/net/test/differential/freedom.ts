/** An entry of a log: what happened, by its name and its number among those of the name, and the state of then. */
export interface Entry {
  readonly label: string;
  readonly state: string;
}

/**
 * What is not compared, and why. All else is: each entry with its state, its place among the others of its socket as far as
 * `node:net` has one place for it, and all that was read.
 */
export interface Freedom {
  readonly what: string;
  readonly why: string;
  /** Entries that are left out. */
  readonly drops?: (entry: Entry) => boolean;
  /** Entries from which on nothing is compared, of any run. */
  readonly cuts?: (entry: Entry) => boolean;
  /** Entries whose state is not compared. */
  readonly freesState?: (entry: Entry) => boolean;
  /** A name in place of those that do not matter. */
  readonly renames?: (name: string) => string;
  /** Pairs whose order is not compared; asked both ways round. */
  readonly freesOrder?: (a: Entry, b: Entry, all: readonly Entry[]) => boolean;
}

const begins =
  (...names: string[]) =>
  ({ label }: Entry): boolean =>
    names.some((name) => label.startsWith(name));

const byTimer = begins('timer ');
const byImmediate = begins('immediate ');
/** What streams tell because of something that a rule did. */
const told = begins('resume', 'pause', 'iterated', 'sink finished', 'written', 'ended', 'error');
/** What the peer or the network brings about. */
const ofPeer = begins('connection', 'connect', 'ready', 'end', 'error', 'close', 'iterated', 'drop', 'sink');

/** What is free always. */
export const FREEDOM: readonly Freedom[] = [
  {
    what: "when timers strike, and how often 'timeout' comes",
    why: 'time passes as it likes; docs/DIFFERENCES.md, The network: close',
    drops: begins('timeout'),
    freesState: byTimer,
    freesOrder: (a, _b, all) => byTimer(a) || (told(a) && all.some(byTimer)),
  },
  {
    what: 'immediates, against what the peer does and against close',
    why: 'docs/DIFFERENCES.md, The network: Immediates and a peer in the same process; close',
    freesState: byImmediate,
    freesOrder: (a, b) => byImmediate(a) && ofPeer(b),
  },
  {
    what: 'what follows resetAndDestroy() right after end()',
    why: 'docs/DIFFERENCES.md, Calls: a handle that refuses is closed all the same',
    cuts: begins('error Error EINVAL reset'),
  },
];

/** What is free besides where a comparison without it fails: so much is cut off that the test bounds how often. */
export const LAST_FREEDOM: readonly Freedom[] = [
  {
    what: 'what a reset by the peer cuts short: when it is noticed, and by which call',
    why: 'docs/DIFFERENCES.md, The network: Data with a RST; What a peer in the same process does',
    cuts: ({ label, state }) => /E(PIPE|CONNRESET)/.test(label) || /E(PIPE|CONNRESET) /.test(state),
  },
  {
    what: 'how many connections a server counts while several come and go',
    why: 'one socket is free to come before another',
    renames: (name) => name.replace(/connections null \d+/, 'connections'),
  },
  {
    what: 'what an immediate, or a timer, does that comes before or after what the peer does, and all that follows',
    why: 'as in the rows of both above',
    cuts: (entry) => byImmediate(entry) || byTimer(entry),
  },
];
