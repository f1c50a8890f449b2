"""Which patients are looked at: a button for each kind with its choices and their counts, ages, and everybody."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from core import entry
from core.cohort.filters import EVERYBODY, TITLES, By, Choice, Filter, choices
from core.cohort.frames import Cohort
from ui import theme
from ui.widgets.basics import PressButton, button, label, row
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.words import tr

WIDEST = 190  # px of what is chosen, on its button
OLDEST = 120  # years


class FilterButton(PressButton):
    """One kind: what is chosen of it, and a menu of all that there is, with how many patients have it."""

    changed = Signal()

    def __init__(self, by: By) -> None:
        super().__init__()
        self.by = by
        self.ids: frozenset[str] = frozenset()
        self._choices: Sequence[Choice] = ()
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setProperty("dense", "true")
        self._name()

    def show_choices(self, found: Sequence[Choice]) -> None:
        self._choices = found
        known = {one.id for one in found}
        self.ids &= known
        self._menu.clear()
        for one in found:
            act = self._menu.addAction(f"{one.words}\t{one.count}")
            act.setCheckable(True)
            act.setChecked(one.id in self.ids)
            act.triggered.connect(partial(self._turn, one.id))
        self._name()

    def choose(self, ids: frozenset[str]) -> None:
        """Choose without telling."""
        self.ids = ids
        for act, one in zip(self._menu.actions(), self._choices, strict=True):
            act.setChecked(one.id in ids)
        self._name()

    def _turn(self, id: str, *_of: object) -> None:
        self.ids ^= {id}
        self._name()
        self.changed.emit()

    def _name(self) -> None:
        chosen = [one.words for one in self._choices if one.id in self.ids]
        words = ", ".join(chosen) if chosen else tr("all")
        whole = tr("{what}: {which}").format(what=TITLES[self.by], which=words)
        self.setAccessibleName(whole)
        self.setToolTip(whole if chosen else "")
        shown = QFontMetricsF(self.font()).elidedText(
            words, Qt.TextElideMode.ElideRight, theme.px(WIDEST)
        )
        self.setText(tr("{what}: {which}").format(what=TITLES[self.by], which=shown))


class Filters(QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "tools")
        self.buttons = {by: FilterButton(by) for by in By}
        self.youngest, self.oldest = self._age(tr("from")), self._age(tr("to"))
        self.youngest.line.setAccessibleName(tr("Age from (years)"))
        self.oldest.line.setAccessibleName(tr("Age to (years)"))
        self.everybody = button(tr("Everybody"), self.show_everybody, tip="Esc")
        ages = QWidget()
        ages.setLayout(row(label(tr("Age"), "muted"), self.youngest, self.oldest, spacing=4))
        for one in self.buttons.values():
            one.changed.connect(self.changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(Flow(*self.buttons.values(), ages, self.everybody, spacing=6))

    def _age(self, hint: str) -> TextField:
        made = TextField("", lambda text: entry.whole(text, 0, OLDEST), placeholder=hint, width=62)
        made.committed.connect(self._on_age)
        return made

    def show_choices(self, everyone: Cohort) -> None:
        for by, one in self.buttons.items():
            one.show_choices(choices(everyone, by))

    @property
    def value(self) -> Filter:
        chosen = {by: one.ids for by, one in self.buttons.items() if one.ids}
        ages = [None if one.has_problem else one.read() for one in (self.youngest, self.oldest)]
        return Filter(chosen=chosen, youngest=ages[0], oldest=ages[1])

    def show_filter(self, wanted: Filter) -> None:
        """Show what is chosen, and tell that it changed."""
        for by, one in self.buttons.items():
            one.choose(wanted.chosen.get(by, frozenset()))
        self.youngest.set_text("" if wanted.youngest is None else str(wanted.youngest))
        self.oldest.set_text("" if wanted.oldest is None else str(wanted.oldest))
        self.changed.emit()

    def show_everybody(self) -> None:
        self.show_filter(EVERYBODY)

    def only_schedule(self, id: str) -> None:
        wanted = self.value
        self.show_filter(replace(wanted, chosen={**wanted.chosen, By.SCHEDULE: frozenset({id})}))

    def _on_age(self) -> None:
        if not (self.youngest.has_problem or self.oldest.has_problem):
            self.changed.emit()
