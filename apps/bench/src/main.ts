#!/usr/bin/env node
process.stdout.write('halfclose bench: nothing here yet\n');
