"""The printed pages below one another, with the number of the one in front, and the way to the next screenful."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.basics import button, clear, column, label, row, scrolled
from ui.widgets.responsive import sheets
from ui.words import tr

_OVERLAP = 40  # px that are seen again on the next screenful
_HEAD = 0.15  # of a page: what begins above that is seen with the head of the page
_GAP = 12


class Sheets(QFrame):
    """Every page begins at the top of the room: a step ends where the next one begins."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "sheets")
        self.place = label("", "muted")
        self.said = label("", "muted", wrap=True)
        self.back = button("PgUp", self.page_up, tip=tr("Up; at its top: to the page before"))
        self.on = button("PgDn", self.page_down, tip=tr("Down; at its end: to the next page"))
        self.back.setAccessibleName(tr("PgUp: up, or to the page before"))
        self.on.setAccessibleName(tr("PgDn: down, or to the next page"))
        self.pages = QVBoxLayout()
        self.pages.setSpacing(_GAP)
        self.pages.setContentsMargins(0, 0, 0, 0)
        self.pages.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(self.pages)
        self.area = scrolled(inner, tr("The printed pages"))
        self._bar = self.area.verticalScrollBar()
        self._wanted: tuple[int, float] | None = None  # the place in front, until somebody scrolls
        self._bar.valueChanged.connect(lambda _value: self._say_place())
        self._bar.rangeChanged.connect(lambda _least, _most: self._go())
        self._bar.actionTriggered.connect(lambda _action: self._scrolled())
        tools = QWidget()
        tools.setProperty("role", "tools")
        tools.setLayout(column(self.back, self.on, None, spacing=6))
        places = column(self.place, None)
        self.place.setMinimumWidth(theme.px(44))
        layout = row(places, column(self.said, self.area, spacing=4), tools, spacing=6)
        layout.setStretch(1, 1)
        layout.setContentsMargins(8, 8, 8, 8)
        self.setLayout(layout)
        self.clear("")

    @property
    def count(self) -> int:
        return self.pages.count()

    @property
    def front(self) -> int:
        """The number of the page that has the upper half of the room; 0 where there is none."""
        middle = self._bar.value() + self.area.viewport().height() // 2
        return max((at for at, top in enumerate(self._tops(), 1) if top <= middle), default=0)

    def clear(self, said: str) -> None:
        """No page, and why in a few words."""
        clear(self.pages)
        self.said.setText(said)
        self.said.setVisible(bool(said))
        self._say_place()

    def show_images(self, images: Sequence[QImage], ratio: float, place: tuple[int, float]) -> None:
        """In the place of those before, with this place in front; ``ratio`` are the screen's pixels for each px."""
        self.clear("")
        for sheet in sheets(images, ratio):
            self.pages.addWidget(sheet)
        self.show_place(place)

    def show_place(self, place: tuple[int, float]) -> None:
        """A page, and how far down on it (0–1), is at the top of the room."""
        self._wanted = place
        self._go()

    def _go(self) -> None:
        """Once the pages have their places, which a window of another size changes."""
        tops = self._tops()
        if tops and self._wanted is not None:
            page, down = self._wanted
            at = min(max(page, 1), len(tops)) - 1
            item = self.pages.itemAt(at)
            height = item.geometry().height() if item is not None and down > _HEAD else 0
            self._bar.setValue(tops[at] + round(down * height))
        self._say_place()

    def _scrolled(self) -> None:
        self._wanted = None

    def page_down(self) -> None:
        self._scrolled()
        now, high = self._bar.value(), self.area.viewport().height()
        step = now + high - theme.px(_OVERLAP)
        following = next((top for top in self._tops() if top > now), None)
        self._bar.setValue(step if following is None else min(step, following))

    def page_up(self) -> None:
        self._scrolled()
        now, high = self._bar.value(), self.area.viewport().height()
        step = now - high + theme.px(_OVERLAP)
        before = max((top for top in self._tops() if top < now), default=0)
        self._bar.setValue(max(step, before))

    def _tops(self) -> list[int]:
        items = (self.pages.itemAt(at) for at in range(self.pages.count()))
        return [one.geometry().top() for one in items if one is not None]

    def _say_place(self) -> None:
        count = self.count
        text = tr("{n} / {all}").format(n=self.front, all=count) if count else ""
        self.place.setText(text)
        spoken = tr("Page {n} of {all}").format(n=self.front, all=count) if count else ""
        self.place.setAccessibleName(spoken)
        self.back.setEnabled(bool(count))
        self.on.setEnabled(bool(count))
