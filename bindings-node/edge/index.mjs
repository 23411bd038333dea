// inferroute for runtimes without addons: the same classes over the core as WebAssembly. See index.d.ts for what everything means.
import module from '#wasm'
import api from '../lib/api.js'
import half from '../lib/wasm.js'

const inferroute = api(half(module))

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
