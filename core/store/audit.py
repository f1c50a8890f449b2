"""The audit trail: SQLite itself writes down every insert, update and delete, each entry chained to the last.

The triggers are made again at every opening, since a migration that rebuilds a table (`transform`)
drops them. They ask `audit_actor()` who is writing, and that function refuses outside
Session.write, and where the person's role may not write: neither can happen unseen.

Every entry ends in the HMAC-SHA-256 of its own columns and of the hash before it, under a key that is
derived from the data key; `audit_head` vouches for the last one, so that a tail cannot be cut off.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlite_utils import Database

from core.model.nouns import NOUNS
from core.model.trail import Act, TrailHead
from core.store.owners import patient_of

DERIVED = "derived"  # what can be computed again (`core/store/derived.py`): no evidence of anything
# Without triggers: the trail itself, what steps were taken, what is derived, and a secret, which a trail that is exported must not tell.
NOT_AUDITED = {"audit", "audit_head", "_sqlite_migrations", "export_secret", DERIVED}
COLUMNS = (
    "id",
    "at",
    "utc_offset_min",
    "actor",
    "workstation",
    "program",
    "schema",
    "reason",
    "entity",
    "row",
    "patient_id",
    "before",
    "after",
    "previous",
)  # what the hash is made over, in this order

CLOCK_TOLERANCE = timedelta(seconds=5)

_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# Whose patient a typed text is about: of the visit or the patient that it was typed into.
_TYPED_ABOUT = (
    'CASE {0}."place" WHEN \'visit\' THEN (SELECT patient_id FROM visit WHERE id = {0}."subject")'
    ' ELSE (SELECT id FROM patient WHERE id = {0}."subject") END'
)


class Stamp(Protocol):
    """What is written down beside every change of one write."""

    at: str
    utc_offset_min: int
    reason: str
    workstation: str
    program: str
    schema: str


def register(
    db: Database, stamp: Callable[[], Stamp], actor: Callable[[str], str], key: bytes
) -> None:
    """Let SQLite ask who is writing, when and why; ``actor`` raises where nobody may."""
    db.register_function(actor, name="audit_actor", replace=True)
    db.register_function(lambda: stamp().at, name="audit_at", replace=True)
    db.register_function(lambda: stamp().utc_offset_min, name="audit_utc_offset_min", replace=True)
    db.register_function(lambda: stamp().reason, name="audit_reason", replace=True)
    db.register_function(lambda: stamp().workstation, name="audit_workstation", replace=True)
    db.register_function(lambda: stamp().program, name="audit_program", replace=True)
    db.register_function(lambda: stamp().schema, name="audit_schema", replace=True)

    def audit_hash(*columns: Any) -> bytes:
        return entry_hash(key, columns)

    # sqlite-utils counts the parameters; the driver takes -1 for any number of them.
    db.conn.create_function("audit_hash", -1, audit_hash, deterministic=True)


def entry_hash(key: bytes, columns: tuple[Any, ...]) -> bytes:
    """HMAC-SHA-256 over the canonical form of an entry: its columns in order as a JSON list, bytes as hex."""
    *text, previous = columns
    return hmac.digest(key, _canonical([*text, previous.hex()]).encode(), "sha256")


def head_mac(key: bytes, sequence: int, last_hash: bytes) -> bytes:
    return hmac.digest(key, b"head:%d:" % sequence + last_hash, "sha256")


def fingerprint(key: bytes) -> str:
    return hmac.digest(key, b"fingerprint", "sha256")[:8].hex()


def triggers(db: Database) -> dict[str, str]:
    """The triggers that write the trail, by name, for today's tables and columns."""
    chained = "hash" in {column.name for column in db.table("audit").columns}
    return {
        name: sql
        for table in sorted(set(db.table_names()) - NOT_AUDITED)
        for name, sql in _triggers(db, table, chained=chained).items()
    }


def note(
    db: Database, act: str, row: str, patient_id: str | None, details: Mapping[str, Any] | None
) -> None:
    """Write down an act that changes no row: signed in, looked at, printed, exported ..."""
    after = None if details is None else json.dumps(dict(details), ensure_ascii=False)
    db.execute(
        _entry(":act", ":row", ":patient_id", "NULL", ":after"),
        {"act": act, "row": row, "patient_id": patient_id, "after": after},
    )


def seal(db: Database, key: bytes) -> None:
    """Vouch for the last entry; part of every transaction that wrote one."""
    last = head(db)
    if last is not None:
        mac = head_mac(key, last.sequence, bytes.fromhex(last.hash))
        db.execute(
            "INSERT INTO audit_head (id, sequence, mac) VALUES (1, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, mac = excluded.mac",
            [last.sequence, mac],
        )


def is_vouched_for(db: Database, key: bytes) -> bool:
    """Whether the head is that of the last entry. Where it is not, nothing may be written over the evidence."""
    if not db.table("audit_head").exists():
        return True  # a file of before there was a head
    last = head(db)
    found = db.execute("SELECT sequence, mac FROM audit_head").fetchone()
    if last is None or found is None:
        return last is None and found is None
    mac = head_mac(key, last.sequence, bytes.fromhex(last.hash))
    return bool(found[0] == last.sequence and hmac.compare_digest(found[1], mac))


def head(db: Database) -> TrailHead | None:
    found = db.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return None if found is None else TrailHead(sequence=found[0], hash=found[1].hex())


def head_at(db: Database, sequence: int) -> TrailHead | None:
    """Where the trail ended when that entry was its last; None where it has no such entry."""
    found = db.execute("SELECT hash FROM audit WHERE id = ?", [sequence]).fetchone()
    return None if found is None else TrailHead(sequence=sequence, hash=found[0].hex())


def last_change(db: Database) -> int:
    """The number of the last entry that changed a value, 0 before the first: looking and printing change none."""
    acts = [act.value for act in Act]
    marks = ", ".join("?" for _act in acts)
    found = db.execute(
        f"SELECT coalesce(max(id), 0) FROM audit WHERE entity NOT IN ({marks})", acts
    )
    return int(found.fetchone()[0])


def last_at(db: Database) -> str:
    """When the last entry was written; empty in an empty trail."""
    found = db.execute("SELECT at FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return found[0] if found else ""


def is_set_back(at: str, last: str) -> bool:
    """Whether an entry is older than the one before it by more than two workstations are ever at odds."""
    if at >= last:  # ISO texts of one form
        return False
    return datetime.fromisoformat(last) - datetime.fromisoformat(at) > CLOCK_TOLERANCE


def key_of(db: Database, table: str, alias: str = "") -> str:
    """The SQL that gives a row's primary key as text, its parts joined by "/"."""
    return _key(db.table(table).pks, alias)


def written(db: Database, table: str) -> list[str]:
    """The columns that the trail holds: all but bytes, of which it has the hash."""
    noun = NOUNS.get(table)
    left_out = noun.content if noun is not None else ""
    return [column.name for column in db.table(table).columns if column.name != left_out]


def _key(columns: list[str], alias: str) -> str:
    prefix = f"{alias}." if alias else ""
    parts = [f'{prefix}"{column}"' for column in columns]
    return " || '/' || ".join(parts) if len(parts) > 1 else f"CAST({parts[0]} AS TEXT)"


def _entry(entity: str, row: str, patient_id: str, before: str, after: str) -> str:
    return (
        f"INSERT INTO audit SELECT *, audit_hash({', '.join(COLUMNS)}) FROM (SELECT"
        " coalesce((SELECT max(id) FROM audit), 0) + 1 AS id, audit_at() AS at,"
        f" audit_utc_offset_min() AS utc_offset_min, audit_actor({entity}) AS actor,"
        " audit_workstation() AS workstation, audit_program() AS program,"
        f" audit_schema() AS schema, audit_reason() AS reason, {entity} AS entity,"
        f" {row} AS row, {patient_id} AS patient_id, {before} AS before, {after} AS after,"
        " coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), x'') AS previous)"
    )


def _triggers(db: Database, table: str, *, chained: bool) -> dict[str, str]:
    columns = written(db, table)
    pks = db.table(table).pks
    old, new = as_json("OLD", columns), as_json("NEW", columns)
    differs = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
    kinds = [
        ("insert", "NEW", "1", "NULL", new),
        ("update", "NEW", differs, old, new),
        ("delete", "OLD", "1", old, "NULL"),
    ]
    owner = _patient_of(table, columns)
    return {
        f"audit_{table}_{event}": (
            f'CREATE TRIGGER audit_{table}_{event} AFTER {event.upper()} ON "{table}" WHEN {when} BEGIN '
            + (
                _entry(f"'{table}'", _key(pks, side), owner.format(side), before, after)
                if chained
                else "INSERT INTO audit (actor, reason, entity, before, after)"
                f" VALUES (audit_actor('{table}'), audit_reason(), '{table}', {before}, {after})"
            )
            + "; END"
        )
        for event, side, when, before, after in kinds
    }


def _patient_of(table: str, columns: list[str]) -> str:
    """The SQL of the patient that a row ``{0}`` is about; of a table of an earlier schema, by its columns."""
    noun = NOUNS.get(table)
    if noun is not None and noun.of:
        return _TYPED_ABOUT if noun.of == "typed_in" else patient_of(noun, f'"{noun.by}"')
    return '{0}."patient_id"' if "patient_id" in columns else "NULL"


def as_json(alias: str, columns: list[str]) -> str:
    """The SQL that gives a row as a JSON object."""
    prefix = f"{alias}." if alias else ""
    return "json_object(" + ", ".join(f"'{c}', {prefix}\"{c}\"" for c in columns) + ")"
