import type { Example } from '../example/example.ts';
import type { Closing } from './closing.ts';
import { halfClose } from './half-close.ts';
import { lingerSeconds } from './linger-seconds.ts';
import { lingerZero } from './linger-zero.ts';
import { orderlyClose } from './orderly-close.ts';
import { simultaneousClose } from './simultaneous-close.ts';
import { timeWait } from './time-wait.ts';
import { unreadData } from './unread-data.ts';

/** Programs that run on Halfclose unchanged. */
export const examples: readonly Example[] = [
  {
    name: 'echo-net',
    title: 'A program written for node:net',
    about: [
      'An unchanged program: a server and a client that talk in lines. Its node:net is swapped for @halfclose/net, so ' +
        'every packet below was made by TCP in user space, on a loopback inside of the process.',
    ],
    file: 'echo-net/main.js',
  },
  {
    name: 'http-hello',
    title: 'A program written for node:http',
    about: [
      'An unchanged HTTP server and its client: six requests at the same time, over two kept-alive connections. This ' +
        'is the first of the two.',
    ],
    file: 'http-hello/main.cjs',
  },
];

/** Ways to end a connection, between two hosts on a simulated link, in virtual time. */
export const closings: readonly Closing[] = [
  orderlyClose,
  halfClose,
  unreadData,
  lingerZero,
  lingerSeconds,
  simultaneousClose,
  timeWait,
];

/** The chapters of the tour, in their order. */
export const chapters: readonly (Example | Closing)[] = [...examples, ...closings];
