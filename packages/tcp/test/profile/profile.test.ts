import { readFileSync } from 'node:fs';
import { Flag, seqAdd } from '@halfclose/codec';
import { type FieldRow, patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  type Connection,
  ConnectionEvent,
  defaultSettings,
  finWait2Limit,
  linux,
  type Profile,
  PROFILES,
  profile,
  receiveInTimeWait,
  tcpInfo,
  timeWaitOf,
} from '../../src/index.ts';
import { AckSchedule } from '../../src/receiving/ack-schedule.ts';
import { networkError } from '../path/network-error.ts';
import { Wire } from '../wire.ts';

/** The state after each of these times in milliseconds. */
const statesAt = (wire: Wire, ...times: number[]): string[] => {
  const start = wire.now;
  return times.map((time) => wire.advance(start + time - wire.now).connection.state);
};

/** What a record in TIME-WAIT, at RCV.NXT 2 and with TS.Recent 500, answers to a segment. */
const inTimeWait = (changes: Partial<Profile>, line: string): string => {
  const options = { profile: { ...changes, timestamps: true } };
  const wire = Wire.timeWait({ ...options, peer: 'win 65535 <mss 1000,TS val 500 ecr 1000>' });
  const { connection, now } = wire;
  return receiveInTimeWait(timeWaitOf(connection), wire.peerSegment(line), true, now, connection.profile)
    .answer;
};

const sent = (wire: Wire): string =>
  wire.sent.map(({ flags }) => ((flags & 4) !== 0 ? 'RST' : (flags & 1) !== 0 ? 'FIN' : 'ACK')).join(' ') ||
  'nothing';

const octets = (wire: Wire): string => wire.sent.map(({ payload }) => payload.length).join(' ');

const bothShut = (changes: Partial<Profile>): Wire => {
  const wire = Wire.finWait2({ profile: changes });
  wire.connection.shutdownReceive(wire.now);
  return wire.pull();
};

const closed = (changes: Partial<Profile>): Wire => Wire.finWait2({ profile: changes }).close();

/** What a connection with keep-alives sends in so many milliseconds of silence. */
const keptAlive = (changes: Partial<Profile>, milliseconds: number): string => {
  const wire = Wire.established({ profile: changes });
  wire.connection.changeSettings({ keepAlive: true });
  wire.connection.updateKeepAlive(wire.now);
  return sent(wire.advance(milliseconds));
};

/** A connection to which so many duplicate acknowledgments come while ten segments are in flight. */
const duplicates = (changes: Partial<Profile>, count: number): Connection => {
  const wire = Wire.established({ profile: changes }).write(10_000).drain();
  for (let i = 0; i < count; i++) wire.send('. 1:1(0) ack 1').drain();
  return wire.connection;
};

/** A connection with a peer that takes whatever option is offered. */
const willing = (changes: Partial<Profile>): Wire =>
  Wire.established({ profile: changes, peer: 'win 65535 <mss 1000,sackOK,TS val 1 ecr 1000,wscale 4>' });

/** A connection over a path that takes 1500 octets. */
const wide = (changes: Partial<Profile>, peer = 'win 65535 <mss 1460>'): Wire =>
  Wire.established({ profile: changes, peer, mtu: 1500 });

/** By how much an acknowledgment is put off: at first, and when text has come in ever longer intervals. */
/** How long a segment is waited for that others overtook, at a round trip of 100 ms. */
const settling = (changes: Partial<Profile>): number => {
  const sack = { profile: { ...changes, sack: true }, peer: 'win 65535 <mss 1000,sackOK>' };
  const wire = Wire.established(sack).write(2000).drain().advance(100);
  wire.send('. 1:1(0) ack 1 <sack 1001:2001>');
  const began = wire.now;
  for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1);
  return wire.now - began;
};

/** How many acknowledgments go at once for eight segments behind a hole. */
const heldBack = (changes: Partial<Profile>): number => {
  const sack = { profile: { ...changes, sack: true }, peer: 'win 65535 <mss 1000,sackOK>' };
  const wire = Wire.established(sack);
  for (let i = 0; i < 8; i++) wire.send(`. ${1001 + 1000 * i}:${2001 + 1000 * i}(1000) ack 1`);
  return wire.sent.length;
};

const putOff = (changes: Partial<Profile>): readonly number[] => {
  const acks = new AckSchedule(profile(changes), 1460);
  let now = 0;
  const text = (): number => {
    acks.measure(1000, 0, 0, false, false);
    acks.onText(now, 100_000, 65_000);
    for (const turn = patience('acknowledgments are quick'); acks.isQuick; turn()) acks.onSent(false, now);
    acks.postpone(now, 0);
    const { deadline } = acks;
    acks.onSent(false, now);
    return deadline - now;
  };
  const first = text();
  for (let i = 0; i < 10; i++) {
    now += acks.timeout - 1;
    text();
  }
  now += 1000;
  return [first, text()];
};

const ROWS: readonly FieldRow<Profile>[] = [
  [
    'finWait2',
    (changes) => statesAt(closed(changes), 9_999, 10_000),
    [10_000, ['FIN-WAIT-2', 'CLOSED']],
    [Infinity, ['FIN-WAIT-2', 'FIN-WAIT-2']],
  ],
  [
    'finWait2LimitsWithoutReader',
    (changes) => statesAt(bothShut(changes), 59_999, 60_000),
    [false, ['FIN-WAIT-2', 'FIN-WAIT-2']],
    [true, ['FIN-WAIT-2', 'CLOSED']],
  ],
  [
    'finWait2Recheck',
    // The peer is heard of after 50 s.
    (changes) => statesAt(closed(changes).advance(50_000).send('. 1:1(0) ack 2'), 10_000, 79_999, 80_000),
    [0, ['CLOSED', 'CLOSED', 'CLOSED']],
    [70_000, ['FIN-WAIT-2', 'FIN-WAIT-2', 'CLOSED']],
  ],
  [
    'finWait2ExcessCountsTwice',
    (changes) => statesAt(closed({ ...changes, finWait2: 63_000 }), 6000, 63_000),
    [true, ['CLOSED', 'CLOSED']],
    [false, ['FIN-WAIT-2', 'CLOSED']],
  ],
  [
    'linger2Max',
    (changes) => {
      const wire = Wire.finWait2({ profile: changes });
      wire.connection.changeSettings({ linger2: 50_000 });
      return statesAt(wire.close(), 20_000, 50_000);
    },
    [120_000, ['FIN-WAIT-2', 'CLOSED']],
    [20_000, ['CLOSED', 'CLOSED']],
  ],
  [
    'unreadResets',
    (changes) => sent(Wire.established({ profile: changes }).send('P. 1:2(1) ack 1').drain().close()),
    [true, 'RST'],
    [false, 'FIN'],
  ],
  [
    'lingerZeroVanishesWhenAllSent',
    (changes) => sent(Wire.lastAck({ profile: changes }).close(true)),
    [true, 'nothing'],
    [false, 'RST'],
  ],
  [
    'lingerZeroResetsIdle',
    (changes) =>
      [Wire.established, Wire.finWait2, Wire.lastAck].map((wire) =>
        sent(wire({ profile: changes }).close(true)),
      ),
    [true, ['RST', 'RST', 'nothing']],
    [false, ['FIN', 'nothing', 'nothing']],
  ],
  [
    'textAfterShutdownResets',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      wire.connection.shutdownReceive(wire.now);
      wire.send('P. 1:6(5) ack 1').advance(100);
      return [sent(wire), wire.connection.readable, wire.connection.error];
    },
    [false, ['ACK', 5, null]],
    [true, ['RST', 0, 'ECONNRESET']],
  ],
  [
    'synReopensTimeWait',
    (changes) => [inTimeWait(changes, 'S 9:9(0) <TS val 501 ecr 0>'), inTimeWait(changes, 'S 1:1(0)')],
    [true, ['open', 'acknowledge']],
    [false, ['reset', 'acknowledge']],
  ],
  [
    'finWait2Probes',
    (changes) => sent(closed({ ...changes, finWait2Recheck: 10_000 }).advance(60_000)),
    [false, 'nothing'],
    [true, 'ACK'],
  ],
  ['keepAliveIdle', (changes) => keptAlive(changes, 5000), [1000, 'ACK'], [10_000, 'nothing']],
  [
    'keepAliveInterval',
    (changes) => keptAlive({ ...changes, keepAliveIdle: 1000 }, 5000),
    [1000, 'ACK ACK ACK ACK ACK'],
    [10_000, 'ACK'],
  ],
  [
    'keepAliveProbes',
    (changes) => keptAlive({ ...changes, keepAliveIdle: 1000, keepAliveInterval: 1000 }, 10_000),
    [2, 'ACK ACK RST'],
    [4, 'ACK ACK ACK ACK RST'],
  ],
  ['resetEndsTimeWait', (changes) => inTimeWait(changes, 'R 2:2(0)'), [true, 'end'], [false, 'ignore']],
  [
    'timestampReopensTimeWait',
    (changes) => inTimeWait(changes, 'S 1:1(0) <TS val 501 ecr 0>'),
    [true, 'open'],
    [false, 'acknowledge'],
  ],
  [
    'resetsAtOtherEdges',
    (changes) => {
      const atFin = Wire.closeWait({ profile: changes }).send('R 1:1(0)');
      const peer = 'win 65535 <mss 1000,sackOK>';
      const behindHole = Wire.established({ profile: { ...changes, sack: true }, peer });
      behindHole.send('. 1001:2001(1000) ack 1').send('R 2001:2001(0)');
      return [atFin.connection.state, behindHole.connection.state];
    },
    [true, ['CLOSED', 'CLOSED']],
    [false, ['CLOSE-WAIT', 'ESTABLISHED']],
  ],
  [
    'challengeAckInterval',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      return sent(wire.send('R 9:9(0)').advance(100).send('R 9:9(0)'));
    },
    [500, 'ACK'],
    [100, 'ACK ACK'],
  ],
  [
    'minMss',
    (changes) => octets(Wire.established({ profile: changes, peer: 'win 65535 <mss 8>' }).write(60)),
    [48, '48 12'],
    [30, '30 30'],
  ],
  [
    'toleratesMissingTimestamps',
    (changes) => {
      const stamped = { ...changes, timestamps: true };
      const peer = 'win 65535 <mss 1000,TS val 500 ecr 1000>';
      const wire = Wire.established({ profile: stamped, peer });
      return wire.send('P. 1:101(100) ack 1').connection.readable;
    },
    [true, 100],
    [false, 0],
  ],
  [
    'userTimeout',
    (changes) => statesAt(Wire.established({ profile: changes }).shutdown(), 5000, 20_000),
    [0, ['FIN-WAIT-1', 'FIN-WAIT-1']],
    [10_000, ['FIN-WAIT-1', 'CLOSED']],
  ],
  [
    'orphanRetries',
    (changes) => statesAt(Wire.established({ profile: changes }).close(), 3000, 120_000),
    [2, ['CLOSED', 'CLOSED']],
    [6, ['FIN-WAIT-1', 'CLOSED']],
  ],
  [
    'retries2',
    (changes) => statesAt(Wire.established({ profile: changes }).shutdown(), 3000, 120_000),
    [2, ['CLOSED', 'CLOSED']],
    [6, ['FIN-WAIT-1', 'CLOSED']],
  ],
  [
    'keepAliveResets',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      wire.connection.changeSettings({ keepAlive: true, keepAliveIdle: 1000, keepAliveProbes: 1 });
      wire.connection.updateKeepAlive(wire.now);
      return sent(wire.advance(200_000));
    },
    [true, 'ACK RST'],
    [false, 'ACK'],
  ],
  [
    'keepAliveGarbage',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      wire.connection.changeSettings({ keepAlive: true, keepAliveIdle: 1000 });
      wire.connection.updateKeepAlive(wire.now);
      return wire.advance(1000).sent.map(({ payload }) => payload.length);
    },
    [false, [0]],
    [true, [1]],
  ],
  [
    'receiveBufferMax',
    (changes) => {
      const { window } = Wire.established({ profile: changes }).connection.receiver;
      window.onRead(50_000_000, 0, 10_000, 100);
      return window.buffer;
    },
    [1_000_000, 1_000_000],
    [2_000_000, 2_000_000],
  ],
  [
    'sendBufferInitial',
    (changes) => Wire.established({ profile: changes }).connection.sendRoom,
    [100_000, 106_000],
    [200_000, 202_000],
  ],
  [
    'sendBufferMax',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      wire.write(1).drain().connection.sender.congestion.begin(1000);
      return wire.send('. 1:1(0) ack 2').connection.sendRoom;
    },
    [1_000_000, 993_535],
    [2_000_000, 1_985_535],
  ],
  [
    'retries1',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(1).advance(2000);
      return (wire.events & ConnectionEvent.DeliveryProblem) !== 0;
    },
    [1, true],
    [5, false],
  ],
  [
    'unreachableEndsOpening',
    (changes) => {
      const wire = Wire.synSent({ profile: changes });
      wire.connection.onNetworkError(
        networkError('EHOSTUNREACH', 'unreachable'),
        wire.connection.sender.sndUna,
        wire.now,
      );
      return wire.connection.state;
    },
    [true, 'CLOSED'],
    [false, 'SYN-SENT'],
  ],
  [
    'hardErrorsEndConnections',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      wire.connection.onNetworkError(
        networkError('ECONNREFUSED', 'hard'),
        wire.connection.sender.sndUna,
        wire.now,
      );
      return wire.connection.state;
    },
    [false, 'ESTABLISHED'],
    [true, 'CLOSED'],
  ],
  [
    'synRetries',
    (changes) => statesAt(Wire.synSent({ profile: changes }), 10_000, 200_000),
    [2, ['CLOSED', 'CLOSED']],
    [8, ['SYN-SENT', 'SYN-SENT']],
  ],
  [
    'pawsWindow',
    (changes) => {
      const profile = { ...changes, timestamps: true };
      const wire = Wire.established({ profile, peer: 'win 8000 <mss 1000,TS val 500 ecr 1000>' });
      return [498, 499].map((stamp) => wire.send(`P. 1:101(100) ack 1 <TS val ${stamp} ecr 1100>`).read());
    },
    [0, [0, 0]],
    [1, [0, 100]],
  ],
  [
    'reordering',
    (changes) => [3, 5].map((count) => duplicates(changes, count).sender.retransmissions),
    [3, [1, 1]],
    [5, [0, 1]],
  ],
  ['maxReordering', (changes) => tcpInfo(duplicates(changes, 20), 0).tcpi_reordering, [300, 10], [5, 5]],
  // Of what is offered, whether it is in use with a peer that takes all.
  ...(['timestamps', 'windowScaling', 'sack'] as const).map((field): FieldRow<Profile> => [
    field,
    (changes) => tcpInfo(willing(changes).connection, 0).tcpi_options,
    [false, 0],
    [true, { timestamps: 1, sack: 2, windowScaling: 4 }[field]],
  ]),
  [
    'initialRto',
    (changes) =>
      [999, 1000, 3000].map((time) => Wire.synSent({ profile: changes }).advance(time).sent.length),
    [1000, [0, 1, 3]],
    [3000, [0, 0, 1]],
  ],
  [
    'minRto',
    (changes) => Wire.established({ profile: changes }).connection.sender.rtt.rto,
    [200, 300],
    [1000, 1100],
  ],
  [
    'maxRto',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(1).drain().advance(100_000);
      return wire.connection.sender.rtt.rto;
    },
    [10_000, 10_000],
    [120_000, 76_800],
  ],
  [
    'fallbackRto',
    (changes) => {
      // Which of two SYNs was answered nobody knows.
      const wire = Wire.synSent({ profile: changes }).advance(1000).drain();
      return wire.send('S. 0:0(0) ack 1 win 65535 <mss 1000>').connection.sender.rtt.rto;
    },
    [3000, 3000],
    [5000, 5000],
  ],
  [
    'synLinearTimeouts',
    (changes) => Wire.synSent({ profile: changes }).advance(7000).sent.length,
    [0, 3],
    [4, 6],
  ],
  [
    'synAckRetries',
    (changes) => statesAt(Wire.synReceived({ profile: changes }), 3000, 60_000),
    [1, ['CLOSED', 'CLOSED']],
    [5, ['SYN-RECEIVED', 'SYN-RECEIVED']],
  ],
  [
    'initialWindow',
    (changes) => Wire.established({ profile: changes }).write(50_000).sent.length,
    [2, 2],
    [10, 10],
  ],
  ['congestionControl', (changes) => duplicates(changes, 3).sender.ssthresh, ['reno', 5], ['cubic', 7]],
  [
    'slowStartAfterIdle',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(1).drain().send('. 1:1(0) ack 2').drain();
      wire.connection.sender.congestion.begin(40);
      return wire.advance(10_000).write(50_000).sent.length;
    },
    [true, 10],
    [false, 40],
  ],
  [
    'leastBurst',
    (changes) => {
      const wire = Wire.established({ profile: changes, segmentOctets: 65_000, roundTrip: 100 });
      return wire.write(10_000).sent.map(({ payload }) => payload.length);
    },
    [2, [2000, 2000, 2000, 2000, 2000]],
    [5, [5000, 5000]],
  ],
  [
    'notSentLowat',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(20_000);
      return [wire.connection.isWritable, wire.connection.sendRoom > 50_000];
    },
    [0xffff_ffff, [true, true]],
    [4000, [false, false]],
  ],
  [
    'tailLossProbe',
    (changes) => {
      const wire = willing({ ...changes, sack: true })
        .write(1)
        .drain();
      return wire.connection.sender.timer.kind;
    },
    [true, 'loss probe'],
    [false, 'retransmission'],
  ],
  [
    'forwardRto',
    (changes) =>
      willing({ ...changes, sack: true })
        .write(3000)
        .drain()
        .advance(1000).connection.sender.recovery.forwardRto,
    [true, true],
    [false, false],
  ],
  [
    'impatientRecovery',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(10_000).drain().advance(50);
      for (let i = 0; i < 4; i++) wire.send('. 1:1(0) ack 1');
      for (let i = 1; i <= 4; i++) wire.advance(50).send(`. 1:1(0) ack ${1 + 1000 * i}`);
      return wire.connection.deadline - wire.now;
    },
    [false, 300],
    [true, 150],
  ],
  [
    'minRttWindow',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      for (const octets of [2, 3])
        wire.advance(5000).write(1).drain().advance(200).send(`. 1:1(0) ack ${octets}`);
      return wire.connection.sender.rtt.minimum;
    },
    [1000, 200],
    [300_000, 100],
  ],
  [
    'undoRestoresCwnd',
    (changes) => {
      const wire = willing({
        ...changes,
        sack: true,
        timestamps: true,
        slowStartAfterIdle: false,
        tailLossProbe: false,
      });
      const { connection } = wire;
      connection.sender.congestion.begin(40);
      wire.write(40 * 988).drain();
      const first = connection.timestampAt(wire.now);
      wire
        .advance(300)
        .drain()
        .send(`. 1:1(0) ack ${1 + 30 * 988} <TS val 200 ecr ${first}>`);
      return connection.sender.cwnd;
    },
    [true, 70],
    [false, 20],
  ],
  [
    'rescueRetransmission',
    (changes) => {
      const wire = willing({ ...changes, sack: true })
        .write(8000)
        .drain()
        .advance(100);
      for (const end of [3001, 4001, 5001, 6001]) wire.send(`. 1:1(0) ack 1 <sack 1001:${end}>`);
      return wire.sent.length;
    },
    [false, 1],
    [true, 2],
  ],
  ['mtuProbing', (changes) => wide(changes).connection.sender.mss, [0, 1460], [2, 1024]],
  [
    'baseMss',
    (changes) => wide({ ...changes, mtuProbing: 2 }).connection.sender.mss,
    [512, 512],
    [1024, 1024],
  ],
  [
    'mtuProbeFloor',
    (changes) =>
      wide({ ...changes, mtuProbing: 1 })
        .write(5000)
        .drain()
        .advance(600_000).connection.sender.mss,
    [48, 48],
    [200, 200],
  ],
  [
    'mtuProbeInterval',
    // The path takes 1060 octets, which ends the search, and later all again.
    (changes) => {
      const wire = wide({ ...changes, mtuProbing: 2, initialWindow: 20 })
        .pathMtu(1060)
        .write(1)
        .drain();
      wire.send('. 1:1(0) ack 2').pathMtu(1500).advance(100_000);
      return Math.max(...wire.write(10_000).sent.map(({ payload }) => payload.length)) > 1024;
    },
    [60_000, true],
    [600_000, false],
  ],
  [
    'ecn',
    (changes) => {
      const wire = new Wire({ profile: changes });
      wire.connection.connect(wire.now);
      return wire.pull().sent.map(({ flags }) => (flags & (Flag.ECE | Flag.CWR)) !== 0);
    },
    [0, [false]],
    [1, [true]],
  ],
  [
    'ecnFallback',
    (changes) => {
      const wire = Wire.synSent({ profile: { ...changes, ecn: 1 } }).advance(1000);
      return wire.sent.map(({ flags }) => (flags & Flag.ECE) !== 0);
    },
    [true, [false]],
    [false, [true]],
  ],
  ['delayedAckMin', putOff, [40, [40, 200]], [10, [10, 200]]],
  ['delayedAckMax', putOff, [200, [40, 200]], [100, [40, 100]]],
  [
    'receiveBufferInitial',
    (changes) => Wire.established({ profile: changes }).connection.receiver.window.buffer,
    [131_072, 131_072],
    [50_000, 50_000],
  ],
  [
    'cubicSlowStart',
    (changes) => {
      const wire = Wire.established({
        profile: { ...changes, congestionControl: 'cubic', initialWindow: 20 },
      });
      wire.write(60_000).drain().advance(100);
      // One acknowledgment for all of the window: RFC 9406 lets eight segments count.
      return wire.send('. 1:1(0) ack 20001').connection.sender.cwnd;
    },
    ['hystart', 40],
    ['hystart++', 28],
  ],
  ['reorderingTick', settling, [0, 25], [10, 30]],
  ['reorderingSlack', settling, [2, 28], [8, 36]],
  ['compressedAcks', heldBack, [0, 8], [44, 3]],
  [
    'compressedAckDelay',
    (changes) => {
      const acks = new AckSchedule(profile(changes), 1460);
      for (let i = 0; i < 4; i++) acks.compress(0, 1000, 200);
      return acks.deadline;
    },
    [1, 1001],
    [20, 1010],
  ],
  [
    'answersBeforeNext',
    (changes) => {
      const wire = Wire.established({ profile: changes });
      for (let i = 0; i < 20; i++) wire.send(`P. ${1 + i}:${2 + i}(1) ack 1`);
      wire.drain().send('P. 21:22(1) ack 1').expectNothing();
      return wire.send('. 21:21(0) ack 1').sent.length;
    },
    [false, 0],
    [true, 1],
  ],
  [
    'trimsToWindow',
    (changes) => {
      const wire = Wire.established({ profile: changes, receiveBuffer: 4000 });
      return wire.send('. 1:3001(3000) ack 1').connection.readable;
    },
    [false, 3000],
    [true, 2000],
  ],
  [
    'finWait2LeastRtos',
    (changes) => {
      const { connection } = Wire.finWait2({ profile: { ...changes, finWait2: 1000 } });
      return finWait2Limit(connection) / connection.sender.rtt.rto > 9;
    },
    [0, false],
    [10, true],
  ],
  [
    'resetRefusesSimultaneousOpen',
    (changes) => Wire.simultaneousOpen({ profile: changes }).send('R 1:1(0)').connection.error,
    [false, 'ECONNRESET'],
    [true, 'ECONNREFUSED'],
  ],
  [
    'takesDataOfSyn',
    (changes) => Wire.synSent({ profile: changes }).send('S. 0:10(10) ack 1').connection.readable,
    [false, 0],
    [true, 10],
  ],
  [
    'timeWaitIgnoresWithoutAck',
    (changes) => {
      const wire = Wire.timeWait();
      const segment = wire.peerSegment('F 1:1(0)');
      return receiveInTimeWait(timeWaitOf(wire.connection), segment, true, wire.now, profile(changes)).answer;
    },
    [false, 'acknowledge'],
    [true, 'ignore'],
  ],
  [
    'icmpMayQuoteNext',
    (changes) => {
      const { connection } = Wire.established({ profile: changes }).write(10).drain();
      const { sndUna, sndNxt } = connection.sender;
      return [seqAdd(sndUna, -1), sndUna, sndNxt, seqAdd(sndNxt, 1)].map((seq) =>
        connection.mayBeQuoted(seq),
      );
    },
    [false, [false, true, false, false]],
    [true, [false, true, true, false]],
  ],
  [
    'halfOpenGoesByIcmp',
    (changes) => {
      const error = { ...networkError('EHOSTUNREACH', 'unreachable'), endsHalfOpen: true };
      return [0, 1].map((ahead) => {
        const { connection, now } = Wire.synReceived({ profile: changes });
        connection.onNetworkError(error, seqAdd(connection.sender.iss, ahead), now);
        return [connection.state, connection.softError];
      });
    },
    [
      true,
      [
        ['CLOSED', null],
        ['SYN-RECEIVED', null],
      ],
    ],
    [
      false,
      [
        ['SYN-RECEIVED', 'EHOSTUNREACH'],
        ['SYN-RECEIVED', 'EHOSTUNREACH'],
      ],
    ],
  ],
  [
    'icmpRevertsBackoff',
    (changes) => {
      const wire = Wire.established({ profile: changes }).write(10).drain().advance(1000).drain();
      const { sender } = wire.connection;
      const error = { ...networkError('EHOSTUNREACH', 'unreachable'), revertsBackoff: true };
      wire.connection.onNetworkError(error, sender.sndUna, wire.now);
      return [sender.rtt.backoff, sender.rtt.rto];
    },
    [true, [1, 600]],
    [false, [2, 1200]],
  ],
  ['hopLimit', (changes) => defaultSettings(profile(changes)).timeToLive, [64, 64], [200, 200]],
];

describe('each of these fields of a profile changes what it says', () => {
  it.each(ROWS)('%s', (field, see, [first, seenFirst], [second, seenSecond]) => {
    expect([see({ [field]: first }), see({ [field]: second })]).toEqual([seenFirst, seenSecond]);
  });
});

/** Fields that are shown with the layers that act on them, and where. */
const SHOWN_ABOVE: Readonly<Partial<Record<keyof Profile, string>>> = {
  timeWait: 'stack/test/host',
  maxTimeWaits: 'stack/test/host',
  maxOrphans: 'stack/test/host',
  memoryLow: 'stack/test/host',
  memoryPressure: 'stack/test/host',
  memoryHigh: 'stack/test/host',
  receiveBufferMin: 'stack/test/host',
  sendBufferMin: 'stack/test/host',
  timeWaitReuse: 'stack/test/host',
  timeWaitReuseDelay: 'stack/test/host',
  abortOnOverflow: 'stack/test/host',
  pathMtuExpiry: 'stack/test/host',
  minPathMtu: 'stack/test/host',
  maxPathMtus: 'stack/test/host',
  offersMssOfPath: 'stack/test/host',
  acceptSourceRoute: 'stack/test/host',
  ignoresEchoes: 'stack/test/host',
  fragmentTimeout: 'stack/test/host',
  fragmentTimeoutIPv6: 'stack/test/host',
  fragmentMemory: 'stack/test/host',
  maxInputBacklog: 'stack/test/host',
  maxBacklog: 'stack/test/host',
  synCookies: 'stack/test/host',
  ephemeralPortFirst: 'stack/test/host',
  ephemeralPortLast: 'stack/test/host',
  lingerUntil: 'sockets/test',
  lingerTimeoutResets: 'sockets/test',
  secondShutdownFails: 'sockets/test',
  fastOpen: 'sockets/test',
  fastOpenBlackHole: 'sockets/test',
};

/** The fields that the same table of another package shows. */
const shownIn = (folder: string): string[] => {
  const file = new URL(`../../../${folder}/profile.test.ts`, import.meta.url);
  return [...readFileSync(file, 'utf8').matchAll(/^ {2}\[\n? *'(\w+)',/gm)].map(([, field]) => field ?? '');
};

describe('a field of a profile', () => {
  const own: readonly string[] = ROWS.map(([field]) => field);

  // A profile's name changes nothing.
  it.each(Object.keys(linux).filter((field) => field !== 'name'))(
    '%s is shown to change what it says',
    (field) => {
      const above = Object.entries(SHOWN_ABOVE).find(([name]) => name === field)?.[1];
      const isShown = above === undefined ? own.includes(field) : shownIn(above).includes(field);
      expect(isShown).toBe(true);
    },
  );
});

describe('the profile', () => {
  it.each(Object.entries(PROFILES))('%s is known by its name', (name, { name: own }) => {
    expect(own).toBe(name);
  });

  it.each([
    ['linux', 60_000, 60_000],
    ['rfc9293', 240_000, Infinity],
    ['bsd', 60_000, 600_000],
  ])('%s has a 2MSL of %d ms, and limits FIN-WAIT-2 to %d ms', (name, timeWait, finWait2) => {
    expect(PROFILES[name]).toMatchObject({ timeWait, finWait2 });
  });

  it('bsd keeps an orphan in FIN-WAIT-2 for as long as its peer is heard of, and looks each 75 s', () => {
    const wire = closed(PROFILES['bsd'] ?? linux);
    const { connection } = wire;
    for (let minutes = 0; minutes < 60; minutes += 5) {
      wire.advance(300_000).send('. 1:1(0) ack 2').expectState('FIN-WAIT-2');
    }
    const last = wire.now;
    wire.advance(3_600_000).expectState('CLOSED');
    const ended = connection.history.at(-1)?.time ?? NaN;
    expect(ended - last).toBeGreaterThan(600_000);
    expect(ended - last).toBeLessThanOrEqual(675_000);
  });

  it('bsd probes the peer each time that it looks, so that one that lives keeps the connection', () => {
    const wire = closed(PROFILES['bsd'] ?? linux);
    let probes = 0;
    for (let seconds = 0; seconds < 7200; seconds += 15) {
      wire.advance(15_000);
      if (wire.sent.length === 0) continue;
      probes += wire.sent.length;
      // SND.UNA - 1: what any peer answers (RFC 9293, 3.8.4).
      wire.expect('. 1:1(0) ack 1').send('. 1:1(0) ack 2');
    }
    wire.expectState('FIN-WAIT-2');
    expect(probes).toBe(Math.floor((7200 - 600) / 75) + 1);
  });

  it('bsd lets go of a peer that answers no probe', () => {
    const wire = closed(PROFILES['bsd'] ?? linux);
    expect(statesAt(wire, 600_000, 674_999, 675_000)).toEqual(['FIN-WAIT-2', 'FIN-WAIT-2', 'CLOSED']);
    expect(sent(wire)).toBe('ACK');
  });

  it('bsd does not limit a socket that is half-closed and still reads', () => {
    Wire.finWait2({ profile: PROFILES['bsd'] ?? linux })
      .advance(86_400_000)
      .expectState('FIN-WAIT-2');
  });

  it('bsd starts the limit when the program shuts the direction that it reads', () => {
    const wire = Wire.finWait2({ profile: PROFILES['bsd'] ?? linux }).advance(3_600_000);
    wire.connection.shutdownReceive(wire.now);
    expect(statesAt(wire, 599_999, 600_000)).toEqual(['FIN-WAIT-2', 'CLOSED']);
  });

  it.each([
    ['linux', 100],
    ['rfc9293', 0],
    ['bsd', 100],
  ])('%s takes %i octets of a segment that lacks the timestamps agreed on (RFC 7323, 3.2)', (name, read) => {
    const options = { ...PROFILES[name], timestamps: true };
    const wire = Wire.established({ profile: options, peer: 'win 65535 <mss 1000,TS val 500 ecr 1000>' });
    expect(wire.send('P. 1:101(100) ack 1').connection.readable).toBe(read);
    if (read === 0) wire.expectNothing();
    wire
      .send('R 1:1(0)')
      .send(`R ${read + 1}:${read + 1}(0)`)
      .expectState('CLOSED');
  });

  it('is made of another by changing fields', () => {
    expect(profile({ timeWait: 1 }, PROFILES['bsd'])).toEqual({ ...PROFILES['bsd'], timeWait: 1 });
  });
});
