"""Which patient a place on a figure is of, and where a patient is on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.views.stack.shapes import Drawing, Hit, Lines

NEAR = 9.0  # px from a line that still mean it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """``who`` are places of patients in the order in which they are on the figure."""

    who: tuple[int, ...]
    lines: Lines | None
    hits: tuple[Hit, ...]
    unit: float

    def at(self, x: float, y: float) -> int | None:
        """The patient at a place; None where nobody is near."""
        if self.lines is None:
            hit = next((one for one in self.hits if one.holds(x, y)), None)
            return None if hit is None else int(hit.mark)
        return self._nearest(self.lines, x, y)

    def of(self, patient: int) -> tuple[tuple[float, float], ...]:
        """The corners of what is of a patient: a course, or a column; empty of one who is not on it."""
        if patient not in self.who:
            return ()
        if self.lines is not None:
            place = self.who.index(patient)
            starts = (*self.lines.starts, len(self.lines.points))
            return self.lines.points[starts[place] : starts[place + 1]]
        hit = next(one for one in self.hits if one.mark == str(patient))
        right, bottom = hit.x + hit.width, hit.y + hit.height
        return ((hit.x, hit.y), (right, hit.y), (right, bottom), (hit.x, bottom), (hit.x, hit.y))

    def _nearest(self, lines: Lines, x: float, y: float) -> int | None:
        points = np.array(lines.points, dtype=float)
        if not len(points):
            return None
        course = np.zeros(len(points), dtype=np.int64)
        course[list(lines.starts[1:])] = 1
        course = np.cumsum(course)
        ends = np.minimum(np.arange(len(points)) + 1, len(points) - 1)
        ends = np.where(course[ends] == course, ends, np.arange(len(points)))  # the last of a line
        start, along = points, points[ends] - points
        length = (along**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = ((np.array([x, y]) - start) * along).sum(axis=1) / length
        share = np.clip(np.nan_to_num(share), 0, 1)
        away = ((start + share[:, None] * along - np.array([x, y])) ** 2).sum(axis=1)
        nearest = int(np.argmin(away))
        if away[nearest] > (NEAR * self.unit) ** 2:
            return None
        return self.who[int(course[nearest])]


def of_courses(drawing: Drawing, patients: Sequence[int]) -> Pointed:
    """Of a figure with a line a patient, in ascending order of the patients."""
    lines = next((one for one in drawing.shapes if isinstance(one, Lines)), None)
    who = tuple(sorted(set(patients))) if lines is not None else ()
    return Pointed(who=who, lines=lines, hits=(), unit=drawing.unit)


def of_columns(drawing: Drawing) -> Pointed:
    """Of a figure whose hits are of patients."""
    hits = tuple(drawing.hits)
    who = tuple(int(one.mark) for one in hits)
    return Pointed(who=who, lines=None, hits=hits, unit=drawing.unit)
