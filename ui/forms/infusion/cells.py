"""A cell of the monitoring's grid: one vital sign at one time."""

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from core.entry import Problem
from core.views.monitoring import FIELDS, SHORT, TITLES, Range, Sign, Time
from core.words import MISSING
from ui.widgets.basics import NO_MODIFIER, restyle
from ui.widgets.fields import Line
from ui.words import tr

_PLAIN = {NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier}
_WAYS = {
    Qt.Key.Key_Return: (0, 1),
    Qt.Key.Key_Enter: (0, 1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Up: (0, -1),
}


class Cell(Line):
    """What is typed in it is read when it is left. Its look says whether it is due, or out of range.

    ``moved`` says by how many times and signs the keyboard goes on; ``unmeasured``, ``added``, ``noted`` and
    ``event_meant`` are the keys ``-``, ``+``, ``N`` and ``E``.
    """

    moved = Signal(int, int)
    arrived = Signal()
    unmeasured = Signal()
    added = Signal()
    noted = Signal()
    event_meant = Signal()

    def __init__(self, sign: Sign, key: str) -> None:
        super().__init__()
        self.sign, self.key = sign, key
        self.problem: Problem | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("cell", "empty")

    @property
    def name(self) -> str:
        """Under which its text is kept until it is saved."""
        return f"{self.key}.{self.sign.value}"

    def show_value(self, text: str, time: Time, *, due: bool, out: bool, usual: str) -> None:
        """The saved value, with how it stands to what is usual in words for a screen reader."""
        if not self.isModified():
            self.setText(text)
        self.setAccessibleName(f"{TITLES[self.sign]}, {time.name}")
        said = usual
        if out:
            said = tr("{value} is out of range. {usual}").format(value=text, usual=usual)
        elif text == MISSING:
            said = tr("not measured")
        if time.note:
            said = f"{said}\n{note_words(time)}"
        self.setToolTip(said)
        self.setAccessibleDescription(said if self.problem is None else self.problem.message)
        look = "out" if out else "due" if due and not text else "known" if text else "empty"
        self._look(look)

    def show_problem(self, problem: Problem | None) -> None:
        self.problem = problem
        wrong = "true" if problem else "false"
        if problem is not None:
            self.setAccessibleDescription(problem.message)
        if self.property("wrong") != wrong:
            self.setProperty("wrong", wrong)
            restyle(self)

    def place(self, area: QRect) -> None:
        if self.geometry() != area:
            self.setGeometry(area)

    def _look(self, look: str) -> None:
        if self.property("cell") != look:
            self.setProperty("cell", look)
            restyle(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.arrived.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the arrows go on; a sign that is no part of a number is an act."""
        if event.modifiers() not in _PLAIN:
            super().keyPressEvent(event)
            return
        key, text = event.key(), event.text()
        whole = not self.text() or self.selectedText() == self.text()
        if key in _WAYS:
            self.moved.emit(*_WAYS[Qt.Key(key)])
        elif key == Qt.Key.Key_Right and (whole or self.cursorPosition() == len(self.text())):
            self.moved.emit(1, 0)
        elif key == Qt.Key.Key_Left and (whole or not self.cursorPosition()):
            self.moved.emit(-1, 0)
        elif text in {"-", MISSING, "−"} and whole:
            self.unmeasured.emit()
        elif text == "+":
            self.added.emit()
        elif text.casefold() == "n":
            self.noted.emit()
        elif text.casefold() == "e":
            self.event_meant.emit()
        else:
            super().keyPressEvent(event)


def note_words(time: Time) -> str:
    """What was noted at a time; empty where nothing was."""
    return tr("Note: {text}").format(text=time.note) if time.note else ""


def limits_words(sign: Sign, usual: Mapping[str, Range]) -> list[str]:
    """What is usual of a sign, a line a field: "50–100", "sys 90–160"."""
    parts = []
    for name in FIELDS[sign]:
        limits = usual[name]
        text = f"{SHORT[name]} " if name in SHORT else ""
        parts.append(f"{text}{limits.low:g}–{limits.high:g}")
    return parts


def usual_words(sign: Sign, usual: Mapping[str, Range], unit: str) -> str:
    """The same in one sentence, for who hears it."""
    ranges = ", ".join(limits_words(sign, usual))
    return tr("Usual: {ranges} {unit}").format(ranges=ranges, unit=unit)
