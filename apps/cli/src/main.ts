#!/usr/bin/env node
process.stdout.write('halfclose cli: nothing here yet\n');
