"""The step that asks for adverse events: anything new, and how the earlier ones turned out."""

from functools import partial

from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from core.entering.event_form import Entered
from core.entering.visit.draft import Draft
from core.model.adverse_event import AdverseEvent
from core.model.nouns import ADVERSE_EVENTS
from core.views.events import event_field, event_row
from ui.context import AppContext
from ui.forms.event_editor import EventEditor, hand_over, said_of
from ui.forms.step_form import StepForm
from ui.widgets.basics import button, chip, clear, label, row
from ui.widgets.fields import ChoiceField
from ui.words import tr


class EventsForm(StepForm):
    """No is an answer, not asked is another: both are kept."""

    topic = "visit#adverse-events"
    step = ADVERSE_EVENTS

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.asked = ChoiceField("", {True: tr("Yes, something new"), False: tr("No, nothing new")})
        self.editor = EventEditor()
        self._reported, self._earlier = QVBoxLayout(), QVBoxLayout()
        for one in (self._reported, self._earlier):
            one.setSpacing(6)
        self.body.setSpacing(10)
        self.body.addWidget(label(tr("Anything new since the last visit?"), "question", wrap=True))
        self.body.addWidget(
            label(
                tr("Any illness, injury, symptom or finding, whether or not it seems related."),
                "muted",
                wrap=True,
            )
        )
        self.body.addWidget(self.asked)
        self.added = chip("", "good")
        self.added.hide()
        self.body.addLayout(self._reported)
        self.body.addWidget(self.added)
        self.body.addWidget(self.editor)
        self.body.addLayout(self._earlier)
        self.body.addStretch(1)
        self.asked.chosen.connect(self._on_asked)
        self.editor.typed.connect(self._keep_typed)
        self.editor.entered.connect(self._on_entered)
        self.editor.cancelled.connect(self._on_cancelled)
        self.editor.asked_whole.connect(self._show_whole)
        self.watch(*self.editor.lines)

    def show_draft(self) -> None:
        self.asked.set_value(self.draft.visit.new_events)
        self.added.hide()
        self._begin()
        self._show_list()
        self.show_typed()

    def focus_first(self) -> None:
        self.asked.setFocus()

    def focus_field(self, field: str) -> None:
        reported = next((e for e in self.draft.events.reported if event_field(e) == field), None)
        if reported is not None:
            self._change(reported)
            return
        if field.startswith("event."):
            self.editor.focus_open()
        else:
            self.asked.setFocus()

    def commit(self) -> None:
        self._keep_typed()

    def may_go_on(self) -> bool:
        """A complete event is added; of one that was only begun it is said what is missing."""
        if any(self.editor.kept.values()) and self.editor.enter():
            self.context.told.emit(self.added.text())  # which the next step does not show
        return super().may_go_on()

    def unsaved(self) -> dict[str, str]:
        return {field: text for field, text in self._kept_texts().items() if text}

    def keep_typed(self) -> None:
        """An event is text until it is added: this is where all of it is kept."""
        self._keep_soon.stop()
        with self.context.saving():
            self.draft.unsaved.save_all(self._kept_texts())

    def _begin(self, changed: AdverseEvent | None = None) -> None:
        """Show the event to change, or what was typed and not added yet."""
        form = self.draft.events.form(changed)
        self.editor.begin(form)
        begun = form.event is not None or form.is_changed
        self._show_editor(bool(self.draft.visit.new_events) or begun)

    def _show_editor(self, shown: bool) -> None:
        for one in (self.editor, self.editor.clear, self.editor.whole, self.editor.add):
            one.setVisible(shown)

    def feet(self) -> QBoxLayout | None:
        """The event's own buttons stand with those of the step: they are never scrolled out of sight."""
        feet = super().feet()
        if feet is not None:
            feet.insertWidget(2, self.editor.clear)
            feet.insertWidget(3, self.editor.whole)
            feet.insertWidget(4, self.editor.add)
        return feet

    def _on_asked(self) -> None:
        with self.context.saving():
            self.draft.save_new_events(self.asked.value)
            self.touched.emit()
        self._begin()
        if self.asked.value:
            self.editor.term.setFocus()

    def _kept_texts(self) -> dict[str, str]:
        """What is typed of the event, by the names under which the draft keeps it."""
        return {f"event.{field}": text for field, text in self.editor.kept.items()}

    def _keep_typed(self) -> None:
        with self.context.saving():
            self.draft.unsaved.save_all(self._kept_texts())
            self.touched.emit()

    def _on_entered(self, entered: Entered) -> None:
        event = entered.event
        known = any(one.id == event.id for one in self.draft.record.events)
        with self.context.saving():
            self.draft.events.enter(entered)
            self.touched.emit()
            self.asked.set_value(self.draft.visit.new_events)
            self._begin()
            self._show_list()
            self.added.setText(said_of(event, known=known))
            self.added.show()
            self.editor.term.setFocus()

    def _show_whole(self) -> None:
        """Everything about the event that is typed, or changed, on its own page; what is typed goes with it."""
        form, patient_id = self.editor.form, self.draft.record.patient.id
        if form is None:
            return
        event_id, visit_id = "" if form.event is None else form.id, self.draft.visit.id
        if hand_over(self.context, form, None, self.editor):
            self.draft.unsaved.save_all(dict.fromkeys(self.draft.unsaved.fields("event."), ""))
            self._begin()
            self.context.open_event.emit(patient_id, event_id, visit_id)

    def _on_cancelled(self) -> None:
        self._keep_typed()
        self._begin()

    def _change(self, event: AdverseEvent) -> None:
        self._keep_typed()
        typed_for = self.draft.unsaved.texts.get("event.id", "")
        if typed_for != event.id and any(f.startswith("event.") for f in self.draft.unsaved.texts):
            self._show_editor(True)
            self._say_lacks(tr("Add the event that you are typing, or clear it, first."))
            self.editor.focus_open()
            return
        self._begin(event)
        self.editor.outcome.setFocus()

    def _show_list(self) -> None:
        """What was reported here stands above the form, where one sees it grow; what else is known below it."""
        logged = tr("Logged on the chart since the last visit")
        earlier = tr("Not ended at an earlier visit: how are they now?")
        for layout in (self._reported, self._earlier):
            clear(layout)
        for layout, title, events in (
            (self._reported, tr("Reported at this visit"), self.draft.events.reported),
            (self._earlier, logged, self.draft.events.logged),
            (self._earlier, earlier, self.draft.events.earlier_open),
        ):
            if events:
                layout.addWidget(label(title, "heading"))
            for event in events:
                layout.addWidget(self._line(event))

    def _line(self, event: AdverseEvent) -> QWidget:
        said = event_row(event, unsure=self.draft.record.may_belong(event, self.draft.visit))
        line = QWidget()
        text = tr("{term}, since {onset}, grade {grade}, {outcome}").format(
            term=said.term, onset=said.onset, grade=said.grade, outcome=said.outcome
        )
        if said.unsure:
            text = f"{text}; {said.unsure}"
        words = label(text, wrap=True)
        change = button(tr("Change…"), partial(self._change, event))
        patient, visit = self.draft.record.patient.id, self.draft.visit.id
        whole = button(tr("Open"), partial(self.context.open_event.emit, patient, event.id, visit))
        whole.setToolTip(tr("Everything about this event"))
        layout = row(words, change, whole)
        if said.is_serious:
            layout.insertWidget(0, chip(tr("serious"), "bad"))
        layout.setStretch(layout.indexOf(words), 1)
        line.setLayout(layout)
        return line
