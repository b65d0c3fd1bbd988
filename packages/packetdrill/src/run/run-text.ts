import { checkOptions, checkText, type OptionNames } from '@halfclose/codec/arguments';
import { defaultDefines } from '../script/drill-settings.ts';
import type { DrillResult } from './drill-result.ts';
import { ParseError } from '../script/parse-error.ts';
import { checkDefines, parseScript } from '../parse/parse-script.ts';
import { checkRunOptions, RUN_OPTIONS, type RunOptions, runScript } from './run-script.ts';

/** How a script that is given as text is read and run. */
export interface RunTextOptions extends RunOptions {
  /** The name of the script in messages; `'script'` unless told. */
  readonly file?: string;
  /** Words and what stands for them, as `-D NAME=value` gives them; the script's own go before. */
  readonly defines?: ReadonlyMap<string, string>;
}

/** The names of {@link RunTextOptions}. */
export const OPTIONS: OptionNames<RunTextOptions> = { ...RUN_OPTIONS, file: true, defines: true };

/** Reads and runs a script; one that the language does not allow has failed. */
export function runText(text: string, options: RunTextOptions = {}): DrillResult {
  checkText('text', text);
  checkOptions('options', options, OPTIONS);
  checkRunOptions(options);
  const { file = 'script', mode = 'ipv4', defines = new Map<string, string>(), ...others } = options;
  checkText('file', file);
  checkDefines(defines);
  try {
    const script = parseScript(text, { file, defines: new Map([...defaultDefines(mode), ...defines]) });
    return runScript(script, { ...others, mode });
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
