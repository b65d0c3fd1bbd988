import { describe, expect, test } from 'vitest';
import { usePrograms } from './program.ts';

const run = usePrograms();
const imports = `import { Timer } from './timers/index.js'; import { hostTimers } from './timers/host.js';\n`;

describe('what keeps the process alive', () => {
  test('timers do not', async () => {
    const ending = await run(`${imports}
      const timers = hostTimers();
      timers.arm(new Timer(() => console.log('fired')), timers.now() + 600_000);
      console.log('end of program');`);
    expect(ending).toEqual({ code: 0, lines: ['end of program'] });
  });

  test('a ref does, until the last unref', async () => {
    const ending = await run(`${imports}
      const timers = hostTimers();
      timers.ref();
      const release = timers.hold();
      timers.arm(new Timer(() => { console.log('first'); timers.unref(); }), timers.now() + 20);
      timers.arm(new Timer(() => { console.log('second'); release(); release(); }), timers.now() + 60);
      timers.arm(new Timer(() => console.log('never')), timers.now() + 600_000);`);
    expect(ending).toEqual({ code: 0, lines: ['first', 'second'] });
  });

  test('a ref after the last unref holds again', async () => {
    const ending = await run(`${imports}
      const timers = hostTimers();
      timers.hold()();
      const release = timers.hold();
      timers.arm(new Timer(() => { console.log('fired'); release(); }), timers.now() + 20);`);
    expect(ending).toEqual({ code: 0, lines: ['fired'] });
  });

  test('a task that yields itself for ever does not', async () => {
    const ending = await run(`${imports}
      const timers = hostTimers();
      const again = () => timers.yield(again);
      again();
      setTimeout(() => console.log('end of program'), 20);`);
    expect(ending).toEqual({ code: 0, lines: ['end of program'] });
  });

  test('loading does not', async () => {
    expect(await run(imports)).toEqual({ code: 0, lines: [] });
  });
});

describe('fake timers', () => {
  test('installed after loading do not stop it', async () => {
    const ending = await run(`${imports}
      const never = () => { throw new Error('fake'); };
      const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask'];
      for (const name of names) globalThis[name] = never;
      performance.now = never;
      Date.now = never;
      const { nextTick } = process;
      process.nextTick = never;
      const timers = hostTimers();
      const release = timers.hold();
      timers.defer(() => console.log('deferred'));
      timers.yield(() => console.log('yielded'));
      const second = new Timer(() => { console.log('second'); process.nextTick = nextTick; release(); });
      timers.arm(new Timer((now) => { console.log('first'); timers.arm(second, now + 5); }), timers.now() + 30);
      timers.arm(second, timers.now() + 10_000);`);
    expect(ending).toEqual({ code: 0, lines: ['deferred', 'yielded', 'first', 'second'] });
  });
});

describe('the host timer', () => {
  test('is armed once for any number of timers, and again only for an earlier one', async () => {
    const ending = await run(`
      let armed = 0;
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (task, delay) => { armed++; return setTimeout(task, delay); };
      const { Timer } = await import('./timers/index.js');
      const { hostTimers } = await import('./timers/host.js');
      const timers = hostTimers();
      const start = timers.now();
      const first = new Timer(() => {});
      timers.arm(first, start + 60_000);
      for (let i = 0; i < 1000; i++) timers.arm(new Timer(() => {}), start + 60_000 + i);
      for (let i = 0; i < 1000; i++) timers.arm(first, start + 60_000 + i);
      timers.disarm(first);
      console.log(armed);
      timers.arm(first, start + 50_000);
      console.log(armed);`);
    expect(ending).toEqual({ code: 0, lines: ['1', '2'] });
  });
});

describe('a deadline beyond what hosts take', () => {
  test('is waited for in parts', async () => {
    const ending = await run(`
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (task, delay) => { console.log(delay); return setTimeout(task, delay); };
      const { Timer } = await import('./timers/index.js');
      const { hostTimers } = await import('./timers/host.js');
      hostTimers().arm(new Timer(() => console.log('fired')), 1e12);`);
    expect(ending).toEqual({ code: 0, lines: ['2147483647'] });
  });
});

describe('errors', () => {
  test('a throwing expiry is an uncaught exception, and the timers after it fire', async () => {
    const ending = await run(`${imports}
      const timers = hostTimers();
      const release = timers.hold();
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      const deadline = timers.now() + 10;
      timers.arm(new Timer(() => { throw new Error('broken'); }), deadline);
      timers.arm(new Timer(() => { console.log('second'); release(); }), deadline);`);
    expect(ending).toEqual({ code: 0, lines: ['uncaught broken', 'second'] });
  });
});

describe('async context', () => {
  test('an expiry does not run in the context of whoever armed the host timer', async () => {
    const ending = await run(`${imports}
      import { AsyncLocalStorage } from 'node:async_hooks';
      const storage = new AsyncLocalStorage();
      const timers = hostTimers();
      const release = timers.hold();
      const say = (what) => () => console.log(what, storage.getStore() ?? 'none');
      storage.run('socket A', () => {
        timers.arm(new Timer(say('late')), timers.now() + 10);
        timers.arm(new Timer(say('due')), timers.now());
        timers.arm(new Timer(() => release()), timers.now() + 20);
        timers.defer(say('deferred'));
      });`);
    expect(ending).toEqual({ code: 0, lines: ['deferred socket A', 'due none', 'late none'] });
  });
});

describe('other hosts', () => {
  test('it runs without process and setImmediate, as in a browser', async () => {
    const ending = await run(`
      const { exit } = process;
      for (const name of ['process', 'setImmediate']) delete globalThis[name];
      const timeouts = new Map();
      const { setTimeout, clearTimeout } = globalThis;
      let id = 0;
      globalThis.setTimeout = (task, delay) => { timeouts.set(++id, setTimeout(task, delay)); return id; };
      globalThis.clearTimeout = (number) => clearTimeout(timeouts.get(number));
      const { Timer } = await import('./timers/index.js');
      const { hostTimers } = await import('./timers/host.js');
      const timers = hostTimers();
      const release = timers.hold();
      timers.defer(() => console.log('deferred'));
      timers.yield(() => console.log('yielded'));
      timers.arm(new Timer(() => console.log('never')), timers.now() + 600_000);
      timers.arm(new Timer(() => { console.log('fired'); release(); exit(0); }), timers.now() + 30);`);
    expect(ending).toEqual({ code: 0, lines: ['deferred', 'yielded', 'fired'] });
  });
});
