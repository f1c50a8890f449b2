"""Records of the forms that are data, and what was asked about them at a visit."""

from typing import Any

from sqlite_utils import Database

from core.convert import converter, to_row
from core.forms import catalog
from core.model.assessment import NotDone
from core.model.attachment import Reference
from core.model.form_record import FormRecord, Item, RecordCheck
from core.model.ids import PatientId, RecordId, VisitId
from core.store import rows
from core.store.attachments import Attachments
from core.store.store import Store

_KEY = ("record_id", "field")


class Forms:
    """Records in the order in which they were entered."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[FormRecord, ...]:
        return self._found("record.patient_id = ?", [patient_id])

    def one(self, id: RecordId) -> FormRecord | None:
        return next(iter(self._found("record.id = ?", [id])), None)

    def of_forms(self, *forms: str) -> tuple[FormRecord, ...]:
        """Those of these forms, of every patient."""
        return self._found(f"record.form IN ({', '.join('?' * len(forms))})", list(forms))

    def _found(self, which: str, given: list[str]) -> tuple[FormRecord, ...]:
        items: dict[str, dict[str, Item]] = {}
        # An item may hold any kind of value, which no structuring of ours must turn into another.
        for row in self._db.query(
            f"SELECT item.* FROM item JOIN record ON record.id = record_id WHERE {which}"  # noqa: S608
            " ORDER BY item.rowid",
            given,
        ):
            items.setdefault(row["record_id"], {})[row["field"]] = Item(
                value=row["value"],
                not_done=None if row["not_done"] is None else NotDone(row["not_done"]),
                note=row["note"],
                kept=row["kept"],
            )
        found = self._db.query(
            f"SELECT * FROM record WHERE {which} ORDER BY entered_at, rowid",  # noqa: S608  our own
            given,
        )
        return tuple(self._record(row, items.get(row["id"], {})) for row in found)

    def _record(self, row: dict[str, Any], items: dict[str, Item]) -> FormRecord:
        form = catalog.find(row["form"], row["version"])
        course = None if form is None else form.course
        bare: FormRecord = converter.structure({**row, "items": {}}, FormRecord)
        return FormRecord(**{name: getattr(bare, name) for name in row}, items=items, course=course)

    def save(self, record: FormRecord) -> None:
        """The record with all its items; those that it no longer has are taken out, the trail keeps them."""
        row = to_row(record)
        items = row.pop("items")
        row.pop("course")
        rows.upsert(self._db, "record", row, ("id",))
        before = list(
            self._db.query("SELECT field, value FROM item WHERE record_id = ?", [record.id])
        )
        for gone in [one["field"] for one in before if one["field"] not in items]:
            self._db.execute(
                "DELETE FROM item WHERE record_id = ? AND field = ?", [record.id, gone]
            )
        for name, item in items.items():
            one = {"record_id": record.id, "field": name, **item}
            one["value"] = record.items[name].value
            rows.upsert(self._db, "item", one, _KEY)
        Attachments(self._db).let_go(_attached(before))

    def remove(self, id: RecordId) -> None:
        """Take out what was entered by mistake, with what is within it; the trail keeps it."""
        for row in list(self._db.query("SELECT id FROM record WHERE within = ?", [id])):
            self.remove(RecordId(row["id"]))
        before = list(self._db.query("SELECT value FROM item WHERE record_id = ?", [id]))
        self._db.execute("DELETE FROM item WHERE record_id = ?", [id])
        self._db.execute("DELETE FROM record WHERE id = ?", [id])
        Attachments(self._db).let_go(_attached(before))


def _attached(rows: list[dict[str, Any]]) -> list[str]:
    """The ids of the files that values name."""
    found = (Reference.of(row["value"]) for row in rows if isinstance(row["value"], str))
    return [one.id for one in found if one is not None and one.id]


class RecordChecks(Store[RecordCheck]):
    """In order of their visits' dates."""

    TABLE = "record_check"
    ORDER = "visit.date, visit.started_at, record_check.rowid"

    def remove(self, visit_id: VisitId, form: str, record_id: str) -> None:
        self._remove(visit_id, form, record_id)
