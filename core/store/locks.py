"""Locks on a form, a visit, a patient or the whole file: SQLite refuses every change of what is locked."""

from collections.abc import Mapping

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId
from core.model.signature import Lock, LockLevel
from core.protocols.definition import ADVERSE_EVENTS, MEASUREMENTS, SPIROMETRY
from core.store import rows

REFUSED = "locked:"  # and the level, in the message that the triggers raise

_VISITS_PATIENT = "(SELECT patient_id FROM visit WHERE id = {0}.visit_id)"
_BLOWS_VISIT = "(SELECT visit_id FROM spirometry WHERE id = {0}.spirometry_id)"
_BLOWS_PATIENT = (
    "(SELECT patient_id FROM visit JOIN spirometry ON visit_id = visit.id"
    " WHERE spirometry.id = {0}.spirometry_id)"
)
# What each table's rows belong to: the patient (of both, where they could be two), the visit, the form of
# the visit; None where they do not.
_BELONGS: Mapping[str, tuple[str | None, str | None, str | None]] = {
    "clinic": (None, None, None),
    "threshold": (None, None, None),
    "patient": ("{0}.id", None, None),
    "external_result": ("{0}.patient_id", None, None),
    "visit": ("{0}.patient_id", "{0}.id", None),
    "visit_mark": ("{0}.patient_id", None, None),
    "form": (_VISITS_PATIENT, "{0}.visit_id", "{0}.instrument"),
    "answer": (_VISITS_PATIENT, "{0}.visit_id", "{0}.instrument"),
    "reconciliation": (_VISITS_PATIENT, "{0}.visit_id", "{0}.instrument"),
    "spirometry": (_VISITS_PATIENT, "{0}.visit_id", f"'{SPIROMETRY}'"),
    "blow": (_BLOWS_PATIENT, _BLOWS_VISIT, f"'{SPIROMETRY}'"),
    "measurement": (_VISITS_PATIENT, "{0}.visit_id", f"'{MEASUREMENTS}'"),
    "task_result": (_VISITS_PATIENT, "{0}.visit_id", "'tasks'"),
    "adverse_event": (
        f"{{0}}.patient_id, {_VISITS_PATIENT}",
        "{0}.visit_id",
        f"'{ADVERSE_EVENTS}'",
    ),
    "milestone": ("{0}.patient_id", None, None),
    "decision": (f"{{0}}.patient_id, {_VISITS_PATIENT}", None, None),
    "criterion_result": ("{0}.patient_id", None, None),
    "typed_text": (
        (
            "CASE {0}.place WHEN 'visit' THEN (SELECT patient_id FROM visit WHERE id = {0}.subject)"
            " ELSE {0}.subject END"
        ),
        "{0}.subject",
        None,
    ),
}


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
    """The triggers that refuse changes of what is locked, by name; none before there are locks."""
    if not db.table("lock").exists():
        return {}
    return {
        f"lock_{table}_{event}": (
            f"CREATE TRIGGER lock_{table}_{event} BEFORE {event.upper()} ON {table}"
            f" WHEN {_ASKS_ON.format(sides[0]) if table == 'typed_text' else ''}"
            f"EXISTS ({_locks(table, sides)})"
            f" BEGIN SELECT raise(ABORT, '{REFUSED}' || ({_locks(table, sides)} LIMIT 1)); END"
        )
        for table in _BELONGS
        if db.table(table).exists()
        for event, sides in (("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"]))
    }


def _locks(table: str, sides: list[str]) -> str:
    """The levels of the locks that hold a row: whoever moves one out of a locked visit is refused as well."""
    patient, visit, form = _BELONGS[table]
    held = {"database": ["''"]}
    for side in sides:
        if patient is not None:
            held.setdefault("patient", []).append(patient.format(side))
        if visit is not None:
            held.setdefault("visit", []).append(visit.format(side))
        if visit is not None and form is not None:
            one = f"{visit.format(side)} || '/' || {form.format(side)}"
            held.setdefault("form", []).append(one)
    # Spelt out, so that each is one look into the index.
    which = " OR ".join(
        f"(level = '{level}' AND subject IN ({subject}))"
        for level, subjects in held.items()
        for subject in subjects
    )
    return f"SELECT level FROM lock WHERE unlocked_at IS NULL AND ({which})"  # noqa: S608  our own names
