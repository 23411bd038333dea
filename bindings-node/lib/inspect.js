'use strict'
// How Node.js asks an object what `console.log` shows of it. The symbol is the same everywhere, and the printing function comes as third argument.

const INSPECT = Symbol.for('nodejs.util.inspect.custom')

module.exports = { INSPECT }
