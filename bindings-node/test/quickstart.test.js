'use strict';

// The quickstart prints what it prints in Rust and Python.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const examples = path.join(__dirname, '..', '..', 'examples');
const installed = existsSync(path.join(examples, 'node', 'node_modules', 'inferroute'));

test(
  'the quickstart prints what the other languages print',
  { skip: installed ? false : 'examples/node is not installed; `make setup` does it' },
  () => {
    const printed = execFileSync(process.execPath, [path.join(examples, 'node', 'quickstart.mjs')], { encoding: 'utf8' });
    assert.equal(printed, readFileSync(path.join(examples, 'quickstart.txt'), 'utf8'));
  },
);
