"""What stands round the answers of a question: its words, the date of its event, its keys, and the other questions."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from core.entering.interview import Told
from core.instruments.definition import Instrument, Item, Scale
from core.labels import MODE, NOT_DONE, RESPONDENT, no_score, why_not
from core.model.assessment import Answer, Assessment
from core.model.partial_date import read_partial_date
from ui.forms.question_tiles import QuestionTiles
from ui.widgets.basics import button, chip, clear, column, label, let_go, row
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.words import tr

W = TypeVar("W", bound=QWidget)
CHANGED_MS = 8000  # how long a change of an answer stands beside the question


class QuestionHead(QWidget):
    """The words of a question. ``switched`` carries the letter of another variant (5a and 5b)."""

    switched = Signal(str)
    help_pressed = Signal()

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self.title = label("", "question", wrap=True)
        self.domain = chip("", "neutral")
        self._when = label("", "muted", wrap=True)
        self._variants = row(spacing=6)
        how = clicked_only(button(tr("How to rate (H)"), self.help_pressed.emit, link=True))
        if not instrument.rater_help:
            how.hide()
        self.changed = chip("", "warn")  # what a key has just made of an answer that was there
        self.changed.hide()
        self._for_a_moment = QTimer(self)
        self._for_a_moment.setSingleShot(True)
        self._for_a_moment.setInterval(CHANGED_MS)
        self._for_a_moment.timeout.connect(self.changed.hide)
        top = row(self.title, self.changed, how, self.domain)
        top.setStretch(0, 1)
        self.setLayout(column(top, self._when, self._variants))

    def show_item(self, item: Item, domain: Scale | None, variants: Sequence[Item]) -> None:
        self.title.setText(f"{item.number}  {item.title}")
        self.domain.setText(domain.title if domain else "")
        self.domain.setVisible(domain is not None and len(domain.slots) > 1)
        hints = ["" if len(variants) > 1 else item.when, item.help]  # else its button says when
        self._when.setText(" ".join(hint for hint in hints if hint))
        self._when.setVisible(any(hints))
        if len(variants) == 1 and not self._variants.count():
            return
        clear(self._variants)
        if len(variants) > 1:
            for variant in variants:
                letter = variant.number[-1].upper()
                text = f"{variant.number} ({letter}): {variant.when}"
                one = button(text, partial(self.switched.emit, letter.lower()))
                one.setProperty("segment", "true")
                one.setCheckable(True)
                one.setChecked(variant is item)
                one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self._variants.addWidget(one)
            self._variants.addStretch(1)

    def tell(self, told: Told) -> None:
        """Say beside the question in front, for a moment, what has become of another answer."""
        item = self._instrument.item(told.now.item)
        question, new = f"{item.number} {item.short}", _score(told.now)
        if told.before is None:
            text = tr("{question} is {old} again").format(question=question, old=new)
        else:
            text = tr("{question}: {old} → {new}, Ctrl+Z undoes it").format(
                question=question, old=_score(told.before), new=new
            )
        self.changed.setText(text)
        self.changed.show()
        self._for_a_moment.start()


class QuestionHelp(QWidget):
    """How to rate, in the room that a question leaves: as many of the rules as fit, all of them when asked for.

    Its words have their place without a layout, so that a key costs none.
    """

    def __init__(self, rules: Sequence[str]) -> None:
        super().__init__()
        self._rules = [f"• {rule}" for rule in rules]
        self._words = label("", "help", wrap=True)
        self._words.setParent(self)
        self._words.hide()
        self._wanted: bool | None = None  # not said: where there is room
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def toggle(self) -> None:
        """Show all of it; where all of it is shown, none."""
        whole = not self._words.isHidden() and self._words.text() == "\n".join(self._rules)
        self._wanted = not whole
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        whole = "\n".join(self._rules)
        if self._wanted:
            self._words.setText(whole)
            needed = self._words.heightForWidth(self.width())
            if needed != self.minimumHeight():
                self.setMinimumHeight(needed)
            self._place(needed)
            return
        self.setMinimumHeight(0)
        shown = [] if self._wanted is False else self._rules
        for count in range(len(shown), 0, -1):
            self._words.setText("\n".join(shown[:count]))
            needed = self._words.heightForWidth(self.width())
            if needed <= self.height():
                self._place(needed)
                return
        self._words.hide()

    def _place(self, height: int) -> None:
        self._words.setGeometry(0, 0, self.width(), height)
        self._words.setVisible(bool(self._rules))


class EventDate(QWidget):
    """The date of an event that a variant needs (a gastrostomy for 5b)."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self.date = TextField(
            tr("Date of the event (2012, 2012-09 or 2012-09-15)"), read_partial_date, width=160
        )
        self.date.set_text(typed)
        self.record = button(tr("Record the event"))
        self.setLayout(row(self.date, self.record, None))


class QuestionFoot(QWidget):
    """The keys of a question, where the questionnaire comes from, and how the form was answered."""

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self.keys = label("", "small", wrap=True)
        citation = label(instrument.citation, "small", wrap=True)
        self.how = clicked_only(button("", link=True))
        self.how.setMaximumHeight(24)  # the smallest screen has no line to spare
        foot = row(citation, self.how)
        foot.setStretch(0, 1)
        self.setLayout(column(self.keys, foot, spacing=0))

    def show_keys(self, item: Item, *, all_shown: bool) -> None:
        self.keys.setText(_keys_of(item, all_shown=all_shown))

    def show_how(self, whole: str, form: Assessment) -> None:
        """In short; ``whole`` says it in full."""
        parts = [RESPONDENT[form.respondent]] if form.respondent else []
        parts += [MODE[form.mode]] if form.mode else []
        parts += [tr("interpreter")] if form.interpreter else []
        short = " · ".join(parts) or tr("How answered?")
        self.how.setText(f"{short} (W)")
        self.how.setToolTip(whole)
        self.how.setAccessibleName(tr("{how}; answered differently?").format(how=whole))


class QuestionStrip(QWidget):
    """Every question of the form, and the way on.

    ``jumped`` carries a question, ``not_done`` why the whole form was not done; ``all_pressed`` asks for all
    questions on one page, or for one again.
    """

    jumped = Signal(str)
    all_pressed = Signal()
    not_done = Signal(object)

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self._form: Assessment | None = None
        self.questions = QuestionTiles(instrument)
        self.questions.chosen.connect(self.jumped)
        self.tiles = self.questions.tiles
        self.back = clicked_only(button(tr("Back")))
        self.on = clicked_only(button(tr("Next"), primary=True))
        whole = button(tr("Whole form not done…"), self._ask_not_done, link=True)
        self.whole = clicked_only(whole)
        self.all = clicked_only(button("", self.all_pressed.emit, link=True))
        tiles = row(self.questions, None)
        tiles.setStretch(0, 1)  # few of them stay narrow, at the left
        tiles.setStretch(1, 0)
        ways = row(self.back, Flow(self.whole, self.all, middle=True), self.on)
        ways.setStretch(1, 1)
        self.setLayout(column(tiles, ways))
        self.show_all(shown=False)

    def show_all(self, *, shown: bool) -> None:
        """Whether all questions are on one page above: then no tile says the same again."""
        self.questions.setVisible(not shown)
        self.all.setText(tr("One question at a time (L)") if shown else tr("All on one page (L)"))

    def show_form(self, form: Assessment, current: str) -> None:
        """``current`` is the question in front; empty where the comparison stands there."""
        self._form = form
        self.questions.show_form(form, current=current)
        last = current in {"", self._instrument.slots[-1]}
        self.on.setText(tr("Save and go on") if last else tr("Next question"))
        self.whole.setText(
            tr("Whole form {reason}. Undo").format(reason=why_not(form.not_done))
            if form.not_done
            else tr("Whole form not done…")
        )

    def _ask_not_done(self) -> None:
        if self._form is not None and self._form.not_done is not None:
            self.not_done.emit(None)
            return
        menu = QMenu(self)
        for reason, text in NOT_DONE.items():
            menu.addAction(text).triggered.connect(partial(self.not_done.emit, reason))
        menu.exec(self.whole.mapToGlobal(self.whole.rect().topLeft()))
        let_go(menu)


def clicked_only(one: W) -> W:
    """The keyboard passes it by: keys are for the question."""
    one.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return one


def _score(answer: Answer) -> str:
    """The number that was given, or the mark of a question that was not done."""
    return no_score(answer.not_done) if answer.not_done is not None else str(answer.value)


def _keys_of(item: Item, *, all_shown: bool) -> str:
    """The keys that this question understands."""
    scores = sorted(item.scores)
    whole = scores == list(range(scores[0], scores[-1] + 1))
    answers = f"{scores[0]}–{scores[-1]}" if whole else ", ".join(map(str, scores))
    text = tr("{answers} answer and go on").format(answers=answers)
    if 10 in scores:
        text += tr(" (1 waits for 0 or Enter)")
    if all_shown:
        return text + tr(
            " · ↑ ↓ move · N note · D not done · Ctrl+Z undo · Esc one question at a time"
        )
    return text + tr(" · ↑ back · N note · D not done · Ctrl+Z undo · Esc leave")
