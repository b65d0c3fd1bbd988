import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstDifference, writePcapng } from '@halfclose/trace';
import { LabError } from '../errors.ts';
import { BODY } from '../hosts/body.ts';
import type { World } from '../lab/world.ts';
import { allLines, lastLadders } from './ladders.ts';

/** Rows of each ladder in a message; files have all. */
const LAST_ROWS = 40;

/**
 * The error of a failed run, with all that is known of it in its message.
 *
 * @param world the run that failed
 * @param again the same once more, in which places were noted
 * @param preface what is to be said before all of it
 */
export function explain(world: World, again: World, preface = ''): Error {
  const { failure } = world;
  if (failure === null) throw new Error('nothing has failed');
  const { error, host } = failure;
  const { seed, name } = world.settings;
  const waiting = again.waiting.map((line) => `  ${line}`);
  const reports = again.closeReports.texts;
  const parts = [
    host === null || host === BODY ? '' : `in the program of host ${host}`,
    `lab ${name}, seed ${seed}, at ${shownTime(world)} of virtual time; HALFCLOSE_SEED=${seed} runs it again`,
    repeatability(world, again),
    lastLadders(world, LAST_ROWS),
    ...reports,
    waiting.length === 0 ? '' : ['it waits:', ...waiting].join('\n'),
    filesOf(world),
  ];
  return withReport(error, preface, parts.filter((part) => part !== '').join('\n\n'));
}

function shownTime({ endedAt }: World): string {
  return `${(Math.round(endedAt * 1000) / 1000).toLocaleString('en')} ms`;
}

/** What is to be said if the second run was another one; empty: it was the same. */
function repeatability(world: World, again: World): string {
  if (again.recorder.digest === world.recorder.digest && again.failure !== null) return '';
  const difference = firstDifference(world.recorder.trace, again.recorder.trace);
  const outcome = again.failure === null ? ', and passed' : '';
  return [
    `NOT REPEATABLE: a second run was different${outcome}.`,
    ...(difference === null
      ? ['  Its packets were the same.']
      : [
          `  event ${difference.index}, first run:  ${difference.left ?? 'none'}`,
          `  event ${difference.index}, second run: ${difference.right ?? 'none'}`,
        ]),
    '  Real time, worker threads, and a thread pool of more than one (UV_THREADPOOL_SIZE=1) are not the lab’s.',
  ].join('\n');
}

/** Writes the packets for Wireshark, and all events; returns where they are. */
function filesOf({ recorder, settings }: World): string {
  const folder = process.env['HALFCLOSE_LAB_DIR'] ?? join(tmpdir(), 'halfclose-lab');
  const file = join(folder, `${settings.name.replace(/[^a-z0-9]+/gi, '-')}-${settings.seed}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.pcapng`, writePcapng(recorder.trace, { once: true, epoch: settings.epoch }));
    writeFileSync(`${file}.txt`, allLines(recorder.trace));
  } catch (error) {
    return `the packets could not be written: ${String(error)}`;
  }
  return `packets: ${file}.pcapng\nall events: ${file}.txt`;
}

/** The same error, so that runners compare and colour what they know of it; where it cannot be changed, one around it. */
function withReport(error: Error, preface: string, report: string): Error {
  const { message, stack } = error;
  const told = `${preface}${message}\n\n${report}\n`;
  try {
    error.message = told;
    if (stack?.includes(message) === true && message !== '') error.stack = stack.replace(message, () => told);
    if (error.message === told) return error;
  } catch {
    // It is frozen.
  }
  return new LabError('ERR_LAB_FAILED', told, { cause: error });
}
