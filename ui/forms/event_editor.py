"""The few fields of an adverse event that is logged quickly, used in a visit and on the chart."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, QStringListModel, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from core.entering import event_entry, typed_texts
from core.entering.event_form import Entered, EventForm
from core.entry import Problem
from core.forms import catalog
from core.labels import GRADE, OUTCOME
from core.model import event_details, terms
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.ids import EventId
from core.views.events import event_row
from ui.context import AppContext
from ui.widgets.basics import button, column, label, row
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.ticks import Ticks
from ui.words import tr

VISIT = "visit"  # the text that names the visit at which a new event is reported
FIELDS = tuple(name for name in event_entry.FIELDS if name != "coded")  # this has no field here


class EventEditor(QWidget):
    """``typed`` says that a field changed; ``entered`` carries a complete event; ``cancelled`` gives it up.

    ``asked_whole`` asks for everything about it, on the page of one event. ``clear``, ``whole`` and ``add`` are put
    where they are always in sight by whoever shows the fields.
    """

    typed = Signal()
    entered = Signal(object)
    cancelled = Signal()
    asked_whole = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.form: EventForm | None = None
        self._tried = False  # to add it: what is missing is said then, and not before
        self._asked: AdverseEvent | None = None  # a second fatal event that was asked about
        self.term = TextField(tr("What happened? (as said; CTCAE terms are offered)"))
        self.offers = offer_coding(self.term.line, self._code)
        self._coded_words = label("", "small", wrap=True)
        self.uncode = button(tr("Not this term"), self._uncode, link=True)
        self._coded = QWidget()
        coded = row(self._coded_words, self.uncode)
        coded.setStretch(0, 1)
        self._coded.setLayout(coded)
        self._coded.hide()
        self.onset = TextField(tr("Began on"), placeholder="2026-11-21", width=150)
        self.onset.line.setToolTip(tr("With its time where it is known: 2026-11-21 14:05"))
        self.ended = TextField(tr("Ended on (if it has)"), placeholder="2026-11-21", width=150)
        self.grade = ChoiceField(tr("Grade (CTCAE)"), GRADE)
        self.criteria = Ticks(
            tr("Serious? Any tick makes it serious, none makes it not serious."), criteria_words()
        )
        self.outcome = ChoiceField(tr("Outcome"), OUTCOME, columns=3)
        self.died = ChoiceField(
            tr("Record the death as well, on the day on which the event ended?"),
            {True: tr("yes"), False: tr("no")},
        )
        self.note = TextField(tr("Note (optional)"))
        self.questions = label("", "question-note", wrap=True)
        self.questions.hide()
        self.add = button(tr("Add event"), self.enter)
        self.whole = button(tr("Whole form"), self.asked_whole.emit)
        self.whole.setToolTip(tr("Times, treatment, cause, course and links of this event"))
        self.clear = button(tr("Clear"), self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(column(self.term, self._coded, spacing=2))
        dates = row(self.onset, self.ended, spacing=18, top=True)
        for place in range(dates.count()):
            dates.setStretch(place, 1)  # nothing moves when a sentence appears under one of them
        layout.addLayout(dates)
        for field in (self.grade, self.criteria, self.outcome, self.died):
            layout.addWidget(field)
        layout.addWidget(self.note)
        layout.addWidget(self.questions)
        for one in (self.clear, self.whole, self.add):
            one.setParent(self)  # or it would be shown as a window before it has its place
        self.term.line.textEdited.connect(self._on_said)
        for line in (self.term, self.onset, self.ended, self.note):
            line.committed.connect(self._on_typed)
        for choice in (self.grade, self.criteria, self.outcome):
            choice.chosen.connect(self._on_typed)
        self.died.hide()

    def begin(self, form: EventForm) -> None:
        """Show a new event or one to change, with what was typed of it."""
        self.form, self._asked, self._tried = form, None, False
        self.died.set_value(None)
        self.died.show_problem(None)
        self._show_texts()
        self.add.setText(tr("Save changes") if form.event is not None else tr("Add event"))
        self._allow_grades()
        self._show_death()
        self._judge()

    @property
    def texts(self) -> dict[str, str]:
        return {
            "criteria": self.criteria.text,  # before the grade and the outcome, which may tick a death
            "term": self.term.text.strip(),
            "onset": self.onset.text.strip(),
            "ended": self.ended.text.strip(),
            "note": self.note.text.strip(),
            "grade": str(self.grade.value.value) if self.grade.value else "",
            "outcome": self.outcome.value.value if self.outcome.value else "",
        }

    @property
    def kept(self) -> dict[str, str]:
        """What is kept until it is saved: all of it empty where it says nothing that the file does not."""
        if self.form is None:
            return {}
        self._take()
        typed = self.form.typed
        named = self.form.event is not None and any(typed.values())
        return {
            **dict.fromkeys(event_entry.FIELDS, ""),
            **typed,
            "id": self.form.id if named else "",
        }

    @property
    def lines(self) -> tuple[QLineEdit, ...]:
        """The fields that are typed into."""
        return tuple(field.line for field in (self.term, self.onset, self.ended, self.note))

    @property
    def event_id(self) -> EventId | None:
        """The event that is being changed; None where a new one is typed."""
        return None if self.form is None or self.form.event is None else self.form.event.id

    def enter(self) -> bool:
        """Carry the event out where it is complete; else say what is missing, and keep what stands here."""
        self._tried = True
        read = self._judge()
        if not isinstance(read, Entered):
            self._focus_on(read)
            return False
        if not self._is_settled(read.event):
            return False
        death = event_entry.death_of(read.event) if self.died.value else None
        self.entered.emit(replace(read, death=death))
        return True

    def focus_open(self) -> None:
        """Put the keyboard on the first field that lacks something, which is said now.

        Of a complete event: on what is asked about it, else on the button that adds it. Never on a text,
        which the next key would replace.
        """
        self._tried = True
        read = self._judge()
        if not isinstance(read, Entered):
            self._focus_on(read)
        elif not self.died.isHidden() and self.died.value is None:
            self._ask_death()
        elif self._asked == _without_id(read.event):
            self.outcome.setFocus()
        else:
            self.add.setFocus()

    def _focus_on(self, problems: dict[str, Problem]) -> None:
        wrong = (name for name in FIELDS if name in problems)
        name = next(wrong, "")
        if name:
            self._fields[name].setFocus()
        else:
            self.whole.setFocus()  # something that only the whole form shows

    @property
    def _fields(self) -> dict[str, TextField | ChoiceField[Any] | Ticks]:
        return {name: getattr(self, name) for name in FIELDS}

    def _show_texts(self) -> None:
        form = self.form
        if form is None:
            return
        for line in (self.term, self.onset, self.ended, self.note):
            name = next(n for n, field in self._fields.items() if field is line)
            line.set_text(form.text(name))
        grade, outcome = form.text("grade"), form.text("outcome")
        self.grade.set_value(Grade(int(grade)) if grade else None)
        self.criteria.set_text(form.text("criteria"))
        self.outcome.set_value(Outcome(outcome) if outcome else None)

    def _take(self) -> None:
        """What stands in the fields, into the form; an outcome or a grade may tick or untick a death."""
        if self.form is not None:
            for name, text in self.texts.items():
                self.form.type(name, text)
            self.criteria.set_text(self.form.text("criteria"))

    def _judge(self) -> Entered | dict[str, Problem]:
        """Say under every field what is wrong with it; what is only missing, once it was tried to add it."""
        if self.form is None:
            return {}
        self._take()
        judged, texts = self.form.judge(), self.texts
        for name, field in self._fields.items():
            said = texts[name] or self._tried
            field.show_problem(judged.problems.get(name) if said else None)
        asked = [one.message for one in judged.asked if one.rule != "second-death"]
        self.questions.setText("\n".join(asked))
        self.questions.setVisible(bool(asked))
        return dict(judged.problems) if judged.entered is None else judged.entered

    def _is_settled(self, event: AdverseEvent) -> bool:
        """Whether a fatal event says what is asked of it: no second death, and whether this one is recorded."""
        if self.form is None:
            return True
        doubt = event_entry.second_death(self.form.record, event)
        if doubt is not None and self._asked != _without_id(event):
            self._asked = _without_id(event)
            self.outcome.show_problem(doubt)
            self.outcome.setFocus()
            return False
        if not self.died.isHidden() and self.died.value is None:
            self._ask_death()
            return False
        return True

    def _ask_death(self) -> None:
        self.died.show_problem(Problem(tr("Answer yes, or no if it is recorded elsewhere.")))
        self.died.setFocus()

    def _show_death(self) -> None:
        form = self.form
        asks = form is not None and event_entry.asks_death(form.record, self.texts)
        with_keyboard = self.window().focusWidget()  # also while the window is behind a dialog
        if not asks and with_keyboard is not None and self.died.isAncestorOf(with_keyboard):
            self.term.setFocus()  # the keyboard never stays on what is hidden
        self.died.setVisible(asks)
        if not asks:
            self.died.set_value(None)

    def _cancel(self) -> None:
        if self.form is not None:
            visit = self.form.visit
            login = self.form.login
            self.begin(EventForm(self.form.record, login, visit=visit))
        self.cancelled.emit()

    def _on_typed(self) -> None:
        self._allow_grades()
        self._show_death()
        self._judge()
        self.typed.emit()

    def _code(self, name: str) -> None:
        """A term was chosen for what was said; the words stay as they were said."""
        self._take()
        if self.form is not None:
            own = terms.find(self.form.text("term"))
            self.form.type("coded", "" if own is not None and own.name == name else name)
        self._on_typed()

    def _uncode(self) -> None:
        self._code("")
        self.term.setFocus()

    def _on_said(self, text: str) -> None:
        """Of another event, said anew, the term that was chosen is none."""
        if not text.strip() and self.form is not None:
            self.form.type("coded", "")
            self._allow_grades()

    def _allow_grades(self) -> None:
        """The grades of the term, which is said below the words."""
        chosen = self.form.text("coded") if self.form is not None else ""
        term = event_entry.coded_of({**self.texts, "coded": chosen})
        self.grade.allow(set(term.grades) if term else set(Grade))
        self._coded.setVisible(term is not None)
        self.uncode.setVisible(bool(chosen))
        if term is not None:
            self._coded_words.setText(f"CTCAE 5.0: {term.name} · {term.organ_class}")


def hand_over(
    context: AppContext, form: EventForm, place: tuple[str, str] | None, editor: EventEditor
) -> bool:
    """What is typed quickly goes to the page of the event, and is forgotten at its ``place``; False where it could not.

    What stands on that page already stays: it was typed first.
    """
    subject = typed_texts.new_event(form.record.patient.id) if form.event is None else form.id
    session, before = context.session, context.failures
    typed = {name: text for name, text in editor.kept.items() if text and name != "id"}
    with context.saving():
        waits = session.typed.of(typed_texts.EVENT, subject)
        if typed and waits:
            context.told.emit(
                tr("An event is typed on its own page already. Save or discard that one first.")
            )
            return not typed
        if typed and form.event is None and form.visit_id is not None:
            typed[VISIT] = form.visit_id
        typed_texts.keep(session, typed_texts.EVENT, subject, typed)
        if place is not None:
            typed_texts.forget(session, *place)
    return context.failures == before


def offer_terms(line: QLineEdit) -> QCompleter:
    """Offer below a line the terms of CTCAE that what is typed may mean, the likeliest first; a choice is its text."""
    completer, offered = _completer(line)
    line.textEdited.connect(  # before the line asks its completer
        lambda text: offered.setStringList(_proposed(text))
    )
    line.setCompleter(completer)
    return completer


def offer_coding(line: QLineEdit, chosen: Callable[[str], object]) -> QCompleter:
    """Offer the same terms below a line; a choice is told, and the text of the line stays as it was said."""
    completer, offered = _completer(line)
    completer.setWidget(line)  # it would be written over by what is chosen, were it the line's own
    completer.activated.connect(chosen)

    def offer(text: str) -> None:
        found, popup = _proposed(text), completer.popup()
        assert popup is not None
        offered.setStringList(found)
        if found:
            completer.complete()
            popup.setCurrentIndex(QModelIndex())  # Enter alone takes nothing: nobody chose
        else:
            popup.hide()

    line.textEdited.connect(offer)
    return completer


def _completer(line: QLineEdit) -> tuple[QCompleter, QStringListModel]:
    """A list below a line, as it is made for it, and what it offers."""
    offered = QStringListModel(line)
    completer = QCompleter(offered, line)
    completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
    completer.setMaxVisibleItems(terms.MOST)
    if (popup := completer.popup()) is not None:
        popup.setObjectName("completer")
    return completer, offered


def _proposed(text: str) -> list[str]:
    return [term.name for term in terms.proposals(text)]


def criteria_words() -> dict[str, str]:
    """Why an event is serious, by id, as its form words it."""
    field = catalog.newest()[event_details.FORM].field("criteria")
    return {choice.id: choice.text for choice in field.choices}


def _without_id(event: AdverseEvent) -> AdverseEvent:
    """A new event has a new id each time that it is read."""
    return replace(event, id=EventId(""))


def said_of(event: AdverseEvent, *, known: bool) -> str:
    """What was saved of an event, in a line: one does not look for it in the list."""
    said = event_row(event)
    text = tr("Event changed: {event}") if known else tr("1 event added: {event}")
    words = tr("{term}, since {onset}, grade {grade}, {outcome}").format(
        term=said.term, onset=said.onset, grade=said.grade, outcome=said.outcome
    )
    return text.format(event=words)
