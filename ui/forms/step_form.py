"""What every step of a visit has in common."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.entering.visit.draft import Draft
from core.entering.visit.steps import OpenPoint
from core.entering.visit.unsaved import typing_in
from ui.context import AppContext
from ui.forms.keep_timer import KeepTimer
from ui.forms.kept_bar import KeptBar
from ui.widgets.basics import button, label, row
from ui.widgets.fields import Line
from ui.words import tr


class StepForm(QWidget):
    """One step: it saves as it is entered, says what changed, and when the person wants to go on."""

    step = ""  # as the draft names it
    topic: str  # what the help says about it: an anchor of the guide
    scrolls = True  # False where the step has a part that scrolls by itself
    touched = Signal()  # something was saved
    go_on = Signal()
    go_back = Signal()
    jump = Signal(str, str)  # a step, and a field of it

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__()
        self.context = context
        self.draft = draft
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 10, 0)  # room for the scroll bar
        self.body.setSpacing(14)
        self._kept = KeptBar(in_visit=True)
        self._kept.discarded.connect(self._discard_typed)
        self.body.addWidget(self._kept)
        self._lacks = label("", "question-note", wrap=True)
        self._lacks.hide()
        self._told: OpenPoint | None = None  # what was no value when it was last said so
        self.body.addWidget(self._lacks)
        self._keep_soon = KeepTimer(self)
        self._keep_soon.timeout.connect(self.keep_typed)
        self.touched.connect(self._on_touched)  # the first to hear it: what is saved waits no more

    def show_draft(self) -> None:
        """Show what the draft holds; called when the step is entered."""

    def focus_field(self, field: str) -> None:  # noqa: ARG002
        """Put the keyboard on a field that an open point names."""
        self.focus_first()

    def focus_point(self, field: str) -> None:
        """The same, or a line by the name under which its text is kept."""
        if (line := self.lines().get(field)) is not None:
            line.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.focus_field(field)

    @property
    def point(self) -> str:
        """What is in front, where the step shows one thing at a time; ``focus_point`` shows it again."""
        return ""

    def focus_first(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Save what stands in fields that were not left yet."""

    def committed(self) -> bool:
        """Commit; False where the file refused it, so that nobody moves on and loses what was typed."""
        before = self.context.failures
        self._keep_soon.stop()
        self.commit()
        return self.context.failures == before

    def may_go_on(self) -> bool:
        """Before going on: False, once, where something typed here is no value; it is said and kept."""
        if not self.committed():
            return False
        point = self.draft.unfinished(self.step) if self.draft.takes_entries else None
        if point is None or point == self._told:
            self._say_lacks("")
            return True
        self._told = point
        self.focus_point(point.field)
        self._say_lacks(
            tr("{why} Save and go on once more leaves it as it is.").format(
                why=point.problem.message
            )
        )
        return False

    def _say_lacks(self, text: str) -> None:
        self._lacks.setText(text)
        self._lacks.setVisible(bool(text))

    def lines(self) -> Mapping[str, Line]:
        """The fields that are typed into, by the names under which their text is kept until it is saved."""
        return {}

    def typed(self) -> dict[str, str]:
        """What was typed and is not saved yet, by field."""
        return {name: line.typed for name, line in self.lines().items() if line.isModified()}

    def unsaved(self) -> dict[str, str]:
        """The same, by the names under which the draft keeps it."""
        return {typing_in(self.step, field): text for field, text in self.typed().items()}

    def keep_typed(self) -> None:
        """Keep what is being typed, as text and as nothing else: a kill takes the last second of it at most."""
        self._keep_soon.stop()
        with self.context.saving():
            self.draft.unsaved.keep_typing(self.step, self.typed())

    def watch(self, *lines: QLineEdit) -> None:
        """Keep what is typed into these while it is typed."""
        for line in lines:
            line.textEdited.connect(self._keep_soon.start)

    def show_typed(self) -> None:
        """Put back what was being typed when the visit was left, and say from when it is."""
        typing, lines = self.draft.unsaved.typing(self.step), self.lines()
        for name in typing.keys() & lines.keys():
            lines[name].put_back(typing[name])
        self._show_kept()

    def focus_typed(self) -> bool:
        """Put the keyboard where the typing stopped; False where nothing waits."""
        lines = self.lines()
        name = next((name for name in self.draft.unsaved.typing(self.step) if name in lines), None)
        if name is not None:
            lines[name].setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        return name is not None

    def _on_touched(self) -> None:
        """Something was saved: of all fields, because the one with the keyboard is saved when it is left."""
        self._keep_soon.stop()
        self._say_lacks("")
        for line in self.lines().values():
            line.settle()
        if typing := self.draft.unsaved.typing(self.step):
            with self.context.saving():
                self.draft.unsaved.keep_typing(self.step, dict.fromkeys(typing, ""))
        self._show_kept()

    def _show_kept(self) -> None:
        mine = (one for one in self.draft.unsaved.waiting(mine=True) if one.step == self.step)
        waiting = next(mine, None)
        self._kept.show_since(waiting.since if waiting else None)

    def _discard_typed(self) -> None:
        with self.context.saving():
            self.draft.unsaved.discard(self.step)
            self.show_draft()
            self.touched.emit()
        self.focus_first()

    def feet(self) -> QBoxLayout | None:
        """What stands below the step, whether or not the step scrolls; None where it has its own."""
        back = button(tr("Back"), self.go_back.emit, tip="Alt+Left")
        on = button(tr("Save and go on"), self.go_on.emit, primary=True, tip="Ctrl+Enter")
        return row(back, None, on)
