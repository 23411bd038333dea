/**
 * Decides where a request to a language model goes.
 *
 * Reads the manifests that gateways already have (Envoy AI Gateway's AIGatewayRoute and AIServiceBackend, the Inference Extension's InferencePool and
 * InferenceModel) and answers, for each request, with a route, a backend, an endpoint and the reasons. Opens no socket, reads no clock, starts no
 * thread, and is synchronous throughout: a decision takes well below a microsecond.
 *
 * ```js
 * const { Router } = require('inferroute')
 *
 * const router = new Router(fs.readFileSync('gateway.yaml', 'utf8'))
 * router.observe({ event: 'endpoint_reported', endpoint: { name: 'vllm-0', address: '10.0.0.1', labels: { app: 'vllm' } } })
 *
 * const answer = router.decide(request.headers, { model: 'mistral' })
 * if (answer.ok) proxy(request, answer.address, answer.model)
 * else response.writeHead(answer.status).end(answer.message)
 * ```
 *
 * @packageDocumentation
 */

/** How an endpoint of a pool is chosen. `predicted_completion` is the better the more the host tells of prompts, first tokens and metrics, and `least_request` where it tells nothing. `two_choice` costs the same for any number of endpoints and comes near that balance. */
export type Strategy = 'random' | 'round_robin' | 'least_request' | 'two_choice' | 'predicted_completion'

/** The names of all strategies. */
export const STRATEGIES: readonly Strategy[]

/** The version of this package. */
export const version: string

/**
 * Headers by which proxies, endpoint pickers and endpoints steer requests, in lower case. Take them out of whatever a client sends: they name addresses
 * to connect to and lift limits. The library reads none of them from a request by itself.
 */
export const CONTROL_HEADERS: readonly string[]

/** Nanoseconds, 0 to 2^64 - 1. */
export type Nanos = bigint | number

/**
 * Manifests: one text, or several with the names that messages show, as `{file: text}` or `[[file, text], …]`. A text is a stream of YAML or JSON
 * documents; kinds that take no part in a decision are passed over.
 */
export type Manifests = string | Readonly<Record<string, string>> | readonly (readonly [file: string, text: string])[]

/** What the host may choose about the meaning of its manifests. A name that is not listed here is an `OptionError`. */
export interface PlanOptions {
  /** How an endpoint of a pool is chosen. Default: `predicted_completion`. */
  strategy?: Strategy | undefined
  /** Whether backendRefs may name an InferencePool. Default: true. Off, such a reference is the problem `RT0302`. */
  inferenceExtension?: boolean | undefined
  /** The namespace of objects and endpoints that state none. Default: `default`. */
  defaultNamespace?: string | undefined
  /** Whether the first match in the order of the text wins instead of the most specific one. Default: false. */
  firstMatch?: boolean | undefined
  /** How many other endpoints of its pool a decision names beside the primary, for retries. Default: 2. */
  fallbackEndpoints?: number | undefined
  /** Whether objects that the Kubernetes API server would refuse are problems (`RT0401`). Default: false. */
  strict?: boolean | undefined
  /**
   * What happens to a model that no InferenceModel of its pool declares although others are: it goes on, is answered 404 `unknown_model`, or goes on as
   * `Sheddable`. Default: `pass`.
   */
  unknownModel?: 'pass' | 'reject' | 'sheddable' | undefined
  /** Whether routes mean what Envoy Gateway makes of them where it departs from Gateway API: the order of matches, paths of backendRefs. Default: false. */
  envoyGateway?: boolean | undefined
  /** Whether each AIGatewayRoute ends in the rule that Envoy AI Gateway adds: 404 for whatever else comes to its hosts. Default: false. */
  catchAll?: boolean | undefined
  /**
   * Kinds of extension filters, `group/Kind`, that the host applies itself: filters that name one come back in {@link Decision.mutations} instead of
   * answering 500. Default: none.
   */
  extensionFilters?: readonly string[] | undefined
  /** Whether the Services of the manifests are addresses for requests with a `clientNamespace`. Default: false. */
  mesh?: boolean | undefined
  /**
   * Whether a backendRef that leads nowhere fails its share of the requests or takes its AIGatewayRoute out, as the controller of Envoy AI Gateway does.
   * Default: `fail_share`.
   */
  invalidBackendRefs?: 'fail_share' | 'freeze_route' | undefined
  /** The age from which what an endpoint said of its load counts as missing. Default: 30 s. */
  staleAfter?: Nanos | undefined
  /** How long a routed request counts in flight whose ticket never ends and is never renewed; `null` for ever. Default: one hour. */
  lease?: Nanos | null | undefined
  /**
   * How an endpoint of a pool is chosen, spelled out; takes the place of `strategy` and of an EndpointPickerConfig among the manifests: the text of an
   * EndpointPickerConfig as the endpoint picker of llm-d takes it (docs/endpoint-picker-config.md), or one that was put together in code. `null`: none.
   */
  endpointPickerConfig?: string | Scheduling | Profile | null | undefined
  /** How prompts are hashed and how much is remembered of them, for profiles that look at prefix caches. */
  prefix?: PrefixOptions | null | undefined
  /** Whether engines tell what they hold, by the events `blocks_stored` and its like. Without it what was sent is all that is known. */
  kvEvents?: boolean | KvEventsOptions | null | undefined
  /** After how long half of what was measured of requests is forgotten. Default: 10 s. */
  halfLife?: Nanos | null | undefined
  /** What an endpoint counts as in filters and detectors whose load is not known. Default: `counts_as_full`. */
  missingLoad?: 'counts_as_full' | 'counts_as_idle' | null | undefined
  /** Scorers of the host's own, beside those of the configuration or strategy. */
  scorers?: readonly CustomScorer[] | undefined
  /** Of several EndpointPickerConfigs among the manifests the one under this key of a ConfigMap counts. Default: the only one there is. */
  endpointPickerConfigKey?: string | null | undefined
  /** Scorers of the host's own that an EndpointPickerConfig, given as text or among the manifests, may name as the type of a plugin. */
  customScorers?: readonly Pick<CustomScorer, 'name' | 'score'>[] | undefined
  /**
   * How full a pool may be for requests of a priority and below; from the ceiling on they are turned away. Like the other options about endpoints it is for
   * configurations given as `endpointPickerConfig`. Default: 1 for negative priorities, no limit for others.
   */
  ceilings?: readonly { readonly priority: number; readonly ceiling: number }[] | undefined
}

/** How prompts are hashed and remembered. */
export interface PrefixOptions {
  /** `inferroute` (default, keyed), `llm_d`, `llm_d_bytes`, `llm_d_xxh64`, `cbor_fnv`, `gie_v1_1`, `gie_v1_0`, `gie_v0_5`, `aibrix`. */
  dialect?: string
  /** Tokens a block, 1 to 4096. Default: 64. */
  blockTokens?: number
  /** Blocks hashed at most, 1 to 65536. Default: 2,048. */
  maxBlocks?: number
  /** The host's secret for `inferroute`, 0 to 2^128 - 1: random, the same in all replicas, never shown to clients. */
  key?: bigint | number
  /** What engines or another router seed their hashes with, for dialects that have a seed. */
  seed?: string
  /** Bytes that the index may take, from 1 MiB. Default: 64 MiB. */
  budget?: number
  /** KV blocks of an endpoint that says nothing else. Default: 31,250. */
  capacity?: number
}

/** How much is believed of what engines tell. */
export interface KvEventsOptions {
  /** Bytes that the index may take, from 1 MiB. Default: 96 MiB, room for 1.6 million blocks. */
  budget?: number
  /** What a block is worth on device, host, disk and in a shared store, 0 to 1. Default: 1, 0.8, 0.5, 0.3. */
  weights?: readonly [device: number, host: number, disk: number, shared: number]
}

/**
 * A scorer of the host's own. `score` is called in the middle of a decision, on the thread that decides: it must answer at once and be a pure function of
 * its arguments, or decisions could not be repeated.
 *
 * Where it throws, answers with a promise or with anything but a list of one number or `null` for each endpoint, nobody is rated by it, the explanation
 * says so, and the decision goes on. It may not ask the router that asks it (`RQ0005`).
 *
 * Cost: some 2.5 us a decision and 0.1 us an endpoint, its own small work included (measured with 1, 8 and 64 endpoints on a busy machine). While a router
 * has one, arrays of prompts are copied.
 */
export interface CustomScorer {
  /** The name in explanations. */
  readonly name: string
  /** One rating for each endpoint, in their order, held to 0..1; `null`, `undefined` or NaN rates nothing. */
  readonly score: (request: ScoredRequest, endpoints: readonly ScoredEndpoint[]) => ArrayLike<number | null | undefined>
  /** What a rating counts. Default: 1. */
  readonly weight?: number | undefined
  /** The profile that it is added to. Default: every profile. */
  readonly profile?: string | null | undefined
}

/** What a {@link CustomScorer} sees of the request. */
export interface ScoredRequest {
  readonly model: string | null
  readonly host: string | null
  readonly path: string
  readonly method: string
  readonly tenant: string | null
  /** Only those that the plan reads ({@link Router.headerNames}). */
  readonly headers: Readonly<Record<string, string>>
}

/** What a {@link CustomScorer} may look at. Polled values are `null` where they are missing or stale. */
export interface ScoredEndpoint {
  readonly id: string
  readonly address: string | null
  readonly labels: Readonly<Record<string, string>>
  /** Requests in flight there, of this router. */
  readonly inFlight: number
  /** Prompt tokens that wait there, of this router. */
  readonly waitingTokens: number
  /** Requests in its queue, polled. */
  readonly waiting: number | null
  /** Requests that it works on, polled. */
  readonly running: number | null
  /** The share of its KV cache in use, polled. */
  readonly kvUsage: number | null
  /** The share of the prompt in its prefix cache, 0..1; `null` where no index knows. */
  readonly prefixShare: number | null
}

/** Parameters of a plugin, as an EndpointPickerConfig has them. */
export type Parameters = Readonly<Record<string, unknown>>

/**
 * One way to choose an endpoint: filters in their order, scorers with weights, a picker. Does not change: each call gives a new one. The types and their
 * parameters are those of EndpointPickerConfig, and so are the errors: a {@link ManifestError} when a router takes it.
 *
 * ```js
 * const profile = new Profile('default')
 *   .filter('utilization-filter', { conditions: [{ metric: 'waiting-queue', maxValue: 20 }] })
 *   .scorer('queue-scorer', 2)
 *   .scorer({ name: 'cheap-first', score: (request, endpoints) => endpoints.map(({ labels }) => (labels.spot ? 1 : 0)) })
 *   .picker('max-score-picker')
 * new Router(manifests, { endpointPickerConfig: profile })
 * ```
 */
export class Profile {
  /** @throws {OptionError} a name that is none, here and in all methods */
  constructor(name: string)
  get name(): string
  filter(type: string, parameters?: Parameters): Profile
  /** A scorer by its type, or one of the host's own. Default weight: 1. */
  scorer(type: string | Pick<CustomScorer, 'name' | 'score'>, weight?: number, parameters?: Parameters): Profile
  picker(type: string, parameters?: Parameters): Profile
}

/** A plugin that no profile names: a profile handler, a decider, a producer, a detector. */
export interface Plugin {
  readonly type: string
  /** Default: the type. */
  readonly name?: string
  readonly parameters?: Parameters
}

/** Profiles and the plugins beside them, as one EndpointPickerConfig. */
export class Scheduling {
  /** @throws {OptionError} arguments of the wrong type */
  constructor(profiles: Profile | readonly Profile[], options?: { plugins?: readonly Plugin[]; saturationDetector?: string })
  /** The EndpointPickerConfig in JSON. Scorers of the host's own are not in it. */
  toString(): string
}

/** Options of a new router. */
export interface RouterOptions extends PlanOptions {
  /** 0 to 2^64 - 1. Routers with one seed that are asked the same in the same order decide the same. Default: random, from the operating system. */
  seed?: bigint | number | undefined
  /**
   * Takes everything that moves the router, entry by entry, so that a {@link Player} can repeat its decisions: plain objects that JSON holds. Called at the
   * end of each call, in order; what it throws goes to the process (`uncaughtException`), the call has its answer. Default: none.
   */
  journal?: ((entry: Entry) => void) | undefined
}

/** The values of a header: one, or several in the order they were sent. */
export type HeaderValue = string | readonly string[]

/**
 * Headers of a request, in the shapes hosts have them in: node's `request.headers` or another plain object, a `Map`, a Fetch `Headers`, any iterable
 * of `[name, value]` pairs; nothing for none.
 *
 * Names compare without case; names that differ by case alone are one header sent several times. A header sent several times is one value for
 * rules, joined by commas, and none for plugins that hash a header; a Fetch `Headers` has joined its values by comma and space before anyone can look. A value `undefined` is an absent header. Values cross as
 * UTF-8. Only headers that the plan reads ({@link Router.headerNames}) are looked at. Node's `request.rawHeaders`, a flat list, is refused.
 */
export type RequestHeaders =
  | Readonly<Record<string, HeaderValue | undefined>>
  | Iterable<readonly [name: string, value: HeaderValue | undefined]>
  | null
  | undefined

/** What a rule may look at beside the headers, and the time. */
export interface RequestOptions {
  /** The model that the request's body asks for. Rules see it as header `x-ai-eg-model`, whatever the client sent under that name. */
  model?: string | null | undefined
  /** The host the client asked for, with or without a port. Not taken from the headers: pass `request.headers.host`. */
  host?: string | null | undefined
  /** The path with its query, as it stands in the request line: `request.url`. Compared as it is. Default: `/`. */
  path?: string | null | undefined
  /** The method, in capitals. Default: `GET`. */
  method?: string | null | undefined
  /** The Gateway the request came through, as `namespace/name`. Only routes attached to it are then looked at. Default: every route is. */
  gateway?: string | null | undefined
  /**
   * The namespace of a client within a mesh, instead of a gateway. `host` (and `port`, else the host's, else 80) then name a Service, whose routes decide,
   * or which gets the request itself as rule 0 of a route of its own name. Needs the option `mesh`.
   */
  clientNamespace?: string | null | undefined
  /** The port of the gateway's listener or of the Service, 0 to 65535; without either it means nothing. Default: any listener's. */
  port?: number | null | undefined
  /**
   * The InferencePool to choose in, as `namespace/name`, where the gateway has matched its routes already and asks for an endpoint only (endpoint picker
   * protocol). No rule of a route is looked at; the answer's route is rule 0 of one with the pool's name. Takes the place of `gateway` and
   * `clientNamespace`; a name that is no pool is no route, 500 `backend_not_found`.
   */
  pool?: string | null | undefined
  /** The InferenceObjective of the request, as `namespace/name`. Not taken from the headers: whether a client may choose one is the host's to say. */
  objective?: string | null | undefined
  /**
   * The request's body, whole. Where `model` is not given, it is read from here, as `path` and `contentType` say: the bodies of OpenAI's and Anthropic's
   * paths, other JSON by its content type, and forms. A body of any other kind names no model.
   */
  body?: Uint8Array | string | null | undefined
  /** The value of the header `content-type`, for `body`. Not taken from the headers: pass `request.headers['content-type']`. */
  contentType?: string | null | undefined
  /**
   * The prompt: its text (string, or UTF-8 bytes), its tokens (Uint32Array), or the hashes of its blocks (BigUint64Array). Arrays are read in place, a
   * string is copied. Profiles that look at prefix caches hash it. Not taken from `body`.
   */
  prompt?: string | Uint8Array | Uint32Array | BigUint64Array | null | undefined
  /** How many tokens the prompt has, counted or estimated by the host. Default: as many as `prompt` has, four bytes of text to a token. */
  promptTokens?: number | null | undefined
  /** Whose request it is, as the gateway has authenticated it: prompts of different tenants never count as alike. Never what a client may choose. */
  tenant?: string | null | undefined
  /**
   * The endpoints among which to choose in a pool, as the proxy offers them in `x-gateway-destination-endpoint-subset`: addresses with or without ports,
   * separated by commas; `''` offers none. From the proxy's metadata, never from a client's header.
   */
  subset?: string | null | undefined
  /** Whether there are images, audio or video in it. Where the model is read from `body`, so is this unless it is said here. Default: false. */
  multimodal?: boolean | null | undefined
  /** Nanoseconds of the host's own monotonic clock, 0 to 2^64 - 1, for example `process.hrtime.bigint()`. Default: 0. */
  now?: bigint | number | undefined
}

/** One of several requests that came at once. */
export interface ManyRequest extends Omit<RequestOptions, 'now'> {
  headers?: RequestHeaders
}

/** Options of a decision. */
export interface DecideOptions extends RequestOptions {
  /** The seed of this decision's draws, 0 to 2^64 - 1, for example that of a decision to repeat. Default: the router's next. */
  seed?: bigint | number | undefined
}

/** An endpoint that the host reports: usually a pod. */
export interface ReportedEndpoint {
  /** Absent: the default namespace. A pool selects among endpoints of its own namespace. */
  namespace?: string | undefined
  name: string
  /** `ip` or `ip:port`. Without a port the endpoint serves on the target ports of the pool that selects it, one endpoint a port. */
  address?: string | undefined
  labels?: Readonly<Record<string, string>> | undefined
  /** Whether the endpoint takes requests. Default: true. */
  ready?: boolean | undefined
}

/** A whole number from 0 to 2^64 - 1. A number above 2^53 - 1 has lost digits and is refused; a string of digits is what journals write instead. */
export type Uint64 = bigint | number | string

/** Where an engine keeps a block. */
export type Tier = 'device' | 'host' | 'disk' | 'shared'

/**
 * Something that happened to endpoints. Endpoints are named by the id that decisions name; except for `request_started`, unknown ones are passed over.
 * Lists of numbers may be typed arrays.
 */
export type Event =
  /** An endpoint appeared, or one already known changed. A change of address starts its counts anew. */
  | { event: 'endpoint_reported'; endpoint: ReportedEndpoint }
  /** An endpoint is gone. */
  | { event: 'endpoint_gone'; namespace?: string | undefined; name: string }
  /** These are all reported endpoints; any other is gone. */
  | { event: 'endpoints_replaced'; endpoints: readonly ReportedEndpoint[] }
  /** A request was sent there, with so many tokens to work on. {@link Router.route} tells this by itself, and {@link Ticket} what follows. */
  | { event: 'request_started'; endpoint: string; prompt_tokens?: number | undefined }
  /** The first token of a request's answer came; the tokens are those of `request_started`. */
  | { event: 'first_token'; endpoint: string; prompt_tokens?: number | undefined }
  /** A request came to its end, whichever. */
  | { event: 'request_finished'; endpoint: string }
  /** How a request went, for hosts that count by events. */
  | { event: 'request_measured'; endpoint: string; failed?: boolean | undefined; ttft_ns?: Uint64 | undefined }
  /** So many requests are in flight there; replaces the router's own count. */
  | { event: 'in_flight_counted'; endpoint: string; count: number }
  /** The endpoint told of its load, for example what {@link LoadReport.fromPrometheus} read. */
  | { event: 'load_polled'; endpoint: string; load: LoadReport }
  /** A named number of the endpoint, at most 16 of them, for `endpoint-attribute-scorer` and `-filter`. */
  | { event: 'attribute_reported'; endpoint: string; attribute: string; value: number }
  /**
   * The engine stored blocks, each the next of the one before it; `parent` is the block before the first one, absent where it begins a prompt. `sequence` is
   * one more than that of the event before; after a gap nothing is believed until the cache is cleared or started. With `tokens`, `hashes` are the
   * engine's own names, and `model` and `tenant` say whose they are. Counts with the option `kvEvents`.
   */
  | {
      event: 'blocks_stored'
      endpoint: string
      sequence: Uint64
      hashes: BigUint64Array | readonly Uint64[]
      parent?: Uint64 | null | undefined
      tier?: Tier | undefined
      tokens?: Uint32Array | readonly number[] | null | undefined
      model?: string | undefined
      tenant?: string | undefined
    }
  /** Blocks left a tier. */
  | { event: 'blocks_removed'; endpoint: string; sequence: Uint64; hashes: BigUint64Array | readonly Uint64[]; tier?: Tier | undefined }
  /** The cache is empty. */
  | { event: 'cache_cleared'; endpoint: string; sequence: Uint64 }
  /** The engine or its stream started anew with this number; the cache is taken to be empty. */
  | { event: 'cache_started'; endpoint: string; sequence: Uint64 }
  /**
   * Another replica of the host told of its requests. They count at their endpoints as the router's own until they are over, the replica is gone, or nothing was
   * heard of it for its lease (10 s). `replica` is a name that no other process has, nor the same one after a restart. With `complete_to` these are all that
   * are in flight of its requests up to this number.
   */
  | {
      event: 'replica_told'
      replica: string
      requests: readonly ReplicaRequest[]
      complete_to?: Uint64 | null | undefined
      lease_ns?: Uint64 | undefined
    }
  /** Another replica came to its end, and its requests with it. */
  | { event: 'replica_gone'; replica: string }
  /** Time has passed: requests whose lease has lapsed no longer count. */
  | { event: 'leases_lapsed' }

/** A request of a replica and how far it has come. It may arrive twice, late and in any order. */
export interface ReplicaRequest {
  /** The replica's own number of it, larger with each request. {@link Ticket.told} writes one beyond 2^53 - 1 in digits. */
  number: Uint64 | string
  stage: 'sent' | 'answering' | 'over'
  /** 0 for the primary, then the fallbacks. */
  attempt?: number | undefined
  endpoint?: string | undefined
  prompt_tokens?: number | undefined
  cached_tokens?: number | undefined
  /** Hashes of the prompt's blocks. {@link Ticket.told} writes those beyond 2^53 - 1 in digits, which JSON carries. */
  prompt?: BigUint64Array | readonly (Uint64 | string)[] | undefined
}

/** The load of one endpoint. What is absent is not known; it is never a zero. */
export interface LoadReport {
  /** Requests that wait to be scheduled. */
  waiting?: number
  /** Requests in the running batch. */
  running?: number
  /** The most requests that can run at once. */
  max_running?: number
  /** The share of the KV cache in use, 0..1. */
  kv_usage?: number
  /** Tokens in a block of the KV cache. */
  block_size?: number
  /** Blocks of the KV cache. */
  blocks?: number
  /** Tokens that fit into the KV cache. */
  kv_tokens?: Uint64
  /** Totals since the server started. */
  prompt_tokens?: Uint64
  generation_tokens?: Uint64
  /** What was looked up in the prefix cache, and what was found, in one unit. */
  prefix_queries?: Uint64
  prefix_hits?: Uint64
  preemptions?: Uint64
  /** The LoRA adapters of running and of waiting requests, and the most in one batch. */
  lora?: { active?: readonly string[]; waiting?: readonly string[]; max?: number }
}

/** A kind of model server. */
export type Engine = 'vllm' | 'sglang' | 'trtllm-serve' | 'triton-tensorrt-llm' | 'triton' | 'tgi'

/** What a metrics page says, and what is wrong with it. */
export interface Scrape {
  /** A value that could not be read with certainty is absent. */
  report: LoadReport
  /** The engine whose series were read; `null` where the text has none that is known. */
  engine: Engine | null
  /** In the order of the text. `line` is 0 where it is not one line that is wrong, `series` empty where it is all of them. */
  problems: { code: string; line: number; series: string; message: string }[]
  /** How many more problems there are. */
  unlisted: number
}

export const LoadReport: {
  /**
   * Reads a model server's metrics page, Prometheus or OpenMetrics text. Data-parallel ranks become one value, or `rank` alone is read. Problems never stop
   * the reading. Cost: linear in the bytes.
   *
   * @throws {OptionError} an option that does not exist or has the wrong type
   * @throws {RequestError} a text of the wrong type
   */
  fromPrometheus(
    text: string | Uint8Array,
    options?: { engine?: Engine; rank?: string; textBytes?: number; lineBytes?: number; adapters?: number; problems?: number },
  ): Scrape
}

/** An endpoint as the router has it at the moment of asking. */
export interface EndpointView {
  /** `namespace/name`, with `:port` for one of several ports of a reported endpoint. */
  id: string
  /** `host:port`, `null` where it is not known. */
  address: string | null
  ready: boolean
  /** Requests that this router counts there. */
  inFlight: number
  /** Of these, those that other replicas told of, by event `replica_told`. */
  ofReplicas: number
  /** Prompt tokens sent there that no first token answers yet, without those that it probably holds. */
  waitingTokens: number
  /** Sums over {@link Ticket.cachedTokens}: tokens that the decisions took to be cached, and those that were. */
  cachedTokens: { predicted: number; delivered: number }
  /** How much longer prompts took there than foreseen, 1 as foreseen. `null` where nothing was measured, which takes `predicted_completion`. */
  pace: number | null
}

/** An endpoint that a decision names beside the one the request goes to. Frozen. */
export interface NamedEndpoint {
  readonly id: string
  readonly address: string | null
}

/** How often something was wrong with KV events. */
export interface KvCounters {
  /** Events before which others were missing. */
  readonly gaps: number
  /** Events that were seen before. */
  readonly duplicates: number
  /** Events passed over because their endpoint was in quarantine. */
  readonly passedOver: number
  /** Blocks of tokens whose parent is not known. */
  readonly unplaced: number
  /** Blocks for which there was no room. */
  readonly refused: number
}

/** A backendRef as it was resolved. Frozen. */
export interface Backend {
  readonly kind: 'AIServiceBackend' | 'InferencePool' | 'InferencePoolImport' | 'Service' | 'Backend'
  readonly namespace: string
  readonly name: string
}

/** One change of a header. Values have passed a check against injection. */
export type HeaderChange =
  /** Drop every header of the name. */
  | { readonly remove: string }
  /** Replace every header of the name by this one. */
  | { readonly set: readonly [name: string, value: string] }
  /** Add one more header. */
  | { readonly add: readonly [name: string, value: string] }

/**
 * What to do to a request beside sending it on, in the words of Rust's `Mutations`. What is not asked for is absent; `{}` asks for nothing. Times are
 * nanoseconds. Frozen throughout.
 */
export interface Mutations {
  /** In the order in which they are to be done. */
  readonly request_headers?: readonly HeaderChange[]
  readonly response_headers?: readonly HeaderChange[]
  /** Changes of the JSON body's top-level fields; the value is JSON text. */
  readonly body?: readonly ({ readonly remove: string } | { readonly set: readonly [field: string, json: string] })[]
  /** The host to ask the endpoint for. */
  readonly hostname?: string
  /**
   * Where the host comes from instead: the DNS name of the endpoint that is asked, a header of the client's request, or the path without its query,
   * substituted. What yields nothing leaves the client's.
   */
  readonly hostname_from?: 'backend' | { readonly header: string } | { readonly path_regex: Substitution }
  /** How the path changes; {@link Decision.rewrittenPath} is the outcome. */
  readonly path?: { readonly full: string } | { readonly prefix: string } | { readonly regex: Substitution }
  /** Backends that get copies of `numerator` of `denominator` requests. */
  readonly mirrors?: readonly {
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly port: number | null
    readonly numerator: number
    readonly denominator: number
  }[]
  /** How long the client may wait for the whole answer, retries included. */
  readonly request_timeout?: number
  /** How long one attempt may take. */
  readonly attempt_timeout?: number
  /** How long a stream may stay silent. */
  readonly stream_idle_timeout?: number
  /** When to try again. */
  readonly retry?: { readonly codes: readonly number[]; readonly attempts: number | null; readonly backoff: number | null }
  /** What the pool's endpoints speak: `http`, or `kubernetes.io/h2c`; absent where nothing is said, which means `http`. */
  readonly app_protocol?: string
  /** Filters of the kinds in {@link PlanOptions.extensionFilters}, in their order. */
  readonly extensions?: readonly { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string }[]
}

/** An expression in RE2 syntax and what replaces each of its matches: `\\1` to `\\9` are groups of the match, `\\0` is the whole of it. */
export interface Substitution {
  readonly pattern: string
  readonly substitution: string
}

/** The answer of a rule itself. Frozen. */
export interface DirectResponse {
  readonly status: number
  readonly content_type: string | null
  readonly headers: readonly HeaderChange[]
  readonly body: string | null
}

/** One way to serve a request; the fields mean what they mean for a {@link Decision}. Frozen. */
export interface Attempt {
  readonly backend: Backend
  readonly pool: string | null
  readonly endpoint: string
  readonly address: string | null
  readonly model: string | null
  readonly modelOverride: string | null
  readonly mutations: Mutations
}

/** Where a redirect sends the client: the parts that change, `null` for those of the request's own URL. Frozen. */
export interface Location {
  readonly scheme: 'http' | 'https' | null
  readonly hostname: string | null
  /** With a new scheme and no port, the scheme's own port. */
  readonly port: number | null
  /** The path with its query. */
  readonly path: string | null
}

/** One finding of a load. Frozen; `String(diagnostic)` is the text that Rust prints. */
export interface Diagnostic {
  /** The stable code, for example `RT0301`. */
  readonly code: string
  /** `info`: right as far as the manifests tell, another one may make it whole. */
  readonly severity: 'error' | 'warning' | 'info'
  /** What is wrong, in one sentence. */
  readonly message: string
  /** What to do about it. */
  readonly help: string
  /** The name of the text; `manifest` where it was given none. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** In characters, counted from 1. */
  readonly column: number
  /** The column behind the last character concerned, on the same line. */
  readonly endColumn: number
  /** `Kind namespace/name`; empty where the text could not be read so far. */
  readonly object: string
  /** Path within the object, for example `spec.rules[0].backendRefs[1].name`; empty where it is the whole. */
  readonly field: string
  /** The page that describes the code: a path in the repository, for example `docs/codes/RT0301.md`. */
  readonly docs: string
  toString(): string
}

/**
 * Diagnostics as text with their source lines, as a JSON list, or as a SARIF 2.1.0 log. `manifests` are what was loaded; a diagnostic about a text that
 * is not there is printed without its line.
 *
 * @throws {OptionError} an argument of the wrong type
 */
export function render(diagnostics: Iterable<Diagnostic>, manifests?: Manifests, format?: 'text' | 'json' | 'sarif'): string

/**
 * The body to send to the endpoint of a decision or of one of its fallbacks: with `modelOverride` as its model and with the changes of `mutations.body`.
 * A form where `contentType` says `multipart/form-data`, else a JSON object. Every other member, field or file keeps its bytes and its place. Where nothing
 * changes, or there is no body, it is `body` itself, else the bytes of a form or the text of an object.
 *
 * @throws {RequestError} `RQ0006` something changes and `body` is neither; another argument of the wrong type
 */
export function rewriteBody<B extends string | Uint8Array>(body: B, attempt: Pick<Attempt, 'modelOverride' | 'mutations'>): B | string
export function rewriteBody<B extends string | Uint8Array>(
  body: B,
  attempt: Pick<Attempt, 'modelOverride' | 'mutations'>,
  contentType: string | undefined,
): B | string | Uint8Array

/** A model that a gateway publishes at `/v1/models`. */
export interface PublishedModel {
  /** The name that clients send. */
  readonly id: string
  readonly ownedBy: string
  /** As the manifest writes it, `2025-03-31T08:00:00Z`; `null` where neither the rule nor its route tells. */
  readonly created: string | null
}

/** A router: a plan, the endpoints that exist, and their signals. Belongs to one thread; every worker makes its own, with a seed of its own. */
export class Router {
  /**
   * Checks every object and builds the plan. Costs a few microseconds a rule, once.
   *
   * @throws {ManifestError} every problem of every text
   * @throws {OptionError} an option or an argument that does not exist or has the wrong type
   */
  constructor(manifests: Manifests, options?: RouterOptions)

  /**
   * Decides where a request goes. A request that goes nowhere is a value too: look at `ok`. Counts nothing but the turn of the pool.
   *
   * Cost: well below a microsecond; after a change of endpoints the next decision also loads their names, linear in all endpoints.
   *
   * @throws {RequestError} an argument of the wrong type, or a `body` that cannot be read; nothing else that clients send throws
   */
  decide(headers?: RequestHeaders, options?: DecideOptions): Decision | NoRoute

  /**
   * Decides, and counts the request in flight at its endpoint until the ticket is finished.
   *
   * @throws {RequestError} as `decide`; a seed of the caller's is not accepted
   */
  route(headers?: RequestHeaders, options?: RequestOptions): Ticket | NoRoute

  /**
   * `route` for requests that came at once: each is counted before the next is decided, so that a burst spreads. Wrong arguments throw before anything is
   * counted.
   *
   * @throws {RequestError} as `route`
   */
  routeMany(requests: Iterable<ManyRequest>, options?: { now?: Nanos | undefined }): (Ticket | NoRoute)[]

  /**
   * `decide` for requests that came at once: each counts in flight for those after it and, once all are decided, no more. None is taken to be
   * sent: nothing is known of its prompt or its session afterwards.
   *
   * @throws {RequestError} as `route`
   */
  decideMany(requests: Iterable<ManyRequest>, options?: { now?: Nanos | undefined }): (Decision | NoRoute)[]

  /**
   * Decides from now on whatever this router decides by another plan too, until {@link Shadow.stop}, and counts where the two differ. Costs another decision
   * each time. It sees the endpoints as the router's own decisions move them, a request that is routed already in flight. Options that are left out are
   * the router's.
   *
   * @throws {ManifestError} every problem of every text
   * @throws {OptionError} as the constructor
   */
  shadow(manifests: Manifests, options?: PlanOptions): Shadow

  /**
   * The decision that `decide` would make now, with every match tried, every endpoint and every draw. Changes nothing. Costs some 0.1 ms and is linear
   * in rules and endpoints.
   *
   * @throws {RequestError} as `decide`
   */
  explain(headers?: RequestHeaders, options?: DecideOptions): Explanation

  /**
   * Tells what happened. The next decision sees it.
   *
   * Cost: constant for counts, linear in all endpoints for events that add or remove some.
   *
   * @throws {EventError} the event is malformed (`EV0000`) or cannot be true; the state is then as before
   * @throws {RequestError} `now` is out of range
   */
  observe(event: Event, options?: { now?: bigint | number | undefined }): void

  /**
   * Takes another plan. Endpoints and pools that stay keep their counts. Options that are left out stay as the router has them; the seed cannot change.
   *
   * @throws {ManifestError} every problem of every text; the old plan stays
   * @throws {OptionError} as the constructor; the old plan stays
   */
  update(manifests: Manifests, options?: PlanOptions): void

  /**
   * The models to list at `/v1/models` for requests to `host` (without port): the exact values that AIGatewayRoutes ask of header `x-ai-eg-model`.
   * Models that only other hosts serve stay out, so that no tenant sees another's; without a host, those of routes with hostnames stay out.
   *
   * @throws {RequestError} a host that is no string
   */
  publishedModels(host?: string | null): PublishedModel[]

  /** All endpoints. Cost: linear in them. */
  endpoints(): EndpointView[]

  /** How often something was wrong with KV events; `null` where the plan does not ask for them. */
  get kvCounters(): KvCounters | null

  /** What loaded but deserves a look. Frozen. */
  get warnings(): readonly Diagnostic[]

  /** The header names that rules look at, in lower case. A host that copies headers needs no others. Frozen. */
  get headerNames(): readonly string[]

  /** The pools, as `namespace/name`. Frozen. */
  get pools(): readonly string[]

  /** The seed that the seeds of decisions come from. */
  get seed(): bigint

  /** How many states this router has had before the present one. */
  get stateVersion(): number
}

/** Where a request goes. Cannot be changed; lists its fields by `toJSON()`. What is absent is `null`. */
export class Decision {
  private constructor()
  /** Tells a decision from a {@link NoRoute}. */
  get ok(): true
  /** The route, as `namespace/name`. */
  get route(): string
  /** The rule's position in its route, from 0. */
  get rule(): number
  get ruleName(): string | null
  /** The position of the match that holds among the rule's matches, from 0. */
  get matchIndex(): number
  /** The chosen backendRef. */
  get backend(): Backend
  /** The pool the endpoint was picked from, as `namespace/name`; `null` where the backendRef names an AIServiceBackend itself. */
  get pool(): string | null
  /** The id of the endpoint. */
  get endpoint(): string
  /** `host:port` of the endpoint; `null` for an AIServiceBackend whose address the host knows. */
  get address(): string | null
  /** The model to ask for: the override, else what the client asked for, `null` where it asked for none. */
  get model(): string | null
  /** The model to write into the request; `null`: leave what the client wrote. */
  get modelOverride(): string | null
  /**
   * What to try, in this order, if the primary fails: other endpoints of its pool, then the rule's other backendRefs of the same and of later
   * priorities. Each has a backend, an endpoint, a model and mutations of its own. Made when asked for. Frozen.
   */
  get fallbacks(): readonly Attempt[]
  /** What to do to the request beside sending it on, `{}` for nothing. The same object for all decisions on a backendRef of a plan. Frozen. */
  get mutations(): Mutations
  /** The path, with its query, to ask the endpoint for: the request's where nothing changes it. */
  get rewrittenPath(): string
  /** The importance that an InferenceModel gives the request's model. */
  get criticality(): 'Sheddable' | 'Standard' | 'Critical' | null
  /** The priority of the request's InferenceObjective: larger matters more, below 0 is dropped first; 0 without one. */
  get priority(): number
  /** The seed of all draws of this decision: the same state, request, time and seed decide the same. */
  get seed(): bigint
  /** The version of the state that was decided on. */
  get stateVersion(): number
  /** Tokens of the prompt, as the host counted them or as many as its text makes. */
  get promptTokens(): number
  /** Tokens of the prompt that the endpoint probably holds in its prefix cache; 0 where no profile looks at prefixes. */
  get cachedTokens(): number
  /** The endpoint that works off the prompt before the request goes to `endpoint`, where the profile asks for one. */
  get prefill(): NamedEndpoint | null
  /** The endpoint that works off images, audio and video before, where the profile asks for one. */
  get encode(): NamedEndpoint | null
  /** The addresses of the primary and of the fallbacks in its pool, separated by commas: the value of `x-gateway-destination-endpoint`. */
  get destinations(): string
  /** The headers that tell a proxy and the endpoints where the request goes, as the endpoint picker sets them. Empty for a backend without address. */
  get endpointHeaders(): [name: string, value: string][]
  /** The value of the header by which the client's next request names this endpoint, for profiles with `session-affinity-scorer`: its id in base64. */
  get sessionToken(): string
  /** `seed` is a number up to 2^53 - 1, above it a string of its digits, because JSON's numbers end there. */
  toJSON(): {
    route: string
    rule: number
    backend: Backend
    pool: string | null
    endpoint: string
    address: string | null
    model: string | null
    mutations: Mutations
    fallbacks: Pick<Attempt, 'backend' | 'pool' | 'endpoint' | 'address' | 'model'>[]
    seed: number | string
  }
}

/** Why a request goes nowhere: an answer to send, not an error. */
export class NoRoute {
  private constructor()
  /** Tells a refusal from a {@link Decision} or {@link Ticket}. */
  get ok(): false
  /** The HTTP status to answer with: 404, 500 or 503, or that of a redirect or direct response. */
  get status(): number
  /** The stable word. */
  get reason():
    | 'no_rule'
    | 'unknown_model'
    | 'no_backend_refs'
    | 'no_weight'
    | 'backend_not_found'
    | 'ref_not_permitted'
    | 'bad_filter'
    | 'redirect'
    | 'direct_response'
    | 'pool_empty'
    | 'no_ready_endpoint'
    | 'no_endpoint_in_subset'
    | 'saturated'
    | 'no_endpoint_left'
    | 'no_profile'
  /** What it means, in a sentence that names nothing of the configuration and so may go to the client. */
  get message(): string
  /** The route whose rule matched; `null` where none did. */
  get route(): string | null
  /** The position of the rule that matched; `null` where none did. */
  get rule(): number | null
  /** Where a redirect sends the client; `null` for other answers. */
  get location(): Location | null
  /** What to answer where the rule answers by itself; `null` for other answers. */
  get directResponse(): DirectResponse | null
  /** The seed of the decision. */
  get seed(): bigint
  /** `seed` as in {@link Decision.toJSON}. */
  toJSON(): {
    status: number
    reason: string
    route: string | null
    rule: number | null
    location: Location | null
    directResponse: DirectResponse | null
    seed: number | string
  }
  /** For example `404 no_rule: no rule matches the request; …`. */
  toString(): string
}

/**
 * A request in flight. Counts at its endpoint until it ends, whatever happens to the endpoint meanwhile, or until its lease has lapsed. A ticket that is
 * lost is cancelled when it is collected, which may be late: end it in a `finally`, or declare it by `using`, for which it has `Symbol.dispose`, which
 * cancels, where the runtime does. Calls after the end do nothing. `now` is nanoseconds of the host's clock. Default: 0.
 */
export class Ticket {
  private constructor()
  /** Tells a ticket from a {@link NoRoute}. */
  get ok(): true
  get decision(): Decision
  /** The first token of the answer came: the prompt is worked off. Renews the lease; a second call does nothing else. */
  firstToken(now?: Nanos): void
  /** The request is still under way. For answers that stream for longer than the lease. */
  renew(now?: Nanos): void
  /**
   * The attempt under way failed, which counts against its endpoint; the request now counts at the endpoint of the next fallback, which is returned. `null`
   * where there is none left: the request then counts where it did.
   */
  fallBack(now?: Nanos): Attempt | null
  /** The endpoint said how many tokens of the prompt it had in its prefix cache (`usage.prompt_tokens_details.cached_tokens`). */
  cachedTokens(count: number): void
  /**
   * What the host's other replicas need to know to count this request as their own, with event `replica_told`: tell it when the request is sent, and again,
   * without its `prompt`, at the first token and after a fallback. `number` is the host's, larger with each request of this replica. `null` where the request
   * is over: tell `{ number, stage: 'over' }`.
   */
  told(number: Uint64, options?: { prompt?: boolean | undefined }): ReplicaRequest | null
  /** The request was answered. */
  finish(): void
  /** The request failed by its endpoint's fault, and no fallback is left or tried: no connection, no answer in time, a status of 500 or more. */
  fail(now?: Nanos): void
  /** The request ended in a way that says nothing of its endpoint: the client went away. */
  cancel(): void
}

/** What became of one endpoint of the pool in a decision. Frozen. */
export interface ExplainedEndpoint {
  /** The profile that looked at it. */
  readonly profile: string
  readonly id: string
  readonly address: string | null
  readonly inFlight: number
  /** The filter that took it out, `null` if it stays. */
  readonly removedBy: string | null
  /** What that filter asks of endpoints, in words, for example `waiting at most 20`; `null` if it stays. */
  readonly demand: string | null
  /** `points` is `weight` times the rating held to 0..1; `rating` is `null` where the scorer could make nothing of the endpoint. */
  readonly scores: readonly { readonly scorer: string; readonly rating: number | null; readonly weight: number; readonly points: number }[]
  /** The sum of the points; `null` where nothing scored. */
  readonly total: number | null
}

/** A match of a rule that was tried. Frozen. */
export interface ExplainedMatch {
  /** The route, as `namespace/name`. */
  readonly route: string
  /** The rule's position in its route, from 0. */
  readonly rule: number
  /** The match's position in its rule, from 0. */
  readonly matchIndex: number
  /** What kept it from holding, in words that name no value of the request; `null` if it holds. */
  readonly miss: string | null
}

/** A number that was drawn: what it decides, and the number, which is below `below`. Frozen. */
export interface ExplainedDraw {
  readonly what: string
  readonly below: number
  readonly number: number
}

/** The endpoint that came second, and what it lacked. Frozen. */
export interface ExplainedChange {
  readonly endpoint: string
  /** Its points behind the one that was picked; 0 where another seed may pick it. */
  readonly behind: number
  /**
   * The scorer that would have to see the least differently: with a rating above `wanted` instead of `rating` the endpoint would have been picked. `null`
   * where points are equal or no scorer alone could make up for them.
   */
  readonly by: { readonly scorer: string; readonly rating: number; readonly wanted: number } | null
}

/** One part of what an explanation prints. Frozen. */
export interface ExplainedSection {
  readonly title: string
  readonly lines: readonly string[]
  /** How many lines before the last were left out. */
  readonly leftOut: number
}

/** A number of 64 bits in a journal: a string of its digits beyond 2^53 - 1. */
export type JournalNumber = number | string

/** How a decision came out, in a journal. */
export type AnswerRecord =
  | {
      route: {
        route: string
        rule: number
        attempts: { backend_ref: number; endpoint: string; address: string | null; model: string | null }[]
        prefill: string | null
        encode: string | null
      }
    }
  | { no_route: { status: number; reason: string } }

/** One thing that happened to a router. Plain values: what JSON holds comes back as it was. */
export type Entry =
  | { entry: 'observed'; now: JournalNumber; event: Record<string, unknown> }
  /** Another plan was published. Plans are not written down: give the player the same one. */
  | { entry: 'updated'; state_version: JournalNumber }
  | {
      entry: 'decided'
      decision: { now: JournalNumber; seed: JournalNumber; state_version: JournalNumber; request: JournalNumber; answer: AnswerRecord }
      /** Only the headers that the plan reads, their values as bytes. */
      request: Record<string, unknown>
      ticket: JournalNumber | null
      /** There and true for a request that was counted for other decisions only, one of `decideMany`. */
      only_counted?: true
    }
  | { entry: 'first_token' | 'renewed' | 'fell_back' | 'failed'; now: JournalNumber; ticket: JournalNumber }
  | { entry: 'cached_tokens'; ticket: JournalNumber; delivered: number }
  | { entry: 'answered' | 'finished'; ticket: JournalNumber }

/** A router that repeats another's journal, entry by entry. */
export class Player {
  /**
   * On the plan that the recorded router started with, under the same options.
   *
   * @throws {ManifestError} @throws {OptionError} as {@link Router}
   */
  constructor(manifests: Manifests, options?: PlanOptions)
  /**
   * Repeats one entry.
   *
   * @throws {Divergence} it comes out differently; the player goes on from what it found
   */
  play(entry: Entry): void
  /** Publishes the plan that the recorded router got, before its entry `updated` is played. */
  update(manifests: Manifests, options?: PlanOptions): void
  /** The endpoints after the entries so far. */
  endpoints(): EndpointView[]
}

/** Another plan that decides beside a router. Nothing it does is seen by the router. */
export class Shadow {
  private constructor()
  /**
   * What was counted so far: requests that both plans decided, those that both sent to the same endpoint or refused for the same reason, those that both
   * sent by the same route, rule and backendRef; requests by endpoint, refusals under their reason's word.
   */
  report(): { requests: number; agreed: number; agreedOnBackend: number; endpoints: Record<string, { live: number; shadow: number }> }
  /** Decides no more. The report stays. */
  stop(): void
}

/** Why a decision came out as it did. Header values never appear in it. */
export class Explanation {
  private constructor()
  /** The decision or the refusal in one line. */
  get outcome(): string
  /** The seed of the decision's draws. */
  get seed(): bigint
  /** The matches that were tried, in order of precedence: the last one holds, unless no rule matches. At most 64, the last of them always among them. */
  get matches(): readonly ExplainedMatch[]
  /** The numbers that were drawn until the primary was settled. At most 64. */
  get draws(): readonly ExplainedDraw[]
  /** What {@link toString} prints, part by part. */
  get sections(): readonly ExplainedSection[]
  /** The endpoints of the pool, once for each profile that ran, until the primary was settled. Empty where none was looked at one by one. */
  get endpoints(): readonly ExplainedEndpoint[]
  /** The least that would have to be otherwise for another endpoint to be picked; `null` where scores did not decide, or there is no other. */
  get nearestChange(): ExplainedChange | null
  /** The endpoint each profile picked; the primary is the last. */
  get picked(): readonly { readonly endpoint: string; readonly picker: string }[]
  /** How full the pool is, and from where on the request is turned away; `null` where that was not looked at. */
  get saturation(): { readonly saturation: number; readonly ceiling: number } | null
  /** Scorers of the host's own that could not rate; `error` is what they threw. */
  get scorersFailed(): readonly { readonly scorer: string; readonly reason: string; readonly error?: unknown }[]
  /** `seed` as in {@link Decision.toJSON}. */
  toJSON(): {
    outcome: string
    seed: number | string
    matches: ExplainedMatch[]
    draws: ExplainedDraw[]
    sections: ExplainedSection[]
    endpoints: ExplainedEndpoint[]
    nearestChange: ExplainedChange | null
    picked: { endpoint: string; picker: string }[]
    saturation: { saturation: number; ceiling: number } | null
    scorersFailed: { scorer: string; reason: string }[]
  }
  /** The tree, for a person. */
  toString(): string
}

/** The root of all errors of this package. With code `IR0000` itself: a fault inside, please report it. */
export class InferrouteError extends Error {
  protected constructor()
  /** The stable code. */
  code: string
}

/** Manifests were refused. `code` is that of the first problem; `message` prints all of them. */
export class ManifestError extends InferrouteError {
  /** In the order of their places, at most 200. Frozen. */
  problems: readonly Diagnostic[]
  /** How many more there were than `problems` holds. */
  leftOut: number
}

/**
 * `OP0001` an option that does not exist, `OP0002` one of the wrong type or out of range, `OP0003` a strategy that does not exist, `OP0004` a seed out of range,
 * `OP0005` manifests of the wrong shape.
 */
export class OptionError extends InferrouteError {}

/**
 * `EV0000` malformed, `EV0001` an address that is none, `EV0002` an endpoint without a name, `EV0003` a request started on an unknown endpoint, `EV0005` an
 * attribute too many.
 */
export class EventError extends InferrouteError {}

/**
 * `RQ0001` headers, a name or a value of the wrong type, `RQ0002` another argument of the wrong type, `RQ0003` a number out of range, `RQ0004` an
 * option that does not exist, `RQ0005` a scorer asks the router that is asking it, `RQ0006` a body that is to be changed and is not what its content type says. `BD…` a body that cannot be read, which is the client's fault: answer 413 for `BD0201`, `BD0303` and `BD0304`, else 400.
 * Messages hold none of the body's content, so they may go to the client.
 */
export class RequestError extends InferrouteError {}

/**
 * A repeated decision is not the recorded one: `RP0000` no entry of a journal, `RP0001` another request than the one recorded, `RP0002` another state, `RP0003`
 * another answer, `RP0004` an event that is refused now, `RP0005` a ticket that was never given out.
 */
export class Divergence extends InferrouteError {}
