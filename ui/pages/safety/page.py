"""Safety: the clocks of serious events first, then every adverse event of the clinic."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QVBoxLayout

from core import clock
from core.findings.clocks import Rules, rules_of
from core.model.adverse_event import Grade
from core.model.clinic_event import ListedEvent
from core.model.document import About, Document, OfEvents
from core.model.user import Right
from core.views import safety
from core.views.safety import EventLine, Period, Wanted, Which
from core.words import N_
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.pages.safety.cells import PLAIN_PAD, GradeCell, PlainCell, StripCell, StripHeader
from ui.pages.safety.clocks import Clocks
from ui.pages.safety.filters import GradeButton
from ui.widgets.basics import Combo, FilterChip, button, card, label, row
from ui.widgets.fields import Line
from ui.widgets.responsive import Flow
from ui.widgets.segments import Segments
from ui.widgets.table import Table
from ui.words import tr

MINUTE_MS = 60_000
STRIP = 6  # the column
_WHICH = {
    Which.ALL: N_("All {n}"),
    Which.SERIOUS: N_("Serious {n}"),
    Which.OPEN: N_("Open {n}"),
    Which.RELATED: N_("Related {n}"),
}
_PERIOD = {
    Period.ANY: N_("Any time"),
    Period.MONTH: N_("30 days"),
    Period.YEAR: N_("12 months"),
}


class SafetyPage(Page):
    """Enter opens the event of a line; single letters and digits filter."""

    topic = "safety"
    shows = frozenset({"adverse_event", "record", "item", "patient", "threshold"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._lines: tuple[EventLine, ...] = ()
        self._rules: Rules = rules_of(context.session.thresholds.all())
        self._grade: Grade | None = None
        self._now = clock.now()
        self._head = label("", "muted", wrap=True)
        self.log = button(tr("Log event  E"), self.log_event)
        self.report = button(tr("Prepare report  R"), self.prepare_report, primary=True)
        self.clocks = Clocks(lambda: self._now, lambda: self._rules)
        self.clocks.opened.connect(self.open_event)
        self._build_filters()
        self._build_table()
        self._none = label("", "muted", wrap=True)
        leaving = buttons(context, OfEvents, self._let_out, link=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        head = row(label(tr("Safety"), "title"), self._head, spacing=12)
        head.setStretch(1, 1)
        head.addLayout(Flow(*leaving, self.log, self.report, spacing=8, right=True), 2)
        layout.addLayout(head)
        layout.addWidget(card(self.clocks))
        layout.addLayout(self._filters)
        layout.addWidget(card(self.table, self._none), 1)
        if not context.session.may(Right.ENTER):
            self.log.hide()
            self.report.hide()
        minutes = QTimer(self)
        minutes.timeout.connect(self.look_at_the_clock)
        minutes.start(MINUTE_MS)

    def _build_filters(self) -> None:
        self.grades = {grade: GradeButton(grade) for grade in Grade}
        for grade, one in self.grades.items():
            one.clicked.connect(partial(self.choose_grade, grade))
        self.which = Segments(tr("Events"), {one: tr(_WHICH[one]).format(n=0) for one in Which})
        self.period = Segments(tr("Began in the last"), {one: tr(_PERIOD[one]) for one in Period})
        self.patient, self.text = Combo(), Line()
        self.patient.setAccessibleName(tr("Patient"))
        self.text.setPlaceholderText(tr("Find in the list   /"))
        self.text.setAccessibleName(tr("Find in the list"))
        self.text.setFixedWidth(theme.px(130))
        self.filter = FilterChip(self.show_all)
        self.which.chosen.connect(self.show_wanted)
        self.period.chosen.connect(self.show_wanted)
        self.patient.activated.connect(lambda _at: self.show_wanted())
        self.text.textEdited.connect(lambda _text: self.show_wanted())
        parts = (
            *self.grades.values(),
            self.which,
            self.period,
            self.patient,
            self.text,
            self.filter,
        )
        self._filters = Flow(*parts, spacing=8)

    def _build_table(self) -> None:
        columns: tuple[Column[EventLine], ...] = (
            Column(N_("Patient"), lambda line: line.listed.number),
            Column(
                N_("As said"),
                lambda line: line.listed.event.term,
                tip=lambda line: line.listed.event.term,
            ),
            Column(
                N_("CTCAE 5.0 term"),
                lambda line: line.listed.event.coded_term,
                tip=lambda line: line.listed.event.coded_term,
            ),
            Column(N_("Grade"), lambda line: line.grade_words),
            Column(N_("Began"), lambda line: line.onset_words),
            Column(N_("Day"), lambda line: line.day_words, right=True),
            Column("", _strip_words, tip=_strip_words),
            Column(N_("Product"), lambda line: line.product_words),
            Column(
                N_("Outcome"), lambda line: line.outcome_words, tip=lambda line: line.outcome_words
            ),
            Column(N_("Next"), self._next, tip=self._next),
        )
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=26)
        self.table.passes_letters = True
        self.strip = StripCell(self.table, clock.today)
        self.table.setHorizontalHeader(StripHeader(self.table, self.strip, STRIP))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        looks = {
            0: lambda _line: ("accent", True),
            1: lambda line: ("ink", line.listed.event.serious),
            2: lambda _line: ("muted", False),
            4: lambda _line: ("muted", False),
            5: lambda _line: ("ink", True),
            7: lambda line: ("warn", True) if line.listed.product is None else ("muted", False),
            8: lambda line: ("ink", line.is_open) if line.is_open else ("muted", False),
            9: lambda line: (safety.due(line, self._now)[1], True),
        }
        for place, look in looks.items():
            cell = PlainCell(self.table, look, edge=place == 0)
            self.table.setItemDelegateForColumn(place, cell)
        self.table.setItemDelegateForColumn(3, GradeCell(self.table))
        self.table.setItemDelegateForColumn(STRIP, self.strip)
        self.table.fix_widths(
            {0: 60, 3: 88, 4: 98, 5: 84, STRIP: 134, 7: 98, 8: 108, 9: 116},
            tight={0: 66, 3: 88, 4: 92, 5: 50, 9: 150},
        )
        self.table.hide_when_tight(2, 4, STRIP, 7, 8)
        self.table.wrap(1, 2, 8, 9, pad=PLAIN_PAD)
        self.table.setMinimumHeight(theme.px(170))
        self.table.setAccessibleName(tr("Adverse events of the clinic"))
        self.table.opened.connect(self.open_event)
        self.table.selectionModel().currentRowChanged.connect(lambda *_of: self._show_acts())

    def _next(self, line: EventLine) -> str:
        return safety.due(line, self._now)[0]

    def refresh(self) -> None:
        session = self.context.session
        self._now, self._rules = clock.now(), rules_of(session.thresholds.all())
        self._lines = safety.lines(session.clinic_events.listed(), self._now, self._rules)
        patients, treated = session.clinic_events.people(clock.today())
        self._head.setText(safety.headline(self._lines, treated, patients, self._now))
        self.strip.span = safety.span(self._lines, clock.today())
        self._show_patients()
        self._show_kinds()
        self.clocks.show_lines([line for line in self._lines if line.clocks])
        self.show_wanted()

    def look_at_the_clock(self) -> None:
        """Once a minute, while the page is seen: what is left, and what became due."""
        if not self.isVisible() or not self._lines:
            return
        self._now = clock.now()
        self._lines = safety.again(self._lines, self._now, self._rules)
        self._show_kinds()
        self.clocks.show_lines([line for line in self._lines if line.clocks])
        self.show_wanted()

    def _show_kinds(self) -> None:
        """How many events there are of each kind, whatever else is chosen."""
        found = safety.kinds(self._lines)
        self.which.say({one: tr(_WHICH[one]).format(n=found[one]) for one in Which})

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def asked(self) -> Wanted:
        return Wanted(
            which=self.which.value,
            period=self.period.value,
            grade=self._grade,
            number=self.patient.currentData() or "",
            text=self.text.text().strip(),
        )

    def show_wanted(self) -> None:
        """The lines that are asked for; the selected one stays selected where it is among them."""
        asked, today = self.asked, clock.today()
        of_any_grade = [one for one in self._lines if safety.of_any_grade(one, asked, today)]
        counts = safety.counts(of_any_grade)
        most = max((sum(both) for both in counts.values()), default=1)
        for grade, (serious, other) in counts.items():
            self.grades[grade].show_counts(serious, other, most)
            self.grades[grade].setChecked(grade is self._grade)
        rows = [
            one
            for one in of_any_grade
            if asked.grade is None or one.listed.event.grade is asked.grade
        ]
        selected = self.selected
        self.model.show_rows(rows)
        same = (
            place
            for place, one in enumerate(rows)
            if selected is not None and one.listed.event.id == selected.event.id
        )
        if rows:
            self.table.selectRow(next(same, 0))
        self._say_none(rows)
        self._show_acts()

    def _say_none(self, rows: list[EventLine]) -> None:
        hidden = len(self._lines) - len(rows)
        self.filter.show_filter(tr("{n} not shown").format(n=hidden) if hidden else "")
        self._none.setText(
            tr("No event is like that. Esc shows all of them.")
            if self._lines
            else tr("No adverse event was recorded yet.")
        )
        self._none.setVisible(not rows)
        self.table.setVisible(bool(rows))

    def choose_grade(self, grade: Grade, *_of: object) -> None:
        """Only this grade; pressed again, every grade."""
        self._grade = None if self._grade is grade else grade
        self.show_wanted()

    def show_all(self) -> None:
        """End every filter."""
        self._grade = None
        self.text.clear()
        self.patient.setCurrentIndex(0)
        self.which.choose(Which.ALL)
        self.period.choose(Period.ANY)
        self.show_wanted()
        self.focus_first()

    @property
    def selected(self) -> ListedEvent | None:
        at = self.table.currentIndex()
        return self.model.row(at).listed if at.isValid() else None

    def open_event(self, line: EventLine) -> None:
        event = line.listed.event
        self.context.open_event.emit(event.patient_id, event.id, "")

    def log_event(self) -> None:
        """A new event of the selected line's patient."""
        if self.selected is not None and self.log.isEnabled():
            self.context.open_event.emit(self.selected.event.patient_id, "", "")

    def prepare_report(self) -> None:
        """A report of the selected event, where it is serious."""
        if self.selected is not None and self.report.isEnabled():
            event = self.selected.event
            self.context.open_report.emit(event.patient_id, event.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().upper()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and self.filter.isVisible():
            self.show_all()
        elif text in {"1", "2", "3", "4", "5"}:
            self.choose_grade(Grade(int(text)))
        elif text == "/":
            self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif (act := self._keys.get(text)) is not None:
            act()
        else:
            super().keyPressEvent(event)

    @property
    def _keys(self) -> Mapping[str, Any]:
        return {
            "S": partial(self._turn, Which.SERIOUS),
            "O": partial(self._turn, Which.OPEN),
            "E": self.log_event,
            "R": self.prepare_report,
        }

    def _turn(self, which: Which) -> None:
        """Show these only; pressed again, all."""
        self.which.choose(Which.ALL if self.which.value is which else which)

    def _show_patients(self) -> None:
        chosen = self.patient.currentData()
        self.patient.clear()
        self.patient.addItem(tr("Patient: all"), "")
        numbers = {line.listed.number for line in self._lines}
        for number in sorted(numbers, key=lambda one: (len(one), one)):
            self.patient.addItem(number, number)
        self.patient.setCurrentIndex(max(0, self.patient.findData(chosen)))

    def _show_acts(self) -> None:
        """Why no report can be prepared is the tip of its button."""
        one = self.selected
        self.log.setEnabled(one is not None)
        self.log.setToolTip(tr("of the patient of the selected line"))
        self.report.setEnabled(one is not None and one.event.serious)
        self.report.setToolTip(
            "" if self.report.isEnabled() else tr("Select a serious event to prepare its report.")
        )

    def _let_out(self, document: Document[Any]) -> None:
        let_out(self, self.context, document, About())


def _strip_words(line: EventLine) -> str:
    """What the strip shows, for a screen reader and the pointer."""
    if line.day is None:
        return tr("no infusion recorded")
    return tr("day {day} since the infusion").format(day=line.day_words)
