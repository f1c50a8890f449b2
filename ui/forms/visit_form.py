"""A form that is data as a step of a visit: its fields, and where it repeats the records entered so far."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout

from core.entering import records
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import typed_of
from core.entry import CLEARED, as_shown
from core.forms import catalog, wording
from core.forms.definition import Form, Quick
from core.labels import NOT_DONE
from core.model.assessment import NotDone
from core.model.form_record import FormRecord
from ui.context import AppContext
from ui.forms.defined.record_editor import RecordEditor
from ui.forms.step_form import StepForm
from ui.widgets.basics import Combo, button, clear, label, link, row
from ui.widgets.responsive import Flow
from ui.words import tr

_RECORD = "about.record"  # which record the texts are about; that of a new one is empty
_TEXT = "text."


class VisitFormStep(StepForm):
    """What is whole is saved when it is left; until then its texts are kept."""

    topic = "visit#forms"

    def __init__(self, context: AppContext, draft: Draft, form: Form) -> None:
        super().__init__(context, draft)
        self.step = form.id
        self.form = form
        self.editor = RecordEditor(context)
        self.editor.typed.connect(self._keep_soon.start)
        self.said = label("", "good-note", wrap=True)
        self.said.hide()
        self.not_done = Combo()
        self.not_done.setAccessibleName(tr("{form}: not done").format(form=form.title))
        self.not_done.addItem(tr("Not done…"), "")
        for reason, text in NOT_DONE.items():
            self.not_done.addItem(tr("Not done: {why}").format(why=text), reason.value)
        self.not_done.activated.connect(self._on_not_done)
        self._entered = QVBoxLayout()
        self._entered.setSpacing(4)
        self.add = button(tr("Add"), self._add)
        self.clear = button(tr("Clear"), self._clear)
        for one in (self.add, self.clear):
            one.setParent(self)  # shown below the step where the form repeats
        head = row(label(form.title, "question", wrap=True), self.not_done)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        if form.help:
            self.body.addWidget(label("\n".join(form.help), "muted", wrap=True))
        self.waits = button("", self._go_there, link=True)
        self.waits.hide()
        self.body.addWidget(self.waits)
        self.body.addLayout(self._entered)
        self.body.addWidget(self.said)
        self.picks = [button(one.title, partial(self._pick, one)) for one in form.quick]
        if self.picks:
            self.body.addLayout(Flow(*self.picks, spacing=6))
        self.body.addWidget(self.editor)
        self.body.addWidget(label(tr("* is needed · F3 a note, or why there is no value"), "small"))
        self.body.addStretch(1)

    @property
    def _records(self) -> tuple[FormRecord, ...]:
        found = self.draft.forms.records(self.form)
        return tuple(one for one in found if one.not_done is None)

    @property
    def _only(self) -> FormRecord | None:
        return None if self.form.repeats else next(iter(self._records), None)

    def show_draft(self) -> None:
        texts, prefix = self.draft.unsaved.texts, typed_of(self.form.id, "")
        kept = {n.removeprefix(prefix): texts[n] for n in self.draft.unsaved.fields(prefix)}
        about = kept.pop(_RECORD, "")
        record = next((one for one in self._records if one.id == about), self._only)
        typed = {
            name.removeprefix(_TEXT): as_shown(text)
            for name, text in kept.items()
            if name.startswith(_TEXT)
        }
        self._begin(record, typed)
        self._show_entered()
        self._show_kept()

    def _begin(self, record: FormRecord | None, typed: dict[str, str] | None = None) -> None:
        entry = self.draft.forms.entry(self.form, record, typed or {})
        self.editor.begin(entry, records.referred(self.draft.record, self.form))
        self.add.setText(tr("Add") if record is None else tr("Save changes"))

    def _show_entered(self) -> None:
        clear(self._entered)
        not_done = [one for one in self.draft.forms.records(self.form) if one.not_done is not None]
        reason = not_done[0].not_done.value if not_done and not_done[0].not_done else ""
        self.not_done.setCurrentIndex(max(0, self.not_done.findData(reason)))
        self.not_done.setEnabled(not self._records)
        waits = self.draft.forms.waits(self.form)
        self.waits.setText(waits)
        self.waits.setVisible(bool(waits))
        self.editor.setEnabled(not not_done and not waits)
        if not self.form.repeats:
            return
        for record in self._records:
            used = catalog.find(record.form, record.version) or self.form
            said = wording.line(used, record)
            change = link(said, partial(self._change, record))
            change.setAccessibleName(tr("Change: {what}").format(what=said))
            remove = button(tr("Remove"), partial(self._remove, record), link=True)
            remove.setAccessibleName(tr("Remove: {what}").format(what=said))
            self._entered.addLayout(row(change, None, remove))

    def _go_there(self) -> None:
        """To what is to be answered before this form."""
        step, _dot, field = self.form.waits_for[0].partition(".")
        self.jump.emit(step, field)

    def _pick(self, quick: Quick) -> None:
        """Fill in what is entered often, where nothing stands yet: what was answered stays."""
        entry = self.editor.entry
        if entry is None or not self.editor.isEnabled():
            return
        entry.fill(quick, only_empty=True)
        self.editor.begin(entry, records.referred(self.draft.record, self.form))
        self.editor.focus_first()
        self._keep_soon.start()

    # Saving.

    def _save(self, made: FormRecord) -> bool:
        failures = self.context.failures
        why = "" if self.editor.entry is None else self.editor.entry.why_taken_out
        with self.context.saving():
            typed = self.draft.unsaved.fields(typed_of(self.form.id, ""))
            self.draft.forms.save(made, *typed, reason=why)
        if self.context.failures != failures:
            return False
        self._keep_soon.stop()
        self._begin(made if not self.form.repeats else None)
        self.touched.emit()
        self._show_entered()
        return True

    def _add(self) -> None:
        """What is entered, where it is whole; else what is missing is said."""
        made = self.editor.read()
        if made is not None and self._save(made):
            used = catalog.find(made.form, made.version) or self.form
            self.said.setText(tr("Saved: {what}").format(what=wording.line(used, made)))
            self.said.show()
            self.editor.focus_first()

    def _change(self, record: FormRecord) -> None:
        if self.editor.texts:
            self._add()
        if not self.editor.texts:
            self._begin(record)
            self.editor.focus_first()

    def _remove(self, record: FormRecord) -> None:
        with self.context.saving():
            self.draft.forms.remove(record)
        self._begin(None)
        self.touched.emit()
        self._show_entered()

    def _clear(self) -> None:
        self._begin(self._only)
        self.keep_typed()
        self.touched.emit()
        self.editor.focus_first()

    def _on_not_done(self, _index: int) -> None:
        chosen = str(self.not_done.currentData() or "")
        fields = self.draft.unsaved.fields(typed_of(self.form.id, ""))
        with self.context.saving():
            why = NotDone(chosen) if chosen else None
            self.draft.forms.save_not_done(self.form, why, *fields)
        self._begin(None)
        self.touched.emit()
        self._show_entered()

    def commit(self) -> None:
        """What is whole is saved, what is not is kept as it is typed."""
        entry = self.editor.entry
        if not self.editor.texts or entry is None:
            self.keep_typed()
            return
        made = entry.record
        if made is None or not self._save(made):
            self.keep_typed()

    def may_go_on(self) -> bool:
        if self.editor.texts and self.editor.read() is None:
            self.keep_typed()
        return super().may_go_on()

    # What is typed and not saved yet.

    def unsaved(self) -> dict[str, str]:
        return {name: text for name, text in self._kept_texts().items() if text}

    def _kept_texts(self) -> dict[str, str]:
        """By the names under which the draft keeps them; an empty text for what was there before."""
        texts = dict.fromkeys(self.draft.unsaved.fields(typed_of(self.form.id, "")), "")
        typed, entry = self.editor.texts, self.editor.entry
        if typed and entry is not None:
            texts |= {
                typed_of(self.form.id, f"{_TEXT}{name}"): text or CLEARED
                for name, text in typed.items()
            }
            before = entry.before
            texts[typed_of(self.form.id, _RECORD)] = before.id if before is not None else ""
        return texts

    def keep_typed(self) -> None:
        self._keep_soon.stop()
        with self.context.saving():
            self.draft.unsaved.save_all(self._kept_texts())

    def focus_first(self) -> None:
        if self.editor.isEnabled():
            self.editor.focus_first()
        elif self.waits.isVisibleTo(self):
            self.waits.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.not_done.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_typed(self) -> bool:
        return False

    def focus_field(self, field: str) -> None:
        if field.startswith(typed_of(self.form.id, "")):
            self.editor.focus_wrong()
        elif field in self.editor.frames:
            self.editor.focus_field(field)
        else:
            self.focus_first()

    def _discard_typed(self) -> None:
        self._clear()
        super()._discard_typed()

    def feet(self) -> QBoxLayout | None:
        feet = super().feet()
        if feet is not None and self.form.repeats:
            feet.insertWidget(2, self.clear)
            feet.insertWidget(3, self.add)
        else:
            for one in (self.add, self.clear):
                one.hide()
        return feet
