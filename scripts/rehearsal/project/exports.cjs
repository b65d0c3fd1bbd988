// Requires every entry of every package of ours that is installed.
const { readdirSync, readFileSync } = require('node:fs');

let entries = 0;
for (const name of readdirSync('node_modules/@halfclose')) {
  const { exports: paths = {} } = JSON.parse(
    readFileSync(`node_modules/@halfclose/${name}/package.json`, 'utf8'),
  );
  for (const path of Object.keys(paths)) {
    if (path.endsWith('.json') || path === './register') continue;
    const module = require(`@halfclose/${name}${path.slice(1)}`);
    if (Object.keys(module).length === 0)
      throw new Error(`@halfclose/${name}${path.slice(1)} exports nothing`);
    entries++;
  }
}
console.log(`${entries} entries required`);
