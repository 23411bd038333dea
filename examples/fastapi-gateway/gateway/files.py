"""The manifest and the endpoints, read from files and read again when these change."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

from inferroute import InferrouteError, Router
from inferroute.types import ReportedEndpoint

from .clock import now
from .settings import Settings
from .tally import Tally

log = logging.getLogger("gateway.files")
Mark = tuple[int, int, int]


def read_endpoints(path: Path) -> list[ReportedEndpoint]:
    endpoints = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(endpoints, list):
        raise ValueError("a list of endpoints is needed")
    return endpoints


def mark(path: Path) -> Mark | None:
    """Tells one version of a file from the next; None: there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


class Files:
    """Keeps a router at what the files say. What cannot be read changes nothing."""

    def __init__(self, settings: Settings, tally: Tally) -> None:
        self.settings, self.tally = settings, tally
        self.marks = [mark(settings.manifest), mark(settings.endpoints)]
        manifest = settings.manifest.read_text(encoding="utf-8")
        self.router = Router({settings.manifest.name: manifest}, seed=settings.seed)
        for warning in self.router.warnings:
            log.warning("%s", warning)
        self._replace_endpoints()

    def _replace_endpoints(self) -> None:
        endpoints = read_endpoints(self.settings.endpoints)
        self.router.observe({"event": "endpoints_replaced", "endpoints": endpoints}, now=now())

    async def _update(self) -> None:
        text = self.settings.manifest.read_text(encoding="utf-8")
        # Compiling leaves the GIL to the requests that are served meanwhile.
        await asyncio.to_thread(self.router.update, {self.settings.manifest.name: text})

    async def follow(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(self.settings.reload_every)
            found = [mark(self.settings.manifest), mark(self.settings.endpoints)]
            for number, name in enumerate(["manifest", "endpoints"]):
                if found[number] is not None and found[number] != self.marks[number]:
                    self.marks[number] = found[number]
                    await self._reload(name)

    async def _reload(self, name: str) -> None:
        try:
            if name == "manifest":
                await self._update()
            else:
                self._replace_endpoints()
        except (InferrouteError, OSError, ValueError) as error:
            self.tally.count("reloads", file=name, outcome="refused")
            log.error("%s refused, the one before stays: %s", name, error)
        else:
            self.tally.count("reloads", file=name, outcome="taken")
            log.info("%s taken", name)
