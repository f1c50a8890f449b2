"""What a stack is drawn from: a list of lines, boxes, areas, markers and words, each with its place.

Lengths are pixels of a screen (1/96 inch) times the unit of the sheet; x runs to the right, y down. A colour is
a token ("ink"), a role of a series ("total"), or one of the three colours of a fill ("fill:grade_2",
"ink:grade_2", "edge:grade_2"). The window and the page each know how to draw these shapes, and nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

# The width of words at a size (as the sheet's lengths) in a weight.
Measure = Callable[[str, float, "Weight"], float]


class Weight(IntEnum):
    REGULAR = 0
    MEDIUM = 1
    SEMIBOLD = 2


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines as one drawing: the points of all, and where each begins among them (the first at 0)."""

    points: tuple[tuple[float, float], ...]
    starts: tuple[int, ...]
    colour: str
    width: float
    alpha: float = 1.0

    def each(self) -> Iterator[tuple[tuple[float, float], ...]]:
        ends = (*self.starts[1:], len(self.points))
        return (self.points[start:end] for start, end in zip(self.starts, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Box:
    """``alpha`` is how opaque the fill is, 0 to 1; without a fill or an edge where they are empty."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    line: float = 1.0
    radius: float = 0.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    fill: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Marker:
    """One of the shapes of ``plot_style`` or "down" (a triangle that points down); ``size`` is half its width."""

    x: float
    y: float
    shape: str
    size: float
    colour: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """One line; ``y`` is its baseline. ``halo`` keeps it clear of what is drawn below it."""

    x: float
    y: float
    words: str
    size: float
    weight: Weight = Weight.REGULAR
    colour: str = "ink"
    align: Align = Align.LEFT
    halo: bool = False


Shape = Line | Path | Lines | Box | Area | Marker | Text

CORNERS = {
    "cross": (
        *((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4)),
        *((0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
    ),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((-1.1, 0.9), (1.1, 0.9), (0, -1.2)),
    "down": ((-1.1, -0.9), (1.1, -0.9), (0, 1.2)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}  # of each marker but the circle, in multiples of its size


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a mark, or a figure, is on the sheet, so that it can be pointed at; ``mark`` is its id."""

    x: float
    y: float
    width: float
    height: float
    mark: str

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a plot is on the sheet, and the values at its lower and upper edge."""

    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


@dataclass(slots=True)
class Drawing:
    """A sheet that is filled with shapes, and where on it things are; ``unit`` and ``measure`` are those of the sheet.

    ``frames`` and ``areas`` are those of the plots: between their values, and with what stands beside and above;
    ``tracks`` are the top and the bottom of each track. ``figures`` are the numbers beside the plots.
    """

    width: float
    height: float
    unit: float
    measure: Measure
    shapes: list[Shape] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    figures: list[Hit] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    areas: list[tuple[float, float]] = field(default_factory=list)
    tracks: list[tuple[float, float]] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        self.shapes.extend(shapes)
