"""The visits of a patient: those planned and those not planned, what became of each, and what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from core.acts import locking
from core.entering.visit.draft import Draft
from core.findings import appointments, consent
from core.findings.appointments import Appointed
from core.findings.consent import OfVisit
from core.model.document import About
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.signature import LockLevel, SignatureState
from core.model.user import Right
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.protocols.schedule import PlannedVisit, Status, plan
from core.reports.choices import blank_form
from core.views.appointments import full_line
from core.views.sheet.build import why_none
from core.views.signed import VOID
from core.views.visit_words import visit_title
from core.words import MISSING, N_, day
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.chart.acts import start_visit
from ui.pages.chart.record.missing import MissingCard
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.widgets import ask, moving, patient_sheet
from ui.widgets.appointment import ask_appointment, ask_mark, why_no_appointment
from ui.widgets.basics import button, card, column, row
from ui.widgets.locks import explained
from ui.widgets.responsive import Flow
from ui.widgets.table import ButtonDelegate, Table
from ui.words import tr

STATUS = {
    Status.DONE: (N_("done"), "good"),
    Status.DONE_EARLY: (N_("done early"), "warn"),
    Status.DONE_LATE: (N_("done late"), "warn"),
    Status.MISSED: (N_("missed"), "bad"),
    Status.SKIPPED: (N_("skipped"), "neutral"),
    Status.CANCELLED: (N_("cancelled"), "neutral"),
    Status.NOT_APPLICABLE: (N_("not applicable"), "neutral"),
    Status.UPCOMING: (N_("upcoming"), "neutral"),
    Status.DUE_SOON: (N_("due soon"), "accent"),
    Status.DUE: (N_("window open"), "good"),
    Status.OVERDUE: (N_("overdue"), "bad"),
}
NOT_STARTABLE = {Status.UPCOMING, Status.NOT_APPLICABLE}


@dataclass(frozen=True)
class VisitLine:
    """One row: a planned visit, or one that was not planned."""

    title: str
    target: str
    window: str
    on: str
    status: str
    kind: str
    planned: PlannedVisit | None
    visit: Visit | None
    signature: str = ""
    signature_kind: str = "neutral"
    mark: str = ""  # what else is said of the visit

    @property
    def action(self) -> str:
        if self.visit is not None:
            return tr("Resume") if self.visit.is_draft else tr("Open")
        if self.planned is None or self.planned.status in NOT_STARTABLE:
            return ""
        return tr("Start") if self.planned.status.awaited else tr("Enter late")


COLUMNS: tuple[Column[VisitLine], ...] = (
    Column(N_("Visit"), lambda v: v.title, second=lambda v: v.mark),
    Column(N_("Target"), lambda v: v.target),
    Column(N_("Window"), lambda v: v.window),
    Column(N_("Took place"), lambda v: v.on),
    Column(N_("Status"), lambda v: v.status, chip=lambda v: v.kind),
    Column(N_("Signature"), lambda v: v.signature, chip=lambda v: v.signature_kind),
    Column("", lambda v: v.action),
)


class VisitsTab(Tab):
    topic = "chart#visits"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._enters = context.session.may(Right.ENTER)
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=42)
        self.mark = button(tr("Mark as missed, skipped or cancelled…"), self.ask_mark)
        self.appointment = button(tr("Appointment…  P"), self.ask_appointment)
        self.appointment.setAccessibleName(tr("Appointment…"))
        self.correct = button(tr("Correct a finished visit…"), self.ask_reopen)
        if not self._enters:
            self.correct.hide()
            self.appointment.hide()
        self.sheet = button(tr("Patient sheet…"), self.open_sheet)
        self.lock = button(tr("Lock patient…"), self._ask_lock, link=True)
        self.move_on = button("", self._ask_move, link=True)
        self._build_table()
        self.setLayout(self._build())

    def _build_table(self) -> None:
        self.table.setItemDelegateForColumn(6, ButtonDelegate(self.table, self._open_visit))
        self.table.fix_widths(
            {1: 108, 3: 108, 4: 124, 5: 176, 6: 116}, tight={3: 100, 4: 112, 5: 146, 6: 106}
        )
        self.table.opened.connect(self._open_visit)
        self.table.setAccessibleName(tr("Visits"))
        self.table.setColumnHidden(5, not self._enters)  # Enter reads a visit
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._allow_acts())
        self.table.hide_when_tight(1, 2)

    def _build(self) -> QVBoxLayout:
        blank = button(tr("Blank form of the next visit…"), self.print_blank, link=True)
        feet = row(blank)
        acts = (self.lock, self.move_on, self.sheet, self.correct, self.mark, self.appointment)
        feet.addLayout(Flow(*acts, right=True), 1)
        self.missing = MissingCard(self.context)
        layout = column(card(self.table, feet), self.missing)
        layout.setStretch(0, 1)
        layout.setContentsMargins(0, 8, 0, 0)
        return layout

    def draw(self, now: ChartRecord) -> None:
        lines = _with_appointments(now, _lines(now))
        outside = {one.visit.id: one for one in consent.outside(now.record)}
        self.model.show_rows([_with_consent(_with_signature(now, line), outside) for line in lines])
        self.missing.show_chart(now)
        self._offer_move(now)
        self.mark.setVisible(self._enters and now.protocol.anchor is Anchor.REFERENCE)
        self.lock.setVisible(self.context.session.may(Right.LOCK) and not now.locks)
        self._allow_acts()

    def _offer_move(self, now: ChartRecord) -> None:
        """Where there is a newer version of the patient's schedule, and visits can still come."""
        newer = protocols.newer(now.record.patient)
        offered = self._enters and newer is not None and now.record.participation_ended is None
        if newer is not None:
            self.move_on.setText(moving.title_of(newer))
        self.move_on.setVisible(offered)

    def _ask_move(self) -> None:
        if self.now is None or self.is_locked():
            return
        if (newer := protocols.newer(self.now.record.patient)) is not None:
            moving.ask_one(self, self.context, self.now.record, newer)

    def take_arrows(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_on(self, what: str) -> None:
        """A visit in the list."""
        lines = enumerate(self.model.rows)
        at = (row for row, line in lines if line.visit is not None and line.visit.id == what)
        if (found := next(at, None)) is not None:
            self.table.selectRow(found)
        self.table.setFocus()

    def _allow_acts(self) -> None:
        """What can be done with the selected row; why not stands in the tip of the button."""
        line = self._selected
        why_not = why_no_appointment(None if line is None else line.planned)
        if not why_not and self.now is not None and self.now.record.participation_ended:
            why_not = tr("The patient takes no part any more: there is no appointment to give.")
        self.appointment.setEnabled(not why_not)
        self.appointment.setToolTip(why_not)
        may_mark = line is not None and line.planned is not None and line.visit is None
        self.mark.setEnabled(may_mark)
        tip = tr("Select a planned visit that has not taken place.")
        self.mark.setToolTip("" if may_mark else tip)
        finished = line is not None and line.visit is not None and not line.visit.is_draft
        self.correct.setEnabled(finished)
        self.correct.setToolTip("" if finished else tr("Select a finished visit to correct."))

        why = tr("Select a finished visit.")
        if line is not None and line.visit is not None and self.now is not None:
            why = why_none(self.now.record, line.visit)
        patient_sheet.offer(self.sheet, why)

    @property
    def _selected(self) -> VisitLine | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.row(rows[0]) if rows else None

    def _open_visit(self, line: VisitLine) -> None:
        if self.patient_id is None:
            return
        if line.visit is not None:
            self.context.open_visit.emit(self.patient_id, line.visit.id)
        elif line.action and line.planned is not None and self._enters:
            start_visit(self.context, self.patient_id, line.planned.code)

    def print_blank(self) -> None:
        """The form of the visit that comes next, to be filled in by hand; of an unscheduled one where none does."""
        if self.now is not None:
            coming = self.now.coming
            code = coming.code if coming else ""
            choice = blank_form(self.now.protocol, code)
            self.context.open_document.emit("blank-forms", About(choice=choice))

    def open_sheet(self) -> None:
        """What the patient takes home from the selected visit."""
        line = self._selected
        if line is not None and line.visit is not None:
            patient_sheet.open_of(self.context, line.visit)

    def _ask_lock(self) -> None:
        if self.patient_id is None:
            return
        question = tr("Nothing about this patient can be changed until it is unlocked. Why?")
        why = ask.reason(self, tr("Lock patient"), question)
        if why is not None:
            with self.context.saving():
                locking.lock_patient(self.context.session, self.patient_id, why)

    def ask_mark(self) -> None:
        """Mark the selected visit as not taken place."""
        line = self._selected
        if line is None or line.planned is None or line.visit is not None:
            return
        if self.patient_id is not None:
            ask_mark(self, self.context, self.patient_id, line.planned.code, line.title)

    def ask_appointment(self) -> None:
        """Give the selected visit an appointment, or change it."""
        line = self._selected
        if line is not None and line.planned is not None and self.appointment.isEnabled():
            assert self.patient_id is not None
            ask_appointment(self, self.context, self.patient_id, line.planned.code)

    def take_key(self, key: str) -> bool:
        if key != "P" or not self.appointment.isVisible():
            return False
        self.ask_appointment()
        return True

    def ask_reopen(self) -> None:
        """Correct the selected visit, which is finished: with a reason."""
        line = self._selected
        if line is None or line.visit is None or line.visit.is_draft or self.patient_id is None:
            return
        record = self.context.session.record(self.patient_id)
        held = record.locks_on(line.visit.id)
        may_unlock = self.context.session.may(Right.LOCK) and len(held) == 1
        if not (may_unlock and held[0].level is LockLevel.VISIT) and explained(self.context, held):
            return
        question = tr("Why is this visit corrected?")
        if held:
            locked = tr("This visit is locked. Correcting it unlocks it, and voids its signatures.")
            question = f"{locked} {question}"
        why = ask.reason(self, line.title, question)
        if why is not None:
            with self.context.saving():
                if held:
                    locking.unlock(self.context.session, *held, reason=why)
                draft = Draft(self.context.session, self.patient_id, line.visit.id)
                draft.reopen(why)
                self.context.open_visit.emit(self.patient_id, line.visit.id)


def _lines(now: ChartRecord) -> list[VisitLine]:
    """The visits of the plan in its order, then those that are not in it."""
    record = now.record
    planned = plan(record, now.protocol, now.today)
    in_plan = {p.visit.id for p in planned if p.visit}
    return [_planned(p) for p in planned] + [
        _unplanned(record, v) for v in record.visits if v.id not in in_plan
    ]


def _planned(p: PlannedVisit) -> VisitLine:
    return VisitLine(
        title=p.title,
        target=day(p.window.target),
        window=f"{day(p.window.open)} – {day(p.window.close)}",
        on=day(p.visit.date) if p.visit else MISSING,
        status=tr("in progress") if p.in_progress else tr(STATUS[p.status][0]),
        kind="warn" if p.in_progress else STATUS[p.status][1],
        planned=p,
        visit=p.visit,
    )


def _unplanned(record: PatientRecord, visit: Visit) -> VisitLine:
    return VisitLine(
        title=visit_title(record, visit),
        target=MISSING,
        window=MISSING,
        on=day(visit.date),
        status=tr("in progress") if visit.is_draft else tr("done"),
        kind="warn" if visit.is_draft else "good",
        planned=None,
        visit=visit,
    )


def _with_appointments(now: ChartRecord, lines: list[VisitLine]) -> list[VisitLine]:
    """Planned visits with when the patient comes, or that an appointment was missed."""
    found: dict[str, Appointed] = {
        one.planned.code: one for one in appointments.open_appointments(now.record, now.today)
    }
    return [
        replace(line, mark=full_line(found[line.planned.code], now.today))
        if line.planned is not None and line.visit is None and line.planned.code in found
        else line
        for line in lines
    ]


def _with_signature(now: ChartRecord, line: VisitLine) -> VisitLine:
    """A finished visit with whether it is signed, and whether anything of it is locked."""
    visit = line.visit
    if visit is None:
        return line
    mine: list[SignatureState] = [
        one for one in now.signatures if one.signature.visit_id == visit.id
    ]
    said, kind = [], "neutral"
    if any(one.valid for one in mine):
        said, kind = [tr("signed")], "good"
    elif mine:
        said, kind = [tr("{sign} signature void").format(sign=VOID)], "bad"
    if any(lock.level is LockLevel.VISIT for lock in now.record.locks_on(visit.id)):
        said.append(tr("locked"))
    if not said and not visit.is_draft:
        said = [tr("not signed")]
    return replace(line, signature=", ".join(said), signature_kind=kind)


def _with_consent(line: VisitLine, outside: Mapping[VisitId, OfVisit]) -> VisitLine:
    """A visit outside the consent with whether its results are used anyway."""
    found = None if line.visit is None else outside.get(line.visit.id)
    if found is None:
        return line
    if found.left_out:
        return replace(line, mark=tr("outside consent: {why}").format(why=found.why))
    return replace(line, mark=tr("outside consent, the results are used"))


VISITS = TabKind(id="visits", title=lambda _now: tr("Visits"), make=VisitsTab)
