import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../src/index.ts';

const folder = new URL('../scripts/linux-closing/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.pkt'));

describe('the closing scripts', () => {
  it('are 171', () => {
    expect(names).toHaveLength(171);
  });

  it.each(names)('%s is read whole', (file) => {
    const script = parseScript(readFileSync(new URL(file, folder), 'utf8'), { file });
    expect(script.initCommand?.text).toBe('./defaults.sh');
    expect(script.events.length).toBeGreaterThan(3);
    expect(script.cleanupCommand).toBeNull();
  });
});
