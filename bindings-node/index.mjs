// The same module for `import`: one copy of the classes, whichever way it is loaded.
import inferroute from './index.js'

export const {
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
  STRATEGIES,
  version,
} = inferroute
export default inferroute
