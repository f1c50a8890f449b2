"""The criteria of the protocol on the patient's chart: answered, computed, waived with a reason."""

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QPushButton, QWidget

from core import clock
from core.findings import eligibility
from core.findings.eligibility import FULFILMENT, CriterionState, Fulfilment
from core.model.judgement import CriterionResult
from core.model.record import PatientRecord
from core.model.user import Right
from core.protocols.definition import Criterion, CriterionKind, Protocol
from core.words import N_, Words, day
from ui.context import AppContext
from ui.widgets import ask
from ui.widgets.basics import button, card, chip, clear, column, label, rule, set_chip
from ui.widgets.fields import ChoiceField
from ui.words import tr

CHIPS = {Fulfilment.MET: "good", Fulfilment.NOT_MET: "bad", Fulfilment.UNKNOWN: "neutral"}
KINDS = Words({CriterionKind.INCLUSION: N_("Inclusion"), CriterionKind.EXCLUSION: N_("Exclusion")})
TOP = Qt.AlignmentFlag.AlignTop
ABSENT, PRESENT, RECORDED = "absent", "present", "recorded"
ARROWS: dict[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class AnswerField(ChoiceField[bool | None]):
    """Yes, no or unknown. Arrow keys only move, Space chooses: from Yes to Unknown nobody passes a saved No."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__("", eligibility.answer_words(criterion))
        for one in self._group.buttons():
            one.setAccessibleName(f"{criterion.title}: {one.text()}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = ARROWS.get(event.key())
            if step is not None and isinstance(watched, QAbstractButton):
                neighbour = self._group.button(self._group.id(watched) + step)
                if neighbour is not None:
                    neighbour.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)


@dataclass(frozen=True)
class _Row:
    """The widgets of one criterion that change with the patient."""

    value: QLabel
    origin: QLabel
    answer: AnswerField | None
    state: QLabel
    waiver: QLabel
    waive: QPushButton


class EligibilityView(QWidget):
    """A row for each criterion. Nothing here stops anybody: a waiver is given openly, with its reason."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._enters = context.session.may(Right.ENTER)
        self._criteria: tuple[Criterion, ...] = ()
        self.states: dict[str, CriterionState] = {}
        self.rows: dict[str, _Row] = {}
        self._finished = False
        self.headline = label("", "heading")
        self._when = label("", "muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(8)
        for at, stretch in enumerate((5, 5, 0, 4)):
            self._grid.setColumnStretch(at, stretch)
        self.setLayout(column(card(column(self.headline, self._when, spacing=2), self._grid)))

    def show_record(self, record: PatientRecord, protocol: Protocol) -> None:
        """Show where this patient stands; the keyboard stays where it is."""
        if protocol.criteria != self._criteria:
            self._criteria = protocol.criteria
            self._build()
        states = eligibility.evaluate(record, protocol)
        moment = eligibility.screening(record, protocol)
        planned = protocol.screening
        self._finished = any(
            planned is not None and visit.code == planned.code for visit in record.finished_visits
        )
        self.states = {one.criterion.id: one for one in states}
        self.headline.setText(eligibility.headline(states))
        self._when.setText(
            tr("There is no screening visit yet: what was stated counts as it was stated.")
            if moment.day is None
            else tr("By what was known on {day} ({title}).").format(
                day=day(moment.day), title=moment.title
            )
        )
        for one in states:
            self._show_state(self.rows[one.criterion.id], one)

    def _build(self) -> None:
        clear(self._grid)
        self.rows = {}
        heads = (
            tr("A participant must have"),
            tr("This patient"),
            tr("Criterion"),
            tr("Deviation"),
        )
        for at, head in enumerate(heads):
            self._grid.addWidget(label(head, "muted"), 0, at)
        for index, criterion in enumerate(self._criteria):
            line = 2 * index + 1
            self._grid.addWidget(rule(), line, 0, 1, len(heads))
            words = column(label(eligibility.requirement(criterion), wrap=True), spacing=1)
            source = f"{KINDS[criterion.kind]} · {criterion.source}"
            words.addWidget(label(source, "small", wrap=True))
            words.addStretch(1)  # instead of an alignment, which would cut what wraps
            self._grid.addLayout(words, line + 1, 0)
            self._add_row(criterion, line + 1)

    def _add_row(self, criterion: Criterion, line: int) -> None:
        value, origin = label("", wrap=True), label("", "small", wrap=True)
        answer = AnswerField(criterion) if criterion.asked else None
        parts: list[QWidget | None] = [answer or value, origin]
        if criterion.can_be_overridden and self._enters:
            decide = button(
                tr("Decide otherwise…"), partial(self._ask_word, criterion.id), link=True
            )
            decide.setAccessibleName(tr("Decide otherwise: {title}").format(title=criterion.title))
            parts.append(decide)
        found = column(*parts, None, spacing=1)
        self._grid.addLayout(found, line, 1)
        state = chip("")
        self._grid.addWidget(state, line, 2, TOP)
        waiver = label("", "small", wrap=True)
        waive = button("", partial(self._ask_waiver, criterion.id), link=True)
        self._grid.addLayout(column(waiver, waive, None, spacing=1), line, 3)
        if answer is not None:
            answer.setEnabled(self._enters)
            answer.chosen.connect(partial(self._on_answer, criterion.id))
        self.rows[criterion.id] = _Row(value, origin, answer, state, waiver, waive)

    def _show_state(self, row: _Row, one: CriterionState) -> None:
        row.value.setText(one.value)
        row.value.setVisible(bool(one.value) and row.answer is None)
        said = one.why_unknown if row.answer is None else ""
        row.origin.setText(" · ".join(part for part in (one.origin, said) if part))
        row.origin.setVisible(bool(row.origin.text()))
        if row.answer is not None:
            row.answer.set_value(one.said.met)
        set_chip(row.state, FULFILMENT[one.state], CHIPS[one.state])
        row.waiver.setText(eligibility.waiver_text(one.said, self._context.session.users.names()))
        row.waiver.setVisible(bool(one.said.waiver))
        row.waive.setText(self._offered(one))
        row.waive.setAccessibleName(f"{row.waive.text()} {one.criterion.title}")
        row.waive.setVisible(bool(row.waive.text()))

    def _offered(self, one: CriterionState) -> str:
        """What this person may do about a criterion: the investigator decides, others propose; empty for nothing."""
        if not self._enters or (not one.said.waiver and one.state is Fulfilment.MET):
            return ""
        if self._context.session.may(Right.SIGN):
            return tr("Withdraw…") if one.waived else tr("Accept as a deviation…")
        if one.waived:
            return ""
        return tr("Withdraw the proposal…") if one.said.proposed else tr("Propose a deviation…")

    def _on_answer(self, id: str) -> None:
        row, one = self.rows[id], self.states[id]
        if row.answer is None or row.answer.value == one.said.met:
            return
        why: str | None = ""
        if self._finished and one.said.met is not None:
            question = tr("Screening was finished with another answer. Why is it changed?")
            why = ask.reason(self, one.criterion.title, question)
        if why is not None:
            self._save(replace(one.said, met=row.answer.value), why)
        self._show_state(row, self.states[id])  # as it is in the file, whatever was chosen

    def _ask_word(self, id: str) -> None:
        """What a person says instead of the record: absent, present, or as the record says; with the reason."""
        one = self.states[id]
        words = {tr("Absent"): ABSENT, tr("Present"): PRESENT, tr("As the record says"): RECORDED}
        title = one.criterion.title
        question = tr("What is true at the screening, whatever the record says?")
        chosen = ask.one_of(self, title, question, words)
        met = {ABSENT: True, PRESENT: False}.get(chosen or "")
        if chosen is None or (met is None and one.said.met is None):
            return
        why = ask.reason(self, title, tr("Why?"))
        if why is not None:
            self._save(replace(one.said, met=met, note="" if met is None else why), why)

    def _ask_waiver(self, id: str) -> None:
        one, session = self.states[id], self._context.session
        title, decides = eligibility.requirement(one.criterion), session.may(Right.SIGN)
        if one.waived or (one.said.proposed and not decides):
            why = ask.reason(self, title, tr("Why is the deviation withdrawn?"))
            if why is not None:
                self._save(eligibility.without_waiver(one.said), why)
            return
        why = ask.reason(self, title, tr("Why may this patient take part anyway?"))
        if why is not None:
            said = eligibility.waive(
                one.said, why, session.user.login, clock.now(), proposed=not decides
            )
            self._save(said, why)

    def _save(self, said: CriterionResult, why: str) -> None:
        with self._context.saving(), self._context.session.write(why):
            self._context.session.criteria.save(said)
