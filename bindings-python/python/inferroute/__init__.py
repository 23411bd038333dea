"""Decides where a request to a language model goes.

``Router`` reads the manifests that gateways already have (Envoy AI Gateway's AIGatewayRoute and AIServiceBackend, the Inference Extension's
InferencePool and InferenceModel) and answers, for each request, with a route, a backend, an endpoint and the reasons. It opens no socket, reads no
clock and starts no thread: the host does all that.

    router = inferroute.Router(open("routes.yaml").read())
    router.observe({"event": "endpoint_reported", "endpoint": {"name": "vllm-0", "address": "10.0.0.1", "labels": {"app": "vllm"}}})
    answer = router.decide(headers, model="mistral")
    if not answer:
        return answer.status, answer.message
    forward_to(answer.address)
"""

from ._errors import Diagnostic, Divergence, EventError, InferrouteError, ManifestError, OptionError, RequestError
from ._native import (
    CONTROL_HEADERS,
    STRATEGIES,
    Attempt,
    Backend,
    Decision,
    Explanation,
    LoadReport,
    NoRoute,
    Player,
    PromptBlocks,
    Router,
    Scheduling,
    ScoredEndpoint,
    ScoredRequest,
    Scorer,
    Shadow,
    Ticket,
    __version__,
)
from ._profiles import Plugin, Profile
from ._rendering import render

__all__ = [
    "CONTROL_HEADERS",
    "STRATEGIES",
    "Attempt",
    "Backend",
    "Decision",
    "Diagnostic",
    "Divergence",
    "EventError",
    "Explanation",
    "InferrouteError",
    "LoadReport",
    "ManifestError",
    "NoRoute",
    "OptionError",
    "Player",
    "Plugin",
    "Profile",
    "PromptBlocks",
    "RequestError",
    "Router",
    "Scheduling",
    "ScoredEndpoint",
    "ScoredRequest",
    "Scorer",
    "Shadow",
    "Ticket",
    "render",
    "__version__",
]
