"""All treatments below one another, the newest first: whatever form they are of, and what can be done with the chosen one."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from core.forms import catalog
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from core.model.record import PatientRecord
from core.views.signed import queries_text
from core.views.treatments import Line
from core.words import N_
from ui.forms.defined.listed_records import ListedRecords
from ui.models.table import Column
from ui.widgets.basics import button, card, column, label, row
from ui.words import tr

WIDTHS = {1: 132, 2: 92, 3: 96, 4: 122}
TIGHT = {1: 140, 2: 104, 3: 128}


class TreatmentsList(ListedRecords[Line]):
    """Whatever form a treatment is of, it is a line."""

    def __init__(self, *, enters: bool) -> None:
        self._every: tuple[Line, ...] = ()
        super().__init__(self._columns(), tr("Treatments"), 46, enters=enters)
        self.title = label(tr("Newest first"), "heading")
        self.table.fix_widths(WIDTHS, TIGHT)
        self.table.hide_when_tight(4)
        self.table.wrap(0, 1, 3, 4)
        head = row(self.title, None, self.which)
        self.setLayout(column(card(head, self.none, self.table, self.acts, None)))

    def _make_buttons(self) -> dict[str, QPushButton]:
        made: dict[str, QPushButton] = {
            "change": button(tr("Changed…  C"), self.change.emit),
            "end": button(tr("Ended…  E"), self.end.emit),
            "correct": button(tr("Correct…"), self.correct.emit),
            "remove": button(tr("Remove…"), self.remove.emit),
        }
        made["change"].setToolTip(tr("Ends what runs now, and begins another."))
        return made

    def _columns(self) -> list[Column[Line]]:
        return [
            Column(N_("Name and why"), lambda one: one.name, second=self._why),
            Column(N_("Dose"), _dose, second=_how),
            Column(N_("From"), lambda one: one.began),
            Column(N_("To"), lambda one: one.ended, second=lambda one: one.how_ended),
            Column(N_("Entered by"), lambda one: one.entered),
        ]

    def show_lines(self, every: Sequence[Line]) -> None:
        """Show these."""
        self._every = tuple(every)
        running = sum(one.runs for one in every)
        for at, text in enumerate((tr("Running {n}"), tr("All {n}"))):
            self.which.buttons[at].setText(text.format(n=len(every) if at else running))
        self._show_rows()

    def _why(self, one: Line) -> str:
        """First of all how many queries are open."""
        asked = queries_text(self._queries.get(one.record.id, ()))
        return " · ".join(filter(None, (asked, one.why)))

    def _rows(self) -> list[Line]:
        return [one for one in self._every if one.runs or not self.which.value]

    def _record(self, one: Line) -> FormRecord:
        return one.record

    def _ends(self, one: FormRecord) -> bool:
        form = catalog.find(one.form, one.version)
        can = form is not None and form.course is not None and bool(form.course.end)
        return one.runs and can


def _dose(one: Line) -> str:
    return one.dose or one.often


def _how(one: Line) -> str:
    """How often and by which way; of what has no dose the first line says how it stands."""
    return " · ".join(filter(None, (one.often if one.dose else "", one.route)))


class OfOneForm(QObject):
    """What the list is for the records of one form: lines of others are none to it."""

    chosen = Signal()
    change = Signal()
    end = Signal()
    correct = Signal()
    remove = Signal()

    def __init__(self, every: TreatmentsList, form: str) -> None:
        super().__init__(every)
        self._every, self._form = every, form
        self.table, self.which = every.table, every.which
        every.chosen.connect(self.chosen)
        for name in ("change", "end", "correct", "remove"):
            getattr(every, name).connect(self._passed(getattr(self, name).emit))

    def _passed(self, emit: Callable[[], None]) -> Callable[[], None]:
        return lambda: emit() if self.selected is not None else None

    @property
    def selected(self) -> FormRecord | None:
        one = self._every.selected
        return one if one is not None and one.form == self._form else None

    @property
    def is_empty(self) -> bool:
        return self._every.is_empty

    def show_records(self, _records: Sequence[FormRecord], _of: PatientRecord) -> None:
        """The list has them already; which one is chosen may concern a view that was made after it."""
        self.chosen.emit()

    def show_queries(self, _queries: Mapping[RecordId, Sequence[DataQuery]]) -> None:
        """The list has them already."""

    def select(self, id: str) -> None:
        self._every.select(id)
