import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { digestOf, playWorld, socketsAt } from '../src/world/world.ts';
import { formatScript } from '../src/world/format-script.ts';
import { parseScript } from '../src/world/parse-script.ts';
import type { Recording } from '../src/world/recording.ts';

function play(name: string): Recording {
  return playWorld(parseScript(WORLDS.find((world) => world.name === name)?.script ?? 'none'));
}

/** The states of an end, from the first to the last. */
function statesOf(recording: Recording, host: string): string[] {
  return recording.events.flatMap((event) =>
    event.type === 'state' && event.host === host ? [event.to] : [],
  );
}

function calls(recording: Recording, host: string): string[] {
  return recording.events.flatMap((event) =>
    event.type === 'call' && event.host === host ? [`${event.call} = ${event.result}`] : [],
  );
}

describe('each scenario', () => {
  it.each(WORLDS.filter(({ name }) => name !== 'bulk'))('$name plays the same each time', ({ script }) => {
    const setup = parseScript(script);
    const [once, again] = [playWorld(setup), playWorld(setup)];
    expect(once.events.length).toBeGreaterThan(5);
    expect(digestOf(again.events)).toBe(digestOf(once.events));
    expect(again.ends).toEqual(once.ends);
  });

  it.each(WORLDS.filter(({ name }) => name !== 'bulk'))(
    '$name played up to some moment is the beginning of the whole',
    ({ script }) => {
      const setup = parseScript(script);
      const whole = playWorld(setup);
      const middle = whole.events[whole.events.length >> 1]?.time ?? 0;
      const part = playWorld({ ...setup, until: middle + 0.001 });
      expect(part.events.length).toBeGreaterThanOrEqual(whole.events.length >> 1);
      expect(digestOf(whole.events.slice(0, part.events.length))).toBe(digestOf(part.events));
    },
  );

  it.each(WORLDS)('$name is written as it is read', ({ script }) => {
    const setup = parseScript(script);
    expect(parseScript(formatScript(setup))).toEqual(setup);
  });
});

describe('what scenarios show', () => {
  it('a wandering duplicate is read as text of a connection that it was never written to', () => {
    const foreign = calls(play('wandering-duplicate'), 'server').filter((call) =>
      call.includes('earlier connection'),
    );
    expect(foreign).toEqual(['recv() = 2580, 1120 of them written to an earlier connection']);
  });

  it('TIME-WAIT keeps its port, so nothing of the kind happens', () => {
    const recording = play('wandering-duplicate-time-wait');
    expect(calls(recording, 'client')).toContain('connect = -1 EADDRNOTAVAIL');
    expect(calls(recording, 'server').join()).not.toContain('earlier');
  });

  it('an old segment ends TIME-WAIT, unless RFC 1337 is heeded', () => {
    expect(play('time-wait-assassination').events.at(-1)).toMatchObject({ to: 'CLOSED', why: 'peer reset' });
    expect(play('time-wait-assassination').duration).toBeLessThan(1000);
    expect(play('time-wait-rfc1337').duration).toBeGreaterThan(60_000);
  });

  it('FIN-WAIT-2 lasts as long as a program holds it, and a minute without', () => {
    expect(play('fin-wait-2-held').duration).toBeGreaterThan(600_000);
    const orphan = play('fin-wait-2-orphaned');
    expect(orphan.events).toContainEqual(
      expect.objectContaining({ host: 'client', why: 'FIN-WAIT-2 limit' }),
    );
  });

  it('both ends open and close at once', () => {
    expect(statesOf(play('simultaneous-open'), 'server')).toEqual([
      'SYN-SENT',
      'SYN-RECEIVED',
      'ESTABLISHED',
    ]);
    expect(statesOf(play('simultaneous-close'), 'client')).toEqual([
      ...['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'CLOSING', 'TIME-WAIT', 'CLOSED'],
    ]);
  });

  it('the flood keeps the client out without cookies only', () => {
    const opened = (name: string) =>
      play(name).events.find(
        (event) => event.type === 'state' && event.host === 'client' && event.to === 'ESTABLISHED',
      );
    expect(opened('syn-flood')?.time).toBeLessThan(300);
    expect(opened('syn-flood-without-cookies')?.time ?? Infinity).toBeGreaterThan(3000);
  });

  it('a black hole is found by probing, or not at all', () => {
    expect(play('pmtud-black-hole').events).toContainEqual(
      expect.objectContaining({ host: 'client', to: 'CLOSED', why: 'retransmissions exhausted' }),
    );
    expect(
      play('pmtud-probing')
        .ends.find(({ host }) => host === 'client')
        ?.blocks.at(-1)?.block.sendQueue,
    ).toBe(0);
  });

  it('a lost tail is probed for before the retransmission timer', () => {
    const timers = play('tail-loss-probe').events.flatMap((event) =>
      event.type === 'timer' ? [event.timer] : [],
    );
    expect(timers).toContain('loss probe');
    expect(timers).not.toContain('retransmission');
  });

  it('CUBIC and Reno have other windows on the same way', () => {
    const [client, server] = ['client', 'server'].map((host) =>
      play('cubic-against-reno')
        .ends.find((end) => end.host === host)
        ?.blocks.map(({ block }) => block.cwnd),
    );
    expect(client).not.toEqual(server);
    expect(Math.max(...(server ?? []))).toBeGreaterThan(40);
  });

  it('what hosts hold is told of any moment', () => {
    const setup = parseScript(WORLDS.find(({ name }) => name === 'half-close')?.script ?? '');
    expect(socketsAt(setup, 150).client).toMatch(/FIN-WAIT-2 +0 +0 +10\.0\.0\.1:40000 +10\.0\.0\.2:80/);
    expect(socketsAt(setup, 150).server).toContain('CLOSE-WAIT');
    expect(socketsAt(setup, 5000).client).toContain('TIME-WAIT');
  });
});

describe('scripts', () => {
  it.each([
    [
      '50 clent send',
      'Line 1: “clent” is nothing that can be done; client, server, link, drop, delay, duplicate, corrupt and reset are.',
    ],
    ['seed 1\n0 client snd 5', /^Line 2: “snd” is no call; listen, connect, /],
    ['0 client send', 'Line 1: it ends where a count of bytes should stand.'],
    ['0 client send -5', 'Line 1: a count of bytes must be from 1 to 100000000, not “-5”.'],
    ['0 client send 1.5', 'Line 1: 1.5 is no whole number.'],
    ['0 link loss=2', 'Line 1: loss is a probability from 0 to 1, not “2”.'],
    [
      '0 link speed=3',
      'Line 1: the link has no “speed”, but delay, jitter, rate, queue, loss, reorder, duplicate, corrupt, cut.',
    ],
    ['0 link', 'Line 1: a link wants a knob, as delay=20.'],
    ['-1 client close', 'Line 1: “-1” is no time in milliseconds.'],
    ['hello', /^Line 1: “hello” begins no line; /],
    ['host client warp=9', 'Line 1: a host has no “warp”; its fields are those of Profile.'],
    ['host client timestamps=maybe', 'Line 1: timestamps is a boolean, not “maybe”.'],
    ['host client congestionControl=vegas', /^Line 1: .*congestionControl/],
    ['0 drop nth 0 fin', 'Line 1: a count must be from 1 to 1000000, not “0”.'],
    ['0 client close now', 'Line 1: “now” is too much.'],
    ['seed 1e3', 'Line 1: a seed must be from 0 to 4294967295, not “1e3”.'],
  ])('%s: a sentence says what is wrong', (text, sentence) => {
    expect(() => parseScript(text)).toThrow(sentence);
  });

  it('whatever is written, it is read or refused in a sentence', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '0',
        '50',
        'client',
        'server',
        'link',
        'send',
        'drop',
        'nth',
        'fin',
        'delay=1',
        'host',
        'seed',
        'linger',
        'off',
        '#',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 4 }), (lines) => {
        const text = lines.map((words) => words.join(' ')).join('\n');
        try {
          const setup = parseScript(text);
          expect(parseScript(formatScript(setup))).toEqual(setup);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: Line \d+: .+\.$/s);
        }
      }),
    );
  });
});
