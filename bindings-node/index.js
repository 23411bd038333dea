'use strict'
// inferroute for Node.js. See index.d.ts for what everything means.

const { Decision } = require('./lib/decision.js')
const { InferrouteError, ManifestError, EventError, OptionError, RequestError, Divergence } = require('./lib/errors.js')
const { Explanation } = require('./lib/explanation.js')
const { LoadReport } = require('./lib/metrics.js')
const { about } = require('./lib/native.js')
const { NoRoute } = require('./lib/no_route.js')
const { Player } = require('./lib/player.js')
const { render } = require('./lib/render.js')
const { Router } = require('./lib/router.js')
const { Profile, Scheduling } = require('./lib/scheduling.js')
const { Shadow } = require('./lib/shadow.js')
const { Ticket } = require('./lib/ticket.js')

module.exports = {
  Router,
  Decision,
  NoRoute,
  Ticket,
  Explanation,
  Profile,
  Scheduling,
  LoadReport,
  Player,
  Shadow,
  InferrouteError,
  ManifestError,
  EventError,
  OptionError,
  RequestError,
  Divergence,
  render,
  CONTROL_HEADERS: Object.freeze(about.controlHeaders),
  STRATEGIES: Object.freeze(about.strategies),
  version: about.version,
}
