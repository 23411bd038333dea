"""The callback of ``../handler.py``, which also names the server and its model as the load driver looks for them: LiteLLM prefixes the headers of servers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from inferroute_litellm import Callback, Chooser


def deployments() -> list:
    from litellm.proxy.proxy_server import llm_router

    return llm_router.model_list if llm_router else []


class ForLoad(Callback):
    async def async_post_call_response_headers_hook(self, data: dict, user_api_key_dict: Any, response: Any, **more: Any) -> dict[str, str]:
        given = (getattr(response, "_hidden_params", None) or {}).get("additional_headers") or {}
        names = ("x-served-by", "x-served-model")
        return {name: str(given[f"llm_provider-{name}"]) for name in names if f"llm_provider-{name}" in given}


callback = ForLoad(Chooser(Path(os.environ["INFERROUTE_MANIFEST"])), deployments, admin=os.environ["INFERROUTE_ADMIN"])
