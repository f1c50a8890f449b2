"""A visit, guided by the protocol: steps at the left, the step in the middle, live numbers at the right."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.drafts import DETAILS, NOTE, REVIEW, TASKS, Draft, Step, StepState
from core.model.ids import PatientId, VisitId
from core.model.spirometry import Spirometry
from core.protocols.definition import ADVERSE_EVENTS, MEASUREMENTS, SPIROMETRY
from core.protocols.schedule import Window, windows
from core.summary import visit_title
from core.words import day, short_day
from ui.context import AppContext
from ui.forms.details_form import DetailsForm
from ui.forms.events_form import EventsForm
from ui.forms.measurements_form import MeasurementsForm
from ui.forms.other_forms import NoteForm, TasksForm
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.forms.review_form import ReviewForm
from ui.forms.spirometry_form import SpirometryForm
from ui.forms.step_form import StepForm
from ui.pages.page import Page
from ui.widgets.basics import card, clear, column, label, restyle, scrolled
from ui.widgets.live_panel import LivePanel
from ui.widgets.patient_header import PatientHeader
from ui.words import tr


class StepButton(QPushButton):
    """One step: a tick, a half tick or its number; its name; how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("step", "true")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._sign, self._title, self._hint = label(""), label(""), label("", "muted")
        self._sign.setFixedWidth(18)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(6)
        for one in (self._sign, self._title, self._hint):
            one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout.addWidget(self._sign)
        layout.addWidget(self._title, 1)
        layout.addWidget(self._hint)

    def show_step(self, number: int, step: Step, *, current: bool) -> None:
        done = step.state is StepState.DONE
        self._sign.setText("✓" if done else str(number))
        said = {StepState.DONE: tr("done"), StepState.STARTED: tr("begun")}
        self.setAccessibleName(f"{number} {step.title}, {said.get(step.state, tr('not begun'))}")
        self._title.setText(step.title)
        self._hint.setText(step.hint)
        self.setChecked(current)
        _set_role(self._sign, "good" if done else "muted")
        _set_role(self._title, "accent" if current else "")


class VisitPage(Page):
    """Every answer is saved as it is given; leaving keeps the draft."""

    shows = frozenset({"patient"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.draft: Draft | None = None
        self.forms: dict[str, StepForm] = {}
        self._frames: dict[str, QWidget] = {}
        self._header_shows: object = None
        self.current = ""
        self.live: LivePanel | None = None
        self._header = PatientHeader()
        self._title = label("", "heading", wrap=True)
        self._window = label("", "muted", wrap=True)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(2)
        self._buttons: dict[str, StepButton] = {}
        self._saved = label(tr("Every answer is saved as you type"), "small", wrap=True)
        left = card(self._title, self._window, self._steps)
        left.setFixedWidth(216)
        body = left.layout()
        if isinstance(body, QVBoxLayout):
            body.setContentsMargins(10, 14, 10, 12)
            body.addStretch(1)
            body.addWidget(self._saved)
        self.stack = QStackedWidget()
        self._middle = card(self.stack)
        self._right = QVBoxLayout()
        self._right.setContentsMargins(0, 0, 0, 0)
        right = QFrame()
        right.setFixedWidth(304)
        right.setLayout(self._right)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addWidget(left)
        columns.addWidget(self._middle, 1)
        columns.addWidget(right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(12)
        layout.addWidget(self._header)
        layout.addLayout(columns, 1)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._go_on)
        QShortcut(QKeySequence("Ctrl+Enter"), self, self._go_on)
        QShortcut(QKeySequence("Alt+Left"), self, partial(self._step, -1))

    def open(self, patient_id: PatientId, visit_id: VisitId) -> None:
        """Show a visit; a draft resumes at its first open step."""
        self.draft = Draft(self.context.session, patient_id, visit_id)
        self._build(self.draft)
        self._stale = False
        self._show_header()
        finished = not self.draft.visit.is_draft
        self.show_step(REVIEW if finished else self.draft.first_open_step())

    def refresh(self) -> None:
        if self.draft is not None:
            self.draft.reload()
            self._show_header()

    def focus_first(self) -> None:
        if self.current:
            self.forms[self.current].focus_first()

    def leave(self) -> bool:
        """Save what stands in a field; a visit in which nothing was entered leaves no trace."""
        if self.draft is None:
            return True
        if self.current and not self.forms[self.current].committed():
            return False
        if self.draft.visit.is_draft and self.draft.untouched:
            with self.context.saving():
                self.draft.discard("nothing was entered")
        self.draft = None
        return True

    def show_step(self, step: str, field: str = "") -> None:
        if self.draft is None:
            return
        if not self.draft.visit.is_draft:
            step = REVIEW  # a finished visit is read; it is reopened with a reason to be changed
        moves = bool(self.current) and self.current != step
        if moves and not self.forms[self.current].committed():
            self._show_steps()
            return
        self.current = step
        form = self.forms[step]
        form.show_draft()
        self.stack.setCurrentWidget(self._frames[step])
        self._show_steps()
        if self.live is not None:
            self.live.show_step(step)
        if field:
            form.focus_field(field)
        else:
            form.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.draft is not None:
            self.context.open_chart.emit(self.draft.record.patient.id)
            return
        super().keyPressEvent(event)

    def _build(self, draft: Draft) -> None:
        for form in self.forms.values():
            # A field of the visit before is left now; what it says is about that one.
            form.blockSignals(True)
        while (widget := self.stack.widget(0)) is not None:
            self.stack.removeWidget(widget)
            widget.deleteLater()
        clear(self._steps)
        clear(self._right)
        self.forms = {}
        self._frames = {}
        self.current = ""
        context = self.context
        self.forms[DETAILS] = DetailsForm(context, draft)
        for instrument in draft.instruments:
            self.forms[instrument.id] = QuestionnaireForm(context, draft, instrument)
        if draft.asks_spirometry:
            spirometry = SpirometryForm(context, draft)
            spirometry.previewed.connect(self._on_preview)
            self.forms[SPIROMETRY] = spirometry
        if draft.asks_measurements:
            self.forms[MEASUREMENTS] = MeasurementsForm(context, draft)
        if draft.asks_events:
            self.forms[ADVERSE_EVENTS] = EventsForm(context, draft)
        if draft.tasks:
            self.forms[TASKS] = TasksForm(context, draft)
        self.forms[NOTE] = NoteForm(context, draft)
        review = ReviewForm(context, draft)
        review.jump.connect(self.show_step)
        review.discard.connect(self._ask_discard)
        self.forms[REVIEW] = review
        self.live = None
        if draft.visit.is_draft and (draft.instruments or draft.asks_spirometry):
            self.live = LivePanel(draft)
            self._right.addWidget(self.live)
        holder = self._right.parentWidget()
        if holder is not None:
            holder.setVisible(self.live is not None)
        self._buttons = {}
        for step in draft.steps():
            form = self.forms[step.id]
            form.touched.connect(self._on_touched)
            form.go_on.connect(partial(self._step, 1))
            form.go_back.connect(partial(self._step, -1))
            self._frames[step.id] = _framed(form)
            self.stack.addWidget(self._frames[step.id])
            one = StepButton()
            one.clicked.connect(lambda _checked=False, step=step.id: self.show_step(step))
            self._steps.addWidget(one)
            self._buttons[step.id] = one

    def _show_header(self) -> None:
        draft = self.draft
        if draft is None:
            return
        shown = (draft.visit, draft.record.patient, draft.record.milestones)
        if shown == self._header_shows:
            return  # an answer changes none of it
        self._header_shows = shown
        self._header.show_record(draft.record)
        visit = draft.visit
        self._title.setText(visit_title(draft.record.patient, visit))
        lines = [day(visit.date)]
        if (window := self._visit_window()) is not None:
            span = f"{short_day(window.open)} – {short_day(window.close)}"
            lines.append(
                tr("target {day} ({span})").format(day=short_day(window.target), span=span)
            )
        self._window.setText("\n".join(lines))

    def _visit_window(self) -> Window | None:
        draft = self.draft
        if draft is None or draft.visit.code is None:
            return None
        reference = draft.record.patient.reference_on
        return windows(draft.protocol, reference).get(draft.visit.code) if reference else None

    def _show_steps(self) -> None:
        if self.draft is not None:
            for index, step in enumerate(self.draft.steps(), start=1):
                one = self._buttons[step.id]
                one.show_step(index, step, current=step.id == self.current)
                one.setEnabled(self.draft.visit.is_draft or step.id == REVIEW)

    def _on_touched(self) -> None:
        if self.draft is None:
            return
        self._show_steps()
        self._show_header()
        if self.live is not None:
            self.live.show_step(self.current)

    def _on_preview(self, session: Spirometry) -> None:
        if self.live is not None and self.current == SPIROMETRY:
            self.live.show_capacity(session)

    def _go_on(self) -> None:
        form = self.forms.get(self.current)
        if isinstance(form, ReviewForm):
            form.commit_finish()
        elif form is not None:
            form.commit()
            self._step(1)

    def _step(self, by: int) -> None:
        names = list(self.forms)
        index = names.index(self.current) + by
        if 0 <= index < len(names):
            self.show_step(names[index])

    def _ask_discard(self) -> None:
        draft = self.draft
        if draft is None:
            return
        question = tr(
            "Discard this {visit} visit with all its answers? Adverse events stay with the patient,"
            " and the audit trail keeps everything. Why is it discarded?"
        ).format(visit=visit_title(draft.record.patient, draft.visit))
        reason, ok = QInputDialog.getText(self, tr("Discard visit"), question)
        if ok and reason.strip():
            patient_id = draft.record.patient.id
            with self.context.saving():
                draft.discard(reason.strip())
                self.draft = None
                self.context.open_chart.emit(patient_id)


def _framed(form: StepForm) -> QWidget:
    """The step, scrolling where the window is small, with its buttons always in sight below."""
    frame = QWidget()
    layout = column(scrolled(form) if form.scrolls else form, spacing=10)
    if (feet := form.feet()) is not None:
        layout.addLayout(feet)
    layout.setStretch(0, 1)
    frame.setLayout(layout)
    return frame


def _set_role(one: QLabel, role: str) -> None:
    if one.property("role") != role:
        one.setProperty("role", role)
        restyle(one)
