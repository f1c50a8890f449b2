"""Columns of a list of patients or visits whose values need the whole record, and so come later (`Glances`)."""

from collections.abc import Callable
from typing import Generic, TypeVar

from core.model.ids import PatientId
from core.views.chart import Figure
from core.views.glance import Glance
from core.words import MISSING, N_
from ui.glances import Glances
from ui.models.table import Column
from ui.widgets.table import SparkDelegate, Table
from ui.words import tr

T = TypeVar("T")
LOOKING = "…"  # until the patient's record was read
LEAST_TOTAL, LEAST_CAPACITY = 24, 50  # points of 48, % predicted: what a course always spans


class GlanceColumns(Generic[T]):
    """``patient_of`` says whose a row is."""

    def __init__(self, glances: Glances, patient_of: Callable[[T], PatientId]) -> None:
        self._glances, self._patient_of = glances, patient_of

    def of(self, row: T) -> Glance | None:
        return self._glances.of(self._patient_of(row))

    def total(self, title: str) -> Column[T]:
        """The last ALSFRS-R total with its day and its course."""
        return Column(
            title,
            lambda row: self.said(row, lambda one: one.total),
            second=lambda row: self._dated(row, lambda one: one.total),
            tip=lambda row: self.tip(row, lambda one: one.total),
            sort=lambda row: (found := self.of(row)) and found.last_total,
            series=lambda row: found.totals if (found := self.of(row)) else (),
        )

    def capacity(self) -> Column[T]:
        """The last vital capacity with its day and its course."""
        return Column(
            N_("Vital capacity"),
            lambda row: self.said(row, lambda one: one.capacity),
            second=lambda row: self._dated(row, lambda one: one.capacity),
            tip=lambda row: self.tip(row, lambda one: one.capacity),
            sort=lambda row: (found := self.of(row)) and found.last_capacity,
            series=lambda row: found.capacities if (found := self.of(row)) else (),
        )

    def said(self, row: T, figure: Callable[[Glance], Figure]) -> str:
        """The value in words; a dash where the record cannot be read."""
        if (found := self.of(row)) is not None:
            return figure(found).text
        return MISSING if self._problem(row) else LOOKING

    def tip(self, row: T, figure: Callable[[Glance], Figure]) -> str:
        """What the value is and compares to, or why the record cannot be read."""
        if (found := self.of(row)) is None:
            return self._problem(row)
        one = figure(found)
        return f"{one.title}: {one.text}\n{one.beside}"

    def _dated(self, row: T, figure: Callable[[Glance], Figure]) -> str:
        """The day of a value; that it was stated, where nothing is behind it."""
        found = self.of(row)
        if found is None or figure(found).text == MISSING:
            return ""
        return figure(found).dated or tr("stated")

    def _problem(self, row: T) -> str:
        return self._glances.problem(self._patient_of(row))


def draw_courses(table: Table, *, total: int, capacity: int) -> None:
    """Draw the courses in these columns of a table."""
    table.setItemDelegateForColumn(total, SparkDelegate(table, least=LEAST_TOTAL))
    table.setItemDelegateForColumn(capacity, SparkDelegate(table, least=LEAST_CAPACITY))
