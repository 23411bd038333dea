"""What a proxy makes of a decision: the request towards the endpoint, the answer towards the client, the URL of a redirect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inferroute import NoRoute
from inferroute.types import HeaderChange

WELL_KNOWN = {"http": 80, "https": 443}


class Fields:
    """The headers of a message: names without case, values of one name joined by commas."""

    def __init__(self, headers: dict[str, Any] | None) -> None:
        self.values: dict[str, list[str]] = {}
        for name, value in (headers or {}).items():
            for each in value if isinstance(value, list) else [value]:
                self.values.setdefault(name.lower(), []).append(str(each))

    def change(self, changes: Iterable[HeaderChange]) -> None:
        """Makes the changes in their order."""
        for change in changes:
            if "remove" in change:
                self.values.pop(change["remove"].lower(), None)
            if "set" in change:
                name, value = change["set"]
                self.values[name.lower()] = [value]
            if "add" in change:
                name, value = change["add"]
                self.values.setdefault(name.lower(), []).append(value)

    def get(self, name: str) -> str | None:
        """The value of a header; None: there is none."""
        values = self.values.get(name.lower())
        return None if values is None else ",".join(values)


def without_port(host: str) -> str:
    """A host as it stands in a request, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def location(answer: NoRoute, request: dict[str, Any]) -> dict[str, Any]:
    """The parts of the URL that a redirect sends the client to. The port is None where it does not stand in the URL."""
    said = answer.location
    assert said is not None
    scheme = said["scheme"] or request.get("scheme") or "http"
    port = said["port"]
    if port is None:
        # HTTPRequestRedirectFilter.port: the scheme's own port where the filter names a scheme, else the listener's.
        port = WELL_KNOWN.get(scheme) if said["scheme"] else request.get("port")
    return {
        "scheme": scheme,
        "host": said["hostname"] or without_port(request.get("host") or ""),
        "port": None if port == WELL_KNOWN.get(scheme) else port,
        "path": said["path"] or request.get("path") or "/",
    }
