"""The patient's chart: who it is, what can be done, and a tab for each kind of thing."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QSizePolicy,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core import clock
from core.findings import eligibility
from core.forms import catalog
from core.model.ids import PatientId, RecordId
from core.model.nouns import ADVERSE_EVENTS, LABORATORY
from core.model.trail import Act
from ui import theme
from ui.context import AppContext
from ui.pages.chart.acts import PatientActs
from ui.pages.chart.alerts import FIRST
from ui.pages.chart.tab import ChartRecord, Tab
from ui.pages.chart.tabs import tabs
from ui.pages.page import Page, Unsaved
from ui.widgets.basics import NO_MODIFIER, Combo, column, restyle, row
from ui.widgets.locks import LockBar
from ui.widgets.patient_header import PatientHeader
from ui.widgets.table import Table
from ui.words import tr

MARGIN = 16  # px at the sides
GAP = 12  # px between the tabs and the tools


class ChartPage(Page):
    """One patient; opens on the overview. A tab is made when it is first shown."""

    shows = frozenset(
        {
            "patient",
            "visit",
            "visit_mark",
            "appointment",
            "answer",
            "form",
            "spirometry",
            "blow",
            "adverse_event",
            "milestone",
            "external_result",
            "task_result",
            "criterion_result",
            "measurement",
            "decision",
            "threshold",
            "record",
            "item",
            "record_check",
            "data_query",
            "query_reply",
            "signature",
            "lock",
            "lab_result",
            "laboratory",
            "reference_range",
        }
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._patient_id: PatientId | None = None
        self._now: ChartRecord | None = None
        self.made: dict[str, Tab] = {}
        self._tabs = tabs()
        self._kinds = {kind.id: kind for kind in self._tabs}
        self._held = {held: kind.id for kind in self._tabs for held in kind.holds}
        self._holders = {
            kind.id: QWidget() for kind in self._tabs
        }  # one for each tab that is made later
        self.acts = PatientActs(context)
        self.print, self.start = self.acts.print, self.acts.start
        self.acts.log.clicked.connect(self.log_event)
        self._header = PatientHeader(self.acts.more, self.print, self.acts.log, self.start)
        self.locks = LockBar(context)
        self.choice = Combo()  # instead of the tabs, where there is no room for them
        self.choice.setAccessibleName(tr("Part of the chart"))
        self.choice.activated.connect(lambda at: self.show_tab(self.choice.itemData(at)))
        self.choice.hide()
        self.tabs = QTabWidget()
        bar = QTabBar()
        bar.currentChanged.connect(self._on_tab)  # before the tab widget, which shows what we draw
        self.tabs.setTabBar(bar)
        self.tabs.setDocumentMode(True)
        bar.setDrawBase(False)
        self._columns = {kind.id: column(spacing=6) for kind in self._tabs}
        for kind in self._tabs:
            self._holders[kind.id].setLayout(self._columns[kind.id])
            self.tabs.addTab(self._holders[kind.id], "")
        self._beside_tabs, self._beside_choice = QWidget(), QWidget()  # where tools can be
        self._tools_at = {one: row() for one in (self._beside_tabs, self._beside_choice)}
        for one, line in self._tools_at.items():
            one.setLayout(line)
        self.tabs.setCornerWidget(self._beside_tabs)
        self._beside_choice.hide()
        choices = row(self.choice, None, self._beside_choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 5, MARGIN, 8)
        layout.setSpacing(5)
        layout.addWidget(self._header)
        layout.addWidget(self.locks)
        layout.addLayout(choices)
        layout.addWidget(self.tabs, 1)

    @property
    def topic(self) -> str:
        """That of the tab in front."""
        return "chart" if self._now is None else self.tab(self.front).topic

    @property
    def front(self) -> str:
        """The id of the tab in front."""
        return self._tabs[self.tabs.currentIndex()].id

    def tab(self, id: str) -> Tab:
        """A tab, or what another tab holds, made when it is first asked for, as it is to be seen now."""
        name = self._held.get(id, id)
        if name not in self.made:
            self.made[name] = self._make(name)
        self.made[name].draw_if_stale()
        return self.made[name] if name == id else self.made[name].held(id)

    def show_tab(self, id: str, what: str = "") -> None:
        """Bring a tab to the front; the keyboard goes to ``what`` another tab leads to."""
        name = self._held.get(id, id)
        self.tabs.setCurrentWidget(self._holders[name])
        if name != id:
            self.tab(name).show_held(id)
        if what:
            self.tab(name).focus_on(what)

    def show_record(self, form: str, what: str) -> None:
        """Bring a record of a form to the front; the queries where it is not there any more.

        What belongs to an adverse event leads to that, and a result of the laboratory to its sample.
        """
        if form == ADVERSE_EVENTS:
            self.show_tab("events", what)
            return
        if form == LABORATORY:
            self.show_tab("laboratory", what)
            return
        record = None if self._now is None else self._now.record
        gone = record is None or record.form_record(RecordId(what.partition(".")[0])) is None
        known = catalog.newest().get(form)
        tab = f"form.{known.within or form}" if known is not None else ""
        if gone or not {tab, self._held.get(tab)} & self._kinds.keys():
            self.show_tab("queries")
        else:
            self.show_tab(tab, what)

    def title_of(self, id: str) -> str:
        """The words on a tab."""
        return self.tabs.tabText(self.tabs.indexOf(self._holders[self._held.get(id, id)]))

    def open(self, patient_id: PatientId) -> None:
        if patient_id != self._patient_id:
            self.keep()  # what was typed for one patient never stands under another
            self._patient_id = patient_id
            self.tabs.setCurrentIndex(0)
            for tab in self.made.values():
                tab.open(patient_id)
        self.context.write_down(Act.VIEWED, patient_id=patient_id, details={})
        self.mark_stale()

    def refresh(self) -> None:
        if self._patient_id is None:
            return
        now = ChartRecord(self.context.session, self._patient_id, clock.today())
        self._now = now
        self._header.show_record(now.record, eligibility.accepted(now.record, now.protocol))
        self.acts.show_chart(now)
        self.locks.show_locks(now.locks)
        for index, kind in enumerate(self._tabs):
            self.tabs.setTabText(index, kind.title(now))
            self.tabs.setTabVisible(index, kind.is_there(now))
        for key, id_ in enumerate(self._there[:9], start=1):
            index = self.tabs.indexOf(self._holders[id_])
            self.tabs.setTabToolTip(
                index, tr("{tab}: key {key}").format(tab=self.title_of(id_), key=key)
            )
        self._show_choice()
        for tab in self.made.values():
            tab.show_chart(now)
        self.tab(self.front)
        self._place_tools()

    def log_event(self) -> None:
        """Begin an adverse event, or go on with the one that is typed."""
        self.show_tab("events")
        self.tab("events").focus_on("")

    def unsaved(self) -> tuple[Unsaved, ...]:
        if self._patient_id is None:
            return ()
        return tuple(one for tab in self.made.values() for one in tab.unsaved(self._patient_id))

    @property
    def shown(self) -> Mapping[str, str]:
        if self._patient_id is None:
            return {}
        inner = self.made[self.front].held_in_front if self.front in self.made else ""
        return {"patient": self._patient_id, "tab": inner or self.front}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if "patient" not in shown:
            return False
        self.open(PatientId(shown["patient"]))
        if shown["tab"] in {*self._kinds, *self._held}:
            self.show_tab(shown["tab"])
        return True

    def focus_first(self) -> None:
        parts = self.choice if self.tabs.tabBar().isHidden() else self.tabs.tabBar()
        (self.start if self.start.isVisible() else parts).setFocus()

    def go_on(self) -> None:
        """Add what is typed on the tab in front."""
        self.tab(self.front).go_on()

    def save_front(self) -> None:
        """The same; on the overview the results behind the chart."""
        if not self.tab(self.front).save():
            super().save_front()

    def set_tight(self, *, tight: bool) -> None:
        super().set_tight(tight=tight)
        self.tabs.tabBar().setVisible(not tight)
        # Else Tab would give the keyboard to tabs that nobody sees, and go no further.
        policy = Qt.FocusPolicy.NoFocus if tight else Qt.FocusPolicy.TabFocus
        self.tabs.setFocusPolicy(policy)
        self.choice.setVisible(tight)
        self._show_choice()
        for tab in self.made.values():
            tab.set_tight(tight=tight)

    def _make(self, id: str) -> Tab:
        tab = self._kinds[id].make(self.context)
        tab.edited.connect(self.keep_soon.start)
        tab.given_up.connect(self.keep)
        tab.leads_to.connect(self.show_tab)
        tab.part_made.connect(self._fit_in)
        tab.set_tight(tight=self._tight)
        if self._patient_id is not None:
            tab.open(self._patient_id)
        if self._now is not None:
            tab.show_chart(self._now)
            tab.draw_if_stale()
        self._fit_in(tab)
        if tab.tools is not None:
            self.give_tools(tab, tab.tools)
        self._columns[id].addWidget(tab)
        tab.show()  # its layout would do so later, and what is hidden takes no keyboard
        return tab

    def _fit_in(self, part: QWidget) -> None:
        """The room of the page, and its keys, for what was made later."""
        self.fit(part)
        for table in part.findChildren(Table):
            table.passes_letters = True  # they are keys of the chart

    def give_tools(self, tab: Tab, tools: QWidget) -> None:
        """Show these beside the tabs while the tab is in front."""
        tab.tools = tools
        tools.setProperty("role", "tools")
        tools.installEventFilter(self)  # it may grow, and then needs another place

    def _on_tab(self) -> None:
        way = QSizePolicy.Policy
        for tab, holder in self._holders.items():  # only the tab in front says how high the page is
            holder.setSizePolicy(way.Preferred, way.Preferred if tab == self.front else way.Ignored)
        if self._now is not None:
            self.tab(self.front)
            self.choice.setCurrentIndex(self.choice.findData(self.front))
            self._place_tools()

    def showEvent(self, event: QShowEvent) -> None:
        """Tabs that were named while nobody saw them get the room of their words: Qt keeps that of the words before."""
        super().showEvent(event)
        bar = self.tabs.tabBar()
        bar.setElideMode(bar.elideMode())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_tools()
        return super().eventFilter(watched, event)

    def _place_tools(self) -> None:
        """The tools of the tab in front: beside the tabs, or beside the choice instead of them; below where that is full."""
        front = self.front
        for one in self.made.values():
            if one.tools is not None and one is not self.made.get(front):
                one.tools.hide()
        tools = self.made[front].tools if front in self.made else None
        self._beside_choice.setVisible(tools is not None and self._tight)
        if tools is None:
            return
        line: QBoxLayout = self._columns[front]
        for dense in (False, True):  # the tabs stand closer where that makes room
            self._set_dense(dense=dense)
            if self._room >= tools.sizeHint().width() + theme.px(GAP):
                line = self._tools_at[self._beside_choice if self._tight else self._beside_tabs]
                break
        else:
            self._set_dense(dense=False)
            self._set_dense(dense=self._room < 0)  # or where they have no room even alone
        if tools.parentWidget() is not line.parentWidget():
            line.insertWidget(0, tools)
            self._follow_tabs(tools)
        tools.show()

    def _follow_tabs(self, tools: QWidget) -> None:
        """The keyboard comes to the tools after the tabs, or the choice instead of them, as the eye does."""
        before: QWidget = self.choice if self._tight else self.tabs.tabBar()
        for one in tools.findChildren(QAbstractButton):
            self.setTabOrder(before, one)
            before = one

    @property
    def _room(self) -> int:
        """px that the tabs, or the choice instead of them, leave in their line."""
        others = self.choice if self._tight else self.tabs.tabBar()
        return self.contentsRect().width() - 2 * theme.px(MARGIN) - others.sizeHint().width()

    def _set_dense(self, *, dense: bool) -> None:
        bar = self.tabs.tabBar()
        if bar.property("dense") != dense:
            bar.setProperty("dense", dense)
            restyle(bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters and digits that no field and no list took: a tab by its place, what the tab knows, what the chart knows."""
        key = event.text().upper()
        plain = event.modifiers() in {NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier}
        if not (plain and key and self._take_key(key)):
            super().keyPressEvent(event)

    @property
    def _there(self) -> list[str]:
        """The ids of the tabs that this patient has, in their order."""
        return [kind.id for at, kind in enumerate(self._tabs) if self.tabs.isTabVisible(at)]

    def _take_key(self, key: str) -> bool:
        if key.isdecimal():
            at = int(key) - 1
            if not 0 <= at < len(self._there):
                return False
            self.show_tab(self._there[at])
            self.tab(self.front).take_arrows()
            return True
        if self.tab(self.front).take_key(key):
            return True
        if key == "E" and self.acts.log.isVisible():
            self.log_event()
        elif key == "A":
            self.show_tab("alerts", FIRST)
        elif key == "C":
            self.show_tab("compare")
            self.tab("compare").focus_first()
        else:
            return False
        return True

    def _show_choice(self) -> None:
        """The choice of parts says what their tabs say."""
        self.choice.clear()
        for index, kind in enumerate(self._tabs):
            if self.tabs.isTabVisible(index):
                self.choice.addItem(self.tabs.tabText(index), kind.id)
        self.choice.setCurrentIndex(self.choice.findData(self.front))
