import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../src/tour/chapters.ts';
import { exampleSource, InstalledCli, runNode } from './installed-cli.ts';

const KERNEL_SOCKETS = new URL('./fixtures/kernel-sockets.mjs', import.meta.url).href;

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('examples');
});

describe.each(examples)('examples/$file', ({ file }) => {
  test('knows nothing of Halfclose', () => {
    const modules = [...readFileSync(exampleSource(file), 'utf8').matchAll(/(?:from |require\()'([^']*)'/g)];
    expect(modules.length).toBeGreaterThan(0);
    for (const [, name] of modules) expect(name).toMatch(/^node:(net|http|readline)$/);
  });

  test('prints the same on Halfclose as on the kernel, and has no socket of the kernel there', () => {
    const kernel = runNode(['--import', KERNEL_SOCKETS, exampleSource(file)]);
    const ours = runNode(['--import', KERNEL_SOCKETS, '--import', cli.preload, exampleSource(file)]);
    expect(kernel).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^TCP\w* .*TCPSERVERWRAP/) as string,
    });
    expect(ours).toEqual({ ...kernel, stderr: '' });
  });

  test('is printed in its README with its output', () => {
    const readme = readFileSync(exampleSource(file.replace(/main\..*/, 'README.md')), 'utf8');
    const { stdout } = runNode([exampleSource(file)]);
    expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\`\n`);
  });
});
