"""What every step of a visit has in common."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from core.drafts import Draft
from ui.context import AppContext
from ui.widgets.basics import button, row
from ui.words import tr


class StepForm(QWidget):
    """One step: it saves as it is entered, says what changed, and when the person wants to go on."""

    scrolls = True  # False where the step has a part that scrolls by itself
    touched = Signal()  # something was saved
    go_on = Signal()
    go_back = Signal()

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__()
        self.context = context
        self.draft = draft
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 10, 0)  # room for the scroll bar
        self.body.setSpacing(14)

    def show_draft(self) -> None:
        """Show what the draft holds; called when the step is entered."""

    def focus_field(self, field: str) -> None:  # noqa: ARG002
        """Put the keyboard on a field that an open point names."""
        self.focus_first()

    def focus_first(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Save what stands in fields that were not left yet."""

    def committed(self) -> bool:
        """Commit; False where the file refused it, so that nobody moves on and loses what was typed."""
        before = self.context.failures
        self.commit()
        return self.context.failures == before

    def feet(self) -> QBoxLayout | None:
        """What stands below the step, whether or not the step scrolls; None where it has its own."""
        back = button(tr("Back"), self.go_back.emit, tip="Alt+Left")
        on = button(tr("Save and go on"), self.go_on.emit, primary=True, tip="Ctrl+Enter")
        return row(back, None, on)
