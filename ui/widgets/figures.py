"""From a number to what it means: a small "?" beside it, a menu of the numbers in front, and the way to the help."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from core.views import figure_names
from core.views.figure_names import FIGURES
from ui.widgets.basics import label, row
from ui.widgets.responsive import open_help
from ui.words import tr

FIGURE = (
    "figure"  # the property of a widget that shows numbers: their ids, with blanks between them
)


class FigureMark(QLabel):
    """A question mark beside a number, or its title: a click explains it. The keyboard has Shift+F1."""

    def __init__(self, figure: str, title: str = "", role: str = "figure-title") -> None:
        super().__init__(title or "?")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role if title else "figure")
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.explain(figure)

    def explain(self, figure: str) -> None:
        """The number that it stands beside."""
        self._topic = figure_names.topic(figure)
        mark(self, figure)
        words = explained(figure)
        self.setToolTip(words)
        self.setAccessibleName(words)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            open_help(self, self._topic)


def explained(figure: str) -> str:
    """What leads to the explanation of a number, in words."""
    return tr("{figure}: what it means (Shift+F1)").format(figure=FIGURES[figure])


def named(title: str, figure: str, role: str = "muted") -> QWidget:
    """The title of a number, and the mark that explains it."""
    made = QWidget()
    made.setLayout(row(label(title, role), FigureMark(figure), None, spacing=4))
    return made


def mark(widget: QWidget, *figures: str) -> None:
    """Note which numbers a widget shows."""
    widget.setProperty(FIGURE, " ".join(dict.fromkeys(figures)))


def figures_in(widget: QWidget) -> tuple[str, ...]:
    """The ids of the numbers that are shown in a widget, in their order, each once."""
    return tuple(dict.fromkeys(_shown(widget)))


def _shown(widget: QWidget) -> Iterator[str]:
    for one in (widget, *widget.findChildren(QWidget)):
        if one.isVisible():
            yield from str(one.property(FIGURE) or "").split()


def menu_of(widget: QWidget, figures: tuple[str, ...]) -> QMenu:
    """A line for each number, which explains it, and one for all that there are."""
    made = QMenu(widget)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for figure in figures:
        add_to(made, widget, figure)
    made.addAction(tr("Every figure in one line"), lambda: open_help(widget, figure_names.TABLE))
    return made


def add_to(menu: QMenu, widget: QWidget, figure: str) -> None:
    """The line of a menu that explains a number."""
    words = tr("What it means: {figure}").format(figure=FIGURES[figure])
    menu.addAction(words, lambda: open_help(widget, figure_names.topic(figure)))


def ask(page: QWidget) -> None:
    """Which number of a page shall be explained, by keyboard; the table of all where it shows none."""
    figures = figures_in(page)
    if not figures:
        open_help(page, figure_names.TABLE)
        return
    menu = menu_of(page, figures)
    corner = QPoint((page.width() - menu.sizeHint().width()) // 2, page.height() // 4)
    menu.popup(page.mapToGlobal(corner))
    menu.setActiveAction(menu.actions()[0])
