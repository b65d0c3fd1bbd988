// Opens the pages of examples in Chromium, and looks whether they show what their READMEs say. Needs a build. Skipped, with the
// reason, where there is no Chromium.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { openChromium } from './chromium.mjs';

const SHOWN_WITHIN_SECONDS = 60;
const examples = fileURLToPath(new URL('../examples/', import.meta.url));

const opened = await openChromium();
if (opened.problem !== undefined) {
  console.log(`skipped: ${opened.problem}`);
  process.exit(0);
}
const { browser } = opened;
console.log(`Chromium ${browser.version()}`);
let failures = 0;
for (const [name, show] of Object.entries({ 'browser-tabs': showTabs, 'browser-websocket': showWebSocket })) {
  const expected = /^```text\n(.*?)^```$/ms.exec(readFileSync(`${examples}${name}/README.md`, 'utf8'))?.[1];
  const shown = await show(`${examples}${name}/`, expected).catch((error) => String(error));
  const isRight = shown === expected;
  if (!isRight) failures++;
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${name}${isRight ? '' : `:\n${shown}\ninstead of\n${expected}`}`);
}
await browser.close();
console.log(`${Object.keys({ showTabs, showWebSocket }).length - failures} passed, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

async function showTabs(folder, expected) {
  const vite = await createServer({ root: `${folder}page`, configFile: false, logLevel: 'error' });
  try {
    await vite.listen(0);
    const page = await pageAt(`http://localhost:${vite.httpServer.address().port}/`);
    await page.click('button');
    return await textOf(page, expected);
  } finally {
    await vite.close();
  }
}

async function showWebSocket(folder, expected) {
  const child = spawn(process.execPath, ['main.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = createInterface(child.stdout);
    const url = await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      child.on('exit', () => reject(new Error('main.js has ended')));
    });
    return await textOf(await pageAt(url), expected);
  } finally {
    child.kill();
  }
}

async function pageAt(url) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`error in the page: ${error.message}`));
  await page.goto(url);
  return page;
}

/** What the page shows once it has as many lines as it should. */
async function textOf(page, expected) {
  const lines = expected.split('\n').length;
  const pre = page.locator('pre');
  for (let seconds = 0; seconds < SHOWN_WITHIN_SECONDS; seconds += 0.1) {
    const text = await pre.textContent();
    if (text.split('\n').length >= lines) return text;
    await page.waitForTimeout(100);
  }
  return pre.textContent();
}
