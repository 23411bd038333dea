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

/** How an endpoint of a pool is chosen. `two_choice` costs the same for any number of endpoints and comes near the balance of `least_request`. */
export type Strategy = 'random' | 'round_robin' | 'least_request' | 'two_choice'

/** The names of all strategies. */
export const STRATEGIES: readonly Strategy[]

/** The version of this package. */
export const version: string

/**
 * Manifests: one text, or several with the names that messages show, as `{file: text}` or `[[file, text], …]`. A text is a stream of YAML or JSON
 * documents; kinds that take no part in a decision are passed over.
 */
export type Manifests = string | Readonly<Record<string, string>> | readonly (readonly [file: string, text: string])[]

/** What the host may choose about the meaning of its manifests. A name that is not listed here is an `OptionError`. */
export interface PlanOptions {
  /** How an endpoint of a pool is chosen. Default: `two_choice`. */
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
}

/** Options of a new router. */
export interface RouterOptions extends PlanOptions {
  /** 0 to 2^64 - 1. Routers with one seed that are asked the same in the same order decide the same. Default: random, from the operating system. */
  seed?: bigint | number | undefined
}

/** The values of a header: one, or several in the order they were sent. */
export type HeaderValue = string | readonly string[]

/**
 * Headers of a request, in the shapes hosts have them in: node's `request.headers` or another plain object, a `Map`, a Fetch `Headers`, any iterable
 * of `[name, value]` pairs; nothing for none.
 *
 * Names compare without case; names that differ by case alone are one header sent several times. A header sent several times is one value, joined by
 * commas; a Fetch `Headers` has joined its values by comma and space before anyone can look. A value `undefined` is an absent header. Values cross as
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
  /** The InferenceObjective of the request, as `namespace/name`. Not taken from the headers: whether a client may choose one is the host's to say. */
  objective?: string | null | undefined
  /**
   * The request's body, whole. Where `model` is not given, it is read from here, as `path` and `contentType` say: the bodies of OpenAI's and Anthropic's
   * paths, other JSON by its content type, and forms. A body of any other kind names no model.
   */
  body?: Uint8Array | string | null | undefined
  /** The value of the header `content-type`, for `body`. Not taken from the headers: pass `request.headers['content-type']`. */
  contentType?: string | null | undefined
  /** Nanoseconds of the host's own monotonic clock, 0 to 2^64 - 1, for example `process.hrtime.bigint()`. Default: 0. */
  now?: bigint | number | undefined
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

/** Something that happened to endpoints. */
export type Event =
  /** An endpoint appeared, or one already known changed. A change of address starts its counts anew. */
  | { event: 'endpoint_reported'; endpoint: ReportedEndpoint }
  /** An endpoint is gone. Unknown ones are passed over. */
  | { event: 'endpoint_gone'; namespace?: string | undefined; name: string }
  /** These are all reported endpoints; any other is gone. */
  | { event: 'endpoints_replaced'; endpoints: readonly ReportedEndpoint[] }
  /** A request was sent to the endpoint with this id. {@link Router.route} tells this by itself. */
  | { event: 'request_started'; endpoint: string }
  /** A request to the endpoint with this id came to its end, whichever. */
  | { event: 'request_finished'; endpoint: string }
  /** So many requests are in flight at the endpoint with this id; replaces the router's own count. */
  | { event: 'in_flight_counted'; endpoint: string; count: number }
  /** The endpoint with this id told of its load: `waiting`, `running`, `kv_usage` and what else is known. */
  | { event: 'load_polled'; endpoint: string; load: Record<string, unknown> }

/** An endpoint as the router has it at the moment of asking. */
export interface EndpointView {
  /** `namespace/name`, with `:port` for one of several ports of a reported endpoint. */
  id: string
  /** `host:port`, `null` where it is not known. */
  address: string | null
  ready: boolean
  /** Requests that this router counts there. */
  inFlight: number
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
 * A request in flight. Counts at its endpoint until it is finished, whatever happens to the endpoint meanwhile. A ticket that is lost finishes when it
 * is collected, which may be late: finish it in a `finally`, or declare it by `using`, for which it has `Symbol.dispose` where the runtime does.
 */
export class Ticket {
  private constructor()
  /** Tells a ticket from a {@link NoRoute}. */
  get ok(): true
  get decision(): Decision
  /** The request came to its end. Calls after the first do nothing. */
  finish(): void
}

/** Why a decision came out as it did. Header values never appear in it. */
export class Explanation {
  private constructor()
  /** The decision or the refusal in one line. */
  get outcome(): string
  /** The seed of the decision's draws. */
  get seed(): bigint
  /** `seed` as in {@link Decision.toJSON}. */
  toJSON(): {
    outcome: string
    seed: number | string
    sections: { title: string; lines: string[]; left_out: number }[]
    /** The endpoints of the pool: who was removed, and how each scorer rated who was not. At most 64. */
    endpoints: {
      id: string
      address: string | null
      in_flight: number
      removed_by: string | null
      scores: { scorer: string; rating: number | null; weight: number; points: number }[]
      total: number | null
    }[]
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

/** `EV0000` malformed, `EV0001` an address that is none, `EV0002` an endpoint without a name, `EV0003` a request started on an unknown endpoint. */
export class EventError extends InferrouteError {}

/**
 * `RQ0001` headers, a name or a value of the wrong type, `RQ0002` another argument of the wrong type, `RQ0003` seed, now or port out of range, `RQ0004` an
 * option that does not exist. `BD…` a body that cannot be read, which is the client's fault: answer 413 for `BD0201`, `BD0303` and `BD0304`, else 400.
 * Messages hold none of the body's content, so they may go to the client.
 */
export class RequestError extends InferrouteError {}
