"""Which cases ask for what the library does not have."""

from __future__ import annotations

from collections.abc import Iterator

from . import picking
from .case import Case

CLASSES = {
    "cors": "CORS is answered by the proxy; the library reads no CORS filter",
    "tls": "the TLS handshake (sni, certificates, misdirected requests) is the proxy's",
    "backend-tls": "TLS towards backends is the proxy's",
}
STATE = {
    "saturated": "when a pool is full is for a saturation detector to say, and the case names none",
}
REQUEST = {
    "sni": "the TLS handshake is the proxy's",
}
EXPECT = {
    "client_status": "what becomes of an answer on its way back is the proxy's",
}

KNOWN_STATE = {"pods", "subset_hint", "endpoints", "picker_allow", "picker", "failed_backends", "no_ready_endpoints"}
KNOWN_REQUEST = {"method", "host", "path", "headers", "gateway", "client_namespace", "port", "scheme", "body_model", "backend_response_headers"}
KNOWN_EXPECT = {
    "status",
    "backend",
    "namespace",
    "backend_kind",
    "endpoint",
    "endpoint_in",
    "distribution",
    "tolerance",
    "samples",
    "upstream",
    "redirect",
    "mirrors",
    "response_headers",
    "route",
    "rule",
    "valid",
    "error_contains",
    "model_override",
    "served_endpoint_report",
    "upstream_protocol",
    "output_header",
    "output_metadata",
    "must_be_equal",
    "format",
}


def before(case: Case) -> str | None:
    """Why the case cannot be run at all; None: it can."""
    return next(_before(case), None)


def _before(case: Case) -> Iterator[str]:
    if case.cls == "picking":
        reason = picking.before(case)
        if reason is not None:
            yield reason
        return
    if case.cls in CLASSES:
        yield CLASSES[case.cls]
    if "SupportBackendTLSPolicy" in case.features:
        yield CLASSES["backend-tls"]
    for name, value in case.state.items():
        if value is not None and name not in KNOWN_STATE:
            yield STATE.get(name, f"state `{name}` is not known here")
    for request in case.requests:
        for name, value in request.items():
            if value is not None and name not in KNOWN_REQUEST:
                yield REQUEST.get(name, f"request field `{name}` is not known here")


def after(case: Case) -> str | None:
    """Which expectation was not compared although all others hold; None: all were."""
    for name in case.expect if case.cls != "picking" else ():
        if name not in KNOWN_EXPECT:
            return "all else holds, but " + EXPECT.get(name, f"expectation `{name}` is not known here")
    return None
