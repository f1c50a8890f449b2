"""What was seen and what is missing, by patient and visit; of many patients, by visit."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.cohort import in_words
from core.cohort.filters import By, choices
from core.cohort.missing import SEEN_WORDS, Flow, Matrix, Seen, flow, matrix
from core.cohort.plots import flow_plot, matrix_plot, pointing
from core.cohort.slots import planned
from core.words import N_
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.cohort.figure import Figure
from ui.pages.cohort.group_card import GroupCard
from ui.pages.cohort.means_card import numbers
from ui.widgets.basics import button, clear, label, row, show_only
from ui.widgets.figures import FigureMark
from ui.widgets.responsive import Flow as Line
from ui.widgets.table import Table
from ui.words import tr

ROW = 28  # px


@dataclass(frozen=True)
class Counts:
    """How many cells of each kind a visit has."""

    visit: str
    cells: dict[Seen, int]


class VisitsCard(GroupCard):
    opened = Signal(int)  # the place of a patient
    schedule_wanted = Signal(str)  # the id of one that has planned visits

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.figure = Figure(tr("What was seen and what is missing"))
        self.figure.opened.connect(self.opened)
        self.said = label("", "muted", wrap=True)
        self._schedules = QWidget()
        self._line = Line(spacing=8)
        self._schedules.setLayout(self._line)
        columns: tuple[Column[Counts], ...] = (
            Column(N_("Visit"), lambda one: one.visit),
            *(Column(SEEN_WORDS[seen], partial(_count, seen), right=True) for seen in Seen),
        )
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=ROW)
        self.table.passes_letters = True
        self.table.setAccessibleName(tr("How many patients were seen at each visit"))
        head = row(
            label(tr("What was seen and what is missing"), "heading"),
            FigureMark("missing-data"),
            None,
        )
        self._lay_out(head, self.said, self._schedules, self.figure, self.table)

    def _compute(self) -> None:
        if (group := self._group) is not None:
            self._asking.ask(lambda: matrix(group), self._show)

    def _show(self, found: Matrix | None) -> None:
        parts = (self.said, self._schedules, self.figure, self.table)
        group = self._group
        if found is None or group is None:
            self._offer_schedules()
            show_only((self.said, self._schedules), parts)
        elif len(found.cells) > matrix_plot.MOST:
            self.said.setText(
                tr("{n} patients: how many of them are in each state, by visit.").format(
                    n=len(found.cells)
                )
            )
            rows = zip(found.titles, found.by_visit(), strict=True)
            self.model.show_rows([Counts(title, dict(cells)) for title, cells in rows])
            self.table.fit_height()
            show_only((self.said, self.table), parts)
        else:
            self.figure.show_figure(
                lambda sheet: matrix_plot.draw(found, sheet),
                in_words.of_matrix(found),
                height=lambda sheet: matrix_plot.height(found, sheet),
                point=pointing.of_columns,
                numbers=numbers(group),
            )
            show_only((self.figure,), parts)

    def _offer_schedules(self) -> None:
        """These patients have no visits in common: one schedule has."""
        clear(self._line)
        group = self._group
        if group is None or not group.n:
            self.said.setText(tr("Nobody is in this group."))
            return
        offered = [one for one in choices(group, By.SCHEDULE) if planned(one.id) is not None]
        for one in offered:
            words = tr("Only {schedule} ({n})").format(schedule=one.words, n=one.count)
            self._line.addWidget(button(words, partial(self.schedule_wanted.emit, one.id)))
        self.said.setText(
            tr("These patients are on several schedules. Choose one to see its visits.")
            if offered
            else tr("These patients have no planned visits counted from a day of treatment.")
        )


def _count(seen: Seen, one: Counts) -> str:
    return str(one.cells.get(seen, 0))


class FlowCard(GroupCard):
    """Who came, who is not among the enrolled and why, and how it ended."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.figure = Figure(tr("Who is counted"))
        head = row(label(tr("Who is counted"), "heading"), FigureMark("denominators"), None)
        self._lay_out(head, self.figure)

    def _compute(self) -> None:
        if (group := self._group) is not None:
            self._asking.ask(lambda: flow(group), self._show)

    def _show(self, found: Flow) -> None:
        self.figure.show_figure(
            lambda sheet: flow_plot.draw(found, sheet),
            in_words.of_flow(found),
            height=flow_plot.height(found),
        )
