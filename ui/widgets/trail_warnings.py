"""What the audit trail says about the file itself, told once, above every page: clock, end cut off, older file."""

from PySide6.QtWidgets import QFrame

from core.acts import trail_memory
from core.model.trail import Act
from core.model.user import Right
from core.session import Changes
from core.words import instant
from ui.context import AppContext
from ui.widgets.basics import button, label, row
from ui.words import tr


class TrailWarnings(QFrame):
    """One sentence for each, until it is dismissed.

    An older file is told again until somebody who looks after the trail dismisses it, which is written down.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("messages")
        self._context = context
        self._told: list[str] = []
        self.text = label("", "problem", wrap=True)
        self.dismiss = button(tr("Dismiss"), self._dismiss, link=True)
        layout = row(self.text, self.dismiss)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()
        session = context.session
        if not session.trail_holds:
            self._tell(
                tr(
                    "The end of this file's audit trail is not what the program wrote: entries may have"
                    " been removed. Entries are still saved; have the trail verified before you rely on it."
                )
            )
        self._older = trail_memory.contradiction(
            session, context.settings.seen(session.fingerprint)
        )
        if self._older is None:
            context.remember_trail()
        else:
            self._tell(self._older)
            self.dismiss.setVisible(session.may(Right.AUDIT))
        self._look_at_clock()
        context.changed.connect(self._on_changed)

    def _on_changed(self, changes: Changes) -> None:
        if Act.CLOCK_SET_BACK in changes.entities:
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        last = self._context.session.clock_set_back
        if last is not None:
            text = tr(
                "This computer's clock is behind the last entry, of {instant}: check date and time."
                " It is written down in the audit trail."
            )
            self._tell(text.format(instant=instant(last)))

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.append(sentence)
            self.text.setText("\n".join(filter(None, (self.text.text(), sentence))))
            self.show()

    def _dismiss(self) -> None:
        if self._older is not None:
            if not self._context.write_down(Act.VERIFIED, details={"problem": self._older}):
                return
            self._context.remember_trail()
            self._older = None
        self.text.setText("")
        self.hide()
