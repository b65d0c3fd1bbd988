/** How a process lets itself be looked into, and how others do it: `halfclose connections`, `halfclose capture`. */
export { inspectionDirectory, inspectionSockets, requireOurs } from './inspect/directory.ts';
export { type Inspection, type InspectionOptions, openInspection } from './inspect/open-inspection.ts';
export type { CaptureFilter, InspectionReply, InspectionRequest } from './inspect/protocol.ts';
