"""A screen that redraws itself when what it shows has changed, once it can be seen."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from core.session import Changes
from ui.context import AppContext


class Page(QWidget):
    """``shows`` names the kinds of things this page shows, as the audit trail names them."""

    shows: frozenset[str] = frozenset()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("page")
        self.context = context
        self._stale = True
        context.changed.connect(self._on_changed)

    def refresh(self) -> None:
        raise NotImplementedError

    def mark_stale(self) -> None:
        """Refresh now if visible, else when next shown."""
        self._stale = True
        if self.isVisible():
            self.refresh_if_stale()

    def focus_first(self) -> None:
        """Put the keyboard where a person goes on from."""
        self.setFocus()

    def leave(self) -> bool:
        """Called before another page is shown; False keeps this one."""
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_if_stale()

    def _on_changed(self, changes: Changes) -> None:
        if self.shows & changes.entities:
            self.mark_stale()

    def refresh_if_stale(self) -> None:
        if self._stale:
            self._stale = False
            self.refresh()
