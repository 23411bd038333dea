"""Writes a config for LiteLLM's proxy in which each endpoint of a list is a deployment.

python config_of.py MANIFEST ENDPOINTS [--plain] > config.yaml
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from inferroute import Router


def config(manifest: Path, endpoints: Path, *, plain: bool = False, timeout: float = 60) -> dict:
    """``plain``: without the callback, for comparison; LiteLLM then shuffles."""
    listed = {each["name"]: each for each in json.loads(endpoints.read_text())}
    router = Router(manifest.read_text())
    router.observe({"event": "endpoints_replaced", "endpoints": list(listed.values())})
    example = yaml.safe_load((Path(__file__).parent / "config.yaml").read_text())
    example["model_list"] = [
        {
            "model_name": "*",
            "litellm_params": {"model": "openai/*", "api_base": f"http://{each['address']}/v1", "api_key": "none"},
            "model_info": {"id": name, "labels": listed[name]["labels"]},
        }
        for each in router.endpoints()
        if (name := each["id"].partition("/")[2].partition(":")[0]) in listed
    ]
    example["litellm_settings"]["request_timeout"] = timeout
    if plain:
        del example["litellm_settings"]["callbacks"]
    return example


if __name__ == "__main__":
    print(yaml.safe_dump(config(Path(sys.argv[1]), Path(sys.argv[2]), plain="--plain" in sys.argv)))
