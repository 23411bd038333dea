"""The types of what ``inferroute`` takes and gives as plain values, for annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, TypedDict

from ._mutations import (
    BodyChange as BodyChange,
    DirectResponse as DirectResponse,
    ExtensionFilter as ExtensionFilter,
    HeaderChange as HeaderChange,
    HostSource as HostSource,
    Location as Location,
    Mirror as Mirror,
    Mutations as Mutations,
    PathChange as PathChange,
    Retry as Retry,
    Substitution as Substitution,
)

Strategy = Literal["random", "round_robin", "least_request", "two_choice", "predicted_completion"]
UnknownModel = Literal["pass", "reject", "sheddable"]
InvalidBackendRefs = Literal["fail_share", "freeze_route"]
Severity = Literal["error", "warning", "info"]
"""How much a diagnostic weighs."""
Format = Literal["text", "json", "sarif"]
"""How ``render`` writes diagnostics down."""
Manifests = str | Mapping[str, str] | Iterable[tuple[str, str]]
HeaderValue = str | bytes | list[str] | list[bytes] | tuple[str | bytes, ...]
HeaderPair = tuple[str | bytes, HeaderValue] | list[str] | list[bytes]


class SupportsItems(Protocol):
    """A mapping of headers; all that is asked of it are its items."""

    def items(self) -> Iterable[HeaderPair]:
        """The pairs, a repeated name repeated."""


Headers = (
    Mapping[str, str]
    | Mapping[bytes, bytes]
    | Mapping[str, bytes]
    | Mapping[str, HeaderValue]
    | SupportsItems
    | Iterable[HeaderPair]
)

BodyBytes = bytes | bytearray | memoryview | str
EngineName = Literal["vllm", "sglang", "trtllm-serve", "triton-tensorrt-llm", "triton", "tgi"]
"""The model servers whose metrics are known."""
Tier = Literal["device", "host", "disk", "shared"]
"""Where an engine keeps a block of its KV cache."""


class RequestArguments(TypedDict, total=False):
    """A request of ``decide_many``, ``route_many`` and ``Shadow.compare``: the arguments of ``decide``."""

    headers: Headers | None
    model: str | None
    host: str | None
    path: str | None
    method: str | None
    gateway: str | None
    client_namespace: str | None
    port: int | None
    pool: str | None
    objective: str | None
    body: BodyBytes | None
    content_type: str | None
    prompt: Any
    """As the ``prompt`` of ``decide``."""
    prompt_tokens: int | None
    tenant: str | None
    subset: str | list[str] | tuple[str, ...] | None
    multimodal: bool | None


class _Named(TypedDict):
    name: str


class ReportedEndpoint(_Named, total=False):
    """An endpoint as the host sees it, usually a pod."""

    namespace: str
    """The namespace; a pool selects among endpoints of its own. Absent: the router's ``default_namespace``."""
    address: str
    """``ip`` or ``ip:port``. Without a port it serves on the target ports of the pool that selects it, one endpoint a port."""
    labels: dict[str, str]
    ready: bool
    """Whether it takes requests. Absent: yes."""


class LoraLoad(TypedDict, total=False):
    """The LoRA adapters that have requests."""

    active: list[str]
    waiting: list[str]
    max: int | None


class Load(TypedDict, total=False):
    """What an endpoint says of its load. What is absent is not known; it is never a zero."""

    waiting: int | None
    running: int | None
    max_running: int | None
    kv_usage: float | None
    block_size: int | None
    blocks: int | None
    kv_tokens: int | None
    prompt_tokens: int | None
    generation_tokens: int | None
    prefix_queries: int | None
    prefix_hits: int | None
    preemptions: int | None
    lora: LoraLoad | None


class EndpointReported(TypedDict):
    """An endpoint appeared, or one already known changed. A change of address starts its counts anew."""

    event: Literal["endpoint_reported"]
    endpoint: ReportedEndpoint


class _Gone(_Named):
    event: Literal["endpoint_gone"]


class EndpointGone(_Gone, total=False):
    """An endpoint is gone. Unknown ones are passed over."""

    namespace: str
    """The namespace it was reported in. Absent: the router's ``default_namespace``."""


class EndpointsReplaced(TypedDict):
    """These are all reported endpoints; any other is gone."""

    event: Literal["endpoints_replaced"]
    endpoints: list[ReportedEndpoint]


class _Started(TypedDict):
    event: Literal["request_started"]
    endpoint: str


class RequestStarted(_Started, total=False):
    """A request was sent to the endpoint with this id. ``Router.route`` tells this by itself."""

    prompt_tokens: int
    """Tokens of its prompt that the endpoint has to work on. Absent: 0."""


class _FirstToken(TypedDict):
    event: Literal["first_token"]
    endpoint: str


class FirstToken(_FirstToken, total=False):
    """The first token of a request's answer came. ``Ticket.first_token`` tells this by itself."""

    prompt_tokens: int
    """The same as when the request was started."""


class InFlightCounted(TypedDict):
    """The host counted by itself: this many requests are in flight at the endpoint now. Replaces the router's count."""

    event: Literal["in_flight_counted"]
    endpoint: str
    count: int


class LoadPolled(TypedDict):
    """The endpoint with this id told of its load: ``waiting``, ``running``, ``kv_usage`` and what else is known."""

    event: Literal["load_polled"]
    endpoint: str
    load: Load


class _BlocksStored(TypedDict):
    event: Literal["blocks_stored"]
    endpoint: str
    sequence: int
    """Its place in the endpoint's stream: one more than that of the event before."""
    hashes: list[int]
    """Hashes of the blocks, the same that prompts are hashed to; with ``tokens``, the engine's own names for them."""


class BlocksStored(_BlocksStored, total=False):
    """The endpoint's engine stored blocks of prompts, each the next of the one before it. Counts where the plan asks for KV events."""

    parent: int | None
    """The block before the first one; absent: the first one begins a prompt."""
    tier: Tier
    tokens: list[int] | None
    model: str
    tenant: str


class _BlocksRemoved(TypedDict):
    event: Literal["blocks_removed"]
    endpoint: str
    sequence: int
    hashes: list[int]


class BlocksRemoved(_BlocksRemoved, total=False):
    """Blocks left a tier of the endpoint's cache."""

    tier: Tier


class CacheCleared(TypedDict):
    """The endpoint's cache is empty."""

    event: Literal["cache_cleared"]
    endpoint: str
    sequence: int


class CacheStarted(TypedDict):
    """The endpoint's engine, or its stream of events, started anew with this number."""

    event: Literal["cache_started"]
    endpoint: str
    sequence: int


class AttributeReported(TypedDict):
    """A named number of an endpoint, for ``endpoint-attribute-scorer`` and ``-filter``."""

    event: Literal["attribute_reported"]
    endpoint: str
    attribute: str
    value: float


class _Measured(TypedDict):
    event: Literal["request_measured"]
    endpoint: str


class RequestMeasured(_Measured, total=False):
    """How a request went, for hosts that count by events. ``Ticket`` tells this by itself."""

    failed: bool
    ttft_ns: int | None
    """Nanoseconds to the first token, where one came."""


class _ReplicaRequest(TypedDict):
    number: int
    """The replica's own number of it, larger with each request."""
    stage: Literal["sent", "answering", "over"]


class ReplicaRequest(_ReplicaRequest, total=False):
    """A request of a replica and how far it has come: ``Ticket.told``, or ``{"number": 7, "stage": "over"}`` at its end."""

    attempt: int
    """0 for the primary, then the fallbacks."""
    endpoint: str
    prompt_tokens: int
    cached_tokens: int
    prompt: list[int]
    """Hashes of the prompt's blocks."""


class _ReplicaTold(TypedDict):
    event: Literal["replica_told"]
    replica: str
    """A name that no other process has, nor the same one after a restart."""
    requests: list[ReplicaRequest]


class ReplicaTold(_ReplicaTold, total=False):
    """Another replica of the host told of its requests. They count at their endpoints as the router's own, in flight and with their prompts, until they are
    over, the replica is gone, or nothing was heard of it for its lease. The same may be told twice, late and in any order."""

    complete_to: int | None
    """Where these are all that are in flight of its requests up to this number. Told now and then it mends what got lost on the way."""
    lease_ns: int
    """How long its requests count after this if nothing more is heard of it. Absent: 10 s."""


class ReplicaGone(TypedDict):
    """Another replica came to its end, and its requests with it."""

    event: Literal["replica_gone"]
    replica: str


class LeasesLapsed(TypedDict):
    """Time has passed: requests whose lease has lapsed no longer count."""

    event: Literal["leases_lapsed"]


class RequestFinished(TypedDict):
    """A request to the endpoint with this id came to its end."""

    event: Literal["request_finished"]
    endpoint: str


Event = (
    EndpointReported
    | EndpointGone
    | EndpointsReplaced
    | RequestStarted
    | FirstToken
    | RequestFinished
    | RequestMeasured
    | InFlightCounted
    | ReplicaTold
    | ReplicaGone
    | LeasesLapsed
    | LoadPolled
    | AttributeReported
    | BlocksStored
    | BlocksRemoved
    | CacheCleared
    | CacheStarted
)
Entry = dict[str, Any]
"""One thing that happened to a router, as its journal got it: ``entry`` says what, the rest is for ``Player.play``. Plain values, fit for JSON."""


class BackendDict(TypedDict):
    kind: str
    namespace: str
    name: str


class AttemptDict(TypedDict):
    """An item of ``DecisionDict["fallbacks"]``."""

    backend: BackendDict
    pool: str | None
    endpoint: str
    address: str | None
    model: str | None


class DecisionDict(TypedDict):
    """``Decision.to_dict()``."""

    route: str
    rule: int
    backend: BackendDict
    pool: str | None
    endpoint: str
    address: str | None
    model: str | None
    fallbacks: list[AttemptDict]
    mutations: Mutations
    seed: int


class NoRouteDict(TypedDict):
    """``NoRoute.to_dict()``."""

    status: int
    reason: str
    message: str
    route: str | None
    rule: int | None
    location: Location | None
    direct_response: DirectResponse | None
    seed: int


class SectionDict(TypedDict):
    title: str
    lines: list[str]
    left_out: int


class ExplanationDict(TypedDict):
    """``Explanation.to_dict()``."""

    outcome: str
    seed: int
    sections: list[SectionDict]
    matches: list[ExplainedMatch]
    draws: list[ExplainedDraw]
    endpoints: list[ExplainedEndpoint]
    nearest_change: ExplainedChange | None
    picked: list[ExplainedPick]
    saturation: ExplainedSaturation | None
    failures: list[ExplainedFailure]


class ExplainedMatch(TypedDict):
    """A match of a rule that was tried, in order of precedence."""

    route: str
    rule: int
    match_index: int
    miss: str | None
    """What kept it from holding, in words; None if it holds."""


class ExplainedDraw(TypedDict):
    """A number that was drawn until the primary was settled; it is below ``below``."""

    what: str
    below: int
    number: int


class ExplainedMove(TypedDict):
    """With a rating above ``wanted`` instead of ``rating`` the endpoint would have been picked."""

    scorer: str
    rating: float
    wanted: float


class ExplainedChange(TypedDict):
    """The endpoint that came second, and what it lacked."""

    endpoint: str
    behind: float
    """Its points behind the one that was picked; 0 where another seed may pick it."""
    by: ExplainedMove | None
    """The scorer that would have to see the least differently; None where points are equal or no scorer alone could make up for them."""


class ExplainedPick(TypedDict):
    """The primary's endpoint, and before it those that other profiles picked for other parts of the request."""

    endpoint: str
    picker: str


class ExplainedSaturation(TypedDict):
    """How full the pool was, where that could have turned the request away; 1 is full."""

    saturation: float
    ceiling: float


class ExplainedFailure(TypedDict):
    """A scorer of the host's own that could not rate."""

    scorer: str
    reason: str


class ExplainedScore(TypedDict):
    """What a scorer made of an endpoint."""

    scorer: str
    rating: float | None
    """As the scorer gave it; None where it could make nothing of the endpoint."""
    weight: float
    points: float
    """Weight times the rating held to 0..1."""


class ExplainedEndpoint(TypedDict):
    """An endpoint of the pool as a decision saw it."""

    profile: str
    """The profile that looked at it."""
    id: str
    address: str | None
    in_flight: int
    removed_by: str | None
    """The filter that took it out; None if it stayed."""
    demand: str | None
    """What that filter asks of endpoints, in words; None if it stayed."""
    scores: list[ExplainedScore]
    total: float | None


class MetricsProblem(TypedDict):
    """One thing that is wrong with a metrics page."""

    code: str
    line: int
    """From 1; 0 where it is not one line."""
    series: str
    message: str


class CachedTokens(TypedDict):
    predicted: int
    """Tokens that the decisions took to be cached."""
    delivered: int
    """Tokens that were."""


class KvCounters(TypedDict):
    """``Router.kv_counters``."""

    gaps: int
    duplicates: int
    passed_over: int
    unplaced: int
    refused: int


class ShadowCount(TypedDict):
    live: int
    shadow: int


class ShadowReport(TypedDict):
    """``Shadow.report()``."""

    requests: int
    agreed: int
    agreed_on_backend: int
    endpoints: dict[str, ShadowCount]


class PublishedModelDict(TypedDict):
    """An item of ``Router.published_models()``."""

    id: str
    """The name that clients send."""
    owned_by: str
    created: str | None
    """As the manifest writes it, ``2025-03-31T08:00:00Z``; None where neither the rule nor its route tells."""


class EndpointDict(TypedDict):
    """An item of ``Router.endpoints()``."""

    id: str
    address: str | None
    ready: bool
    in_flight: int
    of_replicas: int
    """Of these, those that other replicas told of, by event ``replica_told``."""
    waiting_tokens: int
    """Prompt tokens sent there that no first token answers yet, without those that it probably holds."""
    cached_tokens: CachedTokens
    pace: float | None
    """How much longer prompts took there than foreseen, 1 as foreseen. None where nothing was measured, which takes ``predicted_completion``."""


class DiagnosticDict(TypedDict):
    """``Diagnostic.to_dict()``."""

    code: str
    severity: Severity
    message: str
    help: str
    file: str
    line: int
    column: int
    end_column: int
    object: str
    field: str
    docs: str
