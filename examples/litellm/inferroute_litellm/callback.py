"""LiteLLM's callback: narrows what it may choose from to the one that inferroute chose, and tells how that went."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from . import beside
from .chooser import Asked, Chooser, Refused
from .deployments import Deployment, ticket_of


class Callback(CustomLogger):
    """For ``litellm_settings: callbacks`` of the proxy; beside a ``Strategy`` in the SDK, where it only tells how calls went."""

    def __init__(
        self,
        chooser: Chooser,
        deployments: Callable[[], Sequence[Deployment]] | None = None,
        *,
        admin: str | None = None,
        debug_headers: bool = False,
        filters: bool = True,
    ) -> None:
        super().__init__()
        self.chooser, self.deployments, self.admin = chooser, deployments, admin
        self.debug_headers, self.filters = debug_headers, filters
        self.started = False

    def start(self) -> None:
        """Begins what goes on beside the requests, once, in the running loop."""
        if not self.started:
            self.started = True
            if self.deployments:
                self.chooser.report(self.deployments())
            beside.start(self.chooser, self.deployments, self.admin)

    async def async_pre_call_hook(self, user_api_key_dict: Any, cache: Any, data: dict, call_type: Any) -> None:
        # LiteLLM takes a deployment's id for a model and sends the request there, past this callback: clients would choose their endpoint.
        self.start()
        if data.get("model") in self.chooser.ids:
            raise Refused(404, "no_rule", "no rule matches the request")

    async def async_filter_deployments(
        self, model: str, healthy_deployments: list, messages: Any, request_kwargs: dict | None = None, parent_otel_span: Any = None
    ) -> list[dict]:
        if not self.filters:
            return healthy_deployments
        self.start()
        call = request_kwargs if request_kwargs is not None else {}
        headers = (call.get("proxy_server_request") or {}).get("headers") or {}
        return [self.chooser.choose(model, healthy_deployments, messages, headers, asked(call))]

    async def async_post_call_response_headers_hook(self, data: dict, user_api_key_dict: Any, response: Any, **more: Any) -> dict[str, str] | None:
        told = asked(data)
        if not self.debug_headers or told["route"] is None:
            return None
        return {"x-inferroute-route": told["route"], "x-inferroute-rule": told["rule"] or ""}

    async def async_post_call_failure_deployment_hook(self, request_data: Any, exception: Exception, call_type: Any) -> None:
        number, status = ticket_of(request_data), getattr(exception, "status_code", 500)
        if isinstance(status, int) and 400 <= status < 500 and status not in (408, 429):
            # The client's fault; the endpoint answered.
            self.chooser.finish(number)
        else:
            self.chooser.fail(number)

    async def async_post_call_success_deployment_hook(self, request_data: dict, response: Any, call_type: Any) -> None:
        self.chooser.finish(ticket_of(request_data), cached_tokens(response))

    async def async_post_call_streaming_deployment_hook(self, request_data: dict, response_chunk: Any, call_type: Any) -> None:
        self.chooser.first_token(ticket_of(request_data))

    async def async_log_success_event(self, kwargs: dict, response_obj: Any, start_time: Any, end_time: Any) -> None:
        # LiteLLM tells this some time after the end; of answers that come whole the end is known by then.
        self.chooser.finish(ticket_of(kwargs), cached_tokens(response_obj))

    async def async_log_failure_event(self, kwargs: dict, response_obj: Any, start_time: Any, end_time: Any) -> None:
        self.chooser.fail(ticket_of(kwargs))

    async def async_post_call_streaming_iterator_hook(self, user_api_key_dict: Any, response: Any, request_data: dict) -> AsyncIterator[Any]:
        """The stream towards a client of the proxy, which may leave before its end."""
        told = asked(request_data)
        try:
            async for chunk in response:
                yield chunk
            self.chooser.finish(told["ticket"])
        except Exception:
            self.chooser.fail(told["ticket"])
            raise
        finally:
            self.chooser.cancel(told["ticket"])


def asked(call: dict) -> Asked:
    """What became of a request so far. It lives in the metadata, which LiteLLM keeps from try to try."""
    metadata = call.get("litellm_metadata") or call.get("metadata")
    if metadata is None:
        metadata = call["metadata"] = {}
    return metadata.setdefault("inferroute", {"tried": [], "route": None, "rule": None, "ticket": None})


def cached_tokens(response: Any) -> int | None:
    details = getattr(getattr(response, "usage", None), "prompt_tokens_details", None)
    return getattr(details, "cached_tokens", None)
