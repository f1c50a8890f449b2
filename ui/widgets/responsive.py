"""What fits its width: rows that wrap, and columns that stand side by side or below one another."""

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QImage,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QWhatsThisClickedEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QGridLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.words import tr

NARROW = 1280  # px of a window at the usual text size: below it a page is one column
FOLDED = 900  # and below this the side bar folds into a menu
UNLIMITED = 16_777_215  # Qt's own largest width


class Flow(QLayout):
    """Items side by side that go on in the next line when the line is full."""

    def __init__(
        self,
        *items: QWidget,
        spacing: int = 8,
        right: bool = False,
        between: int | None = None,
        middle: bool = False,
    ) -> None:
        """``between`` is how far its lines are apart, where that is not how far its items are.

        ``middle``: its lines are in the middle of a place that is higher, as the buttons beside it are.
        """
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._between = spacing if between is None else between
        self._heights: dict[int, int] = {}  # by width, until an item changes
        self._sizes: list[tuple[QLayoutItem, QSize]] | None = None  # what is shown, until then
        self._middle = middle
        self._right = right  # the last item of a line ends at the edge where lines end
        self._whole = False
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        for item in items:
            self.addWidget(item)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        self._sizes = None
        super().invalidate()

    def sizeHint(self) -> QSize:
        shown = [size for _item, size in self._shown()]
        wide = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(wide, max((size.height() for size in shown), default=0))

    def set_whole(self, *, whole: bool) -> None:
        """Whether it keeps its one line, and what is beside it makes room."""
        if whole != self._whole:
            self._whole = whole
            self.invalidate()

    def minimumSize(self) -> QSize:
        if self._whole:
            return self.sizeHint()
        smallest = QSize(0, 0)
        for item, _size in self._shown():
            smallest = smallest.expandedTo(item.minimumSize())
        return smallest

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        if self._middle:
            spare = area.height() - self.heightForWidth(area.width())
            area = area.adjusted(0, max(0, spare) // 2, 0, 0)
        self._arrange(area, move=True)

    def _shown(self) -> list[tuple[QLayoutItem, QSize]]:
        """What is not hidden, each with the size that it asks for."""
        if self._sizes is None:
            self._sizes = [(one, one.sizeHint()) for one in self._items if not one.isEmpty()]
        return self._sizes

    def _direction(self) -> Qt.LayoutDirection:
        parent = self.parentWidget()
        return Qt.LayoutDirection.LeftToRight if parent is None else parent.layoutDirection()

    def _arrange(self, area: QRect, *, move: bool) -> int:
        """Place the items line by line; the height that they take."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item, size in self._shown():
            if not lines or used + size.width() > area.width():
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self.spacing()
        y = area.y()
        for line in lines:
            height = max(size.height() for _item, size in line)
            taken = sum(size.width() for _item, size in line) + self.spacing() * (len(line) - 1)
            x = area.right() + 1 - taken if self._right else area.x()
            for item, size in line:
                width = min(size.width(), area.width())
                if move:
                    top = y + (height - size.height()) // 2
                    place = QRect(max(x, area.x()), top, width, size.height())
                    item.setGeometry(QStyle.visualRect(self._direction(), area, place))
                x += width + self.spacing()
            y += height + self._between
        return max(0, y - self._between - area.y()) if lines else 0


class Columns(QWidget):
    """Parts side by side; below one another, in the order given, on a narrow page.

    ``fixed`` says which of them keep a width (px at the usual text size) while they stand side by side.
    ``most`` says how wide a part is at most then, so that its lines can be read on a large screen; the part in
    ``rest`` takes what is left over, and only then more than its fixed width. ``shares`` are of the width, where they
    are not equal.
    """

    def __init__(
        self,
        *parts: QWidget,
        fixed: dict[int, int],
        spacing: int = 12,
        most: dict[int, int] | None = None,
        rest: int | None = None,
        shares: dict[int, int] | None = None,
    ) -> None:
        super().__init__()
        self._parts, self._fixed, self._most, self._rest = parts, fixed, most or {}, rest
        self._shares = shares or {}
        self._narrow, self._has_rest = False, rest is not None
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        for index, part in enumerate(parts):
            usual = 0 if index in fixed and index != rest else 1
            self._box.addWidget(part, self._shares.get(index, usual))
        self.set_narrow(narrow=False)

    def set_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        way = QBoxLayout.Direction
        self._box.setDirection(way.TopToBottom if narrow else way.LeftToRight)
        for index, usual in self._fixed.items():
            self._parts[index].setMinimumWidth(0 if narrow else theme.px(usual))
            grows = narrow or index == self._rest
            self._parts[index].setMaximumWidth(UNLIMITED if grows else theme.px(usual))
        limited = self._has_rest and not narrow  # a part that nothing stands beside has no limit
        for index, most in self._most.items():
            self._parts[index].setMaximumWidth(theme.px(most) if limited else UNLIMITED)
            self._box.setStretch(index, 100)  # beside it the rest gets next to nothing

    def fix(self, index: int, width: int) -> None:
        """Give a part another width (px at the usual text size) that it keeps while they stand side by side."""
        if self._fixed[index] != width:
            self._fixed[index] = width
            self.set_narrow(narrow=self._narrow)

    def show_rest(self, *, shown: bool) -> None:
        """Show or hide the part that takes what is left over."""
        if self._rest is not None:
            self._has_rest = shown
            self._parts[self._rest].setVisible(shown)
            self.set_narrow(narrow=self._narrow)


class Cells(QWidget):
    """Widgets of one kind in a grid: so many side by side, fewer on a narrow page. ``whole`` take a line each."""

    def __init__(
        self, *, wide: int, narrow: int, spacing: tuple[int, int] = (10, 10), top: bool = False
    ) -> None:
        """``top`` aligns them at their titles: a sentence under one moves none of its neighbours."""
        super().__init__()
        self._align = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag(0)
        self._wide, self._few = wide, narrow
        self._across = wide
        self._cells: list[QWidget] = []
        self._whole: set[QWidget] = set()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing[0])
        self._grid.setVerticalSpacing(spacing[1])

    def show_cells(self, cells: Sequence[QWidget], whole: Sequence[QWidget] = ()) -> None:
        """Show these, line by line, in the place of those before."""
        for old in self._cells:
            self._grid.removeWidget(old)
            if old not in cells and old not in whole:
                old.hide()
                old.deleteLater()
        self._cells, self._whole = [*cells, *whole], set(whole)
        self._arrange()

    def place(self, cells: Sequence[QWidget], whole: Collection[QWidget]) -> None:
        """Show these in this order, ``whole`` ones on lines of their own; others are hidden, and kept."""
        gone = [one for one in self._cells if one not in cells]
        for one in gone:
            self._grid.removeWidget(one)
            one.hide()
        self._cells, self._whole = list(cells), set(whole)
        self._arrange()
        for one in cells:
            one.show()

    def set_narrow(self, *, narrow: bool) -> None:
        self._across = self._few if narrow else self._wide
        self._arrange()

    def _arrange(self) -> None:
        for cell in self._cells:
            self._grid.removeWidget(cell)
        index = 0
        for cell in self._cells:
            if cell in self._whole:
                index += -index % self._across
                line = index // self._across
                self._grid.addWidget(cell, line, 0, 1, self._across, self._align)
                index += self._across
            else:
                line, place = divmod(index, self._across)
                self._grid.addWidget(cell, line, place, self._align)
                index += 1
        for place in range(max(self._wide, self._few)):
            self._grid.setColumnStretch(place, 1 if place < self._across else 0)


class Sheet(QWidget):
    """A printed page as a picture, never wider than there is room."""

    def __init__(self, image: QImage, name: str) -> None:
        super().__init__()
        self.image = image
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return self.image.deviceIndependentSize().toSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 160)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        usual = self.sizeHint()
        return round(usual.height() * min(1.0, width / usual.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        width = min(self.width(), self.sizeHint().width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left = (self.width() - width) // 2
        painter.drawImage(QRect(left, 0, width, self.heightForWidth(width)), self.image)
        painter.end()


def sheets(images: Sequence[QImage], ratio: float) -> list[Sheet]:
    """The pages of a document, each named by its number; ``ratio`` are the screen's pixels for each px."""
    made = []
    for index, image in enumerate(images, start=1):
        image.setDevicePixelRatio(ratio)
        made.append(Sheet(image, tr("Page {n} of {all}").format(n=index, all=len(images))))
    return made


class PageArea(QScrollArea):
    """A page as wide as the window, which scrolls up and down where the window is too low for it.

    Side by side a page may be as low as its parts allow; in one column each part has the height it asks for.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.page = page
        self._narrow = False
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        page.installEventFilter(self)

    def set_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # the window may be as small as the screen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.page and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def show_widget(self, widget: QWidget) -> None:
        """Scroll as little as brings it into sight."""
        if self.page.height() > self.viewport().height():
            self.ensureWidgetVisible(widget, 0, theme.px(24))

    def _fit(self) -> None:
        room = self.viewport().size()
        needed = self.page.minimumSizeHint().height()
        if self._narrow:
            wide = max(room.width(), self.page.minimumSizeHint().width())
            needed = max(needed, self.page.heightForWidth(wide), self.page.sizeHint().height())
        self.page.resize(room.width(), max(room.height(), needed))


class FrontPage(QWidget):
    """What stands before a clinic file is open: in the middle of the window, and scrolling where that is too low.

    ``topic`` is what the help says about it.
    """

    @property
    def topic(self) -> str:
        return "sign-in"

    def show_content(self, content: QLayout) -> None:
        """Put it there, once."""
        inner = QWidget()
        inner.setObjectName("scrolled")
        inner.setLayout(content)
        for keys, act in (
            ("F1", lambda: open_help(self, self.topic)),
            ("Ctrl+F1", lambda: open_help(self, "keyboard")),
        ):
            QShortcut(QKeySequence(keys), self, act)
        self._area = PageArea(inner)
        self._area.set_narrow(narrow=True)  # every part has the height that it asks for
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What has the keyboard is in sight."""
        if now is not None and self._area.page.isAncestorOf(now):
            self._area.show_widget(now)


def open_help(widget: QWidget, topic: str) -> None:
    """Ask the window that a widget is in for a topic of the guide; the event goes up to it."""
    QApplication.sendEvent(widget, QWhatsThisClickedEvent(topic))


def room(widget: QWidget) -> QSize:
    """What the screen of a widget leaves to windows."""
    return widget.screen().availableGeometry().size()


def area_of(widget: QWidget) -> QScrollArea | None:
    """What a widget is scrolled in; None where nothing above it scrolls."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above


def bring_into_sight(widget: QWidget) -> None:
    """Scroll to a widget, once it has its place."""
    area = area_of(widget)
    if area is not None:
        QTimer.singleShot(0, widget, partial(area.ensureWidgetVisible, widget, 0, 24))


def narrow_within(part: QWidget, *, narrow: bool) -> None:
    """Give every group of columns or cells within a part one way: below one another, or side by side."""
    parts: list[Columns | Cells] = [*part.findChildren(Columns), *part.findChildren(Cells)]
    for one in parts:
        one.set_narrow(narrow=narrow)
