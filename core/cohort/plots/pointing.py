"""Which patient a place on a figure is of, and where a patient is on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.views.stack.shapes import Drawing, Hit, Lines

Array = NDArray[np.float64]
NEAR = 9.0  # px from a line that still mean it


@dataclass(frozen=True, kw_only=True)
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
        return self._nearest(x, y)

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

    @cached_property
    def _segments(self) -> tuple[Array, Array, NDArray[np.int64]]:
        """Where each part of a course begins, how far it goes, and of which course it is."""
        assert self.lines is not None
        points = np.array(self.lines.points, dtype=float).reshape(-1, 2)
        course = np.zeros(len(points), dtype=np.int64)
        course[list(self.lines.starts[1:])] = 1
        course = np.cumsum(course)
        here = np.arange(len(points))
        ends = np.minimum(here + 1, len(points) - 1)
        ends = np.where(course[ends] == course, ends, here)  # the last point of a course
        return points, points[ends] - points, course

    def _nearest(self, x: float, y: float) -> int | None:
        start, along, course = self._segments
        if not len(start):
            return None
        from_start = np.array([x, y]) - start
        length = (along**2).sum(axis=1)
        share = (from_start * along).sum(axis=1) / np.where(length > 0, length, 1.0)
        share = np.clip(share, 0, 1)
        away = ((share[:, None] * along - from_start) ** 2).sum(axis=1)
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
