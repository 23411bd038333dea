"""Which headers pass through the gateway, and how a decision changes them."""

from __future__ import annotations

from collections.abc import Iterable

from inferroute import CONTROL_HEADERS
from inferroute.types import HeaderChange

Pairs = list[tuple[bytes, bytes]]

# RFC 9110, section 7.6.1: they concern one connection.
HOP_BY_HOP = frozenset(
    name.encode()
    for name in "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade".split()
)
STEERING = frozenset(name.encode() for name in CONTROL_HEADERS)
# Written anew for each attempt.
OF_THE_ATTEMPT = frozenset({b"host", b"content-length", b"expect"})


def of_client(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """The headers of a client's request without those by which it could steer."""
    return [pair for pair in headers if pair[0] not in STEERING]


def to_endpoint(headers: Pairs) -> Pairs:
    return [pair for pair in headers if pair[0] not in HOP_BY_HOP and pair[0] not in OF_THE_ATTEMPT]


def to_client(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    return [(name.lower(), value) for name, value in headers if name.lower() not in HOP_BY_HOP]


def change(headers: Pairs, changes: Iterable[HeaderChange]) -> Pairs:
    """The headers after the changes, in their order."""
    for each in changes:
        if "remove" in each:
            headers = _without(headers, each["remove"])
        if "set" in each:
            headers = _without(headers, each["set"][0])
        for name, value in [each[how] for how in ("set", "add") if how in each]:
            headers = [*headers, (name.lower().encode(), value.encode())]
    return headers


def _without(headers: Pairs, name: str) -> Pairs:
    gone = name.lower().encode()
    return [pair for pair in headers if pair[0] != gone]


def find(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key == name), None)
