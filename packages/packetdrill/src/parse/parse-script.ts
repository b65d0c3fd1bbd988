import { checkOptions, checkText, type OptionNames, shown } from '@halfclose/codec/arguments';
import { parseCodeBlock } from './parse-code.ts';
import type { EventTime } from '../script/event-time.ts';
import { parsePacket } from './parse-packet.ts';
import { parseSystemCall } from './parse-system-call.ts';
import { parseEventTime } from './parse-time.ts';
import { Scanner } from './scanner.ts';
import type { Script, ScriptAction, ScriptEvent, ScriptOption } from '../script/script.ts';
import type { ShellCommand } from '../script/shell-command.ts';

/** Settings of {@link parseScript}. */
export interface ParseOptions {
  /** The name of the script in messages; `'script'` unless told. */
  readonly file?: string;
  /** Words and what stands for them, as `--define NAME=value` gives them; the script's own go before. */
  readonly defines?: ReadonlyMap<string, string>;
}

const OPTIONS: OptionNames<ParseOptions> = { file: true, defines: true };

const OPTION = /--([A-Za-z0-9_]+)/y;
const OPTION_VALUE = /[ \t]*=[ \t]*((?:"[^"\n]*"|`[^`\n]*`|[^\s"`])+)|[ \t]+([A-Za-z0-9.:"]\S*)/y;
const DEFINITION = /^([A-Za-z_][A-Za-z0-9_]*)=(?:"(.*)"|`(.*)`|(.*))$/;
const BACK_QUOTED = /`((?:\\[^]|[^`\\])*)`/y;
const CODE = /%\{([^]*?)\}%/y;

/**
 * Reads a script.
 *
 * @param text the script, as its file has it
 * @returns the script as a value; what it uses that cannot be run is in there, too
 * @throws ParseError if the language does not allow it
 */
export function parseScript(text: string, options: ParseOptions = {}): Script {
  checkText('text', text);
  checkOptions('options', options, OPTIONS);
  const { file = 'script', defines = new Map<string, string>() } = options;
  checkText('file', file);
  checkDefines(defines);
  const scanner = new Scanner(text, { file, defines });
  const scriptOptions = parseOptionLines(scanner);
  const initCommand = takeCommand(scanner);
  const events: ScriptEvent[] = [];
  let cleanupCommand: ShellCommand | null = null;
  while (!scanner.atEnd && cleanupCommand === null) {
    if (scanner.seesText('`') && events.length > 0) cleanupCommand = takeCommand(scanner);
    else events.push(parseEvent(scanner));
  }
  if (!scanner.atEnd) {
    scanner.failAt(
      scanner.offset,
      'a command without a time ends the script, and something stands behind it',
    );
  }
  if (events.length === 0) scanner.failExpecting('an event');
  return { file, options: scriptOptions, initCommand, events, cleanupCommand };
}

function parseOptionLines(scanner: Scanner): ScriptOption[] {
  const options: ScriptOption[] = [];
  for (;;) {
    const { position, offset } = scanner;
    const name = scanner.match(OPTION)?.[1];
    if (name === undefined) return options;
    const value = takeOptionValue(scanner);
    options.push({ position, name, value });
    if (name === 'define') define(scanner, offset, value);
  }
}

/** What stands behind the option on its line: `=value`, or blanks and a value. */
function takeOptionValue(scanner: Scanner): string | null {
  OPTION_VALUE.lastIndex = scanner.end;
  const match = OPTION_VALUE.exec(scanner.text);
  if (match === null) return null;
  scanner.expectText(match[0].trimStart());
  return match[1] ?? match[2] ?? '';
}

function define(scanner: Scanner, offset: number, definition: string | null): void {
  const [, name, ...values] = DEFINITION.exec(definition ?? '') ?? [];
  if (name === undefined) return scanner.failAt(offset, '--define wants NAME=value');
  scanner.defines.set(name, values.find((value) => value !== undefined) ?? '');
}

function parseEvent(scanner: Scanner): ScriptEvent {
  const { position, offset } = scanner;
  const time = parseEventTime(scanner);
  const action = parseAction(scanner);
  if (!isOutbound(action)) {
    if (time.kind === 'any') scanner.failAt(offset, '* is for packets that the stack sends');
    if (time.kind.endsWith('range')) {
      scanner.failAt(offset, 'a range of time is for packets that the stack sends');
    }
  }
  if (action.kind === 'call' && action.end !== null && action.end < startOf(time)) {
    scanner.failAt(offset, 'the call is to return before it is made');
  }
  return { position, time, action };
}

function parseAction(scanner: Scanner): ScriptAction {
  if (scanner.seesText('<') || scanner.seesText('>')) return parsePacket(scanner);
  const command = takeCommand(scanner);
  if (command !== null) return command;
  return takeCode(scanner) ?? parseSystemCall(scanner);
}

function takeCommand(scanner: Scanner): ShellCommand | null {
  const { position, offset } = scanner;
  const match = scanner.match(BACK_QUOTED);
  if (match !== null) return { kind: 'command', position, text: (match[1] ?? '').replaceAll('\\`', '`') };
  return scanner.seesText('`') ? scanner.failAt(offset, 'the command has no closing back quote') : null;
}

function takeCode(scanner: Scanner): ScriptAction | null {
  const { offset } = scanner;
  const match = scanner.match(CODE);
  if (match !== null) return parseCodeBlock(scanner, offset, match[1] ?? '');
  return scanner.seesText('%{') ? scanner.failAt(offset, 'the code block has no closing }%') : null;
}

function isOutbound(action: ScriptAction): boolean {
  return 'direction' in action && action.direction === 'outbound';
}

function startOf(time: EventTime): number {
  if (time.kind === 'absolute') return time.at;
  return time.kind === 'relative' ? time.after : 0;
}

/** Throws a TypeError for what is no map of words. */
export function checkDefines(defines: ReadonlyMap<string, string>): void {
  const given: unknown = defines;
  if (!(given instanceof Map)) throw new TypeError(`defines must be a Map, not ${shown(given)}`);
}
