"""Asking for the reason of an act that changes what was recorded."""

from PySide6.QtWidgets import QInputDialog, QWidget

from ui.words import tr


def reason(parent: QWidget, title: str, question: str) -> str | None:
    """What was typed, for the audit trail; None where the person gave no reason, and so does not act."""
    note = tr("(kept in the audit trail)")
    text, agreed = QInputDialog.getText(parent, title, f"{question} {note}")
    return text.strip() or None if agreed else None
