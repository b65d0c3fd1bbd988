import { describe, expect, it } from 'vitest';
import { linux, profile } from '../../src/index.ts';
import { retriesAsTime, retriesExhausted, synRetriesExhausted } from '../../src/profile/retry-limits.ts';

const state = { timeouts: 1, elapsed: 0, orphan: false, userTimeout: 0, synRetries: 0 };

describe('R2', () => {
  it('is the time that so many doublings take', () => {
    expect([0, 1, 2, 3].map((retries) => retriesAsTime(retries, 200, 120_000))).toEqual([
      200, 600, 1400, 3000,
    ]);
  });

  it('is 924.6 s for fifteen from 200 ms with a ceiling of 120 s (Documentation/networking/ip-sysctl)', () => {
    expect(retriesAsTime(15, 200, 120_000)).toBe(924_600);
  });

  it('is at least 100 s by default (RFC 9293, 3.8.3, SHLD-11)', () => {
    expect(retriesExhausted({ ...state, timeouts: 100, elapsed: 99_999 }, linux)).toBe(false);
  });

  it('is over when its time is, less a sixteenth for timers that strike late', () => {
    const of = (elapsed: number) => retriesExhausted({ ...state, elapsed }, linux);
    expect([of(870_211), of(870_212)]).toEqual([false, true]);
  });

  it('is shorter for an orphan', () => {
    const of = (elapsed: number) => retriesExhausted({ ...state, orphan: true, elapsed }, linux);
    expect([of(96_188), of(96_189)]).toEqual([false, true]);
  });

  it('is what TCP_USER_TIMEOUT says', () => {
    const of = (elapsed: number) => retriesExhausted({ ...state, userTimeout: 5000, elapsed }, linux);
    expect([of(4999), of(5000)]).toEqual([false, true]);
  });

  it('does not strike before the first timeout', () => {
    expect(retriesExhausted({ ...state, timeouts: 0, elapsed: 1e9 }, linux)).toBe(false);
  });
});

describe('retries of a SYN', () => {
  it('are a time, in which linear ones go more often', () => {
    const of = (elapsed: number) => synRetriesExhausted({ ...state, elapsed }, profile({ synRetries: 2 }));
    expect([of(6000), of(7000)]).toEqual([false, true]);
  });

  it('are as TCP_SYNCNT says, if it does', () => {
    const of = (elapsed: number) =>
      synRetriesExhausted({ ...state, elapsed, synRetries: 1 }, profile({ synRetries: 2 }));
    expect([of(2000), of(3000)]).toEqual([false, true]);
  });

  it('end with TCP_USER_TIMEOUT', () => {
    expect(synRetriesExhausted({ ...state, userTimeout: 3000, elapsed: 3000 }, linux)).toBe(true);
  });
});
