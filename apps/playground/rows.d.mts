export interface DrillRow {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly script: string;
}
export const DOCUMENT: string;
export function rowNames(): string[];
export function drillRows(): DrillRow[];
