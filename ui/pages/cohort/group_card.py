"""What every card of the cohort page is: it has a group, and computes off the window's thread what it shows."""

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from core.cohort.frames import Cohort
from ui.context import AppContext
from ui.pages.cohort.asking import Asking
from ui.widgets.basics import card


class GroupCard(QWidget):
    """A card says what it computes of ``self._group`` in ``_compute``, and lays its parts out with ``_lay_out``."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._asking = Asking(context.tasks, self)
        self._group: Cohort | None = None

    @property
    def busy(self) -> bool:
        return self._asking.busy

    def show_group(self, group: Cohort) -> None:
        self._group = group
        self._compute()

    def _compute(self) -> None:
        """Ask for what is shown of the group, where there is one."""
        raise NotImplementedError

    def _lay_out(self, *parts: QWidget | QLayout | None) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(*parts, spacing=8))
