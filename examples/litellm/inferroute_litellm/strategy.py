"""LiteLLM's SDK: a strategy that its Router asks in place of its own."""

from __future__ import annotations

from typing import Any

import litellm
from litellm.types.router import CustomRoutingStrategyBase

from .callback import Callback, asked
from .chooser import Chooser
from .deployments import Deployment


class Strategy(CustomRoutingStrategyBase):
    """``Strategy(chooser, router)`` chooses for a ``litellm.Router``. It is asked in place of all that LiteLLM does by itself, cooldowns included: failures
    are for the manifest's profile to judge, for example by ``circuit-breaker-filter``."""

    def __init__(self, chooser: Chooser, router: litellm.Router) -> None:
        self.chooser, self.router = chooser, router
        chooser.report(router.model_list)
        self.callback = Callback(chooser, lambda: router.model_list, filters=False)
        litellm.callbacks.append(self.callback)
        router.set_custom_routing_strategy(self)

    async def async_get_available_deployment(
        self, model: str, messages: Any = None, input: Any = None, specific_deployment: bool | None = False, request_kwargs: dict | None = None
    ) -> Deployment:
        self.callback.start()
        return self._choose(model, messages, request_kwargs)

    def get_available_deployment(
        self, model: str, messages: Any = None, input: Any = None, specific_deployment: bool | None = False, request_kwargs: dict | None = None
    ) -> Deployment:
        return self._choose(model, messages, request_kwargs)

    def _choose(self, model: str, messages: Any, request_kwargs: dict | None) -> Deployment:
        call = request_kwargs if request_kwargs is not None else {}
        deployments = self.router.get_model_list(model_name=model) or []
        return self.chooser.choose(model, deployments, messages, call.get("extra_headers") or {}, asked(call))
