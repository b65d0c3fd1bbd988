// Chromium, driven by playwright-core: that comes from npm and is kept in node_modules/.cache, the browser is the system's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installPackages } from './npm-packages.mjs';

const PLAYWRIGHT = '1.65.1';
const BINARIES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const home = fileURLToPath(new URL('../node_modules/.cache/playwright/', import.meta.url));

/** Resolves to `{ browser }`, a Browser of Playwright, or to `{ problem }`, why there is none. */
export async function openChromium() {
  const executablePath = BINARIES.map(pathOf).find((path) => path !== '');
  if (executablePath === undefined) return { problem: `none of ${BINARIES.join(', ')} is installed` };
  if (!existsSync(`${home}node_modules/playwright-core`)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(`${home}package.json`, '{"private":true}');
    const problem = installPackages(['--no-save', `playwright-core@${PLAYWRIGHT}`], home);
    if (problem !== null) return { problem };
  }
  const { chromium } = createRequire(`${home}package.json`)('playwright-core');
  try {
    // Its sandbox does not work for root, nor in most containers; nothing but our own pages is opened.
    return { browser: await chromium.launch({ executablePath, args: ['--no-sandbox'] }) };
  } catch (error) {
    return { problem: `${executablePath} does not start: ${error.message.split('\n')[0]}` };
  }
}

function pathOf(name) {
  const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}
