/** What `node --import` and `node --require` load before a program: swaps the process, as `HALFCLOSE_*` says. */
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- by its name, so that both entries are one copy
import { register } from '@halfclose/net';
import { optionsOf } from './register/environment.ts';

register(optionsOf(process.env));
