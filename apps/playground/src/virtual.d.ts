/** The rows of docs/CLOSING.md that scripts show: made by vite.config.ts. */
declare module 'virtual:closing-rows' {
  interface ClosingRow {
    readonly name: string;
    readonly title: string;
    readonly about: string;
    readonly script: string;
  }
  export const ROWS: readonly ClosingRow[];
}

declare module '*.css' {}
