"""What the consent of each patient lets leave: of the tables as they are stored, and of the records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from core.exports.data.table import Column, Kind, Row, Table
from core.findings import consent
from core.findings.consent import OfSamples, OfVisit
from core.forms.definition import Identifies
from core.model.attachment import Reference
from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.model.record import PatientRecord
from core.model.stored import StoredRow, StoredTable

# Care and safety: they stay, without saying at which visit that is left out they were told.
_STAY = frozenset({"adverse_event", "decision"})
_PARENTS = ("visit", "spirometry", "record", "data_query")


class Left:
    """What stays in the file: visits, results that others stated, and of each patient the days of samples of no visit."""

    def __init__(self, records: Sequence[PatientRecord]) -> None:
        self.records: list[PatientRecord] = []
        self.visits: set[str] = set()
        self.stated: set[str] = set()
        self.days: set[tuple[PatientId, str]] = set()
        self._rows = []
        for record in records:
            allowed, gone = consent.for_export(record)
            self.records.append(allowed)
            samples = [one for one in gone if isinstance(one, OfSamples)]
            visits = {one.visit.id for one in gone if isinstance(one, OfVisit)}
            stated = {one.id for one in record.external} - {one.id for one in allowed.external}
            self.visits |= visits
            self.stated |= stated
            self.days |= {(record.patient.id, one.on.isoformat()) for one in samples}
            if gone:
                counts = (record.patient.id, len(visits), len(samples), len(stated))
                self._rows.append(Row(record.patient.id, counts))

    def table(self) -> Table:
        """Of whom how much is left out."""
        free = Identifies.NO
        return Table(
            folder="",
            name="left_out",
            title="Left out, since the consent does not allow that it leaves",
            columns=(
                Column(name="patient_id", kind=Kind.KEY, identifies=free),
                Column(name="visits", title="visits", kind=Kind.INTEGER, identifies=free),
                Column(name="samples", title="days of samples", kind=Kind.INTEGER, identifies=free),
                Column(name="stated", title="stated results", kind=Kind.INTEGER, identifies=free),
            ),
            rows=self._rows,
        )

    def allowed(self, stored: Sequence[StoredTable]) -> list[StoredTable]:
        """The tables without the rows of what is left out, and of what hangs on these."""
        if not (self.visits or self.days or self.stated):
            return list(stored)
        by_name = {table.name: table for table in stored}
        gone = {"visit": set(self.visits)}
        for name in _PARENTS[1:]:
            table = by_name[name]
            place = table.place("id")
            gone[name] = {
                str(row.cells[place]) for row in table.rows if self._leaves_out(table, row)
            }
        kept = [self._without(table, gone) for table in stored]
        return [_named_only(table, kept) if table.name == "attachment" else table for table in kept]

    def _without(self, table: StoredTable, gone: Mapping[str, Collection[str]]) -> StoredTable:
        noun = NOUNS[table.name]
        rows = [row for row in table.rows if not self._leaves_out(table, row)]
        if noun.of in gone and noun.by in table.columns:
            place = table.place(noun.by)
            rows = [row for row in rows if str(row.cells[place]) not in gone[noun.of]]
        if table.name == "visit":
            place = table.place("id")
            rows = [row for row in rows if row.cells[place] not in self.visits]
        if table.name == "lock":
            place = table.place("subject")
            held = (str(row.cells[place]).partition("/")[0] for row in rows)
            rows = [row for row, visit in zip(rows, held, strict=True) if visit not in self.visits]
        if table.name in _STAY:
            place = table.place("visit_id")
            rows = [self._nowhere(row, place) for row in rows]
        return replace(table, rows=rows)

    def _leaves_out(self, table: StoredTable, row: StoredRow) -> bool:
        if table.name == "external_result":
            return row.cells[table.place("id")] in self.stated
        if table.name == "decision" and row.cells[table.place("subject")] in self.visits:
            return True  # about a visit that stays
        if table.name in _STAY or "visit_id" not in table.columns:
            return False
        visit = row.cells[table.place("visit_id")]
        if table.name == "lab_result" and visit is None and row.patient_id is not None:
            return (row.patient_id, str(row.cells[table.place("taken_on")])) in self.days
        return visit in self.visits

    def _nowhere(self, row: StoredRow, place: int) -> StoredRow:
        if row.cells[place] not in self.visits:
            return row
        cells = [*row.cells]
        cells[place] = None
        return StoredRow(row.patient_id, tuple(cells))


def _named_only(table: StoredTable, every: Sequence[StoredTable]) -> StoredTable:
    """The attached files that a value still names."""
    items = next(one for one in every if one.name == "item")
    value, own = items.place("value"), table.place("id")
    named = (
        Reference.of(row.cells[value]) for row in items.rows if isinstance(row.cells[value], str)
    )
    ids = {one.id for one in named if one is not None}
    return replace(table, rows=[row for row in table.rows if row.cells[own] in ids])
