"""A questionnaire, one question at a time, answered by single keys."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.drafts import Draft
from core.entry import Problem
from core.instruments.definition import Choice, Instrument, Item
from core.labels import NOT_DONE
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate, read_partial_date
from core.summary import form_before, visit_title
from core.words import MISSING
from ui import theme
from ui.context import AppContext
from ui.forms.fields import Line, TextField
from ui.forms.step_form import StepForm
from ui.widgets.basics import (
    Combo,
    button,
    chip,
    clear,
    column,
    label,
    restyle,
    row,
    set_chip,
    show_only,
)
from ui.words import tr


class ChoiceButton(QPushButton):
    """One possible answer: its score and its words, which wrap. Made once and given new words.

    It paints them itself: wrapped child labels would cost a layout of the whole page at every key.
    """

    LEFT, RIGHT, LOWEST = 46, 12, 46  # px: where the words begin, what stays free, the least height

    def __init__(self) -> None:
        super().__init__()
        self.score = 0
        self.words = ""
        self.setCheckable(True)
        self.setProperty("choice", "true")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.before = chip("", "neutral")
        self.before.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.before.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 12, 4)
        layout.addStretch(1)
        layout.addWidget(self.before)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.LOWEST)

    def show_choice(self, choice: Choice) -> None:
        self.score, self.words = choice.score, choice.text
        self.setAccessibleName(f"{choice.score}: {choice.text}")
        self._fit()
        self.update()

    def show_before(self, title: str) -> None:
        """Name the visit at which this was the answer; empty names none."""
        self.before.setVisible(bool(title))
        if title:
            set_chip(self.before, title, "neutral")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(theme.colour("ink"))
        font = self.font()
        font.setPixelSize(18)
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        number = QRect(16, 0, 24, self.height())
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, str(self.score))
        painter.setFont(self._font())
        painter.drawText(self._area(), self._wrapped, self.words)
        painter.end()

    _wrapped = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap

    def _font(self) -> QFont:
        font = self.font()
        font.setPixelSize(13)
        return font

    def _area(self) -> QRect:
        beside = 0 if self.before.isHidden() else self.before.sizeHint().width() + 8
        return QRect(self.LEFT, 0, self.width() - self.LEFT - self.RIGHT - beside, self.height())

    def _fit(self) -> None:
        """As high as the words need; never so low that they are cut."""
        area = QRect(0, 0, max(self._area().width(), 80), 10_000)
        needed = QFontMetrics(self._font()).boundingRect(area, self._wrapped, self.words).height()
        height = max(self.LOWEST, needed + 14)
        if self.height() != height:
            self.setFixedHeight(height)


class Tile(QPushButton):
    """One of the twelve below: the answer so far, and a jump to the question.

    It paints its two words itself: child labels would cost a layout and a restyle at every key.
    """

    def __init__(self, short: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("tile", "true")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.score = MISSING
        self._short = short
        self._shows: object = None

    def show_answer(self, answer: Answer | None, title: str, *, current: bool) -> None:
        if (answer, title, current) == self._shows:
            return  # a keystroke changes two of the twelve
        self._shows = (answer, title, current)
        self.score = (
            MISSING if answer is None else "×" if answer.value is None else str(answer.value)
        )
        self.setChecked(current)
        said = tr("not answered") if answer is None else self.score
        self.setAccessibleName(f"{title}: {said}")
        self.setToolTip(title)
        answered = "true" if answer is not None else "false"
        if self.property("answered") != answered:
            self.setProperty("answered", answered)
            restyle(self)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        font = self.font()
        half = self.height() // 2
        lines = ((self.score, 14, "ink", 5), (self._short, 11, "muted", half))
        for text, size, role, top in lines:
            font.setPixelSize(size)
            painter.setFont(font)
            painter.setPen(theme.colour("on_accent" if self.isChecked() else role))
            area = QRect(0, top, self.width(), half - 4)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class QuestionnaireForm(StepForm):
    """Digits answer and move on; ↑ or Backspace goes back; N note; D not done; A/B switch the scale."""

    def __init__(self, context: AppContext, draft: Draft, instrument: Instrument) -> None:
        super().__init__(context, draft)
        self.instrument = instrument
        self._slot = instrument.slots[0]
        self._variant: Item = instrument.variants(self._slot)[0]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._all_buttons: list[ChoiceButton] = []
        self._buttons: list[ChoiceButton] = []
        self._build()

    @property
    def slot(self) -> str:
        """The question now on screen."""
        return self._slot

    def show_draft(self) -> None:
        answers = self.draft.form(self.instrument.id).answers
        unanswered = (slot for slot in self.instrument.slots if slot not in answers)
        self._show_slot(next(unanswered, self._slot))

    def focus_first(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_field(self, field: str) -> None:
        if field in self.instrument.slots:
            self._show_slot(field)
        answer = self._answer
        needs_note = answer is not None and self.draft.variant_problem(self.instrument, answer)
        if needs_note and not self._variant.requires:
            self._open_note()
        else:
            self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if ctrl and key == Qt.Key.Key_Z:
            self._undo()
        elif ctrl or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif text.isdecimal() and int(text) in self._variant.scores:
            self._give(int(text))
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Backspace, Qt.Key.Key_Left}:
            self._step(-1)
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._step(1)
        elif key == Qt.Key.Key_N:
            self._open_note()
        elif key == Qt.Key.Key_H:
            self._toggle_help()
        elif key == Qt.Key.Key_D:
            self.not_done.setFocus()
            self.not_done.showPopup()
        elif text and text.lower() in "ab" and len(self.instrument.variants(self._slot)) > 1:
            self._switch(text.lower())
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            leaves = event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if watched is self.note and leaves:
                self.focus_first()
                return True
            if watched is self.not_done and leaves:
                return True  # the key that closed the list comes here as well, and must not go on
        elif isinstance(event, QFocusEvent) and watched is self.not_done:
            closed = event.gotFocus() and event.reason() == Qt.FocusReason.PopupFocusReason
            if closed:
                QTimer.singleShot(0, self, self.focus_first)
        return super().eventFilter(watched, event)

    def commit(self) -> None:
        self._save_note()

    def feet(self) -> QVBoxLayout:
        return self._feet

    def _build(self) -> None:
        self._title = label("", "question", wrap=True)
        self._domain = chip("", "neutral")
        self._when = label("", "muted", wrap=True)
        self._variants = QHBoxLayout()
        self._variants.setSpacing(6)
        self._rater_help = label(
            "\n".join(f"• {rule}" for rule in self.instrument.rater_help), wrap=True
        )
        self._rater_help.hide()
        how = button(tr("How to rate (H)"), self._toggle_help, link=True)
        how.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if not self.instrument.rater_help:
            how.hide()
        top = row(self._title, how, self._domain)
        top.setStretch(0, 1)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(8)
        self._problem = label("", "problem", wrap=True)
        self.note: QLineEdit = Line()
        self.note.setPlaceholderText(tr("Note to this answer (N)"))
        self.note.setAccessibleName(tr("Note to this answer"))
        self.note.editingFinished.connect(self._save_note)
        self.note.installEventFilter(self)
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("Not done, because"))
        self.not_done.addItem(tr("Not done… (D)"), None)
        for reason, text in NOT_DONE.items():
            self.not_done.addItem(tr("Not done: {reason}").format(reason=text), reason)
        self.not_done.activated.connect(self._on_not_done)
        self.not_done.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.not_done.installEventFilter(self)
        self._milestone = TextField(
            tr("Date of the event (2012, 2012-09 or 2012-09-15)"), read_partial_date, width=160
        )
        self._record = button(tr("Record the event"), self._record_milestone)
        self._milestone_row = QWidget()
        self._milestone_row.setLayout(row(self._milestone, self._record, None))
        self._keys = label(
            tr("0–4 answer and go on · ↑ back · N note · D not done · Ctrl+Z undo · Esc leave"),
            "small",
            wrap=True,
        )
        strip = QGridLayout()
        strip.setSpacing(6)
        self._tiles = {}
        for index, slot in enumerate(self.instrument.slots):
            tile = Tile(self.instrument.variants(slot)[0].short)
            tile.clicked.connect(lambda _checked=False, slot=slot: self._jump(slot))
            strip.addWidget(tile, 0, index)
            self._tiles[slot] = tile
        citation = label(self.instrument.citation, "small", wrap=True)
        back = button(tr("Back"), lambda: self._step(-1))
        self._next = button(tr("Next"), lambda: self._step(1), primary=True)
        for one in (back, self._next):
            one.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._form_not_done = button(tr("Whole form not done…"), self._ask_form_not_done, link=True)
        self._form_not_done.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.body.setSpacing(8)
        self.body.addLayout(top)
        self.body.addWidget(self._rater_help)
        self.body.addWidget(self._when)
        self.body.addLayout(self._variants)
        self.body.addLayout(self._choices)
        self.body.addWidget(self._problem)
        self.body.addWidget(self._milestone_row)
        tail = row(self.note, self.not_done)
        tail.setStretch(0, 1)
        self.body.addLayout(tail)
        self.body.addStretch(1)
        self.body.addWidget(self._keys)
        self.body.addWidget(citation)
        feet = column(strip, row(back, self._form_not_done, None, self._next))
        self._feet = feet

    @property
    def _answer(self) -> Answer | None:
        return self.draft.form(self.instrument.id).answers.get(self._slot)

    def _show_slot(self, slot: str) -> None:
        self._save_note()  # it belongs to the question that is being left
        self._slot = slot
        answer = self._answer
        chosen = self.instrument.item(answer.item) if answer else None
        self._show_variant(chosen or self.draft.default_variant(self.instrument, slot))

    def _show_variant(self, item: Item) -> None:
        self._variant = item
        self._title.setText(f"{item.number}  {item.title}")
        self.setAccessibleName(f"{item.number} {item.title}")
        domain = self.instrument.domain_of(self._slot)
        self._domain.setText(domain.title if domain else "")
        hints = [item.when, item.help]
        self._when.setText(" ".join(hint for hint in hints if hint))
        self._when.setVisible(any(hints))
        self._show_siblings(item)
        while len(self._all_buttons) < len(item.choices):
            made = ChoiceButton()
            made.clicked.connect(lambda _checked=False, one=made: self._give(one.score))
            self._choices.addWidget(made)
            self._all_buttons.append(made)
        self._buttons = self._all_buttons[: len(item.choices)]
        for one, choice in zip(self._buttons, item.choices, strict=True):
            one.show_choice(choice)
        show_only(self._buttons, self._all_buttons)
        self.note.setText(self._answer.note if self._answer else "")
        self._show_answer()

    def _show_siblings(self, item: Item) -> None:
        """The switch between the variants of a question that has them (5a and 5b)."""
        siblings = self.instrument.variants(self._slot)
        if len(siblings) == 1 and not self._variants.count():
            return
        clear(self._variants)
        if len(siblings) > 1:
            for sibling in siblings:
                letter = sibling.number[-1].upper()
                text = f"{sibling.number} ({letter}): {sibling.when}"
                one = button(text, partial(self._switch, sibling.number[-1]))
                one.setProperty("segment", "true")
                one.setCheckable(True)
                one.setChecked(sibling is item)
                one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self._variants.addWidget(one)
            self._variants.addStretch(1)

    def _show_answer(self) -> None:
        """What the draft says of this question, without rebuilding it."""
        answer = self._answer
        fits = answer is not None and answer.item == self._variant.id
        for one in self._buttons:
            one.setChecked(bool(fits and answer and answer.value == one.score))
        self._show_previous()
        reason = answer.not_done if answer and fits else None
        self.not_done.setCurrentIndex(self.not_done.findData(reason) if reason else 0)
        if not self.note.hasFocus():
            self.note.setText(answer.note if answer else "")
        self.note.setEnabled(answer is not None)
        problem = self.draft.variant_problem(self.instrument, answer) if answer else None
        self._problem.setText(problem.message if problem else "")
        self._problem.setVisible(problem is not None)
        self._milestone_row.setVisible(problem is not None and bool(self._variant.requires))
        form = self.draft.form(self.instrument.id)
        for slot, tile in self._tiles.items():
            given = form.answers.get(slot)
            item = self.instrument.item(given.item) if given else self.instrument.variants(slot)[0]
            tile.show_answer(given, f"{item.number} {item.title}", current=slot == self._slot)
        last = self._slot == self.instrument.slots[-1]
        self._next.setText(tr("Save and go on") if last else tr("Next question"))
        done = form.not_done
        self._form_not_done.setText(
            tr("Whole form not done: {reason}. Undo").format(reason=NOT_DONE[done])
            if done
            else tr("Whole form not done…")
        )

    def _show_previous(self) -> None:
        """The last visit's answer, only once the form is complete: it must not steer the rater."""
        form = self.draft.form(self.instrument.id)
        earlier = form_before(self.draft.record, form)
        complete = all(slot in form.answers for slot in self.instrument.slots)
        before = earlier.answers.get(self._slot) if complete and earlier else None
        title = ""
        if before is not None and earlier is not None:
            visit = self.draft.record.visit(earlier.visit_id)
            title = visit_title(self.draft.record.patient, visit)
        for one in self._buttons:
            same = before is not None and before.item == self._variant.id
            shown = same and before is not None and before.value == one.score
            one.show_before(title if shown else "")

    def _give(self, score: int) -> None:
        note = self._answer.note if self._answer else ""
        answer = Answer(item=self._variant.id, value=score, note=note)
        if not self._save(answer):
            self._show_answer()
        elif self.draft.variant_problem(self.instrument, answer) is None:
            self._step(1)
        else:
            self._show_answer()
            if self._variant.requires:
                self._milestone.setFocus()
            else:
                self._open_note()

    def _on_not_done(self, index: int) -> None:
        reason = self.not_done.itemData(index)
        if reason is not None:
            note = self._answer.note if self._answer else ""
            answer = Answer(item=self._variant.id, not_done=NotDone(reason), note=note)
            if self._save(answer):
                QTimer.singleShot(0, self, partial(self._step, 1))  # after the key that chose it

    def _save(self, answer: Answer) -> bool:
        """Whether the answer is in the file now; one that was refused must not be passed over."""
        with self.context.saving():
            self.draft.answer(self.instrument.id, self._slot, answer)
            self.touched.emit()
        return self._answer == answer

    def _save_note(self) -> None:
        answer = self._answer
        if answer is not None and self.note.isEnabled() and answer.note != self.note.text().strip():
            changed = Answer(
                item=answer.item,
                value=answer.value,
                not_done=answer.not_done,
                note=self.note.text().strip(),
            )
            self._save(changed)
            self._show_answer()

    def _toggle_help(self) -> None:
        self._rater_help.setVisible(self._rater_help.isHidden())
        self.focus_first()

    def _open_note(self) -> None:
        if self.note.isEnabled():
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _switch(self, letter: str) -> None:
        siblings = self.instrument.variants(self._slot)
        item = next((s for s in siblings if s.number.endswith(letter)), self._variant)
        self._show_variant(item)
        self.focus_first()

    def _record_milestone(self) -> None:
        when = self._milestone.read()
        if when is None:
            self._milestone.show_problem(
                Problem(tr("Enter the date, as precisely as it is known."))
            )
        elif isinstance(when, PartialDate) and when.first > self.draft.visit.date:
            self._milestone.show_problem(Problem(tr("The event lies after this visit.")))
        elif isinstance(when, PartialDate):
            kind = MilestoneKind(self._variant.requires)
            patient = self.draft.record.patient.id
            with self.context.saving():
                self.draft.save_milestone(
                    Milestone(patient_id=patient, kind=kind, happened_on=when)
                )
                self._milestone.set_text("")
                self.touched.emit()
            self._show_answer()
            self.focus_first()

    def _ask_form_not_done(self) -> None:
        form = self.draft.form(self.instrument.id)
        if form.not_done is not None:
            self._set_form_not_done(None)
            return
        menu = QMenu(self)
        for reason, text in NOT_DONE.items():
            menu.addAction(text).triggered.connect(partial(self._set_form_not_done, reason))
        menu.exec(self._form_not_done.mapToGlobal(self._form_not_done.rect().topLeft()))

    def _set_form_not_done(self, reason: NotDone | None) -> None:
        with self.context.saving():
            self.draft.save_form_not_done(self.instrument.id, reason)
            self.touched.emit()
        self._show_answer()

    def _step(self, by: int) -> None:
        slots = self.instrument.slots
        index = slots.index(self._slot) + by
        if index < 0:
            self.go_back.emit()
        elif index >= len(slots):
            self.go_on.emit()
        else:
            self._show_slot(slots[index])

    def _jump(self, slot: str) -> None:
        self._show_slot(slot)
        self.focus_first()

    def _undo(self) -> None:
        with self.context.saving():
            undone = self.draft.undo()
            if undone is not None:
                self.touched.emit()
            if undone is not None and undone[0] == self.instrument.id:
                self._show_slot(undone[1])
