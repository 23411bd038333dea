'use strict'
// What people see of inferroute, over whichever native half there is. See index.d.ts for what everything means.

const { Decision } = require('./decision.js')
const { InferrouteError, ManifestError, EventError, OptionError, RequestError, Divergence } = require('./errors.js')
const { Explanation } = require('./explanation.js')
const { LoadReport } = require('./metrics.js')
const border = require('./native.js')
const { NoRoute } = require('./no_route.js')
const { Player } = require('./player.js')
const { render } = require('./render.js')
const { rewriteBody } = require('./rewrite.js')
const { Router } = require('./router.js')
const { Profile, Scheduling } = require('./scheduling.js')
const { Shadow } = require('./shadow.js')
const { Ticket } = require('./ticket.js')

/** The package over this native half. */
module.exports = (native) => {
  const { controlHeaders, strategies, version } = border.use(native)
  return {
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
    rewriteBody,
    CONTROL_HEADERS: Object.freeze(controlHeaders),
    STRATEGIES: Object.freeze(strategies),
    version,
  }
}
