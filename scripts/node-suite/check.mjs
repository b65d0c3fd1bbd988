// Checks results/ against reasons.json: whatever does not pass has a reason there, in the same words, and no reason is left of
// a test that passes by now. A reason that says that a test fails with Node's own net, too, has to be true in the same file.
import { readdirSync, readFileSync } from 'node:fs';

const STOCK_TOO = "fails with Node's own net on this Node, too";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const reasons = read('reasons.json');
const unused = new Set(
  Object.entries(reasons).flatMap(([way, known]) => Object.keys(known).map((test) => `${way}/${test}`)),
);
const problems = [];
let failures = 0;

for (const file of readdirSync(new URL('results/', import.meta.url)).sort()) {
  const { ways } = read(`results/${file}`);
  for (const [way, lists] of Object.entries(ways)) {
    for (const [list, { failed, skipped }] of Object.entries(lists)) {
      for (const [test, reason] of Object.entries(skipped))
        if (reason === '') problems.push(`${file}, ${way}: ${test} is skipped and does not say why`);
      if (way === 'stock') continue;
      for (const [test, reason] of Object.entries(failed)) {
        failures++;
        const section = Object.hasOwn(reasons[way] ?? {}, test) ? way : 'any';
        const known = reasons[section][test] ?? undefined;
        unused.delete(`${section}/${test}`);
        if (known === undefined) problems.push(`${file}, ${way}: ${test} has no reason`);
        else if (known !== reason)
          problems.push(`${file}, ${way}: ${test} has another reason in reasons.json`);
        if (reason === STOCK_TOO && !Object.hasOwn(ways.stock?.[list]?.failed ?? {}, test))
          problems.push(`${file}: ${test} passes with Node's own net`);
      }
    }
  }
}
for (const each of unused) {
  const [way, test] = each.split('/');
  // `null` takes a reason of all ways back for one of them.
  if (reasons[way][test] !== null)
    problems.push(`reasons.json: ${each} is the reason of nothing in results/`);
}
for (const problem of problems) console.error(problem);
console.log(`${failures} failures in results/, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
