import {
  checkInteger,
  checkNumber,
  checkOptions,
  checkText,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type { Impairments } from '@halfclose/netem';

/** What may be said of a lab. */
export interface LabOptions {
  /** Of all chance in it: links, faults, `Math.random`, cryptography. Default: `HALFCLOSE_SEED`, or 1. */
  readonly seed?: number;
  /** Virtual milliseconds after which a test fails that still waits. Default: 3,600,000, an hour. */
  readonly limit?: number;
  /** Real milliseconds after which a test fails that waits for files, or computes. Default: 20,000. */
  readonly patience?: number;
  /** What all links are like. Default: a delay of 1 ms with a jitter of 0.2 ms. */
  readonly link?: Partial<Impairments>;
  /** What `Date` shows when it begins, in milliseconds since 1970. Default: 2026-01-01T00:00:00Z. */
  readonly epoch?: number;
  /** Stands in the report of a failure, and names its file. Default: `lab`. */
  readonly name?: string;
}

/** The names of {@link LabOptions}. */
export const LAB_OPTIONS: OptionNames<LabOptions> = {
  seed: true,
  limit: true,
  patience: true,
  link: true,
  epoch: true,
  name: true,
};

/** {@link LabOptions}, all there. */
export type Settings = Required<LabOptions>;

const HOUR = 3_600_000;

/**
 * Fills in what is not said.
 *
 * @throws TypeError or RangeError that names the option
 */
export function settingsOf(options: LabOptions): Settings {
  const {
    seed = 1,
    limit = HOUR,
    patience = 20_000,
    link = {},
    epoch = Date.UTC(2026, 0),
    name = 'lab',
  } = options;
  checkInteger('options.seed', seed, 0, 0xffff_ffff);
  checkNumber('options.limit', limit, 1, Number.MAX_SAFE_INTEGER);
  checkNumber('options.patience', patience, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('options.epoch', epoch, 0, 8.64e15);
  checkText('options.name', name);
  // What is in it, the links check.
  checkOptions('options.link', link, LINK);
  return { seed, limit, patience, epoch, name, link: { delay: 1, jitter: 0.2, ...link } };
}

const LINK: OptionNames<Impairments> = {
  delay: true,
  jitter: true,
  rate: true,
  queue: true,
  loss: true,
  duplicate: true,
  reorder: true,
  corrupt: true,
  partition: true,
  rules: true,
};
