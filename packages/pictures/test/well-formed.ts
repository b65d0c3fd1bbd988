/** Throws unless the document is well-formed: tags closed in order, attributes quoted, nothing raw that has to be escaped. */
export function checkWellFormed(document: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gy;
  let at = 0;
  while (at < document.length) {
    const next = document.indexOf('<', at);
    checkText(document.slice(at, next < 0 ? undefined : next));
    if (next < 0) break;
    tag.lastIndex = next;
    const match = tag.exec(document);
    if (match === null) throw new Error(`no tag: ${document.slice(next, next + 60)}`);
    const [, slash, name = '', , selfClosing] = match;
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last ?? ''}>`);
    } else if (selfClosing !== '/') open.push(name);
    at = tag.lastIndex;
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
}

function checkText(text: string): void {
  const raw = /&(?!(?:amp|lt|gt|quot);)|[^\P{Cc}\n]/u.exec(text);
  if (raw !== null) throw new Error(`raw ${JSON.stringify(raw[0])} in ${text.slice(0, 60)}`);
}

/** What stands in the text elements of a picture. */
export function textsOf(document: string): string[] {
  return [...document.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}
