"""Which field of which record a widget shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from core.acts.data_queries import Place
from core.model.form_record import FormRecord
from ui.widgets.ask_mark import Value


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a saved record, and what shows it; with no ``field`` the record, of which ``area`` of a list is the line."""

    record: FormRecord
    field: str
    widget: QWidget
    area: QRect | None = None

    @property
    def name(self) -> str:
        """What leads to it on the tab of its form, as a question has it."""
        return f"{self.record.id}.{self.field}" if self.field else self.record.id

    def value(self, places: Iterable[Place]) -> Value | None:
        """What can be asked about it, where that is among these places."""
        title = next((one.label for one in places if one.field == self.name), None)
        return None if title is None else Value((self.widget,), title, self.name, self.area)


def shown_in(
    frames: Mapping[str, QWidget], record: FormRecord | None, widget: QWidget
) -> ShownField | None:
    """The field among these that a widget belongs to; None where it is none, or the record is not saved."""
    found = ((n, one) for n, one in frames.items() if one is widget or one.isAncestorOf(widget))
    field, shown = next(found, ("", widget))
    return ShownField(record, field, shown) if record is not None and field else None
