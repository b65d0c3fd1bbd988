import { defaultDefines } from './drill-settings.ts';
import type { DrillResult } from './drill-result.ts';
import { ParseError } from './parse-error.ts';
import { parseScript } from './parse-script.ts';
import { type RunOptions, runScript } from './run-script.ts';

/** How a script that is given as text is read and run. */
export interface RunTextOptions extends RunOptions {
  /** The name of the script in messages; `'script'` unless told. */
  readonly file?: string;
  /** Words and what stands for them, as `-D NAME=value` gives them; the script's own go before. */
  readonly defines?: ReadonlyMap<string, string>;
}

/** Reads and runs a script; one that the language does not allow has failed. */
export function runText(text: string, options: RunTextOptions = {}): DrillResult {
  const { file = 'script', mode = 'ipv4', defines = [] } = options;
  try {
    const script = parseScript(text, { file, defines: new Map([...defaultDefines(mode), ...defines]) });
    return runScript(script, options);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { position, reason } = error;
    return {
      file,
      outcome: 'failed',
      failure: {
        position,
        text: text.split('\n')[position.line - 1]?.trim() ?? '',
        reason,
        at: 0,
        actual: null,
        differences: [],
      },
      reason: '',
      ignored: [],
      warnings: [],
      printed: [],
      ladder: '',
    };
  }
}
