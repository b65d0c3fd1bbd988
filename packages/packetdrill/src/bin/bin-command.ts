import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkText } from '@halfclose/codec/arguments';
import { PROFILES } from '@halfclose/stack';
import type { CommanderError } from 'commander';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readKnownFailures } from './bin-known-failures.ts';
import { countOf, ignoredBy, judge, linesOf, reportOf, type Verdicted } from './bin-report.ts';
import { findScripts, messageOf, runFile, UsageError } from './bin-scripts.ts';
import type { DrillMode } from '../script/drill-settings.ts';

interface DrillOptions {
  readonly mode: DrillMode;
  readonly profile: string;
  readonly define: ReadonlyMap<string, string>;
  readonly json?: string;
  readonly knownFailures?: string;
  readonly verbose?: true;
}

const WRONG_USE = 2;

/**
 * The command that runs scripts, for a program of its own or as a part of another one. The exit status is 1 if a script
 * failed, and 2 if the command was used in a wrong way.
 *
 * @throws TypeError for what is no name
 */
export function drillCommand(name: string): Command {
  checkText('name', name);
  return new Command(name)
    .description('run packetdrill scripts in virtual time')
    .argument('<file|folder...>', 'scripts, and folders with scripts (*.pkt) somewhere below')
    .addOption(
      new Option('--mode <mode>', 'what a script runs over unless it says so itself')
        .choices(['ipv4', 'ipv6', 'mapped'])
        .default('ipv4'),
    )
    .addOption(
      new Option('--profile <name>', 'which stack to be').choices(Object.keys(PROFILES)).default('linux'),
    )
    .addOption(
      new Option('-D, --define <name=value>', 'what a word in scripts stands for; may be given again')
        .argParser(addDefine)
        .default(new Map<string, string>(), 'none'),
    )
    .option('--json <file>', 'where results for programs go')
    .option('--known-failures <file>', "scripts that are to fail, one 'script: reason' per line")
    .option('--verbose', 'tell of scripts that passed, and of settings that mean nothing here')
    .exitOverride(exitForWrongUse)
    .action((paths: readonly string[], options: DrillOptions, command: Command) => {
      try {
        drillFiles(paths, options);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        command.error(`error: ${error.message}`);
      }
    });
}

function addDefine(definition: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, word = '', value = ''] = /^(\w+)=([^]*)$/.exec(definition) ?? [];
  if (word === '') throw new InvalidArgumentError('It is to be NAME=VALUE.');
  return new Map([...before, [word, value]]);
}

function exitForWrongUse(error: CommanderError): never {
  process.exit(error.exitCode === 0 ? 0 : WRONG_USE);
}

function drillFiles(paths: readonly string[], options: DrillOptions): void {
  const { mode, define: defines, json, knownFailures, verbose = false } = options;
  const profile = PROFILES[options.profile];
  if (profile === undefined) throw new UsageError(`no such profile: ${options.profile}`);
  const known = knownFailures === undefined ? null : readKnownFailures(knownFailures);
  const all: Verdicted[] = [];
  for (const file of findScripts(paths)) {
    const result = runFile(file, { mode, profile, defines });
    const verdicted = { result, verdict: judge(result, known?.get(resolve(file))) };
    all.push(verdicted);
    for (const line of linesOf(verdicted, verbose)) print(line);
  }
  if (verbose) for (const line of ignoredBy(all.map(({ result }) => result))) print(`ignored: ${line}`);
  if (json !== undefined) {
    writeReport(json, reportOf(all, mode, options.profile));
  }
  const { passed, failed, skipped } = countOf(all.map(({ verdict }) => verdict));
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}

function writeReport(file: string, report: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`the results cannot be written: ${messageOf(error)}`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
