"""The commands and their arguments."""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import Annotated

import typer
from rich.console import Console

from inferroute import Diagnostic, InferrouteError, ManifestError, RequestError, __version__, render

from . import answers, diagnostics, listing
from .asking import Files, Host, Question, Strict, asks
from .loading import Sources, load, options
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


class Weight(str, Enum):
    """What `validate` ends with 1 for."""

    error = "error"
    warning = "warning"
    info = "info"


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


Count = Annotated[int, typer.Option(min=1, help="Decide so many times and print the share of each answer.")]
Answers = Annotated[Output, typer.Option("--output", "-o", help="How to print the answer.")]


def _refused(sources: Sources, error: ManifestError, output: Output) -> typer.Exit:
    """Prints why the manifests do not load."""
    if output is Output.json:
        print(json.dumps({"problems": [found.to_dict() for found in error.problems]}, indent=2, ensure_ascii=False))
    else:
        diagnostics.show(Console(stderr=True), sources, error.problems, error.left_out)
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
    fail_on: Annotated[Weight, typer.Option(help="The least severity that ends with 1.")] = Weight.error,
    output: Annotated[Reports, typer.Option("--output", "-o", help="How to print what is found.")] = Reports.text,
) -> None:
    """Checks manifests together and prints every problem of every file. Ends with 1 where there are errors; --fail-on asks for more."""
    sources = Sources.read("FILE...", files)
    found: tuple[Diagnostic, ...]
    left_out = 0
    try:
        found = load(sources, seed=0, **options(strict, None)).warnings
    except ManifestError as error:
        found, left_out = error.problems, error.left_out
    if output is Reports.text:
        diagnostics.show(Console(), sources, found, left_out)
        print(diagnostics.summary(len(files), found, left_out))
    else:
        print(render(found, sources.texts, format=output.value), end="")
    if any(diagnostics.weighs(diagnostic, fail_on.value) for diagnostic in found):
        raise typer.Exit(1)


@app.command()
@asks
def decide(question: Question, count: Count = 1, output: Answers = Output.text) -> None:
    """Decides where a request goes. Ends with 1 where it goes nowhere."""
    try:
        made = question.decide(question.router(), question.seed, count)
    except ManifestError as error:
        raise _refused(question.shown, error, output) from None
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
@asks
def explain(question: Question, output: Answers = Output.text) -> None:
    """Prints the decision with its reasons: every match tried, every endpoint, every draw. Ends with 1 where the request goes nowhere."""
    try:
        router = question.router()
        explanation = question.explain(router, question.seed)
        made = question.decide(router, explanation.seed, 1)
    except ManifestError as error:
        raise _refused(question.shown, error, output) from None
    except RequestError as error:
        raise _bad_request(error, output) from None
    if output is Output.json:
        print(json.dumps(explanation.to_dict(), indent=2, ensure_ascii=False))
    else:
        Console().print(str(explanation).rstrip("\n"), soft_wrap=True, markup=False, highlight=False)
    if not made[0].ok:
        raise typer.Exit(1)


@app.command()
def models(files: Files, host: Host = None, strict: Strict = False, output: Answers = Output.text) -> None:
    """Lists the models to publish at /v1/models for requests to a host; without --host, those that every host serves."""
    sources = Sources.read("--file", files)
    try:
        published = load(sources, seed=0, **options(strict, None)).published_models(host)
    except ManifestError as error:
        raise _refused(sources, error, output) from None
    if output is Output.json:
        print(json.dumps(published, indent=2, ensure_ascii=False))
    else:
        listing.show_models(Console(), published)


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
