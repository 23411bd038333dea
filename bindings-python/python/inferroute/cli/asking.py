"""The request of a command line: the arguments that `decide` and `explain` share, and the question they make."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Optional

import typer

from inferroute import STRATEGIES, Explanation, Router

from .answers import Answer
from .loading import Sources, load, options
from .state import apply_state
from .usage import headers, read_bytes, refuse

Files = Annotated[list[str], typer.Option("--file", "-f", metavar="FILE", help="Manifests, YAML or JSON; - is standard input. May be repeated.")]
State = Annotated[Optional[str], typer.Option(metavar="FILE", help="Endpoints and requests in flight, YAML or JSON.")]
Header = Annotated[list[str], typer.Option("--header", "-H", metavar="NAME=VALUE", help="A header of the request. May be repeated.")]
Host = Annotated[Optional[str], typer.Option(help="The host the client asks for.")]
PathText = Annotated[str, typer.Option(help="The path with its query.")]
Method = Annotated[str, typer.Option(help="The method, in capitals.")]
Gateway = Annotated[Optional[str], typer.Option(metavar="NS/NAME", help="The Gateway the request comes through.")]
ClientNamespace = Annotated[Optional[str], typer.Option(metavar="NS", help="The namespace of a client within a mesh; --host then names a Service.")]
Port = Annotated[Optional[int], typer.Option(min=1, max=65535, help="The port of the Gateway's listener, or of the Service.")]
Pool = Annotated[Optional[str], typer.Option(metavar="NS/NAME", help="The InferencePool to choose in; no route is looked at.")]
Model = Annotated[Optional[str], typer.Option(help="The model the body asks for.")]
Body = Annotated[Optional[str], typer.Option(metavar="FILE", help="The body; the model is read from it, as --path and header content-type say.")]
Seed = Annotated[Optional[int], typer.Option(min=0, max=2**64 - 1, help="Of the decision; with --count, of the router that draws one for each.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what a Kubernetes API server would refuse.")]
Config = Annotated[Optional[str], typer.Option("--endpoint-picker-config", metavar="FILE", help="An EndpointPickerConfig, which says how an endpoint of a pool is chosen.")]
PromptText = Annotated[Optional[str], typer.Option("--prompt", metavar="TEXT|@FILE", help="The prompt, for profiles that look at prefix caches.")]
Tenant = Annotated[Optional[str], typer.Option(help="Whose request it is: prompts of different tenants never count as alike.")]
Strategy = Annotated[Optional[str], typer.Option(help=f"How an endpoint of a pool is chosen: {', '.join(STRATEGIES)}.")]


@dataclass(frozen=True)
class Question:
    """A request with the router that shall answer it, as a command line describes them."""

    sources: Sources
    state: str | None
    seed: int | None
    options: dict[str, Any]
    headers: list[tuple[str, str]]
    arguments: dict[str, Any]

    @property
    def shown(self) -> Sources:
        """All texts that a diagnostic may quote."""
        config = self.options.get("endpoint_picker_config")
        return self.sources if config is None else Sources([*self.sources.texts, ("config", config)])

    def router(self) -> Router:
        """The router in its state. Raises ``ManifestError``."""
        router = load(self.sources, seed=self.seed, **self.options)
        if self.state is not None:
            apply_state(router, self.state)
        return router

    def decide(self, router: Router, seed: int | None, count: int) -> list[Answer]:
        """One decision with ``seed``, or ``count`` with seeds that the router draws."""
        if count == 1:
            return [router.decide(self.headers, seed=seed, **self.arguments)]
        return [router.decide(self.headers, **self.arguments) for _ in range(count)]

    def explain(self, router: Router, seed: int | None) -> Explanation:
        """The decision with its reasons."""
        return router.explain(self.headers, seed=seed, **self.arguments)


def _question(
    files: Files,
    state: State = None,
    header: Header = [],
    host: Host = None,
    path: PathText = "/",
    method: Method = "GET",
    gateway: Gateway = None,
    client_namespace: ClientNamespace = None,
    port: Port = None,
    pool: Pool = None,
    model: Model = None,
    body: Body = None,
    seed: Seed = None,
    strict: Strict = False,
    strategy: Strategy = None,
    endpoint_picker_config: Config = None,
    prompt: PromptText = None,
    tenant: Tenant = None,
) -> Question:
    sources = Sources.read("--file", files)
    pairs = headers(header)
    if model is not None and body is not None:
        raise refuse("--body", "--model and --body both say the model; give one")
    if gateway is not None and not all(gateway.partition("/")):
        raise refuse("--gateway", f"{gateway!r} is not of the form namespace/name")
    if pool is not None and not all(pool.partition("/")):
        raise refuse("--pool", f"{pool!r} is not of the form namespace/name")
    if gateway is not None and client_namespace is not None:
        raise refuse("--client-namespace", "a request comes through a Gateway or from a client within a mesh; give one")
    if port is not None and gateway is None and client_namespace is None:
        raise refuse("--port", "the port is that of a Gateway's listener or a Service; give --gateway or --client-namespace too")
    arguments: dict[str, Any] = {
        "host": host,
        "path": path,
        "method": method,
        "gateway": gateway,
        "client_namespace": client_namespace,
        "port": port,
        "pool": pool,
        "model": model,
        "tenant": tenant,
        "prompt": read_bytes("--prompt", prompt[1:]) if prompt is not None and prompt.startswith("@") else prompt,
    }
    if body is not None:
        arguments["body"] = read_bytes("--body", body)
        content_types = [value for name, value in pairs if name.lower() == "content-type"]
        arguments["content_type"] = content_types[0] if content_types else None
    given = {name: value for name, value in arguments.items() if value is not None}
    return Question(sources, state, seed, options(strict, strategy, client_namespace is not None, endpoint_picker_config), pairs, given)


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command, in place of its first parameter, the arguments that describe a question; it gets the question."""
    shared = inspect.signature(_question, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @wraps(command)
    def wrapper(**given: Any) -> None:
        question = _question(**{name: given.pop(name) for name in shared})
        command(question, **given)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in [*shared.values(), *own]]
    vars(wrapper)["__signature__"] = inspect.Signature(parameters)
    wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
    return wrapper
