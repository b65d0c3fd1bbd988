import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { ladder } from '../src/index.ts';
import { Exchange } from './exchange.ts';

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

test('the example of the README is a file that runs, and prints what the README says', async () => {
  const readme = read('../README.md');
  expect(readme).toContain(`\`\`\`ts\n${read('readme/example.ts')}\`\`\``);
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('./readme/example.ts');
  const output = print.mock.calls.map(([text]) => `${String(text)}\n`).join('');
  print.mockRestore();
  expect(readme).toContain(`\`\`\`text\n${output}\`\`\``);
});

test('the ladder of the README is what is drawn', () => {
  const options = { maximumSegmentSize: 1460, sackPermitted: true, windowScale: 7 };
  const close = { seq: 1, ack: 1, window: 512 };
  const last = { seq: 2, ack: 2, window: 512 };
  const exchange = new Exchange()
    .call(0, 'client', 'connect', '-1 EINPROGRESS')
    .pass(0, 'client', 'SYN', { options }, { states: ['SYN-SENT', 'SYN-RECEIVED'], delay: 25 })
    .pass(
      25,
      'server',
      'SYN ACK',
      { ack: 1, options },
      { states: ['SYN-RECEIVED', 'ESTABLISHED'], delay: 25 },
    )
    .pass(50, 'client', 'ACK', { seq: 1, ack: 1, window: 512 }, { delay: 25 })
    .call(100, 'client', 'close')
    .pass(100, 'client', 'FIN ACK', close, { states: ['FIN-WAIT-1', 'CLOSING'], delay: 25 })
    .call(110, 'server', 'close')
    .pass(110, 'server', 'FIN ACK', close, { states: ['FIN-WAIT-1', 'CLOSING'], delay: 25 });
  const ack = exchange.packet('server', 'ACK', last);
  exchange
    .sent(125, 'server', ack, 'CLOSING')
    .dropped(125, 'link', ack, 'loss')
    .pass(135, 'client', 'ACK', last, { states: ['CLOSING', 'TIME-WAIT'], delay: 25 })
    .timer(325, 'client', 'retransmission')
    .pass(
      325,
      'client',
      'FIN ACK',
      { seq: 1, ack: 2, window: 512 },
      { states: ['CLOSING', 'TIME-WAIT'], delay: 25 },
    )
    .pass(350, 'server', 'ACK', last, { states: ['TIME-WAIT', 'TIME-WAIT'], delay: 25 });
  expect(read('../README.md')).toContain(`\`\`\`text\n${ladder(exchange.events)}\n\`\`\``);
});
