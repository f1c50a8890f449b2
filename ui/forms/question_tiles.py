"""The questions of a form below the one that is asked: a tile for each."""

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from core.instruments.definition import Instrument
from core.labels import no_score, why_not
from core.model.assessment import Answer
from core.words import MISSING
from ui import theme
from ui.widgets.basics import TileButton, restyle
from ui.words import tr

TILES_IN_A_ROW = 16


class Tile(TileButton):
    """One of the questions below: the answer so far, and a jump to it.

    It paints its two words itself: child labels would cost a layout and a restyle at every key.
    """

    def __init__(self, short: str) -> None:
        super().__init__()
        self.setProperty("tile", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(theme.px(96))
        self.score = MISSING
        self._short = short
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
        lines = ((self.score, 14, "ink", 5), (self._short, 11, "muted", half))
        for text, size, role, top in lines:
            font.setPixelSize(theme.px(size))
            painter.setFont(font)
            painter.setPen(theme.colour("on_accent" if self.isChecked() else role))
            area = QRect(0, top, self.width(), half - 4)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class QuestionTiles(QGridLayout):
    """A tile for each question; ``chosen`` carries the question to jump to."""

    chosen = Signal(str)

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self.tiles: dict[str, Tile] = {}
        self.setSpacing(6)
        for index, slot in enumerate(instrument.slots):
            tile = Tile(instrument.variants(slot)[0].short)
            tile.clicked.connect(lambda _checked=False, slot=slot: self.chosen.emit(slot))
            self.addWidget(tile, *divmod(index, TILES_IN_A_ROW))
            self.tiles[slot] = tile

    def show_answers(self, answers: Mapping[str, Answer], *, current: str) -> None:
        for slot, tile in self.tiles.items():
            given = answers.get(slot)
            variants = self._instrument.variants(slot)
            item = self._instrument.item(given.item) if given else variants[0]
            tile.show_answer(given, f"{item.number} {item.title}", current=slot == current)
