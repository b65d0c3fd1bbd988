// In Jest, which gives each file a realm of its own, and CommonJS.
const http = require('node:http');
const { bytes, lab, nth } = require('@halfclose/testkit');

function download(url) {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        let text = '';
        response
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve(text))
          .on('error', reject);
      })
      .on('error', reject);
  });
}

const serve = () => http.createServer((_, response) => response.end('x'.repeat(1e6))).listen(80);

test(
  'a reset in mid-response',
  lab(async (net) => {
    net.host('cdn', serve);
    net.reset(nth(1, bytes(20_000, 20_001)));
    await expect(download('http://cdn/f')).rejects.toThrow('ECONNRESET');
  }),
);

test(
  'the same without, by fetch, and an hour later',
  lab(async (net) => {
    net.host('cdn', serve);
    await expect(download('http://cdn/f')).resolves.toHaveLength(1e6);
    await new Promise((resolve) => setTimeout(resolve, 3_000_000));
    expect(await (await fetch('http://cdn/f')).text()).toHaveLength(1e6);
    expect(new Date().getTime()).toBeGreaterThan(Date.UTC(2026, 0) + 3_000_000);
  }),
);

test('real time outside', async () => {
  const begun = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Date.now() - begun).toBeLessThan(5000);
  expect(Date.now()).not.toBe(Date.UTC(2026, 0));
});
