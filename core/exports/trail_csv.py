"""Entries of the audit trail as a table: one row an entry, in words, with its hash."""

from collections.abc import Sequence

from core.exports import table_csv
from core.model.document import OfTrail
from core.model.trail import Names, TrailEntry
from core.views.trail_words import changes, kind, local, what
from core.words import _

TITLES = (
    _("entry"),
    _("time (UTC)"),
    _("local time"),
    _("user"),
    _("name"),
    _("workstation"),
    _("program"),
    _("schema"),
    _("patient"),
    _("kind"),
    _("what"),
    _("before"),
    _("after"),
    _("reason"),
    _("hash"),
)


def document(source: OfTrail) -> bytes:
    return render(source.entries, source.names)


def render(entries: Sequence[TrailEntry], names: Names) -> bytes:
    """The entries in the order in which they are given."""
    return table_csv.render(TITLES, [_row(entry, names) for entry in entries])


def _row(entry: TrailEntry, names: Names) -> list[str]:
    fields = changes(entry, names)
    return [
        str(entry.sequence),
        entry.at.isoformat(timespec="milliseconds"),
        local(entry),
        entry.actor,
        names.person(entry.actor),
        entry.workstation,
        entry.program,
        entry.schema,
        names.patient(entry),
        kind(entry.entity),
        what(entry, names),
        "; ".join(_said(one.label, one.before) for one in fields if one.changed and one.before),
        "; ".join(_said(one.label, one.after) for one in fields if one.changed and one.after),
        entry.reason,
        entry.hash.hex(),
    ]


def _said(label: str, value: str) -> str:
    return f"{label}: {value}" if label else value
