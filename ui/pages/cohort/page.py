"""The cohort: all patients of the clinic, or those that were chosen, as one group."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.cohort import counted, fields
from core.cohort.fields import NumberField, field_of, number_fields
from core.cohort.filters import By, Filter
from core.cohort.frames import Cohort
from core.cohort.plots.means_plot import SPREADS, Spread
from core.model.document import About, Document, OfCodedData, OfData, OfTrial
from core.model.ids import PatientId
from core.model.nouns import NOUNS
from ui.context import AppContext
from ui.documents import buttons, let_out, menu
from ui.pages.cohort.asking import Asking
from ui.pages.cohort.events_card import EventsCard
from ui.pages.cohort.filters import Filters
from ui.pages.cohort.loading import Loading
from ui.pages.cohort.means_card import Look, MeansCard
from ui.pages.cohort.survival_card import SurvivalCard
from ui.pages.cohort.visits_card import FlowCard, VisitsCard
from ui.pages.page import Page
from ui.widgets.basics import PressButton, label, row, show_only
from ui.widgets.reading import ReadingBar
from ui.widgets.responsive import Columns, Flow
from ui.widgets.segments import Segments
from ui.words import tr


class CohortPage(Page):
    """Single letters are its switches; a patient's line, a visit's column or an event leads to the chart."""

    topic = "cohort"
    shows = frozenset(NOUNS) - {"user", "appointment", "sheet_text", "signature", "record_lock"}

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.everyone: Cohort | None = None
        self.group: Cohort | None = None
        self._asking = Asking(context.tasks, self)
        self.loading = Loading(context, self)
        self.bar = ReadingBar(self.loading, self.loading.load)
        self.loading.failed.connect(self.bar.say)
        self.loading.loaded.connect(self._on_loaded)
        self.title = label(tr("Cohort"), "title", wrap=True)
        self.headline = label("", "muted", wrap=True)
        self.left_out = label("", "warn", wrap=True)
        self.filters = Filters()
        self.filters.changed.connect(self._filter)
        self._build_switches()
        self.total = MeansCard(context, field=fields.TOTAL, chosen=False)
        self.other = MeansCard(context, field=fields.FVC, chosen=True)
        self.survival, self.events = SurvivalCard(context), EventsCard(context)
        self.visits, self.flow = VisitsCard(context), FlowCard(context)
        self.cards = (
            self.total,
            self.other,
            self.survival,
            self.events,
            self.visits,
            self.flow,
        )
        for one in (self.total, self.other, self.events, self.visits):
            one.opened.connect(self._open)
        self.visits.schedule_wanted.connect(self.filters.only_schedule)
        self._lay_out()

    def _build_switches(self) -> None:
        self.spread = Segments(tr("What is drawn"), {one: SPREADS[one] for one in Spread})
        self.spread.chosen.connect(self._on_look)
        self.same = PressButton(tr("The same patients only  M"))
        self.same.setCheckable(True)
        self.same.setProperty("segment", "true")
        self.same.setProperty("dense", "true")
        self.same.setToolTip(
            tr(
                "A dashed line of those who have a value at every visit: their number does not change."
            )
        )
        self.same.toggled.connect(lambda _on: self._on_look())

    def _lay_out(self) -> None:
        leaving = buttons(self.context, OfTrial, self._let_out, link=False)
        data = menu(self.context, tr("All data"), (OfData, OfCodedData), self._let_out)
        leaving += [] if data is None else [data]
        self._switches = QWidget()
        self._switches.setProperty("role", "tools")
        self._switches.setLayout(
            Flow(label(tr("Spread  S"), "muted"), self.spread, self.same, spacing=8, right=True)
        )
        head = row(self.title, self._switches, spacing=12)
        head.setStretch(0, 2)
        head.setStretch(1, 3)
        if leaving:
            head.addLayout(Flow(*leaving, spacing=8, right=True))
        self._content = QWidget()
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(10)
        content.addWidget(self.filters)
        content.addWidget(Columns(self.total, self.other, fixed={}))
        content.addWidget(Columns(self.survival, self.events, fixed={}))
        content.addWidget(self.visits)
        content.addWidget(self.flow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        for line in (self.headline, self.left_out, self.bar):
            layout.addWidget(line)
        layout.addWidget(self._content)
        layout.addStretch(1)
        show_only((), (self._content, self._switches, self.headline, self.left_out))

    def minimumSizeHint(self) -> QSize:
        """As high as its words need at this width: the page scrolls."""
        least = super().minimumSizeHint()
        return QSize(least.width(), max(least.height(), self.heightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (layout := self.layout()) and event.size().width() != event.oldSize().width():
            layout.update()  # its words have other lines: what it is in looks again how high it is

    @property
    def busy(self) -> bool:
        """Whether something is read or computed that will be shown."""
        return self.loading.busy or self._asking.busy or any(one.busy for one in self.cards)

    def refresh(self) -> None:
        self.bar.start()
        self.loading.load()

    def focus_first(self) -> None:
        first = self.filters.buttons[By.SCHEDULE] if self.everyone is not None else self.bar.stop
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read beside other work: whoever comes back finds it begun anew."""
        super().hideEvent(event)
        if self.loading.busy or self.bar.isVisibleTo(self):
            self.loading.give_up()
            self._stale = True

    def _on_loaded(self, found: Cohort) -> None:
        first = self.everyone is None
        self.everyone = found
        offered = offered_fields(found)
        for card in (self.total, self.other):
            card.show_fields(offered)
        self.filters.show_choices(found)
        for part in (self._content, self._switches):
            part.show()
        study = counted.study(found) if first else ""
        if study:
            self.filters.only_schedule(study)
        else:
            self._filter()
        focus = self.window().focusWidget()
        if first and self.isVisible() and (focus is None or self.isAncestorOf(focus)):
            self.focus_first()  # not of who types elsewhere meanwhile

    def _filter(self) -> None:
        everyone, wanted = self.everyone, self.filters.value
        self.filters.everybody.setEnabled(not wanted.is_everybody)
        if everyone is not None:
            self._asking.ask(lambda: wanted.apply(everyone), partial(self._show_group, wanted))

    def _show_group(self, wanted: Filter, group: Cohort) -> None:
        everyone = self.everyone
        if everyone is None:
            return
        self.group = group
        self.title.setText(counted.title(group) if group.n else tr("Cohort"))
        self.headline.setText(self._said(wanted, group, everyone.n))
        self.left_out.setText(counted.left_out(group))
        lines = (self.headline, self.left_out)
        show_only([one for one in lines if one.text()], lines)
        for card in self.cards:
            card.show_group(group)

    @staticmethod
    def _said(wanted: Filter, group: Cohort, of: int) -> str:
        """Who is counted."""
        if group.n:
            return counted.headline(group, wanted, of, clock.today())
        if not of:
            return tr("There is no patient yet.")
        text = tr("No patient is like that ({filter}). Esc shows everybody.")
        return text.format(filter=wanted.said())

    def _on_look(self) -> None:
        look = Look(spread=self.spread.value, same=self.same.isChecked())
        self.total.show_look(look)
        self.other.show_look(look)

    def _open(self, place: int) -> None:
        if self.everyone is not None:
            self.context.open_chart.emit(str(self.everyone.patients.at[place, "id"]))

    def _let_out(self, document: Document[Any]) -> None:
        """Of the patients that are shown."""
        asked = None
        if self.group is not None and not self.filters.value.is_everybody:
            asked = tuple(PatientId(one) for one in self.group.patients["id"])
        let_out(self, self.context, document, About(patients=asked))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._keys.get(event.text().upper())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or self.everyone is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and self.filters.everybody.isEnabled():
            self.filters.show_everybody()
        elif act is not None:
            act()
        else:
            super().keyPressEvent(event)

    @property
    def _keys(self) -> Mapping[str, Callable[[], object]]:
        return {
            "F": self._to_filters,
            "S": self._next_spread,
            "M": self.same.toggle,
            "E": self.survival.next_endpoint,
            "Z": self.survival.next_zero,
        }

    def _to_filters(self) -> None:
        first = self.filters.buttons[By.SCHEDULE]
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _next_spread(self) -> None:
        every = list(Spread)
        self.spread.choose(every[(every.index(self.spread.value) + 1) % len(every)])


def offered_fields(cohort: Cohort) -> list[NumberField]:
    """The numbers that any patient has, in the order of their definitions."""
    known = number_fields()
    have = [str(one) for one in cohort.values["field"].unique()]
    order = {one: at for at, one in enumerate(known)}
    have.sort(key=lambda one: (order.get(one, len(order)), one))
    return [field_of(one, known) for one in have]
