"""The monitoring of an infusion as a step of its visit: the grid, the next reading, and the events of the day."""

from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from core import clock
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import typing_in
from core.entry import Problem
from core.forms.definition import Form
from core.labels import NOT_DONE
from core.model.assessment import NotDone
from core.model.document import About
from core.model.user import Right
from core.views import infusion_day, monitoring
from core.views.monitoring import Due, Sign, Time
from ui import theme
from ui.context import AppContext
from ui.forms.infusion.cells import Cell
from ui.forms.infusion.grid import NARROWEST, Grid, Labels, Shown, Span, height
from ui.forms.infusion.reading_dialog import ReadingDialog
from ui.forms.infusion.side import DayColumns, DaySide
from ui.forms.step_form import StepForm
from ui.widgets import ask
from ui.widgets.ask import AskDialog
from ui.widgets.basics import Combo, answered, button, chip, label, row, set_chip
from ui.widgets.fields import Line, ProblemLine, TextField
from ui.widgets.responsive import Flow
from ui.words import tr

LOOK_MS = 15_000  # how often the countdown is read anew
REASONS = (
    NotDone.NOT_APPLICABLE,
    NotDone.NO_TIME,
    NotDone.REFUSED,
    NotDone.TOO_UNWELL,
    NotDone.NO_EQUIPMENT,
)


class MonitoringForm(StepForm):
    """A value is saved as its cell is left; what is no value stays, is kept, and says why.

    ``event_meant`` is when an event is to be logged.
    """

    topic = "visit#infusion-day"

    event_meant = Signal(object)  # datetime

    def __init__(self, context: AppContext, draft: Draft, form: Form) -> None:
        super().__init__(context, draft)
        self.step = form.id
        self.form = form
        self._last_key = ""  # of the time that had the keyboard last
        self._logged_from = ""  # the cell at which an event was begun
        self.body.setSpacing(8)
        self.title = label(form.title, "question")
        self.next, self.then = chip("", "accent"), chip("", "neutral")
        self.no_start = button("", lambda: self.jump.emit(monitoring.INFUSION, "start"), link=True)
        self.add_time = button(tr("Time between  +"), self._ask_time)
        self.describe = button(tr("Note, time taken  N"), self._describe)
        self.log = button(tr("Log event  E"), self._log_event)
        self.print_grid = button(tr("Print grid"), self._print)
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("{form}: not done").format(form=form.title))
        self.not_done.addItem(tr("Not done…"), "")
        for reason, text in NOT_DONE.items():
            self.not_done.addItem(tr("Not done: {why}").format(why=text), reason.value)
        self.not_done.activated.connect(self._on_not_done)
        head = row(self.title)
        head.addLayout(
            Flow(
                self.next,
                self.then,
                self.add_time,
                self.describe,
                self.log,
                self.print_grid,
                self.not_done,
                right=True,
            ),
            1,
        )
        self.body.addLayout(head)
        self.body.addWidget(self.no_start)
        self._build_grid()
        self._looks = QTimer(self)
        self._looks.setInterval(LOOK_MS)
        self._looks.timeout.connect(self.look_at_clock)
        self.grid.left.connect(self._on_left)
        self.grid.arrived.connect(self._on_arrived)
        self.grid.unmeasured.connect(self._ask_reason)
        self.grid.added.connect(self._ask_time)
        self.grid.noted.connect(self._describe)
        self.grid.event_meant.connect(self._log_event)
        self.grid.typed.connect(self._keep_soon.start)
        if not context.session.may(Right.EXPORT):
            self.print_grid.hide()

    def _build_grid(self) -> None:
        """The day at the left; the grid, which scrolls sideways by itself, at the right."""
        self.side, self.labels, self.grid = DaySide(), Labels(), Grid()
        self.area = QScrollArea()
        self.area.setWidget(self.grid)
        self.area.setWidgetResizable(True)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.viewport().setAutoFillBackground(False)
        self.grid.setObjectName("scrolled")
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setFixedHeight(height())
        self.bar = _bar_of(self.area)
        self.bar.rangeChanged.connect(lambda _first, _last: self._on_other_room())
        right = QWidget()
        whole = QVBoxLayout(right)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.bar)
        across = row(self.labels, self.area, spacing=0, top=True)
        across.setStretch(1, 1)
        whole.addLayout(across)
        self.problem = ProblemLine()
        whole.addWidget(self.problem)
        keys = tr(
            "Enter next value · arrows move · E event · N note, time taken · + a time between · - not measured"
        )
        whole.addWidget(label(keys, "small", wrap=True))
        whole.addStretch(1)
        self.columns = DayColumns(self.side, right)
        self.body.addWidget(self.columns, 1)

    # Showing.

    def show_draft(self) -> None:
        self._show()
        self.show_typed()
        self._looks.start()

    def _show(self) -> None:
        record, visit_id = self.draft.record, self.draft.visit.id
        day = self.draft.monitoring
        due = self._due()
        shown = Shown(
            form=self.form,
            times=day.times,
            ranges=day.ranges,
            due="" if due is None else due.time.key,
            start=day.start,
            end=day.end,
            spans=tuple(self.spans),
        )
        self.grid.show_grid(shown)
        self.labels.show_grid(shown)
        self.side.show_record(record, visit_id)
        waits = self.draft.forms.waits(self.form)
        no_start = tr("The infusion has no start yet: enter it, and the times have their clock.")
        self.no_start.setText(waits or no_start)
        self.no_start.setVisible(bool(waits) or day.start is None)
        not_done = [one for one in self.draft.forms.records(self.form) if one.not_done is not None]
        reason = not_done[0].not_done.value if not_done and not_done[0].not_done else ""
        self.not_done.setCurrentIndex(max(0, self.not_done.findData(reason)))
        self.not_done.setVisible(not any(time.record is not None for time in day.times))
        for one in (self.columns, self.add_time, self.describe, self.log):
            one.setEnabled(not not_done and not waits)
        self._show_due(due)

    def _due(self) -> Due | None:
        return self.draft.monitoring.due(clock.now())

    def _show_due(self, due: Due | None) -> None:
        self.next.setVisible(due is not None)
        self.then.setVisible(due is not None and due.then is not None)
        if due is not None:
            set_chip(self.next, due.words, "warn" if due.late else "accent")
        if due is not None and due.then is not None:
            set_chip(self.then, tr("then {clock}").format(clock=due.then.clock), "neutral")

    def look_at_clock(self) -> None:
        """The countdown goes on while nobody types; a column that becomes due is tinted."""
        if self.isVisible():
            self._show()

    @property
    def spans(self) -> list[Span]:
        """The adverse events of the day that have a time."""
        found = []
        for one in infusion_day.events(self.draft.record, self.draft.visit.id):
            if one.began_at is None:
                continue
            begin = datetime.combine(one.event.onset.first, one.began_at).astimezone()
            end = None
            if one.ended_at is not None and one.event.ended is not None and one.event.ended.exact:
                end = datetime.combine(one.event.ended.first, one.ended_at).astimezone()
            until = "" if end is None else tr(" to {clock}").format(clock=f"{end:%H:%M}")
            text = tr("{term}, grade {grade}, {clock}{until}").format(
                term=one.event.term,
                grade=one.event.grade.value,
                clock=f"{begin:%H:%M}",
                until=until,
            )
            found.append(Span(begin, end, one.event.grade.value, text, one.event.serious))
        return found

    def lines(self) -> dict[str, Line]:
        return dict(self.grid.cells)

    def _time(self, key: str) -> Time | None:
        return next((one for one in self.draft.monitoring.times if one.key == key), None)

    # Saving.

    def _on_left(self, cell: Cell) -> None:
        self._save(cell)

    def _save(self, cell: Cell) -> bool:
        """Save what stands in a cell; False where it is no value, which is said."""
        time = self._time(cell.key)
        if not cell.isModified() or time is None:
            return True
        if cell.text().strip() == monitoring.cell(cell.sign, time, self.form):
            cell.settle()
            cell.show_problem(None)
            return True
        values = self.draft.monitoring.read(cell.sign, cell.text())
        if isinstance(values, Problem):
            cell.show_problem(values)
            self.problem.show_problem(values)
            self._keep_soon.start()
            return False
        failures = self.context.failures
        with self.context.saving():
            kept = typing_in(self.step, cell.name)
            self.draft.monitoring.save(time, values, kept)
        if self.context.failures != failures:
            return False
        cell.settle()
        cell.show_problem(None)
        self.problem.show_problem(None)
        self._saved()
        return True

    def _saved(self) -> None:
        """Other cells may hold text that is no value yet: unlike in other steps it stays typed."""
        self._show()
        self.touched.emit()

    def _on_touched(self) -> None:
        self._say_lacks("")
        self.keep_typed()
        self._show_kept()

    def commit(self) -> None:
        for cell in list(self.grid.cells.values()):
            if cell.isModified():
                self._save(cell)
        self.keep_typed()

    def _on_arrived(self, cell: Cell) -> None:
        self._last_key = cell.key
        self.problem.show_problem(cell.problem)
        self._bring_column(cell.key)

    def _bring_column(self, key: str) -> None:
        """Scroll sideways to a time, with those beside it."""
        column = self.grid.column(key)
        self.area.ensureVisible(column.center().x(), 0, column.width() * 2, 0)

    def _on_other_room(self) -> None:
        """As much from the first time on as leaves the one in use in sight."""
        self.bar.setValue(0)
        self._bring_column(self._column_in_use())

    def _column_in_use(self) -> str:
        """The time that had the keyboard last, else the one that is due."""
        return self._last_key if self._time(self._last_key) is not None else self._first_key()

    def _on_not_done(self, _index: int) -> None:
        chosen = str(self.not_done.currentData() or "")
        with self.context.saving():
            why = NotDone(chosen) if chosen else None
            self.draft.forms.save_not_done(self.form, why)
        self._saved()

    # Acts.

    def _ask_reason(self, cell: Cell) -> None:
        time = self._time(cell.key)
        if time is None:
            return
        question = tr("{sign} at {time} was not measured. Why?").format(
            sign=monitoring.TITLES[cell.sign], time=time.name
        )
        offered = {NOT_DONE[one]: one for one in REASONS}
        why = ask.one_of(self, tr("Not measured"), question, offered)
        if why is not None:
            with self.context.saving():
                kept = typing_in(self.step, cell.name)
                self.draft.monitoring.save_not_measured(time, cell.sign, why, kept)
            cell.setText("")
            cell.show_problem(None)
            self._saved()
        cell.setFocus(Qt.FocusReason.TabFocusReason)
        cell.selectAll()  # the window comes back with its focus: what is typed next replaces what stands here

    def _ask_time(self) -> None:
        """A time between two others, by the clock; now, while the infusion is of today."""
        field = TextField(tr("Time, as 10:20"), self.draft.monitoring.read_time)
        if self._due() is not None:
            field.set_text(f"{clock.now().astimezone():%H:%M}")
        title = tr("A time between")
        dialog = TimeDialog(self, title, tr("When were the values taken?"), field)
        if not answered(dialog):
            return
        at = self.draft.monitoring.read_time(field.text)
        if isinstance(at, Problem):
            return
        key = ""
        with self.context.saving():
            key = self.draft.monitoring.add(at).key
        self._saved()
        if (cell := self.grid.cell(key, Sign.PULSE)) is not None:
            cell.setFocus(Qt.FocusReason.TabFocusReason)

    def _describe(self, key: str = "") -> None:
        """A note on a time, and when it was really read: of the one named, else of that which had the keyboard last."""
        self.commit()
        time = self._time(key or self._last_key) or self._time(self._first_key())
        if time is None:
            return
        dialog = ReadingDialog(self, time, self.draft.monitoring.read_time)
        if answered(dialog) and not isinstance(dialog.at, Problem):
            with self.context.saving():
                self.draft.monitoring.describe(time, dialog.at, dialog.note.text)
            self._saved()
            after = self._time(time.key)
            if after is not None and (words := after.taken_words):
                self.context.told.emit(f"{after.title}: {words}")
        front = self._cell_in_front()
        back = front if front is not None and front.key == time.key else None
        if (cell := back or self.grid.cell(time.key, Sign.PULSE)) is not None:
            cell.setFocus(Qt.FocusReason.TabFocusReason)

    def _cell_in_front(self) -> Cell | None:
        focus = self.focusWidget()
        return focus if isinstance(focus, Cell) else None

    def _log_event(self, cell: Cell | None = None) -> None:
        """An event at the time of the cell with the keyboard, with product and lot."""
        one = cell or self._cell_in_front()
        self._logged_from = "" if one is None else one.name
        time = None if one is None else self._time(one.key)
        at = clock.now() if time is None or time.at is None else time.at
        self.commit()
        self.event_meant.emit(at)

    def return_from_event(self) -> None:
        """The events of the day as they are now, and the keyboard on the cell at which one was begun."""
        self.look_at_clock()
        self.focus_field(self._logged_from)

    def _print(self) -> None:
        self.commit()
        about = About(patient_id=self.draft.record.patient.id, visit_id=self.draft.visit.id)
        self.context.open_document.emit("monitoring-grid", about)

    # The keyboard.

    def focus_first(self) -> None:
        """On the time that is due, else the first one that was not read."""
        if (cell := self.grid.cell(self._first_key(), Sign.PULSE)) is not None:
            cell.setFocus(Qt.FocusReason.TabFocusReason)

    def _first_key(self) -> str:
        """The time that is due, else the first one that was not read."""
        due = self._due()
        unread = (one.key for one in self.draft.monitoring.times if not one.is_read)
        return due.time.key if due is not None else next(unread, monitoring.BEFORE)

    def focus_field(self, field: str) -> None:
        name = field.removeprefix(typing_in(self.step, ""))
        cell = self.grid.cells.get(name)
        if cell is not None:
            cell.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.focus_first()


def _bar_of(area: QScrollArea) -> QScrollBar:
    """A bar that scrolls an area sideways from above it: the end of a high grid may be out of sight. Hidden where all is seen."""
    bar, own = QScrollBar(Qt.Orientation.Horizontal), area.horizontalScrollBar()
    bar.setAccessibleName(tr("Times"))

    def fit(first: int, last: int) -> None:
        bar.setRange(first, last)
        bar.setPageStep(own.pageStep())
        bar.setSingleStep(theme.px(NARROWEST))
        bar.setVisible(last > first)

    own.rangeChanged.connect(fit)
    own.valueChanged.connect(bar.setValue)
    bar.valueChanged.connect(own.setValue)
    bar.hide()
    return bar


class TimeDialog(AskDialog):
    """Asks for a time, and stays until there is one."""

    def agree(self) -> None:
        field = self.field
        if isinstance(field, TextField) and isinstance(field.read(), Problem):
            field.setFocus()
            self.fit()
        else:
            super().agree()
