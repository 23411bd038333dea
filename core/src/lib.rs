//! Decides where a request to a language model goes.
//!
//! `inferroute` reads the manifests that gateways already have (Envoy AI Gateway's AIGatewayRoute and AIServiceBackend, the Inference Extension's
//! InferencePool and InferenceModel), and answers, for each request, with a route, a backend, an endpoint and the reasons. It opens no socket, reads
//! no clock and starts no thread: the host does all that.
//!
//! ```
//! use inferroute::{Event, Manifests, Nanos, Options, ReportedEndpoint, Request, Router};
//!
//! let manifests = "
//! apiVersion: aigateway.envoyproxy.io/v1beta1
//! kind: AIGatewayRoute
//! metadata: {name: chat}
//! spec:
//!   rules:
//!     - matches: [{headers: [{name: x-tier, value: gold}]}]
//!       backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
//! ---
//! apiVersion: inference.networking.k8s.io/v1
//! kind: InferencePool
//! metadata: {name: gpus}
//! spec:
//!   selector: {matchLabels: {app: vllm}}
//!   targetPorts: [{number: 8000}]
//! ";
//! let plan = Manifests::from_yaml(manifests)?.compile(&Options::default())?;
//! let router = Router::new(plan, 42);
//! let now = Nanos::new(0);
//! for (name, address) in [("vllm-0", "10.0.0.1"), ("vllm-1", "10.0.0.2")] {
//!     let endpoint = ReportedEndpoint::new(name).address(address).label("app", "vllm");
//!     router.observe(&Event::EndpointReported { endpoint }, now)?;
//! }
//!
//! let headers = [("X-Tier", "gold")];
//! let decision = router.decide(&Request::new(&headers), now)?;
//! assert_eq!(decision.pool(), Some("default/gpus"));
//! assert!(decision.address().is_some_and(|address| address.ends_with(":8000")));
//!
//! let nothing = [("x-tier", "tin")];
//! let answer = router.decide(&Request::new(&nothing), now).unwrap_err();
//! assert_eq!((answer.status(), answer.reason().as_str()), (404, "no_rule"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The way of a request
//!
//! [`Manifests`] are texts; [`Manifests::compile`] checks them and makes a [`Plan`], or says in [`Problems`] everything that is wrong. A [`Router`]
//! holds the plan with the endpoints that exist and their signals, one immutable [`State`] at a time. [`Event`]s change the state.
//! [`Router::decide`] looks at a [`Request`] and answers with a [`Decision`] or [`NoRoute`]; [`Router::explain`] is the same evaluator with a
//! [`Recorder`]. Under the handle lies the pure function [`decide()`], for hosts that keep state, time and seeds themselves.
#![forbid(unsafe_code)]

mod admission;
mod attempt;
mod base64;
mod body;
mod compile;
mod convert;
mod decide;
mod decision;
mod endpoint_headers;
mod explained;
mod explanation;
mod ids;
mod load;
mod manifest;
mod nearest;
mod no_route;
mod pinned;
mod plan;
mod prefix;
mod real;
mod render;
mod replay;
mod replicas;
mod request;
mod rng;
mod router;
mod score_table;
mod set_bits;
mod shadow;
mod signals;
mod snapshot;
mod state;
mod ticket;
mod trace;
mod units;

pub use attempt::AttemptView;
pub use body::{
    Body, BodyCode, BodyError, BodyFormat, BodyLimits, Chunk, Chunks, Piece, PieceKind, Pieces, PromptField,
    rewrite_body,
};
pub use decide::{ScoringView, decide};
pub use decision::Decision;
pub use endpoint_headers::CONTROL_HEADERS;
pub use explained::{
    ExplainedChange, ExplainedDraw, ExplainedFailure, ExplainedMatch, ExplainedMove, ExplainedPick,
    ExplainedSaturation, ExplainedSection,
};
pub use explanation::{Explanation, Recorder};
pub use ids::ObjectName;
pub use load::Manifests;
pub use manifest::{Code, Criticality, Diagnostic, LabelSelector, Operator, Problems, Severity, UnknownCode};
pub use no_route::{Location, NoRoute, Reason};
pub use pinned::Pinned;
pub use plan::{
    AttributeFilter, BackendName, BadGroupKind, BodyChange, CircuitBreaker, Comparison, ConcurrencyDetector,
    ConcurrencyMode, CustomScorer, Decider, DecisionTree, DirectResponse, Disaggregation, ExpectedTtft,
    ExtensionFilter, Filter, GroupKind, Handler, HashKey, HeaderChange, HeaderName, HeadroomChoice,
    HostSource, InvalidBackendRefs, LatencyFeatures, LatencyModel, LatencyPrediction, LatencyScorer,
    LinearLatency, LinearTerms, LoadLimit, LoadMetric, LoraFormula, Mirror, Miss, MissingLoad, Mutations,
    Normalization, Options, OutlierEjection, PathChange, Picker, Plan, PredictedCompletion,
    PrefixCacheAffinity, Profile, PublishedModel, Retry, Role, RuleView, Saturation, Scheduling,
    ScoredEndpoint, Scorer, ScorerFailure, Session, SharedModel, SharedScorer, SloHeadroomTier, StageOrder,
    StepCost, Strategy, Substitution, TopologyLabels, TopologyLevel, UnknownModel, UnknownStrategy,
    UtilizationDetector,
};
pub use prefix::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashDialect, HashOptions, IndexId, KvChange,
    KvCounters, KvEvent, KvOutcome, PreciseIndex, PreciseOptions, PrefixError, PrefixHasher, PrefixMatch,
    Prompt, Scope, TextHasher, Tier, TierWeights,
};
pub use render::{Format, Style, Texts, UnknownFormat};
pub use replay::{
    AnswerRecord, AttemptRecord, DecisionRecord, Divergence, Entry, Journal, Player, RequestRecord,
};
pub use replicas::{ReplicaRequest, Stage};
pub use request::{Found, Headers, Request, RequestView};
pub use rng::DecisionRng;
pub use router::Router;
pub use score_table::{ExplainedEndpoint, ExplainedScore};
pub use shadow::{Shadow, ShadowCount, ShadowReport};
pub use signals::{
    CachedTokens, Engine, Event, EventError, Finite, Fraction, LoadReport, LoraReport, MetricsCode,
    MetricsProblem, NotAFraction, NotFinite, ReportedEndpoint, Scrape, ScrapeOptions, UnknownEngine,
};
pub use snapshot::Snapshot;
pub use state::{EndpointView, State};
pub use ticket::Ticket;
pub use trace::{NoTrace, Step, Trace};
pub use units::Nanos;
