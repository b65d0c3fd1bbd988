import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type {
  BurstLoss,
  Corruption,
  Impairments,
  Jitter,
  Outage,
  QueueLimits,
  Reordering,
} from './impairments.ts';

/** The names of {@link Impairments}. */
export const IMPAIRMENTS: OptionNames<Impairments> = {
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
const JITTER: OptionNames<Jitter> = { spread: true, distribution: true, reorders: true };
const BURST_LOSS: OptionNames<BurstLoss> = {
  goodToBad: true,
  badToGood: true,
  lossInBad: true,
  lossInGood: true,
};
const REORDERING: OptionNames<Reordering> = { probability: true, delay: true };
const CORRUPTION: OptionNames<Corruption> = { probability: true, bits: true };
const QUEUE: OptionNames<QueueLimits> = { packets: true, octets: true, markAt: true, codel: true };
const CODEL: OptionNames<NonNullable<QueueLimits['codel']>> = { target: true, interval: true };
const OUTAGE: OptionNames<Outage> = { from: true, until: true };

/**
 * Checks what a caller asks for.
 *
 * @throws TypeError or RangeError that names the first field which is unknown, or has an impossible value
 */
export function checkImpairments(impairments: Impairments): Impairments {
  const { delay, rate, duplicate, reorder } = impairments;
  checkDuration('delay', delay);
  checkJitter(impairments.jitter);
  checkNumber('rate', rate, Number.MIN_VALUE, Infinity);
  checkQueue(impairments.queue);
  checkLoss(impairments.loss);
  checkProbability('duplicate', duplicate);
  checkOptions('reorder', reorder, REORDERING);
  checkProbability('reorder.probability', reorder.probability);
  checkDuration('reorder.delay', reorder.delay);
  checkCorruption(impairments.corrupt);
  checkPartition(impairments.partition);
  checkArray('rules', impairments.rules);
  for (const [i, rule] of impairments.rules.entries()) checkFunction(`rules[${i}]`, rule);
  return impairments;
}

function checkJitter(jitter: Impairments['jitter']): void {
  if (typeof jitter === 'number') {
    checkDuration('jitter', jitter);
    return;
  }
  checkOptions('jitter', jitter, JITTER);
  const { spread, distribution = 'uniform', reorders = false } = jitter;
  checkDuration('jitter.spread', spread);
  checkOneOf('jitter.distribution', distribution, ['uniform', 'normal', 'pareto']);
  checkBoolean('jitter.reorders', reorders);
}

function checkQueue(queue: QueueLimits): void {
  checkOptions('queue', queue, QUEUE);
  const { packets = 0, octets = 0, markAt = 0, codel } = queue;
  checkNumber('queue.packets', packets, 0, Infinity);
  checkNumber('queue.octets', octets, 0, Infinity);
  checkNumber('queue.markAt', markAt, 0, Infinity);
  if (codel === undefined) return;
  checkOptions('queue.codel', codel, CODEL);
  checkDuration('queue.codel.target', codel.target ?? 0);
  checkDuration('queue.codel.interval', codel.interval ?? 0);
}

function checkLoss(loss: Impairments['loss']): void {
  if (typeof loss === 'number') {
    checkProbability('loss', loss);
    return;
  }
  checkOptions('loss', loss, BURST_LOSS);
  checkProbability('loss.goodToBad', loss.goodToBad);
  checkProbability('loss.badToGood', loss.badToGood);
  checkProbability('loss.lossInBad', loss.lossInBad ?? 1);
  checkProbability('loss.lossInGood', loss.lossInGood ?? 0);
}

function checkCorruption(corrupt: Impairments['corrupt']): void {
  if (typeof corrupt === 'number') {
    checkProbability('corrupt', corrupt);
    return;
  }
  checkOptions('corrupt', corrupt, CORRUPTION);
  checkProbability('corrupt.probability', corrupt.probability);
  checkInteger('corrupt.bits', corrupt.bits ?? 1, 1, Infinity);
}

function checkPartition(partition: Impairments['partition']): void {
  if (typeof partition === 'boolean') return;
  checkArray('partition', partition);
  for (const [i, outage] of partition.entries()) {
    const name = `partition[${i}]`;
    checkOptions(name, outage, OUTAGE);
    checkNumber(`${name}.from`, outage.from, -Infinity, Infinity);
    checkNumber(`${name}.until`, outage.until, outage.from, Infinity);
  }
}

function checkProbability(name: string, value: number): void {
  checkNumber(name, value, 0, 1);
}

function checkDuration(name: string, value: number): void {
  checkNumber(name, value, 0, Number.MAX_VALUE);
}
