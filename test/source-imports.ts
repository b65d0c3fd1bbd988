import { existsSync, readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';

/** Paths of the TypeScript files below a directory, relative to it. */
export function sourceFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'));
}

/** What a file imports, imports of types included, as it names them. */
export function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName);
}
