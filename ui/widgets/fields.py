"""Fields that turn what is typed into values, and show what is wrong right under them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core import entry
from core.entry import Problem
from ui import theme
from ui.widgets.basics import NO_MODIFIER, PressButton, label, restyle, row
from ui.widgets.responsive import Flow

T = TypeVar("T")
Reader = Callable[[str], Any]
_CONTROLS = (QLineEdit, QComboBox, QPlainTextEdit, QPushButton)


class Line(QLineEdit):
    """A line that selects its text when it gets the focus, so that typing replaces it."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._given = ""

    def setText(self, text: str | None) -> None:
        self._given = text or ""
        super().setText(text)

    def put_back(self, kept: str) -> None:
        """What was typed before, over what the file says: it is typed text again."""
        super().setText(entry.as_shown(kept))
        self.setModified(True)

    def settle(self) -> None:
        """What stands here was saved."""
        self._given = self.text()
        self.setModified(False)

    @property
    def typed(self) -> str:
        """What was typed over what the file says, to be kept; empty where nothing was."""
        return entry.as_typed(self.text(), self._given) if self.isModified() else ""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Not when a list of proposals closes or the window comes back: typing goes on there.
        if event.reason() not in {
            Qt.FocusReason.MouseFocusReason,
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        }:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class TextBox(QPlainTextEdit):
    """A text of several lines, ``height`` px high; Tab leaves it, and leaving it says so."""

    left = Signal()

    def __init__(self, height: int = 74) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(theme.px(height))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class ProblemLine(QLabel):
    """The sentence under a field that says what is wrong with it; hidden where nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "problem")
        self.setWordWrap(True)
        self.hide()

    def show_problem(self, problem: Problem | None) -> None:
        self.setText(problem.message if problem else "")
        self.setVisible(problem is not None)


class TextField(QWidget):
    """A label, a line, maybe a unit, and the problem under it.

    ``reader`` turns the text into a value, None when empty, or a Problem. ``committed`` says that the
    field was left, or Enter pressed, after its text had changed: what stands there was judged then, so
    that nobody learns later what is wrong with it. A date of the Persian calendar is shown as one of
    ours while it is typed, before anything is taken.
    """

    committed = Signal()
    edited = Signal()

    def __init__(
        self,
        title: str,
        reader: Reader = str.strip,
        *,
        unit: str = "",
        placeholder: str = "",
        password: bool = False,
        width: int = 0,
    ) -> None:
        super().__init__()
        self._reader = reader
        self._committed_text = ""
        self.line = Line()
        self.line.setAccessibleName(f"{title} ({unit})" if unit else title)
        self.line.setPlaceholderText(placeholder)
        if password:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        if width:
            self.line.setFixedWidth(theme.px(width))
        self.setFocusProxy(self.line)
        self._problem = ProblemLine()
        self._converted = label("", "muted")
        self._converted.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        if title:
            layout.addWidget(label(title, "muted"))
        self._unit = label(unit, "muted")
        items: list[QWidget | None] = [self.line]
        if unit:
            items.append(self._unit)
        if width:
            items.append(None)
        layout.addLayout(row(*items))
        layout.addWidget(self._converted)
        layout.addWidget(self._problem)
        self.line.textChanged.connect(self._show_converted)
        self.line.left.connect(self._commit)
        self.line.returnPressed.connect(self._commit)
        self.line.textEdited.connect(lambda _text: self.edited.emit())

    @property
    def text(self) -> str:
        return self.line.text()

    def set_text(self, text: str) -> None:
        self.line.setText(text)
        self._committed_text = text
        self.show_problem(None)

    def set_unit(self, unit: str) -> None:
        """Another unit beside the line, where there was one."""
        self._unit.setText(unit)

    def enter(self, text: str) -> None:
        """As if the text had been typed and the field left."""
        self.line.setText(text)
        self.line.setModified(True)
        self._commit()

    def read(self) -> Any:
        """The value, None when empty, or a Problem (shown under the field as well)."""
        value = self._reader(self.text)
        self.show_problem(value if isinstance(value, Problem) else None)
        return value

    @property
    def has_problem(self) -> bool:
        """Whether something is said to be wrong with what stands here."""
        return bool(self._problem.text())

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)
        self.line.setAccessibleDescription(problem.message if problem else "")
        wrong = "true" if problem else "false"
        if self.line.property("wrong") != wrong:
            self.line.setProperty("wrong", wrong)
            restyle(self.line)

    def _show_converted(self, text: str) -> None:
        if said := entry.converted(text):
            from core.model.partial_date import PartialDate  # no field of the sign-in needs it

            if not isinstance(self._reader(text), date | PartialDate):
                said = ""  # a number or a note that looks like a date
        self._converted.setText(said)
        self._converted.setVisible(bool(said))

    def _commit(self) -> None:
        if self.text != self._committed_text:
            self._committed_text = self.text
            self.read()
            self.committed.emit()


_STEPS: dict[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
}


def _is_enter(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class ChoiceField(QWidget, Generic[T]):
    """One of a few values as buttons side by side. None until something was chosen.

    Arrow keys choose the neighbour, as radio buttons do; where choosing leads elsewhere (``leads``) they
    only move. A digit chooses the choice whose text begins with it, which ``by_digit`` says after ``chosen``;
    Enter chooses the one with the keyboard, which ``entered`` says: the person is done with this field.
    """

    chosen = Signal()
    by_digit = Signal()
    entered = Signal()

    def __init__(
        self, title: str, choices: Mapping[T, str], *, columns: int = 0, leads: bool = False
    ) -> None:
        super().__init__()
        self._leads = leads
        self._values = list(choices)
        self._columns = columns
        self._group = QButtonGroup(self)
        grid, flow = QGridLayout(), Flow(spacing=6)
        grid.setSpacing(6)
        for index, (value, text) in enumerate(choices.items()):
            one = PressButton(text)
            one.setCheckable(True)
            one.setProperty("segment", "true")
            one.setAccessibleName(f"{title}: {text}" if title else text)
            one.installEventFilter(self)
            self._group.addButton(one, index)
            if columns:
                grid.addWidget(one, index // columns, index % columns)
            else:
                flow.addWidget(one)
            del value
        self._problem = ProblemLine()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        if title:
            layout.addWidget(label(title, "muted"))
        layout.addLayout(grid if columns else flow)
        layout.addWidget(self._problem)
        self._group.idClicked.connect(self._on_chosen)
        if self._group.buttons():
            self.setFocusProxy(self._group.buttons()[0])

    @property
    def buttons(self) -> list[QAbstractButton]:
        """Those of the choices, in their order."""
        return self._group.buttons()

    @property
    def value(self) -> T | None:
        checked = self._group.checkedId()
        return None if checked < 0 else self._values[checked]

    def set_value(self, value: T | None) -> None:
        self._group.setExclusive(False)
        for index, one in enumerate(self._values):
            self._group.button(index).setChecked(one == value)
        self._group.setExclusive(True)
        self._follow_focus()

    def allow(self, values: set[T]) -> None:
        """Only these may be chosen."""
        for index, one in enumerate(self._values):
            self._group.button(index).setEnabled(one in values)
        self._follow_focus()

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if _is_enter(event) and isinstance(watched, QAbstractButton) and not self._leads:
                return self._enter(watched)
            chosen = self._meant(watched, event)
            if chosen is not None:
                chosen.setFocus(Qt.FocusReason.ShortcutFocusReason)
                chosen.click()
                if event.text().isdigit():
                    self.by_digit.emit()
                return True
        return super().eventFilter(watched, event)

    def _enter(self, choice: QAbstractButton) -> bool:
        """Choose it, and say that the field is done with; one that was chosen before lets Enter go on."""
        is_new = not choice.isChecked()
        if is_new:
            choice.click()
        self.entered.emit()
        return is_new

    def _meant(self, watched: QObject, event: QKeyEvent) -> QAbstractButton | None:
        """The choice that a key names: its digit, or an arrow beside the one with the keyboard."""
        text, buttons = event.text(), [one for one in self._group.buttons() if one.isEnabled()]
        if text.isdigit() and event.modifiers() in {
            NO_MODIFIER,
            Qt.KeyboardModifier.KeypadModifier,
        }:
            return next((one for one in buttons if one.text().startswith(text)), None)
        step = _STEPS.get(event.key())
        if step is None or self._leads or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        if self._columns and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            step *= self._columns
        index = next((i for i, one in enumerate(buttons) if one is watched), None)
        if index is None:
            return None
        return buttons[index + step] if 0 <= index + step < len(buttons) else buttons[index]

    def _on_chosen(self, _id: int) -> None:
        self.show_problem(None)
        self._follow_focus()
        self.chosen.emit()

    def _follow_focus(self) -> None:
        """The choice that was made has the keyboard, else the first one; never one that cannot be chosen."""
        first = next((one for one in self._group.buttons() if one.isEnabled()), None)
        checked = self._group.checkedButton()
        if checked is None:
            for one in self._group.buttons():  # Qt leaves Tab to the one that was checked before
                one.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        able = checked if checked is not None and checked.isEnabled() else first
        self.setFocusProxy(able or self._group.button(0))


def mark_asked(place: QWidget, *, asked: bool) -> None:
    """Show on a control, or on all within a widget, whether somebody asked about it."""
    controls = [place] if isinstance(place, _CONTROLS) else place.findChildren(QWidget)
    value = "true" if asked else "false"
    for control in controls:
        known = control.property("asked") or "false"
        if isinstance(control, _CONTROLS) and known != value:
            control.setProperty("asked", value)
            restyle(control)
