"""The possible answers of a question: words below one another, or numbers in a row."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QStyle, QWidget

from core.instruments.definition import Choice, Item
from core.model.assessment import Answer
from ui import theme
from ui.widgets.basics import TileButton, chip, column, row, set_chip, show_only
from ui.words import tr


class AnswerButton(TileButton):
    """One possible answer. Made once and given new words.

    It paints them itself: wrapped child labels would cost a layout of the whole page at every key.
    """

    def __init__(self) -> None:
        super().__init__()
        self.score = 0
        self.words = ""
        self.setProperty("choice", "true")

    def show_choice(self, choice: Choice) -> None:
        self.score, self.words = choice.score, choice.text
        self.setAccessibleName(
            f"{choice.score}: {choice.text}" if choice.text else f"{choice.score}"
        )
        self.update()

    def paint_number(self, painter: QPainter, area: QRect, align: Qt.AlignmentFlag) -> None:
        painter.setPen(theme.colour("ink"))
        font = self.font()
        font.setPixelSize(theme.px(18))
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(area, align, str(self.score))


class ChoiceButton(AnswerButton):
    """A score and its words, which wrap. It grows with the room, up to what is read at a glance."""

    LEFT, RIGHT, LOWEST = 46, 12, 46  # px: where the words begin, what stays free, the least height
    HIGHEST, WORDS = 54, 14  # px: of a row with one line, and of its words

    def __init__(self) -> None:
        super().__init__()
        self._title_before = ""
        self.before = chip("", "neutral")
        self.before.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.before.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 12, 4)
        layout.addStretch(1)
        layout.addWidget(self.before)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._least = 0
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._least)

    def show_choice(self, choice: Choice) -> None:
        super().show_choice(choice)
        self._fit()

    def show_before(self, title: str) -> None:
        """Name the visit at which this was the answer; empty names none."""
        if title == self._title_before:
            return
        self._title_before = title
        self.before.setVisible(bool(title))
        if title:
            set_chip(self.before, title, "neutral")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        number = self._mirrored(QRect(16, 0, theme.px(24), self.height()))
        self.paint_number(painter, number, Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self._font())
        painter.drawText(self._mirrored(self._area()), self._wrapped, self.words)
        painter.end()

    def _mirrored(self, place: QRect) -> QRect:
        """The place in a window that is read from right to left."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    _wrapped = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap

    def _font(self) -> QFont:
        font = self.font()
        font.setPixelSize(theme.px(self.WORDS))
        return font

    def _area(self) -> QRect:
        beside = 0 if self.before.isHidden() else self.before.sizeHint().width() + 8
        left = theme.px(self.LEFT)
        return QRect(left, 0, self.width() - left - self.RIGHT - beside, self.height())

    def _fit(self) -> None:
        """As high as the words need; never so low that they are cut."""
        area = QRect(0, 0, max(self._area().width(), 80), 10_000)
        needed = QFontMetrics(self._font()).boundingRect(area, self._wrapped, self.words).height()
        least = max(theme.px(self.LOWEST), needed + theme.px(14))
        if (self._least, self.minimumHeight()) != (least, least):
            self._least = least
            self.setMinimumHeight(least)
            self.setMaximumHeight(max(theme.px(self.HIGHEST), least))


class NumberButton(AnswerButton):
    """A bare number, so narrow that eleven stand in a row; the words at the ends are below it."""

    def __init__(self) -> None:
        super().__init__()
        self.before = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_before(self, title: str) -> None:
        """Mark this as the answer of the visit of that title; empty marks nothing."""
        if title != self.before:
            self.before = title
            self.setToolTip(title)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        beside = theme.px(16) if self.before else 0
        area = QRect(0, 0, self.width(), self.height() - beside)
        self.paint_number(painter, area, Qt.AlignmentFlag.AlignCenter)
        if self.before:
            painter.setPen(theme.colour("muted"))
            painter.setFont(theme.font(11))
            below = QRect(0, self.height() - theme.px(24), self.width(), theme.px(18))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tr("before"))
        painter.end()


class Ends(QWidget):
    """What the lowest and the highest number mean, below them."""

    HEIGHT = 36  # px: two lines

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = "", ""
        self.setFixedHeight(theme.px(self.HEIGHT))

    def show_ends(self, low: Choice, high: Choice) -> None:
        self.low, self.high = f"{low.score} = {low.text}", f"{high.score} = {high.text}"
        self.setAccessibleName(f"{self.low}, {self.high}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font(13))
        half = self.width() // 2 - 8
        top = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        start = QRect(2, 0, half, self.height())
        end = QRect(self.width() - half - 2, 0, half, self.height())
        way = self.layoutDirection()  # the alignments follow it by themselves
        painter.drawText(
            QStyle.visualRect(way, self.rect(), start), top | Qt.AlignmentFlag.AlignLeft, self.low
        )
        painter.drawText(
            QStyle.visualRect(way, self.rect(), end), top | Qt.AlignmentFlag.AlignRight, self.high
        )
        painter.end()


class AnswerButtons(QWidget):
    """A button for each answer of the question in front; ``given`` carries the score that was chosen."""

    given = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[ChoiceButton | NumberButton] = []
        self._numbers: list[ChoiceButton | NumberButton] = []
        self.shown: list[ChoiceButton | NumberButton] = []
        self._choice_column = column()
        self._number_row = row(spacing=6)
        self.ends = Ends()
        self._scale = QWidget()
        self._scale.setLayout(column(self._number_row, self.ends, spacing=6))
        self._scale.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = column(self._choice_column, self._scale, spacing=8)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)  # no higher than its rows
        self.setLayout(layout)

    def show_item(self, item: Item) -> None:
        made = self._numbers if item.numeric else self._choices
        while len(made) < len(item.choices):
            new = NumberButton() if item.numeric else ChoiceButton()
            new.clicked.connect(lambda _checked=False, one=new: self.given.emit(one.score))
            (self._number_row if item.numeric else self._choice_column).addWidget(new)
            made.append(new)
        self.shown = made[: len(item.choices)]
        for one, choice in zip(self.shown, item.choices, strict=True):
            one.show_choice(choice)
        if item.numeric:
            self.ends.show_ends(*item.ends)
        shown = [*self.shown, self._scale] if item.numeric else self.shown
        show_only(shown, [*self._choices, *self._numbers, self._scale])

    def check(self, score: int | None) -> None:
        """Mark the one that was chosen; None marks none."""
        for one in self.shown:
            one.setChecked(one.score == score)

    def show_before(self, before: Answer | None, title: str) -> None:
        """Name the visit at which this was the answer."""
        for one in self.shown:
            same = before is not None and before.value == one.score
            one.show_before(title if same else "")
