"""The exceptions of inferroute and what they carry. The compiled module raises them; import them from ``inferroute``."""

from __future__ import annotations

from dataclasses import dataclass, field as _field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .types import DiagnosticDict


@dataclass(frozen=True)
class Diagnostic:
    """One finding of a load. ``str()`` gives it with its place and what to do about it."""

    code: str
    """The stable code, for example ``RT0301``."""
    severity: str
    """``error``, ``warning`` or ``info``: right as far as the manifests tell, another one may make it whole."""
    message: str
    """What is wrong, in one sentence."""
    help: str
    """What to do about it."""
    file: str
    """The name that the text was given, ``manifest`` for a single text."""
    line: int
    """Line, from 1."""
    column: int
    """Column in characters, from 1."""
    end_column: int
    """The column behind the last character concerned, on the same line."""
    object: str
    """``Kind namespace/name``; empty where the text could not be read so far."""
    field: str
    """Path of the field in the object, for example ``spec.rules[0].backendRefs[1].name``."""
    docs: str
    """The page that describes the code: a path in the repository, for example ``docs/codes/RT0301.md``."""
    _text: str = _field(repr=False, compare=False)

    def to_dict(self) -> DiagnosticDict:
        """The fields as plain values."""
        found = dict(vars(self))
        del found["_text"]
        return cast("DiagnosticDict", found)

    def __str__(self) -> str:
        return self._text


class InferrouteError(Exception):
    """The root of all exceptions of this package. With code ``IR0000`` a bug of it."""

    code: str
    """The stable code. Messages may change between releases, codes do not."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])


class ManifestError(InferrouteError):
    """Manifests were refused: every problem of every text in one run. ``str()`` prints them all."""

    problems: tuple[Diagnostic, ...]
    """The problems in the order of their places; the first 200 where there are more."""
    left_out: int
    """How many more there were."""

    def __init__(self, message: str, problems: tuple[Diagnostic, ...], left_out: int = 0) -> None:
        super().__init__(message, problems[0].code if problems else "")
        self.args = (message, problems, left_out)
        self.problems = problems
        self.left_out = left_out


class OptionError(InferrouteError):
    """An option was refused.

    ``OP0001``: no strategy of that name. ``OP0002``: a type that an option or the manifests cannot have. ``OP0003``: a seed out of range.
    """


class EventError(InferrouteError):
    """An event was refused; the state is as before.

    ``EV0000``: no event of that form. ``EV0001``: an address that is none. ``EV0002``: an endpoint without a name. ``EV0003``: a request on
    an endpoint that is not known. ``EV0005``: an attribute more than an endpoint may have. ``EV0006``: a replica more than are kept.
    ``EV0007``: a replica with more requests in flight than are kept.
    """


class RequestError(InferrouteError, TypeError):
    """An argument of a request cannot be read. Also a ``TypeError``, which it is in nearly every case.

    ``RQ0001``: a value of the wrong type. ``RQ0002``: text with lone surrogates. ``RQ0003``: ``now``, ``seed`` or
    ``port`` and other numbers out of range. ``RQ0005``: a ``Player`` or ``Shadow`` that another call is using. ``RQ0004``: a ``gateway`` or ``objective`` that is not ``namespace/name``, or a ``port`` without one. ``BD0001`` and so on: what is
    wrong with the body, and where.
    """


class Divergence(InferrouteError):
    """A journal came out differently when it was repeated.

    ``RP0001``: the request is not the one that was decided on. ``RP0002``: another state was decided on; an entry before is missing, or there is
    one too many. ``RP0003``: the decision came out differently. ``RP0004``: an event that was taken then is refused. ``RP0005``: a ticket was
    never given out.
    """
