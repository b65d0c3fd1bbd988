// A ceiling against accidents (a dependency pulled in whole, a table written out twice), not a goal: each
// limit leaves ample room for what is planned. Sizes are minified and compressed, with all of ours that the
// package needs, so the last row is the price of the whole stack.
const limits = [
  ['codec', '20 kB'],
  ['tcp', '44 kB'],
  ['net', '110 kB'],
  // What a page needs that is a host.
  ['web', '90 kB'],
  ['testkit', '150 kB'],
  // What a page needs that explains captures and draws them.
  ['explain', '40 kB'],
  ['pictures', '50 kB'],
];

export default limits.map(([name, limit]) => ({
  name: `@halfclose/${name}`,
  path: `packages/${name}/dist/index.js`,
  limit,
  ignore: ['node:*'],
}));
