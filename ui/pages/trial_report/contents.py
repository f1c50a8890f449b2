"""The chapters of the report, each with its switch: how many it is of, what warns, and on which page it begins."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from core.reports.trial import CHAPTERS, Line
from ui import theme
from ui.widgets.basics import column, label, restyle, row
from ui.widgets.responsive import Cells, bring_into_sight
from ui.widgets.ticks import OneStop
from ui.words import tr

_INDENT = 22  # px: where the words of a check box begin
_NOT_MOVED = {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}


class ChapterRow(QFrame):
    """One chapter. A click on its words leads to its page, and leaves the switch as it is."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "chapter")
        self.box = QCheckBox()
        self.box.setAccessibleName(title)
        self.box.setCursor(Qt.CursorShape.PointingHandCursor)
        self.page = label("", "muted")
        self.n = label("", "small", wrap=True)
        self.warning = label("", "warn", wrap=True)
        head = row(self.box, label(title, "chapter", wrap=True), self.page, spacing=6, top=True)
        head.setStretch(1, 1)
        below = column(self.n, self.warning, spacing=0)
        below.setContentsMargins(theme.px(_INDENT), 0, 0, 0)
        layout = column(head, below, spacing=1)
        layout.setContentsMargins(8, 5, 8, 5)
        self.setLayout(layout)
        self.warning.hide()

    def show_line(self, line: Line) -> None:
        self.n.setText(line.n)
        self.warning.setText(line.warning)
        self.warning.setVisible(bool(line.warning))
        self.show_page(line.page)
        said = (line.n, line.warning, self.page.toolTip())
        self.box.setAccessibleDescription(". ".join(filter(None, said)))

    def show_page(self, page: int | None) -> None:
        """None where the chapter is on no page, or nobody knows yet."""
        self.page.setText("" if page is None else str(page))
        self.page.setToolTip("" if page is None else tr("Page {n}").format(n=page))

    def show_current(self, *, current: bool) -> None:
        self.setProperty("current", "true" if current else "false")
        restyle(self)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.box.setFocus(Qt.FocusReason.MouseFocusReason)


class Contents(QWidget):
    """One stop for Tab: the arrows go from chapter to chapter, Space leaves one out or takes it in again."""

    changed = Signal()
    moved = Signal(str)  # to a chapter, by its id

    def __init__(self) -> None:
        super().__init__()
        self.rows = {one.id: ChapterRow(tr(one.title)) for one in CHAPTERS}
        for one in self.rows.values():
            one.box.installEventFilter(self)
            one.box.clicked.connect(lambda _checked=False: self.changed.emit())
        cells = Cells(wide=1, narrow=2, spacing=(8, 0), top=True)
        cells.show_cells(list(self.rows.values()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 4)
        layout.addWidget(cells)
        layout.addStretch(1)
        self.current = next(iter(self.rows))
        OneStop(self, [one.box for one in self.rows.values()])

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(name for name, one in self.rows.items() if one.box.isChecked())

    def choose(self, ids: Iterable[str]) -> None:
        """Show these as chosen, without telling."""
        chosen = set(ids)
        for name, one in self.rows.items():
            one.box.setChecked(name in chosen)

    def show_lines(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self.rows[line.id].show_line(line)

    def forget_pages(self) -> None:
        """They are being made: nobody knows yet on which page a chapter begins."""
        for one in self.rows.values():
            one.show_page(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            name = next((name for name, one in self.rows.items() if one.box is watched), None)
            if name is not None and event.reason() not in _NOT_MOVED:
                self._go_to(name)
        return super().eventFilter(watched, event)

    def _go_to(self, chapter: str) -> None:
        self.current = chapter
        for name, one in self.rows.items():
            one.show_current(current=name == chapter)
        bring_into_sight(self.rows[chapter])
        self.moved.emit(chapter)
