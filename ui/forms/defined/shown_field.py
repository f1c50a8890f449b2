"""Which field of which record a widget shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from core.model.form_record import FormRecord


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a saved record, and what shows it."""

    record: FormRecord
    field: str
    widget: QWidget


def shown_in(
    frames: Mapping[str, QWidget], record: FormRecord | None, widget: QWidget
) -> ShownField | None:
    """The field among these that a widget belongs to; None where it is none, or the record is not saved."""
    found = ((n, one) for n, one in frames.items() if one is widget or one.isAncestorOf(widget))
    field, shown = next(found, ("", widget))
    return ShownField(record, field, shown) if record is not None and field else None
