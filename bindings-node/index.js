'use strict'
// inferroute for Node.js. See index.d.ts for what everything means.

const api = require('./lib/api.js')

function load() {
  try {
    return require('./inferroute.node')
  } catch (cause) {
    throw new Error('the native half of inferroute cannot be loaded; build it with `npm run build`', { cause })
  }
}

module.exports = api(load())
