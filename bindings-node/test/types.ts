// A host's use of every part of the API; `tsc --noEmit --strict` must accept it, and refuse each line marked so.
import {
  CONTROL_HEADERS,
  Decision,
  Divergence,
  EventError,
  Explanation,
  InferrouteError,
  LoadReport,
  ManifestError,
  NoRoute,
  OptionError,
  Player,
  Profile,
  RequestError,
  Router,
  STRATEGIES,
  Scheduling,
  Shadow,
  Ticket,
  render,
  rewriteBody,
  version,
  type Attempt,
  type CustomScorer,
  type Diagnostic,
  type EndpointView,
  type Entry,
  type Event,
  type Location,
  type Mutations,
  type PublishedModel,
  type RouterOptions,
  type Strategy,
} from 'inferroute'

const options: RouterOptions = { strategy: 'least_request', inferenceExtension: true, defaultNamespace: 'ai', firstMatch: false, fallbackEndpoints: 3, strict: true, unknownModel: 'reject', envoyGateway: false, catchAll: true, seed: 7n }
const router = new Router({ 'a.yaml': 'text', 'b.yaml': 'text' }, options)
new Router('text', { seed: 7 })
new Router([['a.yaml', 'text']])

// @ts-expect-error a mistyped option
new Router('text', { stategy: 'random' })
// @ts-expect-error a strategy that does not exist
new Router('text', { strategy: 'fastest' })
// @ts-expect-error only the router makes decisions
new Decision()

const headers: Record<string, string | string[] | undefined> = { 'x-tier': 'gold', 'set-cookie': ['a', 'b'] }
const answer: Decision | NoRoute = router.decide(headers, { model: 'm', host: 'h', now: 1n, seed: 2 })
if (answer.ok) {
  const text: string = answer.route + answer.endpoint + (answer.pool ?? '') + (answer.address ?? '') + answer.backend.name
  const model: string | null = answer.model ?? answer.modelOverride ?? answer.criticality ?? answer.ruleName
  const numbers: number = answer.rule + answer.matchIndex + answer.stateVersion + answer.priority
  const seed: bigint = answer.seed
  const others: readonly Attempt[] = answer.fallbacks
  const { request_headers: changes = [], retry }: Mutations = answer.mutations
  const sent: string | Uint8Array = rewriteBody(new Uint8Array(), answer)
  const rewritten: string = rewriteBody('{}', others[0] ?? answer)
  void [sent, rewritten]
  // @ts-expect-error a body is bytes or text
  rewriteBody({}, answer)
  const names: string[] = changes.map((change) => ('remove' in change ? change.remove : 'set' in change ? change.set[0] : change.add[0]))
  void [others[0]?.modelOverride, others[0]?.mutations.hostname, retry?.codes, names, answer.rewrittenPath.length, answer.toJSON().fallbacks[0]?.address]
  // @ts-expect-error attempts do not change
  if (others[0]) others[0].endpoint = text
  // @ts-expect-error decisions do not change
  answer.route = text
  void [model, numbers, seed, answer.toJSON().backend.kind]
} else {
  const status: number = answer.status
  const location: Location | null = answer.location
  void [status, location?.scheme, location?.path, answer.reason, answer.message, answer.route, answer.rule, answer.toJSON(), String(answer)]
}
router.decide(headers, { path: '/v1/chat/completions', method: 'POST', gateway: 'a/b', port: 443, objective: 'a/o', body: new Uint8Array(2), contentType: 'application/json' })
router.decide(headers, { body: '{}', path: null })
// @ts-expect-error a body that was parsed
router.decide(headers, { body: { model: 'm' } })
router.decide()
router.decide(null, { pool: 'default/gpus' })
router.decide(null, { clientNamespace: 'shop', host: 'echo', port: 80 })
router.update('text', { mesh: true, invalidBackendRefs: 'freeze_route', extensionFilters: ['example.com/Wasm'], envoyGateway: true })
router.decide(null)
router.decide([['x-tier', 'gold'], ['x-tier', ['a', 'b']]])
router.decide(new Map([['x-tier', 'gold']]))
// @ts-expect-error node's rawHeaders
router.decide(['x-tier', 'gold'])

const ticket: Ticket | NoRoute = router.route(headers, { model: null })
if (ticket.ok) {
  const decision: Decision = ticket.decision
  ticket.finish()
  void decision
}
// @ts-expect-error a routed request draws the router's next seed
router.route(headers, { seed: 1n })

const why: Explanation = router.explain(headers)
void [why.outcome, why.seed, why.toString(), why.toJSON().sections[0]?.lines, why.sections[0]?.leftOut, why.matches[0]?.miss, why.draws[0]?.below, why.nearestChange?.by?.wanted, why.endpoints[0]?.demand]

const event: Event = { event: 'endpoint_reported', endpoint: { name: 'vllm-0', address: '10.0.0.1', labels: { app: 'vllm' } } }
router.observe(event, { now: 5 })
router.observe({ event: 'endpoints_replaced', endpoints: [{ name: 'a', ready: false }] })
// @ts-expect-error an event that does not exist
router.observe({ event: 'endpoint_bored' })

try {
  router.update('text', { firstMatch: true })
} catch (error) {
  if (error instanceof ManifestError) error.problems.forEach((problem: Diagnostic) => `${problem.code} ${problem.line} ${problem}`)
  else if (error instanceof OptionError || error instanceof EventError || error instanceof RequestError) void error.code.length
  else if (error instanceof InferrouteError) void error.message
}

const views: EndpointView[] = router.endpoints()
const strategies: readonly Strategy[] = [...STRATEGIES, 'predicted_completion']
const pace: number | null | undefined = views[0]?.pace
void [views[0]?.inFlight, pace, strategies, version, router.warnings[0]?.help, router.headerNames, router.pools, router.seed, router.stateVersion]

const printed: string = render(router.warnings, { 'a.yaml': 'text' }, 'sarif') + render([])
const models: PublishedModel[] = router.publishedModels('a.example.com')
void [printed, models[0]?.ownedBy, router.warnings[0]?.endColumn, router.warnings[0]?.docs]
// @ts-expect-error a format that does not exist
render([], 'text', 'xml')

const cheap: CustomScorer = { name: 'cheap', weight: 2, profile: null, score: (request, endpoints) => endpoints.map(({ labels, kvUsage, waiting }) => (labels['spot'] === request.tenant ? kvUsage ?? waiting : null)) }
const profile = new Profile('default').filter('decode-filter').scorer('queue-scorer', 2).scorer(cheap).scorer('load-aware-scorer', 1, { threshold: 64 }).picker('max-score-picker')
const scheduling = new Scheduling([profile], { plugins: [{ type: 'utilization-detector', name: 'full' }], saturationDetector: 'full' })
const entries: Entry[] = []
const scheduled = new Router('text', {
  endpointPickerConfig: scheduling,
  scorers: [cheap],
  staleAfter: 5n,
  lease: null,
  prefix: { blockTokens: 16, key: 1n, dialect: 'inferroute' },
  kvEvents: { weights: [1, 0.8, 0.5, 0.3] },
  halfLife: 5,
  missingLoad: 'counts_as_idle',
  journal: (entry) => entries.push(entry),
})
new Router('text', { endpointPickerConfig: profile, kvEvents: true })
// @ts-expect-error a scorer that answers later
new Router('text', { scorers: [{ name: 'late', score: async () => [1] }] })
// @ts-expect-error a configuration that was parsed
new Router('text', { endpointPickerConfig: { kind: 'EndpointPickerConfig' } })
scheduled.decide(headers, { prompt: 'text', promptTokens: 5, tenant: 't', subset: '10.0.0.1' })
scheduled.decide(headers, { prompt: new Uint32Array(2) })
scheduled.decide(headers, { prompt: new BigUint64Array(2) })
// @ts-expect-error tokens have to be in a Uint32Array
scheduled.decide(headers, { prompt: [1, 2] })
const { report, engine, problems } = LoadReport.fromPrometheus('', { engine: 'vllm', rank: '0' })
const known: LoadReport = report
scheduled.observe({ event: 'load_polled', endpoint: 'a', load: known }, { now: 5n })
scheduled.observe({ event: 'blocks_stored', endpoint: 'a', sequence: 1n, hashes: new BigUint64Array(2), tokens: new Uint32Array(32), tier: 'host' })
scheduled.observe({ event: 'leases_lapsed' })
// @ts-expect-error a tier that does not exist
scheduled.observe({ event: 'blocks_removed', endpoint: 'a', sequence: 1, hashes: [1n], tier: 'tape' })
for (const routed of scheduled.routeMany([{ headers, model: 'm' }], { now: 5 })) {
  if (!routed.ok) continue
  routed.firstToken(1n)
  routed.renew(2)
  routed.cachedTokens(5)
  const next: Attempt | null = routed.fallBack(3n)
  next === null ? routed.fail(4) : routed.cancel()
  const { promptTokens, cachedTokens, prefill, encode, destinations, endpointHeaders, sessionToken } = routed.decision
  void [promptTokens + cachedTokens, prefill?.address, encode?.id, destinations.length, endpointHeaders[0]?.[1], sessionToken]
}
const [first] = scheduled.decideMany([{ headers }])
const shadow: Shadow = scheduled.shadow('text', { strategy: 'random' })
const { agreed, endpoints: counted } = shadow.report()
shadow.stop()
const player = new Player('text', { endpointPickerConfig: scheduling })
try {
  entries.forEach((entry) => player.play(entry))
} catch (error) {
  if (error instanceof Divergence) void error.code
}
const explained = scheduled.explain(headers)
void [first?.ok, agreed, counted['a']?.live, engine, problems[0]?.code, CONTROL_HEADERS[0], scheduled.kvCounters?.gaps, player.endpoints()[0]?.cachedTokens.delivered]
void [explained.endpoints[0]?.scores[0]?.rating, explained.picked[0]?.picker, explained.saturation?.ceiling, explained.scorersFailed[0]?.error]
