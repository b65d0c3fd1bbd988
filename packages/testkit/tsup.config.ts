import { library } from '../../tsup.base.ts';

// ./register and the main entry are one copy: the former imports the latter by the package's name.
export default library({ external: ['@halfclose/testkit'] });
