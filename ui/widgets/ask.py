"""Asking for the reason of an act that changes what was recorded, and for one of a few things."""

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from core.entry import Problem
from ui import theme
from ui.widgets.basics import Combo, answered, button, column, label, row
from ui.widgets.fields import TextField
from ui.words import tr

T = TypeVar("T")
WIDTH = 480


class FitDialog(QDialog):
    """A dialog of one width, never wider than the screen, and as high as its texts need."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        room = self.screen().availableGeometry().width()
        self.setFixedWidth(min(theme.px(WIDTH), room))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """Its size hint takes wrapped texts for one line: nothing is cut off."""
        if (layout := self.layout()) is not None:
            self.setFixedHeight(layout.totalHeightForWidth(self.width()))


class AskDialog(FitDialog):
    """One question, answered in one field by the keyboard: Enter goes on, Esc goes back."""

    def __init__(self, parent: QWidget, title: str, question: str, field: QWidget) -> None:
        super().__init__(parent, title)
        self.question, self.field = question, field
        self.go_on = button(tr("Go on"), self.agree, primary=True)
        self.go_on.setDefault(True)
        layout = column(
            label(title, "question", wrap=True),
            label(question, wrap=True),
            field,
            row(None, button(tr("Cancel"), self.reject), self.go_on),
            spacing=12,
        )
        layout.setContentsMargins(24, 20, 24, 18)
        self.setLayout(layout)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def agree(self) -> None:
        """Go on; a question for words stays until it has some."""
        field = self.field
        if isinstance(field, TextField) and not field.text.strip():
            field.show_problem(Problem(tr("Type a reason, or cancel.")))
            field.setFocus()
            self.fit()
        else:
            self.accept()


def reason(parent: QWidget, title: str, question: str) -> str | None:
    """What was typed, for the audit trail; None where the person gave no reason, and so does not act."""
    field = TextField(tr("Reason (kept in the audit trail)"))
    dialog = AskDialog(parent, title, question, field)
    return field.text.strip() if answered(dialog) else None


def one_of(parent: QWidget, title: str, question: str, offered: Mapping[str, T]) -> T | None:
    """The value of the words that were chosen; None where the person turned back."""
    field = Combo()
    field.setAccessibleName(question)
    field.addItems(list(offered))
    dialog = AskDialog(parent, title, question, field)
    agreed = answered(dialog)
    return offered[field.currentText()] if agreed else None
