// Calls every entry point of the addon with arguments of every kind, in an order that the seed gives: node odd-arguments.cjs
// ADDON SEED CALLS. To be run with sanitizers; what the addon throws is part of it, a crash is not.
'use strict';
const [addon, seed, calls] = process.argv.slice(2);
const tun = require(addon);

let state = Number(seed) >>> 0 || 1;
/** xorshift32 */
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

const devices = [tun.open('/dev/null'), tun.open('/dev/net/tun'), tun.open('/dev/zero')];
tun.close(devices[2]);
const detached = new Uint8Array(16);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const block = new ArrayBuffer(4096);
const VALUES = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    2,
    3,
    4,
    5,
    7,
    255,
    4096,
    65_535,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 53,
    -(2 ** 31),
  ],
  ...[
    1.5,
    NaN,
    Infinity,
    -Infinity,
    10n,
    '',
    'lo',
    'tun%d',
    'x'.repeat(15),
    'x'.repeat(16),
    'x'.repeat(300),
    'a\0b',
    '\ud800',
  ],
  ...[Symbol('odd'), {}, [], () => undefined, new Proxy({}, {}), new Date(0), Object.create(null), tun],
  ...[
    new Uint8Array(0),
    new Uint8Array(1),
    new Uint8Array(64),
    new Uint8Array(block, 8, 100),
    detached,
    new Uint8Array(70_000),
  ],
  ...[
    new Int32Array(0),
    new Int32Array(1),
    new Int32Array(2),
    new Int32Array(128),
    new Float64Array(8),
    new DataView(block),
  ],
  ...[new Uint8Array(new SharedArrayBuffer(64)), block, new Uint8ClampedArray(8), new BigInt64Array(2)],
  ...devices,
];

let thrown = 0;
for (let left = Number(calls); left > 0; left--) {
  const names = Object.keys(tun);
  const name = names[random(names.length)];
  const args = Array.from({ length: random(7) }, () => VALUES[random(VALUES.length)]);
  // Most calls with a device in front, or they would all end at the first argument.
  if (random(4) > 0 && args.length > 0 && name !== 'open') args[0] = devices[random(devices.length)];
  if (name === 'close' && random(50) > 0) continue;
  try {
    const result = Reflect.apply(tun[name], random(2) === 0 ? tun : undefined, args);
    if (name === 'open' && result >= 0) devices[random(devices.length)] = result;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    thrown++;
  }
  if (random(1000) === 0) global.gc?.();
}
if (thrown === 0) throw new Error('nothing was refused');
console.log('alive');
