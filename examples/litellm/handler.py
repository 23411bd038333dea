"""The instance that ``config.yaml`` names. Settings come from the environment."""

import os
from pathlib import Path

from inferroute_litellm import Callback, Chooser


def deployments() -> list:
    # Imported late: the proxy imports this file.
    from litellm.proxy.proxy_server import llm_router

    return llm_router.model_list if llm_router else []


callback = Callback(
    Chooser(Path(os.environ.get("INFERROUTE_MANIFEST", "manifest.yaml"))),
    deployments,
    admin=os.environ.get("INFERROUTE_ADMIN"),
    debug_headers="INFERROUTE_DEBUG_HEADERS" in os.environ,
)
