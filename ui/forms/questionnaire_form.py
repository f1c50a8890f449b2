"""A questionnaire, one question at a time, answered by single keys."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.entering.interview import Asked, Front, Interview, Lead, Typed
from core.entering.visit.draft import Draft
from core.entering.visit.steps import COMPARISON
from core.entry import Problem
from core.instruments.definition import Instrument
from core.labels import NOT_DONE, why_not_alone
from core.model.assessment import Answer, NotDone
from core.views.visit_words import visit_title
from ui.context import AppContext
from ui.forms.all_items import OneOrAll
from ui.forms.answer_buttons import AnswerButtons
from ui.forms.answered_how import AnsweredHow, said_of
from ui.forms.comparison import ENTER, Comparison, CorrectionLine, go_to
from ui.forms.question_parts import (
    EventDate,
    QuestionFoot,
    QuestionHead,
    QuestionHelp,
    QuestionStrip,
    clicked_only,
)
from ui.forms.step_form import StepForm
from ui.widgets.basics import Combo, column, row, show_only
from ui.widgets.fields import Line, ProblemLine
from ui.words import tr

ROWS_FIRST = 100  # of the room that is left the answers get theirs before the help
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
    """Digits answer and move on; ↑ or Backspace goes back; N note; D not done; A/B switch the scale; L all questions.

    What a key means and where it leads, the interview knows; this draws it and passes the keys on.
    """

    topic = "visit#the-questionnaire"

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
        self.head = QuestionHead(instrument)
        self.head.switched.connect(self._switch)
        self.head.help_pressed.connect(self._toggle_help)
        self.body.addWidget(self.head)
        self._build_answers()
        self.help = QuestionHelp(instrument.rater_help)
        self.body.addWidget(self.help, 1)
        self.foot = QuestionFoot(instrument)
        self.foot.how.clicked.connect(self._show_how)
        self.body.addWidget(self.foot)
        self.strip = QuestionStrip(instrument)
        self.strip.jumped.connect(self._jump)
        self.strip.back.clicked.connect(lambda: self._step(-1))
        self.strip.on.clicked.connect(lambda: self._step(1))
        self.strip.not_done.connect(self._set_form_not_done)
        self.strip.all_pressed.connect(self._toggle_all)

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
        return self.strip.tiles

    def slot_of(self, widget: QWidget | None) -> str:
        """The question that a widget belongs to: that of a tile, else the one in front."""
        return next((slot for slot, tile in self.strip.tiles.items() if tile is widget), self.slot)

    def show_draft(self) -> None:
        self.foot.show_how(
            said_of(self.context, self.draft, self.instrument.id), self.interview.form
        )
        self._follow(self.interview.begin())

    def lines(self) -> Mapping[str, Line]:
        """Those of the question in front."""
        if self.interview.front is not Front.QUESTION:
            return {}
        return {f"{self.slot}.note": self.note, f"{self.slot}.date": self.happened.date.line}

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
            go_to(self.happened.date.line)
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
        elif key == Qt.Key.Key_L or (key == Qt.Key.Key_Escape and self.one_or_all.shows_all):
            self._toggle_all()
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
            if watched in (self.happened.date.line, self.happened.record) and enter:
                self._record_event()
                return True
            if watched is self.happened.date.line and event.key() in {
                Qt.Key.Key_Up,
                Qt.Key.Key_Down,
            }:
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
        return column(self.strip)

    # What the question is made of, from the top down.

    def _build_answers(self) -> None:
        self.answers = AnswerButtons()
        self.answers.given.connect(lambda score: self._follow(self.interview.give(score)))
        self.one_or_all = OneOrAll(self.instrument, self.answers)
        self.one_or_all.jumped.connect(self._jump)
        self.one_or_all.given.connect(
            lambda slot, score: self._follow(self.interview.give(score, slot=slot))
        )
        self._problem = ProblemLine()
        self._why_place = column()
        self.body.addWidget(self.one_or_all, ROWS_FIRST)
        self.body.addWidget(self._problem)
        self.body.addLayout(self._why_place)
        self.happened = EventDate(self.interview.date_typed)
        self.happened.record.clicked.connect(self._record_event)
        self.happened.date.committed.connect(self.interview.leave_date)
        for one in (self.happened.date.line, self.happened.record):
            one.installEventFilter(self)
        self.body.addWidget(self.happened)
        self.note = Line()
        self.note.setPlaceholderText(tr("Note to this answer (N)"))
        self.note.setAccessibleName(tr("Note to this answer"))
        self.note.setEnabled(False)  # an empty line that shows no question yet empties no note
        self.note.editingFinished.connect(self._save_note)
        self.note.installEventFilter(self)
        self.not_done = clicked_only(Combo())
        self.not_done.setAccessibleName(tr("Not done, because"))
        self.not_done.addItem(tr("Not done… (D)"), None)
        for reason in NOT_DONE:
            self.not_done.addItem(why_not_alone(reason), reason)
        self.not_done.activated.connect(self._on_not_done)
        self.not_done.installEventFilter(self)
        self.watch(self.note, self.happened.date.line)
        tail = row(self.note, self.not_done)
        tail.setStretch(0, 1)
        self.body.addLayout(tail)

    # The interview is drawn, and its leads are followed.

    def _typed_here(self) -> Typed:
        """What is in the fields of the question that is drawn."""
        if self._drawn is not self.interview.asked:
            return Typed()
        return Typed(
            note=self.note.text() if self.note.isEnabled() else None,
            date=self.happened.date.text,
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
                go_to(self.happened.date.line)
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
            self.head.tell(told)

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
        self.happened.date.set_text(self.interview.date_typed)
        if self.interview.date_typed:
            self.happened.date.read()  # what is wrong with it is said under it again
        self._show_item()
        if self._question.isHidden():
            self._bring(self._question)
        self.show_typed()

    def _show_item(self) -> None:
        """The words of the question in this variant, and its possible answers."""
        item = self.interview.item
        self.setAccessibleName(f"{item.number} {item.title}")
        self.head.show_item(item, self.instrument.domain_of(self.slot), self.interview.variants)
        self.foot.show_keys(item, all_shown=self.one_or_all.shows_all)
        self.answers.show_item(item)
        answer = self.interview.answer
        self.note.setText(answer.note if answer else "")
        self._show_answer()

    def _show_answer(self) -> None:
        """What the draft says of this question, without rebuilding it."""
        interview = self.interview
        answer, problem = interview.answer, interview.problem
        fits = answer if answer is not None and answer.item == interview.item.id else None
        self.answers.check(fits.value if fits else None)
        self.answers.show_before(*_before(self.draft, interview))
        reason = fits.not_done if fits else None
        self.not_done.setCurrentIndex(self.not_done.findData(reason) if reason else 0)
        if not self.note.hasFocus() and not self.note.isModified():
            self.note.setText(answer.note if answer else "")
        self.note.setEnabled(answer is not None)
        self._problem.show_problem(problem)
        needed = problem is not None and bool(interview.item.requires)
        self.happened.setVisible(needed or bool(self.happened.date.text.strip()))
        self.strip.show_form(interview.form, self.slot)
        self.one_or_all.show_form(interview)

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
            self._why.cancelled.connect(self.interview.give_correction_up)
            self._why.cancelled.connect(lambda: self._follow(Lead.QUESTION))
            self.watch(self._why.line)
            self._why_place.addWidget(self._why)
        if not self._why.asks(answer):
            self._why.ask(self.slot, self.interview.answer, answer)
            self.answers.check(answer.value)

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
            self.head.changed.hide()
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
        when = self.happened.date.read()
        problem = when if isinstance(when, Problem) else self.interview.event_problem(when)
        if problem is not None:
            self.happened.date.show_problem(problem)
            go_to(self.happened.date.line)
        elif when is None:
            self.interview.leave_date()
            self._follow(Lead.QUESTION)
        elif not isinstance(when, Problem):
            if self.interview.record_event(when):
                self.happened.date.set_text("")
            self._follow(self.interview.settle())

    def _correct(self, answer: Answer) -> None:
        lead = self.interview.correct(answer)
        if self.interview.correcting is None and self._why is not None:
            self._why.done()
        self._follow(lead)

    def _discard_typed(self) -> None:
        # As the file has it: what stands in the fields must not be saved again.
        answer = self.interview.answer
        self.note.setText(answer.note if answer else "")
        self.happened.date.set_text("")
        self.interview.correcting = None
        if self._why is not None:
            self._why.done()
        super()._discard_typed()

    def _set_form_not_done(self, reason: NotDone | None) -> None:
        self.interview.mark_form_not_done(reason)
        self._draw()

    def _toggle_help(self) -> None:
        self.help.toggle()
        self.focus_first()

    def _toggle_all(self) -> None:
        shown = self.one_or_all.toggle()
        self.help.setVisible(not shown)
        self.strip.show_all(shown=shown)
        if self.interview.front is Front.QUESTION:
            self._show_item()
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
        self.strip.show_form(self.interview.form, "")
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
        self.foot.show_how(
            said_of(self.context, self.draft, self.instrument.id), self.interview.form
        )
        self._jump(self.slot)

    def _bring(self, shown: QWidget) -> None:
        made = (self._question, self._comparison, self._how)
        show_only([shown], [one for one in made if one is not None])


def _before(draft: Draft, interview: Interview) -> tuple[Answer | None, str]:
    """The last visit's answer and its title, only after the comparison: it must not steer the rater."""
    earlier = interview.before
    before = earlier.answers.get(interview.slot) if earlier is not None else None
    if earlier is None or before is None or before.item != interview.item.id:
        return None, ""
    return before, visit_title(draft.record, draft.record.visit(earlier.visit_id))
