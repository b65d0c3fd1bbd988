/** What a {@link Progress} writes to. */
interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Milliseconds after which a bar is shown, and between two of them. */
const PATIENCE = 1000;
const REFRESH = 100;
const BAR = 30;

/** A bar on a terminal, for what takes longer than a second. */
export class Progress {
  readonly #total: number | null;
  readonly #terminal: Terminal;
  readonly #start = Date.now();
  #bytes = 0;
  #shown = 0;

  /** `total` bytes; `null`: nobody knows. */
  constructor(total: number | null, terminal: Terminal) {
    this.#total = total;
    this.#terminal = terminal;
  }

  /** Says that so many more bytes are done. */
  add(bytes: number): void {
    this.#bytes += bytes;
    const now = Date.now();
    if (this.#terminal.isTTY !== true || now - this.#start < PATIENCE || now - this.#shown < REFRESH) return;
    this.#shown = now;
    this.#terminal.write(`\r${this.#text()}`);
  }

  /** Takes the bar away. */
  done(): void {
    if (this.#shown > 0) this.#terminal.write(`\r${' '.repeat(this.#text().length)}\r`);
  }

  #text(): string {
    const megabytes = `${(this.#bytes / 1e6).toFixed(0)} MB`;
    if (this.#total === null || this.#total === 0) return megabytes;
    const share = Math.min(1, this.#bytes / this.#total);
    const filled = Math.floor(share * BAR);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    return `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}]${percent} ${megabytes}`;
  }
}
