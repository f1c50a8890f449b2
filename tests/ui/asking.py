"""The mark that offers a query at a value: where it is, and using it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.keyboard import settle, wait_until
from ui.widgets.ask_mark import SETTLED_MS


def point_at(widget, at):
    """The mouse on a widget, at rest."""
    window = widget.window()
    place = widget.mapTo(window, at)
    for nearer in (QPoint(1, 1), QPoint()):
        QTest.mouseMove(window.windowHandle(), place + nearer)


def point_nowhere(window):
    QTest.mouseMove(window.windowHandle(), QPoint(3, window.height() - 3))


def offered(page, said=""):
    """The mark, when it offers what is called so."""
    mark = page.ask_mark
    wait_until(lambda: mark.isVisible() and said in mark.toolTip(), longest_s=5)
    return mark


def rest():
    QTest.qWait(2 * SETTLED_MS)


def click(mark):
    QTest.mouseClick(mark, Qt.MouseButton.LeftButton)
    settle()


def is_over_words(page, mark):
    """Whether anything is written where the bubble is: pixels that stand out from their ground."""
    mark.hide()
    image = page.grab(mark.geometry().adjusted(3, 4, -3, -4)).toImage()
    mark.show()
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    levels = sorted(image.pixelColor(*place).lightness() for place in places)
    ground = levels[len(levels) // 2]
    return any(abs(level - ground) > 90 for level in levels)
