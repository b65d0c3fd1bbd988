/** What test runners load before tests: prepares the process for labs. */
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- by its name, so that both entries are one copy
import { register } from '@halfclose/testkit';

register();
