import { Flag, ipv4, type TcpPacket } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { all, data, drop, fin, from, type LinkEvent, Mesh, nth, payload, reset, to } from '../src/index.ts';
import { packet, type PacketWish } from './packets.ts';

const ADDRESSES = { a: ipv4(10, 0, 0, 1), b: ipv4(10, 0, 0, 2), c: ipv4(10, 0, 0, 3) };
type Name = keyof typeof ADDRESSES;

/** A mesh of three hosts that write down what they receive. */
function three() {
  const clock = new VirtualClock();
  const events: LinkEvent[] = [];
  const mesh = new Mesh(clock, { delay: 10, observe: (event) => events.push(event) });
  const arrived: Record<Name, string[]> = { a: [], b: [], c: [] };
  const attach = (name: Name) => {
    const device = mesh.attach(name, [ADDRESSES[name]]);
    device.attach((each) => arrived[name].push(`${clock.now()} ${shownPacket(each as TcpPacket)}`));
    return device;
  };
  const devices = { a: attach('a'), b: attach('b'), c: attach('c') };
  const send = (source: Name, target: Name, wish: PacketWish = {}) => {
    devices[source].transmit(packet({ from: ADDRESSES[source], to: ADDRESSES[target], ...wish }));
  };
  return { clock, mesh, arrived, send, attach, events };
}

function shownPacket({ segment }: TcpPacket): string {
  return `${(segment.flags & Flag.RST) === 0 ? '' : 'RST '}${segment.seq}`;
}

it('gives each pair of hosts a link of its own', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.link('a', 'b').set({ delay: 25 });
  send('a', 'b', { seq: 1 });
  send('c', 'b', { seq: 2 });
  clock.runUntilIdle();
  expect(arrived.b).toEqual(['10 2', '25 1']);
  expect(mesh.link('b', 'a')).toBe(mesh.link('a', 'b'));
});

it('parts two hosts, and not the third', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.partition('a', 'b');
  send('a', 'b', { seq: 1 });
  send('a', 'c', { seq: 2 });
  clock.runUntilIdle();
  mesh.heal();
  send('a', 'b', { seq: 3 });
  clock.runUntilIdle();
  expect(arrived).toEqual({ a: [], b: ['20 3'], c: ['10 2'] });
});

it('asks its rules about all links, with the names of the hosts', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.rules.push(drop(nth(2, all(fin(), from('a')))), drop(to('c')));
  for (const target of ['b', 'c', 'b'] as const) send('a', target, { seq: 1, flags: Flag.FIN });
  send('b', 'c');
  clock.runUntilIdle();
  expect(arrived).toEqual({ a: [], b: ['10 1', '10 1'], c: [] });
});

it('loses what is on its way to a host that is detached, and lets another take its place', () => {
  const { clock, mesh, arrived, send, attach } = three();
  send('a', 'b', { seq: 1 });
  clock.advanceBy(5);
  expect(mesh.inFlight).toBe(1);
  mesh.detach('b');
  clock.runUntilIdle();
  send('a', 'b', { seq: 2 });
  expect(arrived.b).toEqual([]);
  expect(mesh.dropped).toEqual({ 'no-route': 2 });
  mesh.link('a', 'b').set({ delay: 40 });
  attach('b');
  send('a', 'b', { seq: 3 });
  clock.runUntilIdle();
  expect(arrived.b).toEqual(['50 3']);
});

it('lets nothing through a cable that is out', () => {
  const { clock, mesh, arrived, send, events } = three();
  send('a', 'b', { seq: 1 });
  mesh.unplug('b');
  send('b', 'a', { seq: 2 });
  clock.runUntilIdle();
  mesh.plug('b');
  send('a', 'b', { seq: 3 });
  clock.runUntilIdle();
  expect(arrived).toMatchObject({ a: [], b: ['20 3'] });
  expect(events.filter(({ kind }) => kind === 'dropped').map(({ reason }) => reason)).toEqual([
    'unplugged',
    'unplugged',
  ]);
});

it('resets a connection in mid-stream, both ends at the numbers that they wait for', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.rules.push(reset(data()));
  send('a', 'b', { seq: 100, ack: 700, octets: 10 });
  clock.runUntilIdle();
  expect(arrived).toEqual({ a: ['10 RST 700'], b: ['10 RST 100'], c: [] });
});

it('answers a SYN that is reset as a closed port does', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.rules.push(reset(from('a')));
  send('a', 'b', { seq: 100, flags: Flag.SYN });
  clock.runUntilIdle();
  expect(arrived).toEqual({ a: ['10 RST 0'], b: [], c: [] });
});

it('has the same chance on a link whenever it was made', () => {
  const lost = (before: readonly Name[]) => {
    const { clock, mesh, arrived, send } = three();
    for (const name of before) mesh.link('c', name);
    mesh.link('a', 'b').set({ loss: 0.5 });
    for (let seq = 0; seq < 20; seq++) send('a', 'b', { seq });
    clock.runUntilIdle();
    return arrived.b;
  };
  expect(lost([])).toEqual(lost(['a', 'b']));
  expect(lost([]).length).toBeLessThan(20);
});

it('counts for each connection apart if it is told to', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.rules.push(drop(nth(2, data(), { per: 'connection' })));
  for (const seq of [1, 2, 3])
    for (const sourcePort of [1000, 1001]) send('a', 'b', { seq, sourcePort, octets: 1 });
  clock.runUntilIdle();
  expect(arrived.b).toEqual(['10 1', '10 1', '10 3', '10 3']);
});

it('finds a text, or bytes, in a payload', () => {
  const { clock, mesh, arrived, send } = three();
  mesh.rules.push(
    drop(payload('COMMIT')),
    drop(payload(Uint8Array.of(7, 8))),
    drop(payload((bytes) => bytes.length === 3)),
  );
  const sendText = (seq: number, payloadOf: Uint8Array) => {
    send('a', 'b', { seq, payload: payloadOf });
  };
  sendText(1, new TextEncoder().encode('x COMMIT;'));
  sendText(2, Uint8Array.of(6, 7, 8, 9));
  sendText(3, Uint8Array.of(6, 7, 9));
  sendText(4, Uint8Array.of(6, 7));
  clock.runUntilIdle();
  expect(arrived.b).toEqual(['10 4']);
});

it('names what is wrong with its arguments', () => {
  const { mesh } = three();
  expect(() => mesh.attach('a', [])).toThrow('name: a is taken');
  expect(() => mesh.attach('d', ['10.0.0.1'])).toThrow('addresses: 10.0.0.1 is taken');
  expect(() => mesh.link('a', 'a')).toThrow('no link to itself');
  expect(() => mesh.partition('a', 'x')).toThrow('b: there is no host');
  expect(() => mesh.detach('x')).toThrow('there is no host');
  expect(() => nth(1, data(), { per: 'link' as never })).toThrow('options.per');
  expect(() => payload('')).toThrow('test must not be empty');
});
