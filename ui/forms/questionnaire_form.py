"""A questionnaire, one question at a time, answered by single keys."""

from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from core.entering.interview import Asked, Front, Interview, Lead, Told, Typed
from core.entering.visit.draft import Draft
from core.entering.visit.steps import COMPARISON
from core.entry import Problem
from core.instruments.definition import Instrument, Item
from core.labels import MODE, NOT_DONE, RESPONDENT, no_score, why_not, why_not_alone
from core.model.assessment import Answer, NotDone
from core.model.partial_date import read_partial_date
from core.views.visit_words import visit_title
from ui.context import AppContext
from ui.forms.answer_buttons import AnswerButtons
from ui.forms.answered_how import AnsweredHow, said_of
from ui.forms.comparison import ENTER, Comparison, CorrectionLine, go_to
from ui.forms.fields import Line, ProblemLine, TextField
from ui.forms.question_tiles import QuestionTiles
from ui.forms.step_form import StepForm
from ui.widgets.basics import Combo, button, chip, clear, column, label, row, show_only
from ui.words import tr

CHANGED_MS = 8000  # how long a change of an answer stands beside the question
W = TypeVar("W", bound=QWidget)
STEPS: dict[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Return: 1,
    Qt.Key.Key_Enter: 1,
}


class QuestionnaireForm(StepForm):
    """Digits answer and move on; ↑ or Backspace goes back; N note; D not done; A/B switch the scale.

    What a key means and where it leads, the interview knows; this draws it and passes the keys on.
    """

    def __init__(self, context: AppContext, draft: Draft, instrument: Instrument) -> None:
        super().__init__(context, draft)
        self.step = instrument.id
        self.instrument = instrument
        self.interview = Interview(
            draft, instrument, self._typed_here, context.saving, self.touched.emit
        )
        self._drawn: Asked | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # What only a complete form, or one answered in another way, needs is made when it does.
        self._comparison: Comparison | None = None
        self._how: AnsweredHow | None = None
        self._why: CorrectionLine | None = None
        self._outer, self._question = self.body, QWidget()  # the comparison stands in its place
        self._outer.addWidget(self._question)
        self.body = QVBoxLayout(self._question)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)
        self._build_question()
        self._build_answers()
        self._build_event()
        self._build_note()
        self._build_foot()
        self._feet = self._build_feet()

    @property
    def slot(self) -> str:
        """The question now on screen."""
        return self.interview.slot

    @property
    def point(self) -> str:
        return self.slot if self.interview.front is Front.QUESTION else COMPARISON

    @property
    def tiles(self) -> Mapping[str, QWidget]:
        """What stands for each question below."""
        return self._tiles

    def slot_of(self, widget: QWidget | None) -> str:
        """The question that a widget belongs to: that of a tile, else the one in front."""
        return next((slot for slot, tile in self._tiles.items() if tile is widget), self.slot)

    def show_draft(self) -> None:
        self._show_how_text()
        self._follow(self.interview.begin())

    def lines(self) -> Mapping[str, Line]:
        """Those of the question in front."""
        if self.interview.front is not Front.QUESTION:
            return {}
        return {f"{self.slot}.note": self.note, f"{self.slot}.date": self._milestone.line}

    def keep_typed(self) -> None:
        super().keep_typed()
        self.interview.keep_correction()
        if self._comparison is not None:
            with self.context.saving():
                self._comparison.keep_typed()

    def focus_first(self) -> None:
        front = self.interview.front
        if front is Front.HOW and self._how is not None:
            self._how.focus_first()
        elif front is Front.COMPARISON and self._comparison is not None:
            self._comparison.focus_first()
        elif self.interview.correcting is not None and self._why is not None:
            go_to(self._why.line)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_field(self, field: str) -> None:
        asked_of_form = field.startswith(COMPARISON) and self.interview.has_comparison
        if asked_of_form and self._show_comparison() and self._comparison is not None:
            self._comparison.focus_question(field)
            return
        slot, _dot, name = field.partition(".")
        if slot in self.instrument.slots:
            self.interview.jump(slot)
            self._draw()
            if name:
                go_to(self.lines()[field])
                return
        if self.interview.date_typed:
            go_to(self._milestone.line)
        elif self.interview.problem is not None and not self.interview.item.requires:
            self._follow(Lead.NOTE)
        else:
            self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.interview.front is not Front.QUESTION:
            super().keyPressEvent(event)  # no digit answers what is not in sight
            return
        key, text = event.key(), event.text()
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if ctrl and key == Qt.Key.Key_Z:
            self._undo()
        elif ctrl or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif text.isdecimal():
            lead = self.interview.digit(int(text), held=event.isAutoRepeat())
            if lead is None:
                super().keyPressEvent(event)
            else:
                self._follow(lead)
        elif (by := STEPS.get(key)) is not None:
            self._step(by)
        elif key == Qt.Key.Key_N:
            self._note_key()
        elif key == Qt.Key.Key_H:
            self._toggle_help()
        elif key == Qt.Key.Key_W:
            self._show_how()
        elif key == Qt.Key.Key_D:
            self.not_done.setFocus()
            self.not_done.showPopup()
        elif text.isalpha() and text.lower() in self.interview.letters:
            self._switch(text.lower())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.interview.end_of_number()
        super().focusOutEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in ENTER
            leaves = enter or event.key() == Qt.Key.Key_Escape
            if watched is self.note and leaves:
                self._follow(self.interview.end_note(enter=enter))
                return True
            if watched is self.note and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
                return True  # another question must not come while the keyboard is in this note
            if watched in (self._milestone.line, self._record) and enter:
                self._record_event()
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
        self.interview.leave()
        self._show_reason()
        if self._comparison is not None:
            self._comparison.commit()

    def feet(self) -> QVBoxLayout:
        return self._feet

    # What the question is made of, from the top down.

    def _build_question(self) -> None:
        self._title = label("", "question", wrap=True)
        self._domain = chip("", "neutral")
        self._when = label("", "muted", wrap=True)
        self._variants = QHBoxLayout()
        self._variants.setSpacing(6)
        self._rater_help = label(
            "\n".join(f"• {rule}" for rule in self.instrument.rater_help), wrap=True
        )
        self._rater_help.hide()
        how = _clicked_only(button(tr("How to rate (H)"), self._toggle_help, link=True))
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
        self.body.addLayout(top)
        self.body.addWidget(self._rater_help)
        self.body.addWidget(self._when)
        self.body.addLayout(self._variants)

    def _build_answers(self) -> None:
        self.answers = AnswerButtons()
        self.answers.given.connect(lambda score: self._follow(self.interview.give(score)))
        self._problem = ProblemLine()
        self._why_place = column()
        self.body.addWidget(self.answers)
        self.body.addWidget(self._problem)
        self.body.addLayout(self._why_place)

    def _build_event(self) -> None:
        """The date of an event that a variant needs (a gastrostomy for 5b)."""
        self._milestone = TextField(
            tr("Date of the event (2012, 2012-09 or 2012-09-15)"), read_partial_date, width=160
        )
        self._milestone.set_text(self.interview.date_typed)
        self._milestone.committed.connect(self.interview.leave_date)
        self._milestone.line.installEventFilter(self)
        self._record = button(tr("Record the event"), self._record_event)
        self._record.installEventFilter(self)
        self._milestone_row = QWidget()
        self._milestone_row.setLayout(row(self._milestone, self._record, None))
        self.body.addWidget(self._milestone_row)

    def _build_note(self) -> None:
        self.note = Line()
        self.note.setPlaceholderText(tr("Note to this answer (N)"))
        self.note.setAccessibleName(tr("Note to this answer"))
        self.note.setEnabled(False)  # an empty line that shows no question yet empties no note
        self.note.editingFinished.connect(self._save_note)
        self.note.installEventFilter(self)
        self.not_done = _clicked_only(Combo())
        self.not_done.setAccessibleName(tr("Not done, because"))
        self.not_done.addItem(tr("Not done… (D)"), None)
        for reason in NOT_DONE:
            self.not_done.addItem(why_not_alone(reason), reason)
        self.not_done.activated.connect(self._on_not_done)
        self.not_done.installEventFilter(self)
        self.watch(self.note, self._milestone.line)
        tail = row(self.note, self.not_done)
        tail.setStretch(0, 1)
        self.body.addLayout(tail)
        self.body.addStretch(1)

    def _build_foot(self) -> None:
        self._keys = label("", "small", wrap=True)
        citation = label(self.instrument.citation, "small", wrap=True)
        self._how_button = _clicked_only(button("", self._show_how, link=True))
        self._how_button.setMaximumHeight(24)  # the smallest screen has no line to spare
        foot = row(citation, self._how_button)
        foot.setStretch(0, 1)
        self.body.addLayout(column(self._keys, foot, spacing=0))

    def _build_feet(self) -> QVBoxLayout:
        self._strip = QuestionTiles(self.instrument)
        self._strip.chosen.connect(self._jump)
        self._tiles = self._strip.tiles
        back = _clicked_only(button(tr("Back"), lambda: self._step(-1)))
        self._next = _clicked_only(button(tr("Next"), lambda: self._step(1), primary=True))
        whole = button(tr("Whole form not done…"), self._ask_form_not_done, link=True)
        self._form_not_done = _clicked_only(whole)
        tiles = row(self._strip, None)
        tiles.setStretch(0, 1)  # few of them stay narrow, at the left
        tiles.setStretch(1, 0)
        return column(tiles, row(back, self._form_not_done, None, self._next))

    # The interview is drawn, and its leads are followed.

    def _typed_here(self) -> Typed:
        """What is in the fields of the question that is drawn."""
        if self._drawn is not self.interview.asked:
            return Typed()
        return Typed(
            note=self.note.text() if self.note.isEnabled() else None,
            date=self._milestone.text,
            reason=self._why.line.text() if self._why is not None else "",
        )

    def _follow(self, lead: Lead) -> None:
        """Draw what the interview has in front by now, and take the keyboard where it leads."""
        if lead is Lead.NOWHERE:
            return
        self._draw()
        match lead:
            case Lead.QUESTION:
                self.focus_first()
            case Lead.EVENT:
                go_to(self._milestone.line)
            case Lead.NOTE:
                if self.note.isEnabled():
                    self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
            case Lead.COMPARISON:
                self._show_comparison()
            case Lead.BACK:
                self.go_back.emit()
            case Lead.ON:
                self.go_on.emit()
        if (told := self.interview.told) is not None:
            self.interview.told = None
            self._tell(told)

    def _draw(self) -> None:
        if self.interview.front is not Front.QUESTION:
            return
        if self._drawn is not self.interview.asked:
            self._show_asked()
        elif self.interview.correcting is None:
            self._show_answer()
        self._show_reason()

    def _show_asked(self) -> None:
        """Another question, or the same one as it is in the file now."""
        self._drawn = self.interview.asked
        self._milestone.set_text(self.interview.date_typed)
        if self.interview.date_typed:
            self._milestone.read()  # what is wrong with it is said under it again
        self._show_item()
        if self._question.isHidden():
            self._bring(self._question)
        self.show_typed()

    def _show_item(self) -> None:
        """The words of the question in this variant, and its possible answers."""
        item = self.interview.item
        self._title.setText(f"{item.number}  {item.title}")
        self.setAccessibleName(f"{item.number} {item.title}")
        domain = self.instrument.domain_of(self.slot)
        self._domain.setText(domain.title if domain else "")
        self._domain.setVisible(domain is not None and len(domain.slots) > 1)
        hints = [item.when, item.help]
        self._when.setText(" ".join(hint for hint in hints if hint))
        self._when.setVisible(any(hints))
        self._show_siblings(item)
        self._keys.setText(_keys_of(item))
        self.answers.show_item(item)
        answer = self.interview.answer
        self.note.setText(answer.note if answer else "")
        self._show_answer()

    def _show_siblings(self, item: Item) -> None:
        """The switch between the variants of a question that has them (5a and 5b)."""
        siblings = self.interview.variants
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
        interview = self.interview
        answer, problem = interview.answer, interview.problem
        fits = answer if answer is not None and answer.item == interview.item.id else None
        self.answers.check(fits.value if fits else None)
        self._show_previous()
        reason = fits.not_done if fits else None
        self.not_done.setCurrentIndex(self.not_done.findData(reason) if reason else 0)
        if not self.note.hasFocus() and not self.note.isModified():
            self.note.setText(answer.note if answer else "")
        self.note.setEnabled(answer is not None)
        self._problem.show_problem(problem)
        needed = problem is not None and bool(interview.item.requires)
        self._milestone_row.setVisible(needed or bool(self._milestone.text.strip()))
        self._strip.show_answers(interview.form.answers, current=self.slot)
        last = self.slot == self.instrument.slots[-1]
        self._next.setText(tr("Save and go on") if last else tr("Next question"))
        done = interview.form.not_done
        self._form_not_done.setText(
            tr("Whole form {reason}. Undo").format(reason=why_not(done))
            if done
            else tr("Whole form not done…")
        )

    def _show_previous(self) -> None:
        """The last visit's answer, only after the comparison: it must not steer the rater."""
        earlier = self.interview.before
        before = earlier.answers.get(self.slot) if earlier is not None else None
        if earlier is None or before is None or before.item != self.interview.item.id:
            self.answers.show_before(None, "")
            return
        visit = self.draft.record.visit(earlier.visit_id)
        self.answers.show_before(before, visit_title(self.draft.record, visit))

    def _show_reason(self) -> None:
        """Ask why an answer is corrected, as long as it needs that."""
        answer = self.interview.correcting
        if answer is None:
            if self._why is not None and self._why.answer is not None:
                self._why.stop()
            return
        if self._why is None:
            self._why = CorrectionLine()
            self._why.given.connect(self._correct)
            self._why.cancelled.connect(self._cancel_correction)
            self.watch(self._why.line)
            self._why_place.addWidget(self._why)
        if not self._why.asks(answer):
            self._why.ask(self.slot, self.interview.answer, answer)
            self.answers.check(answer.value)

    def _tell(self, told: Told) -> None:
        """Say beside the question in front, for a moment, what has become of another answer."""
        item = self.instrument.item(told.now.item)
        question, new = f"{item.number} {item.short}", _score(told.now)
        if told.before is None:
            text = tr("{question} is {old} again").format(question=question, old=new)
        else:
            text = tr("{question}: {old} → {new}, Ctrl+Z undoes it").format(
                question=question, old=_score(told.before), new=new
            )
        self.changed.setText(text)
        self.changed.show()
        self._changed_for_a_moment.start()

    # What a person does.

    def _step(self, by: int) -> None:
        self._follow(self.interview.step(by))

    def _jump(self, slot: str) -> None:
        self._follow(self.interview.jump(slot))

    def _switch(self, letter: str) -> None:
        lead = self.interview.switch(letter)
        self._drawn = self.interview.asked  # the same question: what is typed at it stays
        self._show_item()
        self._follow(lead)

    def _undo(self) -> None:
        if self.interview.form.compared_at is not None:
            text = tr("After the comparison an answer is corrected: give the one that is right.")
            self._problem.setText(text)
            self._problem.show()
            return
        lead = self.interview.undo()
        if lead is not Lead.NOWHERE:
            self.changed.hide()
        self._follow(lead)

    def _on_not_done(self, index: int) -> None:
        reason = self.not_done.itemData(index)
        if reason is None:
            return
        if self.interview.give_not_done(NotDone(reason)):
            # when the key that chose is over
            QTimer.singleShot(0, self, lambda: self._follow(self.interview.advance()))
        else:
            self._draw()

    def _note_key(self) -> None:
        lead = self.interview.begin_note()
        self._follow(lead)
        if lead is Lead.STAY:
            self._problem.setText(tr("Answer the question first: a note belongs to an answer."))
            self._problem.show()

    def _save_note(self) -> None:
        if self.interview.save_note():
            self._show_answer()

    def _record_event(self) -> None:
        when = self._milestone.read()
        problem = when if isinstance(when, Problem) else self.interview.event_problem(when)
        if problem is not None:
            self._milestone.show_problem(problem)
            go_to(self._milestone.line)
        elif when is None:
            self.interview.leave_date()
            self._follow(Lead.QUESTION)
        elif not isinstance(when, Problem):
            if self.interview.record_event(when):
                self._milestone.set_text("")
            self._follow(self.interview.settle())

    def _correct(self, answer: Answer) -> None:
        lead = self.interview.correct(answer)
        if self.interview.correcting is None and self._why is not None:
            self._why.done()
        self._follow(lead)

    def _cancel_correction(self) -> None:
        self.interview.give_correction_up()
        self._follow(Lead.QUESTION)

    def _discard_typed(self) -> None:
        # As the file has it: what stands in the fields must not be saved again.
        answer = self.interview.answer
        self.note.setText(answer.note if answer else "")
        self._milestone.set_text("")
        self.interview.correcting = None
        if self._why is not None:
            self._why.done()
        super()._discard_typed()

    def _ask_form_not_done(self) -> None:
        if self.interview.form.not_done is not None:
            self._set_form_not_done(None)
            return
        menu = QMenu(self)
        for reason, text in NOT_DONE.items():
            menu.addAction(text).triggered.connect(partial(self._set_form_not_done, reason))
        menu.exec(self._form_not_done.mapToGlobal(self._form_not_done.rect().topLeft()))

    def _set_form_not_done(self, reason: NotDone | None) -> None:
        self.interview.mark_form_not_done(reason)
        self._draw()

    def _toggle_help(self) -> None:
        self._rater_help.setVisible(bool(self._rater_help.text()) and self._rater_help.isHidden())
        self.focus_first()

    # In place of the question: the comparison, and how the form was answered.

    def _show_comparison(self) -> bool:
        """Show it in place of the question; False where the file refused to note that it is seen."""
        self.commit()
        if not self.interview.compare():
            return False
        if self._comparison is None:
            self._comparison = Comparison(self.context, self.draft, self.instrument)
            self._comparison.touched.connect(self.touched)
            self._comparison.typing.connect(self._keep_soon.start)
            self._comparison.correct.connect(self._jump)
            self._comparison.go_on.connect(self.go_on)
            self._comparison.go_back.connect(lambda: self._step(-1))
            self._outer.addWidget(self._comparison)
        self._comparison.show_draft()
        self._strip.show_answers(self.interview.form.answers, current="")
        self._next.setText(tr("Save and go on"))
        self.interview.front = Front.COMPARISON
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
        self.interview.front = Front.HOW
        self._bring(self._how)
        self.focus_first()

    def _close_how(self) -> None:
        self._show_how_text()
        self._jump(self.slot)

    def _show_how_text(self) -> None:
        form = self.interview.form
        parts = [RESPONDENT[form.respondent]] if form.respondent else []
        parts += [MODE[form.mode]] if form.mode else []
        parts += [tr("interpreter")] if form.interpreter else []
        short = " · ".join(parts) or tr("How answered?")
        whole = said_of(self.context, self.draft, self.instrument.id)
        self._how_button.setText(f"{short} (W)")
        self._how_button.setToolTip(whole)
        self._how_button.setAccessibleName(tr("{how}; answered differently?").format(how=whole))

    def _bring(self, shown: QWidget) -> None:
        made = (self._question, self._comparison, self._how)
        show_only([shown], [one for one in made if one is not None])


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


def _clicked_only(one: W) -> W:
    """The keyboard passes it by: keys are for the question."""
    one.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return one
