export {
  type ExploreOptions,
  type FaultKind,
  lab,
  type Lab,
  type LabBody,
  type LabOptions,
  type LabTest,
} from './lab/index.ts';
export { LabError, type LabErrorCode } from './errors.ts';
export type { FaultOptions, ScriptedFault } from './faults/scripted.ts';
export * from './faults/matches.ts';
export type { HostProgram, LabHost } from './hosts/lab-host.ts';
export type { HostOrName, LabLink, LabNet } from './lab/lab-net.ts';
export { register, unregister } from './register/register.ts';
