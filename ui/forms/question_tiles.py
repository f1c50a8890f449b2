"""The questions of a form below the one that is asked: a tile for each."""

from itertools import groupby

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from core.instruments.definition import Instrument, Scale
from core.labels import no_score, why_not
from core.model.assessment import Answer, Assessment
from core.views import trends
from core.views.so_far import reach, sum_text
from core.words import MISSING
from ui import theme
from ui.plots import series
from ui.widgets.basics import TileButton, restyle
from ui.words import tr

TILES_IN_A_ROW = 16
APART = 8  # px between the tiles of two domains; those of one have half of it
WIDEST = 96  # px of a tile
LARGEST, SMALLEST = 11, 9  # px of the word on a tile


class Tile(TileButton):
    """One of the questions below: the answer so far, and a jump to it.

    It paints its two words itself: child labels would cost a layout and a restyle at every key.
    """

    def __init__(self, short: str) -> None:
        super().__init__()
        self.setProperty("tile", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(theme.px(WIDEST))
        self.score = MISSING
        self._short = short
        self._fits = (0, LARGEST)  # how large its word is, at which width
        self._shows: object = None

    def show_answer(self, answer: Answer | None, title: str, *, current: bool) -> None:
        if (answer, title, current) == self._shows:
            return  # a keystroke changes two of them
        self._shows = (answer, title, current)
        said = tr("not answered")
        self.score = MISSING
        if answer is not None and answer.not_done is not None:
            self.score, said = no_score(answer.not_done), why_not(answer.not_done)
        elif answer is not None:
            self.score = said = str(answer.value)
        self.setChecked(current)
        self.setAccessibleName(f"{title}: {said}")
        self.setToolTip(title)
        answered = "true" if answer is not None else "false"
        if self.property("answered") != answered:
            self.setProperty("answered", answered)
            restyle(self)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        font = self.font()
        half = self.height() // 2
        lines = ((self.score, 15, "ink", 5), (self._short, self._size(font), "muted", half))
        for text, size, role, top in lines:
            font.setPixelSize(theme.px(size))
            painter.setFont(font)
            painter.setPen(theme.colour("on_accent" if self.isChecked() else role))
            area = QRect(0, top, self.width(), half - 4)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _size(self, font: QFont) -> int:
        """So large that the short word fits, within what can be read; measured once a width."""
        if self._fits[0] != self.width():
            size = LARGEST
            while size > SMALLEST:
                font.setPixelSize(theme.px(size))
                if QFontMetrics(font).horizontalAdvance(self._short) <= self.width() - 4:
                    break
                size -= 1
            self._fits = (self.width(), size)
        return self._fits[1]


class DomainBar(QWidget):
    """A line above the questions of a domain, in its colour."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self.setFixedHeight(theme.px(3))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), series.colour(self._role))
        painter.end()


class DomainSum(QWidget):
    """Below the questions of a domain: the points of those that are answered, of how many."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.scale = scale
        self.words = ""
        self.setFixedHeight(theme.px(15))

    def show_sum(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.setAccessibleName(f"{self.scale.title}: {words}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(11, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("muted" if self.words == MISSING else "ink"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
        painter.end()


class QuestionTiles(QWidget):
    """A tile for each question, by domain where they follow one another; ``chosen`` carries the question to jump to."""

    chosen = Signal(str)

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self.tiles: dict[str, Tile] = {}
        self.sums: list[DomainSum] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(APART // 2)
        self._grid.setVerticalSpacing(3)
        across = min(TILES_IN_A_ROW, len(instrument.slots))
        self.setMaximumWidth(across * (theme.px(WIDEST) + APART))  # few of them stay narrow
        slots = instrument.slots
        for start in range(0, len(slots), TILES_IN_A_ROW):
            self._add_row(slots[start : start + TILES_IN_A_ROW], 3 * (start // TILES_IN_A_ROW))

    def _add_row(self, slots: tuple[str, ...], line: int) -> None:
        """Three lines of the grid: the bars of the domains, the tiles, the sums."""
        column = 0
        for domain, group in groupby(slots, self._instrument.domain_of):
            first = column
            for slot in group:
                tile = Tile(self._instrument.variants(slot)[0].short)
                tile.clicked.connect(lambda _checked=False, slot=slot: self.chosen.emit(slot))
                self._grid.addWidget(tile, line + 1, column)
                self.tiles[slot] = tile
                column += 1
            if domain is not None:
                bar = DomainBar(trends.role(self._instrument, domain))
                self._grid.addWidget(bar, line, first, 1, column - first)
            if domain is not None and len(domain.slots) > 1 and column - first == len(domain.slots):
                self.sums.append(DomainSum(domain))
                self._grid.addWidget(self.sums[-1], line + 2, first, 1, column - first)
            if self._instrument.domains:
                self._grid.setColumnMinimumWidth(column, APART // 2)
                column += 1

    def show_form(self, form: Assessment, *, current: str) -> None:
        for slot, tile in self.tiles.items():
            given = form.answers.get(slot)
            variants = self._instrument.variants(slot)
            item = self._instrument.item(given.item) if given else variants[0]
            tile.show_answer(given, f"{item.number} {item.title}", current=slot == current)
        values = form.values
        for one in self.sums:
            one.show_sum(sum_text(reach(self._instrument, one.scale, values)))
