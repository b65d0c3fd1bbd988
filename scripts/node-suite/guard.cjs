// Loaded before a test: TCP of the kernel is refused, and each attempt noted in a file.
'use strict';
const { appendFileSync } = require('node:fs');

const { KERNEL_CALLS_FILE: file } = process.env;
const UV_EPERM = -1;

// The class that all of Node's own sockets are made of.
// eslint-disable-next-line n/no-deprecated-api -- there is no other
const { TCP } = process.binding('tcp_wrap');
for (const name of ['listen', 'connect', 'connect6']) {
  TCP.prototype[name] = () => {
    if (file !== undefined) appendFileSync(file, `${name}\n`);
    return UV_EPERM;
  };
}
