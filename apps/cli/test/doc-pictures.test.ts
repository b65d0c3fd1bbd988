import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLink } from '@halfclose/netem';
import {
  type CongestionSample,
  ladderSvg,
  stateDiagramSvg,
  stateTimelineSvg,
  timeSequenceSvg,
} from '@halfclose/pictures';
import { AF_INET, SHUT_WR, TcpSocket } from '@halfclose/sockets';
import { Host, type IpAddress, parseIpAddress } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { Trace, type TraceEvent } from '@halfclose/trace';
import { expect, it } from 'vitest';
import { playClosing } from '../src/tour/closing.ts';
import { closings } from '../src/tour/chapters.ts';

// The pictures of the documents, from the stack itself, in virtual time. Printed anew by
// `npx vitest run apps/cli/test/doc-pictures.test.ts --update`.
const DOCS = new URL('../../../docs/', import.meta.url);

function closing(name: string): readonly TraceEvent[] {
  const found = closings.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is no chapter`);
  return playClosing(found).shown;
}

/** Until its connection is gone, TIME-WAIT included. */
function wholeClosing(name: string): readonly TraceEvent[] {
  const found = closings.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is no chapter`);
  return playClosing(found).trace.events;
}

const PICTURES: Readonly<Record<string, { readonly document: string; readonly draw: () => string }>> = {
  'orderly-close': {
    document: 'CLOSING.md',
    draw: () =>
      stateDiagramSvg(wholeClosing('orderly-close'), { title: 'An orderly close: the client closes first' }),
  },
  'half-close': {
    document: 'CLOSING.md',
    draw: () =>
      ladderSvg(closing('half-close'), {
        title: 'Half-close: the client has ended, the server goes on sending',
      }),
  },
  'unread-data': {
    document: 'CLOSING.md',
    draw: () => ladderSvg(closing('unread-data'), { title: 'close() with 1000 bytes unread: a reset' }),
  },
  'simultaneous-close': {
    document: 'CLOSING.md',
    draw: () => ladderSvg(closing('simultaneous-close'), { title: 'Simultaneous close: both FINs cross' }),
  },
  'time-wait': {
    document: 'CLOSING.md',
    draw: () =>
      stateTimelineSvg(wholeClosing('time-wait'), { title: 'TIME-WAIT answers a FIN whose ACK was lost' }),
  },
  'connect-close': {
    document: 'BENCHMARKS.md',
    draw: () =>
      ladderSvg(connectAndClose(), { title: 'connect + orderly close: seven segments, and both programs' }),
  },
  'cubic-loss': {
    document: 'GOODPUT.md',
    draw: () => {
      const { events, samples } = lossyTransfer();
      const title = '1 MB over 10 Mbit/s, 40 ms, 0.3 % loss, and a queue of 30 packets: CUBIC with RACK';
      return timeSequenceSvg(events, { title, samples });
    },
  },
};

it.each(Object.entries(PICTURES))(
  'docs/pictures/%s.svg is as the stack draws it, and its document shows it',
  async (name, { document, draw }) => {
    const file = fileURLToPath(new URL(`pictures/${name}.svg`, DOCS));
    await expect(draw()).toMatchFileSnapshot(file);
    expect(readFileSync(new URL(document, DOCS), 'utf8')).toMatch(
      new RegExp(`!\\[[^\\]]{20,}\\]\\(pictures/${name}\\.svg\\)`),
    );
  },
);

/** One round of the row of docs/BENCHMARKS.md: both ends on the loopback of one host, which passes packets by reference. */
function connectAndClose(): readonly TraceEvent[] {
  const clock = new VirtualClock(0);
  const trace = new Trace();
  const host = new Host({ timers: clock, name: 'host', secret: Uint32Array.of(1, 2, 3, 4) });
  host.observe((event) => {
    trace.record(event);
  });
  const listener = new TcpSocket(host, AF_INET);
  listener.bind(address('127.0.0.1'), 80);
  listener.listen(1);
  const client = new TcpSocket(host, AF_INET);
  client.bind(address('127.0.0.1'), 40_000);
  client.connect(address('127.0.0.1'), 80);
  clock.advanceBy(0);
  const server = listener.accept();
  if (typeof server === 'number') throw new Error('accept');
  client.close();
  clock.advanceBy(0);
  server.read(65_536);
  server.close();
  clock.advanceBy(0);
  return trace.events;
}

/** A transfer over a bottleneck that loses some packets, with what congestion control held every 10 ms. */
function lossyTransfer(): { events: readonly TraceEvent[]; samples: readonly CongestionSample[] } {
  const clock = new VirtualClock(0);
  const trace = new Trace({ limit: 100_000, payload: false });
  const link = createLink(clock, {
    delay: 20,
    rate: 10e6,
    queue: { packets: 30 },
    seed: 7,
    aToB: { loss: 0.003 },
  });
  const sender = hostOf('sender', link.a, '10.0.0.1');
  const receiver = hostOf('receiver', link.b, '10.0.0.2');
  const listener = new TcpSocket(receiver, AF_INET);
  listener.bind(address('10.0.0.2'), 80);
  listener.listen(1);
  const socket = new TcpSocket(sender, AF_INET);
  socket.bind(address('10.0.0.1'), 40_000);
  socket.connect(address('10.0.0.2'), 80);
  clock.advanceBy(100);
  const accepted = listener.accept();
  if (typeof accepted === 'number') throw new Error('accept');
  const samples: CongestionSample[] = [];
  const buffer = new Uint8Array(65_536);
  let left = 1_000_000;
  while (left > 0 && clock.now() < 10_000) {
    left -= Math.max(0, socket.send(buffer.subarray(0, Math.min(left, buffer.length))));
    step();
  }
  socket.shutdown(SHUT_WR);
  for (let i = 0; i < 40; i++) step();
  socket.close();
  accepted.close();
  clock.advanceBy(100);
  return { events: trace.events, samples };

  function step(): void {
    clock.advanceBy(10);
    while (typeof accepted !== 'number' && typeof accepted.read(65_536) !== 'number');
    const info = socket.getsockopt('TCP_INFO');
    if (typeof info !== 'object' || !('tcpi_snd_cwnd' in info)) return;
    // Segments, as Linux counts.
    const { tcpi_snd_cwnd: cwnd, tcpi_snd_ssthresh: ssthresh, tcpi_snd_mss: mss } = info;
    const isSet = ssthresh < 2 ** 30;
    samples.push({ time: clock.now(), cwnd: cwnd * mss, ssthresh: isSet ? ssthresh * mss : Infinity });
  }

  function hostOf(name: string, device: typeof link.a, own: string): Host {
    const host = new Host({ timers: clock, name, secret: Uint32Array.of(1, 2, 3, name.length) });
    host.observe((event) => {
      trace.record(event);
    });
    host.addInterface(device, [{ address: address(own), prefixLength: 24 }]);
    return host;
  }
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new RangeError(text);
  return parsed;
}
