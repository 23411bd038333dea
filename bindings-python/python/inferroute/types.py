"""The types of what ``inferroute`` takes and gives as plain values, for annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, TypedDict

Strategy = Literal["random", "round_robin", "least_request", "two_choice"]
UnknownModel = Literal["pass", "reject", "sheddable"]
InvalidBackendRefs = Literal["fail_share", "freeze_route"]
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


class RequestStarted(TypedDict):
    """A request was sent to the endpoint with this id. ``Router.route`` tells this by itself."""

    event: Literal["request_started"]
    endpoint: str


class InFlightCounted(TypedDict):
    """The host counted by itself: this many requests are in flight at the endpoint now. Replaces the router's count."""

    event: Literal["in_flight_counted"]
    endpoint: str
    count: int


class LoadPolled(TypedDict):
    """The endpoint with this id told of its load: ``waiting``, ``running``, ``kv_usage`` and what else is known."""

    event: Literal["load_polled"]
    endpoint: str
    load: dict[str, Any]


class RequestFinished(TypedDict):
    """A request to the endpoint with this id came to its end."""

    event: Literal["request_finished"]
    endpoint: str


Event = (
    EndpointReported | EndpointGone | EndpointsReplaced | RequestStarted | InFlightCounted | LoadPolled | RequestFinished
)


class BackendDict(TypedDict):
    kind: str
    namespace: str
    name: str


class Substitution(TypedDict):
    """An expression in RE2 syntax and what replaces each of its matches."""

    pattern: str
    substitution: str
    """``\\1`` to ``\\9`` are groups of the match, ``\\0`` is the whole of it, two backslashes are one."""


class HostSource(TypedDict, total=False):
    """Where the host comes from, one of the two. What yields nothing leaves the client's."""

    header: str
    """The value of this header of the client's request."""
    path_regex: Substitution
    """The path without its query, substituted."""


class ExtensionFilter(TypedDict):
    """A filter of a kind that the option ``extension_filters`` names: the host applies it."""

    group: str
    kind: str
    namespace: str
    name: str


class PathChange(TypedDict, total=False):
    """How the path changes, one of the three. The query stays."""

    full: str
    """This path instead."""
    prefix: str
    """This instead of the prefix that matched."""
    regex: Substitution
    """The matches of an expression replaced."""


class HeaderChange(TypedDict, total=False):
    """One change of a header, one of the three. Names compare without case."""

    remove: str
    """Drop every header of the name."""
    set: list[str]
    """[name, value]: replace every header of the name by this one."""
    add: list[str]
    """[name, value]: add one more header."""


class BodyChange(TypedDict, total=False):
    """One change of the body's top-level fields, one of the two."""

    remove: str
    """Drop the field."""
    set: list[str]
    """[name, JSON text]: set the field."""


class Mirror(TypedDict):
    """A backend that gets copies, for ``numerator`` of ``denominator`` requests; its answers are dropped."""

    kind: str
    namespace: str
    name: str
    port: int | None
    numerator: int
    denominator: int


class Retry(TypedDict):
    """When to try again."""

    codes: list[int]
    """Statuses that are tried again."""
    attempts: int | None
    """How often; None: as the proxy likes."""
    backoff: int | None
    """Nanoseconds to wait in between at least."""


class Mutations(TypedDict, total=False):
    """What a proxy must do to a request beside sending it on; what is absent stays as it is. Times are nanoseconds."""

    request_headers: list[HeaderChange]
    response_headers: list[HeaderChange]
    body: list[BodyChange]
    hostname: str
    """The host to ask the endpoint for."""
    hostname_from: HostSource | Literal["backend"]
    """Where the host comes from instead; ``backend``: the DNS name of the endpoint that is asked."""
    path: PathChange
    """``Decision.rewritten_path`` has it applied."""
    mirrors: list[Mirror]
    request_timeout: int
    attempt_timeout: int
    stream_idle_timeout: int
    retry: Retry
    app_protocol: str
    extensions: list[ExtensionFilter]
    """Filters that the host applies, in their order."""


class Location(TypedDict):
    """Where a redirect sends the client. None: as in the request; with a new scheme and no port, the scheme's own port."""

    scheme: str | None
    hostname: str | None
    port: int | None
    path: str | None
    """With its query."""


class DirectResponse(TypedDict):
    """The answer of a rule itself."""

    status: int
    content_type: str | None
    headers: list[HeaderChange]
    body: str | None


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


class EndpointDict(TypedDict):
    """An item of ``Router.endpoints()``."""

    id: str
    address: str | None
    ready: bool
    in_flight: int
