"""The frame round the pages once a clinic file is open: sidebar, search, what is saved, messages."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core import clock, reports
from core.guide import ABOUT, INDEX, KEYBOARD
from core.labels import ROLE
from core.model import event_details
from core.model.document import About
from core.model.ids import EventId, PatientId, RecordId, VisitId
from core.model.user import Right
from core.session import Changes
from core.words import notation
from ui import theme
from ui.actions import ACTIONS, Action
from ui.context import AppContext
from ui.help.guidance import Guidance
from ui.pages.every import page_class
from ui.pages.page import Page, Place
from ui.widgets.basics import answered, button, chip, column, label, row, set_chip
from ui.widgets.clock_badge import ClockBadge
from ui.widgets.demo_notice import DemoNotice
from ui.widgets.fields import Line
from ui.widgets.figures import ask
from ui.widgets.file_warnings import FileWarnings, SecondPlaceReminder
from ui.widgets.locks import explained
from ui.widgets.responsive import FOLDED, NARROW, PageArea, open_help
from ui.widgets.saved_note import SavedNote
from ui.widgets.trail_warnings import TrailWarnings
from ui.words import tr

if TYPE_CHECKING:
    from ui.pages.chart.page import ChartPage
    from ui.pages.document_page import DocumentPage
    from ui.pages.event_page import EventPage
    from ui.pages.event_report_page import EventReportPage
    from ui.pages.past_chart_page import PastChartPage
    from ui.pages.patient_form_page import PatientFormPage
    from ui.pages.patients_page import PatientsPage
    from ui.pages.schedule_page import SchedulePage
    from ui.pages.sheet_page import SheetPage
    from ui.pages.trial_report.page import TrialReportPage
    from ui.pages.visit_page import VisitPage

NEEDS = {action.page: action.right for action in ACTIONS if action.page} | {
    "patient": Right.ENTER,
    "chart": Right.READ,
    "visit": Right.READ,
    "event": Right.READ,
    "past": Right.READ,
    "event_report": Right.READ,
    "sheet": Right.READ,
    "schedule": Right.CLINIC,
    "trial-report": Right.COHORT,
}


SIDEBAR = 112  # px at the usual text size
NOTICE = 1320  # px that the window needs for the whole notice of the demonstration


class Shell(QWidget):
    """Puts pages side by side and shows the one that was asked for; a page is made when first shown."""

    signed_out = Signal()
    lock_asked = Signal()
    text_size_asked = Signal(int)  # a step larger (1) or smaller (-1), or the usual size (0)
    become = Signal(str)  # in the demonstration: the login of who the person wants to be

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("window")
        self.context = context
        context.setParent(
            self
        )  # goes with the window of this file, and lets go of whoever listened
        self._pages: dict[str, Page] = {}
        self._areas: dict[str, PageArea] = {}
        self._actions = tuple(action for action in ACTIONS if self._may(action.right))
        self._stack = QStackedWidget()
        self._nav = QButtonGroup(self)
        self.nav_buttons: dict[str, QPushButton] = {}
        self.search = Line()
        self.demonstration: DemoNotice | None = None
        self.guidance = Guidance(self, self, self._actions)
        self.saved = chip("", "good")
        self.backup = button("", context.backing_up.give_up, link=True)
        self.backup.setToolTip(
            tr("A backup is being written. What you enter is safe. Press this to give it up.")
        )
        self.backup.hide()
        self.saved_note = SavedNote()
        self._message = label("", "problem", wrap=True)
        self.trail_warnings = TrailWarnings(context)
        self.file_warnings = FileWarnings(context)
        self.reminder = SecondPlaceReminder(context)
        right = column(
            self._topbar(),
            self.trail_warnings,
            self.file_warnings,
            self.reminder,
            self._message_bar(),
            self.saved_note,
            self._stack,
            spacing=0,
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.sidebar = self._sidebar()
        layout.addWidget(self.sidebar)
        layout.addLayout(right, 1)
        self._narrow = self._folded = False
        self._notation = notation()
        self._shortcuts()
        self._listen(context)
        set_chip(self.saved, tr("Open · encrypted"), "good")
        self._day = clock.today()
        minutes = QTimer(self)
        minutes.timeout.connect(self._look_at_the_clock)
        minutes.start(60_000)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]
        self.show_page(self.home)

    def _listen(self, context: AppContext) -> None:
        """Answer what the pages ask for."""
        context.changed.connect(self._on_changed)
        context.saved.connect(self._on_saved)
        context.refused.connect(self.refuse)
        context.told.connect(self._say)
        context.writing.connect(self.saved_note.wait_for)
        context.reading.connect(self.saved_note.say_read)
        context.written.connect(self.saved_note.say)
        context.cancelled.connect(self.saved_note.say_cancelled)
        context.not_written.connect(self.saved_note.forget)
        context.backing_up.failed.connect(self._say)
        context.backing_up.copying.connect(_BackupShown(self).show)
        context.show_page.connect(self.show_page)
        context.open_chart.connect(self.open_chart)
        context.open_visit.connect(self.open_visit)
        context.open_field.connect(self.open_field)
        context.open_record.connect(self.open_record)
        context.open_event.connect(self.open_event)
        context.open_report.connect(self.open_report)
        context.open_document.connect(self.open_document)
        context.open_attached.connect(partial(_open_attached, self))
        context.open_past_chart.connect(self.open_past_chart)
        context.edit_patient.connect(self.edit_patient)
        context.edit_schedule.connect(self.edit_schedule)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What has the keyboard is in sight, also where the page is higher than the window."""
        area = self._stack.currentWidget()
        if isinstance(area, PageArea) and now is not None and area.page.isAncestorOf(now):
            area.show_widget(now)

    @property
    def home(self) -> str:
        """Where a person begins: the first page that their role has."""
        return next(action.page for action in self._actions if action.in_sidebar)

    @property
    def current(self) -> Page | None:
        area = self._stack.currentWidget()
        page = area.page if isinstance(area, PageArea) else None
        return page if isinstance(page, Page) else None

    def page(self, name: str) -> Page:
        """The page of that name, made when it is first asked for."""
        if name not in self._pages:
            page = page_class(name)(self.context)
            page.set_tight(tight=self._folded)
            area = PageArea(page)
            page.set_narrow(narrow=self._narrow)
            area.set_narrow(narrow=self._narrow)
            self._pages[name], self._areas[name] = page, area
            self._stack.addWidget(area)
            if name == "patients":
                cast("PatientsPage", page).unfiltered.connect(self.search.clear)
        return self._pages[name]

    def show_page(self, name: str) -> None:
        if self._may_leave_for(name):
            self._show(name)

    def open_chart(self, patient_id: str) -> None:
        page = cast("ChartPage", self.page("chart"))
        if self._may_leave_for("chart"):
            page.open(PatientId(patient_id))
            self._show("chart")
            self.clear_search()

    def clear_search(self) -> None:
        """An empty line filters nothing: the list of patients is whole again."""
        self.search.clear()
        if "patients" in self._pages:
            cast("PatientsPage", self.page("patients")).search("")

    def open_visit(self, patient_id: str, visit_id: str) -> None:
        page = cast("VisitPage", self.page("visit"))
        if page.leave() and self._may_leave_for("visit"):
            page.open(PatientId(patient_id), VisitId(visit_id))
            self._show("visit")

    def open_field(self, patient_id: str, visit_id: str, step: str, field: str) -> None:
        """A visit at the very field that somebody asked about."""
        self.open_visit(patient_id, visit_id)
        page = cast("VisitPage", self.page("visit"))
        if self.current is page and page.draft is not None and page.draft.visit.id == visit_id:
            page.show_asked(step, field)

    def open_event(self, patient_id: str, event_id: str, visit_id: str) -> None:
        """One adverse event with everything about it; without an id a new one, of a visit where one is named."""
        page = cast("EventPage", self.page("event"))
        if self._may_leave_for("event"):
            page.open(PatientId(patient_id), EventId(event_id), VisitId(visit_id))
            self._show("event")

    def open_record(self, patient_id: str, form: str, what: str) -> None:
        """A record of a form in the chart, at the very field that somebody asked about; of an event on its page."""
        if form in event_details.FORMS and self._may(Right.READ):
            record = self.context.session.record(PatientId(patient_id))
            event = event_details.event_of(record, RecordId(what.partition(".")[0]))
            if event is not None:
                self.open_event(patient_id, event.id, "")
                cast("EventPage", self.page("event")).show_field(what)
                return
        self.open_chart(patient_id)
        page = cast("ChartPage", self.page("chart"))
        if self.current is page:
            page.show_record(form, what)

    def open_report(self, patient_id: str, event_id: str) -> None:
        """The reports of a serious event."""
        page = cast("EventReportPage", self.page("event_report"))
        if self._may_leave_for("event_report"):
            page.open(PatientId(patient_id), EventId(event_id))
            self._show("event_report")

    def open_document(self, id: str, about: About) -> None:
        """A document of the registry, previewed on its page."""
        one = reports.named(id)
        page = cast("DocumentPage | SheetPage | TrialReportPage", self.page(one.page))
        if self._may_leave_for(one.page, one.right):
            page.open(id, about)
            self._show(one.page)

    def open_past_chart(self, patient_id: str, sequence: int, at: datetime) -> None:
        page = cast("PastChartPage", self.page("past"))
        if self._may_leave_for("past"):
            if page.open(PatientId(patient_id), sequence, at):
                self._show("past")
            else:
                self._say(tr("This patient was not registered yet then. Choose a later moment."))

    def edit_patient(self, patient_id: object) -> None:
        session = self.context.session
        held = (
            session.locks.on_file()
            if patient_id is None or not self._may(Right.READ)
            else session.record(PatientId(str(patient_id))).locks_on()
        )
        if explained(self.context, held):
            return
        page = cast("PatientFormPage", self.page("patient"))
        if self._may_leave_for("patient"):
            page.edit(None if patient_id is None else PatientId(str(patient_id)))
            self._show("patient")

    def edit_schedule(self, id: str) -> None:
        """The newest version of a schedule, to be changed."""
        page = cast("SchedulePage", self.page("schedule"))
        if self._may_leave_for("schedule"):
            page.open(id)
            self._show("schedule")

    def _may_leave_for(self, name: str, right: Right | None = None) -> bool:
        """Whether the page in front has saved what was typed; one that could not stays in front."""
        if not (self._may(NEEDS.get(name)) and self._may(right)):
            self._say(tr("Your role does not have this page. Ask a colleague whose role has it."))
            return False
        return self.current is None or self.current is self._pages.get(name) or self.current.leave()

    def _may(self, right: Right | None) -> bool:
        return right is None or self.context.session.may(right)

    def _show(self, name: str) -> None:
        page = self.page(name)
        self._message_bar_widget.hide()
        self.saved_note.leave()
        # Drawn before it is shown: Qt does not survive an error inside its own show event.
        page.refresh_if_stale()
        self._stack.setCurrentWidget(self._areas[name])
        marked = self.nav_buttons.get(name)
        self._nav.setExclusive(False)
        for one in self.nav_buttons.values():
            one.setChecked(one is marked)
        self._nav.setExclusive(True)
        page.focus_first()

    def refuse(self, text: str) -> None:
        """A save that failed, in one sentence."""
        self._say(text)
        set_chip(self.saved, tr("Last entry not saved"), "bad")

    def _say(self, text: str) -> None:
        """What went wrong, until the page changes or it is dismissed."""
        self._message.setText(text)
        self._message_bar_widget.show()

    def leave(self) -> bool:
        """Before closing: the page in front saves what stands in its fields; False where it could not."""
        return self.current is None or self.current.leave()

    def keep(self) -> None:
        """Before a lock: what stands in the fields is kept as it is, and nobody leaves them."""
        if self.current is not None:
            self.current.keep()

    @property
    def topic(self) -> str:
        """What the help says about the page in front."""
        return INDEX if self.current is None else self.current.topic

    @property
    def place(self) -> tuple[str, Place]:
        """The page in front by its name, and where on it the person was."""
        name = next((n for n, page in self._pages.items() if page is self.current), self.home)
        return name, self.page(name).place

    def return_to(self, name: str, place: Place) -> None:
        """Go on where the person was before a lock, or as near to it as there still is."""
        page = self.page(name)
        if self._may(NEEDS.get(name)) and page.show_again(place.shown):
            self._show(name)
            page.return_to(place.control)

    def _look_at_the_clock(self) -> None:
        """A window left open over night shows the new day."""
        if clock.today() != self._day:
            self._day = clock.today()
            for page in self._pages.values():
                page.mark_stale()

    def _on_changed(self, changes: Changes) -> None:
        """What a page is made of may have changed: then it is made anew when it is next opened.

        A chart has a tab for each form; every page says days and pressures of gases as the clinic chose.
        """
        old = {"chart"} & self._pages.keys() if "definition" in changes.entities else set()
        if notation() != self._notation:
            self._notation = notation()
            old = set(self._pages)
        for name in old:
            if self._pages[name] is not self.current:
                del self._pages[name]
                area = self._areas.pop(name)
                self._stack.removeWidget(area)
                area.deleteLater()

    def _on_saved(self) -> None:
        now = clock.now().astimezone()
        set_chip(self.saved, tr("Saved {time} · encrypted").format(time=f"{now:%H:%M:%S}"), "good")
        self._message_bar_widget.hide()

    def _sidebar(self) -> QFrame:
        session = self.context.session
        frame = QFrame()
        frame.setProperty("role", "sidebar")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(8, 12, 7, 10)
        layout.setSpacing(2)
        layout.addWidget(label(tr("ALS Follow-up"), "brand"))
        layout.addWidget(label(session.clinic.name, "small", wrap=True))
        layout.addSpacing(12)
        for action in self._actions:
            if action.in_sidebar:
                one = button(tr(action.title), self._doing(action), tip=action.shortcut)
                one.setProperty("nav", "true")
                one.setCheckable(True)
                self._nav.addButton(one)
                self.nav_buttons[action.page] = one
                if action.id == "safety":
                    self.badge = ClockBadge(self.context)
                    beside = row(None, self.badge)
                    beside.setContentsMargins(0, 0, 10, 0)
                    one.setLayout(beside)
                layout.addWidget(one)
                if action.id == "patients":
                    layout.addStretch(0)
        layout.addStretch(1)
        layout.addWidget(label(session.user.full_name, "who", wrap=True))
        layout.addWidget(label(ROLE[session.user.role], "small"))
        help_ = button(tr("Help F1"), self.guidance.show_help, link=True)
        self.lock_button = button(tr("Lock Ctrl+L"), self.lock_asked.emit, link=True)
        about = button(tr("About"), partial(open_help, self, ABOUT), link=True)
        for one in (self.guidance.offer, help_, about, self.lock_button):
            layout.addWidget(one)
        sign_out = button(tr("Sign out"), self.signed_out.emit, link=True, tip="Ctrl+Shift+L")
        layout.addWidget(sign_out)
        frame.ensurePolished()
        # Words of another language may be longer.
        frame.setFixedWidth(max(theme.px(SIDEBAR), layout.minimumSize().width()))
        frame.setMinimumHeight(1)  # it makes no window higher: where it has no room it is folded
        return frame

    def _menu(self) -> QPushButton:
        """The side bar in one button, for a window in which it has no room."""
        menu = QMenu(self)
        user = self.context.session.user
        for action in self._actions:
            if action.in_sidebar:
                menu.addAction(tr(action.title), self._doing(action))
        menu.addSeparator()
        menu.addAction(f"{user.full_name}, {ROLE[user.role]}").setEnabled(False)
        for action in self._actions:
            if action.id in {"help", "keys", "lock", "sign-out"}:
                menu.addAction(f"{tr(action.title)}   {action.shortcut}", self._doing(action))
        made = button(tr("Menu"))
        made.setMenu(menu)
        made.hide()
        return made

    def _topbar(self) -> QFrame:
        self.search.setPlaceholderText(tr("Find patient   Ctrl+K"))
        self.search.setToolTip(tr("by number, name or birth date"))
        self.search.setAccessibleName(tr("Find patient"))
        self.search.setMaximumWidth(theme.px(286))
        self.search.textEdited.connect(self._on_search)
        self.search.returnPressed.connect(self._on_search_entered)
        escape = QShortcut(QKeySequence("Escape"), self.search, self.clear_search)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        frame = QFrame()
        frame.setProperty("role", "topbar")
        layout = QHBoxLayout(frame)
        layout.setContentsMargins(16, 4, 16, 4)
        self.menu = self._menu()
        layout.addWidget(self.menu)
        if self._may(Right.READ):
            layout.addWidget(self.search, 2)
        else:
            self.search.setParent(frame)
            self.search.hide()
        self.notice = QHBoxLayout()
        if self.context.session.clinic.demonstration:
            self.demonstration = DemoNotice(self.context.session.user.role)
            self.demonstration.become.connect(self.become)
            self.notice.addWidget(self.demonstration)
        layout.addLayout(self.notice, 3)
        layout.addStretch(0 if self.demonstration is not None else 1)
        layout.addWidget(self.backup)
        layout.addWidget(self.saved)
        return frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the side bar, and set pages in one column, where the window is too narrow for more."""
        super().resizeEvent(event)
        _fold_notice(self)
        folded = self.width() < theme.px(FOLDED)
        if folded != self._folded:
            self._folded = folded
            self.sidebar.setVisible(not folded)
            self.search.setPlaceholderText(
                tr("Find patient") if folded else tr("Find patient   Ctrl+K")
            )
            self.menu.setVisible(folded)
            for page in self._pages.values():
                page.set_tight(tight=folded)
        narrow = self.width() < theme.px(NARROW)
        if narrow != self._narrow:
            self._narrow = narrow
            for name, page in self._pages.items():
                page.set_narrow(narrow=narrow)
                self._areas[name].set_narrow(narrow=narrow)

    def _message_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("messages")
        dismiss = button(tr("Dismiss"), bar.hide, link=True)
        layout = row(self._message, dismiss)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        bar.setLayout(layout)
        bar.hide()
        self._message_bar_widget = bar
        return bar

    def _shortcuts(self) -> None:
        for action in self._actions:
            QShortcut(QKeySequence(action.shortcut), self, self._doing(action))
        # On many keyboards the plus is above the equals sign.
        QShortcut(QKeySequence("Ctrl+="), self, lambda: self.text_size_asked.emit(1))

    def _doing(self, action: Action) -> Callable[[], None]:
        if action.page:
            return lambda: self.show_page(action.page)
        return {
            "find": lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "new": lambda: self.edit_patient(None),
            "larger": lambda: self.text_size_asked.emit(1),
            "smaller": lambda: self.text_size_asked.emit(-1),
            "usual": lambda: self.text_size_asked.emit(0),
            "help": self.guidance.show_help,
            "keys": lambda: open_help(self, KEYBOARD),
            "explain": lambda: ask(self.current or self),
            "lock": self.lock_asked.emit,
            "sign-out": self.signed_out.emit,
        }[action.id]

    def _on_search(self, text: str) -> None:
        page = cast("PatientsPage", self.page("patients"))
        page.search(text)
        if self.current is not page:
            self.show_page("patients")
            self.search.setFocus()
            self.search.setCursorPosition(len(text))

    def _on_search_entered(self) -> None:
        page = cast("PatientsPage", self.page("patients"))
        if self.current is page and self.search.text().strip():
            page.open_first()


class _BackupShown(QObject):
    """How far a backup is that nobody asked for; the button gives it up, and never takes the keyboard by itself.

    It goes with the window: what makes the backup outlives that of a session.
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell

    def show(self, percent: int) -> None:
        said = self._shell.backup
        said.setText(tr("Backup {n} %: give up").format(n=percent))
        said.setVisible(percent >= 0)
        _fold_notice(self._shell)


def _fold_notice(shell: Shell) -> None:
    """The notice of the demonstration in few words where the bar has no room for all of them."""
    if shell.demonstration is not None:
        room = shell.width() - (0 if shell.backup.isHidden() else shell.backup.sizeHint().width())
        shell.demonstration.fold(folded=room < theme.px(NOTICE))


def _open_attached(shell: Shell, patient_id: str, value: str) -> None:
    """Show an attached file in front of the page, which stays as it is."""
    from ui.pages.attached_file import AttachedFile

    with shell.context.acting():
        answered(AttachedFile(shell, shell.context, PatientId(patient_id), value))
