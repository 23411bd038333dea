'use strict'
// inferroute for Node.js. See index.d.ts for what everything means.

const { Decision, NoRoute } = require('./lib/decision.js')
const { InferrouteError, ManifestError, EventError, OptionError, RequestError } = require('./lib/errors.js')
const { Explanation } = require('./lib/explanation.js')
const { about } = require('./lib/native.js')
const { render } = require('./lib/render.js')
const { Router } = require('./lib/router.js')
const { Ticket } = require('./lib/ticket.js')

module.exports = {
  Router,
  Decision,
  NoRoute,
  Ticket,
  Explanation,
  InferrouteError,
  ManifestError,
  EventError,
  OptionError,
  RequestError,
  render,
  STRATEGIES: Object.freeze(about.strategies),
  version: about.version,
}
