"""Writes the template of a translation: every message of the code and of the shipped definitions.

    uv run python -m scripts.write_messages als-follow-up.pot

It is what gettext's tools read (msginit, msgmerge, Poedit). It is not kept: it is made when somebody translates.
"""

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core import resources, words
from core.findings import plausibility, quality
from core.findings.alerts import definition as alerts
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model import measurement, thresholds
from core.protocols import catalog as protocols
from core.science import lung_function
from core.views.sheet import definition as sheet
from core.views.trail_tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
CODE = ("core", "ui", "main.py")
ONE, SEVERAL = {"_", "tr", "N_", "gettext"}, {"plural", "ngettext"}
HEAD = """\
# Translation of ALS Follow-up. To add a language, save this as resources/translations/LANGUAGE/LC_MESSAGES/als-follow-up.po,
# translate it, compile it to als-follow-up.mo beside it, and run scripts.write_manifest.
# X-Direction is rtl for a language that is written from right to left; X-Small-Within is no for one in which a title
# within a sentence keeps its capital letter; X-Week-Begins is the English name of the day on which a week begins. Language names the folder of docs/guide that has the guide in it, such as de. What is in braces is filled in by the program, and stays as it is.
msgid ""
msgstr ""
"Project-Id-Version: ALS Follow-up\\n"
"Language: \\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"X-Direction: ltr\\n"
"X-Small-Within: yes\\n"
"X-Week-Begins: monday\\n"
"""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One entry: ``many`` is its plural where it has one, ``context`` tells it from an equal word."""

    text: str
    many: str = ""
    context: str = ""


@dataclass(slots=True)
class Found:
    """Where a message stands, as file:line, in order."""

    places: list[str] = field(default_factory=list)


class NotAMessage(Exception):
    """A call that a translation can never reach: its text is put together before it is looked up."""


def messages() -> dict[Message, Found]:
    """Every message with its places, in the order of the files. Raises NotAMessage, naming the line."""
    found: dict[Message, Found] = {}
    for place, message in (*_of_code(), *_of_definitions(), *_of_tables()):
        found.setdefault(message, Found()).places.append(place)
    return _merged(found)


def _merged(found: Mapping[Message, Found]) -> dict[Message, Found]:
    """One entry a text, as gettext has it: one that is also counted stands with its plural. Raises NotAMessage."""
    counted: dict[tuple[str, str], Message] = {}
    for message, one in found.items():
        if message.many:
            other = counted.setdefault((message.context, message.text), message)
            if other is not message:
                raise NotAMessage(f"{one.places[0]}: “{message.text}” has another plural elsewhere")
    merged: dict[Message, Found] = {}
    for message, one in found.items():
        entry = counted.get((message.context, message.text), message)
        merged.setdefault(entry, Found()).places.extend(one.places)
    return merged


def _of_code() -> Iterator[tuple[str, Message]]:
    for path in (file for name in CODE for file in _files(ROOT / name)):
        name = path.relative_to(ROOT).as_posix()
        for line, message in in_source(path.read_text("utf-8"), name):
            yield f"{name}:{line}", message


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def in_source(text: str, name: str) -> Iterator[tuple[int, Message]]:
    """The messages of one module with their lines. Raises NotAMessage."""
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        called = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
        if called in ONE:
            for one in _texts(call.args[0], name):
                yield call.lineno, Message(one)
        elif called in SEVERAL and any(isinstance(one, ast.Starred) for one in call.args):
            raise NotAMessage(f"{name}:{call.lineno}: write both forms where they are used")
        elif called in SEVERAL and len(call.args) == 3:
            pair = call.args[1:] if called == "plural" else call.args[:2]
            several = [list(_texts(one, name)) for one in pair]
            yield from (
                (call.lineno, Message(one, many)) for one, many in zip(*several, strict=True)
            )


def _texts(node: ast.expr, name: str) -> Iterator[str]:
    """The texts that an argument may be; a name or a call is looked up by what it holds, marked where that is written."""
    match node:
        case ast.Constant(value=str(text)):
            if text:
                yield text
        case ast.IfExp():
            yield from _texts(node.body, name)
            yield from _texts(node.orelse, name)
        case ast.BoolOp():
            for one in node.values:
                yield from _texts(one, name)
        case ast.JoinedStr() | ast.BinOp():
            raise NotAMessage(
                f"{name}:{node.lineno}: give the whole sentence, with names in braces"
            )


def _of_definitions() -> Iterator[tuple[str, Message]]:
    shipped: tuple[Mapping[Any, Any], ...] = (
        *(forms.shipped(), instruments.versions(), protocols.brought(), measurement.kinds()),
        *(thresholds.shipped(), alerts.shipped().actions, alerts.shipped().alerts),
        *(plausibility.shipped(), quality.shipped(), lung_function.equations()),
        *(laboratory.tests(), laboratory.panels(), laboratory.shipped().sets),
    )
    for each in shipped:
        for one in each.values():
            for text in shown_texts(one):
                yield _place(text), Message(text)
    for text in shown_texts(sheet.shipped()):
        yield _place(text), Message(text)
    for equation in lung_function.equations().values():
        for name in equation.groups.values():
            yield _place(name), Message(name)


def shown_texts(one: object) -> Iterator[str]:
    """Every text of a definition that a person reads, as its file has it."""
    if isinstance(one, tuple):
        for inner in one:
            yield from shown_texts(inner)
    elif is_dataclass(one) and not isinstance(one, type):
        shown = words.shown_fields(type(one))
        for each in fields(one):
            if each.name in shown:
                written = words.as_written(one, each.name)
                yield from filter(None, (written,) if isinstance(written, str) else written)
            else:
                yield from shown_texts(getattr(one, each.name))


@cache
def _sources() -> dict[str, list[str]]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8").splitlines()
        for path in sorted(resources.FOLDER.rglob("*.toml"))
    }


def _place(text: str) -> str:
    """The file and line of a shipped text."""
    written = json.dumps(text, ensure_ascii=False)
    for name, lines in _sources().items():
        for number, line in enumerate(lines, start=1):
            if written in line:
                return f"{name}:{number}"
    return "resources"


def _of_tables() -> Iterator[tuple[str, Message]]:
    """Columns that the trail calls by their own names, and the months, which have a context of their own."""
    for table in TABLES.values():
        for title, _say in table.columns.values():
            if title:
                yield "core/views/trail_tables.py", Message(title)
    for month in words.MONTHS:
        yield "core/words.py", Message(month, context="month")
    for month in words.MONTHS_IN_FULL:
        yield "core/words.py", Message(month, context="month in full")


def template(found: Mapping[Message, Found]) -> str:
    """The .pot file."""
    return "\n".join([HEAD, *(_entry(message, one.places) for message, one in found.items())])


def _entry(message: Message, places: Iterable[str]) -> str:
    lines = [f"#: {place}" for place in dict.fromkeys(places)]
    if "{" in message.text + message.many:
        lines.append("#, python-brace-format")
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if message.many:
        lines += [f"msgid_plural {_quoted(message.many)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines.append('msgstr ""')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    found = messages()
    Path(sys.argv[1]).write_text(template(found), "utf-8", newline="\n")
    print(f"{len(found)} messages in {sys.argv[1]}")


if __name__ == "__main__":
    main()
