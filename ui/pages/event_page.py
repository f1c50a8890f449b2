"""The page of one adverse event: everything that is known of it, from a visit or from the chart."""

from collections.abc import Mapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout

from core.entering.event_form import Entered
from core.model.ids import EventId, PatientId, VisitId
from core.model.nouns import ADVERSE_EVENTS
from core.model.user import Right
from ui.context import AppContext
from ui.forms.event.sheet import EventSheet
from ui.pages.page import Page, Unsaved
from ui.widgets.ask_mark import AskMark
from ui.widgets.patient_header import PatientHeader


class EventPage(Page):
    """It leads back to the visit or the chart that it was opened from."""

    topic = "adverse-events"
    shows = frozenset(
        {
            *("adverse_event", "record", "item", "milestone", "lock", "visit", "patient", "user"),
            *("data_query", "query_reply"),
        }
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._header = PatientHeader()
        self.sheet = EventSheet(context)
        self.sheet.edited.connect(self.keep_soon.start)
        self.sheet.left.connect(self._go_back)
        self.save = self.sheet.save
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 8)
        layout.setSpacing(5)
        layout.addWidget(self._header)
        layout.addWidget(self.sheet, 1)
        QShortcut(QKeySequence("F2"), self, self.sheet.ask_here)
        if context.session.may(Right.QUERY):
            value_at = self.sheet.value_at
            self.ask_mark = AskMark(self, lambda one, _at: value_at(one), self.sheet.ask_about)

    def minimumSizeHint(self) -> QSize:
        """As high as its lines need at this width: choices that wrap never lie over one another."""
        base, layout = super().minimumSizeHint(), self.layout()
        needed = 0 if layout is None else layout.totalHeightForWidth(self.width())
        return QSize(base.width(), max(base.height(), needed))

    def open(self, patient_id: PatientId, event_id: EventId, visit_id: VisitId) -> None:
        """Show an event, or with no id a new one; ``visit_id`` is the visit that one comes from."""
        self.keep()  # what stands here may be about another event
        self.sheet.open(patient_id, event_id, visit_id)
        self._stale = False
        self._show_header()

    def refresh(self) -> None:
        self.sheet.refresh()
        self._show_header()

    def _show_header(self) -> None:
        if self.sheet.form is not None:
            self._header.show_record(self.sheet.form.record)

    def show_field(self, what: str) -> None:
        """A record of the event, or a field of it ("record.field"), that somebody asked about."""
        self.sheet.show_field(what)

    def unsaved(self) -> tuple[Unsaved, ...]:
        return tuple(
            Unsaved(place=place, subject=subject, texts=texts)
            for place, subject, texts in self.sheet.unsaved()
        )

    @property
    def shown(self) -> Mapping[str, str]:
        return self.sheet.shown

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if "patient" not in shown:
            return False
        visit = VisitId(shown["visit"])
        self.open(PatientId(shown["patient"]), EventId(shown["event"]), visit)
        return True

    def focus_first(self) -> None:
        self.sheet.focus_first()

    def _go_back(self, saved: Entered | None) -> None:
        """To the visit or the chart that it was opened from."""
        self.keep_soon.stop()
        patient_id, event_id, visit_id = self.sheet.came_from
        self.sheet.close_event()
        if visit_id:
            self.context.open_field.emit(patient_id, visit_id, ADVERSE_EVENTS, "asked")
        else:
            event = event_id if saved is None else saved.event.id
            self.context.open_record.emit(patient_id, ADVERSE_EVENTS, event)
