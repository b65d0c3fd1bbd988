import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openChromium } from '../chromium.mjs';
import { run, succeed } from './run.mjs';

const ESBUILD = '0.28.2';
const VITE = '8.3.8';

/** The project, bundled for Node and for browsers, and the latter opened in Chromium. */
export async function rehearseBundles(steps, project) {
  const { folder } = project;
  const bin = (name) => join(folder, 'node_modules/.bin', name);
  await steps.step(`install esbuild ${ESBUILD} and vite ${VITE}`, async () => {
    await project.npm('install', '--save-dev', `esbuild@${ESBUILD}`, `vite@${VITE}`);
  });
  for (const [format, file] of [
    ['esm', 'echo.mjs'],
    ['cjs', 'echo.cjs'],
  ]) {
    await steps.step(`esbuild for Node, ${format}`, async () => {
      const out = `out/echo-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`;
      await succeed(
        bin('esbuild'),
        [file, '--bundle', '--minify', '--platform=node', `--format=${format}`, `--outfile=${out}`],
        { cwd: folder },
      );
      return `${kilobytes(join(folder, out))} minified; ${(await succeed(process.execPath, [out], { cwd: folder })).trim()}`;
    });
  }
  await steps.step('esbuild for browsers', async () => {
    const { status, err } = await run(
      bin('esbuild'),
      ['page/page.mjs', '--bundle', '--minify', '--platform=browser', '--format=esm', '--outdir=out/esbuild'],
      { cwd: folder },
    );
    if (status !== 0 || /warning/i.test(err)) throw new Error(err);
    return `${kilobytes(join(folder, 'out/esbuild/page.js'))} minified`;
  });
  await steps.step('vite for browsers', async () => {
    const { status, out, err } = await run(
      bin('vite'),
      ['build', 'page', '--outDir', '../out/vite', '--base', './', '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: folder },
    );
    if (status !== 0 || `${out}${err}`.trim() !== '') throw new Error(`${out}${err}`);
  });
  const opened = await openChromium();
  if (opened.problem !== undefined) {
    steps.skip('the bundle of vite in Chromium', opened.problem);
    return;
  }
  const { browser } = opened;
  try {
    await steps.step(`the bundle of vite in Chromium ${browser.version()}`, () =>
      show(browser, join(folder, 'out/vite')),
    );
  } finally {
    await browser.close();
  }
}

/** Opens the page and resolves to what it shows; rejects if something of it fails. */
async function show(browser, site) {
  const server = createServer((request, response) => {
    const file = join(site, request.url === '/' ? 'index.html' : new URL(request.url, 'http://x').pathname);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', file.endsWith('.html') ? 'text/html' : 'text/javascript');
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForSelector('#done', { state: 'attached', timeout: 30_000 }).catch((error) => {
      throw new Error([...errors, error.message].join('\n'));
    });
    const shown = await page.textContent('#done');
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return shown;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function kilobytes(file) {
  return `${(statSync(file).size / 1000).toFixed(0)} kB`;
}
