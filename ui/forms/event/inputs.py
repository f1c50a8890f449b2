"""The fields of an event's page as texts: a line, a line for a day, one of a few, one of the patient's records."""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from core import clock
from core.entry import Problem
from core.words import MISSING
from ui.widgets.basics import NO_MODIFIER, Combo, restyle
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import Flow


class Input(Protocol):
    """What every field of the page can do; ``chosen`` or ``committed`` says that another text is there."""

    @property
    def text(self) -> str: ...

    def set_text(self, text: str) -> None: ...

    def show_problem(self, problem: Problem | None) -> None: ...


class Marked(TextField):
    """A narrow line: it is only marked where something is wrong, and the sentence is said below its row."""

    def show_problem(self, problem: Problem | None) -> None:
        super().show_problem(None)
        if problem is not None:
            self.line.setAccessibleDescription(problem.message)
            self.line.setToolTip(problem.message)
        else:
            self.line.setToolTip("")
        wrong = "true" if problem else "false"
        if self.line.property("wrong") != wrong:
            self.line.setProperty("wrong", wrong)
            restyle(self.line)


class DayLine(Marked):
    """A day, with its time where that is known; T stands for today, and in ``now`` for this minute."""

    def __init__(self, title: str, name: str, *, now: bool = False, width: int = 0) -> None:
        placeholder = "2026-11-21 14:05" if now else "2026-11-21"
        super().__init__(title, placeholder=placeholder, width=width)
        self._now, self._placeholder = now, placeholder
        self.line.setAccessibleName(name)
        self.line.installEventFilter(self)

    def changeEvent(self, event: QEvent) -> None:
        """An example in a line that takes nothing would look like a day."""
        if event.type() == QEvent.Type.EnabledChange:
            self.line.setPlaceholderText(self._placeholder if self.isEnabled() else "")
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            fresh = not self.text or self.line.hasSelectedText()
            if event.key() == Qt.Key.Key_T and event.modifiers() == NO_MODIFIER and fresh:
                now = clock.now().astimezone().replace(tzinfo=None)
                minute = now.isoformat(sep=" ", timespec="minutes")
                self.line.setText(minute if self._now else clock.today().isoformat())
                self.line.textEdited.emit(self.text)
                return True
        return super().eventFilter(watched, event)


class OneOf(ChoiceField[str]):
    """One of a few, by id, close together; Delete takes the choice back."""

    def __init__(self, title: str, choices: Mapping[str, str]) -> None:
        super().__init__(title, choices)
        for inner in self.findChildren(Flow):
            inner.setSpacing(3)

    @property
    def text(self) -> str:
        return self.value or ""

    def set_text(self, text: str) -> None:
        self.set_value(text or None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self.text:
            self.set_value(None)
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class Listed(Combo):
    """One of many, in a list; the first line is none."""

    def __init__(self, name: str, none: str = MISSING) -> None:
        super().__init__()
        self._none = none
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setAccessibleName(name)
        self.show_choices({})

    def show_choices(self, choices: Mapping[str, str]) -> None:
        """Offer these, by id; what was chosen stays chosen."""
        now = self.text
        self.clear()
        self.addItem(self._none, "")
        for id_, words in choices.items():
            self.addItem(words, id_)
        self.set_text(now)

    @property
    def text(self) -> str:
        return str(self.currentData() or "")

    def set_text(self, text: str) -> None:
        self.setCurrentIndex(max(0, self.findData(text)))

    def show_problem(self, problem: Problem | None) -> None:
        self.setToolTip(problem.message if problem else "")
