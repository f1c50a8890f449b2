"""What is entered: which panels are shown, and when and where the sample was taken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from core import entry
from core.entering.laboratory import Panels, Sample, panels_asked, read_day
from core.entry import Problem
from core.laboratory import catalog
from core.model.ids import LaboratoryId
from core.model.laboratory import Laboratory
from core.model.record import PatientRecord
from core.words import plural
from ui.context import AppContext
from ui.widgets.basics import Combo, PressButton, row
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.words import tr

ASKED, SCREENING, OWN = "asked", "screening", "own"
REMEMBERED = "laboratory panels"
OTHERS = "…"  # of the list of laboratories: what leads to all of them


class PanelChoice(QWidget):
    """The panels of this visit, those and virology, or one's own; one's own are remembered at this workstation."""

    chosen = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._asked: Panels = ()
        self._which = ASKED
        self.asked, self.screening, self.own = (PressButton() for _ in range(3))
        self._menu = QMenu(self.own)
        self.own.setMenu(self._menu)
        for which, one in ((ASKED, self.asked), (SCREENING, self.screening), (OWN, self.own)):
            one.setCheckable(True)
            one.setProperty("segment", "true")
            if which != OWN:
                one.clicked.connect(lambda _checked=False, which=which: self._choose(which))
        self.screening.setText(tr("Screening, + virology"))
        self.own.setText(tr("Own…"))
        mine = self._mine
        for panel in catalog.panels().values():
            action = self._menu.addAction(panel.title)
            action.setCheckable(True)
            action.setChecked(panel.id in mine)
            action.setData(panel.id)
            action.toggled.connect(lambda _on: self._remember())
        self.setLayout(row(self.asked, self.screening, self.own, spacing=4))

    def show_asked(self, asked: Panels) -> None:
        """What is asked for here without anybody choosing."""
        self._asked = asked
        count = sum(len(tests) for _panel, tests in asked)
        self.asked.setText(plural(count, "Asked here, 1 test", "Asked here, {n} tests"))
        self._show()

    @property
    def panels(self) -> Panels:
        if self._which == OWN and self._mine:
            return panels_asked(self._mine, screening=False)
        if self._which == SCREENING:
            return panels_asked((), screening=True)
        return self._asked

    @property
    def _mine(self) -> list[str]:
        stored = self._context.settings.chosen(self._context.session.login, REMEMBERED)
        return [one for one in stored.split(",") if one in catalog.panels()]

    def _choose(self, which: str) -> None:
        self._which = which
        self._show()
        self.chosen.emit()

    def _remember(self) -> None:
        mine = [action.data() for action in self._menu.actions() if action.isChecked()]
        login = self._context.session.login
        self._context.settings.set_chosen(login, REMEMBERED, ",".join(mine))
        self._choose(OWN if mine else ASKED)

    def _show(self) -> None:
        for which, one in ((ASKED, self.asked), (SCREENING, self.screening), (OWN, self.own)):
            one.setChecked(which == self._which)


class SampleFields(QWidget):
    """The day, the time and the laboratory of a sample; ``changed`` once they say another one."""

    changed = Signal(object)  # Sample
    asks_laboratories = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._sample = Sample(taken_on=date.min)
        self._record: PatientRecord | None = None
        self.day = TextField("", self._read_day, placeholder=tr("day of the sample"), width=118)
        self.day.line.setAccessibleName(tr("Day of the sample"))
        self.time = TextField("", entry.time_of_day, placeholder=tr("time"), width=70)
        self.time.line.setAccessibleName(tr("Time of the sample"))
        self.laboratory = Combo()
        self.laboratory.setAccessibleName(tr("Laboratory"))
        self.laboratory.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        for field in (self.day, self.time):
            field.committed.connect(self._commit)
        self.laboratory.activated.connect(self._on_laboratory)
        self.setLayout(Flow(self.day, self.time, self.laboratory, spacing=6))

    def show_sample(self, sample: Sample, record: PatientRecord) -> None:
        self._sample, self._record = sample, record
        self.day.set_text(sample.taken_on.isoformat())
        self.time.set_text("" if sample.taken_at is None else f"{sample.taken_at:%H:%M}")
        self.show_laboratories()

    def show_laboratories(self) -> None:
        self.laboratory.clear()
        known = self._context.session.laboratories.all()
        self.laboratory.addItem(tr("Laboratory: not said"), "")
        for one in known:
            self.laboratory.addItem(tr("Laboratory: {name}").format(name=one.name), one.id)
        self.laboratory.addItem(tr("Laboratories and ranges…"), OTHERS)
        chosen = self._sample.laboratory
        self.laboratory.setCurrentIndex(
            0 if chosen is None else max(0, self.laboratory.findData(chosen.id))
        )

    @property
    def known(self) -> Sequence[Laboratory]:
        return self._context.session.laboratories.all()

    def _read_day(self, text: str) -> date | Problem | None:
        return None if self._record is None else read_day(text, self._record)

    def _commit(self) -> None:
        on, at = self.day.read(), self.time.read()
        if isinstance(on, date) and not isinstance(at, Problem):
            self._take(
                replace(self._sample, taken_on=on, taken_at=at if isinstance(at, time) else None)
            )

    def _on_laboratory(self, index: int) -> None:
        chosen = self.laboratory.itemData(index)
        if chosen == OTHERS:
            self.show_laboratories()
            self.asks_laboratories.emit()
            return
        found = next((one for one in self.known if one.id == LaboratoryId(chosen)), None)
        self._take(replace(self._sample, laboratory=found))

    def _take(self, sample: Sample) -> None:
        if sample != self._sample:
            self._sample = sample
            self.changed.emit(sample)
