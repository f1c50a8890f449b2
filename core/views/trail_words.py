"""An entry of the audit trail in words: what was done to what, and every field before and after."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import labels
from core.model.trail import Act, Names, TrailEntry
from core.views import trail_values as values
from core.views.trail_tables import SILENT, TABLES, Table
from core.views.trail_values import Say, short
from core.words import MISSING, N_, Words, _, day, instant

_ACTS = frozenset(act.value for act in Act)
HIDDEN = N_("clinical value")

Fields = Mapping[str, Any]
_ACT_WORDS: Mapping[Act, str] = {
    Act.SIGNED_IN: N_("signed in"),
    Act.SIGN_IN_FAILED: N_("sign-in failed"),
    Act.SIGNED_OUT: N_("signed out"),
    Act.LOCKED: N_("screen locked"),
    Act.RECOVERY_USED: N_("recovery code used"),
    Act.RECOVERY_MADE: N_("recovery code made"),
    Act.PASSWORD_SET: N_("password set"),
    Act.VIEWED: N_("chart viewed"),
    Act.PRINTED: N_("printed"),
    Act.EXPORTED: N_("exported"),
    Act.BACKED_UP: N_("backed up"),
    Act.RESTORED: N_("restored from a backup"),
    Act.DRILLED: N_("restore drill"),
    Act.VERIFIED: N_("trail verified"),
    Act.CLOCK_SET_BACK: N_("clock behind the entry before"),
}
_ROW_IS_A_NAME = {Act.RECOVERY_USED.value, Act.PASSWORD_SET.value}
_DETAILS: Mapping[str, str] = {
    "role": N_("role"),
    "login": N_("user"),
    "at": N_("at"),
    "last": N_("last entry of"),
    "document": N_("document"),
    "entries": N_("entries"),
    "rows": N_("rows"),
    "tables": N_("rows of each table:"),
    "sha256": N_("SHA-256"),
    "file": N_("file"),
    "bytes": N_("bytes"),
    "problem": N_("problem"),
    "backup": N_("backup"),
    "verdict": N_("verdict"),
    "until": N_("data to"),
    "entry": N_("as of entry"),
    "numbers": N_("numbers"),
    "files": N_("files"),
    "manifest": N_("SHA-256 of the manifest"),
    "as_of": N_("as it stood at"),
    "late": N_("written down later"),
    "patients": N_("patients"),
    "appointments": N_("appointments"),
    "events": N_("events"),
    "users": N_("users"),
}

# What acts tell by words of their own.
_VALUES: Mapping[str, Mapping[Any, str]] = {
    "role": labels.ROLE,
    "verdict": Words({"passed": N_("passed"), "failed": N_("failed")}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a row before and after; a row that came has no before, one that went no after."""

    label: str
    before: str
    after: str
    changed: bool


def kind(entity: str) -> str:
    """What an entry is about, for the list and its filter."""
    if entity in _ACTS:
        return _(_ACT_WORDS[Act(entity)])
    known = TABLES.get(entity)
    return entity if known is None else _(known.title)


def kinds() -> dict[str, frozenset[str]]:
    """Everything that an entry can be about by its word, in order: for the filter."""
    found: dict[str, set[str]] = {}
    for entity in (*TABLES, *(act.value for act in Act)):
        found.setdefault(kind(entity), set()).add(entity)
    return {title: frozenset(entities) for title, entities in found.items()}


def what(entry: TrailEntry, names: Names) -> str:
    """The whole entry in one line: ALSFRS-R answer “walking” of visit Month 2: 3 → 2."""
    if entry.entity in _ACTS:
        return _act(entry)
    subject = _subject(entry, names)
    if entry.before is None and entry.after is None:
        return _("{kind}: {hidden}").format(kind=kind(entry.entity), hidden=_(HIDDEN))
    changed = [one for one in changes(entry, names) if one.changed]
    if entry.before is None:
        told = ", ".join(_told(one, one.after) for one in changed if one.after != MISSING)
        return _("{subject} entered: {what}").format(subject=subject, what=told or MISSING)
    if entry.after is None:
        told = ", ".join(_told(one, one.before) for one in changed if one.before != MISSING)
        return _("{subject} removed: {what}").format(subject=subject, what=told or MISSING)
    told = ", ".join(
        _("{told} → {after}").format(told=_told(one, one.before), after=short(one.after))
        for one in changed
    )
    return _("{subject}: {what}").format(subject=subject, what=told or MISSING)


def why(entry: TrailEntry) -> str:
    """The reason that was given; one of the program's own is stored in English, and shown in the language in use."""
    return _(entry.reason)


def changes(entry: TrailEntry, names: Names) -> tuple[FieldChange, ...]:
    """Every field that a person knows by name, in the order of the form; ids are not among them."""
    if entry.entity in _ACTS:
        details = _fields(entry.after)
        return tuple(
            FieldChange(label=_detail(name), before="", after=_value(name, value), changed=True)
            for name, value in details.items()
        )
    before, after = _fields(entry.before), _fields(entry.after)
    known = TABLES.get(entry.entity)
    found = []
    for name in {**before, **after}:
        column = _column(known, name)
        if column is None:
            continue
        title, say = column
        then = say(before[name], before, names) if name in before else ""
        now = say(after[name], after, names) if name in after else ""
        # Why there is no score stands in the place of the score: the words can change alone.
        changed = before.get(name) != after.get(name) or then != now
        if {then, now} - {"", MISSING} or (before and after and changed):
            found.append(
                FieldChange(
                    label=_(title) if title else "", before=then, after=now, changed=changed
                )
            )
    return tuple(found)


def local(entry: TrailEntry) -> str:
    """When it was by the clock on the wall there, with its offset: 3 Aug 2026 14:05:09 (+03:30)."""
    at = entry.local
    sign = "+" if entry.utc_offset_min >= 0 else "−"
    hours, minutes = divmod(abs(entry.utc_offset_min), 60)
    return f"{day(at.date())} {at:%H:%M:%S} ({sign}{hours:02}:{minutes:02})"


def _fields(text: str | None) -> dict[str, Any]:
    return {} if text is None else dict(json.loads(text))


def _told(one: FieldChange, value: str) -> str:
    """A field and its value; the one that the subject itself is the name of stands alone."""
    return f"{one.label} {short(value)}" if one.label else short(value)


def _act(entry: TrailEntry) -> str:
    words = _(_ACT_WORDS[Act(entry.entity)])
    details = _fields(entry.after).items()
    told = ", ".join(f"{_detail(n)} {_value(n, v)}" for n, v in details if v not in ("", None))
    row = entry.row if entry.entity in _ROW_IS_A_NAME else ""
    return ": ".join(part for part in (words, ", ".join(filter(None, (row, told)))) if part)


def _detail(name: str) -> str:
    return _(_DETAILS[name]) if name in _DETAILS else name.replace("_", " ")


def _value(name: str, value: Any) -> str:
    """What an act tells, in words."""
    if name in _VALUES:
        return values.one_of(_VALUES[name])(value, {}, Names())
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return MISSING
        case bool():
            return values.yes_no(value, {}, Names())
        case str():
            return _instant_or_text(value)
        case _:
            return str(value)


def _instant_or_text(value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant(at) if at.tzinfo is not None else day(at.date())


def _subject(entry: TrailEntry, names: Names) -> str:
    known = TABLES.get(entry.entity)
    row = _fields(entry.after) or _fields(entry.before)
    return entry.entity if known is None or not row else known.subject(row, names)


def _column(known: Table | None, name: str) -> tuple[str, Say] | None:
    """A column's title and how it is said; of an unknown table its own name."""
    if known is not None:
        return known.column(name)
    return None if name in SILENT else (name, values.text)
