import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mermaidOf } from '../src/export/mermaid.ts';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { parseScript } from '../src/world/parse-script.ts';
import { playWorld } from '../src/world/world.ts';

interface Diagram {
  readonly db: {
    getActors(): ReadonlyMap<string, { readonly description: string }>;
    getMessages(): readonly { readonly from: string; readonly message: string }[];
  };
}

interface Mermaid {
  readonly default: {
    parse(text: string): Promise<{ readonly diagramType: string }>;
    readonly mermaidAPI: { getDiagramFromText(text: string): Promise<Diagram> };
  };
}

// Mermaid is 150 MB with what it needs: scripts/test-playground.mjs installs it apart, and says where.
const { MERMAID } = process.env;

describe.skipIf(MERMAID === undefined)('Mermaid reads what is exported for it', () => {
  const load = async () => ((await import(pathToFileURL(MERMAID ?? '').href)) as Mermaid).default;

  // Half a minute of Mermaid's; of the same kind as the others.
  const shorter = WORLDS.filter(({ name }) => name !== 'bulk');

  it.each(shorter)('$name', { timeout: 60_000 }, async ({ script }) => {
    const mermaid = await load();
    const { connections, events } = playWorld(parseScript(script));
    for (const connection of connections) {
      const text = mermaidOf(events, connection);
      expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'sequence' });
      const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
      expect(db.getActors().size).toBe(2);
      // One for each line behind the diagram's name and both ends: none is taken for something else.
      expect(db.getMessages().length).toBe(text.split('\n').length - 3);
    }
  });

  it('refuses what is no diagram', async () => {
    await expect((await load()).parse('sequenceDiagram\n  L->>R')).rejects.toThrow('Parse error');
  });
});
