"""A TOML file as a value of one of our classes, and the line of whatever is wrong with it.

Not by `core.convert`: it makes 2 of 2.5 and a list of letters of a text, and does not say where in the
file a value is.
"""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from core.errors import AppError
from core.words import _

T = TypeVar("T")
E = TypeVar("E", bound=AppError)
Place = tuple[str | int, ...]  # ("items", 3, "choices", 1): the second choice of the fourth item
Scalar = str | int | float | bool
MOST_SHOWN = 60  # characters of a wrong value


class Fault(Exception):
    """What is wrong in a definition, and the place of it."""

    def __init__(self, message: str, place: Place, **names: object) -> None:
        super().__init__(message.format(**names))
        self.place = place


def read(
    name: str, data: bytes, kind: type[T], check: Callable[[T], None], refused: type[AppError]
) -> T:
    """The value in a file of this name. ``check`` raises Fault where it is well formed and cannot be right.

    Raises ``refused``, naming the file and the line to fix.
    """
    try:
        text = data.decode("utf-8-sig")  # as the Editor of Windows saves it
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _invalid(
            name, line, _("this is not UTF-8; save the file as UTF-8."), refused
        ) from error
    raw = _parsed(name, text, refused)
    try:
        one = built(kind, raw, ())
        check(one)
    except Fault as fault:
        raise refusal(name, text, fault, refused) from fault
    return one


def _parsed(name: str, text: str, refused: type[AppError]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _invalid(
            name, 1, _("its lists or tables are too deep; fix them."), refused
        ) from error
    except ValueError as error:  # of its own, and of a number with thousands of digits
        at = re.search(r"at line (\d+)", str(error))  # or "at end of document"
        line = int(at[1]) if at else text.rstrip().count("\n") + 1
        said = _("this is not TOML ({why}); fix it.")
        raise _invalid(name, line, said.format(why=error), refused) from error


def refusal(name: str, text: str, fault: Fault, refused: type[E]) -> E:
    """The error that says what is wrong with a file, and in which line."""
    return _invalid(name, _line(text, fault.place), str(fault), refused)


def _invalid(name: str, line: int, message: str, refused: type[E]) -> E:
    where = _("{file}, line {line}").format(file=name, line=line)
    return refused(f"{where}: {message}")


def built(kind: type[T], raw: Any, place: Place) -> T:
    """A value of the definition; nothing is coerced, and nothing unknown is passed over."""
    if not isinstance(raw, dict):
        raise Fault(_("a table must be here, not {what}."), place, what=_shown(raw))
    hints = get_type_hints(kind)
    for key in raw:
        if key not in hints:
            text = _("“{key}” means nothing here; remove it, or spell it as one of: {known}.")
            raise Fault(text, (*place, key), key=key, known=", ".join(hints))
    values = {}
    for one in fields(kind):  # type: ignore[arg-type]  # T is a dataclass
        if one.name in raw:
            values[one.name] = _value(hints[one.name], raw[one.name], (*place, one.name))
        elif one.default is MISSING and one.default_factory is MISSING:
            raise Fault(_("“{key}” is missing; add it."), place, key=one.name)
    return kind(**values)


def _value(hint: Any, raw: Any, place: Place) -> Any:
    name = next(step for step in reversed(place) if isinstance(step, str))
    if get_origin(hint) is tuple:
        if not isinstance(raw, list):
            text = _("“{key}” must be a list, not {what}.")
            raise Fault(text, place, key=name, what=_shown(raw))
        inner = get_args(hint)[0]
        return tuple(_value(inner, one, (*place, index)) for index, one in enumerate(raw))
    if NoneType in get_args(hint):  # of one that may be missing
        inner = next(one for one in get_args(hint) if one is not NoneType)
        return _value(inner, raw, place)
    if is_dataclass(hint):
        return built(hint, raw, place)  # type: ignore[arg-type]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if not isinstance(raw, str) or raw not in set(hint):
            text = _("“{key}” must be one of {known}, not {what}.")
            raise Fault(
                text, place, key=name, known=", ".join(filter(None, hint)), what=_shown(raw)
            )
        return hint(raw)
    if get_origin(hint) is dict:
        return _conditions(raw, place, name)
    if hint is float and type(raw) is int and abs(raw) < 1e15:  # beyond, a float is another number
        return float(raw)
    if type(raw) is not hint:  # isinstance would take True for a number
        wanted = {str: _("a text"), int: _("a whole number"), bool: _("true or false")}.get(
            hint, _("a number")
        )
        text = _("“{key}” must be {wanted}, not {what}.")
        raise Fault(text, place, key=name, wanted=wanted, what=_shown(raw))
    if isinstance(raw, str) and not raw.strip():
        raise Fault(_("“{key}” is empty; write its words."), place, key=name)
    return raw


def _conditions(raw: Any, place: Place, name: str) -> dict[str, Any]:
    """A table of plain values and lists of texts, as conditions and ready answers are written."""
    if not isinstance(raw, dict):
        text = _("“{key}” must be a table, not {what}.")
        raise Fault(text, place, key=name, what=_shown(raw))
    for key, value in raw.items():
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not texts and type(value) not in {str, int, float, bool}:
            text = _("“{key}” must be a text, a number, true, false or a list of texts.")
            raise Fault(text, place, key=key)
    return {key: tuple(one) if isinstance(one, list) else one for key, one in raw.items()}


def _shown(raw: Any) -> str:
    """What the file has, cut if it is long: the sentence is to be read."""
    text = json.dumps(raw, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


# Where a part is in the file.

_QUOTED = re.compile(
    r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*'
)
_HEADER = re.compile(r"^[ \t]*\[\[?[ \t]*([\w.-]+)", re.MULTILINE)


def _line(text: str, place: Place) -> int:
    """The line of that part, or of the nearest thing round it that is there."""
    bare = _QUOTED.sub(lambda one: one[0][0] + re.sub(r"\S", " ", one[0][1:]), text)
    headers = list(_HEADER.finditer(bare))
    starts = [*(header.start() for header in headers), len(bare)]
    at, end = 0, starts[0]  # the keys above the first table
    tables = [n for n, header in enumerate(headers) if header[1] in place[:1]]
    if tables:
        nth = place[1] if len(place) > 1 else 0
        table = tables[int(nth)]
        at, end, place = starts[table], starts[table + 1], place[2:]
    if place:
        key = re.compile(rf"^[ \t]*{re.escape(str(place[0]))}[ \t]*=", re.MULTILINE)
        if (found := key.search(bare, at, end)) is not None:
            inner = place[1] if len(place) > 1 else None
            at = _element(bare, found.end(), inner) if isinstance(inner, int) else found.end()
    return bare.count("\n", 0, at) + 1


def _element(bare: str, at: int, nth: int) -> int:
    """Where the nth text or table of the list after ``at`` begins. (A table in a list is one line.)"""
    depth = 0
    for here in range(bare.index("[", at), len(bare)):
        letter = bare[here]
        if depth == 1 and letter in "{\"'":
            if nth == 0:
                return here
            nth -= 1
        depth += (letter in "[{") - (letter in "]}")
        if depth == 0:
            break
    return at
