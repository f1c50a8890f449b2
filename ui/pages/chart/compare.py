"""Two visits side by side, any two: every answer, what was measured, the stages, and what is between them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.user import Right
from core.model.visit import Visit
from core.views import compared_values as values
from core.views import comparison
from core.views.comparison import FormComparison
from core.views.now import Line
from core.views.visit_words import visit_title
from core.words import day, short_day
from ui import theme
from ui.context import AppContext
from ui.pages.chart.side import COLOURS, Lead, Said
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.widgets.basics import button, clear, column, label, row, rule, shortcut, show_only
from ui.widgets.compared_table import AnswersTable, MeasuresTable
from ui.widgets.own_scroll import OwnScroll
from ui.widgets.responsive import Columns, Flow
from ui.widgets.wrapped import Wrapped
from ui.words import tr

SIDE, WIDE_SIDE = 440, 540  # px of what was measured; with a third visit
THIRD_FROM = 1440  # px of the tab: from a window of 1600 px on a third visit has room


class _Sides(Columns):
    """The answers, and beside them or below what was measured."""

    turned = Signal()

    def __init__(self, answers: OwnScroll, measured: OwnScroll) -> None:
        self.is_narrow = False
        self._side = SIDE
        self._both = (answers, measured)
        super().__init__(answers, measured, fixed={1: SIDE})

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        for one in self._both:
            one.set_whole(whole=narrow)
        if narrow != self.is_narrow:
            self.is_narrow = narrow
            self.turned.emit()

    def give_room(self, *, third: bool) -> None:
        """More for what was measured, where a third visit has a column there."""
        side = WIDE_SIDE if third else SIDE
        if side != self._side:
            self._side = self._fixed[1] = side
            super().set_narrow(narrow=self.is_narrow)


class CompareTab(Tab):
    """``←`` ``→`` the pair before and after, ``O`` only what changed, ``V`` another visit, Enter the later visit itself."""

    topic = "chart#compare"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.visits: tuple[
            Visit, ...
        ] = ()  # then, now, and a third one; none where there are no two
        self._chosen: tuple[VisitId, ...] = ()
        self._only_changed = False
        self.forms: tuple[FormComparison, ...] = ()
        self._tables: list[AnswersTable] = []
        self._make_tools(context)
        self.none = label("", "muted", wrap=True)
        self._feet: list[QLabel] = []
        text = tr("Neither visit has a questionnaire that can be compared.")
        self._no_form = label(text, "muted", wrap=True)
        self._no_form.setContentsMargins(12, 8, 12, 8)
        self._answers = column(self._no_form, None, spacing=6)
        self._inner = QWidget()
        self._inner.setLayout(self._answers)
        self.measures = MeasuresTable()
        self.measures.keyed.connect(lambda _key: self._review())
        self._stages, self._between = column(spacing=0), column(spacing=0)
        self.sides = _Sides(OwnScroll(self._inner, tr("The answers")), self._make_right())
        self.sides.turned.connect(self._redraw)
        self.setLayout(column(self.none, self.sides))
        self._take_arrows(self)

    def _make_tools(self, context: AppContext) -> None:
        self.before = button(tr("Previous pair  ←"), partial(self._step, -1))
        self.after = button(tr("Next pair  →"), partial(self._step, 1))
        signs = context.session.may(Right.SIGN)
        text = tr("Review and sign  ↵") if signs else tr("Review  ↵")
        self.review = button(text, self._review, primary=True)
        self.review.setToolTip(tr("Opens the later visit"))
        self.only = button("", self._turn)
        self.only.setCheckable(True)
        self.only.setProperty("segment", "true")
        self.picks = QWidget()
        self._picks = row(spacing=6)
        self.picks.setLayout(self._picks)
        self.another = button(tr("Another…  V"))
        self._menu = QMenu(self.another)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.another.setMenu(self._menu)
        self.another.setAccessibleName(tr("Compare with another visit, or compare other visits"))
        tools = self.tools = QWidget()
        tools.setLayout(
            Flow(self.picks, self.another, self.only, self.before, self.after, self.review)
        )
        self._take_arrows(tools)

    def _take_arrows(self, part: QWidget) -> None:
        """Arrows go from pair to pair wherever the keyboard is: a button would move it."""
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, by in (("Left", -1), ("Right", 1)):
            shortcut(key, part, partial(self._step, by), within)

    def _make_right(self) -> OwnScroll:
        inner = QWidget()
        inner.setProperty("role", "brief")
        text = column(self._stages, rule(), self._between, None, spacing=6)
        text.setContentsMargins(10, 4, 10, 6)
        body = column(self.measures, rule(), text, spacing=4)
        inner.setLayout(body)
        return OwnScroll(inner, tr("Measurements, stages, and what is between"))

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        self._chosen = ()

    def show_pair(self, *visits: VisitId) -> None:
        """Compare these two, and a third one; the order is that of their days."""
        self._chosen = visits
        self._redraw()

    def _redraw(self) -> None:
        if self.now is not None:
            self.draw(self.now)

    def draw(self, now: ChartRecord) -> None:
        record = now.record
        self.visits = self._pair(record)
        is_there = bool(self.visits)
        show_only([self.sides] if is_there else [self.none], [self.sides, self.none])
        for one in (self.picks, self.another, self.only, self.before, self.after, self.review):
            one.setEnabled(is_there)
        if not is_there:
            text = tr("There are not two visits to compare yet.")
            self.none.setText(text)
            return
        names = self.context.session.users.names()
        self.forms = comparison.forms(record, self._shown, names)
        focus = self.window().focusWidget()
        self._draw_answers(record)
        self._draw_values(record)
        self._draw_tools(record)
        if focus is not None and self.window().focusWidget() is not focus:
            self.focus_first()  # what had the keyboard is a pick or a line that is made anew

    @property
    def _shown(self) -> tuple[Visit, ...]:
        """The two visits, and the third one where it has room."""
        return self.visits if self._is_wide else self.visits[:2]

    @property
    def _is_wide(self) -> bool:
        return self.width() >= theme.px(THIRD_FROM)

    def _pair(self, record: PatientRecord) -> tuple[Visit, ...]:
        """What was chosen, as far as it is still there; else the last visit with the one before."""
        every = comparison.comparable(record)
        chosen = [one for one in every if one.id in self._chosen]
        if len(chosen) >= 2:
            pair = [one for one in chosen if one.id in self._chosen[:2]]
            third = [one for one in chosen if one.id in self._chosen[2:]]
            return (*comparison.in_order(*pair), *third) if len(pair) == 2 else ()
        if not every:
            return ()
        then = comparison.pair_before(record, every[-1])
        return () if then is None else comparison.in_order(then, every[-1])

    # What is shown.

    def _draw_answers(self, record: PatientRecord) -> None:
        """In the tables that are there already: one of them has the keyboard."""
        titles = self._titles(record)
        while len(self._tables) < len(self.forms):
            self._add_table()
        for at, (table, foot) in enumerate(zip(self._tables, self._feet, strict=True)):
            is_there = at < len(self.forms)
            table.setVisible(is_there)
            foot.setVisible(is_there)
            if is_there:
                form = self.forms[at]
                table.fills = len(self.forms) == 1 and not self.sides.is_narrow
                self._answers.setStretchFactor(table, 1 if table.fills else 0)
                rows = form.only_changed() if self._only_changed else form.rows
                table.show_rows(rows, form.title, titles)
                foot.setText(form.foot)
        fills = bool(self.forms) and self._tables[0].fills
        self._answers.setStretch(self._answers.count() - 1, 0 if fills else 1)
        self._no_form.setVisible(not self.forms)

    def _add_table(self) -> None:
        table = AnswersTable()
        table.keyed.connect(lambda _key: self._review())
        foot = label("", "muted", wrap=True)
        foot.setContentsMargins(12, 4, 12, 8)
        for one in (table, foot):
            self._answers.insertWidget(self._answers.count() - 1, one)
        self._tables.append(table)
        self._feet.append(foot)

    def _draw_values(self, record: PatientRecord) -> None:
        shown = values.measures(record, self._shown)
        self.sides.give_room(third=len(self._shown) > 2)
        self.measures.setVisible(bool(shown))
        self.measures.show_rows(shown, [self._name(record, one) for one in self._shown])
        clear(self._stages)
        for part in self._stage_lines(record):
            self._stages.addWidget(part)
        clear(self._between)
        title = tr("Since {visit}").format(visit=self._name(record, self.visits[0]))
        self._between.addWidget(label(title, "heading"))
        for one in values.standings(record, self.visits):
            self._between.addWidget(_stood(one))
        for line in values.since(record, self.visits):
            self._between.addWidget(self._line(line))

    def _stage_lines(self, record: PatientRecord) -> list[QWidget]:
        stages = values.stages(record, self.visits)
        if not stages:
            return []
        return [label(tr("Stage"), "heading"), *map(_stood, stages)]

    def _line(self, line: Line) -> QWidget:
        words = Wrapped(line.text, COLOURS[line.tone])
        if not line.tab:
            return Said(words)
        return Lead(words, partial(self.leads_to.emit, line.tab, line.what))

    def _titles(self, record: PatientRecord) -> list[str]:
        """Of the columns: each visit with its day, the last one with its year."""
        text = tr("{visit}, {day}")
        found = []
        for at, one in enumerate(self._shown):
            in_full = at == 1 and not self.sides.is_narrow
            when = day(one.date) if in_full else short_day(one.date)
            found.append(text.format(visit=self._name(record, one), day=when))
        return found

    def _name(self, record: PatientRecord, visit: Visit) -> str:
        return visit_title(record, visit)

    def _draw_tools(self, record: PatientRecord) -> None:
        then, now = self.visits[:2]
        clear(self._picks)
        self._picks.addWidget(label(tr("Compare with"), "muted"))
        for pick in comparison.picks(record, now):
            made = button(pick.title, partial(self.show_pair, pick.visit, now.id), tip=pick.tip)
            made.setCheckable(True)
            made.setChecked(pick.visit == then.id)
            made.setProperty("segment", "true")
            name = tr("Compare with {visit}, {tip}").format(visit=pick.title, tip=pick.tip)
            made.setAccessibleName(name)
            self._picks.addWidget(made)
        changed = sum(form.changed for form in self.forms)
        text = tr("Only changed ({n})  O").format(n=changed)
        self.only.setText(text)
        self.only.setChecked(self._only_changed)
        pairs = self._pairs(record)
        at = self._at(pairs)
        self.before.setEnabled(any(one < at for one in range(len(pairs))))
        self.after.setEnabled(any(one > at for one in range(len(pairs))))
        self.review.setVisible(not now.is_draft or now.rater == self.context.session.login)

    # What is chosen.

    def _pairs(self, record: PatientRecord) -> list[tuple[VisitId, VisitId]]:
        """Every visit with the one that it is compared with first, in their order."""
        every = [
            (comparison.pair_before(record, one), one) for one in comparison.comparable(record)
        ]
        return [(then.id, now.id) for then, now in every if then is not None]

    def _at(self, pairs: list[tuple[VisitId, VisitId]]) -> float:
        """The place of the pair among them; between two where it is one that was put together."""
        now = self.visits[1].id
        return next((at for at, one in enumerate(pairs) if one[1] == now), -1)

    def _step(self, by: int) -> None:
        if self.record is None or not self.visits:
            return
        pairs = self._pairs(self.record)
        at = self._at(pairs) + by
        if 0 <= at < len(pairs):
            third = [one.id for one in self.visits[2:]]
            self.show_pair(*pairs[int(at)], *third)

    def _turn(self) -> None:
        self._only_changed = not self._only_changed
        self._redraw()

    def _fill_menu(self) -> None:
        """Every visit: to compare with, to be compared, and for the third column where it has room."""
        self._menu.clear()
        record = self.record
        if record is None or not self.visits:
            return
        then, now = self.visits[:2]
        third = self.visits[2] if len(self.visits) > 2 else None
        rest = [] if third is None else [third.id]
        every = list(reversed(comparison.comparable(record)))
        self._offer(tr("Compare with"), every, then, lambda one: (one, now.id, *rest), now)
        self._offer(tr("Compare this visit"), every, now, lambda one: (then.id, one, *rest), then)
        if self._is_wide:
            beside = tr("A third visit beside them")
            self._offer(beside, every, third, lambda one: (then.id, now.id, one), then, now)
            if third is not None:
                self._menu.addAction(tr("No third visit"), partial(self.show_pair, then.id, now.id))

    def _offer(
        self,
        title: str,
        every: list[Visit],
        chosen: Visit | None,
        pair: Callable[[VisitId], tuple[VisitId, ...]],
        *without: Visit,
    ) -> None:
        if self.record is None:
            return
        self._menu.addSection(title)
        heading = self._menu.addAction(title)
        heading.setEnabled(False)
        for one in every:
            if one.id in {other.id for other in without}:
                continue
            text = tr("{visit}, {day}")
            words = text.format(visit=self._name(self.record, one), day=day(one.date))
            act = partial(self._choose, pair, one.id)
            entry = self._menu.addAction(words, act)
            entry.setCheckable(True)
            entry.setChecked(chosen is not None and one.id == chosen.id)

    def _choose(self, pair: Callable[[VisitId], tuple[VisitId, ...]], visit: VisitId) -> None:
        self.show_pair(*pair(visit))

    def _review(self) -> None:
        """The later visit: its review where it is finished, where it was left where it is not."""
        if self.patient_id is not None and self.visits and self.review.isVisibleTo(self):
            self.context.open_visit.emit(self.patient_id, self.visits[1].id)

    def take_key(self, key: str) -> bool:
        acts = {"O": self._turn, "V": self.another.showMenu}
        if key not in acts or not self.visits:
            return False
        acts[key]()
        return True

    def take_arrows(self) -> None:
        self.focus_first()

    def focus_first(self) -> None:
        target: QWidget = self._tables[0] if self.forms else self.measures
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A third visit comes and goes with the room for it."""
        was = event.oldSize().width() >= theme.px(THIRD_FROM)
        super().resizeEvent(event)
        if len(self.visits) > 2 and was != self._is_wide:
            QTimer.singleShot(0, self, self._redraw)


def _stood(one: values.Standing) -> Said:
    """“NIV: 5 h/day → 6.5 h/day”, and what makes it so."""
    text = tr("{title}: {then} → {now}") if one.then != one.now else tr("{title}: {now}, as then")
    words = text.format(title=one.title, then=one.then, now=one.now)
    return Said(Wrapped(f"{words} ({one.why})" if one.why else words, "ink"))


COMPARE = TabKind(id="compare", title=lambda _now: tr("Compare"), make=CompareTab)
