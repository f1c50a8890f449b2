"""Where a small thing has room beside what shows a value, so that no word is covered."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QWidget,
)

from ui import theme

GAP = 3  # px between a value and what stands beside it
PADDING = 9  # px from the edge of a line to its text
STEP = 5  # px between two places that are looked at
_CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
_BEGIN = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter


def beside(page: QWidget, shown: Sequence[QWidget], near: QWidget, size: QSize) -> QRect | None:
    """A place for something of a size (px) beside the widgets that show a value; None where these are out of sight.

    After its title, else as ``near`` as can be to the one that is looked at.

    It covers no word and no control where there is such a place, else as little as can be of others; what the value
    itself says is never covered. In px of the page.
    """
    seen = _in_sight(page, shown)
    own = [one for part in shown for one in _leaves(part)]
    own = [one for one in own if seen.intersects(_area(page, one))]
    texts = [text for one in own for text in _words(page, one)]
    taken = Taken(page)
    lines = [_area(page, one) for one in own if isinstance(one, QLineEdit)]
    best: tuple[int, QRect] | None = None
    for place in _places(page, own, near, size):
        if not seen.contains(place) or any(place.intersects(text) for text in texts):
            continue
        cost = 0 if any(line.contains(place) for line in lines) else taken.cost(place)
        if not cost:
            return place
        if best is None or cost < best[0]:
            best = cost, place
    return None if best is None else best[1]


def within(page: QWidget, shown: QWidget, area: QRect, size: QSize) -> QRect | None:
    """The same for a value that is a part of a widget: in that part, after its first words where nothing is written.

    ``area`` is in px of the widget. Where it is full, beside it.
    """
    part = area.translated(shown.mapTo(page, QPoint()))
    seen = _in_sight(page, (shown,)) & _area(page, shown)
    taken = Taken(page)
    middle = part.center().y() - size.height() // 2
    inner = range(part.left() + GAP, part.right() - size.width(), STEP)
    ltr = [QRect(QPoint(x, middle), size) for x in inner]
    way = shown.layoutDirection()
    places = [QStyle.visualRect(way, part, one) for one in ltr] + _round(part, size, way)
    costs = [(taken.cost(one), at) for at, one in enumerate(places) if seen.contains(one)]
    return places[min(costs)[1]] if costs else None


class Taken:
    """What of a page is taken by words and controls."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._words: dict[QWidget, list[QRect]] = {}

    def cost(self, place: QRect) -> int:
        """So many square px of a place are taken."""
        found: set[QWidget] = set()
        for x in range(place.left(), place.right() + 1, STEP):
            for y in range(place.top(), place.bottom() + 1, STEP):
                one = self._page.childAt(QPoint(x, y))
                while one is not None and one is not self._page and one not in found:
                    found.add(one)
                    one = one.parentWidget()
        areas = (place & words for one in found for words in self._taken_by(one))
        return sum(area.width() * area.height() for area in areas if not area.isEmpty())

    def _taken_by(self, one: QWidget) -> list[QRect]:
        if one not in self._words:
            self._words[one] = _taken_by(self._page, one)
        return self._words[one]


def _taken_by(page: QWidget, one: QWidget) -> list[QRect]:
    above = one.parentWidget()
    writes = above if isinstance(above, QAbstractItemView) and above.viewport() is one else one
    # Of a row, or a table, that writes its words itself.
    painted = getattr(writes, "painted_words", None)
    if painted is not None:
        return [area.translated(one.mapTo(page, QPoint())) for area in painted]
    if isinstance(one, QLabel):
        return _words(page, one)
    return [_area(page, one)] if _is_leaf(one) else []


def _is_leaf(one: QWidget) -> bool:
    if isinstance(one, _CONTROLS):
        return True
    return not any(isinstance(child, QWidget) for child in one.children())


def _leaves(one: QWidget) -> list[QWidget]:
    """The labels and controls in a widget, from above."""
    every = (one, *one.findChildren(QWidget))
    shown = [each for each in every if each.isVisible() and isinstance(each, (QLabel, *_CONTROLS))]
    shown = [each for each in shown if not isinstance(each.parentWidget(), _CONTROLS)]
    return sorted(shown, key=lambda each: each.mapTo(one, QPoint()).y() if each is not one else 0)


def _area(page: QWidget, one: QWidget) -> QRect:
    return QRect(one.mapTo(page, QPoint()), one.size())


def _words(page: QWidget, one: QWidget) -> list[QRect]:
    """Where a label or a line says something; a button or a list of choices is taken whole."""
    area = _area(page, one)
    painted = getattr(one, "painted_words", None)  # of a row that writes its words itself
    if painted is not None:
        return [words.translated(area.topLeft()) for words in painted]
    if isinstance(one, QLabel) and not one.property("chip"):
        flags = QStyle.visualAlignment(one.layoutDirection(), one.alignment())
        wraps = Qt.TextFlag.TextWordWrap if one.wordWrap() else Qt.TextFlag.TextSingleLine
        if "\n" in one.text():
            wraps = Qt.TextFlag.TextWordWrap
        inner = one.contentsRect()
        shown = one.fontMetrics().boundingRect(inner, flags.value | wraps.value, one.text())
        return [shown.translated(area.topLeft())] if one.text() else []
    if isinstance(one, QLineEdit):
        text = one.displayText() or one.placeholderText()
        wide = one.fontMetrics().horizontalAdvance(text) + 2 * theme.px(PADDING)
        size = QSize(min(wide, area.width()), area.height())
        return [QStyle.alignedRect(one.layoutDirection(), one.alignment() or _BEGIN, size, area)]
    return [area]


def _in_sight(page: QWidget, shown: Sequence[QWidget]) -> QRect:
    """What of the page is not scrolled away where a value is."""
    seen, one = page.rect(), shown[0].parentWidget()
    while one is not None and one is not page:
        above = one.parentWidget()
        if isinstance(above, QScrollArea) and above.viewport() is one:
            seen &= _area(page, one)
        one = above
    return seen


def _places(page: QWidget, own: Sequence[QWidget], near: QWidget, size: QSize) -> Iterator[QRect]:
    """The best ones first: after the title, round what is looked at, in a line where nothing is written, round the value."""
    if not own:
        return
    way = own[0].layoutDirection()
    said = [text for one in own if isinstance(one, QLabel) for text in _words(page, one)]
    for title in said[:1]:
        yield _round(title, size, way)[0]
    for one in sorted(own, key=lambda one: one is not near):
        area = _area(page, one)
        if not isinstance(one, QLabel):
            yield from _round(area, size, way)
        if isinstance(one, QLineEdit):
            inner = area.adjusted(GAP, 0, -GAP, 0)
            for edge in (Qt.AlignmentFlag.AlignTrailing, Qt.AlignmentFlag.AlignLeading):
                yield QStyle.alignedRect(way, edge | Qt.AlignmentFlag.AlignVCenter, size, inner)
    whole = QRect()
    for one in own:
        whole |= _area(page, one)
    for area in (whole, *said):
        yield from _round(area, size, way)


def _round(area: QRect, size: QSize, way: Qt.LayoutDirection) -> list[QRect]:
    """After an area, over its end, before it, below its end."""
    middle = area.center().y() - size.height() // 2
    end = area.right() + 1 - size.width()
    corners = (
        QPoint(area.right() + 1 + GAP, middle),
        QPoint(end, area.top() - size.height()),
        QPoint(area.left() - GAP - size.width(), middle),
        QPoint(end, area.bottom() + 1),
    )
    return [QStyle.visualRect(way, area, QRect(corner, size)) for corner in corners]
