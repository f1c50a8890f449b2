"""What stands in the stack of a chart: heads of visits, lanes, bands of a stage, and plots beside their figures.

Days and values only: `core/views/stack/geometry.py` places them, ``ui/plots`` draws them in the window and
``core/reports`` on paper.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.views.trends import Plot, TimeScale


class Shape(StrEnum):
    """How something in a lane is drawn."""

    SYMBOL = "symbol"  # one moment
    BAR = "bar"  # what runs: from its beginning to its end, or on
    GRADE = "grade"  # a square with the grade, and a bar to the end of the event


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing of a lane: an event, a device, a medicine, a stay in hospital.

    ``label`` are the few words beside it, ``title`` and ``details`` what is said of it in full. ``role``
    names its colour. ``ended`` is None for what is one moment, or has no known end; ``runs`` says that it
    goes on. ``hollow`` is what was offered or refused. ``level`` is how dark a bar is, as a share of the darkest of
    its row (0 is paused); None where no number says it. ``line`` draws a line through all rows at its
    beginning, ``shade`` shades all rows while it lasts. ``tab`` and ``what`` are where the chart shows it.
    """

    id: str
    shape: Shape
    began: date
    label: str
    title: str
    role: str
    details: tuple[str, ...] = ()
    ended: date | None = None
    runs: bool = False
    exact: bool = True
    hollow: bool = False
    grade: int | None = None
    serious: bool = False
    line: bool = False
    shade: bool = False
    level: float | None = None
    tab: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """Marks in order of their days, under one title."""

    id: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """What ran under one name, in order of days: all doses of a medicine; ``said`` is what holds now.

    Between two of its bars it was paused.
    """

    id: str
    title: str
    said: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Tracks under one heading."""

    title: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one visit to the next, what a staging said; ``level`` 0 is the lightest, 4 the darkest."""

    first: date
    last: date
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Band:
    """A staging along time; ``now`` is the last stage and ``since`` when it was first that."""

    id: str
    title: str
    now: str
    since: str
    stretches: tuple[Stretch, ...]


class Tone(StrEnum):
    """How words of a figure look."""

    TITLE = "title"
    BIG = "big"
    STRONG = "strong"
    PLAIN = "plain"
    MUTED = "muted"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Words:
    """``figure`` is the id of the number that they say (`core/views/figure_names.py`)."""

    text: str
    tone: Tone = Tone.PLAIN
    figure: str = ""


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One series beside its plot: its marker, its name, and its cells under ``PlotRow.heads``."""

    role: str
    title: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotRow:
    """A plot with what stands left of it: lines of words, and a table of its series.

    ``used`` is the least part of the scale (units of the plot) that is shown where only the used range is;
    ``decimals`` those of a value beside its point. ``figure`` is the id of what is plotted
    (`core/views/figure_names.py`); words beside it may be of others.
    """

    plot: Plot
    figure: str
    lines: tuple[tuple[Words, ...], ...] = ()
    heads: tuple[str, ...] = ()
    legend: tuple[LegendRow, ...] = ()
    used: float = 0
    decimals: int = 0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class VisitHead:
    """A visit above its column; ``is_last`` is that which the figures are of."""

    id: str
    on: date
    title: str
    day: str
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Everything of one chart. ``ends`` is the day of death, where all lines stop; ``today`` the day of the page.

    A stack of ``sections`` has its time above them, and begins no earlier than on the day ``floor``; a piece of one
    has the ``days`` of the whole (the first and the last), and what of the others goes ``through`` it.
    """

    scales: tuple[TimeScale, ...]
    heads: tuple[VisitHead, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    rows: tuple[PlotRow, ...]
    today: date
    ends: date | None = None
    sections: tuple[Section, ...] = ()
    floor: date | None = None
    days: tuple[date, date] | None = None
    through: tuple[Mark, ...] = ()

    @property
    def figures(self) -> tuple[str, ...]:
        """The ids of the numbers that it shows, from the top down, each once (`core/views/figure_names.py`)."""
        found = [band.id for band in self.bands]
        for row in self.rows:
            found += [row.figure, *(words.figure for line in row.lines for words in line)]
            found += ["projection"] if row.plot.forecasts else []
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def through_all(self) -> tuple[Mark, ...]:
        """What is a line or a shade through all rows."""
        own = tuple(mark for mark in self.marks if mark.line or mark.shade)
        return (*own, *(mark for mark in self.through if mark not in own))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark of the lanes and the tracks, from the top down."""
        tracks = (mark for one in self.sections for track in one.tracks for mark in track.marks)
        return (*(mark for lane in self.lanes for mark in lane.marks), *tracks)
