import { library } from '../../tsup.base.ts';

// Types that only newer versions of Node's types have, by the same names. Not in the source: there the bundler of types
// makes of it `export *`, which would tell of values, too, that we do not have.
// ./register and the main entry are one copy: the former imports the latter by the package's name.
export default library({
  dts: { footer: "export type * from 'node:net';" },
  external: ['@halfclose/net'],
});
