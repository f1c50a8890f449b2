"""Single measurements of breathing and nutrition: a row for every kind, each of them optional."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core.entering.visit.draft import Draft
from core.entering.visit_entry import read_measurement
from core.entry import Problem
from core.labels import NOT_DONE
from core.model.assessment import NotDone
from core.model.measurement import Measurement, MeasurementKind, asked_kinds, kinds
from core.model.nouns import MEASUREMENTS
from core.views.fact import Fact
from core.views.measurements import measurement_before, measurement_text, nutrition_facts
from core.words import day, number
from ui import theme
from ui.context import AppContext
from ui.forms.step_form import StepForm
from ui.widgets.basics import Combo, clear, column, label, restyle, row
from ui.widgets.fields import Line, ProblemLine
from ui.words import tr


class ValueLine(Line):
    """``arrived`` says that it has the keyboard."""

    arrived = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.arrived.emit()


class MeasurementRow:
    """The widgets of one kind of measurement."""

    def __init__(self, kind: MeasurementKind, before: str) -> None:
        self.kind = kind
        self.stored: float | None = None
        self.value = ValueLine()
        self.value.setFixedWidth(theme.px(64))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.value.setAccessibleName(f"{kind.title} ({kind.scale.unit})")
        self.value.setAccessibleDescription(kind.help)
        self.not_done = Combo()
        self.not_done.setFixedWidth(theme.px(174))  # its longest reason is read whole
        self.not_done.setAccessibleName(tr("{kind}, not done").format(kind=kind.short))
        self.not_done.addItem(tr("Not done…"), None)
        for reason, text in NOT_DONE.items():
            self.not_done.addItem(text, reason)
        self.note = Line()
        self.note.setPlaceholderText(tr("note"))
        self.note.setAccessibleName(tr("{kind}, note").format(kind=kind.short))
        self.problem = ProblemLine()
        self.title = QWidget()
        lines = [label(kind.title, wrap=True)]
        if before:
            lines.append(label(before, "small", wrap=True))
        self.title.setLayout(column(*lines, spacing=0))

    def read(self) -> float | Problem | None:
        return read_measurement(self.kind, self.value.text(), self.stored)

    def show_problem(self, problem: Problem | None) -> None:
        self.problem.show_problem(problem)
        wrong = "true" if problem else "false"
        if self.value.property("wrong") != wrong:
            self.value.setProperty("wrong", wrong)
            restyle(self.value)


class MeasurementsForm(StepForm):
    """Every row is saved as it is left; weight comes from the details, and is shown with what it means."""

    topic = "visit#measurements"
    step = MEASUREMENTS

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.body.setSpacing(10)
        title = label(tr("Respiratory and nutrition"), "question")
        self.body.addLayout(row(title, label(tr("all of it is optional"), "muted"), None))
        self._help = label("", "muted", wrap=True)
        self.body.addWidget(self._help)
        asked = asked_kinds()
        entered = {one.kind for one in draft.measurements.all}  # of before it was derived
        self.rows = {
            kind.id: MeasurementRow(kind, self._before(kind))
            for kind in kinds().values()
            if kind.id in asked or kind.id in entered
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(4, 2)
        for index, one in enumerate(self.rows.values()):
            line = index * 2
            unit = label(one.kind.scale.unit, "muted")
            for place, widget in enumerate((one.title, one.value, unit, one.not_done, one.note)):
                grid.addWidget(widget, line, place)
            grid.addWidget(one.problem, line + 1, 0, 1, 5)
            one.value.arrived.connect(partial(self._explain, one.kind))
            one.value.left.connect(partial(self._save, one))
            one.value.returnPressed.connect(partial(self._go_down, index))
            one.not_done.activated.connect(partial(self._on_reason, one))
            one.note.editingFinished.connect(partial(self._save, one))
            self.watch(one.value, one.note)
        self.body.addLayout(grid)
        self._weight = row(spacing=22)
        self.body.addLayout(self._weight)
        self.body.addStretch(1)

    def show_draft(self) -> None:
        for one in self.rows.values():
            found, raw = self.draft.measurements.of(one.kind.id), self.draft.unsaved.texts
            one.stored = None if found is None else found.value
            value = "" if one.stored is None else one.kind.scale.text(one.stored)
            one.value.setText(raw.get(_typed("value", one), value))
            reason = found.not_done if found else None
            one.not_done.setCurrentIndex(one.not_done.findData(reason) if reason else 0)
            one.note.setText(raw.get(_typed("note", one), found.note if found else ""))
        self.show_typed()
        for one in self.rows.values():
            typed = one.read()
            one.show_problem(typed if isinstance(typed, Problem) else None)
        self._show_weight()

    def lines(self) -> Mapping[str, Line]:
        values = {_typed("value", one): one.value for one in self.rows.values()}
        return {**values, **{_typed("note", one): one.note for one in self.rows.values()}}

    def focus_first(self) -> None:
        empty = (
            one for one in self.rows.values() if self.draft.measurements.of(one.kind.id) is None
        )
        first = next(iter(self.rows.values()))
        next(empty, first).value.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_field(self, field: str) -> None:
        _step, name, kind = field.split(".")
        one = self.rows[kind]
        (one.note if name == "note" else one.value).setFocus(Qt.FocusReason.TabFocusReason)

    def commit(self) -> None:
        with self.context.saving():
            for one in self.rows.values():
                self._store(one)
            self.touched.emit()

    def _save(self, one: MeasurementRow) -> None:
        with self.context.saving():
            self._store(one)
            self.touched.emit()

    def _store(self, one: MeasurementRow) -> None:
        """Save what a row says; what is not a value yet, and a note beside no value, as they were typed."""
        value, note = one.read(), one.note.text().strip()
        one.show_problem(value if isinstance(value, Problem) else None)
        if value is not None:
            one.not_done.setCurrentIndex(0)  # who types a value has measured it
        reason = one.not_done.currentData()
        measurement = None
        if isinstance(value, float) or reason:
            measurement = Measurement(
                visit_id=self.draft.visit.id,
                kind=one.kind.id,
                value=value if isinstance(value, float) else None,
                not_done=NotDone(reason) if reason else None,
                note=note,
            )
        if measurement != self.draft.measurements.of(one.kind.id):
            if measurement is None:
                self.draft.measurements.remove(one.kind.id)
            else:
                self.draft.measurements.save(measurement)
        one.stored = None if measurement is None else measurement.value
        wrong = one.value.text() if isinstance(value, Problem) else ""
        self.draft.unsaved.save(_typed("value", one), wrong)
        self.draft.unsaved.save(_typed("note", one), "" if measurement else note)

    def _on_reason(self, one: MeasurementRow, _index: int) -> None:
        if one.value.text().strip() and one.not_done.currentData():
            one.not_done.setCurrentIndex(0)
            text = tr("There is a value here: clear it before you say why there is none.")
            one.show_problem(Problem(text))
        else:
            self._save(one)

    def _explain(self, kind: MeasurementKind) -> None:
        low, high = kind.scale.bounds(kind.low, kind.high)
        text = tr("{kind}: from {low:g} to {high:g} {unit}. {help}").format(
            kind=kind.short, low=low, high=high, unit=kind.scale.unit, help=kind.help
        )
        self._help.setText(text.rstrip())

    def _go_down(self, index: int) -> None:
        below = list(self.rows.values())[index + 1 :]
        if below:
            below[0].value.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.go_on.emit()

    def _show_weight(self) -> None:
        visit = self.draft.visit
        clear(self._weight)
        if visit.weight_kg is None:
            words = tr("Weight: not entered. It belongs to the visit details.")
            self._weight.addWidget(label(words, "muted", wrap=True))
            return
        facts = (
            Fact(tr("Weight"), number(visit.weight_kg, 1, "kg")),
            *nutrition_facts(self.draft.record, visit),
        )
        for fact in facts:
            self._weight.addLayout(column(label(fact.label, "muted"), label(fact.text), spacing=0))
        self._weight.addStretch(1)

    def _before(self, kind: MeasurementKind) -> str:
        found = measurement_before(self.draft.record, kind.id, self.draft.visit.date)
        if found is None:
            return ""
        value = measurement_text(kind.id, found[1])
        return tr("before: {value}, {day}").format(value=value, day=day(found[0]))


def _typed(name: str, one: MeasurementRow) -> str:
    """Where the text of a row is kept while it is no value."""
    return f"measurement.{name}.{one.kind.id}"
