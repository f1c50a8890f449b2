"""The last step: everything on one page, what is still open, and finishing."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.acts import data_queries, locking, signing
from core.acts.signing_round import Waiting
from core.entering.visit.draft import Draft
from core.entering.visit.steps import TASKS, OpenPoint
from core.findings import alerts
from core.findings.alerts import Action
from core.model.document import About
from core.model.nouns import ADVERSE_EVENTS, LABORATORY, MEASUREMENTS, SPIROMETRY
from core.model.signature import Lock, LockLevel
from core.model.user import Right
from core.views.sheet.build import why_none
from core.views.signed import VOID
from core.views.visit_words import form_title
from core.words import plural
from ui import theme
from ui.context import AppContext
from ui.forms.conclusion_box import ConclusionBox
from ui.forms.step_form import StepForm
from ui.widgets import ask, patient_sheet
from ui.widgets.basics import answered, button, chip, clear, label, link, row, scrolled, set_chip
from ui.widgets.decide import ask_decision
from ui.widgets.locks import LockBar
from ui.widgets.sign import SignDialog
from ui.widgets.summary_view import SummaryView
from ui.words import tr

MEASURE = 960  # px: of a line at most, so that a score is found beside its question


class ReviewForm(StepForm):
    """``jump`` names the step and the field of an open point."""

    topic = "visit#review-and-finish"

    scrolls = False
    discard = Signal()

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.title = label(tr("Review and finish"), "question")
        self.state = chip("", "neutral")
        self.signature = chip("", "neutral")
        self.locks = LockBar(context)
        self.locks.unlocked.connect(self._on_locks)
        self._actions: dict[str, Action] = {}  # those that can be decided on here, by title
        self._points = QVBoxLayout()
        self._points.setSpacing(2)
        self.conclusion = ConclusionBox(context)
        self.conclusion.saved.connect(self._on_concluded)
        self.view = SummaryView()
        self.view.decide.connect(self._ask_decision)
        self.finish = button(tr("Finish visit"), self._finish, primary=True, tip="Ctrl+Enter")
        prints = context.session.may(Right.EXPORT)
        self.print = button(tr("Print summary") if prints else tr("Show summary"), self._print)
        self.discard_visit = button(tr("Discard visit…"), self.discard.emit, link=True)
        self.sheet = button(tr("Patient sheet…"), self._open_sheet)
        self.lock = button(tr("Lock…"), self._ask_lock, link=True)
        self.sign = button(tr("Sign…"), self._ask_sign, primary=True)
        self.skip = button(tr("Skip"), self._skip, tip=tr("The next visit that waits, unsigned"))
        self.mark = button(
            tr("Mark and next"),
            self._mark,
            tip=tr("Sign it together with the next visit of this patient, with one password"),
        )
        self.round = label("", "muted")
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(10)
        layout.addLayout(self._points)
        self.conclusion.setMaximumWidth(theme.px(MEASURE))
        layout.addWidget(self.conclusion)
        self.view.setMaximumWidth(theme.px(MEASURE))
        beside = row(self.view, None)
        beside.setStretch(0, 100)
        layout.addLayout(beside)
        layout.addStretch(1)
        inner.setProperty("role", "plain")
        self.body.addLayout(row(self.title, self.state, self.signature, None, self.round))
        self.body.addWidget(self.locks)
        self.body.addWidget(scrolled(inner, tr("Everything of this visit")), 1)
        back = button(tr("Back"), self.go_back.emit)
        acts = (self.lock, self.sheet, self.print, self.skip, self.mark, self.sign, self.finish)
        self.body.addLayout(row(back, self.discard_visit, None, *acts))

    def show_draft(self) -> None:
        draft = self.draft
        enters = draft.takes_entries
        points = draft.open_points() if enters else ()
        clear(self._points)
        for point in points:
            self._points.addWidget(self._link(point))
        blocked = sum(point.blocks for point in points)
        is_draft = draft.visit.is_draft
        if not is_draft:
            self.state.setText(tr("finished"))
        elif not enters:
            self.state.setText(tr("in progress"))
        elif blocked:
            self.state.setText(tr("{n} open").format(n=blocked))
        else:
            self.state.setText(tr("complete"))
        self.finish.setVisible(enters)
        self.discard_visit.setVisible(enters and not draft.was_finished)
        self.finish.setEnabled(not blocked)
        self.print.setEnabled(not (is_draft and draft.untouched))
        self.sheet.setVisible(not is_draft)
        patient_sheet.offer(self.sheet, why_none(draft.record, draft.visit))
        self._shown = signing.look(self.context.session, draft.record, draft.visit.id)
        writes = self.conclusion.show_visit(draft, self._shown.summary)
        summary = replace(self._shown.summary, conclusion="") if writes else self._shown.summary
        self.view.show_summary(summary, self._look_at_actions())
        self._show_signature()
        self.mark_queries()

    def _look_at_actions(self) -> dict[str, str]:
        """The patient's actions of today by title, for who may decide; each with what was decided, or empty."""
        self._actions = {}
        record, session, today = self.draft.record, self.context.session, clock.today()
        if not self._shown.summary.actions or not session.may(Right.ENTER):
            return {}
        still_open, decided = alerts.open_and_decided(record, today)
        found = (*still_open, *decided)
        self._actions = {one.title: one for one in found}
        names = session.users.names()
        return {
            title: ""
            if one.decision is None
            else alerts.decision_text(one.decision, names.get(one.decision.by, one.decision.by))
            for title, one in self._actions.items()
        }

    def _ask_decision(self, title: str) -> None:
        """The same question as on the chart, about all that is known of the patient today."""
        if ask_decision(self, self.context, self.draft.record, self._actions[title]):
            self.draft.reload()
            self.show_draft()
            self.view.focus_action(title)

    def commit(self) -> None:
        """A conclusion that is typed is kept; only its button saves it."""
        self.conclusion.keep()

    def keep_typed(self) -> None:
        """Of a finished visit nothing else is typed here."""
        self.conclusion.keep()

    def unsaved(self) -> dict[str, str]:
        return {**super().unsaved(), **self.conclusion.unsaved()}

    def _on_concluded(self) -> None:
        self.draft.reload()
        self.touched.emit()
        self.show_draft()
        self.conclusion.text.setFocus()

    def _show_signature(self) -> None:
        """Whether the visit is signed, what is locked, and what the person at the keyboard may do about it."""
        shown, session = self._shown.summary, self.context.session
        finished = not self.draft.visit.is_draft
        if shown.signed:
            set_chip(self.signature, tr("signed"), "good")
        elif shown.void:
            set_chip(self.signature, tr("{sign} signature void").format(sign=VOID), "bad")
        else:
            set_chip(self.signature, tr("not signed"), "neutral")
        self.signature.setVisible(finished or shown.void)
        self.sign.setVisible(finished and session.may(Right.SIGN))
        record, visit_id = self.draft.record, self.draft.visit.id
        held = record.locks_on(visit_id)
        self.locks.show_locks(held or self._locked_forms())
        self.lock.setVisible(session.may(Right.LOCK) and not held)
        self._show_round()

    def _show_round(self) -> None:
        """Where the person goes through the visits that wait for a signature: which one this is, and what is next."""
        through, visit_id = self.context.signing, self.draft.visit.id
        in_turn = through.holds(visit_id) and not self.draft.visit.is_draft
        for one in (self.skip, self.mark, self.round):
            one.setVisible(in_turn)
        self.sign.setText(tr("Sign…"))
        if not in_turn:
            return
        n, of = through.place(visit_id)
        together = through.together(self._shown)
        words = tr("{n} of {all} that wait for a signature").format(n=n, all=of)
        if len(together) > 1:
            marked = plural(
                len(together) - 1,
                "1 more of this patient is marked",
                "{n} more of this patient are marked",
            )
            words = tr("{place} · {marked}").format(place=words, marked=marked)
        self.round.setText(words)
        self.mark.setVisible(through.next_of_patient(self._shown) is not None)
        self.skip.setVisible(through.after(self._shown) is not None)
        if len(together) > 1:
            self.sign.setText(plural(len(together), "Sign 1 visit…", "Sign {n} visits…"))
        elif through.after(self._shown) is not None:
            self.sign.setText(tr("Sign and next…"))

    def _skip(self) -> None:
        self._go_to(self.context.signing.after(self._shown))

    def _mark(self) -> None:
        if self._may_sign():
            self.context.signing.mark(self._shown)
            self._go_to(self.context.signing.next_of_patient(self._shown))

    def _go_to(self, one: Waiting | None) -> None:
        if one is not None:
            self.context.open_visit.emit(one.patient_id, one.visit_id)

    def _locked_forms(self) -> tuple[Lock, ...]:
        record, visit_id = self.draft.record, self.draft.visit.id
        return tuple(
            lock
            for step in self.draft.step_ids
            for lock in record.locks_on(visit_id, step)
            if lock.level is LockLevel.FORM
        )

    def _may_sign(self) -> bool:
        if self.conclusion.is_unsaved:
            self.context.told.emit(tr("The conclusion is not saved. Save it first, or discard it."))
            self.conclusion.text.setFocus()
            return False
        return True

    def _ask_sign(self) -> None:
        """Sign what is in front, and what was marked with it; then the next one that waits is shown."""
        through, visit_id = self.context.signing, self.draft.visit.id
        if not self._may_sign():
            return
        in_turn, following = through.holds(visit_id), through.after(self._shown)
        if not answered(SignDialog(self, self.context, through.together(self._shown))):
            return
        if in_turn and following is not None:
            self._go_to(following)
            return
        if in_turn:
            self.context.told.emit(tr("Every visit that waited was looked at."))
        self._on_locks()
        self.print.setFocus()

    def _ask_lock(self) -> None:
        """The whole visit, or one of its forms; with a reason."""
        draft, forms = self.draft, [i.id for i in self.draft.questionnaires.instruments]
        for asked, form in (
            (draft.asks(SPIROMETRY), SPIROMETRY),
            (draft.asks(MEASUREMENTS), MEASUREMENTS),
            (draft.asks(LABORATORY), LABORATORY),
            (draft.asks(ADVERSE_EVENTS), ADVERSE_EVENTS),
            (bool(draft.tasks.asked), TASKS),
        ):
            forms += [form] if asked else []
        locked = {lock.subject.partition("/")[2] for lock in self._locked_forms()}
        words = {tr("the whole visit"): ""} | {form_title(f): f for f in forms if f not in locked}
        title = tr("Lock")
        chosen = ask.one_of(self, title, tr("What is locked?"), words)
        why = None if chosen is None else ask.reason(self, title, tr("Why is it locked?"))
        if chosen is None or why is None:
            return
        session, patient_id = self.context.session, draft.record.patient.id
        with self.context.saving():
            if chosen:
                locking.lock_form(session, patient_id, draft.visit.id, chosen, why)
            else:
                locking.lock_visit(session, patient_id, draft.visit.id, why)
            self._on_locks()

    def _on_locks(self) -> None:
        """What may be entered is another by now: the page is built again where that is more than this step."""
        if self.draft.visit.is_draft:
            self.context.open_visit.emit(self.draft.record.patient.id, self.draft.visit.id)
        else:
            self.draft.reload()
            self.show_draft()

    def focus_field(self, field: str) -> None:
        """Let the line of a field stand out, named as "step/field"."""
        if not self.view.point_out(field):
            self.focus_first()

    def mark_queries(self) -> None:
        """Show which lines somebody asked about, and was not answered to the end."""
        waits = data_queries.unsettled(
            data_queries.of_visit(self.draft.record, self.draft.visit.id)
        )
        self.view.mark({f"{query.step}/{query.field}" for query in waits})

    def feet(self) -> None:
        """The review has buttons of its own."""

    def focus_first(self) -> None:
        first = self._points.itemAt(0)
        widget = first.widget() if first else None
        if widget is not None:
            widget.setFocus()
        elif self.context.signing.holds(self.draft.visit.id) and not self.sign.isHidden():
            self.sign.setFocus()
        else:
            (
                self.finish if self.finish.isEnabled() and self.finish.isVisible() else self.print
            ).setFocus()

    def commit_finish(self) -> None:
        """What Ctrl+Enter does here."""
        if self.finish.isVisible() and self.finish.isEnabled():
            self._finish()

    def _link(self, point: OpenPoint) -> QWidget:
        text = (
            point.problem.message
            if point.blocks
            else tr("To check: {text}").format(text=point.problem.message)
        )
        return link("→ " + text, partial(self.jump.emit, point.step, point.field))

    def _finish(self) -> None:
        # Before what has the keyboard goes: else it would go to the end of the page, and the page with it.
        self.print.setFocus()
        with self.context.saving():
            self.draft.finish()
            self.touched.emit()
        self.show_draft()

    def _open_sheet(self) -> None:
        patient_sheet.open_of(self.context, self.draft.visit)

    def _print(self) -> None:
        about = About(patient_id=self.draft.record.patient.id, visit_id=self.draft.visit.id)
        self.context.open_document.emit("visit-summary", about)
