"""One adverse event, entered completely in one look: what the nurse knows, what the doctor judges.

It is the body of a page of its own, and of a panel beside what it is entered from.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.entering import event_entry, event_saving, typed_texts
from core.entering.event_form import CHANGE, JUDGED, Entered, EventForm
from core.entry import Problem
from core.labels import GRADE
from core.model.adverse_event import Grade
from core.model.ids import EventId, PatientId, VisitId
from core.model.record import PatientRecord
from core.model.user import Right
from core.views.event_banners import state_of
from core.words import instant
from ui.context import AppContext
from ui.forms.event.judges import CauseSection, Done, Went
from ui.forms.event.knows import Serious, Severity, What, When
from ui.forms.event.queries import EventQueries
from ui.forms.event.section import Section
from ui.forms.event_editor import VISIT, said_of
from ui.forms.kept_bar import KeptBar
from ui.widgets import ask
from ui.widgets.ask_mark import Value
from ui.widgets.basics import (
    NO_MODIFIER,
    button,
    chip,
    column,
    label,
    row,
    scrolled,
    set_chip,
    shortcut,
)
from ui.widgets.locks import LockBar
from ui.widgets.responsive import Columns
from ui.words import tr

EVENT_ROW = (
    "term",
    "coded",
    "grade",
    "onset",
    "ended",
    "outcome",
    "note",
)  # of what a visit signed


class EventSheet(QWidget):
    """Alt and a digit lead to a section, a digit alone is the grade, Esc leaves and keeps what is typed.

    ``aside`` is the panel: one narrow column, of which the fields scroll. ``edited`` says that what is typed is to be
    kept soon; ``left`` that whoever shows it takes it away: with what was saved, or None where a draft is kept.
    """

    edited = Signal()
    left = Signal(object)  # Entered, or None

    def __init__(self, context: AppContext, *, aside: bool = False) -> None:
        super().__init__()
        self.context, self._aside = context, aside
        self._patient_id: PatientId | None = None
        self._visit_id = VisitId("")  # that the page was opened from, and goes back to
        self.form: EventForm | None = None
        self._tried = False  # to save it: what is missing is said then, and not before
        self._asked: Entered | None = None  # a second death that was asked about
        self._enters = context.session.may(Right.ENTER)
        self._signs = context.session.may(Right.SIGN)
        self.locks = LockBar(context)
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard)
        self.queries = EventQueries(context)
        self.queries.jump.connect(lambda query: self._focus_named(self.queries.input_of(query)))
        self.queries.edited.connect(self.edited)
        self._title = label(tr("Adverse event"), "heading")
        self._said, self._place = label("", wrap=True), label("", "muted")
        told = self._on_told
        self.what, self.severity = What(told), Severity(told)
        self.serious, self.when = Serious(told), When(told)
        self.cause, self.done, self.went = CauseSection(told), Done(told), Went(told)
        left = (self.what, self.severity, self.serious, self.when)
        right = (self.cause, self.done, self.went)
        self.sections: tuple[Section, ...] = (*left, *right)
        self.went.rows.changed.connect(self._on_row)
        self.went.rows.edited.connect(self.edited)
        self.went.died.chosen.connect(self._judge)
        for section in self.sections:
            for one in section.lines:
                one.line.textEdited.connect(lambda _text: self.edited.emit())
        self.state = chip("", "neutral")
        self.save = button(tr("Save event"), self._save, primary=True, tip="Ctrl+S")
        self.back = button(tr("Close") if aside else tr("Back"), self.leave, tip="Esc")
        self._build(left, right)
        self._keys()

    def _build(self, left: tuple[Section, ...], right: tuple[Section, ...]) -> None:
        halves = []
        for half in (left, right):
            frame = QFrame()
            inside = column(*half, None, spacing=8)
            if (
                self._aside
            ):  # the panel is a card itself; its fields are clear of the bar that scrolls them
                inside.setContentsMargins(0, 0, 6, 0)
            else:
                frame.setProperty("role", "card")
                inside.setContentsMargins(14, 8, 14, 8)
            frame.setLayout(inside)
            halves.append(frame)
        keys = tr("Alt+1…7 section · 1–5 grade · Space tick · T today · Esc leave, kept as a draft")
        self._hint = label(keys, "small", wrap=True)
        self._columns = Columns(*halves, fixed={}, spacing=10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for one in (self.locks, self.kept, self.queries):
            layout.addWidget(one)
        if self._aside:
            layout.addLayout(row(self._title, None, self._place))
            layout.addWidget(self._said)
            layout.addWidget(scrolled(self._columns), 1)
            layout.addWidget(self._hint)
            layout.addLayout(row(self.state, None, self.back, self.save))
            return
        title = row(self._title, self._said, self._place)
        title.setStretch(1, 1)
        foot = row(self._hint, self.state, self.back, self.save)
        foot.setStretch(0, 1)
        layout.addLayout(title)
        layout.addWidget(self._columns, 1)
        layout.addLayout(foot)

    @property
    def narrowest(self) -> int:
        """How many px its fields need across."""
        bar = self.style().pixelMetric(self.style().PixelMetric.PM_ScrollBarExtent, None, self)
        return self._columns.minimumSizeHint().width() + bar

    def minimumSizeHint(self) -> QSize:
        """As high as its lines need at this width: choices that wrap never lie over one another."""
        base, layout = super().minimumSizeHint(), self.layout()
        if self._aside or layout is None:
            return base
        needed = layout.totalHeightForWidth(self.width())
        return QSize(base.width(), max(base.height(), needed))

    def _keys(self) -> None:
        for section in self.sections:
            keys = f"Alt+{section.number}"
            shortcut(keys, self, partial(self._go_to, section), self._where)
        shortcut("Escape", self, self.leave, self._where)

    @property
    def _where(self) -> Qt.ShortcutContext:
        """The panel has its keys while it has the keyboard; the page always."""
        if self._aside:
            return Qt.ShortcutContext.WidgetWithChildrenShortcut
        return Qt.ShortcutContext.WindowShortcut

    def open(self, patient_id: PatientId, event_id: EventId, visit_id: VisitId) -> None:
        """Show an event, or with no id a new one; ``visit_id`` is the visit that one comes from.

        What stands here may be about another event: whoever shows it has kept it before.
        """
        self._patient_id, self._visit_id = patient_id, visit_id
        record = self.context.session.record(patient_id)
        self._begin(record, event_id)

    def _begin(self, record: PatientRecord, event_id: EventId) -> None:
        """The event as the file has it, with what was typed of it and not saved."""
        session = self.context.session
        event = next((one for one in record.events if one.id == event_id), None)
        subject = typed_texts.new_event(record.patient.id) if event is None else event.id
        texts = session.typed.of(typed_texts.EVENT, subject)
        reported = self._visit_id or VisitId(texts.pop(VISIT, ""))  # as it was when it was begun
        texts.pop(VISIT, None)
        visit = next((one for one in record.visits if one.id == reported), None)
        self.form = EventForm(
            record,
            session.login,
            event=event,
            visit=visit,
            may_judge=self._signs,
            texts=texts,
        )
        self._tried, self._asked = False, None
        self.went.died.set_value(None)
        self.kept.show_since(typed_texts.since(session, typed_texts.EVENT, subject))
        for section in self.sections:
            for field in section.inputs.values():
                field.set_text("")  # another event's text is nobody's here
        self._show()

    def refresh(self) -> None:
        """What the file has now, under what is typed."""
        form = self.form
        if form is None or self._patient_id is None:
            return
        record = self.context.session.record(self._patient_id)
        if form.event is not None and all(one.id != form.id for one in record.events):
            return
        self._take()
        typed = {name: text for name, text in form.typed.items() if text}
        event = next((one for one in record.events if one.id == form.id), None)
        visit = next((one for one in record.visits if one.id == form.visit_id), None)
        self.form = EventForm(
            record,
            self.context.session.login,
            event=event,
            visit=visit,
            may_judge=self._signs,
            texts=typed,
        )
        self._show()

    def _show(self) -> None:
        form = self.form
        if form is None:
            return
        known = [one.id for one in form.record.events]
        place = tr("new")
        if form.event is not None:
            at = known.index(form.id) + 1
            place = tr("event {n} of {count}").format(n=at, count=len(known))
            details = None if form.before is None else form.before.record
            if details is not None:
                names = self.context.session.users.names()
                said = tr("entered by {name}, {when}").format(
                    name=names.get(details.entered_by, details.entered_by),
                    when=instant(details.entered_at),
                )
                place = f"{place} · {said}"
        self._place.setText(place)
        self.save.setText(tr("Save changes") if form.event is not None else tr("Save event"))
        self._enable(form)
        for section in self.sections:
            section.show_form(form)
        self.queries.show_event(form)
        self._judge()

    def show_field(self, what: str) -> None:
        """A record of the event, or a field of it ("record.field"), that somebody asked about."""
        if self.form is not None:
            record, _dot, field = what.partition(".")
            self._focus_named(self.queries.name_of(record, field))

    def ask_here(self) -> None:
        """A question on the field with the keyboard."""
        focus = self.window().focusWidget()
        self.queries.ask_here("" if focus is None else self._name_at(focus), focus)

    def value_at(self, widget: QWidget) -> Value | None:
        """What of the saved event can be asked about where a widget is."""
        name = self._name_at(widget)
        field = self._fields.get(name)
        title = self.queries.title_of(name) if name else ""
        return Value((field,), title, name) if isinstance(field, QWidget) and title else None

    def ask_about(self, value: Value) -> None:
        """A question on the field that the mark is at."""
        self.queries.ask_here(value.field, self.window().focusWidget())

    def _name_at(self, widget: QWidget) -> str:
        """The name of the field that a widget belongs to; empty where it is none."""
        named = (
            name
            for name, field in self._fields.items()
            if isinstance(field, QWidget) and (field is widget or field.isAncestorOf(widget))
        )
        return next(named, "")

    def _focus_named(self, name: str) -> None:
        field = self._fields.get(name)
        if isinstance(field, QWidget):
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _fields(self) -> Mapping[str, object]:
        """Every field by the name of its text, in the order of the page."""
        found: dict[str, object] = {}
        for section in self.sections:
            found |= section.inputs
        return {**found, **self.went.rows.lines}

    def _enable(self, form: EventForm) -> None:
        """Who may enter what, and what a lock holds: the event as its visit has it, or all of it."""
        locks = form.record.locks_on(form.visit_id)
        self.locks.show_locks(locks)
        whole = bool(form.record.locks_on())
        held = bool(locks)
        details = form.before.record if form.before is not None else None
        details_held = held and details is not None and details.visit_id is not None
        free = self._enters and not whole
        own: tuple[Section, ...] = (self.what, self.severity)
        more: tuple[Section, ...] = (self.serious, self.done)
        for section in own:
            section.setEnabled(free and not held)
        for section in more:
            section.setEnabled(free and not details_held)
        for name in ("onset", "ended"):
            _enable(self.when.inputs[name], free and not held)
        for name in ("aware_at", "admitted", "discharged", "onset_said"):
            _enable(self.when.inputs[name], free and not details_held)
        for name in ("outcome", "note"):
            _enable(self.went.inputs[name], free and not held)
        _enable(self.went.inputs["evidence"], free and not details_held)
        self.went.rows.setEnabled(free and not details_held)
        for name, field in self.cause.inputs.items():
            if name.startswith(f"{JUDGED}."):
                _enable(field, free and self._signs)
        why_not = ""
        if not self._signs and (form.before is None or form.before.judgement is None):
            why_not = tr("The cause is judged by who may sign; it waits on their Today.")
        self.cause.show_by(form, self.context.session.users.names(), why_not=why_not)
        self.save.setVisible(self._enters)
        self.save.setEnabled(free)

    def unsaved(self) -> tuple[tuple[str, str, dict[str, str]], ...]:
        """What is typed and not saved: the place and the subject under which it is kept, and the texts by field."""
        form = self.form
        if form is None or not self._enters or form.record.locks_on():
            return ()
        self._take()
        asked, texts = self.queries.texts(self.queries.about), form.typed
        if form.event is None:
            texts[VISIT] = (form.visit_id or "") if any(texts.values()) else ""
        return (
            (typed_texts.EVENT, self._subject, texts),
            (typed_texts.QUERY, form.record.patient.id, asked),
        )

    def keep(self) -> bool:
        """Keep what is typed and not saved; False where the file refused it."""
        before = self.context.failures
        for place, subject, texts in self.unsaved():
            with self.context.saving():
                typed_texts.keep(self.context.session, place, subject, texts)
        return self.context.failures == before

    @property
    def _subject(self) -> str:
        form = self.form
        if form is None or self._patient_id is None:
            return ""
        return typed_texts.new_event(self._patient_id) if form.event is None else form.id

    @property
    def shown(self) -> Mapping[str, str]:
        """Which event is shown, by ids: the patient, the event and the visit; empty where none is."""
        form = self.form
        if form is None or self._patient_id is None:
            return {}
        event = "" if form.event is None else form.id
        return {"patient": self._patient_id, "event": event, "visit": self._visit_id}

    def focus_first(self) -> None:
        form = self.form
        known = form is not None and form.event is not None
        target = self.went.outcome if known else self.what.term
        (target if target.isEnabled() else self.back).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit that no field took is the grade."""
        plain = event.modifiers() in {NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier}
        if plain and event.text() in tuple("12345") and self.severity.isEnabled():
            self.severity.grades.choose(event.text())
        else:
            super().keyPressEvent(event)

    def _go_to(self, section: Section) -> None:
        if section.isEnabled():
            section.first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _take(self) -> None:
        """What stands in the fields, into the form; outcome and grade last, which may tick a death."""
        form = self.form
        if form is None:
            return
        texts = {
            name: field.text for section in self.sections for name, field in section.inputs.items()
        }
        texts |= self.went.rows.texts
        late = {name: texts.pop(name) for name in ("coded", "grade", "outcome")}
        for name, text in {**texts, **late}.items():
            form.type(name, text.strip())

    def _on_told(self, name: str) -> None:
        """A field says something else; with no name, the form itself does."""
        form = self.form
        if form is None:
            return
        if name:
            self._take()
        for section in self.sections:
            section.show_form(form)
        self._judge()
        self.edited.emit()

    def _on_row(self, name: str, text: str) -> None:
        if self.form is not None and name.startswith(f"{CHANGE}."):
            self.form.type(name, text)
            self._on_told(name)

    def _judge(self) -> Entered | dict[str, Problem]:
        """Say at every field what is wrong with it; what is only missing, once it was tried to save."""
        form = self.form
        if form is None:
            return {}
        judged = form.judge()
        said = {
            name: problem
            for name, problem in judged.problems.items()
            if self._tried or form.text(name).strip()
        }
        for section in self.sections:
            section.show_judged(judged, said)
        entered = judged.entered
        known = None if entered is None else entered.known(form.record)
        set_chip(self.state, *state_of(known, missing=len(judged.problems)))
        self._say_title(form)
        return dict(judged.problems) if judged.entered is None else judged.entered

    def _say_title(self, form: EventForm) -> None:
        parts = [form.text("term").strip()]
        if grade := form.text("grade"):
            parts.append(tr("grade {grade}").format(grade=GRADE[Grade(int(grade))]))
        if form.text("criteria") or (
            event_entry.stays_serious(form.before)
            and form.text(event_entry.NOT_SERIOUS) != event_entry.YES
        ):
            parts.append(tr("serious"))
        self._said.setText(", ".join(part for part in parts if part))

    def _save(self) -> None:
        form = self.form
        if form is None:
            return
        self._tried = True
        self._take()
        found = self._judge()
        if not isinstance(found, Entered):
            self._focus_on(found)
            return
        if not self._is_settled(form, found):
            return
        if self.went.died.value:
            found = replace(found, death=event_entry.death_of(found.event))
        why = ""
        if event_saving.needs_reason(form.record, found):
            question = tr("This event was reported at a finished visit. Why is it changed?")
            asked = ask.reason(self, found.event.term, question)
            if asked is None:
                return
            why = asked
        before = self.context.failures
        with self.context.saving():
            typed = (typed_texts.EVENT, self._subject)
            event_saving.save(self.context.session, form.record, found, why, typed=typed)
        if self.context.failures == before:
            self.left.emit(found)
            self.context.told.emit(said_of(found.event, known=found.before is not None))

    def _is_settled(self, form: EventForm, found: Entered) -> bool:
        """Whether a fatal event says what is asked of it: no second death, and whether this one is recorded."""
        doubt = event_entry.second_death(form.record, found.event)
        same = self._asked is not None and self._asked.event == found.event
        if doubt is not None and not same:
            self._asked = found
            self.went.outcome.show_problem(doubt)
            self.went.outcome.setFocus()
            return False
        if self.went.asks_death:
            text = tr("Answer yes, or no if it is recorded elsewhere.")
            self.went.died.show_problem(Problem(text))
            self.went.died.setFocus()
            return False
        return True

    def _focus_on(self, problems: Mapping[str, Problem]) -> None:
        """The first field in the order of the page that something is wrong with."""
        name = next((one for one in self._fields if one in problems), "")
        self._focus_named(name)

    def _discard(self) -> None:
        form = self.form
        if form is None:
            return
        with self.context.saving():
            typed_texts.forget(self.context.session, typed_texts.EVENT, self._subject)
            event = EventId("") if form.event is None else form.id
            self._begin(form.record, event)
            self.focus_first()

    @property
    def came_from(self) -> tuple[PatientId, EventId, VisitId]:
        """The patient, the event (empty for one that is not saved) and the visit that it was opened from."""
        form = self.form
        event = form.id if form is not None and form.event is not None else EventId("")
        return self._patient_id or PatientId(""), event, self._visit_id

    def close_event(self) -> None:
        """What stands here was saved, or is kept: it is nobody's any more."""
        self.form = None

    def leave(self) -> None:
        """Keep what is typed, and go; where the file refuses it, it stays in front."""
        if self.keep():
            self.left.emit(None)


def _enable(field: object, enabled: bool) -> None:
    if isinstance(field, QWidget):
        field.setEnabled(enabled)
