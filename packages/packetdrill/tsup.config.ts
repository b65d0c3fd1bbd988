import { library } from '../../tsup.base.ts';

// The entry `./node` reads files: its types are bundled with Node's, which the rest of the package compiles without.
export default library({ tsconfig: 'tsconfig.host.json' });
