import { ipv4 } from '@halfclose/codec';
import { expect, it } from 'vitest';
import { formatExplanation } from '../src/index.ts';
import { Talk } from './talk.ts';

/** An error that a router sends about the client's first segment. */
function withError(talk: Talk, type: number, code: number, parameter = 0): Talk {
  const first = talk.packets[0];
  if (first?.packet.kind !== 'tcp') throw new Error('no segment');
  const { source, destination, segment } = first.packet;
  const { sourcePort, destinationPort, seq } = segment;
  const quoted = { source, destination, sourcePort, destinationPort, seq };
  const message = { type, code, parameter, quoted, body: new Uint8Array(0) };
  const number = talk.packets.length + 1;
  const router = {
    kind: 'icmp',
    source: ipv4(10, 0, 0, 254),
    destination: source,
    hopLimit: 64,
    dscp: 0,
  } as const;
  talk.packets.push({
    number,
    time: 2000,
    packet: { ...router, message },
    payloadLength: 0,
    identification: 9,
  });
  return talk;
}

it('an ICMP error that answers the SYN refuses the connection', () => {
  const explanation = withError(new Talk().client('S'), 3, 1).one();
  expect([explanation.outcome, explanation.resets.length]).toEqual(['refused', 0]);
  const text = formatExplanation(explanation);
  expect(text).toContain('refused by an ICMP error');
  expect(text).toContain('packet 2: host unreachable, from 10.0.0.254, about a segment of the client');
});

it('one that only says that a packet was too big does not', () => {
  const explanation = withError(new Talk().established(), 3, 4, 1400).one();
  expect(explanation.outcome).toBe('open');
  expect(withError(new Talk().client('S'), 3, 4, 1400).one().outcome).toBe('unanswered');
  expect(formatExplanation(explanation)).toContain('packet too big, MTU 1400');
});
