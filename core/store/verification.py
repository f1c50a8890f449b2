"""Whether the trail is whole, and whether every row of the file is what the trail says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from core.model.trail import Act, TrailHead, read_code
from core.store import audit
from core.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found. ``problem`` is the first thing that is wrong, in one sentence; empty when all is well.

    ``sequence`` is the entry it concerns, where it concerns one. ``clock_set_back`` are entries that are
    older, by the clock, than the one before them: a fact worth knowing, and no proof of tampering.
    """

    entries: int
    rows: int
    head: TrailHead | None
    problem: str = ""
    sequence: int | None = None
    clock_set_back: tuple[int, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        return not self.problem


@dataclass(slots=True)
class _Reading:
    """What the chain said so far."""

    last: dict[tuple[str, str], tuple[str | None, int]] = field(default_factory=dict)
    clock_set_back: list[int] = field(default_factory=list)
    count: int = 0
    sequence: int = 0
    hash: bytes = b""
    at: str = ""


def verify(db: Database, key: bytes, code: str = "") -> Verdict:
    """Check every entry's hash and place, the head, a code from paper, and every row against its last entry."""
    reading = _Reading()
    wrong = _first_wrong(db, key, code, reading)
    problem, sequence = wrong or ("", None)
    head = TrailHead(sequence=reading.sequence, hash=reading.hash.hex()) if reading.count else None
    rows = sum(after is not None for after, _sequence in reading.last.values())
    return Verdict(
        entries=reading.count,
        rows=rows,
        head=head,
        problem=problem,
        sequence=sequence,
        clock_set_back=tuple(reading.clock_set_back),
    )


def _first_wrong(
    db: Database, key: bytes, code: str, reading: _Reading
) -> tuple[str, int | None] | None:
    return (
        _in_the_chain(db, key, reading)
        or _at_the_head(db, key, reading)
        or (_on_paper(db, code, reading) if code else None)
        or _in_the_rows(db, reading)
    )


def _in_the_chain(db: Database, key: bytes, reading: _Reading) -> tuple[str, int | None] | None:
    columns, acts = ", ".join(audit.COLUMNS), {act.value for act in Act}
    for entry in db.execute(f"SELECT {columns}, hash FROM audit ORDER BY id"):  # noqa: S608  our own
        *_content, previous, stored = entry
        sequence, at = entry[0], entry[1]
        if sequence != reading.sequence + 1:
            text = _("Entry {n} of the audit trail is missing: it was removed, or renumbered.")
            return text.format(n=reading.sequence + 1), reading.sequence + 1
        if previous != reading.hash:
            text = _("Entry {n} of the audit trail does not follow the one before it.")
            return text.format(n=sequence), sequence
        if stored != audit.entry_hash(key, entry[:-1]):
            text = _("Entry {n} of the audit trail was changed after it was written.")
            return text.format(n=sequence), sequence
        if at < reading.at:
            reading.clock_set_back.append(sequence)
        if entry[8] not in acts:
            reading.last[entry[8], entry[9]] = (entry[12], sequence)
        reading.count += 1
        reading.sequence, reading.hash, reading.at = sequence, stored, at
    return None


def _at_the_head(db: Database, key: bytes, reading: _Reading) -> tuple[str, int | None] | None:
    found = db.execute("SELECT sequence, mac FROM audit_head").fetchone()
    if found is None:
        if not reading.count:
            return None
        return _("The head of the audit trail is missing: it was removed."), None
    sequence, mac = found
    if sequence > reading.sequence:
        text = _("The audit trail ends at entry {n}, but it had {all}: its end was cut off.")
        return text.format(n=reading.sequence, all=sequence), reading.sequence + 1
    if sequence < reading.sequence:
        text = _("Entry {n} was added to the audit trail from outside the program.")
        return text.format(n=sequence + 1), sequence + 1
    if mac != audit.head_mac(key, reading.sequence, reading.hash):
        text = _("The head of the audit trail does not belong to its last entry, {n}.")
        return text.format(n=sequence), sequence
    return None


def _on_paper(db: Database, code: str, reading: _Reading) -> tuple[str, int | None] | None:
    printed = read_code(code)
    if printed is None:
        text = _("“{code}” is not a trail code. Type it as it is printed, like 1042-7KQ2-M3XD-0PVA.")
        return text.format(code=code), None
    found = db.execute("SELECT hash FROM audit WHERE id = ?", [printed.sequence]).fetchone()
    if found is None:
        text = _(
            "The printed page vouches for {n} entries, but the trail has only {all}:"
            " this file is older than the paper."
        )
        return text.format(n=printed.sequence, all=reading.count), reading.sequence + 1
    if not printed.fits(TrailHead(sequence=printed.sequence, hash=found[0].hex())):
        text = _("Entry {n} is not the one that the printed page vouches for.")
        return text.format(n=printed.sequence), printed.sequence
    return None


def _in_the_rows(db: Database, reading: _Reading) -> tuple[str, int | None] | None:
    """Every row must be what its last entry says; a column that came later has its default."""
    expected = {
        place: entry for place, entry in reading.last.items() if entry[0] is not None
    }
    for table in sorted(set(db.table_names()) - audit.NOT_AUDITED):
        defaults = _defaults(db, table)
        for row, live in _rows(db, table, list(defaults)):
            said, sequence = expected.pop((table, row), (None, None))
            if said is None:
                text = _("The row {row} of “{table}” is in the file, but not in the audit trail.")
                return text.format(row=row, table=table), reading.last.get((table, row), (0, None))[1]
            if said != live and _differs(said, live, defaults):
                text = _("The row {row} of “{table}” is not what entry {n} of the audit trail says.")
                return text.format(row=row, table=table, n=sequence), sequence
    for (table, row), (_after, sequence) in expected.items():
        text = _("The row {row} of “{table}” is in the audit trail (entry {n}), but not in the file.")
        return text.format(row=row, table=table, n=sequence), sequence
    return None


def _defaults(db: Database, table: str) -> dict[str, Any]:
    """Every column of a table, with what a row has in it that was written before the column came."""
    found = db.execute("SELECT name, dflt_value FROM pragma_table_info(?)", [table]).fetchall()
    return {
        name: None if literal is None else db.execute(f"SELECT {literal}").fetchone()[0]  # noqa: S608  from our schema
        for name, literal in found
    }


def _rows(db: Database, table: str, columns: list[str]) -> Iterator[tuple[str, str]]:
    key, row = audit.key_of(db, table), audit.as_json("", columns)
    yield from db.execute(f'SELECT {key}, {row} FROM "{table}"')  # noqa: S608  our own names


def _differs(said: str, live: str, defaults: dict[str, Any]) -> bool:
    """Whether a row is another than its entry says; columns that are gone are not compared."""
    written, now = json.loads(said), json.loads(live)
    return any(now[column] != written.get(column, default) for column, default in defaults.items())
