"""A data dictionary of REDCap (its CSV) as forms of ours: what fits becomes a field, the rest is named."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from core.errors import UnreadableImport
from core.words import _

VARIABLE, FORM, SECTION = "Variable / Field Name", "Form Name", "Section Header"
TYPE, LABEL, NOTE = "Field Type", "Field Label", "Field Note"
CHOICES = "Choices, Calculations, OR Slider Labels"
VALIDATION = "Text Validation Type OR Show Slider Number"
LOW, HIGH = "Text Validation Min", "Text Validation Max"
IDENTIFIER, SHOWN, REQUIRED = (
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
)
_NEEDED = (VARIABLE, FORM, TYPE, LABEL)
_TYPES = {
    "notes": "long_text",
    "radio": "choice",
    "dropdown": "choice",
    "checkbox": "choices",
    "yesno": "yes_no",
    "truefalse": "yes_no",
    "file": "file",
    "slider": "integer",
}
_VALIDATED = (
    ("integer", "integer"),
    ("number", "number"),
    ("datetime", "instant"),
    ("date", "date"),
    ("time", "time"),
)
_DATES = {"date", "instant"}
_TEXTS = {"text", "long_text", "file"}
_EQUALS = re.compile(r"\[(\w+)(?:\((\w+)\))?\]\s*=\s*['\"]?(\w+)['\"]?")
_DECIMALS = 6

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Converted:
    """One form of the dictionary as a definition of ours. ``left_out`` says what of it we do not have, and why."""

    id: str
    text: str
    left_out: tuple[str, ...]


def forms(data: bytes) -> tuple[Converted, ...]:
    """The forms of a data dictionary in its order. Raises UnreadableImport where it is none."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableImport(
            _("This is no data dictionary of REDCap: save it from REDCap as CSV (UTF-8).")
        ) from error
    missing = [name for name in _NEEDED if not rows or name not in rows[0]]
    if missing:
        text = _("This is no data dictionary of REDCap: the column “{name}” is missing.")
        raise UnreadableImport(text.format(name=missing[0]))
    grouped = groupby(rows, key=lambda row: (row[FORM] or "").strip())
    return tuple(_form(name, list(of_form)) for name, of_form in grouped if name)


def _form(name: str, rows: Iterable[Row]) -> Converted:
    lines: list[str] = []
    groups: list[str] = []
    left_out: list[str] = []
    names: list[tuple[str, str]] = []
    heading = ""
    for number, row in enumerate(rows, start=1):
        one = _id(row[VARIABLE])
        kind = _type(row)
        heading = (row.get(SECTION) or "").strip() or heading
        if not kind:
            text = _("{field}: its type “{type}” is not taken over")
            left_out.append(text.format(field=one, type=row[TYPE]))
            continue
        shown = (row.get(SHOWN) or "").strip()
        condition = _condition(shown, dict(names)) if shown else ""
        if shown and not condition:
            text = _("{field}: always asked; its condition “{condition}” is not taken over")
            left_out.append(text.format(field=one, condition=shown))
        group = f"g{number}" if condition or heading else ""
        if group:
            groups += _group(group, heading, condition)
        lines += _field(row, one, kind, group)
        names.append((one, kind))
    head = [
        f"id = {_text(_id(name))}",
        'version = "1"',
        f"title = {_text(name.replace('_', ' ').capitalize())}",
        'of = "patient"',
        "repeats = true",
        'layout = "rows"',
        f'row = "{{{names[0][0]}}}"' if names else 'row = ""',
    ]
    return Converted(_id(name), "\n".join([*head, *lines, *groups, ""]), tuple(left_out))


def _field(row: Row, one: str, kind: str, group: str) -> list[str]:
    given = {
        "id": _text(one),
        "title": _text(_plain(row[LABEL]) or one),
        "type": _text(kind),
    }
    if note := _plain(row.get(NOTE) or ""):
        given["help"] = _text(note)
    if (row.get(REQUIRED) or "").strip().lower() == "y":
        given["required"] = "true"
    if kind in {"choice", "choices"}:
        given["choices"] = _choices(row.get(CHOICES) or "")
    if kind in {"number", "integer"}:
        given |= {**_range(row, kind), "plot": "true"}
    given["identifies"] = _text(_identifies(row, kind))
    if group:
        given["group"] = _text(group)
    return ["", "[[fields]]", *(f"{name} = {value}" for name, value in given.items())]


def _group(group: str, heading: str, condition: str) -> list[str]:
    lines = ["", "[[groups]]", f"id = {_text(group)}"]
    if heading:
        lines.append(f"title = {_text(_plain(heading))}")
    return [*lines, f"show_if = {{ {condition} }}"] if condition else lines


def _type(row: Row) -> str:
    kind = row[TYPE].strip().lower()
    if kind == "text":
        asked = (row.get(VALIDATION) or "").strip().lower()
        return next((ours for begin, ours in _VALIDATED if asked.startswith(begin)), "text")
    return _TYPES.get(kind, "")


def _range(row: Row, kind: str) -> dict[str, str]:
    found = {} if kind == "integer" else {"decimals": str(_DECIMALS)}
    for name, column in (("low", LOW), ("high", HIGH)):
        text = (row.get(column) or "").strip()
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            found[name] = text
    if row[TYPE].strip().lower() == "slider":
        return {"low": "0", "high": "100", **found}
    return found


def _choices(text: str) -> str:
    parts = [part.partition(",") for part in text.split("|") if part.strip()]
    made = [
        f"{{ id = {_text(_code(code))}, text = {_text(_plain(words) or code.strip())} }}"
        for code, _comma, words in parts
    ]
    return f"[{', '.join(made)}]"


def _condition(shown: str, kinds: Mapping[str, str]) -> str:
    """Equalities joined by "and", of fields before this one; empty where it says anything else."""
    found = []
    for part in re.split(r"\s+and\s+", shown, flags=re.IGNORECASE):
        match = _EQUALS.fullmatch(part.strip())
        kind = kinds.get(_id(match[1])) if match else None
        if match is None or kind is None:
            return ""
        ticked = match[2] is not None
        if kind == "yes_no":
            value = "true" if match[3] == "1" else "false"
        elif kind == "choices" and ticked and match[3] == "1":
            value = _text(_code(match[2]))
        elif kind == "choice" and not ticked:
            value = _text(_code(match[3]))
        else:
            return ""
        found.append(f"{_id(match[1])} = {value}")
    return ", ".join(found)


def _identifies(row: Row, kind: str) -> str:
    if (row.get(IDENTIFIER) or "").strip().lower() == "y" or kind in _TEXTS:
        return "yes"
    return "date" if kind in _DATES else "no"


def _id(text: str) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "_", text.strip().lower()).strip("_")
    return plain if plain[:1].isalpha() else f"f_{plain}"


def _code(text: str) -> str:
    plain = re.sub(r"[^a-z0-9_+-]+", "_", text.strip().lower()).strip("_")
    return plain if plain[:1].isalnum() else f"c{plain}"


def _plain(text: str) -> str:
    """Without the markup that REDCap allows in labels."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _text(text: str) -> str:
    """A text as TOML writes it: its basic strings are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
