"""Entries of the audit trail as a table: one row an entry, in words, with its hash."""

from collections.abc import Sequence

from core.exports import table_csv
from core.model.document import OfTrail
from core.model.trail import Names, TrailEntry
from core.views.trail_words import changes, kind, local, what, why
from core.words import N_, _

TITLES = (
    N_("entry"),
    N_("time (UTC)"),
    N_("local time"),
    N_("user"),
    N_("name"),
    N_("workstation"),
    N_("program"),
    N_("schema"),
    N_("patient"),
    N_("kind"),
    N_("what"),
    N_("before"),
    N_("after"),
    N_("reason"),
    N_("hash"),
)


def document(source: OfTrail) -> bytes:
    return render(source.entries, source.names)


def render(entries: Sequence[TrailEntry], names: Names) -> bytes:
    """The entries in the order in which they are given."""
    return table_csv.render(
        [_(title) for title in TITLES], [_row(entry, names) for entry in entries]
    )


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
        why(entry),
        entry.hash.hex(),
    ]


def _said(label: str, value: str) -> str:
    return f"{label}: {value}" if label else value
