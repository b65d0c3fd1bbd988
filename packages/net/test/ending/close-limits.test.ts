import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Socket } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil, twoHosts } from '../network/two-hosts.ts';

const FILE = fileURLToPath(new URL('../../../../docs/CLOSING.md', import.meta.url));
const MEASURED = /(?<=<!-- measured: limits of close\(\) of net -->\n)[^]*?(?=<!-- end -->)/;

/** More than the buffers of both ends hold. */
const MUCH = 20_000_000;

interface Case {
  /** Of the link, one way. */
  readonly delay?: number;
  readonly linger?: number;
  readonly octets?: number;
  readonly peer: 'reads' | 'reads nothing' | 'is silent';
}

/** How many seconds of virtual time `close()` takes, and which error the socket is told. */
async function limit({
  delay = 10,
  linger,
  octets = 5,
  peer,
}: Case): Promise<[seconds: number, code: string]> {
  const { clock, link, near, far } = twoHosts({ delay });
  const listener = far.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true, linger: linger ?? false });
  const [[other]] = await runUntil(clock, Promise.all([accepted, event(client, 'connect')]));
  let code = '';
  client.on('error', (error) => (code = error.code ?? ''));
  other.on('error', () => undefined);
  if (peer === 'reads') other.resume();
  if (peer === 'is silent') link.partition();
  client.write(Buffer.alloc(octets));
  const start = clock.now();
  await runUntil(clock, client.close());
  return [Math.round((clock.now() - start) / 1000), code];
}

async function seconds(wanted: Case): Promise<string> {
  const [time] = await limit(wanted);
  return `${time} s`;
}

async function table(): Promise<string> {
  const [full, code] = await limit({ octets: MUCH, peer: 'reads nothing' });
  const [silent, codeOfSilent] = await limit({ octets: MUCH, peer: 'is silent' });
  const slow = { delay: 750, peer: 'is silent' } as const;
  const rows = [
    [
      'SO_LINGER of t > 0 s',
      `t s from the call of \`close()\`, both steps together; after \`destroy()\`, from that (t = 7: ${await seconds({ octets: MUCH, linger: 7, peer: 'reads nothing' })})`,
      `as on the left (t = 7: ${await seconds({ linger: 7, peer: 'is silent' })})`,
    ],
    [
      'no linger, the peer reads nothing, but answers',
      `as long as Linux keeps an orphan for it: ${full} s, ${await seconds({ ...slow, octets: MUCH, peer: 'reads nothing' })} with a round trip of 1.5 s, then \`${code}\``,
      'the same',
    ],
    [
      'no linger, the peer is silent',
      `${silent} s, then \`${codeOfSilent}\``,
      `an orphan's retransmissions, whose timeouts follow the round-trip time (20 ms: ${await seconds({ peer: 'is silent' })}, 0.3 s: ${await seconds({ ...slow, delay: 150 })}, 1.5 s: ${await seconds(slow)})`,
    ],
    [
      'no linger, the peer never ends its stream',
      'it ends when all is taken',
      `${await seconds({ peer: 'reads' })}, the limit of FIN-WAIT-2`,
    ],
  ];
  return ['| | step 1 | step 3 |', '|---|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
}

it('docs/CLOSING.md says what limits close(), as measured (`--update` prints it anew)', async () => {
  const text = readFileSync(FILE, 'utf8');
  expect(text).toMatch(MEASURED);
  const printed = `\n${await table()}\n\n`;
  await expect(text.replace(MEASURED, () => printed)).toMatchFileSnapshot(FILE);
});
