"""Survival of the group: which event ends the time, from where it counts, which interval, and who is compared."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from core.cohort import in_words
from core.cohort.comparing import GROUPINGS, compared
from core.cohort.filters import TITLES, By
from core.cohort.plots import survival_plot
from core.cohort.survival import ENDPOINTS, ZEROS, Endpoint, Survival, Zero, survival
from core.science.statistics.survival import Interval
from ui.context import AppContext
from ui.pages.cohort.figure import Figure
from ui.pages.cohort.group_card import GroupCard
from ui.pages.cohort.sentences import Sentences
from ui.widgets.basics import Combo, label, row
from ui.widgets.figures import FigureMark, mark
from ui.widgets.responsive import Flow
from ui.words import tr

HEIGHT = 180.0  # px of the figure at the usual text size
E = TypeVar("E", bound=StrEnum)
_Found = tuple[Survival, tuple[str, ...]]


class SurvivalCard(GroupCard):
    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.found: Survival | None = None
        self.endpoint = _combo(tr("What ends the time"), dict(ENDPOINTS.items()), "E")
        self.zero = _combo(tr("From where time counts"), dict(ZEROS.items()), "Z")
        self.interval = _combo(tr("Which interval"), dict(in_words.INTERVALS.items()), "")
        self.by = Combo()
        self.by.setAccessibleName(tr("Compare by"))
        self.by.addItem(tr("not compared"), None)
        for by in GROUPINGS:
            self.by.addItem(tr("compared by: {what}").format(what=TITLES[by]), by)
        for one in (self.endpoint, self.zero, self.interval, self.by):
            one.activated.connect(lambda _at: self._compute())
        self.figure = Figure(tr("Survival (Kaplan–Meier)"))
        self.said = label("", "muted", wrap=True)
        self.sentences, self.comparison = Sentences(), label("", "muted", wrap=True)
        mark(self.comparison, "compared-survival")
        self.comparison.hide()
        head = row(
            label(tr("Survival (Kaplan–Meier)"), "heading"), FigureMark("kaplan-meier"), None
        )
        tools = QWidget()
        tools.setProperty("role", "tools")
        tools.setLayout(Flow(self.endpoint, self.zero, self.interval, self.by, spacing=6))
        self._lay_out(head, tools, self.figure, self.said, self.comparison, self.sentences)

    def next_endpoint(self) -> None:
        """E: the next event that ends the time."""
        _turn(self.endpoint)
        self._compute()

    def next_zero(self) -> None:
        """Z: the next day from which time counts."""
        _turn(self.zero)
        self._compute()

    def _compute(self) -> None:
        group, by = self._group, self.by.currentData()
        if group is None:
            return
        endpoint = Endpoint(self.endpoint.currentData())
        zero = Zero(self.zero.currentData())
        interval = Interval(self.interval.currentData())

        def work() -> _Found:
            found = survival(group, endpoint, zero, interval)
            return found, () if by is None else compared(group, found, By(by))

        self._asking.ask(work, self._show)

    def _show(self, answer: _Found) -> None:
        found, comparison = answer
        self.found = found
        said = in_words.of_survival(found)
        self.figure.show_figure(
            lambda sheet: survival_plot.draw(found, sheet),
            f"{found.title}. {said}",
            height=HEIGHT,
        )
        self.said.setText(said)
        self.sentences.show_sentences(found.sentences)
        self.comparison.setText(" ".join(comparison))
        self.comparison.setVisible(bool(comparison))


def _combo(name: str, values: Mapping[E, str], key: str) -> Combo:
    made = Combo()
    made.setAccessibleName(name)
    if key:
        made.setToolTip(tr("{what}. Key {key}").format(what=name, key=key))
    for one, words in values.items():
        made.addItem(words, one.value)
    return made


def _turn(box: Combo) -> None:
    box.setCurrentIndex((box.currentIndex() + 1) % box.count())
