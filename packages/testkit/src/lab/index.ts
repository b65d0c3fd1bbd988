import { explore } from '../explore/explore.ts';
import { lab as makeTest, outside } from './lab.ts';

export type { ExploreOptions } from '../explore/explore.ts';
export type { FaultKind } from '../explore/fault.ts';
export type { LabTest } from './lab.ts';
export type { LabOptions } from './options.ts';
export type { LabBody } from './run.ts';

/** Makes tests that run in labs: see the package's README. */
export const lab: Lab = Object.assign(makeTest, { explore, outside });

/** What {@link lab} is: a function, with two more. */
export type Lab = typeof makeTest & {
  readonly explore: typeof explore;
  readonly outside: typeof outside;
};
