"""Spirometry: a small grid of blows; everything else is computed as one types."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core import entry
from core.drafts import Draft
from core.entry import Problem
from core.labels import BLOW_QUALITY, NOT_DONE, POSITION, TEST_TYPE
from core.model.assessment import NotDone
from core.model.spirometry import MAX_BLOWS, Blow, BlowQuality, Position, Spirometry, TestType
from core.science.spirometry import evaluate
from core.summary import equation_text
from core.words import MISSING, number
from ui.context import AppContext
from ui.forms.fields import ChoiceField, Line, TextField
from ui.forms.step_form import StepForm
from ui.widgets.basics import Combo, column, label, restyle, row
from ui.widgets.range_bar import RangeBar
from ui.words import tr

FIRST_ROWS = 3


class BlowLine(Line):
    """The volume of one blow; Enter and the arrows move to the next or the one before."""

    moved_by = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and event.key() in steps:
            self.moved_by.emit(steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)


class BlowRow:
    """The widgets of one blow."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.number = label(str(index), "muted")
        self.volume = BlowLine()
        self.volume.setFixedWidth(90)
        self.volume.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.volume.setAccessibleName(tr("Blow {n}, litres").format(n=index))
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
        return (self.number, self.volume, self.quality, self.remark)

    def set_visible(self, visible: bool) -> None:
        for widget in self.widgets:
            widget.setVisible(visible)
        if not visible:
            self.problem.hide()

    def show_blow(self, saved: Blow | None, blow: str, quality: str, remark: str) -> None:
        """Show a saved blow, or what was typed and is not a value yet."""
        decimals = 3 if saved is not None and saved.volume_ml % 10 else 2
        volume = "" if saved is None else f"{saved.volume_ml / 1000:.{decimals}f}"
        self.volume.setText(blow or volume)
        kind = (
            BlowQuality(quality) if quality else saved.quality if saved else BlowQuality.ACCEPTABLE
        )
        self.quality.setCurrentIndex(list(BLOW_QUALITY).index(kind))
        self.remark.setText(remark or (saved.remark if saved else ""))

    def read(self) -> Blow | Problem | None:
        volume = entry.litres(self.volume.text())
        if volume is None or isinstance(volume, Problem):
            return volume
        return Blow(
            number=self.index,
            volume_ml=volume,
            quality=BlowQuality(self.quality.currentData()),
            remark=self.remark.text().strip(),
        )

    def show_problem(self, problem: Problem | None) -> None:
        self.problem.setText(problem.message if problem else "")
        self.problem.setVisible(problem is not None)
        wrong = "true" if problem else "false"
        if self.volume.property("wrong") != wrong:
            self.volume.setProperty("wrong", wrong)
            restyle(self.volume)


class SpirometryForm(StepForm):
    """``previewed`` carries the session as it would be with what is typed now."""

    previewed = Signal(object)

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.test_type = ChoiceField("", TEST_TYPE)
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("Spirometry not done, because"))
        self.not_done.addItem(tr("Not done…"), None)
        for reason, text in NOT_DONE.items():
            self.not_done.addItem(tr("Not done: {reason}").format(reason=text), reason)
        self.height_cm = TextField(
            tr("Height"), partial(entry.number, low=50, high=250, unit="cm"), unit="cm", width=84
        )
        self.position = ChoiceField(tr("Position"), POSITION)
        self.device = TextField(tr("Device"), placeholder=tr("name, serial number"))
        self.rows = [BlowRow(index) for index in range(1, MAX_BLOWS + 1)]
        self._values = {
            name: label("–", "number")
            for name in (
                tr("Best"),
                tr("% predicted"),
                tr("z-score"),
                tr("Repeatability"),
                tr("Grade"),
            )
        }
        self._bar = RangeBar()
        self._equation = label("", "small", wrap=True)
        self._why_not = label("", "question-note", wrap=True)
        self._shown_rows = FIRST_ROWS
        self._build()

    def show_draft(self) -> None:
        session, raw = self.draft.spirometry, self.draft.raw
        self.test_type.set_value(session.test_type)
        self.position.set_value(session.position)
        self.device.set_text(session.device)
        height = "" if session.height_cm is None else f"{session.height_cm:g}"
        self.height_cm.set_text(raw.get("spirometry.height", height))
        self.height_cm.read()
        blows = {blow.number: blow for blow in session.blows}
        for one in self.rows:
            typed = {
                field: raw.get(f"spirometry.{field}.{one.index}", "")
                for field in ("blow", "quality", "remark")
            }
            one.show_blow(blows.get(one.index), **typed)
            blow = one.read()
            one.show_problem(blow if isinstance(blow, Problem) else None)
        reason = session.not_done
        self.not_done.setCurrentIndex(self.not_done.findData(reason) if reason else 0)
        self._show_rows()
        self._preview()

    def focus_first(self) -> None:
        empty = (one for one in self.rows[: self._shown_rows] if not one.volume.text())
        next(empty, self.rows[self._shown_rows - 1]).volume.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_field(self, field: str) -> None:
        if field.endswith("height"):
            self.height_cm.setFocus()
        else:
            wrong = (one for one in self.rows if field.endswith(f"blow.{one.index}"))
            next(wrong, self.rows[0]).volume.setFocus()

    def commit(self) -> None:
        """Save what is valid, keep as typed what is not."""
        before = self.draft.spirometry
        session = self._typed()
        height = self.height_cm.read()
        with self.context.saving():
            if session != before:
                self.draft.save_spirometry(session)
            known = self.draft.record.patient.height_cm
            if known is None and isinstance(height, float):
                self.draft.save_height(height)
            wrong = self.height_cm.text if isinstance(height, Problem) else ""
            self.draft.save_raw("spirometry.height", wrong)
            for one in self.rows:
                blow = one.read()
                one.show_problem(blow if isinstance(blow, Problem) else None)
                no_value = isinstance(blow, Problem)
                # What stands beside a volume that is no value yet is kept as it was typed.
                alone = not isinstance(blow, Blow)
                typed = {
                    "blow": one.volume.text() if no_value else "",
                    "remark": one.remark.text().strip() if alone else "",
                    "quality": str(one.quality.currentData()) if no_value else "",
                }
                for field, text in typed.items():
                    self.draft.save_raw(f"spirometry.{field}.{one.index}", text)
            self.touched.emit()
        self._show_rows()
        self._preview()

    def _build(self) -> None:
        self.body.setSpacing(10)
        head = row(label(tr("Spirometry"), "question"), None, self.test_type, self.not_done)
        self.body.addLayout(head)
        inputs = row(self.height_cm, self.position, self.device, spacing=18, top=True)
        inputs.setStretch(2, 1)
        self.body.addLayout(inputs)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for index, title in enumerate((tr("Blow"), tr("Volume (L)"), tr("Quality"), tr("Remark"))):
            grid.addWidget(label(title, "muted"), 0, index)
        grid.setColumnStretch(3, 1)
        for one in self.rows:
            for index, widget in enumerate(one.widgets):
                grid.addWidget(widget, one.index * 2, index)
            grid.addWidget(one.problem, one.index * 2 + 1, 1, 1, 3)
            one.volume.textEdited.connect(self._on_typed)
            one.volume.left.connect(self.commit)
            one.volume.moved_by.connect(partial(self._move, one.index - 1))
            one.quality.activated.connect(self.commit)
            one.remark.editingFinished.connect(self.commit)
        self.body.addLayout(grid)
        self.body.addWidget(
            label(
                tr("Enter moves to the next blow; Enter on an empty row ends the table."), "small"
            )
        )
        facts = row(spacing=22)
        for title, value in self._values.items():
            facts.addLayout(column(label(title, "muted"), value, spacing=0))
        facts.addStretch(1)
        self.body.addLayout(facts)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._why_not)
        self.body.addWidget(self._equation)
        self.body.addStretch(1)
        self.test_type.chosen.connect(self.commit)
        self.position.chosen.connect(self.commit)
        self.height_cm.committed.connect(self.commit)
        self.height_cm.edited.connect(self._preview)
        self.device.committed.connect(self.commit)
        self.not_done.activated.connect(self.commit)

    def _typed(self) -> Spirometry:
        """The session as the fields stand: the blows that are values, and the rest as it is chosen."""
        session = self.draft.spirometry
        height = self.height_cm.read()
        blows = []
        for one in self.rows:
            blow = one.read()
            if isinstance(blow, Blow):
                blows.append(blow)
        reason = self.not_done.currentData()
        return replace(
            session,
            test_type=self.test_type.value or TestType.FVC,
            position=self.position.value or Position.SITTING,
            device=self.device.text.strip(),
            height_cm=session.height_cm if isinstance(height, Problem) else height,
            not_done=NotDone(reason) if reason else None,
            blows=tuple(blows),
        )

    def _on_typed(self, _text: str) -> None:
        self._show_rows()
        self._preview()

    def _show_rows(self) -> None:
        """One empty row after the last one that was filled."""
        filled = [
            one.index for one in self.rows if one.volume.text().strip() or one.remark.text().strip()
        ]
        self._shown_rows = min(MAX_BLOWS, max(FIRST_ROWS, *[index + 1 for index in filled], 0))
        for one in self.rows:
            one.set_visible(one.index <= self._shown_rows)

    def _preview(self) -> None:
        session = self._typed()
        result = evaluate(session, self.draft.record.patient)
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
        prediction = result.prediction
        self._bar.show_values(
            result.best_l if measured else None,
            prediction.lln_l if prediction else None,
            prediction.predicted_l if prediction else None,
            prediction.uln_l if prediction else None,
        )
        self._why_not.setText(result.why_not)
        self._why_not.setVisible(bool(result.why_not))
        self._equation.setText(
            equation_text(self.draft.record.patient, session)
            + tr(" · best value from acceptable blows")
        )
        self.previewed.emit(session)

    def _move(self, index: int, by: int) -> None:
        self.commit()
        if by > 0 and not self.rows[index].volume.text().strip():
            self.go_on.emit()
            return
        target = index + by
        if 0 <= target < self._shown_rows:
            self.rows[target].volume.setFocus(Qt.FocusReason.TabFocusReason)
        elif target >= self._shown_rows:
            self.go_on.emit()
