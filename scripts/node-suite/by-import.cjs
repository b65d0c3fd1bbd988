// Loaded before a test: what it requires as `net` is the package.
'use strict';
const Module = require('node:module');

const ours = require('../../packages/net/dist/index.cjs');
const net = { ...ours.default };
const load = Module._load;
Module._load = function (id, ...rest) {
  return id === 'net' || id === 'node:net' ? net : Reflect.apply(load, this, [id, ...rest]);
};
