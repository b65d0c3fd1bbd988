import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explainFile } from './explain-file.ts';
import { KERNEL_ENDINGS, type KernelEnding } from './truth/kernel-endings.ts';
import { scriptEndings } from './truth/script-endings.ts';
import { type Verdict, verdictOf } from './truth/verdict.ts';

const CAPTURES = fileURLToPath(new URL('captures/linux-6.18/', import.meta.url));

async function explained({ name, connection = 1 }: KernelEnding) {
  const found = (await explainFile(`${CAPTURES}${name}.pcap`)).find(({ number }) => number === connection);
  if (found === undefined) throw new Error(`${name} has no connection ${connection}`);
  return found;
}

describe('endings of the kernel of Linux 6.18, whose cause is known', () => {
  it.each(KERNEL_ENDINGS)(
    '$name, connection $connection: who closed first, how, and the states',
    async (ending) => {
      const { outcome, closedFirst, states, resets } = await explained(ending);
      expect({
        outcome,
        closedFirst,
        client: states.client.state,
        server: states.server.state,
        by: resets[0]?.side,
      }).toEqual({
        outcome: ending.outcome,
        closedFirst: ending.closedFirst,
        client: ending.client,
        server: ending.server,
        by: ending.reset?.[0],
      });
    },
  );

  it('have each a capture, and each capture has its row', () => {
    const names = readdirSync(CAPTURES).map((file) => file.replace('.pcap', ''));
    expect([...new Set(KERNEL_ENDINGS.map(({ name }) => name))].sort()).toEqual(names.sort());
  });
});

it('no RST whose cause is known is explained wrongly, and 19 of 20 rightly', async () => {
  const verdicts: [name: string, verdict: Verdict][] = [];
  for (const ending of KERNEL_ENDINGS) {
    const [report] = (await explained(ending)).resets;
    if (ending.reset !== undefined && report !== undefined)
      verdicts.push([ending.name, verdictOf(report, ending.reset[1])]);
  }
  for (const { name, truth, report } of scriptEndings()) verdicts.push([name, verdictOf(report, truth)]);
  expect(verdicts.length).toBeGreaterThan(90);
  expect(verdicts.filter(([, verdict]) => verdict.startsWith('wrong'))).toEqual([]);
});
