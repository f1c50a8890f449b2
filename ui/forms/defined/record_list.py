"""The records of a form below one another: what each is, from when to when, and what can be done with the chosen one."""

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton

from core.forms import catalog, wording
from core.forms.definition import Form
from core.model.form_record import FormRecord
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.views.signed import queries_text
from core.words import MISSING
from ui.forms.defined.listed_records import ListedRecords
from ui.models.table import Column
from ui.widgets.basics import button, card, column, label, row
from ui.words import tr


class RecordList(ListedRecords[FormRecord]):
    """The records of one form."""

    def __init__(self, form: Form, *, enters: bool) -> None:
        self._form = form
        self._every: tuple[FormRecord, ...] = ()
        self._died: PartialDate | None = None
        columns = self._columns()
        super().__init__(columns, form.plural, 44, enters=enters)
        self.table.fix_widths(dict.fromkeys(range(1, len(columns)), 128))
        if form.course is None or not form.course.end:
            for part in (self.which, self.buttons["change"], self.buttons["end"]):
                part.hide()
        head = row(label(form.plural, "heading"), None, self.which)
        hint = label("\n".join(form.help), "small", wrap=True)
        if not form.help:
            hint.hide()
        self.setLayout(column(card(head, hint, self.none, self.table, self.acts, None)))

    def _make_buttons(self) -> dict[str, QPushButton]:
        return {
            "change": button(tr("Changed…"), self.change.emit, tip="C"),
            "end": button(tr("Ended…"), self.end.emit, tip="E"),
            "correct": button(tr("Correct…"), self.correct.emit),
            "remove": button(tr("Remove…"), self.remove.emit),
        }

    def _columns(self) -> list[Column[FormRecord]]:
        columns: list[Column[FormRecord]] = [Column(self._form.title, self._line, second=self.why)]
        if self._form.course is not None:
            columns.append(Column(tr("From"), lambda one: partial_day(one.began)))
        if self._form.course is not None and self._form.course.end:
            columns.append(Column(tr("Until"), self._until, second=self._how_ended))
        return columns

    def show_records(self, records: Sequence[FormRecord], of: PatientRecord) -> None:
        """Show these of a patient, the newest first."""
        self._every, self._died = tuple(records), of.died_on
        self._show_rows()

    def _rows(self) -> list[FormRecord]:
        newest = sorted(self._every, key=lambda one: one.began, reverse=True)
        runs = self._died is None
        return [one for one in newest if (runs and one.runs) or not self.which.value]

    def _record(self, one: FormRecord) -> FormRecord:
        return one

    def _ends(self, one: FormRecord) -> bool:
        return one.runs

    def _line(self, one: FormRecord) -> str:
        return wording.line(self._form_of(one), one)

    def why(self, one: FormRecord) -> str:
        """What the line does not say, each in words; first of all how many queries are open."""
        form = self._form_of(one)
        course = form.course
        dates = {course.start, course.end, course.ongoing} if course else set()
        parts = [
            f"{said.field.title}: {said.text}" + (f" ({said.note})" if said.note else "")
            for said in wording.said(form, one)
            if said.field.id not in dates and f"{{{said.field.id}}}" not in form.row
        ]
        return " · ".join(filter(None, (queries_text(self._queries.get(one.id, ())), *parts)))

    def _form_of(self, one: FormRecord) -> Form:
        return catalog.find(one.form, one.version) or self._form

    def _until(self, one: FormRecord) -> str:
        """Its end; of what ran still, the death."""
        ended = self._died if one.runs else one.ended
        if ended is not None:
            return partial_day(ended)
        return tr("running") if one.runs else MISSING

    def _how_ended(self, one: FormRecord) -> str:
        return tr("ended by death") if one.runs and self._died is not None else ""
