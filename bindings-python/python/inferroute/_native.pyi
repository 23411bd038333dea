"""The compiled part of inferroute. Import its names from ``inferroute``."""

from collections.abc import Iterable
from types import TracebackType
from typing import Final, Literal, final

from ._errors import Diagnostic
from .types import (
    BodyBytes,
    DecisionDict,
    DirectResponse,
    EndpointDict,
    Event,
    ExplanationDict,
    Headers,
    InvalidBackendRefs,
    Location,
    Manifests,
    Mutations,
    NoRouteDict,
    PublishedModelDict,
    Strategy,
    UnknownModel,
)

__all__ = ["STRATEGIES", "Attempt", "Backend", "Decision", "Explanation", "NoRoute", "Router", "Ticket", "__version__", "_render", "_render_styled"]

__version__: Final[str]

STRATEGIES: Final[tuple[str, ...]]
"""The names that ``strategy`` takes: ``random``, ``round_robin``, ``least_request``, ``two_choice``."""

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
    """A request that counts at its endpoint until it is finished: at the end of ``with``, by ``finish()``, or when the object is collected."""

    @property
    def ok(self) -> Literal[True]:
        """Always True; tells a ticket from a ``NoRoute``."""
    @property
    def decision(self) -> Decision:
        """Where the request goes."""
    def finish(self) -> None:
        """The request came to its end, whichever. Calling it again does nothing."""
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
        """The outcome, the seed and the sections with their lines, as plain values."""
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
    else comes to its hosts, as Envoy AI Gateway adds it. ``seed``: from 0 to 2**64 - 1; None draws one from the operating system. Routers with one seed that are asked the same in
    the same order decide the same; give replicas different ones. To replay a run, keep ``Router.seed`` or the seeds of its decisions.

    Raises ``ManifestError`` with every problem of every text, ``OptionError`` for an option. Reading and compiling, a few microseconds a rule,
    runs without the GIL.
    """

    def __new__(
        cls,
        manifests: Manifests,
        *,
        strategy: Strategy | str = "two_choice",
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
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
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
        ``objective``: the request's InferenceObjective, ``namespace/name``; no header is trusted with it.
        ``body``: where ``model`` is None, the model is read from it, in the shape that ``path`` and ``content_type`` (the header's value) say;
        a body that cannot be read is a ``RequestError`` with a code ``BD…``.
        ``now``: nanoseconds of the host's monotonic clock, ``time.monotonic_ns()``.
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
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
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
        objective: str | None = None,
        body: BodyBytes | None = None,
        content_type: str | None = None,
        now: int = 0,
        seed: int | None = None,
    ) -> Explanation:
        """The decision that ``decide`` would make now, with its reasons. Changes nothing, not even the next seed.

        Raises ``RequestError``. Costs microseconds, more with more matches and endpoints.
        """
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
