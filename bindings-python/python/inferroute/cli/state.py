"""The file of ``--state``: endpoints, requests in flight and load. What is wrong with it is told with its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
import yaml

from inferroute import EventError, LoadReport, Router
from inferroute.types import ReportedEndpoint

from .usage import read_text, refuse

FIELDS = {"name": "text", "namespace": "text", "address": "text", "labels": "labels", "ready": "bool"}
"""What an endpoint may say, with the reader of each."""

WORDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing", "seq": "a list", "map": "a mapping"}


def apply_state(router: Router, path: str) -> None:
    """Tells the router what a state file says."""
    reader = _Reader(path)
    state = reader.root()
    endpoints = [(node, reader.endpoint(node, f"endpoints[{number}]")) for number, node in enumerate(reader.items(state.get("endpoints"), "endpoints"))]
    counts = reader.mapping(state.get("in_flight"), "in_flight")
    loads = reader.mapping(state.get("load"), "load")
    _report(router, reader, endpoints)
    known = sorted(endpoint["id"] for endpoint in router.endpoints())
    for endpoint, node in counts.items():
        _check_known(reader, node, "in_flight", endpoint, known)
        count = reader.scalar(node, f"in_flight of {endpoint}", "int")
        if not 0 <= count < 2**32:
            raise reader.refuse(node, f"in_flight of {endpoint} goes from 0 to 4294967295, not {count}")
        router.observe({"event": "in_flight_counted", "endpoint": endpoint, "count": count})
    for endpoint, node in loads.items():
        _check_known(reader, node, "load", endpoint, known)
        _poll(router, reader, endpoint, node)


def _check_known(reader: _Reader, node: yaml.Node, what: str, endpoint: str, known: list[str]) -> None:
    if endpoint not in known:
        # The router would count it, should it appear; here nothing appears later.
        raise reader.refuse(node, f"{what} names {endpoint!r}, which is no endpoint of any pool{_meant(endpoint, known)}")


def _poll(router: Router, reader: _Reader, endpoint: str, node: yaml.Node) -> None:
    """Tells the load of an endpoint: values, or a metrics page, which stands there or in the file that is named."""
    what = f"load of {endpoint}"
    fields = reader.mapping(node, what)
    pages = [name for name in ("metrics", "metrics_file") if name in fields]
    if not pages:
        try:
            router.observe({"event": "load_polled", "endpoint": endpoint, "load": reader.plain(node)})
        except EventError as error:
            raise reader.refuse(node, f"{what}: {error}") from None
        return
    if len(fields) > 1:
        raise reader.refuse(node, f"{what} has {', '.join(fields)}; give values, or metrics, or metrics_file")
    text: str = reader.scalar(fields[pages[0]], f"{what}.{pages[0]}", "str")
    if pages[0] == "metrics_file":
        beside = text if reader.path == "-" else str(Path(reader.path).parent / text)
        text = read_text("--state", beside)
    report = router.observe_metrics(endpoint, text)
    _warn(reader, node, what, report)


def _warn(reader: _Reader, node: yaml.Node, what: str, report: LoadReport) -> None:
    for problem in report.problems:
        typer.echo(f"warning: {reader.place(node)}: {what}: {problem['message']}", err=True)


def _report(router: Router, reader: _Reader, endpoints: list[tuple[yaml.Node, ReportedEndpoint]]) -> None:
    try:
        router.observe({"event": "endpoints_replaced", "endpoints": [endpoint for _, endpoint in endpoints]})
    except EventError as refused:
        # Told one by one, the first that is refused has its place.
        for node, endpoint in endpoints:
            try:
                router.observe({"event": "endpoint_reported", "endpoint": endpoint})
            except EventError as error:
                raise reader.refuse(node, str(error)) from None
        raise reader.refuse(None, str(refused)) from None


def _meant(wrong: str, names: Iterable[str]) -> str:
    near = get_close_matches(wrong, list(names), n=1, cutoff=0.75)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Reader:
    """Values of one YAML text, each checked where it stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        # The constructor of a loader without a text: it makes values of nodes and resolves merge keys.
        self._make = yaml.SafeLoader("")

    def refuse(self, node: yaml.Node | None, message: str) -> Exception:
        """The error to raise about a node."""
        return refuse("--state", f"{self.place(node)}: {message}")

    def place(self, node: yaml.Node | None) -> str:
        """File, line and column."""
        return self.path if node is None else f"{self.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def plain(self, node: yaml.Node) -> Any:
        """The value of a node and all below it."""
        try:
            return yaml.SafeLoader("").construct_document(node)
        except yaml.YAMLError as error:
            raise self.refuse(node, f"this has no value: {error}") from None

    def root(self) -> dict[str, yaml.Node]:
        """The fields of the file."""
        try:
            node = yaml.compose(read_text("--state", self.path), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = "" if mark is None else f":{mark.line + 1}:{mark.column + 1}"
            raise refuse("--state", f"{self.path}{place}: this is neither YAML nor JSON: {error.problem}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise refuse("--state", f"{self.path}: this is neither YAML nor JSON: {error}") from None
        fields = self.mapping(node, "the state")
        self._known(fields, ["endpoints", "in_flight", "load"], node)
        return fields

    def endpoint(self, node: yaml.Node, what: str) -> ReportedEndpoint:
        """An endpoint as an event has it."""
        fields = self.mapping(node, what)
        self._known(fields, list(FIELDS), node)
        if "name" not in fields:
            raise self.refuse(node, f"{what} has no name")
        found: dict[str, Any] = {}
        for name, value in fields.items():
            if self._type(value) == "null" and name != "name":
                continue
            if FIELDS[name] == "labels":
                labels = self.mapping(value, f"{what}.labels")
                found[name] = {label: self.scalar(text, f"{what}.labels.{label}", "str") for label, text in labels.items()}
            else:
                found[name] = self.scalar(value, f"{what}.{name}", "str" if FIELDS[name] == "text" else "bool")
        return found  # type: ignore[return-value]  # of the fields of a ReportedEndpoint, each of its type

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
        """The entries of a mapping; a key without a value is an empty one."""
        if node is None or self._type(node) == "null":
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, what, "map")
        self._make.flatten_mapping(node)
        return {self.scalar(key, f"a key of {what}", "str"): value for key, value in node.value}

    def items(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """The items of a list."""
        if node is None or self._type(node) == "null":
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, what, "seq")
        return list(node.value)

    def scalar(self, node: yaml.Node, what: str, wanted: str) -> Any:
        """A value of the type that is wanted."""
        if self._type(node) != wanted:
            raise self._wrong(node, what, wanted)
        return self._make.construct_object(node)

    def _known(self, fields: Mapping[str, yaml.Node], known: list[str], node: yaml.Node | None) -> None:
        for name, value in fields.items():
            if name not in known:
                raise self.refuse(value, f"unknown field {name}{_meant(name, known)}; there are {', '.join(known)}")

    def _type(self, node: yaml.Node) -> str:
        return str(node.tag).rpartition(":")[2]

    def _wrong(self, node: yaml.Node, what: str, wanted: str) -> Exception:
        found = self._type(node)
        quotes = "; put it in quotes" if wanted == "str" and isinstance(node, yaml.ScalarNode) else ""
        return self.refuse(node, f"{what} must be {WORDS[wanted]}, not {WORDS.get(found, found)}{quotes}")
