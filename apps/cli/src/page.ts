import { wrap } from '@halfclose/explain';
import pc from 'picocolors';

const WIDTH_IN_A_PIPE = 100;
/** The least that a ladder takes. */
const LEAST_WIDTH = 72;
const MOST_WIDTH = 120;

/** Where text goes: how wide it is, and whether it shows colours. */
export class Page {
  readonly width: number;
  readonly color: boolean;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #write: (text: string) => void;

  constructor(options: { width?: number | undefined; color: boolean; write: (text: string) => void }) {
    this.width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, options.width ?? WIDTH_IN_A_PIPE));
    this.color = options.color;
    this.#colors = pc.createColors(options.color);
    this.#write = options.write;
  }

  /** A headline over a new part. */
  headline(text: string): void {
    this.#write(`\n${this.#colors.bold(text)}\n${this.#colors.dim('-'.repeat(text.length))}\n`);
  }

  /** Prose, broken into lines, with a blank line behind it. */
  paragraph(text: string): void {
    this.#write(`${wrap(text, this.width).join('\n')}\n\n`);
  }

  /** `label: text`, with the lines after the first one below the text. */
  labelled(label: string, text: string): void {
    const indent = label.length + 2;
    const lines = wrap(text, this.width - indent)
      .join('\n')
      .replaceAll('\n', `\n${' '.repeat(indent)}`);
    this.#write(`${this.#colors.cyan(`${label}:`)} ${lines}\n`);
  }

  /** Lines that are complete already, with a blank line behind them. */
  verbatim(text: string): void {
    this.#write(`${text}\n\n`);
  }

  /** One line. */
  line(text: string): void {
    this.#write(`${text}\n`);
  }
}

/** What `process.stdout` is, as far as it matters here. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * The page that an output is. Colours: NO_COLOR (https://no-color.org) wins over FORCE_COLOR; without both, on a
 * terminal that is not dumb.
 */
export function pageOf(output: Output, env: NodeJS.ProcessEnv): Page {
  return new Page({
    width: output.columns,
    color: wantsColor(output, env),
    write: (text) => output.write(text),
  });
}

function wantsColor({ isTTY }: Output, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}
