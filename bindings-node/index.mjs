// The same module for `import`: one copy of the classes, whichever way it is loaded.
import inferroute from './index.js'

export const {
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
  CONTROL_HEADERS,
  STRATEGIES,
  version,
} = inferroute
export default inferroute
