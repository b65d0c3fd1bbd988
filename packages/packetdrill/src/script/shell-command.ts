import type { SourcePosition } from './source-position.ts';

/** A back-quoted shell command. What it means here, `interpretCommand` says. */
export interface ShellCommand {
  readonly kind: 'command';
  readonly position: SourcePosition;
  /** Without the quotes. */
  readonly text: string;
}
