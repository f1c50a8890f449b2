"""All questions of a form on one page, a line for each: for a form that was answered on paper."""

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLayout, QScrollArea, QSizePolicy, QStyle, QWidget

from core.entering.interview import Interview
from core.instruments.definition import Instrument, Item
from core.labels import no_score, why_not
from core.model.assessment import Answer
from core.views import trends
from core.words import MISSING
from ui import theme
from ui.plots import series
from ui.widgets.basics import TileButton, column, show_only
from ui.words import tr

LOWEST, HIGHEST = 28, 40  # px of a line
BETWEEN, APART = 2, 6  # px between two lines, and between two domains
CELL, TITLE = 32, 190  # px of a possible answer, and of the title before them


class ItemRow(TileButton):
    """A question, its possible answers as numbers, and what was answered in words; ``given`` carries a number that was clicked.

    It never says what was answered at an earlier visit. A click beside the numbers brings it to the front.
    """

    given = Signal(int)

    def __init__(self, role: str) -> None:
        super().__init__()
        self.setProperty("question", "true")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.px(LOWEST))
        self.setMaximumHeight(theme.px(HIGHEST))
        self._role = role
        self._item: Item | None = None
        self._answer: Answer | None = None
        self._shows: object = None

    @property
    def score(self) -> str:
        """The answer as a digit, or the sign of a question without one."""
        if self._answer is None:
            return MISSING
        if self._answer.not_done is not None:
            return no_score(self._answer.not_done)
        return str(self._answer.value)

    @property
    def said(self) -> str:
        """The answer in words, with its note."""
        answer, item = self._answer, self._item
        if answer is None or item is None:
            return ""
        words = ""
        if answer.not_done is not None:
            words = why_not(answer.not_done)
        elif answer.value is not None:
            words = item.words(answer.value)
        return " · ".join(filter(None, (words, answer.note)))

    def show_row(self, item: Item, answer: Answer | None, *, current: bool) -> None:
        if (item, answer, current) == self._shows:
            return  # a keystroke changes two of them
        self._shows = (item, answer, current)
        self._item = item
        # what was answered on another scale of the question is no answer of this one
        self._answer = answer if answer is not None and answer.item == item.id else None
        self.setChecked(current)
        said = tr("not answered")
        if self._answer is not None:
            said = " · ".join(dict.fromkeys((self.score, self.said)))
        self.setAccessibleName(f"{item.number} {item.title}: {said}")
        self.setToolTip("\n".join([item.title, *filter(None, [self.said])]))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        score = self._score_at(event.position().toPoint())
        if score is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        self.setDown(False)
        self.given.emit(score)

    def cell(self, score: int) -> QRect:
        """Where the number of a score is."""
        scores = self._scores()
        return self._mirrored(self._cell(scores.index(score), len(scores)))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._item is None:
            return
        painter = QPainter(self)
        bar = QRect(1, 3, theme.px(3), self.height() - 6)
        painter.fillRect(self._mirrored(bar), series.colour(self._role))
        weight = QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal
        number, title = QRect(theme.px(10), 0, theme.px(26), self.height()), self._title()
        self._words(painter, number, self._item.number, theme.font(13, QFont.Weight.DemiBold))
        self._words(painter, title, self._item.title, theme.font(13, weight))
        scores = self._scores()
        for index, score in enumerate(scores):
            self._paint_cell(painter, self._cell(index, len(scores)), score)
        end = self._cell(len(scores) - 1, len(scores)).right() + theme.px(10)
        rest = QRect(end, 0, self.width() - end - theme.px(6), self.height())
        self._words(painter, rest, self.said, theme.font(12), "muted")
        painter.end()

    def _paint_cell(self, painter: QPainter, area: QRect, score: int) -> None:
        chosen = self._answer is not None and self._answer.value == score
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent" if chosen else "strong_line"))
        painter.setBrush(theme.colour("accent" if chosen else "card"))
        painter.drawRoundedRect(self._mirrored(area).adjusted(2, 3, -2, -3), 5, 5)
        painter.setPen(theme.colour("on_accent" if chosen else "ink"))
        painter.setFont(theme.font(13, QFont.Weight.DemiBold))
        painter.drawText(self._mirrored(area), Qt.AlignmentFlag.AlignCenter, str(score))

    def _words(
        self, painter: QPainter, area: QRect, words: str, font: QFont, colour: str = "ink"
    ) -> None:
        begin = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        fits = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(self._mirrored(area), begin | Qt.AlignmentFlag.AlignVCenter, fits)

    def _scores(self) -> list[int]:
        """The possible answers, the best first as they are below one another; bare numbers in their order."""
        return [] if self._item is None else [choice.score for choice in self._item.choices]

    def _title(self) -> QRect:
        """The title has two fifths of the width at the most."""
        left = theme.px(38)
        wide = min(theme.px(TITLE), self.width() * 2 // 5)
        return QRect(left, 0, max(0, wide), self.height())

    def _cell(self, index: int, count: int) -> QRect:
        left = self._title().right() + theme.px(8)
        wide = min(theme.px(CELL), (self.width() - left - theme.px(6)) // max(1, count))
        return QRect(left + index * wide, 0, wide, self.height())

    def _score_at(self, place: QPoint) -> int | None:
        if not self.rect().contains(place):
            return None
        return next((one for one in self._scores() if self.cell(one).contains(place)), None)

    def _mirrored(self, place: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)


class AllItems(QWidget):
    """A line for each question of a form; ``given`` carries a question and its answer, ``jumped`` a question."""

    given = Signal(str, int)
    jumped = Signal(str)

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self.rows: dict[str, ItemRow] = {}
        lines = column(spacing=BETWEEN)
        before = instrument.domain_of(instrument.slots[0])
        for slot in instrument.slots:
            domain = instrument.domain_of(slot)
            if domain is not before:
                lines.addSpacing(APART - BETWEEN)
            before = domain
            made = ItemRow("total" if domain is None else trends.role(instrument, domain))
            made.given.connect(lambda score, slot=slot: self.given.emit(slot, score))
            made.clicked.connect(lambda _checked=False, slot=slot: self.jumped.emit(slot))
            lines.addWidget(made)
            self.rows[slot] = made
        lines.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self.setLayout(lines)

    def show_form(self, interview: Interview) -> None:
        """As it is in the file now, and which question is in front."""
        answers = interview.form.answers
        for slot, one in self.rows.items():
            answer, current = answers.get(slot), slot == interview.slot
            if current:
                item = interview.item
            elif answer is not None:
                item = self._instrument.item(answer.item)
            else:
                item = self._instrument.variants(slot)[0]
            comes = current and not one.isChecked()
            one.show_row(item, answer, current=current)
            if comes:
                self._bring_into_sight(one)

    def _bring_into_sight(self, one: ItemRow) -> None:
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(one, 0, theme.px(LOWEST))


class OneOrAll(QWidget):
    """The answers of the question in front, or a line for every question in their place; signals are those of the lines."""

    given = Signal(str, int)
    jumped = Signal(str)

    def __init__(self, instrument: Instrument, answers: QWidget) -> None:
        super().__init__()
        self._instrument, self._answers = instrument, answers
        self.all: AllItems | None = None  # made when it is first asked for
        self._body = column(answers, spacing=0)
        self._body.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self.setLayout(self._body)

    @property
    def shows_all(self) -> bool:
        return self.all is not None and not self.all.isHidden()

    def toggle(self) -> bool:
        """Show the other of the two; whether all questions are shown now."""
        if self.all is None:
            self.all = AllItems(self._instrument)
            self.all.hide()
            self.all.given.connect(self.given)
            self.all.jumped.connect(self.jumped)
            self._body.addWidget(self.all)
        shown = not self.shows_all
        show_only([self.all if shown else self._answers], [self.all, self._answers])
        return shown

    def show_form(self, interview: Interview) -> None:
        if self.all is not None and self.shows_all:
            self.all.show_form(interview)
