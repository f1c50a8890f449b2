"""The plots beside a questionnaire: they are painted anew when what they show has changed, and hold no items."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.instruments.definition import Scale
from core.views import so_far_plots
from core.views.so_far import Reach, scale_text
from core.views.stack.shapes import Drawing
from core.views.trends import Plot
from ui import theme
from ui.plots import painting
from ui.plots.trend_plot import in_words
from ui.words import tr

TOTALS_PX, STRIP_PX = 110, 40  # the least height of the totals, and of a domain


class _SoFar(QWidget):
    """A sheet of shapes; ``drawing`` is the one that was painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing: Drawing | None = None
        self._shows: object = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), self.minimumHeight())

    def _show(self, shown: object) -> bool:
        """Whether it is anything else than before, and is painted anew."""
        changed = shown != self._shows
        if changed:
            self._shows = shown
            self.update()
        return changed

    def paintEvent(self, _event: QPaintEvent) -> None:
        unit = theme.px(100) / 100
        self.drawing = Drawing(self.width(), self.height(), unit, painting.measure)
        self._place(self.drawing)
        painter = QPainter(self)
        painting.paint(painter, self.drawing)
        painter.end()

    def _place(self, drawing: Drawing) -> None:
        raise NotImplementedError


class TotalsSoFar(_SoFar):
    """The totals of all forms, and what that of the form in front can still become."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._on = date.min
        self.setMinimumHeight(theme.px(TOTALS_PX))

    def show_plot(self, plot: Plot, on: date) -> None:
        if self._show((plot, on)):
            self._plot, self._on = plot, on
            self.setAccessibleName(plot.title)
            spans = [
                tr("from {low} to {high} is possible").format(low=f"{s.low:g}", high=f"{s.high:g}")
                for series in plot.series
                for s in series.spans
            ]
            self.setAccessibleDescription("; ".join([in_words(plot), *spans]))

    def _place(self, drawing: Drawing) -> None:
        if self._plot is not None:
            so_far_plots.place_totals(drawing, self._plot, self._on)


class DomainsSoFar(_SoFar):
    """A strip for each domain: what is known of its score, and the earlier ones where they may be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._scales: tuple[tuple[Scale, Reach], ...] = ()
        self._on, self._waits = date.min, False

    def show_domains(
        self, scales: Sequence[tuple[Scale, Reach]], plot: Plot, on: date, *, waits: bool
    ) -> None:
        """``waits`` says that values of earlier forms are shown when this one is complete."""
        if not self._show((tuple(scales), plot, on, waits)):
            return
        self._scales, self._plot, self._on, self._waits = tuple(scales), plot, on, waits
        least = theme.px(STRIP_PX) * len(self._scales)
        if least != self.minimumHeight():
            self.setMinimumHeight(least)
        self.setAccessibleName(plot.title)
        said = [f"{scale.title}: {scale_text(reach)}" for scale, reach in self._scales]
        self.setAccessibleDescription("; ".join([*said, in_words(plot)]))

    def _place(self, drawing: Drawing) -> None:
        if self._plot is not None and self._scales:
            so_far_plots.place_domains(
                drawing,
                self._scales,
                self._plot,
                self._on,
                waits=self._waits,
                mirrored=self.layoutDirection() is Qt.LayoutDirection.RightToLeft,
            )
