"""All records of one form about a patient: what runs and what ended, and the one that is entered."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from core import clock
from core.acts import record_queries
from core.entering import records, typed_texts
from core.entering.record_entry import RecordEntry, follows
from core.entry import CLEARED, Problem, as_shown
from core.forms import catalog, wording
from core.forms.definition import Form, Layout
from core.forms.reading import Limits
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import PatientId, RecordId
from core.model.record import PatientRecord
from core.model.user import Right
from core.words import plural
from ui.context import AppContext
from ui.forms.defined.record_editor import RecordEditor
from ui.forms.defined.record_list import RecordList
from ui.forms.defined.record_parts import WITHIN, RecordParts
from ui.forms.defined.record_words import RecordWords
from ui.forms.defined.records_grid import RecordsGrid
from ui.forms.defined.referred import referred
from ui.forms.defined.shown_field import ShownField, shown_in
from ui.forms.defined.treatments_list import OfOneForm
from ui.forms.kept_bar import KeptBar
from ui.widgets import ask
from ui.widgets.basics import button, card, column, label, row
from ui.widgets.locks import explained
from ui.widgets.responsive import Columns, Flow
from ui.words import tr


class RecordsView(QWidget):
    """``edited`` says that a text is there to be kept, ``saved`` that a record was saved or removed,
    ``given_up`` that what was kept is discarded. With a ``listed`` its records are in a list beside it.
    """

    edited = Signal()
    saved = Signal()
    given_up = Signal()

    def __init__(self, context: AppContext, form: Form, listed: OfOneForm | None = None) -> None:
        super().__init__()
        self._context, self.form = context, form
        self._enters = context.session.may(Right.ENTER)
        self._record: PatientRecord | None = None
        self._within: RecordId | None = None  # whose parts are shown, of a form of parts
        self._ends: FormRecord | None = None  # what the one being entered follows
        self._queries: dict[RecordId, list[tuple[str, DataQuery]]] = {}  # with their fields
        self.editor = RecordEditor(context)
        self.editor.typed.connect(self.edited)
        self.title = label("", "heading", wrap=True)
        self.said = label("", "good-note", wrap=True)
        self.problem = label("", "question-note", wrap=True)
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard)
        self.add = button(tr("Save"), self.save, primary=True, tip="Ctrl+Enter")
        self.clear = button(tr("Clear"), self._clear)
        self.picks = self._quick_picks()
        self.list = self._make_list(listed)
        self.read = RecordWords(context)
        self.parts = RecordParts([records_of(context, part) for part in catalog.parts_of(form)])
        for part in self.parts.views:
            part.edited.connect(self.edited)
            part.saved.connect(self.saved)
            part.given_up.connect(self.given_up)
        self._build()

    def _make_list(self, listed: OfOneForm | None) -> RecordList | OfOneForm:
        made = listed or RecordList(self.form, enters=self._enters)
        made.chosen.connect(self._on_chosen)
        made.change.connect(self._change)
        made.end.connect(self._end)
        made.correct.connect(self._correct)
        made.remove.connect(self._remove)
        self.table, self.which = made.table, made.which
        return made

    def _build(self) -> None:
        head = row(self.title, self.clear, self.add)
        head.setStretch(0, 1)
        hint = tr("* is needed · F3 a note, or why there is no value")
        help_ = label("\n".join(self.form.help), "small", wrap=True)
        if not self.form.help or isinstance(self.list, RecordList):  # which says it itself
            help_.hide()
        entered = card(
            head,
            help_,
            self.said,
            self.picks,
            self.kept,
            self.problem,
            self.editor,
            label(hint, "small", wrap=True),
            None,
        )
        shown: QWidget = entered if self._enters else card(self.read, None)
        if isinstance(self.list, RecordList):
            shown = Columns(self.list, shown, fixed={}, spacing=12)
        self.setLayout(column(shown, self.parts))
        for hidden in (self.read,) if self._enters else (entered,):
            hidden.setParent(self)
            hidden.hide()
        if not self.form.repeats and self._enters and isinstance(self.list, RecordList):
            self.list.hide()
        for problem in (self.said, self.problem):
            problem.hide()

    def _quick_picks(self) -> QWidget:
        flow = Flow(spacing=6)
        for index, quick in enumerate(self.form.quick):
            one = button(quick.title, partial(self._pick, index))
            one.setAccessibleName(tr("Fill in {title}").format(title=quick.title))
            flow.addWidget(one)
        box = QWidget()
        box.setLayout(flow)
        if not self.form.quick:
            box.hide()
        return box

    def show_record(self, record: PatientRecord, within: RecordId | None = None) -> None:
        """Show the records of a patient, or those within one; what is typed for them stays."""
        other = self.patient_id != record.patient.id or self._within != within
        self._record, self._within = record, within
        self.list.show_records(self._mine, record)
        if other:
            self._begin_kept()
        elif not self.form.repeats and not self.texts:
            self._begin(self._only)
        self._show_parts()

    @property
    def patient_id(self) -> PatientId | None:
        """Whose records are shown; None before the first."""
        return None if self._record is None else self._record.patient.id

    @property
    def _mine(self) -> tuple[FormRecord, ...]:
        every = () if self._record is None else self._record.of_form(self.form.id)
        return tuple(one for one in every if one.within == self._within)

    @property
    def _only(self) -> FormRecord | None:
        """The record of a form that has one."""
        return None if self.form.repeats else next(iter(self._mine), None)

    @property
    def views(self) -> "tuple[RecordsView | RecordsGrid, ...]":
        """This one, and those of the parts of its records."""
        return (self, *self.parts.views)

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and is not saved, and which record it is about."""
        texts = self.editor.texts
        entry = self.editor.entry
        if not texts or entry is None:
            return {}
        about = "" if entry.before is None else entry.before.id
        return {
            **texts,
            _ABOUT: about,
            _FOLLOWS: self._ends.id if self._ends else "",
            WITHIN: self._within or "",
        }

    def kept_texts(self) -> dict[str, str]:
        """The same for the file, with an empty text for whatever was kept and is not there any more."""
        if self._record is None:
            return {}
        place = records.place_of(self.form)
        before = self._context.session.typed.of(place, self._record.patient.id)
        now = {
            name: text if name in (_ABOUT, _FOLLOWS, WITHIN) else text or CLEARED
            for name, text in self.texts.items()
        }
        return {**dict.fromkeys(before, ""), **now}

    def save(self) -> None:
        """Save what is entered; say what is wrong with it where it cannot be."""
        record, made = self._record, self.editor.read()
        entry = self.editor.entry
        if record is None or made is None or entry is None or self._is_locked(made):
            return
        ends = self._ends
        ended = records.ended_by(ends, made) if ends is not None else None
        if isinstance(ended, Problem):
            self._refuse(ended.message)
            return
        reason = self._reason(record, ends or entry.before, ended or made)
        if reason is None:
            return
        reason = reason or entry.why_taken_out
        session = self._context.session
        failures = self._context.failures
        with self._context.saving():
            if ended is not None:
                records.change(session, entry.form, ended, made, reason)
            else:
                records.save(session, entry.form, made, reason)
        if self._context.failures == failures:
            words = tr("Saved: {what}") if entry.is_new else tr("Changed: {what}")
            self._say(words.format(what=wording.line(entry.form, made)))
            self._begin(None if self.form.repeats else made)
            self.saved.emit()

    def _reason(
        self, record: PatientRecord, before: FormRecord | None, after: FormRecord | None
    ) -> str | None:
        """Why what a finished visit says is changed; empty where it is not, None where nobody said why."""
        if before is None or not records.moves_what_was_finished(record, before, after):
            return ""
        question = tr("A finished visit shows this. Why is it changed?")
        return ask.reason(self, self.form.title, question)

    def _is_locked(self, made: FormRecord) -> bool:
        return self._record is not None and explained(
            self._context, self._record.locks_on(made.visit_id, self.form.id)
        )

    def _on_chosen(self) -> None:
        if not self._enters:
            chosen = self.selected
            self.read.show_record(None if chosen is None else self._form_of(chosen), chosen)
            self._show_asked()
        self._show_parts()

    def _show_parts(self) -> None:
        """The parts of the record that is corrected, else of the chosen one."""
        if self._record is not None and self.parts.views:
            self.parts.show_parent(
                self._context.session, self._record, self._entered or self.selected or self._only
            )

    @property
    def selected(self) -> FormRecord | None:
        return self.list.selected

    def focus_first(self) -> None:
        if self.form.repeats and not self.list.is_empty:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._enters:
            self.editor.focus_first()

    def focus_record(self, what: str) -> None:
        """Give the keyboard to a record ("record"), or to a field of it ("record.field")."""
        name, _dot, field = what.partition(".")
        one = self._record.form_record(RecordId(name)) if self._record is not None else None
        if one is None:
            return
        if one.form != self.form.id:
            self._focus_part(one, what)
            return
        self.list.select(one.id)
        if not (field and self._enters):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._in_the_way(one):
            if self._entered is None or self._entered.id != one.id:
                self._begin(one)
            self.editor.focus_field(field)

    def _focus_part(self, one: FormRecord, what: str) -> None:
        """Give the keyboard to a part of a record, which is shown first."""
        record = self._record
        parent = record.form_record(one.within) if record is not None and one.within else None
        if parent is None or self._in_the_way(parent):
            return
        self.list.select(parent.id)
        if self._enters and (self._entered is None or self._entered.id != parent.id):
            self._begin(parent)
        for view in self.parts.views:
            if view.form.id == one.form and self.parts.parent_id == parent.id:
                view.focus_record(what)

    @property
    def _entered(self) -> FormRecord | None:
        """The record that is being corrected."""
        return None if self.editor.entry is None else self.editor.entry.before

    @property
    def looked_at(self) -> tuple[FormRecord | None, str]:
        """The record and the field that a question would be about now: that with the keyboard, else the chosen line."""
        widget = self.focusWidget()
        for part in self.parts.views:
            if widget is not None and part.isAncestorOf(widget):
                return part.looked_at
        if widget is not None and self.editor.isAncestorOf(widget) and self._entered is not None:
            return self._entered, self.editor.field_of(widget)
        return self.selected or self._only, ""

    def shown_at(self, widget: QWidget, at: QPoint | None = None) -> ShownField | None:
        """The field of a saved record that a widget belongs to; in a list the record whose line is ``at`` a place of it."""
        for part in self.parts.views:
            if part.isAncestorOf(widget):
                return part.shown_at(widget, at)
        if isinstance(self.list, RecordList) and self.list.isAncestorOf(widget):
            return self.list.shown_at(widget, at)
        if self._enters:
            return shown_in(self.editor.frames, self._entered, widget)
        return shown_in(self.read.cells, self.selected or self._only, widget)

    def show_queries(self, queries: Sequence[DataQuery]) -> None:
        """Show the questions that are not closed: on the lines of their records, and on the fields."""
        self._queries = {}
        for query in queries:
            where = record_queries.about(query)
            if where is not None:
                self._queries.setdefault(where.record, []).append((where.field, query))
        self.list.show_queries(
            {one: [query for _field, query in asked] for one, asked in self._queries.items()}
        )
        self._show_asked()
        for part in self.parts.views:
            part.show_queries(queries)

    def _show_asked(self) -> None:
        """On the fields of the record that is corrected, and of the one that is read."""
        for shown, one in ((self.editor, self._entered), (self.read, self.selected)):
            texts: dict[str, list[str]] = {}
            for field, query in self._queries.get(one.id, ()) if one is not None else ():
                texts.setdefault(field, []).append(query.text)
            shown.show_queries(texts)

    def begin_new(self) -> None:
        """Another record, unless one is being typed already; the keyboard goes to its first open field."""
        entry = self.editor.entry
        is_new = entry is not None and entry.is_new and self._ends is None
        if is_new or not self._in_the_way(None):
            if not is_new:
                self._begin(None)
            self.editor.focus_first()

    def _pick(self, index: int) -> None:
        if self.editor.entry is None or not self.editor.entry.is_new or self._ends is not None:
            if self._in_the_way(None):
                return
            self._begin(None)
        entry = self.editor.entry
        if entry is not None:
            entry.fill(self.form.quick[index])
            self.editor.begin(entry, referred(self.form, self._record))
            self.editor.focus_first()
            self.edited.emit()

    def _change(self) -> None:
        """The record that follows the chosen one, which ends where it begins."""
        chosen = self.selected
        if chosen is None or not _goes_on(chosen) or not self._enters or self._in_the_way(chosen):
            return
        form = self._form_of(chosen)
        self._begin(None, follows(form, chosen), ends=chosen)
        course = form.course
        first = next(iter(course.changed), course.start) if course else ""
        self.editor.focus_field(first)

    def _end(self) -> None:
        chosen = self.selected
        if chosen is None or not _goes_on(chosen) or not self._enters or self._in_the_way(chosen):
            return
        self._begin(chosen)
        entry = self.editor.entry
        course = self.form.course
        if entry is not None and course is not None:
            entry.end(clock.today().isoformat())
            self.editor.begin(entry, referred(self.form, self._record))
            self.editor.focus_field(course.end)

    def _correct(self) -> None:
        chosen = self.selected
        if chosen is None or not self._enters or self._in_the_way(chosen):
            return
        self._begin(chosen)
        self.editor.focus_first()

    def _remove(self) -> None:
        chosen, record = self.selected, self._record
        if chosen is None or record is None or self._is_locked(chosen):
            return
        what = wording.line(self._form_of(chosen), chosen)
        parts = len(record.parts_of(chosen))
        question = tr("Remove “{what}”, which was entered by mistake? Why?").format(what=what)
        if parts:
            belongs = plural(parts, "1 record belongs to it", "{n} records belong to it")
            words = tr(
                "Remove “{what}”, which was entered by mistake? {belongs} and will be removed, too. Why?"
            )
            question = words.format(what=what, belongs=belongs)
        why = ask.reason(self, self.form.title, question)
        if why is not None:
            with self._context.saving():
                records.remove(self._context.session, chosen, why)
            self._say(tr("Removed: {what}").format(what=what))
            self.saved.emit()

    def _in_the_way(self, chosen: FormRecord | None) -> bool:
        """Whether something else is typed that would be lost; it is said."""
        entry = self.editor.entry
        about = None if entry is None else entry.before
        waits = bool(self.texts) and (chosen is None or about is None or about.id != chosen.id)
        if waits:
            self._refuse(tr("Save what you are typing, or clear it, first."))
            self.editor.focus_first()
        return waits

    def _refuse(self, why: str) -> None:
        self.problem.setText(why)
        self.problem.show()

    def _begin_kept(self) -> None:
        """What was typed for this patient and is not saved yet; else a new record, or the only one."""
        record, session = self._record, self._context.session
        if record is None:
            return
        place = records.place_of(self.form)
        texts = dict(session.typed.of(place, record.patient.id))
        texts.pop(WITHIN, "")
        known: dict[str, FormRecord] = {one.id: one for one in self._mine}
        before = known.get(texts.pop(_ABOUT, ""))
        ends = known.get(texts.pop(_FOLLOWS, ""))
        typed = {name: as_shown(text) for name, text in texts.items()}
        if typed:
            self._begin(before, typed, ends=ends)
        else:
            self._begin(self._only)
        self.kept.show_since(
            typed_texts.since(session, place, record.patient.id) if typed else None
        )

    def _begin(
        self,
        before: FormRecord | None,
        texts: Mapping[str, str] | None = None,
        ends: FormRecord | None = None,
    ) -> None:
        record = self._record
        if record is None:
            return
        self._ends = ends
        form = self.form if before is None else self._form_of(before)
        entry = RecordEntry(
            form,
            record.patient.id,
            self._context.session.login,
            Limits(latest=clock.today(), born=record.patient.born),
            within=self._within,
            record=before,
            texts=texts,
        )
        self.editor.begin(entry, referred(self.form, self._record))
        self._show_asked()
        self.title.setText(self._title(before, ends))
        self.problem.hide()
        self.kept.show_since(None)
        self._show_parts()

    def _title(self, before: FormRecord | None, ends: FormRecord | None) -> str:
        if ends is not None:
            line = wording.line(self._form_of(ends), ends)
            return tr("What follows “{what}”: it ends where this begins").format(what=line)
        if before is not None and self.form.repeats:
            return tr("Change: {what}").format(what=wording.line(self._form_of(before), before))
        return (
            tr("Enter: {form}").format(form=self.form.title)
            if self.form.repeats
            else self.form.title
        )

    def _clear(self) -> None:
        self._begin(self._only)
        self.said.hide()
        self.edited.emit()

    def _discard(self) -> None:
        self._clear()
        self.given_up.emit()
        self.editor.focus_first()

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()

    def _form_of(self, one: FormRecord) -> Form:
        return catalog.find(one.form, one.version) or self.form


_ABOUT, _FOLLOWS = "record", "follows"  # which record the texts are about


def records_of(
    context: AppContext, form: Form, listed: OfOneForm | None = None
) -> RecordsView | RecordsGrid:
    """The records of a form as its layout says; who only reads, and a form with parts, has a list."""
    if listed is not None:
        return RecordsView(context, form, listed)
    grid = form.layout is Layout.GRID and form.repeats and not catalog.parts_of(form)
    if grid and context.session.may(Right.ENTER):
        return RecordsGrid(context, form)
    return RecordsView(context, form)


def _goes_on(one: FormRecord) -> bool:
    """Whether an end or a change of it can be entered: what happened on a day has none."""
    return one.runs and not one.is_moment
