"""The form before beside this one, once it is complete: what changed, and what that makes one ask."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.entering.visit.comparisons import Question
from core.entering.visit.draft import Draft
from core.entering.visit.steps import COMPARISON
from core.entry import Problem
from core.findings.plausibility import Finding, Level
from core.instruments.definition import Instrument
from core.labels import why_not
from core.model.assessment import Answer, Assessment
from core.views import comparison
from core.views.questionnaire import scale_row
from core.views.visit_words import visit_title
from core.words import MISSING, day, instant, plural
from ui.context import AppContext
from ui.widgets.basics import button, chip, clear, column, label, restyle, row, rule, set_chip
from ui.widgets.compared_table import AnswersTable
from ui.widgets.fields import Line, ProblemLine
from ui.words import tr

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def go_to(widget: QWidget) -> None:
    """Give it the keyboard, and bring it into sight where the step scrolls."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    area = widget.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if isinstance(area, QScrollArea):
        # Once it stands where it will stand: it may have been shown just now.
        QTimer.singleShot(0, widget, partial(_bring_into_sight, area, widget))


def _bring_into_sight(area: QScrollArea, widget: QWidget) -> None:
    """With what is said under it, for which ensureWidgetVisible leaves no room once its cursor is seen."""
    if (inner := area.widget()) is not None:
        bottom = widget.mapTo(inner, widget.rect().bottomLeft())
        area.ensureVisible(0, bottom.y(), 0, 60)


class ReasonLine(Line):
    """One line for a reason: Enter gives it, Escape gives none."""

    given = Signal()
    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.given.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def show_problem(self, problem: Problem | None) -> None:
        """Mark the line; the sentence itself stands under it, in a label of whoever holds it."""
        wrong = "true" if problem else "false"
        self.setAccessibleDescription(problem.message if problem else "")
        if self.property("wrong") != wrong:
            self.setProperty("wrong", wrong)
            restyle(self)


class CorrectionLine(QWidget):
    """Asks why an answer is corrected. ``given`` carries the answer with its reason."""

    given = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._answer: Answer | None = None
        self._slot = ""
        self._question = label("", wrap=True)
        self.line = ReasonLine()
        self.line.setPlaceholderText(tr("Why is it corrected?"))
        self.line.given.connect(self._give)
        self.line.cancelled.connect(self.cancelled)
        self._problem = ProblemLine()
        keys = label(tr("Enter saves the correction · Esc leaves the answer as it is"), "small")
        layout = column(self._question, self.line, self._problem, keys, spacing=4)
        self.setLayout(layout)
        self.hide()

    @property
    def answer(self) -> Answer | None:
        """The correction that waits, with what was typed of its reason; None while none does."""
        if self._answer is None:
            return None
        return replace(self._answer, corrected=self.line.text().strip())

    def ask(self, slot: str, before: Answer | None, answer: Answer) -> None:
        """Ask why ``before`` becomes ``answer``; what was typed at this question so far stays."""
        if slot != self._slot or answer.corrected:
            self.line.setText(answer.corrected)
        self._answer, self._slot = answer, slot
        text = tr("Why is it corrected from {before} to {now}?")
        question = text.format(before=_said(before), now=_said(answer))
        self._question.setText(question)
        self.line.setAccessibleName(question)
        self._show_problem(None)
        self.show()

    def asks(self, answer: Answer) -> bool:
        """Whether this is the correction that it asks about."""
        return self._answer is answer

    def stop(self) -> None:
        """Ask no more; what was typed stays for this question."""
        self._answer = None
        self.hide()

    def done(self) -> None:
        """The correction is in the file."""
        self.stop()
        self.line.clear()

    def _give(self) -> None:
        answer = self.answer
        if answer is not None and answer.corrected:
            self.given.emit(answer)
        else:
            self._show_problem(Problem(tr("Say why it is corrected, or press Esc.")))

    def _show_problem(self, problem: Problem | None) -> None:
        self.line.show_problem(problem)
        self._problem.show_problem(problem)


class QueryRow(QWidget):
    """One query: what was found, the line for why it is kept, and the way to correct it."""

    kept = Signal(object, str)  # Finding, the reason
    typed = Signal(object, str)  # Finding, what stands in the line and was not given by Enter
    answered = Signal()  # Enter, after a reason
    left_alone = Signal()  # Escape
    correct = Signal()

    def __init__(self, question: Question, by: str, typed: str) -> None:
        super().__init__()
        finding = question.finding
        self.question = question
        self.line = ReasonLine()
        self.line.setPlaceholderText(tr("Keep it, because…"))
        text = tr("{rule}, keep it, because: {found}")
        self.line.setAccessibleName(text.format(rule=finding.rule, found=finding.message))
        self.line.left.connect(self.commit)
        self.line.given.connect(self._on_enter)
        self.line.cancelled.connect(self._on_escape)
        self._state = label("", "small", wrap=True)
        answer = row(self.line, _correct(question, self.correct.emit))
        self.setLayout(column(_found(question), answer, self._state, spacing=4))
        self.show_question(question, by)
        if typed:
            self.line.setText(typed)
            self.show_typed()

    def show_question(self, question: Question, by: str) -> None:
        """``by`` is the name of who kept it."""
        self.question = question
        kept = question.kept
        if kept is not None:
            self.line.setText(kept.reason)
        text = tr("✓ Kept by {who}, {when}")
        self._say(text.format(who=by, when=instant(kept.at)) if kept else "", "good")
        self.line.show_problem(None)

    def show_typed(self) -> None:
        """Say that what stands in the line answers nothing yet."""
        self._say(tr("This reason is not given yet: press Enter in its line, or Esc."), "problem")

    def commit(self) -> None:
        """Leave what was typed as it stands: only Enter makes it the reason."""
        self.typed.emit(self.question.finding, self.new_reason)

    @property
    def new_reason(self) -> str:
        """What stands in the line, if it is not the reason in the file."""
        reason, kept = self.line.text().strip(), self.question.kept
        return "" if kept is not None and kept.reason == reason else reason

    def _on_enter(self) -> None:
        if self.line.text().strip():
            if self.new_reason:
                self.kept.emit(self.question.finding, self.new_reason)
            self.answered.emit()
        else:
            problem = Problem(tr("Say why it is kept, or correct the answer."))
            self._say(problem.message, "problem")
            self.line.show_problem(problem)

    def _on_escape(self) -> None:
        """As it is in the file."""
        kept = self.question.kept
        self.line.setText(kept.reason if kept else "")
        self.left_alone.emit()

    def _say(self, text: str, role: str) -> None:
        self._state.setText(text)
        self._state.setVisible(bool(text))
        if self._state.property("role") != role:
            self._state.setProperty("role", role)
            restyle(self._state)


def _found(question: Question) -> QHBoxLayout:
    """The rule and what it found."""
    finding = question.finding
    mark = chip(finding.rule, "warn" if finding.level is Level.QUERY else "neutral")
    made = row(mark, label(finding.message, wrap=True), top=True)
    made.setStretch(1, 1)
    return made


def _correct(question: Question, clicked: Callable[[], object]) -> QPushButton:
    made = button(tr("Correct"), clicked)
    text = tr("{rule}, correct: {found}")
    said = text.format(rule=question.finding.rule, found=question.finding.message)
    made.setAccessibleName(said)
    return made


class Comparison(QWidget):
    """Stands in place of the questions. ``correct`` names the one to go back to."""

    touched = Signal()
    typing = Signal()  # a reason
    correct = Signal(str)
    go_on = Signal()
    go_back = Signal()

    def __init__(self, context: AppContext, draft: Draft, instrument: Instrument) -> None:
        super().__init__()
        self._context = context
        self._draft = draft
        self._instrument = instrument
        self.rows: list[QueryRow] = []
        self.table: AnswersTable | None = None  # of the answers then and now; made with the card
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        self._waiting = chip("", "neutral")

    def show_draft(self) -> None:
        """Everything anew: it is made only where the form is complete, never at a key."""
        self.commit()
        clear(self._layout)
        self.rows, self.table = [], None
        before = self._draft.comparisons.form_before(self._instrument.id)
        form = self._draft.questionnaires.form(self._instrument.id)
        self._waiting = chip("", "neutral")
        title = label(self._title(before), "question", wrap=True)
        head = row(title, self._waiting, top=True)
        head.setStretch(0, 1)
        self._layout.addLayout(head)
        questions = self._draft.comparisons.questions(self._instrument.id)
        if before is not None:
            self._layout.addLayout(self._changes(form, before, brief=bool(questions)))
        if questions and before is not None:
            self._layout.addWidget(rule())
        for question in questions:
            if question.finding.level is Level.QUERY:
                self._layout.addWidget(self._query(question))
            else:
                self._layout.addLayout(self._note(question))
        self._layout.addStretch(1)
        keys = tr(
            "Enter next open question, then go on · ↑ back to the answers · Ctrl+Enter go on ·"
            " a row leads to its question"
        )
        self._layout.addWidget(label(keys, "small", wrap=True))
        self._show_waiting()

    def focus_first(self) -> None:
        """The card itself, so that no digit typed too much becomes a reason."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_question(self, field: str) -> None:
        """Put the keyboard on the finding that an open point names, as "comparison.P4.turning"."""
        for one in self.rows:
            finding = one.question.finding
            if field == f"{COMPARISON}.{finding.rule}.{finding.slot}":
                go_to(one.line)
                return
        self.focus_first()

    def commit(self) -> None:
        for one in self.rows:
            one.commit()

    def keep_typed(self) -> None:
        """Keep the reasons as far as they are typed. Raises StorageError."""
        for one in self.rows:
            self._draft.comparisons.leave_reason(
                self._instrument.id, one.question.finding, one.new_reason
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = self.focusWidget()
        if isinstance(focus, QPushButton) and event.key() in ENTER:
            focus.click()
        elif self.hasFocus() and event.key() in ENTER | {Qt.Key.Key_Down}:
            self._next()
        elif self.hasFocus() and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Backspace}:
            self.go_back.emit()
        else:
            super().keyPressEvent(event)

    def _next(self) -> None:
        """To the next question that waits for an answer; on where none does."""
        waiting = [one for one in self.rows if one.question.waits]
        if waiting:
            go_to(waiting[0].line)
        else:
            self.go_on.emit()

    def _title(self, before: Assessment | None) -> str:
        if before is None:
            return tr("A second look at these answers")
        record = self._draft.record
        visit = visit_title(record, record.visit(before.visit_id))
        return tr("Comparison with {visit}, {day}").format(visit=visit, day=day(before.date))

    def _changes(self, form: Assessment, before: Assessment, *, brief: bool) -> QVBoxLayout:
        """The total, and every answer then and now; only those that changed where there is something to answer below."""
        compared = comparison.compare(self._instrument, before, form)
        record = self._draft.record
        earlier, now = (record.visit(one.visit_id) for one in (before, form))
        titles = [visit_title(record, one) for one in (earlier, now)]
        table = AnswersTable(close=True)
        table.show_rows(compared.only_changed() if brief else compared.rows, compared.title, titles)
        table.clicked.connect(lambda index: self._lead(table.rows[index.row()].slot))
        table.keyed.connect(partial(self._on_table_key, table))
        self.table = table
        return column(self._heading(form, before, compared.changed), table, spacing=6)

    def _heading(self, form: Assessment, before: Assessment, changed: int) -> QHBoxLayout:
        when = day(before.date)
        said = tr("Every answer is as on {day}.").format(day=when)
        if changed:
            text = plural(changed, "1 answer is not as on {day}", "{n} answers are not as on {day}")
            said = text.format(day=when)
        total = self._instrument.total
        if total is None:
            return row(label(said, "muted"), None)
        scored = scale_row(self._instrument, total, form.values, before.values)
        score = f"{scored.previous} → {scored.score}" if scored.complete else scored.score
        return row(
            label(score, "heading"), label(scored.change, "muted"), label(said, "muted"), None
        )

    def _on_table_key(self, table: AnswersTable, key: int) -> None:
        """Enter leads to the question of the row that is chosen."""
        index = table.currentIndex()
        if key in ENTER and index.isValid():
            self._lead(table.rows[index.row()].slot)

    def _lead(self, slot: str) -> None:
        """To a question; a sum has none."""
        if slot:
            self.correct.emit(slot)

    def _query(self, question: Question) -> QueryRow:
        typed = self._draft.comparisons.typed_reason(self._instrument.id, question.finding)
        made = QueryRow(question, self._name(question), typed)
        made.kept.connect(self._keep)
        made.typed.connect(partial(self._leave, made))
        made.line.textEdited.connect(lambda _text: self.typing.emit())
        made.answered.connect(self._after)
        made.left_alone.connect(self.focus_first)
        made.correct.connect(lambda: self.correct.emit(self._slot_of(made.question)))
        self.rows.append(made)
        return made

    def _note(self, question: Question) -> QHBoxLayout:
        made = _found(question)
        slot = self._slot_of(question)
        made.addWidget(_correct(question, lambda: self.correct.emit(slot)))
        return made

    def _name(self, question: Question) -> str:
        """Of the person who kept it."""
        if question.kept is None:
            return ""
        return self._context.session.users.names().get(question.kept.by, question.kept.by)

    def _slot_of(self, question: Question) -> str:
        """Where to correct it; of a total, at the question whose score changed most."""
        before = self._draft.comparisons.form_before(self._instrument.id)
        if question.finding.slot or before is None:
            return question.finding.slot
        now, earlier = self._draft.questionnaires.form(self._instrument.id).values, before.values
        return max(self._instrument.slots, key=lambda slot: abs(now[slot] - earlier[slot]))

    def _keep(self, finding: Finding, reason: str) -> None:
        with self._context.saving():
            self._draft.comparisons.keep(self._instrument.id, finding, reason)
            self.touched.emit()
        asked = {one.finding: one for one in self._draft.comparisons.questions(self._instrument.id)}
        for made in self.rows:
            if made.question.finding == finding and finding in asked:
                made.show_question(asked[finding], self._name(asked[finding]))
        self._show_waiting()

    def _leave(self, made: QueryRow, finding: Finding, text: str) -> None:
        """A line was left: what was typed there waits for Enter, and is there again."""
        asked = [one.finding for one in self._draft.comparisons.questions(self._instrument.id)]
        if finding not in asked or text == self._draft.comparisons.typed_reason(
            self._instrument.id, finding
        ):
            return  # a line of a query that a correction answered has nothing to keep
        with self._context.saving():
            self._draft.comparisons.leave_reason(self._instrument.id, finding, text)
            self.touched.emit()
        if text:
            made.show_typed()
        else:
            made.show_question(made.question, self._name(made.question))

    def _after(self) -> None:
        """A query was answered: to the next one, else to the card, where Enter goes on."""
        waiting = [one for one in self.rows if one.question.waits]
        if waiting:
            go_to(waiting[0].line)
        else:
            self.focus_first()

    def _show_waiting(self) -> None:
        waiting = sum(one.question.waits for one in self.rows)
        said = plural(waiting, "1 to answer", "{n} to answer") if waiting else tr("nothing open")
        set_chip(self._waiting, said, "warn" if waiting else "good")
        text = tr("Comparison with the form before: {state}")
        self.setAccessibleName(text.format(state=said))


def _said(answer: Answer | None) -> str:
    """The score, or why there is none."""
    if answer is None:
        return MISSING
    if answer.not_done is not None:
        return why_not(answer.not_done)
    return str(answer.value)
