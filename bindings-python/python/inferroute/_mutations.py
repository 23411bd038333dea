"""The types of what a decision asks a proxy to change or to answer. People import them from ``inferroute.types``."""

from __future__ import annotations

from typing import Literal, TypedDict


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
