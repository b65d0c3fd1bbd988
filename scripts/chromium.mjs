// Chromium, driven by playwright-core; the browser is the system's.
import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const BINARIES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Resolves to `{ browser }`, a Browser of Playwright, or to `{ problem }`, why there is none. */
export async function openChromium() {
  const { executablePath, problem } = findChromium();
  if (problem !== undefined) return { problem };
  try {
    // Its sandbox does not work for root, nor in most containers; nothing but our own pages is opened.
    return { browser: await chromium.launch({ executablePath, args: ['--no-sandbox'] }) };
  } catch (error) {
    return { problem: `${executablePath} does not start: ${error.message.split('\n')[0]}` };
  }
}

/** Returns `{ executablePath }`, that of CHROMIUM or of what is installed, or `{ problem }`, why there is none. */
export function findChromium() {
  const executablePath = process.env.CHROMIUM ?? BINARIES.map(pathOf).find((path) => path !== '');
  return executablePath === undefined
    ? { problem: `none of ${BINARIES.join(', ')} is installed, and CHROMIUM is not set` }
    : { executablePath };
}

function pathOf(name) {
  const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}
