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

Strategy = Literal["random", "round_robin", "least_request", "two_choice"]
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
