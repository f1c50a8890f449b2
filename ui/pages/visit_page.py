"""A visit, guided by the protocol: steps at the left, the step in the middle, live numbers at the right."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.acts import asked_values, data_queries, record_queries
from core.acts.data_queries import Place
from core.entering import typed_texts
from core.entering.visit.draft import Draft
from core.entering.visit.steps import REVIEW, Step, StepState
from core.entering.visit.working_copy import PLACE
from core.model.data_query import DataQuery
from core.model.document import About
from core.model.ids import PatientId, VisitId
from core.model.nouns import LABORATORY, SINCE_LAST_TIME, SPIROMETRY
from core.model.spirometry import Spirometry
from core.model.user import Right
from core.protocols.schedule import Window, windows
from core.views.visit_words import transcribed_text, visit_title
from core.words import day, plural, short_day
from ui import theme
from ui.context import AppContext
from ui.forms.asked_fields import (
    every_place,
    field_of,
    mark,
    offered,
    on_step,
    place_of,
    shown_at,
)
from ui.forms.event.beside import EventBeside
from ui.forms.infusion.monitoring_form import MonitoringForm
from ui.forms.patient_form_step import PatientFormStep
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.forms.review_form import ReviewForm
from ui.forms.spirometry_form import SpirometryForm
from ui.forms.step_form import StepForm
from ui.forms.steps import form_of
from ui.forms.visit_form import VisitFormStep
from ui.pages.page import Page, Unsaved
from ui.pages.visit_notices import VisitNotices
from ui.widgets import ask
from ui.widgets.ask_mark import AskMark, Value
from ui.widgets.basics import (
    Combo,
    PressButton,
    button,
    card,
    clear,
    column,
    label,
    let_go,
    restyle,
    scrolled,
    show_only,
)
from ui.widgets.live_panel import LivePanel
from ui.widgets.locks import LockBar
from ui.widgets.patient_header import PatientHeader
from ui.widgets.queries import QueriesPanel
from ui.widgets.responsive import Columns
from ui.words import tr


class StepButton(PressButton):
    """One step: a tick, a half tick or its number; its name; how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("step", "true")
        self._sign, self._title, self._hint = label(""), label(""), label("", "muted")
        self._sign.setFixedWidth(theme.px(18))
        self._title.setWordWrap(True)
        self._hint.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        layout = self._line = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(6)
        for one in (self._sign, self._title, self._hint):
            one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout.addWidget(self._sign)
        layout.addWidget(self._title, 1)
        layout.addWidget(self._hint)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as its title needs on so many px."""
        return max(self.sizeHint().height(), self._line.heightForWidth(width))

    def show_step(self, number: int, step: Step, *, current: bool, asked: int = 0) -> None:
        done = step.state is StepState.DONE
        self._sign.setText("✓" if done else str(number))
        said = {StepState.DONE: tr("done"), StepState.STARTED: tr("begun")}
        name = f"{number} {step.title}, {said.get(step.state, tr('not begun'))}"
        questions = plural(asked, "1 query", "{n} queries") if asked else ""
        self.setAccessibleName(f"{name}, {questions}" if asked else name)
        self.setToolTip(questions)
        self._title.setText(step.title)
        self._hint.setText(f"{step.hint} ?{asked}".strip() if asked else step.hint)
        _set_role(self._hint, "question-note" if asked else "muted")
        self.setChecked(current)
        _set_role(self._sign, "good" if done else "muted")
        _set_role(self._title, "accent" if current else "")


class StepForms(Mapping[str, StepForm]):
    """The forms of a visit by step, in its order. Each is made when it is first asked for: all would take long."""

    def __init__(self, makers: Mapping[str, Callable[[], StepForm]]) -> None:
        self._makers = makers
        self.made: dict[str, StepForm] = {}

    def __getitem__(self, step: str) -> StepForm:
        if step not in self.made:
            self.made[step] = self._makers[step]()
        return self.made[step]

    def __contains__(self, step: object) -> bool:
        return step in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


LIVE, ANSWERS = 304, 360  # px of the live numbers; beside a questionnaire they say more
MEASURE = 860  # px: of a step at most, so that a line of an answer is read at a glance


class VisitPage(Page):
    """Every answer is saved as it is given; leaving keeps the draft."""

    shows = frozenset({"patient", "data_query", "query_reply"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.draft: Draft | None = None
        self.forms = StepForms({})
        self._frames: dict[str, QWidget] = {}
        self._header_shows: object = None
        self.current = ""
        self.live: LivePanel | None = None
        self._last_field = ""  # "step/field" that had the keyboard before the step in front
        self._header = PatientHeader()
        self._title = label("", "heading", wrap=True)
        self._window = label("", "muted", wrap=True)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(2)
        self._buttons: dict[str, StepButton] = {}
        self._saved = label(tr("Every answer is saved as you give it"), "small", wrap=True)
        self.query = button(tr("Query on a field (F2)"), self.ask_here, link=True)
        self.query.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the field in front
        if not context.session.may(Right.QUERY):
            self.query.hide()
        else:
            self.ask_mark = AskMark(self, partial(_value_at, self), partial(_ask_about, self))
        self._pick = Combo()  # instead of the list of steps, where there is no room for it
        self._pick.setAccessibleName(tr("Step of the visit"))
        self._pick.activated.connect(lambda index: self.show_step(self._pick.itemData(index)))
        self._pick.hide()
        self._step_list = QWidget()
        self._step_list.setLayout(self._steps)
        self._steps.setContentsMargins(0, 0, 0, 0)
        self._step_area = scrolled(self._step_list)  # a visit may have more steps than a screen
        left = card(self._title, self._window, self._pick, self._step_area)
        _finish_left(left, self._step_area, self.query, self._saved)
        self.stack = QStackedWidget()
        self.queries = QueriesPanel(context)
        self.queries.jump.connect(self._jump)
        self.queries.asked.connect(self._ask)
        self.queries.edited.connect(self.keep_soon.start)
        self._middle = card(self.queries, self.stack)
        self._right = QVBoxLayout()
        self._right.setContentsMargins(0, 0, 0, 0)
        right = QFrame()
        right.setLayout(self._right)
        self._columns = Columns(
            left, self._middle, right, fixed={0: 218, 2: LIVE}, most={1: MEASURE}, rest=2
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self._header)
        self.notices = VisitNotices(context)
        self.notices.changed.connect(self._show_steps)
        self.notices.remote.answered.connect(partial(_answer_remote, self))
        layout.addWidget(self.notices)
        self.beside = EventBeside(context, self._columns, left)
        self.beside.edited.connect(self.keep_soon.start)
        self.beside.closed.connect(self._on_event_closed)
        layout.addWidget(self.beside, 1)
        QShortcut(QKeySequence("Alt+Left"), self, partial(self._step, -1))
        QShortcut(QKeySequence("F2"), self, self.ask_here)
        QShortcut(QKeySequence("Alt+N"), self, partial(_answer_remote, self))

    @property
    def topic(self) -> str:
        """That of the step in front."""
        return self.forms[self.current].topic if self.current else "visit"

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        show_only([self._pick] if narrow else [self._step_area], (self._pick, self._step_area))
        self._show_pick()
        self.beside.set_narrow(narrow=narrow)

    def open(self, patient_id: PatientId, visit_id: VisitId) -> None:
        """Show a visit; a draft resumes at its first open step."""
        self._keep_beside()
        self.beside.shut()
        self.draft = Draft(self.context.session, patient_id, visit_id)
        self.queries.forget()
        typed = self.context.session.typed.of(typed_texts.QUERY, patient_id)
        self.queries.put_back(every_place(self.draft), typed, visit_id)
        self._build(self.draft)
        self._stale = False
        self._show_header()
        self.notices.show_draft(self.draft)
        enters = self.draft.takes_entries
        self.show_step(self.draft.first_open_step() if enters else REVIEW)

    def refresh(self) -> None:
        if self.draft is not None:
            self.draft.reload()
        if self.draft is not None and self.draft.is_there:
            self._show_header()
            self._show_steps()
            self._show_queries()

    def focus_first(self) -> None:
        if self.current and not self.forms[self.current].focus_typed():
            self.forms[self.current].focus_first()

    def leave(self) -> bool:
        """Save what stands in a field; a visit in which nothing was entered leaves no trace."""
        if self.draft is None:
            return True
        if self.current and not self.forms[self.current].committed():
            return False
        before = self.context.failures
        self._keep_beside()
        if self.context.failures != before:
            return False
        if self.draft.takes_entries and self.draft.untouched:
            with self.context.saving():
                self.draft.discard("nothing was entered")
        self.beside.shut()
        self.draft = None
        return True

    def keep(self) -> None:
        """As text and not as values: a volume half typed is none."""
        if self.draft is not None and self.current:
            self.forms[self.current].keep_typed()
        self._keep_beside()

    def _keep_beside(self) -> None:
        """What is typed beside the step: questions and answers, and an event."""
        self.keep_soon.stop()
        self.beside.keep()
        if self.draft is not None:
            patient_id, texts = self.draft.record.patient.id, self._query_texts
            with self.context.saving():
                typed_texts.keep(self.context.session, typed_texts.QUERY, patient_id, texts)

    @property
    def _query_texts(self) -> dict[str, str]:
        return {} if self.draft is None else self.queries.texts(self.draft.visit.id)

    def unsaved(self) -> tuple[Unsaved, ...]:
        if self.draft is None or not self.current:
            return ()
        texts = self.forms[self.current].unsaved()
        event = () if self.beside.sheet is None else self.beside.sheet.unsaved()
        return (
            *(
                Unsaved(place=place, subject=subject, texts=typed)
                for place, subject, typed in event
            ),
            Unsaved(place=PLACE, subject=self.draft.visit.id, texts=texts),
            Unsaved(
                place=typed_texts.QUERY,
                subject=self.draft.record.patient.id,
                texts=self._query_texts,
            ),
        )

    @property
    def shown(self) -> Mapping[str, str]:
        if self.draft is None:
            return {}
        return {
            "patient": self.draft.record.patient.id,
            "visit": self.draft.visit.id,
            "step": self.current,
            "point": self.forms[self.current].point,
            "event": "beside" if self.beside.is_open else "",
        }

    def show_again(self, shown: Mapping[str, str]) -> bool:
        patient_id, visit_id = PatientId(shown["patient"]), VisitId(shown["visit"])
        if all(visit.id != visit_id for visit in self.context.session.visits.of(patient_id)):
            return False
        self.open(patient_id, visit_id)
        if shown["step"] in self.forms:
            self.show_step(shown["step"], shown["point"])
        if shown.get("event"):
            self.beside.open(patient_id, visit_id)
        return True

    def show_step(self, step: str, field: str = "") -> None:
        if self.draft is None:
            return
        if field and not self.draft.takes_entries and step != REVIEW:
            field = f"{step}/{field}"  # the line of the review that shows it
        if not self.draft.takes_entries:
            step = REVIEW  # a finished visit is read; it is reopened with a reason to be changed
        moves = bool(self.current) and self.current != step
        if moves and self.current != REVIEW:
            here = field_of(self.forms[self.current], self.focusWidget())
            self._last_field = f"{self.current}/{here}" if here else self._last_field
        if moves and not self.forms[self.current].committed():
            self._show_steps()
            return
        self._keep_beside()  # another step has other questions in front
        if moves:
            self.beside.shut()
        self.current = step
        form = self.forms[step]
        form.show_draft()
        self.stack.setCurrentWidget(self._frames[step])
        self._show_steps()
        self._steps.activate()
        self._step_area.ensureWidgetVisible(self._buttons[step])
        self._show_queries()
        if self.live is not None:
            # Their lines need the width, and so do the fields of a form.
            wide = step in {SINCE_LAST_TIME, LABORATORY, REVIEW}
            wide = wide or isinstance(form, PatientFormStep | VisitFormStep)
            self._columns.show_rest(shown=not wide)
            self._columns.fix(2, ANSWERS if isinstance(form, QuestionnaireForm) else LIVE)
            self.live.show_step(step)
        if field:
            self._last_field = field if step == REVIEW else self._last_field
            form.focus_point(field)
        elif not form.focus_typed():
            form.focus_first()

    def ask_here(self, widget: QWidget | None = None) -> None:
        """Ask about the field with the keyboard, or that of a widget; any other of the step can be chosen."""
        if self.draft is None or not self.context.session.may(Right.QUERY):
            return
        if widget is None and self.beside.ask_here():
            return
        form, back = self.forms[self.current], self.focusWidget()
        field = field_of(form, widget or back)
        if self.current == REVIEW and not field:
            field = self._looked_at(form)
        _begin_query(self, field, back)

    def _looked_at(self, form: StepForm) -> str:
        """On the review nothing has the keyboard: the line under the mouse, or the field one came from."""
        under = form.childAt(form.mapFromGlobal(QCursor.pos())) if form.underMouse() else None
        return (field_of(form, under) if under is not None else "") or self._last_field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The menu of a line has its own entries; ours stands among them."""
        if isinstance(watched, QLineEdit) and isinstance(event, QContextMenuEvent):
            self._show_menu(watched.createStandardContextMenu(), watched, event)
            return True
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.draft is not None:
            self._show_menu(QMenu(self), self.childAt(event.pos()), event)

    def _show_menu(self, menu: QMenu, widget: QWidget | None, event: QContextMenuEvent) -> None:
        if self.context.session.may(Right.QUERY):
            action = menu.addAction(tr("Query about this…\tF2"))
            action.triggered.connect(lambda: self.ask_here(widget))
        if menu.actions():
            menu.exec(event.globalPos())
        let_go(menu)

    def _ask(self, place: Place, text: str) -> None:
        draft = self.draft
        if draft is None:
            return
        patient_id, before = draft.record.patient.id, self.context.failures
        visit_id = None if record_queries.is_on_record(place) else draft.visit.id
        with self.context.saving():
            data_queries.ask(self.context.session, patient_id, visit_id, place, text)
        if self.context.failures == before:
            self.queries.end()
            self._keep_beside()

    def show_asked(self, step: str, field: str) -> None:
        """The very field that somebody asked about, and the question above it."""
        self.show_step(step, field)
        self.queries.unfold()

    def _jump(self, query: DataQuery) -> None:
        """A question of the step in front; one on a record of the patient is on the step that shows it."""
        step = query.step if record_queries.about(query) is None else self.current
        self.show_asked(step, query.field)

    def _show_queries(self) -> None:
        """The questions on the step in front, above it and on its fields."""
        if self.draft is None or not self.current:
            return
        here, record = on_step(self.draft, self.current), self.draft.record
        remarks = asked_values.remarks(self.context.session, record, here)
        self.queries.show_queries(here, asked_values.removed(record, here), remarks)
        mark(self.forms[self.current], data_queries.unsettled(here))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.beside.is_open:
            self.beside.leave()
            return
        if event.key() == Qt.Key.Key_Escape and self.draft is not None:
            self.context.open_chart.emit(self.draft.record.patient.id)
            return
        super().keyPressEvent(event)

    def _build(self, draft: Draft) -> None:
        for form in self.forms.made.values():
            # A field of the visit before is left now; what it says is about that one.
            form.blockSignals(True)
        while (widget := self.stack.widget(0)) is not None:
            self.stack.removeWidget(widget)
            widget.deleteLater()
        clear(self._steps)
        clear(self._right)
        self.forms = StepForms({step: partial(self._make, draft, step) for step in draft.step_ids})
        self._frames = {}
        self.current = self._last_field = ""
        self.live = None
        if draft.takes_entries and (draft.questionnaires.instruments or draft.asks(SPIROMETRY)):
            self.live = LivePanel(draft)
            self._right.addWidget(self.live)
        self._columns.show_rest(shown=self.live is not None)
        self._buttons = {}
        for step in self.forms:
            one = StepButton()
            one.clicked.connect(lambda _checked=False, step=step: self.show_step(step))
            self._steps.addWidget(one)
            self._buttons[step] = one
        self._steps.addStretch(1)

    def _make(self, draft: Draft, step: str) -> StepForm:
        """The form of a step, in the stack and listened to; what it shows comes with ``show_draft``."""
        form = form_of(self.context, draft, step)
        if isinstance(form, SpirometryForm):
            form.previewed.connect(self._on_preview)
        if isinstance(form, MonitoringForm):
            form.event_meant.connect(self._log_event)
        if isinstance(form, ReviewForm):
            form.discard.connect(self._ask_discard)
        form.jump.connect(self.show_step)
        form.touched.connect(self._on_touched)
        form.go_on.connect(self.go_on)
        form.go_back.connect(partial(self._step, -1))
        for line in form.findChildren(QLineEdit):
            line.installEventFilter(self)
        self._frames[step] = self._framed(form, step)
        self.stack.addWidget(self._frames[step])
        self.fit(self._frames[step])
        return form

    def _log_event(self, at: datetime) -> None:
        """An event of this infusion beside its grid, with time, product and lot filled in."""
        if (draft := self.draft) is None:
            return
        given = draft.monitoring.event_texts(at)
        self.beside.open(draft.record.patient.id, draft.visit.id, given)

    def _on_event_closed(self, saved: object) -> None:
        """Back to the grid, which shows an event that was saved."""
        form = self.forms.get(self.current)
        if saved is not None and self.draft is not None:
            self.draft.reload()
            self._show_steps()
        if isinstance(form, MonitoringForm):
            form.return_from_event()

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
        self._title.setText(visit_title(draft.record, visit))
        lines = [day(visit.date)]
        if (window := self._visit_window()) is not None:
            span = f"{short_day(window.open)} – {short_day(window.close)}"
            lines.append(
                tr("target {day} ({span})").format(day=short_day(window.target), span=span)
            )
        names = self.context.session.users.names() if visit.paper_on is not None else {}
        self._window.setText("\n".join([*lines, *filter(None, [transcribed_text(visit, names)])]))

    def _visit_window(self) -> Window | None:
        draft = self.draft
        if draft is None or draft.visit.code is None:
            return None
        reference = draft.record.patient.reference_on
        return windows(draft.protocol, reference).get(draft.visit.code) if reference else None

    def _show_steps(self) -> None:
        if self.draft is not None:
            mine = data_queries.of_visit(self.draft.record, self.draft.visit.id)
            asked = Counter(query.step for query in data_queries.unsettled(mine))
            for form in self.draft.patient_forms.asked:
                asked[form.id] += len(data_queries.unsettled(on_step(self.draft, form.id)))
            for index, step in enumerate(self.draft.steps(), start=1):
                one = self._buttons[step.id]
                current = step.id == self.current
                one.show_step(index, step, current=current, asked=asked[step.id])
                one.setEnabled(self.draft.takes_entries or step.id == REVIEW)
            self.notices.show_step(self.current)
            self._show_pick()

    def _show_pick(self) -> None:
        """The steps in a list of choices, each with what its button says."""
        if self.draft is None or self._pick.isHidden():
            return
        self._pick.clear()
        for step in self.draft.steps():
            if self.draft.takes_entries or step.id == REVIEW:
                self._pick.addItem(self._buttons[step.id].accessibleName(), step.id)
        self._pick.setCurrentIndex(self._pick.findData(self.current))

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

    def go_on(self) -> None:
        form = self.forms.get(self.current)
        if self.beside.press_save():
            return
        if isinstance(form, ReviewForm):
            form.commit_finish()
        elif form is not None and form.may_go_on():
            self._step(1)

    def save_front(self) -> None:
        """What stands in the fields of the step; everything else is saved already."""
        if self.current and not self.beside.press_save():
            self.forms[self.current].committed()

    def print_front(self) -> None:
        """The summary of this visit, as far as it is entered."""
        if self.draft is not None and not self.draft.untouched:
            about = About(patient_id=self.draft.record.patient.id, visit_id=self.draft.visit.id)
            self.context.open_document.emit("visit-summary", about)
        else:
            super().print_front()

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
            "Discard this {visit} visit with all its answers? Adverse events stay with the patient, and so does what"
            " changed of medicines and devices; the audit trail keeps everything. Why is it discarded?"
        ).format(visit=visit_title(draft.record, draft.visit))
        reason = ask.reason(self, tr("Discard visit"), question)
        if reason is not None:
            patient_id = draft.record.patient.id
            with self.context.saving():
                draft.discard(reason)
                self.draft = None
                self.context.open_chart.emit(patient_id)

    def _framed(self, form: StepForm, step: str) -> QWidget:
        """The step under what locks it, if anything does; one that is locked is read only."""
        frame = _framed(form)
        if self.draft is None or step == REVIEW:
            return frame
        record, visit_id = self.draft.record, self.draft.visit.id
        locks = record.locks_on(visit_id, step)
        layout = frame.layout()
        if locks and isinstance(layout, QVBoxLayout):
            form.setEnabled(False)
            bar = LockBar(self.context)
            layout.insertWidget(0, bar)  # before it is shown, or it flashes as a window
            bar.show_locks(locks)
            bar.unlocked.connect(partial(self.context.open_visit.emit, record.patient.id, visit_id))
        return frame


def _value_at(page: VisitPage, widget: QWidget, at: QPoint | None) -> Value | None:
    """What of the step in front can be asked about where a widget is, or at a place of it."""
    form = page.forms.made.get(page.current)
    if page.draft is None or form is None or not (widget is form or form.isAncestorOf(widget)):
        return None
    places = offered(page.draft, page.current)
    if isinstance(form, PatientFormStep):
        record = form.view.shown_at(widget, at)
        return None if record is None else record.value(places.values())
    field, shown = shown_at(form, widget)
    place = place_of(places, field) if shown else None
    return None if place is None else Value(shown, place.label, field)


def _ask_about(page: VisitPage, value: Value) -> None:
    """Ask about the value that the mark is at."""
    _begin_query(page, value.field, page.focusWidget())


def _begin_query(page: VisitPage, field: str, back: QWidget | None) -> None:
    places = {} if page.draft is None else offered(page.draft, page.current)
    chosen = place_of(places, field)
    if chosen is None and isinstance(page.forms[page.current], PatientFormStep):
        page.context.told.emit(
            tr("A query is about a record that is saved. Choose a line, or save this record.")
        )
        return
    page.queries.begin([*places.values()], chosen, back)


def _answer_remote(page: VisitPage) -> None:
    """What a visit by telephone or video cannot do is not done; or that is taken back, where it is in person."""
    draft, form = page.draft, page.forms.made.get(page.current)
    if draft is None or form is None or page.notices.remote.isHidden() or not form.committed():
        return
    waiting = draft.remote.waiting  # what was just saved waits no more
    if not waiting and not draft.remote.left:
        return
    with page.context.saving():
        draft.remote.mark() if waiting else draft.remote.take_back()
        form.show_draft()
        form.touched.emit()
        form.focus_first()


def _finish_left(left: QFrame, steps: QWidget, *feet: QWidget) -> None:
    """The list of steps takes the room that there is; what belongs to every step is below it."""
    body = left.layout()
    if isinstance(body, QVBoxLayout):
        body.setContentsMargins(10, 14, 10, 12)
        body.setStretchFactor(steps, 1)
        body.addStretch(0)  # where the list of choices stands in its place
        for one in feet:
            body.addWidget(one)


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
