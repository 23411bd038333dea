"""The compiled part of inferroute. Import its names from ``inferroute``."""

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Final, Literal, Protocol, final

from ._errors import Diagnostic
from ._profiles import Plugin, Profile
from .types import (
    BodyBytes,
    DecisionDict,
    DirectResponse,
    EndpointDict,
    EngineName,
    Entry,
    Event,
    ExplainedEndpoint,
    ExplanationDict,
    Headers,
    InvalidBackendRefs,
    KvCounters,
    Load,
    Location,
    LoraLoad,
    Manifests,
    MetricsProblem,
    Mutations,
    NoRouteDict,
    PublishedModelDict,
    ReplicaRequest,
    RequestArguments,
    ShadowReport,
    Strategy,
    UnknownModel,
)

__all__ = [
    "CONTROL_HEADERS",
    "STRATEGIES",
    "Attempt",
    "Backend",
    "Decision",
    "Explanation",
    "LoadReport",
    "NoRoute",
    "Player",
    "PromptBlocks",
    "Router",
    "Scheduling",
    "ScoredEndpoint",
    "ScoredRequest",
    "Scorer",
    "Shadow",
    "Ticket",
    "__version__",
    "_render",
    "_render_styled",
]

__version__: Final[str]

STRATEGIES: Final[tuple[str, ...]]
"""The names that ``strategy`` takes: ``random``, ``round_robin``, ``least_request``, ``two_choice``, ``predicted_completion``."""

CONTROL_HEADERS: Final[tuple[str, ...]]
"""Headers by which proxies, endpoint pickers and endpoints steer requests, in lower case. Take them out of whatever a client sends."""

class _Buffer(Protocol):
    def __buffer__(self, flags: int, /) -> memoryview: ...

_Prompt = str | bytes | bytearray | _Buffer | list[int] | tuple[int, ...] | PromptBlocks

def _render(diagnostics: str, manifests: Manifests, format: str) -> str:
    """What ``render`` calls: diagnostics, a JSON list of their dicts, in a format."""

def _render_styled(diagnostics: str, manifests: Manifests) -> list[tuple[str, str]]:
    """Diagnostics as text, in pieces with the name of their style: ``plain``, ``strong``, ``frame`` or a severity."""

@final
class Backend:
    """The backendRef that was chosen. Immutable."""

    @property
    def kind(self) -> str:
        """``AIServiceBackend``, ``InferencePool``, ``InferencePoolImport``, ``Service`` or ``Backend``."""
    @property
    def namespace(self) -> str:
        """The namespace, also where the reference left it out."""
    @property
    def name(self) -> str:
        """The name."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Decision:
    """Where a request goes. Immutable; equal decisions are equal and hash alike.

    It holds the state that it was made on, so its names stay true whatever happens to the router. Each attribute is looked up when it is
    asked for and costs about as much as a short string.
    """

    @property
    def ok(self) -> Literal[True]:
        """Always True; tells a decision from a ``NoRoute``."""
    @property
    def route(self) -> str:
        """The route, as ``namespace/name``."""
    @property
    def rule(self) -> int:
        """The rule's position in its route, from 0."""
    @property
    def rule_name(self) -> str | None:
        """The rule's name, where it has one."""
    @property
    def match_index(self) -> int:
        """The position of the match that holds among the rule's, from 0."""
    @property
    def backend(self) -> Backend:
        """The chosen backendRef."""
    @property
    def backend_kind(self) -> str:
        """``backend.kind`` without the object."""
    @property
    def backend_namespace(self) -> str:
        """``backend.namespace`` without the object."""
    @property
    def backend_name(self) -> str:
        """``backend.name`` without the object."""
    @property
    def pool(self) -> str | None:
        """The pool the endpoint was picked from, as ``namespace/name``; None where the backendRef names an AIServiceBackend."""
    @property
    def endpoint(self) -> str:
        """The id of the endpoint."""
    @property
    def address(self) -> str | None:
        """``host:port`` of the endpoint; None where only the host of this library knows it."""
    @property
    def model(self) -> str | None:
        """The model to ask for: ``model_override``, else what the client asked for."""
    @property
    def model_override(self) -> str | None:
        """The model to write into the request; None: leave what the client wrote."""
    @property
    def fallbacks(self) -> tuple[Attempt, ...]:
        """What to try, in this order, where the endpoint fails: other endpoints of its pool, then the rule's other backendRefs. At most 7."""
    @property
    def mutations(self) -> Mutations:
        """What to do to the request beside sending it on; empty where there is nothing. A new dict each time."""
    @property
    def rewritten_path(self) -> str:
        """The path, with its query, to ask the endpoint for: the client's, as ``mutations["path"]`` changes it."""
    def rewritten_body(self, body: bytes | bytearray | memoryview | str, content_type: str | None = None) -> bytes:
        """The body to send to the endpoint: the client's, with ``model_override`` as its model and the changes of ``mutations["body"]``. A form where
        ``content_type`` says ``multipart/form-data``, else a JSON object. Every other member, field or file keeps its bytes and its place. Raises RequestError
        where something changes and the body is neither."""
    @property
    def prompt_tokens(self) -> int:
        """Tokens of the prompt, as the host counted them or as many as its text makes, four bytes to a token."""
    @property
    def cached_tokens(self) -> int:
        """Tokens of the prompt that the endpoint probably holds in its prefix cache; 0 where no profile looks at prefixes."""
    @property
    def prefill(self) -> EndpointDict | None:
        """The endpoint that works off the prompt before, where the profile asks for one."""
    @property
    def encode(self) -> EndpointDict | None:
        """The endpoint that works off images, audio and video before, where the profile asks for one."""
    @property
    def destinations(self) -> str:
        """The addresses of the primary and of the fallbacks in its pool, separated by commas."""
    @property
    def session_token(self) -> str:
        """The value of the header by which the client's next request names this endpoint, for profiles with an encoded session."""
    def endpoint_headers(self) -> dict[str, str]:
        """The headers that tell a proxy and the endpoints where the request goes, as the endpoint picker protocol has them: the primary with its
        fallbacks, the endpoints that prefill and encode, the data-parallel rank. Empty for a backend without address."""
    @property
    def criticality(self) -> Literal["Critical", "Standard", "Sheddable"] | None:
        """The importance that an InferenceModel gives the request's model; None where no InferenceModel names it."""
    @property
    def priority(self) -> int:
        """The priority of the request's InferenceObjective: larger matters more, below 0 is dropped first; 0 without one."""
    @property
    def seed(self) -> int:
        """The seed of all draws: ``decide(..., seed=...)`` on the same state repeats this decision."""
    @property
    def state_version(self) -> int:
        """``Router.state_version`` of the state that was decided on."""
    def to_dict(self) -> DecisionDict:
        """What decides where the request goes, as plain values."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Attempt:
    """What to try where the primary of a decision fails. Immutable; it keeps its decision."""

    @property
    def backend(self) -> Backend:
        """The backendRef."""
    @property
    def pool(self) -> str | None:
        """The pool the endpoint was picked from, as ``namespace/name``; None where the backendRef names a backend itself."""
    @property
    def endpoint(self) -> str:
        """The id of the endpoint."""
    @property
    def address(self) -> str | None:
        """``host:port`` of the endpoint; None where only the host of this library knows it."""
    @property
    def model(self) -> str | None:
        """The model to ask for: ``model_override``, else what the client asked for."""
    @property
    def model_override(self) -> str | None:
        """The model to write into the request; None: leave what the client wrote."""
    @property
    def mutations(self) -> Mutations:
        """What to do to the client's request for this attempt, in place of what ``Decision.mutations`` says. A new dict each time."""
    def rewritten_body(self, body: bytes | bytearray | memoryview | str, content_type: str | None = None) -> bytes:
        """The body to send to this endpoint, as ``Decision.rewritten_body`` makes it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class NoRoute:
    """Why a request goes nowhere: an answer to send, not an exception. Immutable and false."""

    @property
    def ok(self) -> Literal[False]:
        """Always False; tells a ``NoRoute`` from a decision or ticket."""
    @property
    def status(self) -> int:
        """The HTTP status to answer with: 404, 500 or 503, or that of a redirect or direct response."""
    @property
    def reason(self) -> str:
        """The stable word for logs, for example ``pool_empty``."""
    @property
    def message(self) -> str:
        """The reason in a sentence that names nothing of the configuration and so may go to the client."""
    @property
    def route(self) -> str | None:
        """The route whose rule matched, as ``namespace/name``; None where none did."""
    @property
    def rule(self) -> int | None:
        """The position of the rule that matched in its route."""
    @property
    def backend(self) -> Backend | None:
        """The backendRef that led nowhere; None where none was chosen. For logs: it names the configuration."""
    @property
    def location(self) -> Location | None:
        """Where a redirect sends the client: the parts of the URL that change, None for those that stay. None for other answers."""
    @property
    def direct_response(self) -> DirectResponse | None:
        """What to answer where the rule answers by itself. None for other answers."""
    @property
    def seed(self) -> int:
        """The seed of the decision."""
    def to_dict(self) -> NoRouteDict:
        """Everything as plain values."""
    def __bool__(self, /) -> Literal[False]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...

@final
class Ticket:
    """A request that counts at its endpoint until it is over: by ``finish()``, ``fail()`` or ``cancel()``, at the end of ``with``, or when the object is collected.

    A ``with`` that ends without an exception finishes it. One that ends with an exception, and a ticket that is collected, cancels it, which says
    nothing of the endpoint. ``now`` is nanoseconds of the clock that ``route`` was given.
    """

    @property
    def ok(self) -> Literal[True]:
        """Always True; tells a ticket from a ``NoRoute``."""
    @property
    def decision(self) -> Decision:
        """Where the request goes."""
    def first_token(self, now: int = 0) -> None:
        """The first token of the answer came: the prompt is worked off, and its time is measured. Renews the lease."""
    def renew(self, now: int = 0) -> None:
        """The request is still under way. For answers that stream for longer than the lease."""
    def fall_back(self, now: int = 0) -> Attempt | None:
        """The attempt under way failed, which counts against its endpoint. The request now counts at the endpoint of the next fallback, which is
        returned; None where there is none left, or the request is over."""
    def cached_tokens(self, count: int, /) -> None:
        """The endpoint said how many tokens of the prompt it had in its prefix cache (``usage.prompt_tokens_details.cached_tokens``)."""
    def told(self, number: int, *, prompt: bool = True) -> ReplicaRequest | None:
        """What the host's other replicas need to know to count this request as their own, with event ``replica_told``: tell it when the request is sent, and
        again, without its ``prompt``, at the first token and after a fallback. ``number`` is the host's, larger with each request of this replica. None
        where the request is over: tell ``{"number": number, "stage": "over"}``."""
    def finish(self) -> None:
        """The request came to its end and was answered. Whatever is told after the end: nothing happens."""
    def fail(self, now: int = 0) -> None:
        """The request failed by its endpoint's fault, and no fallback is left or tried: no connection, no answer in time, a status of 500 or more."""
    def cancel(self) -> None:
        """The request ended in a way that says nothing of its endpoint: the client went away."""
    def __enter__(self) -> Ticket: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...

@final
class Explanation:
    """Why a decision came out as it did: every match tried, every endpoint, every draw. ``str()`` prints it as a tree. Header values never
    appear in it."""

    @property
    def outcome(self) -> str:
        """The decision or the refusal in one line."""
    @property
    def seed(self) -> int:
        """The seed of the decision."""
    def to_dict(self) -> ExplanationDict:
        """The outcome, the seed, the sections with their lines, the endpoints, the picks, the saturation and scorers that failed, as plain values."""
    @property
    def endpoints(self) -> list[ExplainedEndpoint]:
        """The endpoints of the pool that the primary was picked from: who was removed, and how each scorer rated who was not. At most 64."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Router:
    """Decides where requests go. Threads may share one; deciding takes no lock and never waits for ``update`` or ``observe``.

    ``manifests`` is one text of YAML or JSON documents, a mapping of file names to texts, or pairs of both; the names appear in messages.
    Kinds that take no part in a decision are passed over, so a whole ``kubectl get -o yaml`` will do.

    ``strategy``: how an endpoint of a pool is chosen, one of ``STRATEGIES``. ``inference_extension``: whether backendRefs may name an
    InferencePool; off, such a reference is the error ``RT0302``. ``default_namespace``: the namespace of objects and endpoints that state
    none. ``first_match``: the first match in the order of the text wins, as in the first releases of Envoy AI Gateway, instead of the most
    specific one. ``fallback_endpoints``: how many other endpoints of its pool a decision names for retries. ``strict``:
    objects that the Kubernetes API server would refuse are errors, ``RT0401``, in its own words. ``unknown_model``: what happens to a model that
    no InferenceModel of its pool declares although others are: ``pass``, ``reject`` (404) or ``sheddable``. ``envoy_gateway``: routes
    mean what Envoy Gateway makes of them where it departs from Gateway API. ``extension_filters``: kinds of extension filters, ``group/Kind``,
    that the host applies itself: they come back in ``Decision.mutations`` instead of answering 500. ``mesh``: the Services of the manifests are
    addresses for requests with a ``client_namespace``. ``invalid_backend_refs``: whether a backendRef that leads nowhere fails its share of the
    requests (``fail_share``) or takes its AIGatewayRoute out, as the controller of Envoy AI Gateway does (``freeze_route``). ``catch_all``: each AIGatewayRoute ends in a 404 for whatever
    else comes to its hosts, as Envoy AI Gateway adds it. ``scheduling``: filters, scorers and pickers in place of the strategy; ``endpoint_picker_config`` the same as the text of an
    EndpointPickerConfig. ``endpoint_picker_config_key``: of several EndpointPickerConfigs among the manifests the one under this key of a ConfigMap
    counts. ``custom_scorers``: scorers of your own that an EndpointPickerConfig may name as the type of a plugin. ``stale_after``: nanoseconds after which polled load counts as missing. ``lease``: nanoseconds for which a routed request
    counts if its ticket is never finished or renewed, or ``never``. ``journal``: a list or function that gets everything that moves the router, for
    a ``Player``; a function is called in the middle of decisions and must not ask the router. ``seed``: from 0 to 2**64 - 1; None draws one from the operating system. Routers with one seed that are asked the same in
    the same order decide the same; give replicas different ones. To replay a run, keep ``Router.seed`` or the seeds of its decisions.

    Raises ``ManifestError`` with every problem of every text, ``OptionError`` for an option. Reading and compiling, a few microseconds a rule,
    runs without the GIL.
    """

    def __new__(
        cls,
        manifests: Manifests,
        *,
        strategy: Strategy | str = "predicted_completion",
        inference_extension: bool = True,
        default_namespace: str = "default",
        first_match: bool = False,
        fallback_endpoints: int = 2,
        strict: bool = False,
        unknown_model: UnknownModel | str = "pass",
        envoy_gateway: bool = False,
        catch_all: bool = False,
        extension_filters: Iterable[str] = (),
        mesh: bool = False,
        invalid_backend_refs: InvalidBackendRefs | str = "fail_share",
        stale_after: int = 30_000_000_000,
        lease: int | Literal["never"] = 3_600_000_000_000,
        scheduling: Scheduling | None = None,
        endpoint_picker_config: str | None = None,
        endpoint_picker_config_key: str | None = None,
        custom_scorers: Iterable[Scorer] = (),
        journal: list[Entry] | Callable[[Entry], object] | None = None,
        seed: int | None = None,
    ) -> Router: ...
    def decide(
        self,
        headers: Headers | None,
        *,
        model: str | None = None,
        host: str | None = None,
        path: str = "/",
        method: str = "GET",
        gateway: str | None = None,
        client_namespace: str | None = None,
        port: int | None = None,
        pool: str | None = None,
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
        prompt: _Prompt | None = None,
        prompt_tokens: int | None = None,
        tenant: str | None = None,
        subset: str | Sequence[str] | None = None,
        multimodal: bool | None = None,
        now: int = 0,
        seed: int | None = None,
    ) -> Decision | NoRoute:
        """Decides where a request goes. Nothing is counted but the turn of the pool that was decided on.

        ``headers``: a mapping, or pairs as in ASGI's ``scope["headers"]``; names and values are ``str`` or ``bytes``, a value may be a list
        or tuple of them. Names compare without case; what comes several times under one name is one value, joined by commas. ``str`` stands
        for its UTF-8 bytes. Values of headers that no rule reads are not looked at; ``Router.header_names`` lists those that are.
        ``model``: the model the request's body asks for; rules see it as ``x-ai-eg-model``, whatever the client sent there.
        ``host``: the host the client asked for, with or without a port; routes with hostnames match nothing without it.
        ``path``: the path with its query, as it stands in the request line. ``method``: in capitals.
        ``gateway``: the Gateway the request came through, ``namespace/name``, and ``port``: that of its listener; only routes attached there
        are then looked at. Without a gateway every route is.
        ``client_namespace``: the namespace of a client within a mesh, instead of a gateway; ``host`` (and ``port``, else the host's, else 80) then
        name a Service, whose routes decide, or which gets the request itself as rule 0 of a route of its own name. Needs the option ``mesh``.
        ``pool``: the InferencePool to choose in, ``namespace/name``, where the gateway has matched its routes already and asks for an endpoint only
        (endpoint picker protocol). No rule of a route is looked at; the answer's route is rule 0 of one with the pool's name. Takes the place of
        ``gateway`` and ``client_namespace``; a name that is no pool is a ``NoRoute``, 500 ``backend_not_found``.
        ``objective``: the request's InferenceObjective, ``namespace/name``; no header is trusted with it.
        ``body``: where ``model`` is None, the model and, without a ``prompt``, the prompt are read from it, in the shape that ``path`` and ``content_type`` (the header's value) say;
        a body that cannot be read is a ``RequestError`` with a code ``BD…``.
        ``prompt``: what prefix caches are looked up for: text as ``str`` or ``bytes``; token ids as a buffer of 32-bit unsigned ints (``array("I")``,
        ``numpy.uint32``) or a list of int; or ``PromptBlocks``. ``str``, ``bytes`` and buffers are not copied, unless a ``Scorer`` of Python may run.
        ``prompt_tokens``: how many tokens the prompt has; without it, as many as ``prompt`` tells.
        ``tenant``: whose request it is, as the gateway has authenticated it: prompts of different tenants never count as alike.
        ``subset``: the addresses among which to choose in a pool, as the proxy's metadata offers them; never from a client's header.
        ``multimodal``: whether it has images, audio or video in it; without it that is read from ``body`` where the model is.
        ``now``: nanoseconds of the host's monotonic clock, ``time.monotonic_ns()``; the library reads none.
        ``seed``: that of a decision to repeat; None: the router's next one.

        Raises ``RequestError`` for arguments that cannot be read. A request that goes nowhere is a ``NoRoute``, which is false.
        Costs about half a microsecond with a dict of ten headers. Holds the GIL; giving it up would cost more than the decision.
        """
    def route(
        self,
        headers: Headers | None,
        *,
        model: str | None = None,
        host: str | None = None,
        path: str = "/",
        method: str = "GET",
        gateway: str | None = None,
        client_namespace: str | None = None,
        port: int | None = None,
        pool: str | None = None,
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
        prompt: _Prompt | None = None,
        prompt_tokens: int | None = None,
        tenant: str | None = None,
        subset: str | Sequence[str] | None = None,
        multimodal: bool | None = None,
        now: int = 0,
    ) -> Ticket | NoRoute:
        """Decides as ``decide`` does and counts the request in flight at its endpoint until the ticket is finished.

        Raises ``RequestError``.
        """
    def explain(
        self,
        headers: Headers | None,
        *,
        model: str | None = None,
        host: str | None = None,
        path: str = "/",
        method: str = "GET",
        gateway: str | None = None,
        client_namespace: str | None = None,
        port: int | None = None,
        pool: str | None = None,
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
        prompt: _Prompt | None = None,
        prompt_tokens: int | None = None,
        tenant: str | None = None,
        subset: str | Sequence[str] | None = None,
        multimodal: bool | None = None,
        now: int = 0,
        seed: int | None = None,
    ) -> Explanation:
        """The decision that ``decide`` would make now, with its reasons. Changes nothing, not even the next seed.

        Raises ``RequestError``. Costs microseconds, more with more matches and endpoints.
        """
    def decide_many(self, requests: Iterable[RequestArguments], *, now: int = 0) -> list[Decision | NoRoute]:
        """``decide`` for requests that came at once: each counts in flight for those after it and, once all are decided, no more.

        Raises ``RequestError``; nothing is decided then.
        """
    def route_many(self, requests: Iterable[RequestArguments], *, now: int = 0) -> list[Ticket | NoRoute]:
        """``route`` for requests that came at once: each is counted before the next is decided, so that a burst spreads.

        Raises ``RequestError``; nothing is counted then.
        """
    def observe_metrics(
        self, endpoint: str, text: str | bytes, *, engine: EngineName | str | None = None, rank: str | None = None, now: int = 0
    ) -> LoadReport:
        """Reads an endpoint's metrics page, tells what it says as event ``load_polled``, and returns it. Raises ``RequestError``."""
    @property
    def kv_counters(self) -> KvCounters | None:
        """How often something was wrong with the KV events of endpoints; None where the plan does not ask for them."""
    def observe(self, event: Event, *, now: int = 0) -> None:
        """Tells what happened. The next decision sees it.

        Raises ``EventError``; the state is then as before. Cost: constant for counts, linear in all endpoints for events that add or remove
        some; ``endpoints_replaced`` for many at once.
        """
    def update(
        self,
        manifests: Manifests,
        *,
        strategy: Strategy | str | None = None,
        inference_extension: bool | None = None,
        default_namespace: str | None = None,
        first_match: bool | None = None,
        fallback_endpoints: int | None = None,
        strict: bool | None = None,
        unknown_model: UnknownModel | str | None = None,
        envoy_gateway: bool | None = None,
        catch_all: bool | None = None,
        extension_filters: Iterable[str] | None = None,
        mesh: bool | None = None,
        invalid_backend_refs: InvalidBackendRefs | str | None = None,
        stale_after: int | None = None,
        lease: int | Literal["never"] | None = None,
        scheduling: Scheduling | None = None,
        endpoint_picker_config: str | None = None,
        endpoint_picker_config_key: str | None = None,
        custom_scorers: Iterable[Scorer] | None = None,
    ) -> None:
        """Publishes a plan of other manifests. Endpoints and pools that stay keep their counts. Options that are None stay as they are.

        Raises ``ManifestError`` and ``OptionError``; plan and options are then as before. Runs without the GIL.
        """
    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What loaded but deserves a look."""
    @property
    def header_names(self) -> tuple[str, ...]:
        """The names of the headers that rules look at, in lower case. A host that copies headers needs no others."""
    @property
    def pools(self) -> tuple[str, ...]:
        """The pools, as ``namespace/name``."""
    @property
    def seed(self) -> int:
        """The seed that all decisions' seeds come from."""
    @property
    def state_version(self) -> int:
        """How many states this router has had before this one."""
    def endpoints(self) -> list[EndpointDict]:
        """All endpoints as they are at this moment, in the state's order."""
    def published_models(self, host: str | None = None) -> list[PublishedModelDict]:
        """The models to list at ``/v1/models`` for requests to ``host`` (without port), in the order of the manifests: the exact values that
        AIGatewayRoutes ask of header ``x-ai-eg-model``. Models that only other hosts serve stay out, so that no tenant sees another's; without a
        host, those of routes with hostnames stay out. Raises ``RequestError``. Cost: linear in the models."""

@final
class PromptBlocks:
    """The hashes of a prompt's blocks, each of which stands for the block and all before it, as the host has hashed it. Immutable."""

    def __new__(cls, hashes: Iterable[int], /) -> PromptBlocks: ...
    def __len__(self, /) -> int: ...

@final
class LoadReport:
    """What a model server's metrics page says, and what is wrong with it. What is not known is None, never 0. Immutable."""

    @staticmethod
    def from_prometheus(text: str | bytes, *, engine: EngineName | str | None = None, rank: str | None = None) -> LoadReport:
        """Reads a metrics page, Prometheus or OpenMetrics text: of ``engine``, else of the one that the page is found to be of; of all data-parallel
        ranks together, else of that ``rank``. Problems never stop the reading; a value that they touch is None. Raises ``RequestError``."""
    @property
    def waiting(self) -> int | None:
        """Requests that wait to be scheduled."""
    @property
    def running(self) -> int | None:
        """Requests in the running batch."""
    @property
    def max_running(self) -> int | None:
        """The most requests that can run at once."""
    @property
    def kv_usage(self) -> float | None:
        """The share of the KV cache that running requests need, 0..1."""
    @property
    def block_size(self) -> int | None:
        """Tokens in a block of the KV cache."""
    @property
    def blocks(self) -> int | None:
        """Blocks of the KV cache."""
    @property
    def kv_tokens(self) -> int | None:
        """Tokens that fit into the KV cache."""
    @property
    def prompt_tokens(self) -> int | None:
        """Prompt tokens since the server started."""
    @property
    def generation_tokens(self) -> int | None:
        """Generated tokens since the server started."""
    @property
    def prefix_queries(self) -> int | None:
        """What was looked up in the prefix cache since the server started."""
    @property
    def prefix_hits(self) -> int | None:
        """What was found there."""
    @property
    def preemptions(self) -> int | None:
        """How often a running request lost its place for want of cache."""
    @property
    def lora(self) -> LoraLoad | None:
        """The LoRA adapters that have requests."""
    @property
    def engine(self) -> EngineName | None:
        """The engine whose series were read; None where the page has none that is known."""
    @property
    def problems(self) -> tuple[MetricsProblem, ...]:
        """What is wrong with the page, in its order; at most 16."""
    @property
    def problems_left_out(self) -> int:
        """How many more problems there are."""
    def to_dict(self) -> Load:
        """The values that are known, as the event ``load_polled`` takes them."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Scheduling:
    """How endpoints of pools are chosen: profiles, who decides which of them run, and what is counted and remembered for them. Immutable: what
    changes it gives another one."""

    @staticmethod
    def from_yaml(text: str, *, scorers: Sequence[Scorer] = ()) -> Scheduling:
        """Reads an EndpointPickerConfig, or a ConfigMap that holds one; an empty text stands for the endpoint picker's own default. A plugin whose
        ``type`` is the name of one of ``scorers`` is that one. Raises ``ManifestError``."""
    @staticmethod
    def of(*profiles: Profile, handler: Plugin | None = None, saturation: Plugin | None = None) -> Scheduling:
        """Profiles spelled out, the plugin that decides which of them run (with one profile none is needed), and the one that says when a pool is full.
        They are read as an EndpointPickerConfig. Raises ``ManifestError``, ``OptionError``."""
    def half_life(self, nanos: int, /) -> Scheduling:
        """After how many nanoseconds half of what was measured of requests is forgotten. Default: 10 s."""
    def missing_load(self, missing: Literal["counts_as_full", "counts_as_idle"], /) -> Scheduling:
        """What an endpoint counts as whose load is not known. Default: ``counts_as_full``."""
    def ceiling(self, priority: int, ceiling: float, /) -> Scheduling:
        """How full a pool may be for requests of ``priority`` and below; from ``ceiling`` on they are turned away. Default: 1 for negative
        priorities, no limit for others."""
    def prefix(
        self,
        *,
        dialect: str = "inferroute",
        block_tokens: int = 64,
        max_blocks: int = 2048,
        key: int = 0,
        seed: str = "",
        budget: int = 67_108_864,
        capacity: int = 31_250,
    ) -> Scheduling:
        """How prompts are hashed and how much is remembered of them. ``key``: the host's secret, 128 bits, the same in all replicas. ``budget``: bytes of
        the index. ``capacity``: KV blocks of an endpoint that says nothing else. Raises ``OptionError``."""
    def kv_events(self, *, budget: int = 100_663_296, weights: Sequence[float] = (1.0, 0.8, 0.5, 0.3)) -> Scheduling:
        """Engines tell what they hold, by the events ``blocks_stored`` and its like. ``weights``: what a block of device, host, disk and shared is
        worth. Raises ``OptionError``."""
    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What loading it had to say."""

@final
class ScoredRequest:
    """The request that endpoints are rated for. Immutable."""

    @property
    def host(self) -> str | None: ...
    @property
    def path(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def model(self) -> str | None:
        """The model that the endpoint will be asked for."""
    @property
    def objective(self) -> str | None: ...
    @property
    def tenant(self) -> str | None: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def now(self) -> int: ...

@final
class ScoredEndpoint:
    """An endpoint to be rated. Polled values are None where they are missing or stale. Immutable."""

    @property
    def id(self) -> str: ...
    @property
    def address(self) -> str | None: ...
    @property
    def labels(self) -> dict[str, str]:
        """Its labels, a new dict each time."""
    @property
    def in_flight(self) -> int:
        """Requests in flight there, of this router."""
    @property
    def waiting_tokens(self) -> int:
        """Prompt tokens that wait there, of this router."""
    @property
    def waiting(self) -> int | None:
        """Requests in its queue, polled."""
    @property
    def running(self) -> int | None:
        """Requests that it works on, polled."""
    @property
    def kv_usage(self) -> float | None:
        """The share of its KV cache in use, polled."""
    @property
    def prefix_share(self) -> float | None:
        """The share of the prompt in its prefix cache; None where no index knows."""

@final
class Scorer:
    """A scorer of your own: ``score(request, endpoints)`` gives a rating from 0 to 1, or None, for each endpoint in order.

    It is part of the decision: a pure function of its arguments, or decisions cannot be replayed. An exception rates nobody and is told in the
    explanation. It cannot ask for a decision that asks a scorer of Python. Costs about 3 us a decision and 0.3 us an endpoint, beside what it
    does itself; token ids are copied where one may run.
    """

    def __new__(cls, name: str, score: Callable[[ScoredRequest, list[ScoredEndpoint]], Sequence[float | None]], /) -> Scorer: ...
    @property
    def name(self) -> str:
        """The name, by which an EndpointPickerConfig and explanations mean it."""

@final
class Player:
    """A router that repeats another's journal. ``router`` is one on the plan that the recorded router started with; only the plan is taken."""

    def __new__(cls, router: Router, /) -> Player: ...
    def play(self, entry: Entry, /) -> None:
        """Repeats one entry. Raises ``Divergence`` where it comes out differently; the player then goes on from what it found."""
    def update(self, router: Router, /) -> None:
        """Publishes the plan of ``router``, at the entry ``updated``."""

@final
class Shadow:
    """Decides beside a router with the plan of ``other``, and counts where the two differ. Neither router sees anything of it."""

    def __new__(cls, other: Router, /) -> Shadow: ...
    def compare(
        self, router: Router, request: RequestArguments, live: Decision | NoRoute | Ticket, *, now: int = 0
    ) -> Decision | NoRoute:
        """Decides the request by the other plan with the seed of ``live``, which ``router`` has answered just before, and counts both."""
    def report(self) -> ShadowReport:
        """What was counted so far."""
