"""Locks on a form, a visit, a patient or the whole file: SQLite refuses every change of what is locked."""

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId
from core.model.nouns import NOUNS, Noun
from core.model.signature import Lock, LockLevel
from core.store import audit, rows
from core.store.owners import patient_of, patient_of_visit

REFUSED = "locked:"  # and the level, in the message that the triggers raise

_BLOWS_VISIT = "(SELECT visit_id FROM spirometry WHERE id = {0}.spirometry_id)"
_RECORDS = "(SELECT {column} FROM record WHERE id = {{0}}.record_id)"
_TYPED_ABOUT = (
    "CASE {0}.place WHEN 'visit' THEN (SELECT patient_id FROM visit WHERE id = {0}.subject)"
    " ELSE {0}.subject END"
)

_ASKS_ON = "{0}.place <> 'query' AND "  # questions go on, and so does typing them


class Locks:
    """Locks in the order in which they were made; those that no longer hold stay on record."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> tuple[Lock, ...]:
        found = self._db.query("SELECT * FROM lock ORDER BY locked_at, rowid")
        return tuple(converter.structure(row, Lock) for row in found)

    def of(self, patient_id: PatientId) -> tuple[Lock, ...]:
        """The patient's own, those of their visits and forms, and the database's."""
        found = self._db.query(
            "SELECT * FROM lock WHERE patient_id = ? OR level = 'database' ORDER BY locked_at, rowid",
            [patient_id],
        )
        return tuple(converter.structure(row, Lock) for row in found)

    def on_file(self) -> tuple[Lock, ...]:
        """The lock that freezes the whole file, where it holds."""
        return tuple(one for one in self.all() if one.holds and one.level is LockLevel.DATABASE)

    def save(self, lock: Lock) -> None:
        rows.save(self._db, "lock", lock)


def triggers(db: Database) -> dict[str, str]:
    """The triggers that refuse changes of what is locked, by name; none before there are locks.

    A table that is in no line of `NOUNS` is held by every lock: nobody knows whose its rows are.
    """
    if not db.table("lock").exists():
        return {}
    return {
        f"lock_{table}_{event}": (
            f"CREATE TRIGGER lock_{table}_{event} BEFORE {event.upper()} ON {table}"
            f" WHEN {_ASKS_ON.format(sides[0]) if table == 'typed_text' else ''}"
            f"EXISTS ({_locks(table, sides)})"
            f" BEGIN SELECT raise(ABORT, '{REFUSED}' || ({_locks(table, sides)} LIMIT 1)); END"
        )
        for table in held_tables(db)
        for event, sides in (("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"]))
    }


def held_tables(db: Database) -> list[str]:
    """The tables of this file that a lock can hold: all but those that `NOUNS` says are never locked."""
    tables = set(db.table_names()) - audit.NOT_AUDITED
    return sorted(table for table in tables if table not in NOUNS or NOUNS[table].lockable)


def _belongs(noun: Noun) -> tuple[list[str], str, str]:
    """The SQL of the patients (both, where they could be two), the visit and the form of a row ``{0}``.

    Empty where it has none.
    """
    if noun.of == "typed_in":
        return [_TYPED_ABOUT], "{0}.subject", ""
    patients = [patient_of(noun, noun.by)] if noun.of else []
    if noun.of == "record":
        visit, form = (_RECORDS.format(column=column) for column in ("visit_id", "form"))
        return patients, visit, form
    visit = {"visit": "{0}.visit_id", "spirometry": _BLOWS_VISIT}.get(noun.of, "")
    if noun.table == "visit":
        visit = "{0}.id"
    if noun.said_at:
        patients.append(patient_of_visit(noun.said_at))
        visit = f"{{0}}.{noun.said_at}" if noun.held_with_visit else ""
    form = f"{{0}}.{noun.form_column}" if noun.form_column else f"'{noun.form}'"
    return patients, visit, form if noun.form or noun.form_column else ""


def _locks(table: str, sides: list[str]) -> str:
    """The levels of the locks that hold a row: whoever moves one out of a locked visit is refused as well."""
    noun = NOUNS.get(table)
    if noun is None:
        return "SELECT level FROM lock WHERE unlocked_at IS NULL"
    patients, visit, form = _belongs(noun)
    held = {"database": ["''"]}
    for side in sides:
        if patients:
            held.setdefault("patient", []).append(", ".join(patients).format(side))
        if visit:
            held.setdefault("visit", []).append(visit.format(side))
        if visit and form:
            one = f"{visit.format(side)} || '/' || {form.format(side)}"
            held.setdefault("form", []).append(one)
    # Spelt out, so that each is one look into the index.
    which = " OR ".join(
        f"(level = '{level}' AND subject IN ({subject}))"
        for level, subjects in held.items()
        for subject in subjects
    )
    return f"SELECT level FROM lock WHERE unlocked_at IS NULL AND ({which})"  # noqa: S608  our own names
