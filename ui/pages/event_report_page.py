"""The reports of one serious event: those that there are, the next one with its narrative, and that it was sent."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from core import clock
from core.entering import event_report, records, typed_texts
from core.entry import Problem
from core.findings import clocks
from core.forms import reading
from core.model import event_details
from core.model.clinic_event import ListedEvent
from core.model.document import About
from core.model.event_details import EventDetails, EventReport
from core.model.ids import EventId, PatientId
from core.model.record import PatientRecord
from core.model.user import Right
from core.views import safety
from core.views.event_narrative import clinic_event, narrative
from core.words import MISSING, N_, instant
from ui import theme
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.page import Page, Unsaved
from ui.widgets import ask
from ui.widgets.basics import beside_fields, button, card, column, label, row
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import Columns, Flow
from ui.widgets.table import Table
from ui.words import tr


def _kind(report: EventReport) -> str:
    if report.is_initial:
        return tr("initial report")
    return tr("follow-up report {n}").format(n=report.number - 1)


class EventReportPage(Page):
    """What is typed and not saved is kept for its author. A report that was sent changes with a reason only."""

    topic = "safety#the-report-of-a-serious-event"
    shows = frozenset({"adverse_event", "record", "item", "threshold"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._patient_id: PatientId | None = None
        self._event_id: EventId | None = None
        self._record: PatientRecord | None = None
        self._known: EventDetails | None = None
        self._report: EventReport | None = None  # the one that is edited; None is a new one
        form = event_report.form()
        self._title, self._said = label("", "title"), label("", "muted", wrap=True)
        self._clocks = label("", "muted", wrap=True)
        columns: tuple[Column[EventReport], ...] = (
            Column(N_("To"), lambda one: reading.say(form.field("to"), one.to)),
            Column(N_("Report"), _kind),
            Column(
                N_("Sent"),
                lambda one: instant(one.sent_at) if one.sent_at else tr("not sent yet"),
                second=lambda one: one.sent_by or MISSING,
            ),
        )
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=44)
        self.table.fix_widths({0: 84, 1: 112})
        self.table.setAccessibleName(tr("Reports of this event"))
        self.table.opened.connect(self.edit)
        self.next = button(tr("Next report"), self.new_report)
        self._none = label(tr("No report yet."), "muted")
        self._number, self._state = label("", "heading"), label("", "muted")
        self.to = ChoiceField(tr("To"), {c.id: c.text for c in form.field("to").choices})
        self.how = ChoiceField(tr("How"), {c.id: c.text for c in form.field("how").choices})
        read_instant = _reader("sent_at")
        self.sent_at = TextField(
            tr("Sent on"), read_instant, placeholder="2026-11-21 14:05", width=160
        )
        self.sent_by = TextField(tr("Sent by"), width=220)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Narrative"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(theme.px(150))
        self.told = button(tr("Tell it again from the record"), self.tell_again, link=True)
        self.now = button(tr("Sent now"), self.sent_now)
        self.save = button(tr("Save"), self.save_report, primary=True)
        self.print = button(tr("Save and preview…"), self.preview)
        self._build()

    def _build(self) -> None:
        self.to.chosen.connect(self._on_typed)
        self.how.chosen.connect(self._on_typed)
        self.text.textChanged.connect(self.keep_soon.start)
        self.watch(self.sent_at.line, self.sent_by.line)
        back = button(tr("Back to Safety"), lambda: self.context.show_page.emit("safety"))
        opened = button(tr("Open the event"), self._open_event)
        chain = QWidget()
        chain.setLayout(
            column(
                label(tr("Reports"), "heading"),
                self.table,
                self._none,
                row(self.next, None),
                label(tr("Clocks"), "heading"),
                self._clocks,
                None,
                spacing=8,
            )
        )
        sent = Flow(self.sent_at, beside_fields(self.now), self.sent_by, spacing=10)
        edited = QWidget()
        edited.setLayout(
            column(
                row(self._number, self._state, None),
                self.to,
                row(label(tr("Narrative"), "muted"), None, self.told),
                self.text,
                sent,
                self.how,
                row(None, self.print, self.save),
                spacing=8,
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        head = row(column(self._title, self._said, spacing=2))
        head.setStretch(0, 1)
        head.addLayout(Flow(opened, back, right=True))
        layout.addLayout(head)
        layout.addWidget(Columns(card(chain), card(edited), fixed={0: 380}, spacing=12), 1)

    def open(self, patient_id: PatientId, event_id: EventId) -> None:
        """The reports of an event; a new one begins where none is being prepared."""
        self.keep()
        self._patient_id, self._event_id = patient_id, event_id
        self._report = None
        self._load()
        kept = self._kept()
        prepared = (
            []
            if self._known is None
            else [one for one in self._known.reports if one.sent_at is None]
        )
        wanted = kept.get(event_report.ID, prepared[-1].record.id if prepared else "")
        self._report = self._find(wanted)
        self._fill(kept or self._stored())
        self._stale = False

    def refresh(self) -> None:
        if self._event_id is not None:
            self._load()
            if self._report is not None:
                self._report = self._find(self._report.record.id)
            self._show_state()

    def focus_first(self) -> None:
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def new_report(self) -> None:
        self.keep()
        self._forget()
        self._report = None
        self._fill(self._stored())

    def edit(self, report: EventReport) -> None:
        self._forget()
        self._report = report
        self._fill(self._stored())

    def tell_again(self) -> None:
        """The narrative as the record tells it now, in the place of what stands there; Ctrl+Z undoes it."""
        if self._record is None or self._event_id is None:
            return
        names = self.context.session.users.names()
        cursor = self.text.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(narrative(self._record, self._event_id, names))

    def sent_now(self) -> None:
        """Fill in that it was sent at this minute, by whom is at the keyboard; how is left to be chosen."""
        self.sent_at.set_text(f"{clock.now().astimezone():%Y-%m-%d %H:%M}")
        if not self.sent_by.text.strip():
            self.sent_by.set_text(self.context.session.user.full_name)
        self.keep_soon.start()
        self.how.setFocus()

    def save_report(self) -> bool:
        """False where something is wrong with it, or the file refused it."""
        known, session = self._known, self.context.session
        if known is None:
            return False
        entry = event_report.entry_of(session, known, self._report, self._texts())
        saved = event_report.read(entry)
        self._show_problems({} if not isinstance(saved, Mapping) else saved)
        if isinstance(saved, Mapping):
            return False
        reason = ""
        if self._report is not None and self._report.sent_at is not None:
            asked = ask.reason(
                self,
                tr("Change a report that was sent"),
                tr("What was sent stays in the audit trail. A new finding is a follow-up report."),
            )
            if asked is None:
                return False
            reason = asked
        before = self.context.failures
        self.keep_soon.stop()
        with self.context.saving():
            event_report.save(session, known, saved, reason)
        if self.context.failures != before:
            return False
        self._load()
        self._report = self._find(saved.id)
        self._fill(self._stored())
        self._state.setText(tr("saved"))
        return True

    def preview(self) -> None:
        """Save it, and show its pages."""
        if self.save_report() and self._report is not None:
            about = About(
                patient_id=self._patient_id,
                event_id=self._event_id,
                report_id=self._report.record.id,
            )
            self.context.open_document.emit("event-report", about)

    def unsaved(self) -> tuple[Unsaved, ...]:
        if self._patient_id is None or self._known is None or not self.save.isVisibleTo(self):
            return ()
        texts, stored = self._texts(), self._stored()
        changed = any(texts.get(name, "") != stored.get(name, "") for name in event_report.NAMES)
        names = (*event_report.NAMES, event_report.EVENT, event_report.ID)
        kept = dict.fromkeys(names, "")
        if changed:
            mine = "" if self._report is None else self._report.record.id
            kept |= texts | {event_report.EVENT: str(self._event_id), event_report.ID: mine}
        return (Unsaved(place=_place(), subject=self._patient_id, texts=kept),)

    @property
    def shown(self) -> Mapping[str, str]:
        if self._event_id is None:
            return {}
        return {"patient": str(self._patient_id), "event": self._event_id}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if not shown:
            return False
        patient_id, event_id = PatientId(shown["patient"]), EventId(shown["event"])
        if event_id not in {one.id for one in self.context.session.events.of(patient_id)}:
            return False
        self.open(patient_id, event_id)
        return True

    def _load(self) -> None:
        assert self._patient_id is not None
        assert self._event_id is not None
        self._record = record = self.context.session.record(self._patient_id)
        event = next((one for one in record.events if one.id == self._event_id), None)
        self._known = None if event is None else event_details.details(record, event)
        self._show_chain()

    def _show_chain(self) -> None:
        known, record = self._known, self._record
        if known is None or record is None or self._event_id is None:
            return
        one = clinic_event(record, self._event_id)
        now, rules = clock.now(), clocks.rules_of(record.thresholds)
        listed = ListedEvent(
            number=one.number,
            event=known.event,
            treated=one.treated,
            product=None if known.judgement is None else known.judgement.product,
            details=known,
        )
        (line,) = safety.lines([listed], now, rules)
        self._title.setText(
            tr("Reports: {number}, {event}").format(number=one.number, event=safety.title(line))
        )
        self._said.setText(safety.why(line))
        self._clocks.setText("\n".join(safety.clock_line(c, rules, now) for c in line.clocks))
        self.model.show_rows(known.reports)
        self.table.setVisible(bool(known.reports))
        self.table.fit_height(4)
        self._none.setVisible(not known.reports)

    def _find(self, id: str) -> EventReport | None:
        reports = () if self._known is None else self._known.reports
        return next((one for one in reports if one.record.id == id), None)

    def _stored(self) -> dict[str, str]:
        """The texts of the report as the file has it; of a new one as it begins."""
        if self._known is None or self._record is None:
            return {}
        if self._report is None:
            session = self.context.session
            return dict(event_report.first_texts(session, self._record, self._known))
        entry = event_report.stored_texts(self._report)
        return {name: entry.get(name, "") for name in event_report.NAMES}

    def _kept(self) -> dict[str, str]:
        """What was typed of this event and not saved."""
        if self._patient_id is None:
            return {}
        kept = dict(self.context.session.typed.of(_place(), self._patient_id))
        return kept if kept.get(event_report.EVENT) == self._event_id else {}

    def _forget(self) -> None:
        if self._patient_id is not None:
            self.keep_soon.stop()
            with self.context.saving():
                typed_texts.forget(self.context.session, _place(), self._patient_id)

    def _fill(self, texts: Mapping[str, str]) -> None:
        self.to.set_value(texts.get("to") or None)
        self.how.set_value(texts.get("how") or None)
        self.sent_at.set_text(texts.get("sent_at", ""))
        self.sent_by.set_text(texts.get("sent_by", ""))
        if self.text.toPlainText() != texts.get("narrative", ""):
            self.text.setPlainText(texts.get("narrative", ""))
        self._show_problems({})
        self.keep_soon.stop()
        self._show_state()

    def _show_state(self) -> None:
        known = self._known
        may = known is not None and self.context.session.may(Right.ENTER)
        for one in (self.save, self.told, self.now, self.next):
            one.setVisible(may)
        if known is None:
            return
        report = self._report
        number = report.number if report else event_report.next_number(known, self.to.value or "")
        words = tr("Initial report") if number == 1 else tr("Follow-up report {n}")
        self._number.setText(words.format(n=number - 1))
        sent = report is not None and report.sent_at is not None
        self._state.setText(
            tr("sent; a change needs a reason") if sent else tr("new") if report is None else ""
        )
        self.to.allow(set() if report is not None else set(self._choices()))

    def _choices(self) -> tuple[str, ...]:
        return tuple(one.id for one in event_report.form().field("to").choices)

    def _texts(self) -> dict[str, str]:
        return {
            "to": self.to.value or "",
            "how": self.how.value or "",
            "sent_at": self.sent_at.text.strip(),
            "sent_by": self.sent_by.text.strip(),
            "narrative": self.text.toPlainText(),
        }

    def _show_problems(self, wrong: Mapping[str, Problem]) -> None:
        for name, field in (
            ("to", self.to),
            ("how", self.how),
            ("sent_at", self.sent_at),
            ("sent_by", self.sent_by),
        ):
            field.show_problem(wrong.get(name))
        rest = [problem.message for name, problem in wrong.items() if name == "narrative"]
        if rest:
            self._state.setText(rest[0])

    def _on_typed(self) -> None:
        self._show_state()
        self.keep_soon.start()

    def _open_event(self) -> None:
        self.context.open_event.emit(str(self._patient_id), str(self._event_id), "")


def _place() -> str:
    return records.place_of(event_report.form())


def _reader(name: str) -> Callable[[str], object]:
    field = event_report.form().field(name)

    def read(text: str) -> object:
        return reading.read(field, text, reading.Limits(latest=clock.today()))

    return read
