"""The two logs that the clinic keeps by hand: the checks of its spirometers, and the training of its raters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core import clock, entry
from core.entering import registering, typed_texts
from core.entry import Problem
from core.exports import named as export_named
from core.findings.registers import topic_title, topics
from core.model.document import About
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.user import Right
from core.views import register_words
from core.views.visit_words import named
from core.words import N_, day
from ui.context import AppContext
from ui.documents import save
from ui.models.table import Column, TableModel
from ui.pages.page import Page, Unsaved
from ui.widgets import ask
from ui.widgets.basics import Combo, button, column, label, row, scrolled
from ui.widgets.fields import Line, TextField
from ui.widgets.responsive import Cells, Columns
from ui.widgets.table import Table
from ui.words import tr

T = TypeVar("T", RaterTraining, CalibrationCheck)
MOST_ROWS = 12  # of a list that are seen at once
SYRINGE_L = 3  # what most are


def _new(text: str) -> Any:
    """A day that is not after today."""
    value = entry.day(text)
    if value is not None and not isinstance(value, Problem) and value > clock.today():
        return Problem(tr("This day is in the future. Check the date."))
    return value


CHECKS: tuple[Column[CalibrationCheck], ...] = (
    Column(N_("Day"), lambda one: day(one.checked_on)),
    Column(N_("Device"), lambda one: one.device, tip=lambda one: one.note),
    Column(
        N_("Low, middle, high flow"),
        lambda one: ", ".join(
            register_words.litres(ml)
            for ml in (one.low_flow_ml, one.middle_flow_ml, one.high_flow_ml)
        ),
    ),
    Column(N_("Result"), register_words.result, chip=lambda one: "good" if one.passed else "bad"),
)
TRAININGS: tuple[Column[RaterTraining], ...] = (
    Column(N_("Trained in"), lambda one: topic_title(one.topic), tip=lambda one: one.note),
    Column(
        N_("Trained"),
        lambda one: day(one.trained_on),
        tip=lambda one: ", ".join(filter(None, (one.trained_by, one.certificate))),
    ),
    Column(
        N_("Counts"),
        lambda one: register_words.validity(one, clock.today()),
        chip=lambda one: register_words.training_state(one, clock.today()),
    ),
)


@dataclass(frozen=True)
class _Words:
    """Those of one log. ``hint`` says what it is for, ``why`` who may write into it."""

    title: str
    hint: str
    why: str
    right: Right
    export: str


class _Log(QFrame, Generic[T]):
    """One log: what is entered, and what is in it. ``edited`` says that something is typed to be kept."""

    edited = Signal()

    def __init__(
        self,
        context: AppContext,
        words: _Words,
        fields: dict[str, TextField],
        lists: Sequence[QWidget],
        columns: tuple[Column[T], ...],
    ) -> None:
        super().__init__()
        self.context, self.words, self.fields = context, words, fields
        self.setProperty("role", "card")
        self.said = label("", "good-note", wrap=True)
        self.said.hide()
        self.problem = label("", "question-note", wrap=True)
        self.problem.hide()
        self.model: TableModel[T] = TableModel(columns)
        self.table = Table(self.model)
        self.table.setAccessibleName(words.title)
        self.none = label(tr("Nothing is entered yet."), wrap=True)
        self.add = button(tr("Save"), self.enter, primary=True, tip="Ctrl+Enter")
        self.add.setAccessibleName(tr("Save: {what}").format(what=words.title))
        self.remove = button(tr("Remove…"), self._remove, link=True)
        self.remove.setAccessibleName(tr("Remove from: {what}").format(what=words.title))
        export = export_named(words.export)
        self.export = button(tr(export.button), self._save, link=True)
        self.export.setAccessibleName(tr(export.spoken))
        cells = Cells(wide=3, narrow=2, spacing=(14, 8), top=True)
        cells.show_cells([*lists, *fields.values()])
        entered = QWidget()
        entered.setLayout(column(cells, self.problem, row(None, self.add), spacing=8))
        why = label(words.why, "muted", wrap=True)
        layout = column(
            label(words.title, "heading"),
            label(words.hint, "muted", wrap=True),
            entered,
            why,
            self.said,
            self.table,
            self.none,
            row(None, self.remove, self.export),
            None,
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        enters = context.session.may(words.right)
        for one in (why,) if enters else (entered, self.remove):
            one.hide()
        for field in fields.values():
            field.edited.connect(self.edited)

    def show_rows(self, rows: Sequence[T]) -> None:
        self.model.show_rows(rows)
        self.table.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self.table.fit_height(MOST_ROWS)
        for act in (self.remove, self.export):
            act.setEnabled(bool(rows))

    def made(self, values: dict[str, Any]) -> T | Problem:
        """What is to be saved, of the values of the fields; or what is still wrong."""
        raise NotImplementedError

    def keep_in_file(self, made: T) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        """The fields as for the next entry."""
        raise NotImplementedError

    def enter(self) -> None:
        """Save what is entered; what is wrong is said at its field."""
        self.said.hide()
        values = {name: field.read() for name, field in self.fields.items()}
        wrong: list[str] = [name for name, value in values.items() if isinstance(value, Problem)]
        made = None if wrong else self.made(values)
        self.problem.setVisible(isinstance(made, Problem))
        if made is None or isinstance(made, Problem):
            if isinstance(made, Problem):
                self.problem.setText(made.message)
            empty: list[str] = [n for n, field in self.fields.items() if not field.text.strip()]
            self.fields[[*wrong, *empty, *self.fields][0]].setFocus(Qt.FocusReason.TabFocusReason)
            return
        failures = self.context.failures
        with self.context.saving():
            self.keep_in_file(made)
        if self.context.failures == failures:
            self.clear()
            self.edited.emit()
            self.said.setText(tr("Saved."))
            self.said.show()

    def _remove(self) -> None:
        index = self.table.currentIndex()
        if not index.isValid():
            self.problem.setText(tr("Choose a line first."))
            self.problem.show()
            return
        question = tr("The line is taken out of the register. Why?")
        why = ask.reason(self, self.words.title, question)
        if why is not None:
            with self.context.saving():
                registering.remove(self.context.session, self.model.row(index), why)

    def _save(self) -> None:
        save(self, self.context, export_named(self.words.export), About())


class CheckLog(_Log[CalibrationCheck]):
    def __init__(self, context: AppContext) -> None:
        litres = entry.litres
        fields = {
            "device": TextField(tr("Device")),
            "checked_on": TextField(tr("Day"), _new, placeholder="2026-11-21"),
            "syringe": TextField(tr("Volume of the syringe"), litres, unit="L"),
            "low_flow": TextField(tr("Measured at low flow"), litres, unit="L"),
            "middle_flow": TextField(tr("Measured at middle flow"), litres, unit="L"),
            "high_flow": TextField(tr("Measured at high flow"), litres, unit="L"),
            "note": TextField(tr("Note")),
        }
        words = _Words(
            title=tr("Checks of the spirometers"),
            hint=tr(
                "Each day before the first test: the syringe at a low, a middle and a high flow, each within {n} % of its volume (ATS/ERS 2019)."
            ).format(n=f"{context.session.thresholds.all()['calibration_percent']:g}"),
            why=tr("Nurses and neurologists enter checks. You may read them."),
            right=Right.ENTER,
            export="calibration-csv",
        )
        super().__init__(context, words, fields, (), CHECKS)
        self.table.fix_widths({0: 100, 2: 190, 3: 140})
        self.clear()

    def clear(self) -> None:
        for name, field in self.fields.items():
            if name != "device":  # the next check is mostly of the same one
                field.set_text("")
        self.fields["checked_on"].set_text(clock.today().isoformat())
        self.fields["syringe"].set_text(str(SYRINGE_L))

    def made(self, values: dict[str, Any]) -> CalibrationCheck | Problem:
        needed = ("device", "checked_on", "syringe", "low_flow", "middle_flow", "high_flow")
        if not all(values[name] for name in needed):
            return Problem(tr("Device, day, syringe and all three volumes are needed."))
        session = self.context.session
        return CalibrationCheck(
            device=values["device"],
            checked_on=values["checked_on"],
            syringe_ml=values["syringe"],
            low_flow_ml=values["low_flow"],
            middle_flow_ml=values["middle_flow"],
            high_flow_ml=values["high_flow"],
            tolerance_percent=session.thresholds.all()["calibration_percent"],
            note=values["note"],
            entered_by=session.login,
            entered_at=clock.now(),
        )

    def keep_in_file(self, made: CalibrationCheck) -> None:
        registering.add_check(self.context.session, made)


class TrainingLog(_Log[RaterTraining]):
    def __init__(self, context: AppContext) -> None:
        fields = {
            "trained_on": TextField(tr("Trained on"), _new, placeholder="2026-11-21"),
            "trained_by": TextField(tr("Trained by")),
            "expires_on": TextField(tr("Ends on"), entry.day, placeholder="2028-11-21"),
            "certificate": TextField(tr("Certificate, or where it is kept")),
            "note": TextField(tr("Note")),
        }
        self.person, self.topic = Combo(), Combo()
        lists = []
        for combo, title in ((self.person, tr("Person")), (self.topic, tr("Trained in"))):
            combo.setAccessibleName(title)
            one = QWidget()
            one.setLayout(column(label(title, "muted"), combo, spacing=4))
            lists.append(one)
        for user in context.session.users.all():
            self.person.addItem(user.full_name, user.login)
        for topic in topics():
            self.topic.addItem(topic_title(topic), topic)
        words = _Words(
            title=tr("Training of the raters"),
            hint=tr(
                "Who was trained in which questionnaire or procedure. A visit says when the training of its rater is missing or has ended."
            ),
            why=tr("A neurologist enters trainings. You may read them."),
            right=Right.CLINIC,
            export="training-csv",
        )
        names = context.session.users.names()
        person = Column[RaterTraining](N_("Person"), lambda one: named(names, one.person))
        super().__init__(context, words, fields, lists, (person, *TRAININGS))
        self.table.fix_widths({2: 110, 3: 150})

    def clear(self) -> None:
        for field in self.fields.values():
            field.set_text("")

    def made(self, values: dict[str, Any]) -> RaterTraining | Problem:
        if not (values["trained_on"] and values["trained_by"]):
            return Problem(tr("The day of the training, and who gave it, are needed."))
        if values["expires_on"] is not None and values["expires_on"] < values["trained_on"]:
            return Problem(tr("It ends before the day of the training. Check both days."))
        return RaterTraining(
            person=self.person.currentData(),
            topic=self.topic.currentData(),
            trained_on=values["trained_on"],
            trained_by=values["trained_by"],
            expires_on=values["expires_on"],
            certificate=values["certificate"],
            note=values["note"],
            entered_by=self.context.session.login,
            entered_at=clock.now(),
        )

    def keep_in_file(self, made: RaterTraining) -> None:
        registering.add_training(self.context.session, made)


class RegistersPage(Page):
    """Both logs side by side; what is typed and not saved is kept."""

    topic = "registers"
    shows = frozenset({"rater_training", "calibration_check", "user"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.checks, self.trainings = CheckLog(context), TrainingLog(context)
        for log in (self.checks, self.trainings):
            log.edited.connect(self.keep_soon.start)
        inner = QWidget()
        logs = Columns(self.checks, self.trainings, fixed={}, spacing=14)
        inner.setLayout(column(logs, None))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(label(tr("Registers"), "title"))
        layout.addWidget(scrolled(inner), 1)
        self._put_back()

    def refresh(self) -> None:
        session = self.context.session
        self.checks.show_rows(session.calibrations.all())
        self.trainings.show_rows(session.trainings.all())

    def focus_first(self) -> None:
        for log in (self.checks, self.trainings):
            if self.context.session.may(log.words.right):
                next(iter(log.fields.values())).setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.checks.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        """Ctrl+Enter saves the log with the keyboard in it."""
        focus = self.focusWidget()
        inside = focus is not None and self.trainings.isAncestorOf(focus)
        log: CheckLog | TrainingLog = self.trainings if inside else self.checks
        if log.add.isVisible():
            log.enter()

    save_front = go_on

    def _lines(self) -> dict[str, Line]:
        return {
            f"{place}.{name}": field.line
            for place, log in (("check", self.checks), ("training", self.trainings))
            for name, field in log.fields.items()
        }

    def _put_back(self) -> None:
        typed = self.context.session.typed.of(typed_texts.REGISTERS, typed_texts.CLINIC)
        lines = self._lines()
        for name in typed.keys() & lines.keys():
            lines[name].put_back(typed[name])

    def unsaved(self) -> tuple[Unsaved, ...]:
        texts = {name: line.typed for name, line in self._lines().items()}
        return (Unsaved(place=typed_texts.REGISTERS, subject=typed_texts.CLINIC, texts=texts),)
