import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageOf } from '../src/page.ts';
import { chapters } from '../src/tour/chapters.ts';
import { lingerSeconds } from '../src/tour/linger-seconds.ts';
import { showSnapshots, takeSnapshots } from '../src/tour/snapshots.ts';
import { tour } from '../src/tour/tour.ts';

test('the README shows what the tour prints', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  let text = '';
  const page = pageOf({ write: (more) => (text += more) }, {});
  tour(
    chapters.filter(({ name }) => name === 'unread-data'),
    page,
  );
  // The report of the other side is left out.
  const [shown = ''] = text.split('\nclose report of the server:\n');
  expect(shown).not.toBe(text);
  expect(readme).toContain(`\`\`\`text${shown}\`\`\``);
  for (const { name } of chapters) expect(readme).toContain(`\`${name}\``);
});

test('the README shows what connections prints', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  let text = '';
  const page = pageOf({ write: (more) => (text += more) }, {});
  showSnapshots(lingerSeconds, takeSnapshots(lingerSeconds, [6000]), page);
  expect(readme).toContain(`$ halfclose ss ${lingerSeconds.name} --at 6000\n${text.trimEnd()}\n`);
});
