"""A questionnaire, one question at a time, answered by single keys."""

from collections.abc import Callable, Mapping
from dataclasses import replace
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
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.entering.drafts import COMPARISON, Draft, event_date
from core.entry import Problem
from core.instruments.definition import Choice, Instrument, Item
from core.labels import MODE, NOT_DONE, RESPONDENT, no_score, why_not
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate, read_partial_date
from core.views.visit_words import visit_title
from core.words import MISSING
from ui import theme
from ui.context import AppContext
from ui.forms.answered_how import AnsweredHow, said_of
from ui.forms.comparison import ENTER, Comparison, CorrectionLine, go_to
from ui.forms.fields import Line, TextField
from ui.forms.step_form import StepForm
from ui.widgets.basics import (
    Combo,
    TileButton,
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

TILES_IN_A_ROW = 16


CHANGED_MS = 8000  # how long a change of an answer stands beside the question


class AnswerButton(TileButton):
    """One possible answer. Made once and given new words.

    It paints them itself: wrapped child labels would cost a layout of the whole page at every key.
    """

    def __init__(self) -> None:
        super().__init__()
        self.score = 0
        self.words = ""
        self.setProperty("choice", "true")

    def show_choice(self, choice: Choice) -> None:
        self.score, self.words = choice.score, choice.text
        self.setAccessibleName(
            f"{choice.score}: {choice.text}" if choice.text else f"{choice.score}"
        )
        self.update()

    def paint_number(self, painter: QPainter, area: QRect, align: Qt.AlignmentFlag) -> None:
        painter.setPen(theme.colour("ink"))
        font = self.font()
        font.setPixelSize(theme.px(18))
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(area, align, str(self.score))


class ChoiceButton(AnswerButton):
    """A score and its words, which wrap."""

    LEFT, RIGHT, LOWEST = 46, 12, 46  # px: where the words begin, what stays free, the least height

    def __init__(self) -> None:
        super().__init__()
        self._title_before = ""
        self.before = chip("", "neutral")
        self.before.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.before.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 12, 4)
        layout.addStretch(1)
        layout.addWidget(self.before)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(self.LOWEST))

    def show_choice(self, choice: Choice) -> None:
        super().show_choice(choice)
        self._fit()

    def show_before(self, title: str) -> None:
        """Name the visit at which this was the answer; empty names none."""
        if title == self._title_before:
            return
        self._title_before = title
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
        number = QRect(16, 0, theme.px(24), self.height())
        self.paint_number(painter, number, Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self._font())
        painter.drawText(self._area(), self._wrapped, self.words)
        painter.end()

    _wrapped = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap

    def _font(self) -> QFont:
        font = self.font()
        font.setPixelSize(theme.px(13))
        return font

    def _area(self) -> QRect:
        beside = 0 if self.before.isHidden() else self.before.sizeHint().width() + 8
        left = theme.px(self.LEFT)
        return QRect(left, 0, self.width() - left - self.RIGHT - beside, self.height())

    def _fit(self) -> None:
        """As high as the words need; never so low that they are cut."""
        area = QRect(0, 0, max(self._area().width(), 80), 10_000)
        needed = QFontMetrics(self._font()).boundingRect(area, self._wrapped, self.words).height()
        height = max(theme.px(self.LOWEST), needed + theme.px(14))
        if self.height() != height:
            self.setFixedHeight(height)


class NumberButton(AnswerButton):
    """A bare number, so narrow that eleven stand in a row; the words at the ends are below it."""

    def __init__(self) -> None:
        super().__init__()
        self.before = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_before(self, title: str) -> None:
        """Mark this as the answer of the visit of that title; empty marks nothing."""
        if title != self.before:
            self.before = title
            self.setToolTip(title)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        beside = theme.px(16) if self.before else 0
        area = QRect(0, 0, self.width(), self.height() - beside)
        self.paint_number(painter, area, Qt.AlignmentFlag.AlignCenter)
        if self.before:
            painter.setPen(theme.colour("muted"))
            painter.setFont(theme.font(11))
            below = QRect(0, self.height() - theme.px(24), self.width(), theme.px(18))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tr("before"))
        painter.end()


class Ends(QWidget):
    """What the lowest and the highest number mean, below them."""

    HEIGHT = 36  # px: two lines

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = "", ""
        self.setFixedHeight(theme.px(self.HEIGHT))

    def show_ends(self, low: Choice, high: Choice) -> None:
        self.low, self.high = f"{low.score} = {low.text}", f"{high.score} = {high.text}"
        self.setAccessibleName(f"{self.low}, {self.high}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font(13))
        half = self.width() // 2 - 8
        top = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        left = QRect(2, 0, half, self.height())
        painter.drawText(left, top | Qt.AlignmentFlag.AlignLeft, self.low)
        right = QRect(self.width() - half - 2, 0, half, self.height())
        painter.drawText(right, top | Qt.AlignmentFlag.AlignRight, self.high)
        painter.end()


class Tile(TileButton):
    """One of the questions below: the answer so far, and a jump to it.

    It paints its two words itself: child labels would cost a layout and a restyle at every key.
    """

    def __init__(self, short: str) -> None:
        super().__init__()
        self.setProperty("tile", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(theme.px(96))
        self.score = MISSING
        self._short = short
        self._shows: object = None

    def show_answer(self, answer: Answer | None, title: str, *, current: bool) -> None:
        if (answer, title, current) == self._shows:
            return  # a keystroke changes two of them
        self._shows = (answer, title, current)
        said = tr("not answered")
        self.score = MISSING
        if answer is not None and answer.not_done is not None:
            self.score, said = no_score(answer.not_done), why_not(answer.not_done)
        elif answer is not None:
            self.score = said = str(answer.value)
        self.setChecked(current)
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
            font.setPixelSize(theme.px(size))
            painter.setFont(font)
            painter.setPen(theme.colour("on_accent" if self.isChecked() else role))
            area = QRect(0, top, self.width(), half - 4)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class QuestionnaireForm(StepForm):
    """Digits answer and move on; ↑ or Backspace goes back; N note; D not done; A/B switch the scale.

    Where 10 is an answer, a 1 is saved and stays in front: 0 makes it 10 and moves on.
    """

    def __init__(self, context: AppContext, draft: Draft, instrument: Instrument) -> None:
        super().__init__(context, draft)
        self.step = instrument.id
        self.instrument = instrument
        self._slot = instrument.slots[0]
        self._variant: Item = instrument.variants(self._slot)[0]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._one_waits = False  # for the 0 of a 10
        self._then: Callable[[], object] | None = None  # where an answer leads that asked for more
        self._just_answered: str | None = None  # what N means until something else is done
        self._choices: list[ChoiceButton | NumberButton] = []
        self._numbers: list[ChoiceButton | NumberButton] = []
        self._buttons: list[ChoiceButton | NumberButton] = []
        # What only a complete form, or one answered in another way, needs is made when it does.
        self._comparison: Comparison | None = None
        self._how: AnsweredHow | None = None
        self._why: CorrectionLine | None = None
        self._build()

    @property
    def slot(self) -> str:
        """The question now on screen."""
        return self._slot

    @property
    def point(self) -> str:
        return COMPARISON if self._question.isHidden() else self._slot

    @property
    def tiles(self) -> Mapping[str, QWidget]:
        """What stands for each question below."""
        return self._tiles

    def slot_of(self, widget: QWidget | None) -> str:
        """The question that a widget belongs to: that of a tile, else the one in front."""
        return next((slot for slot, tile in self._tiles.items() if tile is widget), self._slot)

    def show_draft(self) -> None:
        answers = self.draft.form(self.instrument.id).answers
        typing = {name.partition(".")[0] for name in self.draft.typing(self.step)}
        waiting = [
            slot
            for slot in self.instrument.slots
            if slot not in answers or event_date(self.instrument.id, slot) in self.draft.raw
        ]
        waiting = [slot for slot in self.instrument.slots if slot in typing] or waiting
        self._show_how_text()
        if waiting or not self._show_comparison():
            self._show_slot(waiting[0] if waiting else self._slot)

    def lines(self) -> Mapping[str, Line]:
        """Those of the question in front."""
        if self._question.isHidden():
            return {}
        return {f"{self._slot}.note": self.note, f"{self._slot}.date": self._milestone.line}

    def keep_typed(self) -> None:
        super().keep_typed()
        with self.context.saving():
            if self._why is not None and (answer := self._why.answer) is not None:
                self.draft.leave_correction(self.instrument.id, self._slot, answer)
            if self._comparison is not None:
                self._comparison.keep_typed()

    def focus_first(self) -> None:
        in_front = self._how_in_front or self._comparison
        if self._question.isHidden() and in_front is not None:
            in_front.focus_first()
        elif self._why is not None and self._why.answer is not None:
            go_to(self._why.line)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_field(self, field: str) -> None:
        if field.startswith(COMPARISON) and self._show_comparison() and self._comparison:
            self._comparison.focus_question(field)
            return
        slot, _dot, name = field.partition(".")
        if slot in self.instrument.slots:
            self._show_slot(slot)
            if name:
                go_to(self.lines()[field])
                return
        if self._date_typed:
            go_to(self._milestone.line)
            return
        answer = self._answer
        needs_note = answer is not None and self.draft.variant_problem(self.instrument, answer)
        if needs_note and not self._variant.requires:
            self._open_note()
        else:
            self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._question.isHidden():
            super().keyPressEvent(event)  # no digit answers what is not in sight
            return
        key, text = event.key(), event.text()
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if ctrl and key == Qt.Key.Key_Z:
            self._undo()
        elif ctrl or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif text.isdecimal() and event.isAutoRepeat():
            event.accept()  # a key that is held down answers one question
        elif text.isdecimal() and self._one_waits and int(text) == 0:
            self._give(10, completes=True)
        elif text.isdecimal() and int(text) in self._variant.scores:
            self._give(int(text), waits=int(text) == 1 and 10 in self._variant.scores)
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Backspace, Qt.Key.Key_Left}:
            self._step(-1)
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._step(1)
        elif key == Qt.Key.Key_N:
            self._note_key()
        elif key == Qt.Key.Key_H:
            self._toggle_help()
        elif key == Qt.Key.Key_W:
            self._show_how()
        elif key == Qt.Key.Key_D:
            self.not_done.setFocus()
            self.not_done.showPopup()
        elif text.isalpha() and text.lower() in self._letters:
            self._switch(text.lower())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._one_waits = False
        super().focusOutEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in ENTER
            leaves = enter or event.key() == Qt.Key.Key_Escape
            if watched is self.note and leaves:
                self._save_note()
                if self._then is None:
                    self._go_to_open()
                elif enter:
                    self._settle()
                else:
                    self.focus_first()
                return True
            if watched is self.note and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
                return True  # another question must not come while the keyboard is in this note
            if watched in (self._milestone.line, self._record) and enter:
                self._record_milestone()
                return True
            if watched is self._milestone.line and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
                return True  # no way to another question from within a date
            if watched is self.not_done and leaves:
                return True  # the key that closed the list comes here as well, and must not go on
        elif isinstance(event, QFocusEvent) and watched is self.not_done:
            closed = event.gotFocus() and event.reason() == Qt.FocusReason.PopupFocusReason
            if closed:
                QTimer.singleShot(0, self, self.focus_first)
        return super().eventFilter(watched, event)

    def commit(self) -> None:
        self._leave_correction()
        self._save_note()
        self._leave_date()
        if self._comparison is not None:
            self._comparison.commit()

    def feet(self) -> QVBoxLayout:
        return self._feet

    def _build(self) -> None:
        self._outer, self._question = self.body, QWidget()  # the comparison stands in its place
        self._outer.addWidget(self._question)
        self.body = QVBoxLayout(self._question)
        self.body.setContentsMargins(0, 0, 0, 0)
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
        self.changed = chip("", "warn")  # what a key has just made of an answer that was there
        self.changed.hide()
        self._changed_for_a_moment = QTimer(self)
        self._changed_for_a_moment.setSingleShot(True)
        self._changed_for_a_moment.setInterval(CHANGED_MS)
        self._changed_for_a_moment.timeout.connect(self.changed.hide)
        top = row(self._title, self.changed, how, self._domain)
        top.setStretch(0, 1)
        self._choice_column = column()
        self._number_row = row(spacing=6)
        self._ends = Ends()
        self._scale = QWidget()
        self._scale.setLayout(column(self._number_row, self._ends, spacing=6))
        self._problem = label("", "problem", wrap=True)
        self.note = Line()
        self.note.setPlaceholderText(tr("Note to this answer (N)"))
        self.note.setAccessibleName(tr("Note to this answer"))
        self.note.setEnabled(False)  # an empty line that shows no question yet empties no note
        self.note.editingFinished.connect(self._save_note)
        self.note.installEventFilter(self)
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("Not done, because"))
        self.not_done.addItem(tr("Not done… (D)"), None)
        for reason in NOT_DONE:
            self.not_done.addItem(why_not(reason).capitalize(), reason)
        self.not_done.activated.connect(self._on_not_done)
        self.not_done.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.not_done.installEventFilter(self)
        self._milestone = TextField(
            tr("Date of the event (2012, 2012-09 or 2012-09-15)"), read_partial_date, width=160
        )
        self._milestone.set_text(self._date_typed)
        self._milestone.committed.connect(self._leave_date)
        self._milestone.line.installEventFilter(self)
        self.watch(self.note, self._milestone.line)
        self._record = button(tr("Record the event"), self._record_milestone)
        self._record.installEventFilter(self)
        self._milestone_row = QWidget()
        self._milestone_row.setLayout(row(self._milestone, self._record, None))
        self._keys = label("", "small", wrap=True)
        strip = QGridLayout()
        strip.setSpacing(6)
        self._tiles = {}
        for index, slot in enumerate(self.instrument.slots):
            tile = Tile(self.instrument.variants(slot)[0].short)
            tile.clicked.connect(lambda _checked=False, slot=slot: self._jump(slot))
            strip.addWidget(tile, *divmod(index, TILES_IN_A_ROW))
            self._tiles[slot] = tile
        citation = label(self.instrument.citation, "small", wrap=True)
        self._how_button = button("", self._show_how, link=True)
        self._how_button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._how_button.setMaximumHeight(24)  # the smallest screen has no line to spare
        self._why_place = column()
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
        self.body.addLayout(self._choice_column)
        self.body.addWidget(self._scale)
        self.body.addWidget(self._problem)
        self.body.addLayout(self._why_place)
        self.body.addWidget(self._milestone_row)
        tail = row(self.note, self.not_done)
        tail.setStretch(0, 1)
        self.body.addLayout(tail)
        self.body.addStretch(1)
        foot = row(citation, self._how_button)
        foot.setStretch(0, 1)
        self.body.addLayout(column(self._keys, foot, spacing=0))
        tiles = row(strip, None)
        tiles.setStretch(0, 1)  # few of them stay narrow, at the left
        tiles.setStretch(1, 0)
        feet = column(tiles, row(back, self._form_not_done, None, self._next))
        self._feet = feet

    @property
    def _answer(self) -> Answer | None:
        return self.draft.form(self.instrument.id).answers.get(self._slot)

    @property
    def _date_typed(self) -> str:
        """The date of this question's event that was typed, and is not recorded yet."""
        return self.draft.raw.get(event_date(self.instrument.id, self._slot), "")

    def _show_slot(self, slot: str) -> None:
        self._leave_correction()
        self._save_note()  # it belongs to the question that is being left
        self._leave_date()
        self._slot = slot
        self._just_answered = None
        self._milestone.set_text(self._date_typed)
        if self._date_typed:
            self._milestone.read()  # what is wrong with it stands under it again
        waiting = self.draft.waiting_correction(self.instrument.id, slot)
        answer = waiting or self._answer
        chosen = self.instrument.item(answer.item) if answer else None
        self._show_variant(chosen or self.draft.default_variant(self.instrument, slot))
        if waiting is not None:
            self._ask_why(waiting)
        if self._question.isHidden():
            self._bring(self._question)
        self.show_typed()

    def _show_variant(self, item: Item) -> None:
        self._variant = item
        self._one_waits = False
        self._then = None
        self._title.setText(f"{item.number}  {item.title}")
        self.setAccessibleName(f"{item.number} {item.title}")
        domain = self.instrument.domain_of(self._slot)
        self._domain.setText(domain.title if domain else "")
        self._domain.setVisible(domain is not None and len(domain.slots) > 1)
        hints = [item.when, item.help]
        self._when.setText(" ".join(hint for hint in hints if hint))
        self._when.setVisible(any(hints))
        self._show_siblings(item)
        self._keys.setText(_keys_of(item))
        self._show_choices(item)
        self.note.setText(self._answer.note if self._answer else "")
        self._show_answer()

    def _show_choices(self, item: Item) -> None:
        """The possible answers: words below one another, or numbers in a row."""
        made = self._numbers if item.numeric else self._choices
        while len(made) < len(item.choices):
            new = NumberButton() if item.numeric else ChoiceButton()
            new.clicked.connect(lambda _checked=False, one=new: self._give(one.score))
            (self._number_row if item.numeric else self._choice_column).addWidget(new)
            made.append(new)
        self._buttons = made[: len(item.choices)]
        for one, choice in zip(self._buttons, item.choices, strict=True):
            one.show_choice(choice)
        if item.numeric:
            self._ends.show_ends(*item.ends)
        shown = [*self._buttons, self._scale] if item.numeric else self._buttons
        show_only(shown, [*self._choices, *self._numbers, self._scale])

    @property
    def _letters(self) -> frozenset[str]:
        """The keys of the variants of this question (A and B of 5a and 5b)."""
        siblings = self.instrument.variants(self._slot)
        letters = frozenset(sibling.number[-1].lower() for sibling in siblings)
        return letters if len(siblings) > 1 else frozenset()

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
                one = button(text, partial(self._switch, letter.lower()))
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
        if not self.note.hasFocus() and not self.note.isModified():
            self.note.setText(answer.note if answer else "")
        self.note.setEnabled(answer is not None)
        problem = self.draft.variant_problem(self.instrument, answer) if answer else None
        self._problem.setText(problem.message if problem else "")
        self._problem.setVisible(problem is not None)
        needed = problem is not None and bool(self._variant.requires)
        self._milestone_row.setVisible(needed or bool(self._milestone.text.strip()))
        form = self.draft.form(self.instrument.id)
        self._show_tiles(current=self._slot)
        last = self._slot == self.instrument.slots[-1]
        self._next.setText(tr("Save and go on") if last else tr("Next question"))
        done = form.not_done
        self._form_not_done.setText(
            tr("Whole form {reason}. Undo").format(reason=why_not(done))
            if done
            else tr("Whole form not done…")
        )

    def _show_tiles(self, *, current: str) -> None:
        answers = self.draft.form(self.instrument.id).answers
        for slot, tile in self._tiles.items():
            given = answers.get(slot)
            item = self.instrument.item(given.item) if given else self.instrument.variants(slot)[0]
            tile.show_answer(given, f"{item.number} {item.title}", current=slot == current)

    def _show_previous(self) -> None:
        """The last visit's answer, only after the comparison: it must not steer the rater."""
        shown = self.draft.shows_previous(self.instrument.id)
        earlier = self.draft.compared_with(self.instrument.id) if shown else None
        before = earlier.answers.get(self._slot) if earlier else None
        title = ""
        if before is not None and earlier is not None:
            visit = self.draft.record.visit(earlier.visit_id)
            title = visit_title(self.draft.record, visit)
        for one in self._buttons:
            same = before is not None and before.item == self._variant.id
            shown = same and before is not None and before.value == one.score
            one.show_before(title if shown else "")

    def _give(self, score: int, *, waits: bool = False, completes: bool = False) -> None:
        """Save an answer and move on; one that ``waits`` stays in front for its second digit.

        The second digit ``completes`` it: the two are undone together.
        """
        self._save_note()
        before = self._answer
        answer = Answer(item=self._variant.id, value=score, note=before.note if before else "")
        if self.draft.is_correction(self.instrument.id, self._slot, answer):
            self._ask_why(answer)
            self._one_waits = waits
            if not waits:
                self.focus_first()
            return
        if before is not None:
            answer = replace(answer, corrected=before.corrected)
        saved = self._save(answer, completes=completes)
        self._one_waits = saved and waits
        if not saved or waits:
            self._show_answer()
            return
        if not completes:
            self._tell_change(before, answer)
        if not self._asks_for_more(answer, self._advance):
            self._advance()

    def _tell_change(self, before: Answer | None, now: Answer) -> None:
        """Say for a moment what a key has made of an answer that was already there."""
        if before is not None and (before.item, before.value) != (now.item, now.value):
            text = tr("{question}: {old} → {new}, Ctrl+Z undoes it")
            self._tell(now, text.format(question="{question}", old=_score(before), new=_score(now)))

    def _tell(self, answer: Answer, text: str) -> None:
        """Say something of an answer beside the question in front, for a moment."""
        item = self.instrument.item(answer.item)
        self.changed.setText(text.format(question=f"{item.number} {item.short}"))
        self.changed.show()
        self._changed_for_a_moment.start()

    def _advance(self) -> None:
        """Where an answer leads: to the comparison that it made possible, else to the next open question.

        Never to one that is answered: the next digit would be meant for another and change that one.
        """
        answered = self._slot
        if not self._show_new_comparison():
            self._go_to_open()
        self._just_answered = answered

    def _go_to_open(self) -> None:
        """The next question without an answer, from the top where none follows; else where a whole form leads."""
        answers, slots = self.draft.form(self.instrument.id).answers, self.instrument.slots
        at = slots.index(self._slot) + 1
        found = next((slot for slot in (*slots[at:], *slots[:at]) if slot not in answers), None)
        if found is not None:
            self._jump(found)
        elif not self._show_comparison():
            self._step(len(slots) - at + 1)

    def _asks_for_more(self, answer: Answer, then: Callable[[], object] | None) -> bool:
        """Whether the variant that was answered needs its event or a note; the keyboard goes there.

        ``then`` is where the answer leads once that is given.
        """
        if self.draft.variant_problem(self.instrument, answer) is None:
            return False
        self._then = then
        self._show_answer()
        if self._variant.requires:
            go_to(self._milestone.line)
        else:
            self._open_note()
        return True

    def _settle(self) -> None:
        """Go on where an answer was stopped to ask for more, unless something is still asked."""
        answer, then = self._answer, self._then
        if answer is None or not self._asks_for_more(answer, then):
            self.focus_first()
            if then is not None:
                then()

    def _on_not_done(self, index: int) -> None:
        reason = self.not_done.itemData(index)
        if reason is not None:
            self._save_note()
            note = self._answer.note if self._answer else ""
            answer = Answer(item=self._variant.id, not_done=NotDone(reason), note=note)
            if self.draft.is_correction(self.instrument.id, self._slot, answer):
                self._ask_why(answer)
            elif self._save(answer):
                QTimer.singleShot(0, self, self._advance)  # when the key that chose is over

    def _save(self, answer: Answer, *, completes: bool = False) -> bool:
        """Whether the answer is in the file now; one that was refused must not be passed over."""
        with self.context.saving():
            self.draft.answer(self.instrument.id, self._slot, answer, completes=completes)
            self.touched.emit()
        return self._answer == answer

    def _save_note(self) -> None:
        answer = self._answer
        if answer is not None and self.note.isEnabled() and answer.note != self.note.text().strip():
            self._save(replace(answer, note=self.note.text().strip()))
            self._show_answer()

    # After the comparison an answer changes with a reason.

    def _ask_why(self, answer: Answer) -> None:
        if self._why is None:
            self._why = CorrectionLine()
            self._why.given.connect(self._correct)
            self._why.cancelled.connect(self._cancel_correction)
            self.watch(self._why.line)
            self._why_place.addWidget(self._why)
        self._why.ask(self._slot, self._answer, answer)
        for one in self._buttons:
            one.setChecked(one.score == answer.value)

    def _correct(self, answer: Answer) -> None:
        if self._save(answer) and self._why is not None:
            self._why.done()
            if not self._asks_for_more(answer, self._show_comparison):
                self._show_comparison()

    def _cancel_correction(self) -> None:
        if self._why is not None and self._why.answer is not None:
            self._why.stop()
            with self.context.saving():
                self.draft.leave_correction(self.instrument.id, self._slot, None)
                self.touched.emit()
            self._show_answer()
            self.focus_first()

    def _leave_correction(self) -> None:
        """The correction waits for its reason: only Enter gives it, whatever was typed of it."""
        answer = self._why.answer if self._why is not None else None
        if answer is None or self._why is None:
            return
        before = self.context.failures
        with self.context.saving():
            self.draft.leave_correction(self.instrument.id, self._slot, answer)
            self.touched.emit()
        if self.context.failures == before:
            self._why.stop()

    # In place of the question: the comparison, and how the form was answered.

    def _show_new_comparison(self) -> bool:
        """Show the comparison as soon as every question has its answer; not again at every later one."""
        compared = self.draft.form(self.instrument.id).compared_at is not None
        return not compared and self._show_comparison()

    def _show_comparison(self) -> bool:
        """Show it in place of the question; False where there is nothing to compare with or to ask."""
        if not self.draft.has_comparison(self.instrument.id):
            return False
        self.commit()
        with self.context.saving():
            self.draft.show_comparison(self.instrument.id)
        if self.draft.form(self.instrument.id).compared_at is None:
            return True  # the file refused it, and says so: nothing may be seen yet
        if self._comparison is None:
            self._comparison = Comparison(self.context, self.draft, self.instrument)
            self._comparison.touched.connect(self.touched)
            self._comparison.typing.connect(self._keep_soon.start)
            self._comparison.correct.connect(self._jump)
            self._comparison.go_on.connect(self.go_on)
            self._comparison.go_back.connect(lambda: self._step(-1))
            self._outer.addWidget(self._comparison)
        self._comparison.show_draft()
        self._show_tiles(current="")
        self._next.setText(tr("Save and go on"))
        self._bring(self._comparison)
        self.focus_first()
        self.touched.emit()
        return True

    def _show_how(self) -> None:
        if self._how is None:
            self._how = AnsweredHow(self.context, self.draft, self.instrument.id)
            self._how.touched.connect(self.touched)
            self._how.closed.connect(self._close_how)
            self._outer.addWidget(self._how)
        self._how.show_draft()
        self._bring(self._how)
        self.focus_first()

    def _close_how(self) -> None:
        self._show_how_text()
        self._jump(self._slot)

    def _show_how_text(self) -> None:
        form = self.draft.form(self.instrument.id)
        parts = [RESPONDENT[form.respondent]] if form.respondent else []
        parts += [MODE[form.mode]] if form.mode else []
        parts += [tr("interpreter")] if form.interpreter else []
        short = " · ".join(parts) or tr("How answered?")
        whole = said_of(self.context, self.draft, self.instrument.id)
        self._how_button.setText(f"{short} (W)")
        self._how_button.setToolTip(whole)
        self._how_button.setAccessibleName(tr("{how}; answered differently?").format(how=whole))

    @property
    def _how_in_front(self) -> AnsweredHow | None:
        return None if self._how is None or self._how.isHidden() else self._how

    def _bring(self, shown: QWidget) -> None:
        made = (self._question, self._comparison, self._how)
        show_only([shown], [one for one in made if one is not None])

    def _toggle_help(self) -> None:
        self._rater_help.setVisible(bool(self._rater_help.text()) and self._rater_help.isHidden())
        self.focus_first()

    def _note_key(self) -> None:
        """A note straight after an answer belongs to that answer, which comes back into sight for it."""
        if self._answer is None and self._just_answered is not None:
            self._show_slot(self._just_answered)
        if self._answer is None:
            self._problem.setText(tr("Answer the question first: a note belongs to an answer."))
            self._problem.show()
        else:
            self._open_note()

    def _open_note(self) -> None:
        if self.note.isEnabled():
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _switch(self, letter: str) -> None:
        siblings = self.instrument.variants(self._slot)
        self._cancel_correction()
        self._show_variant(next(s for s in siblings if s.number.lower().endswith(letter)))
        self.focus_first()

    def _leave_date(self) -> None:
        """Keep what was typed of the event's date, which is recorded by Enter or the button only."""
        typed = self._milestone.text.strip()
        if typed != self._date_typed:
            with self.context.saving():
                self.draft.save_raw(event_date(self.instrument.id, self._slot), typed)
                self.touched.emit()

    def _record_milestone(self) -> None:
        when: PartialDate | Problem | None = self._milestone.read()
        answer = self._answer
        asked = answer is not None and self.draft.variant_problem(self.instrument, answer)
        if when is None and not asked:
            self._leave_date()
            self._show_answer()
            self.focus_first()
        elif when is None:
            self._refuse_date(Problem(tr("Enter the date, as precisely as it is known.")))
        elif isinstance(when, Problem):
            self._refuse_date(when)
        elif when.first > self.draft.visit.date:
            self._refuse_date(Problem(tr("The event is after this visit.")))
        else:
            variants = self.instrument.variants(self._slot)
            kind = MilestoneKind(next(one.requires for one in variants if one.requires))
            patient = self.draft.record.patient.id
            with self.context.saving():
                self.draft.save_milestone(
                    Milestone(patient_id=patient, kind=kind, happened_on=when)
                )
                self._milestone.set_text("")
                self._leave_date()
                self.touched.emit()
            self._show_answer()
            self._settle()

    def _discard_typed(self) -> None:
        answer = (
            self._answer
        )  # as the file has it: what stands in the fields must not be saved again
        self.note.setText(answer.note if answer else "")
        self._milestone.set_text("")
        if self._why is not None:
            self._why.done()
        super()._discard_typed()

    def _refuse_date(self, problem: Problem) -> None:
        """Say why nothing is recorded, under the date, which has the keyboard again."""
        self._milestone.show_problem(problem)
        go_to(self._milestone.line)

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
        self._show_slot(self._slot)

    def _step(self, by: int) -> None:
        self._just_answered = None
        slots = self.instrument.slots
        index = slots.index(self._slot) + by
        if self._question.isHidden():
            if by < 0 or self._how_in_front is not None:
                self._jump(self._slot)
            else:
                self.go_on.emit()
        elif by > 0 and self._why is not None and self._why.answer is not None:
            self.focus_first()  # the reason comes first
        elif index < 0:
            self.go_back.emit()
        elif index < len(slots):
            self._show_slot(slots[index])
        elif not self._show_comparison():
            self.go_on.emit()

    def _jump(self, slot: str) -> None:
        self._show_slot(slot)
        self.focus_first()

    def _undo(self) -> None:
        if self.draft.form(self.instrument.id).compared_at is not None:
            text = tr("After the comparison an answer is corrected: give the one that is right.")
            self._problem.setText(text)
            self._problem.show()
            return
        with self.context.saving():
            slot = self.draft.undo(self.instrument.id)
            if slot is not None:
                self.changed.hide()
                self.touched.emit()
                self._show_slot(slot)
                if (answer := self._answer) is not None:
                    # As it was before: the next digit is meant for an open question, not for this one.
                    self._go_to_open()
                    self._tell(
                        answer,
                        tr("{question} is {old} again").format(
                            question="{question}", old=_score(answer)
                        ),
                    )


def _score(answer: Answer) -> str:
    """The number that was given, or the mark of a question that was not done."""
    return no_score(answer.not_done) if answer.not_done is not None else str(answer.value)


def _keys_of(item: Item) -> str:
    """The keys that this question understands."""
    scores = sorted(item.scores)
    whole = scores == list(range(scores[0], scores[-1] + 1))
    answers = f"{scores[0]}–{scores[-1]}" if whole else ", ".join(map(str, scores))
    text = tr("{answers} answer and go on").format(answers=answers)
    if 10 in scores:
        text += tr(" (1 waits for 0 or Enter)")
    return text + tr(" · ↑ back · N note · D not done · Ctrl+Z undo · Esc leave")
