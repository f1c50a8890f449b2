"""Spirometry: a small grid of blows for every session; everything else is computed as one types."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from core import entry
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import typed_in
from core.entering.visit_entry import DEVICE_PERCENT, check_fev1
from core.entry import Problem
from core.labels import (
    BLOW_QUALITY,
    INTERFACE,
    NOT_DONE,
    POSITION,
    TEST_TYPE,
    why_not_alone,
)
from core.model.assessment import NotDone
from core.model.ids import SpirometryId
from core.model.nouns import SPIROMETRY
from core.model.spirometry import (
    MAX_BLOWS,
    Blow,
    BlowQuality,
    Interface,
    Position,
    Spirometry,
    TestType,
)
from core.science.spirometry import evaluate
from core.views.spirometry import equation_text, fev1_text, ratio_text, spirometry_title
from core.words import MISSING, number
from ui import theme
from ui.context import AppContext
from ui.forms.step_form import StepForm
from ui.widgets import ask
from ui.widgets.basics import Combo, button, clear, column, label, restyle, row
from ui.widgets.fields import ChoiceField, Line, TextField
from ui.widgets.figures import FigureMark, mark
from ui.widgets.range_bar import RangeBar
from ui.widgets.responsive import Flow
from ui.words import tr

FIRST_ROWS = 3


class BlowLine(Line):
    """A volume of one blow; Enter goes on to the next blow, the arrows stay in their column."""

    entered = Signal()
    moved_by = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFixedWidth(theme.px(84))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        elif plain and event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved_by.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mark(self, *, wrong: bool) -> None:
        value = "true" if wrong else "false"
        if self.property("wrong") != value:
            self.setProperty("wrong", value)
            restyle(self)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one row: the blow, if its volume is a value; and what is wrong, by field."""

    blow: Blow | None
    problems: Mapping[str, Problem]


class BlowRow:
    """The widgets of one blow."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.number = label(str(index), "muted")
        self.volume = BlowLine(tr("Blow {n}, litres").format(n=index))
        self.fev1 = BlowLine(tr("Blow {n}, FEV1 in litres").format(n=index))
        self.quality = Combo()
        for quality, text in BLOW_QUALITY.items():
            self.quality.addItem(text, quality)
        self.quality.setAccessibleName(tr("Blow {n}, quality").format(n=index))
        self.remark = Line()
        self.remark.setPlaceholderText(tr("remark"))
        self.remark.setAccessibleName(tr("Blow {n}, remark").format(n=index))
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        return (self.number, self.volume, self.fev1, self.quality, self.remark)

    @property
    def empty(self) -> bool:
        lines = (self.volume, self.fev1, self.remark)
        return not (any(line.text().strip() for line in lines) or self._judged)

    @property
    def being_typed(self) -> bool:
        """Whether a blow is being typed that was not saved yet."""
        return any(
            line.isModified() and bool(line.text().strip()) for line in (self.volume, self.fev1)
        )

    @property
    def _judged(self) -> bool:
        """Whether a quality was chosen: the first of them stands there by itself."""
        return self.quality.currentIndex() > 0

    def set_visible(self, visible: bool, *, fev1: bool) -> None:
        for widget in self.widgets:
            widget.setVisible(visible and (fev1 or widget is not self.fev1))
        if not visible:
            self.problem.hide()

    def show_blow(self, saved: Blow | None, typed: Mapping[str, str]) -> None:
        """Show a saved blow, or what was typed and is not a value yet."""
        self.volume.setText(typed["blow"] or _litres(saved.volume_ml if saved else None))
        self.fev1.setText(typed["fev1"] or _litres(saved.fev1_ml if saved else None))
        kind = saved.quality if saved else BlowQuality.ACCEPTABLE
        if typed["quality"]:
            kind = BlowQuality(typed["quality"])
        self.quality.setCurrentIndex(list(BLOW_QUALITY).index(kind))
        self.remark.setText(typed["remark"] or (saved.remark if saved else ""))

    def read(self, test_type: TestType) -> Typed:
        volume, fev1 = entry.litres(self.volume.text()), entry.litres(self.fev1.text())
        problems = {}
        if isinstance(volume, Problem):
            problems["blow"] = volume
        if isinstance(fev1, Problem):
            problems["fev1"] = fev1
        elif fev1 is not None and not isinstance(volume, Problem):
            wrong = check_fev1(fev1, volume, test_type)
            if wrong is not None:
                problems["fev1"] = wrong
        if volume is None or isinstance(volume, Problem):
            return Typed(None, problems)
        blow = Blow(
            number=self.index,
            volume_ml=volume,
            fev1_ml=None if isinstance(fev1, Problem) or "fev1" in problems else fev1,
            quality=BlowQuality(self.quality.currentData()),
            remark=self.remark.text().strip(),
        )
        return Typed(blow, problems)

    def raw(self, typed: Typed) -> dict[str, str]:
        """The texts that no blow holds, by field: they are kept as they were typed."""
        unread, quality = "blow" in typed.problems, str(self.quality.currentData())
        return {
            "blow": self.volume.text() if unread else "",
            "fev1": self.fev1.text() if typed.blow is None or "fev1" in typed.problems else "",
            "quality": quality if unread or (typed.blow is None and self._judged) else "",
            "remark": self.remark.text().strip() if typed.blow is None else "",
        }

    def show_problems(self, problems: Mapping[str, Problem]) -> None:
        first = next(iter(problems.values()), None)
        self.problem.setText(first.message if first else "")
        self.problem.setVisible(first is not None)
        self.volume.mark(wrong="blow" in problems)
        self.fev1.mark(wrong="fev1" in problems)


class SpirometryForm(StepForm):
    """``previewed`` carries the session as it would be with what is typed now."""

    topic = "visit#spirometry"
    step = SPIROMETRY
    previewed = Signal(object)

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.add_session = button(tr("Add another session"), self._add_session, link=True)
        self.test_type = ChoiceField("", TEST_TYPE)
        _name(self.test_type, tr("Test"))
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("Spirometry not done, because"))
        self.not_done.addItem(tr("Not done…"), None)
        for reason in NOT_DONE:
            self.not_done.addItem(why_not_alone(reason), reason)
        self.sessions: ChoiceField[SpirometryId] | None = None
        self._sessions_shown: dict[SpirometryId, str] = {}
        self._sessions_row = row()
        self.height_cm = TextField(
            tr("Height"), partial(entry.number, low=50, high=250, unit="cm"), unit="cm", width=72
        )
        self.position = ChoiceField(tr("Position"), POSITION)
        self.interface = Combo()
        self.interface.setAccessibleName(tr("Interface"))
        self.interface.addItem(MISSING, None)
        for interface, text in INTERFACE.items():
            self.interface.addItem(text, interface)
        self.device = TextField(tr("Device"), placeholder=tr("name, serial number"))
        self.device_percent = TextField(
            tr("Printed by the device"),
            partial(entry.number, low=DEVICE_PERCENT[0], high=DEVICE_PERCENT[1], unit="%"),
            unit="%",
            width=72,
        )
        self.rows = [BlowRow(index) for index in range(1, MAX_BLOWS + 1)]
        self._heads = [
            label(title, "muted")
            for title in ("", tr("Volume (L)"), tr("FEV1 (L)"), tr("Quality"), tr("Remark"))
        ]
        self._titles = {
            tr("Best"): "best",
            tr("% predicted"): "vital-capacity",
            tr("z-score"): "z",
            tr("Repeatability"): "repeatability",
            tr("Grade"): "grade",
        }  # and the figure that each of them is
        self._values = {name: label("–", "number") for name in self._titles}
        self._refused = label("", "problem", wrap=True)
        self._hint = label("", "small", wrap=True)
        self._first_second = label("", "", wrap=True)
        self._bar = RangeBar()
        mark(self._bar, "limits")
        mark(self._first_second, "fev1")
        self._equation = label("", "small", wrap=True)
        self._why_not = label("", "question-note", wrap=True)
        self._shown_rows = FIRST_ROWS
        self._build()

    def show_draft(self) -> None:
        session, raw = self.draft.spirometry.entered, self.draft.unsaved.texts
        own = partial(typed_in, session)
        self.test_type.set_value(session.test_type)
        self.position.set_value(session.position)
        self._refused.hide()
        self.interface.setCurrentIndex(self.interface.findData(session.interface))
        self.device.set_text(session.device)
        for name, field, value in (
            ("height", self.height_cm, session.height_cm),
            ("device_percent", self.device_percent, session.device_percent),
        ):
            field.set_text(raw.get(own(name), "" if value is None else f"{value:g}"))
            field.read()
        blows = {blow.number: blow for blow in session.blows}
        for one in self.rows:
            typed = {
                field: raw.get(own(f"{field}.{one.index}"), "")
                for field in ("blow", "fev1", "quality", "remark")
            }
            one.show_blow(blows.get(one.index), typed)
        self.show_typed()
        for one in self.rows:
            one.show_problems(one.read(session.test_type).problems)
        self._show_reason()
        if any(one.being_typed for one in self.rows):
            self.not_done.setCurrentIndex(0)  # as at the key that was kept
        self._show_sessions()
        self._show_rows()
        self._preview()

    def lines(self) -> Mapping[str, Line]:
        """Those of the session in front."""
        session = self.draft.spirometry.entered
        fields: dict[str, Line] = {
            "height": self.height_cm.line,
            "device": self.device.line,
            "device_percent": self.device_percent.line,
        }
        for one in self.rows:
            fields[f"blow.{one.index}"] = one.volume
            fields[f"fev1.{one.index}"] = one.fev1
            fields[f"remark.{one.index}"] = one.remark
        return {typed_in(session, name): line for name, line in fields.items()}

    @property
    def point(self) -> str:
        session = self.draft.spirometry.entered
        return typed_in(session, "session") if session in self.draft.record.spirometry else ""

    def keep_typed(self) -> None:
        session = self.draft.spirometry.entered
        if self.typed() and session not in self.draft.record.spirometry:
            with self.context.saving():  # it needs its place in the file, or its name would change
                self.draft.spirometry.save(session)
        super().keep_typed()

    def focus_first(self) -> None:
        empty = (one for one in self.rows[: self._shown_rows] if not one.volume.text())
        next(empty, self.rows[self._shown_rows - 1]).volume.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_field(self, field: str) -> None:
        """The field of a session, as ``typed_in`` names it."""
        _step, session, *names = field.split(".")
        self.draft.spirometry.turn_to(SpirometryId(session))
        self.show_draft()
        match names:
            case ["session"]:
                self.focus_first()
            case ["height"]:
                self.height_cm.setFocus()
            case ["device"]:
                self.device.setFocus()
            case ["device_percent"]:
                self.device_percent.setFocus()
            case [column, index]:
                one = self.rows[int(index) - 1]
                (one.fev1 if column == "fev1" else one.volume).setFocus()

    def commit(self) -> None:
        """Save what is valid, keep as typed what is not."""
        stored = self.draft.spirometry.entered
        session = self._typed()
        if (twice := self.draft.spirometry.twice(session)) is not None:
            self.test_type.set_value(stored.test_type)
            self.position.set_value(stored.position)
            self._refuse(twice)
            session = self._typed()
        height, percent = self.height_cm.read(), self.device_percent.read()
        raw = {
            "height": self.height_cm.text if isinstance(height, Problem) else "",
            "device_percent": self.device_percent.text if isinstance(percent, Problem) else "",
        }
        for one in self.rows:
            typed = one.read(session.test_type)
            one.show_problems(typed.problems)
            raw |= {f"{field}.{one.index}": text for field, text in one.raw(typed).items()}
        saved = session in self.draft.record.spirometry
        with self.context.saving():
            if not saved and (session != stored or any(raw.values())):
                self.draft.spirometry.save(session)
            if self.draft.record.patient.height_cm is None and isinstance(height, float):
                self.draft.save_height(height)
            self.draft.unsaved.save_all(
                {typed_in(session, name): text for name, text in raw.items()}
            )
            self.touched.emit()
        self._show_sessions()
        self._show_rows()
        self._preview()

    def _build(self) -> None:
        self.body.setSpacing(10)
        head = row(label(tr("Spirometry"), "question"))
        head.addLayout(Flow(self.add_session, self.test_type, self.not_done, right=True), 1)
        self.body.addLayout(head)
        self.body.addLayout(self._sessions_row)
        interface = QWidget()
        interface.setLayout(column(label(tr("Interface"), "muted"), self.interface, spacing=4))
        inputs = row(self.height_cm, self.position, interface, self.device, spacing=14, top=True)
        inputs.setStretch(3, 1)
        self.body.addLayout(inputs)
        self.body.addWidget(self._refused)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for index, head_label in enumerate(self._heads):
            grid.addWidget(head_label, 0, index)
        grid.setColumnStretch(4, 1)
        for one in self.rows:
            for index, widget in enumerate(one.widgets):
                grid.addWidget(widget, one.index * 2, index)
            grid.addWidget(one.problem, one.index * 2 + 1, 1, 1, 4)
            for line in (one.volume, one.fev1):
                line.textEdited.connect(self._on_typed)
                line.left.connect(self.commit)
                line.entered.connect(partial(self._go_down, one))
            one.volume.moved_by.connect(partial(self._move, one, "volume"))
            one.fev1.moved_by.connect(partial(self._move, one, "fev1"))
            one.quality.activated.connect(self.commit)
            one.remark.textEdited.connect(lambda _text: self._show_rows())
            one.remark.editingFinished.connect(self.commit)
        self.body.addLayout(grid)
        self.body.addWidget(self._hint)
        facts = row(spacing=20)
        for title, value in self._values.items():
            facts.addLayout(column(FigureMark(self._titles[title], title), value, None, spacing=0))
        facts.addStretch(1)
        self.device_percent.setMinimumWidth(theme.px(150))  # for the sentence under it
        facts.addWidget(self.device_percent)
        self.body.addLayout(facts)
        self.body.addWidget(self._first_second)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._why_not)
        self.body.addWidget(self._equation)
        self.body.addStretch(1)
        self.test_type.chosen.connect(self._on_test)
        self.position.chosen.connect(self._on_test)
        self.interface.activated.connect(self.commit)
        self.height_cm.committed.connect(self.commit)
        self.height_cm.edited.connect(self._preview)
        self.device.committed.connect(self.commit)
        self.device_percent.committed.connect(self.commit)
        self.not_done.activated.connect(self._on_reason)
        self.watch(*self.lines().values())

    def _typed(self) -> Spirometry:
        """The session as the fields stand: the blows that are values, and the rest as it is chosen."""
        session = self.draft.spirometry.entered
        test_type = self.test_type.value or TestType.FVC
        height, percent = self.height_cm.read(), self.device_percent.read()
        blows = (one.read(test_type).blow for one in self.rows)
        reason, interface = self.not_done.currentData(), self.interface.currentData()
        return replace(
            session,
            test_type=test_type,
            position=self.position.value or Position.SITTING,
            interface=Interface(interface) if interface else None,
            device=self.device.text.strip(),
            device_percent=None if isinstance(percent, Problem) else percent,
            height_cm=session.height_cm if isinstance(height, Problem) else height,
            not_done=NotDone(reason) if reason else None,
            blows=tuple(blow for blow in blows if blow is not None),
        )

    def _on_test(self) -> None:
        self._refused.hide()
        self.commit()

    def _on_reason(self) -> None:
        """Why it was not done; refused while blows stand there, which it would hide."""
        self._refused.hide()
        if self.not_done.currentData() and not all(one.empty for one in self.rows):
            self._show_reason()
            text = tr("There are blows here: clear them before you say why there are none.")
            self._refuse(Problem(text))
        else:
            self.commit()

    def _show_reason(self) -> None:
        """The reason that the file has."""
        reason = self.draft.spirometry.entered.not_done
        self.not_done.setCurrentIndex(self.not_done.findData(reason) if reason else 0)

    def _refuse(self, problem: Problem) -> None:
        """Say why what was just chosen cannot be."""
        self._refused.setText(problem.message)
        self._refused.show()

    def _on_typed(self, text: str) -> None:
        self._refused.hide()
        if text.strip():
            self.not_done.setCurrentIndex(0)  # who types a blow has measured it
        self._show_rows()
        self._preview()

    def _show_rows(self) -> None:
        """One empty row after the last one that was filled. Slow blows have no FEV1, unless one was typed.

        Its column stays while the keyboard is in it, or what is typed next would go elsewhere.
        """
        forced = self.test_type.value is not TestType.SVC
        fev1 = forced or any(one.fev1.text().strip() or one.fev1.hasFocus() for one in self.rows)
        filled = [one.index for one in self.rows if not one.empty]
        self._shown_rows = min(MAX_BLOWS, max(FIRST_ROWS, *[index + 1 for index in filled], 0))
        for one in self.rows:
            one.set_visible(one.index <= self._shown_rows, fev1=fev1)
        self._heads[2].setVisible(fev1)
        self._hint.setText(
            tr(
                "Enter moves to the next blow, Tab to its FEV1; Enter on an empty row ends the table."
            )
            if fev1
            else tr("Enter moves to the next blow; Enter on an empty row ends the table.")
        )

    def _show_sessions(self) -> None:
        """The switch between the sessions of the visit, where there are several."""
        titles = {s.id: spirometry_title(s) for s in self.draft.spirometry.all}
        if titles != self._sessions_shown:
            self._sessions_shown = titles
            clear(self._sessions_row)
            self.sessions = None
            if len(titles) > 1:
                self.sessions = ChoiceField("", titles, leads=True)
                _name(self.sessions, tr("Session"))
                self.sessions.chosen.connect(self._on_session)
                remove = button(tr("Remove this session…"), self._remove_session, link=True)
                for widget in (self.sessions, remove):
                    self._sessions_row.addWidget(widget)
                self._sessions_row.setStretch(0, 1)
        if self.sessions is not None:
            self.sessions.set_value(self.draft.spirometry.entered.id)
        self.add_session.setVisible(bool(self.draft.spirometry.free_tests))

    def _preview(self) -> None:
        session = self._typed()
        result = evaluate(session)
        measured = session.measured
        texts = (
            number(result.best_l, 2, "L"),
            number(result.percent, 1, "%"),
            number(result.z, 2),
            number(result.repeatability_ml, 0, "mL"),
            result.grade.value,
        )
        for value, text in zip(self._values.values(), texts, strict=True):
            value.setText(text if measured else MISSING)
        fev1 = fev1_text(session) if measured else ""
        if fev1:
            words = tr("FEV1 {fev1}\nFEV1/FVC {ratio}")
            self._first_second.setText(words.format(fev1=fev1, ratio=ratio_text(session)))
        self._first_second.setVisible(bool(fev1))
        prediction = result.prediction
        self._bar.show_values(
            result.best_l if measured else None,
            prediction.lln if prediction else None,
            prediction.predicted if prediction else None,
            prediction.uln if prediction else None,
        )
        self._why_not.setText(result.why_not)
        self._why_not.setVisible(bool(result.why_not))
        rule = tr(
            "Best: the largest acceptable blow, else the largest usable; FEV1 may be of another blow."
        )
        self._equation.setText(f"{equation_text(session)}. {rule}")
        self.previewed.emit(session)

    def _go_down(self, one: BlowRow) -> None:
        """Enter: to the next blow; on to the next step from an empty row and from the last one."""
        empty = one.empty
        self.commit()
        if empty or one.index == self._shown_rows:
            self.go_on.emit()
        else:
            self.rows[one.index].volume.setFocus(Qt.FocusReason.TabFocusReason)

    def _move(self, one: BlowRow, column: str, by: int) -> None:
        """The arrows: up and down within one column."""
        self.commit()
        target = one.index + by
        if 1 <= target <= self._shown_rows:
            line: BlowLine = getattr(self.rows[target - 1], column)
            line.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_session(self) -> None:
        chosen = self.sessions.value if self.sessions else None
        if chosen is not None and self.committed():
            self._show_session(chosen)

    def _show_session(self, id: SpirometryId) -> None:
        self.draft.spirometry.turn_to(id)
        self.show_draft()
        self.focus_first()

    def _add_session(self) -> None:
        if self.committed():
            with self.context.saving():
                self.draft.spirometry.add()
                self.touched.emit()
            self._show_session(self.draft.spirometry.entered.id)

    def _remove_session(self) -> None:
        if not self.committed():
            return
        reason: str | None = ""
        session = self.draft.spirometry.entered
        if self.draft.spirometry.has_entries(session):
            title = spirometry_title(session)
            question = tr("Why is {session} removed from this visit?").format(session=title)
            reason = ask.reason(self, tr("Remove session"), question)
        if reason is not None:
            with self.context.saving():
                self.draft.spirometry.remove(reason)
                self.touched.emit()
            self._show_session(self.draft.spirometry.entered.id)


def _name(field: ChoiceField[Any], title: str) -> None:
    """Say the title that is not shown to those who hear the buttons."""
    for one in field.findChildren(QPushButton):
        one.setAccessibleName(f"{title}: {one.text()}")


def _litres(volume_ml: int | None) -> str:
    """Two decimals, as spirometers print them; three where there are three."""
    if volume_ml is None:
        return ""
    return f"{volume_ml / 1000:.{3 if volume_ml % 10 else 2}f}"
