/** A part of the document that is printed: the mark, its name, and the text up to the end mark. */
const PRINTED = /(<!-- printed: ([^>]+) -->\n)([^]*?)(<!-- end -->)/g;

/** The document with each printed part as `print` says; the rest stays. */
export function withPrinted(text: string, print: (name: string) => string): string {
  return text.replace(
    PRINTED,
    (_, mark: string, name: string, _old: string, end: string) => `${mark}\n${print(name)}\n\n${end}`,
  );
}

/** The lines of a printed part. */
export function printedLines(text: string, name: string): string[] {
  for (const [, , found, body] of text.matchAll(PRINTED)) {
    if (found === name) return (body ?? '').trim().split('\n');
  }
  throw new Error(`no part of the document is printed as ${name}`);
}

/** The names of the printed parts, in order. */
export function printedNames(text: string): string[] {
  return [...text.matchAll(PRINTED)].map(([, , name = '']) => name);
}
