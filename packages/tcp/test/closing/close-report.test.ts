import { describe, expect, it } from 'vitest';
import { closeReport, formatCloseReport, hasEnded } from '../../src/index.ts';
import { Wire, type WireOptions } from '../wire.ts';

/** Who was first, then how each direction ended: `local, fin / reset`. */
const summary = ({ connection }: Wire): string => {
  const { closedFirst, sending, receiving } = closeReport(connection);
  return `${closedFirst}, ${sending} / ${receiving}`;
};

const octets = ({ connection }: Wire): object => closeReport(connection).octets;

const marks = ({ connection }: Wire): string[] =>
  closeReport(connection).marks.map(({ kind, direction, reason }) => `${kind} ${direction}: ${reason}`);

const impatient: WireOptions = { profile: { retries2: 2, orphanRetries: 2 } };

describe('who closed first, and how each direction ended', () => {
  it.each<[string, string, () => Wire]>([
    ['nothing has ended', 'nobody, open / open', () => Wire.established()],
    ['our FIN is on its way', 'local, fin unacknowledged / open', () => Wire.finWait1()],
    ['our FIN was acknowledged', 'local, fin / open', () => Wire.finWait2()],
    ['the peer sent a FIN', 'peer, open / fin', () => Wire.closeWait()],
    ['we closed, then the peer', 'local, fin / fin', () => Wire.timeWait()],
    ['the peer closed, then we', 'peer, fin / fin', () => Wire.lastAck().send('. 2:2(0) ack 2')],
    ['the FINs crossed', 'both, fin / fin', () => Wire.closing().send('. 2:2(0) ack 2')],
    ['g02: a FIN that acknowledges ours', 'local, fin / fin', () => Wire.finWait1().send('F. 1:1(0) ack 2')],
    ['a01: unread data', 'local, reset / reset', () => Wire.established().send('P. 1:2(1) ack 1').close()],
    ['d01: linger 0', 'local, reset / reset', () => Wire.established().close(true)],
    ['d05: linger 0 after the peer', 'peer, reset / fin', () => Wire.closeWait().close(true)],
    ['d07: linger 0 after our FIN', 'local, fin / reset', () => Wire.finWait2().close(true)],
    ['d08: linger 0 in LAST-ACK', 'peer, fin unacknowledged / fin', () => Wire.lastAck().close(true)],
    ['k01: a RST of the peer', 'peer, reset / reset', () => Wire.established().send('R 1:1(0)')],
    ['b01: text after close', 'local, reset / reset', () => Wire.finWait1().close().send('P. 1:2(1) ack 1')],
    ['refused', 'peer, reset / reset', () => Wire.synSent().send('R. 0:0(0) ack 1')],
    ['d12: close during the handshake', 'local, open / open', () => Wire.synSent().close()],
    ['l14: no answer to the SYN', 'nobody, timeout / timeout', () => Wire.synSent().advance(600_000)],
    [
      'l16: no answer',
      'nobody, timeout / timeout',
      () => Wire.established(impatient).write(1).advance(60_000),
    ],
    [
      'i01: our FIN was never answered',
      'local, timeout / timeout',
      () => Wire.established(impatient).close().advance(60_000),
    ],
    ['c11: the limit of FIN-WAIT-2', 'local, fin / timeout', () => Wire.finWait2().close().advance(60_000)],
  ])('%s: %s', (_, expected, end) => {
    expect(summary(end())).toBe(expected);
  });

  it('the peer is first if its FIN came before ours could be sent', () => {
    // n01: a closed window holds our FIN.
    const wire = Wire.established().send('. 1:1(0) ack 1 win 0').write(1).close();
    expect(summary(wire)).toBe('local, open / open');
    expect(summary(wire.send('F. 1:1(0) ack 1 win 0'))).toBe('peer, open / fin');
  });
});

describe('an orderly end', () => {
  const report = ({ connection }: Wire): boolean => closeReport(connection).orderly;

  it('is one with both FINs exchanged and all text arrived', () => {
    const wire = Wire.established().write(10).send('P. 1:21(20) ack 11');
    wire.read();
    wire.close().send('F. 21:21(0) ack 12');
    expect(hasEnded(wire.connection.state)).toBe(true);
    expect(report(wire)).toBe(true);
  });

  it('is not one before the last acknowledgment', () => {
    const wire = Wire.lastAck();
    expect(report(wire)).toBe(false);
    expect(report(wire.send('. 2:2(0) ack 2'))).toBe(true);
  });

  it('is not one whose text was thrown away in TIME-WAIT', () => {
    const wire = Wire.finWait2().send('FP. 1:21(20) ack 2');
    expect(report(wire)).toBe(true);
    expect(report(wire.close())).toBe(false);
  });

  it.each([
    ['a RST', () => Wire.established().close(true)],
    ['a limit', () => Wire.finWait2().close().advance(60_000)],
  ])('is not one by %s', (_, end) => {
    expect(report(end())).toBe(false);
  });
});

describe('octets', () => {
  it('are counted without SYN and FIN', () => {
    expect(octets(Wire.synSent())).toMatchObject({ written: 0, sent: 0 });
    expect(octets(Wire.finWait1())).toMatchObject({ written: 0, sent: 0 });
    expect(octets(Wire.timeWait())).toMatchObject({ written: 0, sent: 0, received: 0 });
  });

  it('tell what was sent from what waits', () => {
    const wire = Wire.established().send('. 1:1(0) ack 1 win 500').write(500).write(300);
    expect(octets(wire)).toMatchObject({ written: 800, sent: 500, acknowledged: 0, lost: 0 });
    expect(octets(wire.send('. 1:1(0) ack 201 win 300'))).toMatchObject({ sent: 500, acknowledged: 200 });
  });

  it('that nobody acknowledged are lost', () => {
    const wire = Wire.established().write(500).send('. 1:1(0) ack 201').send('R 1:1(0)');
    expect(octets(wire)).toMatchObject({ written: 500, sent: 500, acknowledged: 200, lost: 300 });
  });

  it('that nobody read are lost once they are thrown away', () => {
    const wire = Wire.established().send('P. 1:101(100) ack 1');
    wire.read(30);
    expect(octets(wire)).toMatchObject({ received: 100, read: 30, unread: 70, lost: 0 });
    expect(octets(wire.close())).toMatchObject({ received: 100, read: 30, unread: 70, lost: 70 });
  });

  it('stay readable, and not lost, after a RST of the peer', () => {
    const wire = Wire.established().send('P. 1:101(100) ack 1').send('R 101:101(0)');
    expect(octets(wire)).toMatchObject({ read: 0, unread: 100, lost: 0 });
    wire.read();
    expect(octets(wire)).toMatchObject({ read: 100, unread: 0, lost: 0 });
  });
});

describe('each FIN and RST', () => {
  it('has its reason: close or shutdown', () => {
    expect(marks(Wire.established().close())).toEqual(['fin sent: close']);
    expect(marks(Wire.established().shutdown())).toEqual(['fin sent: shutdown']);
  });

  it('a FIN that waited for the window is the shutdown that asked for it', () => {
    const wire = Wire.established().send('. 1:1(0) ack 1 win 0').write(1);
    wire.shutdown().close().send('. 1:1(0) ack 1 win 100');
    expect(marks(wire)).toEqual(['fin sent: shutdown']);
  });

  it('a SYN for an orphan in FIN-WAIT-2 is answered with a RST that says why', () => {
    const wire = Wire.finWait2().close().send('S 1:1(0)');
    expect(marks(wire)).toEqual(['fin sent: shutdown', 'rst sent: unexpected SYN']);
    expect(closeReport(wire.connection).reason).toBe('unexpected SYN');
  });
});

it('names both ends and the states, and is all that is left of an orphan', () => {
  const wire = Wire.established().write(5).close().advance(1000).send('R 1:1(0)');
  expect(closeReport(wire.connection)).toEqual({
    local: { address: '10.0.0.1', port: 1000 },
    remote: { address: '10.0.0.2', port: 80 },
    state: 'CLOSED',
    orderly: false,
    reason: 'peer reset',
    closedFirst: 'local',
    sending: 'reset',
    receiving: 'reset',
    octets: { written: 5, sent: 5, acknowledged: 0, received: 0, read: 0, unread: 0, lost: 5 },
    marks: [
      { kind: 'fin', direction: 'sent', time: 1100, reason: 'close' },
      { kind: 'rst', direction: 'received', time: 2100, reason: 'peer reset' },
    ],
    states: [
      { from: 'CLOSED', to: 'SYN-SENT', time: 1000, why: 'connect' },
      { from: 'SYN-SENT', to: 'ESTABLISHED', time: 1100, why: 'SYN+ACK arrived' },
      { from: 'ESTABLISHED', to: 'FIN-WAIT-1', time: 1100, why: 'close' },
      { from: 'FIN-WAIT-1', to: 'CLOSED', time: 2100, why: 'peer reset' },
    ],
  });
});

it('is printed in aligned lines', () => {
  const wire = Wire.established().write(5).send('P. 1:21(20) ack 6');
  wire.read(8);
  wire.close();
  expect(formatCloseReport(closeReport(wire.connection))).toBe(
    [
      'connection    10.0.0.1:1000 - 10.0.0.2:80, CLOSED',
      'orderly       no: unread data at close',
      'closed first  local',
      'sending       reset; 5 written, 5 sent, 5 acknowledged',
      'receiving     reset; 20 received, 8 read, 12 unread',
      'lost          12 octets',
      'RST sent      +100 ms, unread data at close',
      'states        SYN-SENT +0, ESTABLISHED +100, CLOSED +100 ms',
    ].join('\n'),
  );
});

it('is printed with IPv6 addresses in brackets, and says yes to an orderly end', () => {
  const text = formatCloseReport(closeReport(Wire.timeWait({ ipv6: true }).connection));
  expect(text).toMatch(/^connection {4}\[fd00::1\]:1000 - \[fd00::2\]:80, TIME-WAIT\norderly {7}yes\n/);
});
