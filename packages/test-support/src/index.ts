export type { FieldRow } from './field-row.ts';
export { type Example, examplesOf, type ExampleRun, runExample } from './readme-example.ts';
export { patience } from './patience.ts';
export { SAMPLE_RECORD } from './sample-record.ts';
export { collectGarbage, heldMemory } from './held-memory.ts';
export { type ArgumentRow, COUNTS, faultsOf, OCTETS, type ValueKind, VALUES } from './misuse.ts';
export { printedLines, printedNames, withPrinted } from './printed-parts.ts';
