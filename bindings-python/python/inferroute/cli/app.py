"""The commands and their arguments."""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import Annotated, Optional

import typer
from rich.console import Console

from inferroute import Diagnostic, InferrouteError, ManifestError, RequestError, __version__

from . import answers, diagnostics
from .asking import Question
from .loading import Sources, apply_state, load, options
from .usage import refuse
from .vectors import run as vector_run

app = typer.Typer(
    help="Decides where requests to language models go: checks manifests, decides, explains, runs test vectors.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Frames and wrapped lines are for people; what a script reads stays on one line.
    rich_markup_mode="rich" if sys.stdout.isatty() and sys.stderr.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Reports(str, Enum):
    """How diagnostics are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


class Output(str, Enum):
    """How answers are printed."""

    text = "text"
    json = "json"


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)] = False,
) -> None:
    """Decides where requests to language models go."""


Files = Annotated[list[str], typer.Option("--file", "-f", metavar="FILE", help="Manifests, YAML or JSON; - is standard input. May be repeated.")]
State = Annotated[Optional[str], typer.Option(metavar="FILE", help="Endpoints and requests in flight, YAML or JSON.")]
Header = Annotated[list[str], typer.Option("--header", "-H", metavar="NAME=VALUE", help="A header of the request. May be repeated.")]
Host = Annotated[Optional[str], typer.Option(help="The host the client asks for.")]
PathText = Annotated[str, typer.Option(help="The path with its query.")]
Method = Annotated[str, typer.Option(help="The method, in capitals.")]
Gateway = Annotated[Optional[str], typer.Option(metavar="NS/NAME", help="The Gateway the request comes through.")]
ClientNamespace = Annotated[Optional[str], typer.Option(metavar="NS", help="The namespace of a client within a mesh; --host then names a Service.")]
Port = Annotated[Optional[int], typer.Option(min=1, max=65535, help="The port of the Gateway's listener, or of the Service.")]
Model = Annotated[Optional[str], typer.Option(help="The model the body asks for.")]
Body = Annotated[Optional[str], typer.Option(metavar="FILE", help="The body; the model is read from it, as --path and header content-type say.")]
Seed = Annotated[Optional[int], typer.Option(min=0, max=2**64 - 1, help="Of the decision; with --count, of the router that draws one for each.")]
Count = Annotated[int, typer.Option(min=1, help="Decide so many times and print the share of each answer.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what a Kubernetes API server would refuse.")]
Strategy = Annotated[Optional[str], typer.Option(help="How an endpoint of a pool is chosen.")]
Answers = Annotated[Output, typer.Option("--output", "-o", help="How to print the answer.")]


def _refused(sources: Sources, error: ManifestError, output: Output) -> typer.Exit:
    """Prints why the manifests do not load."""
    if output is Output.json:
        print(json.dumps({"problems": [diagnostics.as_dict(found) for found in error.problems]}, indent=2, ensure_ascii=False))
    else:
        diagnostics.show(Console(stderr=True), sources, error.problems)
    return typer.Exit(1)


def _bad_request(error: RequestError, output: Output) -> Exception:
    """The body's fault ends with 1, an argument's with 2."""
    if not error.code.startswith("BD"):
        return typer.BadParameter(str(error))
    if output is Output.json:
        print(json.dumps({"error": {"code": error.code, "message": str(error)}}, indent=2, ensure_ascii=False))
    else:
        Console(stderr=True).print(str(error), style="red", soft_wrap=True, markup=False, highlight=False)
    return typer.Exit(1)


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Manifests, YAML or JSON; - is standard input.")],
    strict: Strict = False,
    output: Annotated[Reports, typer.Option("--output", "-o", help="How to print what is found.")] = Reports.text,
) -> None:
    """Checks manifests together and prints every problem of every file. Ends with 1 where there are errors; warnings are fine."""
    sources = Sources.read("FILE...", files)
    found: tuple[Diagnostic, ...]
    try:
        found = load(sources, seed=0, **options(strict, None)).warnings
    except ManifestError as error:
        found = error.problems
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    if output is Reports.json:
        print(diagnostics.as_json(found))
    elif output is Reports.sarif:
        print(diagnostics.as_sarif(found))
    else:
        diagnostics.show(Console(), sources, found)
        print(", ".join(_number(count, word) for count, word in [(len(files), "file"), (errors, "error"), (len(found) - errors, "warning")]))
    if errors:
        raise typer.Exit(1)


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


@app.command()
def decide(
    files: Files,
    state: State = None,
    header: Header = [],
    host: Host = None,
    path: PathText = "/",
    method: Method = "GET",
    gateway: Gateway = None,
    client_namespace: ClientNamespace = None,
    port: Port = None,
    model: Model = None,
    body: Body = None,
    seed: Seed = None,
    count: Count = 1,
    strict: Strict = False,
    strategy: Strategy = None,
    output: Answers = Output.text,
) -> None:
    """Decides where a request goes. Ends with 1 where it goes nowhere."""
    sources = Sources.read("--file", files)
    question = Question.of(header, host, path, method, gateway, client_namespace, port, model, body)
    try:
        router = load(sources, seed=seed, **options(strict, strategy, mesh=client_namespace is not None))
        if state is not None:
            apply_state(router, state)
        made = question.decide(router, seed, count)
    except ManifestError as error:
        raise _refused(sources, error, output) from None
    except RequestError as error:
        raise _bad_request(error, output) from None
    if output is Output.json:
        found = answers.as_dict(made[0])
        if count > 1:
            found["shares"] = answers.shares(made)
        print(json.dumps(found, indent=2, ensure_ascii=False))
    elif count > 1:
        answers.show_shares(Console(), answers.shares(made), count)
    else:
        answers.show(Console(), made[0])
    if not all(answer.ok for answer in made):
        raise typer.Exit(1)


@app.command()
def explain(
    files: Files,
    state: State = None,
    header: Header = [],
    host: Host = None,
    path: PathText = "/",
    method: Method = "GET",
    gateway: Gateway = None,
    client_namespace: ClientNamespace = None,
    port: Port = None,
    model: Model = None,
    body: Body = None,
    seed: Seed = None,
    strict: Strict = False,
    strategy: Strategy = None,
    output: Answers = Output.text,
) -> None:
    """Prints the decision with its reasons: every match tried, every endpoint, every draw. Ends with 1 where the request goes nowhere."""
    sources = Sources.read("--file", files)
    question = Question.of(header, host, path, method, gateway, client_namespace, port, model, body)
    try:
        router = load(sources, seed=seed, **options(strict, strategy, mesh=client_namespace is not None))
        if state is not None:
            apply_state(router, state)
        explanation = question.explain(router, seed)
        made = question.decide(router, explanation.seed, 1)
    except ManifestError as error:
        raise _refused(sources, error, output) from None
    except RequestError as error:
        raise _bad_request(error, output) from None
    if output is Output.json:
        print(json.dumps(explanation.to_dict(), indent=2, ensure_ascii=False))
    else:
        Console().print(str(explanation).rstrip("\n"), soft_wrap=True, markup=False, highlight=False)
    if not made[0].ok:
        raise typer.Exit(1)


@app.command()
def test(
    files: Annotated[list[str], typer.Argument(metavar="FILE.jsonl...", help="Vectors, one case a line.")],
) -> None:
    """Runs test vectors and compares every answer. Ends with 1 on any mismatch."""
    try:
        passed = vector_run.run(Console(), files)
    except InferrouteError as error:
        raise refuse("FILE.jsonl...", str(error)) from None
    if not passed:
        raise typer.Exit(1)
