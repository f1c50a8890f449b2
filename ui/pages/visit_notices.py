"""What stands above a visit that is entered: who else has typed in it, that the patient is not eligible, and what it
cannot do because it is by telephone or video."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import Waiting
from core.findings import eligibility, registers
from core.instruments import catalog as instruments
from core.model.nouns import SPIROMETRY
from core.model.registers import Registers
from core.protocols import catalog as protocols
from core.words import instant, within
from ui.context import AppContext
from ui.widgets import ask
from ui.widgets.basics import button, clear, column, label, row
from ui.words import tr


class RemoteNotice(QFrame):
    """What a visit by telephone or video cannot do, with the one button that says so; ``answered`` is its press.

    Of a visit that is called one in person afterwards, the same button takes that back.
    """

    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._words = label("", wrap=True)
        self.button = button("", self.answered.emit, link=True)
        line = row(self._words, self.button)
        line.setStretch(0, 1)
        line.setContentsMargins(12, 4, 8, 4)
        self.setLayout(line)
        self.hide()

    def show_draft(self, draft: Draft) -> None:
        """Of what waits for an answer now; hidden where nothing does."""
        takes = draft.takes_entries
        waiting, left = draft.remote.waiting if takes else (), takes and draft.remote.left
        if waiting:
            text = tr("By telephone or video, this cannot be done: {what}.")
            self._words.setText(text.format(what=", ".join(waiting)))
            self._name(tr("All of it not done  Alt+N"), tr("All of it not done"))
        elif left:
            self._words.setText(
                tr("The visit is in person, but something is not done “by telephone or video”.")
            )
            self._name(tr("Take that back  Alt+N"), tr("Take that back"))
        self.setVisible(bool(waiting) or left)

    def _name(self, text: str, name: str) -> None:
        self.button.setText(text)
        self.button.setAccessibleName(name)


class VisitNotices(QWidget):
    """``changed`` says that the text of somebody else was set aside."""

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._draft: Draft | None = None
        self._bars = column()
        self._hint = label("", "question-note", wrap=True)
        self._hint.hide()
        self.remote = RemoteNotice()
        self.setLayout(column(self._bars, self.remote, self._hint))

    def show_draft(self, draft: Draft | None) -> None:
        """Whose text waits in which step, and since when; never what it says."""
        self._draft = draft
        clear(self._bars)
        if draft is None:
            self.hide()
            return
        self._hint.hide()
        self._show_undecided(draft)
        titles = {step.id: step.title for step in draft.steps()}
        for one in draft.unsaved.waiting(mine=False):
            text = tr("Unsaved text of {who} from {when} in {step}; only they can see it.").format(
                who=one.name, when=instant(one.since), step=titles.get(one.step, one.step)
            )
            aside = button(tr("Set aside…"), partial(self._ask_set_aside, one), link=True)
            aside.setAccessibleName(tr("Set aside the text of {who}").format(who=one.name))
            self._add(text, aside)
        self.remote.show_draft(draft)
        self._show()

    def show_step(self, step: str) -> None:
        """What the clinic's registers say of the step in front: of its rater, or of its spirometer."""
        text = "" if self._draft is None else _hint(self._draft, step, self._context)
        if text != self._hint.text() or self._hint.isHidden() is bool(text):
            self._hint.setText(text)
            self._hint.setVisible(bool(text))
        if self._draft is not None:
            self.remote.show_draft(self._draft)
            self._show()

    def _show(self) -> None:
        shown = not self._hint.isHidden() or not self.remote.isHidden()
        self.setVisible(self._bars.count() > 0 or shown)

    def _add(self, text: str, *acts: QWidget) -> None:
        bar = QFrame()
        bar.setProperty("role", "notice")
        line = row(label(text, wrap=True), *acts)
        line.setStretch(0, 1)
        line.setContentsMargins(12, 4, 8, 4)
        bar.setLayout(line)
        self._bars.addWidget(bar)

    def _show_undecided(self, draft: Draft) -> None:
        """The visit at the reference day (the infusion) of a patient outside the criteria says so before anything else."""
        if not draft.visit.is_draft or not draft.protocol.is_at_reference(draft.visit.code):
            return
        if criteria := eligibility.undecided(draft.record, protocols.of_screening(draft.record)):
            text = tr(
                "Not eligible, and the investigator has not decided: {criteria}. Decide on the chart, Eligibility, before {event}."
            )
            self._add(text.format(criteria=criteria, event=within(draft.protocol.reference)))

    def _ask_set_aside(self, waiting: Waiting) -> None:
        question = tr(
            "The text of {who} is taken out of this visit and kept in the audit trail. Why?"
        ).format(who=waiting.name)
        why = ask.reason(self, tr("Set aside"), question)
        if why is not None and self._draft is not None:
            with self._context.saving():
                self._draft.unsaved.set_aside(waiting, why)
            self.show_draft(self._draft)
            self.changed.emit()


def _hint(draft: Draft, step: str, context: AppContext) -> str:
    if not draft.takes_entries or (step != SPIROMETRY and step not in instruments.shipped()):
        return ""
    if draft.record.registers == Registers():
        return ""
    visit, names = draft.visit, context.session.users.names()
    name = names.get(visit.rater, visit.rater)
    said = [registers.training_hint(draft.record, visit, step, name)]
    if step == SPIROMETRY:
        tests = [one for one in draft.record.spirometry if one.visit_id == visit.id]
        devices = dict.fromkeys(one.device for one in tests) or [""]
        said += [registers.check_hint(draft.record, visit.id, device) for device in devices]
    return " ".join(filter(None, said))
