import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFrame, readFrames } from '@halfclose/capture';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drillRows } from '../../rows.mjs';
import { WORLDS } from '../../src/scenarios/worlds.ts';
import { playDrill } from '../../src/world/drill-recording.ts';
import { parseScript } from '../../src/world/parse-script.ts';
import type { Recording } from '../../src/world/recording.ts';
import { playWorld } from '../../src/world/world.ts';
import { shown, Site } from './page.ts';

let site: Site;

beforeAll(async () => {
  site = await Site.open();
});

afterAll(async () => {
  await site.close();
});

afterEach(() => {
  expect(site.complaints.splice(0)).toEqual([]);
});

async function goTo(page: Page, name: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `scenario=${name}`);
  await page.waitForFunction(
    (wanted) => document.querySelector('#scenario-name')?.textContent === wanted,
    name,
  );
}

/** The last state of a host in a recording. */
function lastState(recording: Recording, host: string, port: number | undefined): string {
  const [connection] = recording.connections;
  const states = recording.events.flatMap((event) =>
    event.type === 'state' &&
    event.host === host &&
    event.local.port === port &&
    [connection?.client.port, connection?.server.port].includes(event.remote.port)
      ? [event.to]
      : [],
  );
  return states.at(-1) ?? 'CLOSED';
}

async function checkScenario(page: Page, name: string, recording: Recording): Promise<void> {
  await goTo(page, name);
  // To its end, in each panel.
  const count = recording.events.length;
  expect(await page.locator('.clock .quiet').textContent()).toBe(
    `${count.toLocaleString('en')} / ${count.toLocaleString('en')}`,
  );
  const [connection] = recording.connections;
  if (connection !== undefined) {
    expect(await page.locator('.ladder svg .row').count()).toBeGreaterThan(0);
    for (const [side, host, port] of [
      ['left', recording.hosts[0], connection.client.port],
      ['right', recording.hosts[1], connection.server.port],
    ] as const) {
      const panel = page.locator(`.end-panel.${side}`);
      if (host === 'script') expect(await panel.locator('li').count()).toBeGreaterThan(1);
      else
        expect((await panel.locator('.state').textContent())?.trim()).toBe(lastState(recording, host, port));
    }
  }
  const hasSent = recording.events.some(({ type }) => type === 'segment') && connection !== undefined;
  expect(await page.locator('.graph svg').count()).toBe(hasSent ? 1 : 0);
  // Back to some moments, and on again: the pictures are the same.
  const places = [0.7, 0.3].map((share) => Math.max(1, Math.floor(count * share)));
  const pictures: string[] = [];
  for (const place of places) pictures.push(await at(page, place));
  await at(page, 0);
  for (const [index, place] of places.entries())
    expect(firstDifference(await at(page, place), pictures[index] ?? ''), `${name}, event ${place}`).toBe('');
}

/** Where two pictures begin to differ; empty: they do not. */
function firstDifference(a: string, b: string): string {
  if (a === b) return '';
  let at = 0;
  while (a[at] === b[at]) at++;
  return `${a.slice(Math.max(0, at - 60), at + 60)} <> ${b.slice(at, at + 60)}`;
}

/** What is shown after so many events. */
async function at(page: Page, place: number): Promise<string> {
  await page.evaluate((value) => {
    const scrubber = document.querySelector<HTMLInputElement>('#scrubber');
    if (scrubber === null) return;
    scrubber.value = String(value);
    scrubber.dispatchEvent(new Event('input', { bubbles: true }));
  }, place);
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            resolve(null);
          }),
        ),
      ),
  );
  return shown(page);
}

describe('each scenario runs to its end in each panel, and scrubbing back gives the same picture', () => {
  it('worlds', async () => {
    const page = await site.page('#scenario=handshake');
    for (const { name, script } of WORLDS) await checkScenario(page, name, playWorld(parseScript(script)));
    await page.context().close();
  });

  it('rows of the closing tables', async () => {
    const page = await site.page('#scenario=handshake');
    const rows = drillRows();
    expect(rows.length).toBeGreaterThan(200);
    for (const { name, script } of rows) await checkScenario(page, name, playDrill(script, name));
    await page.context().close();
  });
});

describe('time', () => {
  it('plays, pauses, and steps by keys', async () => {
    const page = await site.page('#scenario=half-close&at=0');
    const clock = page.locator('.clock .quiet');
    expect(await clock.textContent()).toBe('0 / 56');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await clock.textContent()).toBe('2 / 56');
    await page.keyboard.press('ArrowLeft');
    expect(await clock.textContent()).toBe('1 / 56');
    await page.keyboard.press('Shift+ArrowRight');
    const lit = page.locator('.ladder .row').last();
    expect(await lit.locator('title').textContent()).toContain('[delayed ack timer]');
    await page.keyboard.press('Home');
    await page.keyboard.press(' ');
    await page.waitForFunction(() => document.querySelector('.clock .quiet')?.textContent === '56 / 56');
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(1);
    await page.context().close();
  });

  it('a change at a moment leaves what was before, and undo takes it back', async () => {
    const page = await site.page('#scenario=orderly-close&at=20');
    // What crosses what comes now is drawn otherwise; what was before that is not.
    const before = (await page.locator('.ladder .row title').allTextContents()).slice(0, -4);
    const panel = page.locator('.end-panel.left');
    await panel.getByRole('button', { name: 'abort' }).click();
    const after = await page.locator('.ladder .row title').allTextContents();
    expect(after.slice(0, before.length)).toEqual(before);
    await page.keyboard.press('End');
    expect(await page.locator('.end-panel.right .change .why').textContent()).toBe('peer reset');
    expect(new URL(page.url()).hash).toContain('script=');
    await page.reload();
    await page.waitForSelector('#app:not([aria-busy])');
    expect(await page.locator('.end-panel.right .change .why').textContent()).toBe('peer reset');
    await page.context().close();
  });

  it('knobs and faults change the run, and undo takes them back', async () => {
    const page = await site.page('#scenario=orderly-close&at=0');
    const text = () => page.locator('textarea').inputValue();
    const original = await text();
    await page.getByRole('button', { name: 'dropped' }).click();
    expect(await text()).toContain('0 drop first 1 any');
    await page.getByLabel('Loss').fill('4');
    expect(await text()).toContain('0 link loss=0.03');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take the last change back' }).click();
    await page.getByRole('button', { name: 'Take the last change back' }).click();
    expect(await text()).toBe(original);
    await page.context().close();
  });
});

describe('keyboard and names', () => {
  it('a packet is chosen by keys, and shows its bytes beside the names of its fields', async () => {
    const page = await site.page('#scenario=handshake');
    await page.locator('#ladder').focus();
    for (let presses = 0; presses < 5; presses++) await page.keyboard.press('ArrowDown');
    const active = await page.locator('#ladder').getAttribute('aria-activedescendant');
    const label = await page.locator(`#${active ?? ''} title`).textContent();
    expect(label).toMatch(/^0, from client: SYN 0:0\(0\) win 64240 .*; server is then SYN-RECEIVED$/);
    const panel = page.locator('.packet-panel');
    expect(await panel.textContent()).toContain('Sequence Number');
    expect(await panel.textContent()).toContain('Option: mss1460');
    expect(await panel.locator('.bytes span').count()).toBe(60);
    await page.context().close();
  });

  it('everything can be reached by Tab', async () => {
    const page = await site.page('#scenario=half-close');
    const wanted = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll<HTMLElement>(
            'button, a[href], input, select, textarea, summary, [tabindex="0"]',
          ),
        ].filter((element) => !element.matches(':disabled, dialog *') && element.tabIndex >= 0).length,
    );
    const seen = new Set<string>();
    for (let presses = 0; presses < wanted + 5; presses++) {
      await page.keyboard.press('Tab');
      const place = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement === null
          ? ''
          : String([...document.querySelectorAll('*')].indexOf(activeElement));
      });
      seen.add(place);
    }
    expect(seen.size).toBeGreaterThanOrEqual(wanted);
    await page.context().close();
  });

  it.each([
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    ['dark', 390, 844],
  ] as const)('axe-core finds nothing serious: %s, %i pixels wide', async (colorScheme, width, height) => {
    for (const hash of ['#scenario=unread-data', '#scenario=a01', '#scenario=lossy-link&at=200']) {
      const page = await site.page(hash, { colorScheme, viewport: { width, height } });
      await page.locator('#ladder').focus();
      for (let presses = 0; presses < 6; presses++) await page.keyboard.press('ArrowDown');
      expect(await faultsOf(page)).toEqual([]);
      for (const name of ['Scenarios', 'Export', 'Keys, and what is what']) {
        await page.getByRole('button', { name, exact: true }).click();
        await page.waitForSelector('dialog[open]');
        expect(await faultsOf(page)).toEqual([]);
        await page.keyboard.press('Escape');
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });

  it('nothing flashes for whoever wants less motion', async () => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const page = await site.page('#scenario=handshake&at=9', { reducedMotion });
      await page.keyboard.press('ArrowRight');
      await page.waitForSelector('.is-changed');
      const names = await page.evaluate(() =>
        [...document.querySelectorAll('.is-changed')].map(
          (element) => getComputedStyle(element).animationName,
        ),
      );
      expect([...new Set(names)]).toEqual([reducedMotion === 'reduce' ? 'none' : 'flash']);
      await page.context().close();
    }
  });
});

/** What axe-core finds serious or critical. */
async function faultsOf(page: Page): Promise<string[]> {
  // What was opened just now has stopped moving.
  await page.waitForTimeout(100);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const results = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return results.violations.map(({ id, impact, nodes }) => ({
      impact: impact ?? '',
      text: `${id}: ${nodes
        .map(({ html }) => html.slice(0, 120))
        .slice(0, 3)
        .join(' | ')}`,
    }));
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ text }) => text);
}

describe('bad input', () => {
  it.each([
    ['#scenario=nothing', 'There is no scenario “nothing”.'],
    ['#scenario=z99', 'There is no scenario “z99”.'],
    ['#scenario=a99', 'There is no scenario “a99”.'],
    ['#seed=many', 'In the address seed must be a whole number from 0 to 4294967295, not “many”.'],
    ['#speed=9', 'The address has “speed”, of which nothing is known here'],
    ['#script=0+client+fly', 'The script in the address cannot be played. Line 1: “fly” is no call'],
    ['#%E0%A4%A', 'of which nothing is known here'],
  ])('%s: a sentence says so, and the page goes on', async (hash, sentence) => {
    const page = await site.page(hash);
    expect(await page.locator('.message').textContent()).toContain(sentence);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.locator('.message').count()).toBe(0);
    await goTo(page, 'handshake');
    await page.locator('.ladder .row').nth(4).waitFor();
    await page.context().close();
  });

  it('an impossible line of the script is named, and what was shown stays', async () => {
    const page = await site.page('#scenario=handshake');
    await page.locator('textarea').fill('seed 1\n0 link loss=7');
    await page.getByRole('button', { name: 'Play this' }).click();
    expect(await page.locator('#script-problem').textContent()).toBe(
      'Line 2: loss is a probability from 0 to 1, not “7”.',
    );
    expect(await page.locator('.ladder .row').count()).toBeGreaterThan(3);
    await page.context().close();
  });

  it.each([
    ['empty.pcap', '', 'empty.pcap cannot be read'],
    ['text.pcapng', 'this is no capture at all, but a letter', 'text.pcapng cannot be read'],
    ['broken.pcap.gz', '\u001f\u008b\u0008broken', ''],
  ])('%s: a broken file is told of', async (name, content, sentence) => {
    const page = await site.page('#scenario=handshake');
    await open(page, name, Buffer.from(content, 'latin1'));
    await page.waitForSelector('.message');
    expect(await page.locator('.message').textContent()).toContain(sentence);
    expect(await page.locator('.ladder .row').count()).toBeGreaterThan(3);
    await page.context().close();
  });
});

async function open(page: Page, name: string, content: Buffer): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a capture…' }).click();
  const chooser = await choosing;
  await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer: content });
}

describe('captures and exports', () => {
  it('what is saved as pcapng can be opened again: explained, and drawn alike', async () => {
    const page = await site.page('#scenario=unread-data');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: /^pcapng/ }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const download = await downloading;
    const path = join(tmpdir(), `halfclose-${process.pid}.pcapng`);
    await download.saveAs(path);
    const bytes = await readFile(path);
    let frames = 0;
    for await (const frame of readFrames([bytes])) if (typeof decodeFrame(frame) !== 'string') frames++;
    expect(frames).toBe(6);
    await page.keyboard.press('Escape');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await open(page, 'mine.pcapng', bytes);
    await page.waitForSelector('.explained');
    expect(await page.locator('.intro h2').textContent()).toMatch(/reset by the server/);
    expect(await page.locator('.ladder .row').count()).toBeGreaterThan(5);
    expect(await page.locator('.end-panel.left .state').textContent()).toContain('CLOSED');
    // Nothing leaves the page: all that is asked for is of its own.
    expect(requests.filter((url) => !url.startsWith(site.url))).toEqual([]);
    await page.context().close();
  });

  it('a capture that is dropped on the page is opened', async () => {
    const page = await site.page('#scenario=handshake');
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['no capture'], 'letter.pcap'));
      document
        .querySelector('.app')
        ?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
    });
    await page.waitForSelector('.message');
    expect(await page.locator('.message').textContent()).toContain('letter.pcap cannot be read');
    await page.context().close();
  });

  it('every export is made, or refused in a sentence; text can be copied, pictures saved as PNG', async () => {
    const page = await site.page('#scenario=simultaneous-close');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.waitForSelector('.kinds button:nth-child(9)');
    const kinds = page.locator('.kinds button');
    for (let index = 0; index < (await kinds.count()) - 1; index++) {
      await kinds.nth(index).click();
      expect(await page.locator('.preview .problem').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(1);
    }
    await page.getByRole('button', { name: /^A packetdrill script of the client/ }).click();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.preview [role=status]')?.textContent !== '');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('> F. 1:1(0) ack 1');
    await page.getByRole('button', { name: /^Ladder, as SVG/ }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as PNG' }).click();
    const download = await downloading;
    const png = await readFile(await download.path());
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1840);
    await page.context().close();
  });

  it('a link leads to the same moment', async () => {
    const page = await site.page('#scenario=half-close&at=30');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: /^A link/ }).click();
    await page.waitForFunction(() => document.querySelector('.preview [role=status]')?.textContent !== '');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await site.page(new URL(link).hash);
    expect(await shown(other)).toBe(await shown(page));
    await page.context().close();
    await other.context().close();
  });
});

/** Where to put pictures for the docs: PLAYGROUND_PICTURES=docs/pictures/playground. */
const pictures = process.env.PLAYGROUND_PICTURES;

describe.skipIf(pictures === undefined)('pictures for the docs', () => {
  it.each([
    ['desktop-light', '#scenario=half-close', 1440, 900, 'light'],
    ['desktop-dark', '#scenario=lost-last-ack', 1440, 900, 'dark'],
    ['phone-light', '#scenario=simultaneous-close&at=27', 390, 844, 'light'],
    ['phone-dark', '#scenario=unread-data', 390, 844, 'dark'],
  ] as const)('%s', async (name, hash, width, height, colorScheme) => {
    const page = await site.page(hash, { viewport: { width, height }, colorScheme });
    const picture = await page.screenshot();
    expect(picture.readUInt32BE(16)).toBe(width);
    await writeFile(join(pictures ?? '.', `${name}.png`), picture);
    await page.context().close();
  });
});
