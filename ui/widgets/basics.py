"""The few plain pieces every page is put together from."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from core.words import unbroken
from ui.words import tr

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class Combo(QComboBox):
    """A list of choices that the wheel scrolls past: nobody answers by scrolling a page."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class PressButton(QPushButton):
    """A button that Enter presses as Space does, in a dialog too; a choice made already lets Enter go on.

    Qt's own way, ``autoDefault``, would let Enter in a line press the first such button of a dialog.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        plain = event.modifiers() in {NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier}
        if is_enter and plain and not (self.isCheckable() and self.isChecked()):
            self.click()
        else:
            super().keyPressEvent(event)


class TileButton(PressButton):
    """An answer or a question that the page's own keys choose: Tab reaches it, Enter and Space press it.

    Every other key, the arrows too, means what it means on the page. A click leaves the keyboard where it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            super().keyPressEvent(event)
        else:
            event.ignore()


class TextLabel(QLabel):
    """Text in which no line ends between a number and its unit; ``text()`` is what it was given."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._given = ""
        self.setText(text)

    def setText(self, text: str) -> None:
        self._given = text
        super().setText(unbroken(text))

    def text(self) -> str:
        return self._given


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Text in one of the style sheet's roles: title, heading, muted, small, number …"""
    made = TextLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what a person typed is never read as markup
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


class Elided(QLabel):
    """One line that gives way where room is short; the whole text is its tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = self.width()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


def chip(text: str, kind: str = "neutral") -> QLabel:
    """A word on a coloured ground: accent, good, warn, bad or neutral."""
    made = label(text)
    set_chip(made, text, kind)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


def set_chip(made: QLabel, text: str, kind: str) -> None:
    made.setText(text)
    if made.property("chip") != kind:
        made.setProperty("chip", kind)
        restyle(made)


def button(
    text: str,
    clicked: Callable[[], object] | None = None,
    *,
    primary: bool = False,
    link: bool = False,
    tip: str = "",
) -> QPushButton:
    made = PressButton(text)
    if primary:
        made.setProperty("primary", "true")
    if link:
        made.setProperty("link", "true")
    if tip:
        made.setToolTip(tip)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def shortcut(
    keys: str, of: QWidget, act: Callable[[], object], where: Qt.ShortcutContext
) -> QShortcut:
    """A key that acts only ``where`` it is said; given to Qt beside a callable that would be lost."""
    made = QShortcut(QKeySequence(keys), of, act)
    made.setContext(where)
    return made


class FilterChip(PressButton):
    """What hides a part of a list, in words; pressing it shows everything again."""

    def __init__(self, ended: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("filter", "true")
        self.setToolTip("Esc")
        self.clicked.connect(lambda _checked=False: ended())
        self.hide()

    def show_filter(self, words: str) -> None:
        """``words`` as they were typed; none where nothing is hidden."""
        self.setText(tr("Filter: {words} ×").format(words=words))
        self.setAccessibleName(tr("Filter: {words}. Press to show all.").format(words=words))
        self.setVisible(bool(words))


def link(text: str, clicked: Callable[[], object]) -> QPushButton:
    """A sentence that leads somewhere; it wraps where it is long, as a plain button's text cannot."""
    made = button("", clicked, link=True)
    words = label(text, "link", wrap=True)
    words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    made.setAccessibleName(text)
    layout = row(words)
    layout.setContentsMargins(4, 3, 4, 3)
    made.setLayout(layout)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def beside_fields(one: QWidget) -> QWidget:
    """Something without a name above it, in line with fields that have theirs above them."""
    made = QWidget()
    layout = column(label(" ", "muted"), one, None, spacing=4)
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made


def card(*items: QWidget | QLayout | int | None, spacing: int = 10) -> QFrame:
    """A white box with its items below one another."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = column(*items, spacing=spacing)
    layout.setContentsMargins(18, 14, 18, 14)
    frame.setLayout(layout)
    return frame


def rule() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    return line


def row(*items: QWidget | QLayout | int | None, spacing: int = 8, top: bool = False) -> QHBoxLayout:
    """Items side by side, ``top`` aligned if asked; None is a stretch, a number is a space."""
    layout = QHBoxLayout()
    _fill(layout, items, spacing)
    if top:
        for item in items:
            if isinstance(item, QWidget):
                layout.setAlignment(item, Qt.AlignmentFlag.AlignTop)
    return layout


def column(*items: QWidget | QLayout | int | None, spacing: int = 8) -> QVBoxLayout:
    """Items below one another; None is a stretch, a number is a space."""
    layout = QVBoxLayout()
    _fill(layout, items, spacing)
    return layout


def scrolled(content: QWidget, name: str = "") -> QScrollArea:
    """The content in an area that scrolls up and down only.

    With a name the keyboard reaches the area itself, and the arrows and Page keys scroll it: for text
    that holds nothing else to stand on.
    """
    content.setObjectName("scrolled")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name else Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(name)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take every item out of a layout, and the widgets off the screen."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def answered(dialog: QDialog) -> bool:
    """Show a dialog until it is answered; whether it was agreed to.

    It is destroyed afterwards. Qt alone would keep it, and what it shows of a patient, as long as the page that asked.
    """
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        let_go(dialog)


def let_go(closed: QWidget) -> None:
    """Destroy a dialog or menu that was closed, unless it went with its page meanwhile, as in another size of text."""
    if isValid(closed):
        closed.deleteLater()


def show_only(shown: Iterable[QWidget], among: Iterable[QWidget]) -> None:
    """Show these and hide the rest; hiding comes first, or the window would grow to hold them all."""
    wanted = list(shown)
    for widget in among:
        if widget not in wanted:
            widget.hide()
    for widget in wanted:
        widget.show()


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _fill(
    layout: QBoxLayout, items: tuple[QWidget | QLayout | int | None, ...], spacing: int
) -> None:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        match item:
            case None:
                layout.addStretch(1)
            case int():
                layout.addSpacing(item)
            case QLayout():
                layout.addLayout(item)
            case QWidget():
                layout.addWidget(item)
