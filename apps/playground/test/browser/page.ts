import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The built playground, served, and a browser. */
export class Site {
  readonly #server: PreviewServer;
  readonly #browser: Browser;
  readonly url: string;
  /** What pages have complained of. */
  readonly complaints: string[] = [];

  private constructor(server: PreviewServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
    this.url = server.resolvedUrls?.local[0] ?? '';
  }

  static async open(): Promise<Site> {
    const server = await preview({
      root: ROOT,
      preview: { port: 0, host: '127.0.0.1' },
      logLevel: 'error',
    });
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    // Debian's Chromium has no sandbox for root, who runs tests in containers.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    return new Site(server, browser);
  }

  /** A page that shows an address; whatever it complains of is kept. */
  async page(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      acceptDownloads: true,
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.complaints.push(`${hash}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${hash}: ${String(error)}`));
    await page.goto(this.url + hash);
    await page.waitForSelector('#app:not([aria-busy])');
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

/** What the panels show now, as text and marks. */
export async function shown(page: Page): Promise<string> {
  return page.evaluate(() => {
    const of = (selector: string): string =>
      [...document.querySelectorAll(selector)]
        // What flashes has a key of its own, and the cursor of the graph moves by parts of a pixel.
        .map((element) => element.outerHTML.replace(/ class="is-changed"| class=""/g, ''))
        .join('\n');
    return [of('.ladder svg'), of('.end-panel'), of('.graph svg'), of('.clock')].join('\n\n');
  });
}
