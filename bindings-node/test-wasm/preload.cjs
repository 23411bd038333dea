'use strict'
// Lets the tests in `test` run over WebAssembly: whoever asks for the addon gets the other native half.

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Module } = require('node:module')
const half = require('../lib/wasm.js')

const root = join(__dirname, '..')
const load = Module._load
let native = null
Module._load = function (request, ...rest) {
  if (!request.endsWith('inferroute.node')) return load.call(this, request, ...rest)
  native ??= half(new WebAssembly.Module(readFileSync(join(root, 'inferroute.wasm'))))
  return native
}
