"""The fields of one record of a form that is data: what is asked, what is wrong, and what needs a reason."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core.entering.record_entry import KEPT, NOT_DONE, NOTE, TAKEN_OUT, Judged, RecordEntry
from core.entry import Problem
from core.forms import wording
from core.forms.definition import Field, FieldType, Layout, Rule
from core.labels import NOT_DONE as WHY
from core.model.form_record import FormRecord
from ui.context import AppContext
from ui.forms.defined.field_editors import FieldEditor, editor
from ui.widgets.basics import Combo, button, column, label, row
from ui.widgets.fields import Line, mark_asked
from ui.widgets.responsive import Cells
from ui.words import tr


class QuestionKeys(QWidget):
    """The answers to a question whose rule knows what was meant: Y keeps the value with a reason, N corrects it."""

    kept = Signal()
    corrected = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.keep = button(tr("Yes  Y"), self.kept.emit)
        self.correct = button("", self.corrected.emit)
        self.setFocusProxy(self.keep)
        self.setLayout(row(self.correct, self.keep, None))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the button with the keyboard passes on."""
        pressed = {"Y": self.keep, "N": self.correct}.get(event.text().upper())
        if pressed is None:
            super().keyPressEvent(event)
        else:
            pressed.click()


class FieldFrame(QWidget):
    """A field with what may stand under it: a question and its reason, a note, why there is no value, what somebody asked."""

    changed = Signal()
    edited = Signal()
    corrected = Signal()  # what was probably meant is to be filled in

    def __init__(self, made: FieldEditor) -> None:
        super().__init__()
        self.editor, self.field = made, made.field
        self.question = label("", "question-note", wrap=True)
        self.asked = label("", "question-note", wrap=True)
        self.reason = Line()
        self.reason.setPlaceholderText(tr("Yes, because…"))
        self.reason.setAccessibleName(tr("Why “{title}” is right").format(title=made.field.title))
        self.note = Line()
        self.note.setPlaceholderText(tr("note"))
        self.note.setAccessibleName(tr("{title}, note").format(title=made.field.title))
        self.why = Combo()
        self.why.setAccessibleName(tr("{title}, no value because").format(title=made.field.title))
        self.why.addItem(tr("No value because…"), "")
        for reason, text in WHY.items():
            self.why.addItem(text, reason.value)
        self._beside = QWidget()
        self._beside.setLayout(row(self.why, self.note))
        self.keys: QuestionKeys | None = None  # made when a question first has them
        self.setFocusProxy(made)
        parts = (self.question, self.reason, self._beside, self.asked)
        for hidden in parts:
            hidden.setParent(self)
            hidden.hide()
        self._parts = column(made, *parts, spacing=4)
        self.setLayout(self._parts)
        made.changed.connect(self.changed)
        made.edited.connect(self.edited)
        for line in (self.reason, self.note):
            line.textEdited.connect(lambda _text: self.edited.emit())
            line.left.connect(self.changed)
            line.returnPressed.connect(self.changed)
        self.why.activated.connect(lambda _index: self.changed.emit())

    @property
    def answer(self) -> QWidget:
        """Where a question is answered: with a key, where it is known what was meant; else by a reason."""
        return self.reason if self.keys is None or self.keys.isHidden() else self.keys.keep

    def show_likely(self, rule: Rule | None) -> None:
        """Offer what was probably meant, where the rule that asks knows it."""
        if rule is not None and self.keys is None:
            self.keys = QuestionKeys()
            self.keys.kept.connect(lambda: self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason))
            self.keys.corrected.connect(self.corrected)
            self._parts.insertWidget(2, self.keys)
        if self.keys is not None:
            if rule is not None:
                self.keys.correct.setText(tr("No: {likely}  N").format(likely=rule.likely_text))
            self.keys.setVisible(rule is not None)

    def show_beside(self) -> None:
        """Show the note and the reasons for no value, and put the keyboard there."""
        self._beside.show()
        self.note.setFocus(Qt.FocusReason.TabFocusReason)

    def show_queries(self, texts: Sequence[str]) -> None:
        """Show what somebody asked about the field and is not closed."""
        self.asked.setText("\n".join(tr("Query: {text}").format(text=text) for text in texts))
        self.asked.setVisible(bool(texts))
        mark_asked(self.editor, asked=bool(texts))

    def put(self, entry: RecordEntry) -> None:
        """What stands here, into the entry."""
        name = self.field.id
        if self.field.type is not FieldType.DERIVED:
            entry.type(name, self.editor.text)
        if self.field.type is FieldType.FILE:
            entry.type(f"{TAKEN_OUT}.{name}", self.editor.why_taken_out)
        entry.type(f"{NOTE}.{name}", self.note.text())
        entry.type(f"{NOT_DONE}.{name}", str(self.why.currentData() or ""))
        if not self.reason.isHidden():
            entry.type(f"{KEPT}.{name}", self.reason.text())

    def show_entry(self, entry: RecordEntry, judged: Judged) -> None:
        name = self.field.id
        if self.field.type is FieldType.DERIVED:
            self.editor.set_text(wording.told(entry.form, self.field, judged.values))
        else:
            self.editor.set_text(entry.texts.get(name, ""))
        if self.field.type is FieldType.FILE:
            self.editor.set_saved(entry.start(name), entry.beside(TAKEN_OUT, name))
        self.note.setText(entry.beside(NOTE, name))
        self.why.setCurrentIndex(max(0, self.why.findData(entry.beside(NOT_DONE, name))))
        if entry.beside(NOTE, name) or entry.beside(NOT_DONE, name):
            self._beside.show()
        asked = judged.asked.get(name)
        self.question.setText(asked.message if asked else "")
        self.question.setVisible(asked is not None)
        self.reason.setVisible(asked is not None)
        if self.reason.text() != entry.beside(KEPT, name):
            self.reason.setText(entry.beside(KEPT, name))


class RecordEditor(QWidget):
    """``typed`` says that something is there to be kept."""

    typed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.entry: RecordEntry | None = None
        self.frames: dict[str, FieldFrame] = {}
        self._headings: dict[str, QWidget] = {}
        self._tried = self._showing = False
        self._only: frozenset[str] = frozenset()
        self._doubted: frozenset[str] = (
            frozenset()
        )  # fields whose question can be answered by a key
        self._queries: Mapping[str, Sequence[str]] = {}
        self._cells = Cells(wide=2, narrow=1, spacing=(24, 12), top=True)
        self._shown: tuple[QWidget, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._cells)
        QShortcut(QKeySequence("F3"), self, self._show_beside)

    def begin(
        self,
        entry: RecordEntry,
        records: Mapping[str, Mapping[str, str]],
        only: frozenset[str] = frozenset(),
    ) -> None:
        """Show a record. ``records`` has those that a reference can name, by form and id.

        With ``only`` no other field is shown, unless something is wrong with it.
        """
        known = self.entry
        self._only = only
        self.entry, self._tried = entry, False
        if known is None or _other_fields(known, entry):
            self._build(entry, records)
        judged = entry.judge()
        self._doubted = frozenset(judged.likely)
        # A reason that is hidden loses the keyboard and says so: until all show the new record, nothing is taken.
        self._showing = True
        for frame in self.frames.values():
            frame.editor.show_problem(None)
            frame.show_entry(entry, judged)
        self._showing = False
        self._arrange(judged)
        self._show_likely(judged)
        self.show_queries({})
        if entry.typed:
            self._judge()

    def _build(self, entry: RecordEntry, records: Mapping[str, Mapping[str, str]]) -> None:
        self._cells.show_cells([])
        form = entry.form
        self._headings = {
            group.id: label(group.title, "heading") for group in form.groups if group.title
        }
        self.frames = {}
        for one in form.fields:
            numbered = form.layout is Layout.QUESTIONS
            named = records.get(one.form, {})
            made = editor(one, self._context, entry, named, numbered=numbered)
            frame = FieldFrame(made)
            frame.changed.connect(self._on_changed)
            made.answered.connect(partial(self._go_on, one.id))
            frame.corrected.connect(partial(self._correct, one.id))
            frame.edited.connect(self.typed)
            self.frames[one.id] = frame
        for widget in (*self._headings.values(), *self.frames.values()):
            widget.setParent(self._cells)
            widget.hide()

    def _arrange(self, judged: Judged) -> None:
        """The fields that are asked now, each group under its heading."""
        if self.entry is None:
            return
        cells: list[QWidget] = []
        whole: list[QWidget] = []
        heading = ""
        single = self.entry.form.layout is Layout.QUESTIONS
        for one in self._asked(judged):
            if one.group in self._headings and one.group != heading:
                heading = one.group
                cells.append(self._headings[heading])
                whole.append(self._headings[heading])
            frame = self.frames[one.id]
            cells.append(frame)
            if single or frame.editor.is_wide:
                whole.append(frame)
        if tuple(cells) != self._shown:
            self._shown = tuple(cells)
            self._cells.place(cells, whole)

    def _asked(self, judged: Judged) -> list[Field]:
        """The fields to show: of those that are asked, the ones that this entry is about."""
        if not self._only:
            return list(judged.shown)
        wrong = {one.field for one in judged.found}
        shown = self._only | wrong
        return [one for one in judged.shown if one.id in shown or one.type is FieldType.DERIVED]

    def show_queries(self, queries: Mapping[str, Sequence[str]]) -> None:
        """Show the questions on the record, by field."""
        if queries != self._queries:
            self._queries = queries
            for name, frame in self.frames.items():
                frame.show_queries(queries.get(name, ()))

    def read(self) -> FormRecord | None:
        """The record, where it is whole; else what is missing is said, and the first field of it has the keyboard."""
        if self.entry is None:
            return None
        self._take()
        self._tried = True
        judged = self._judge()
        if judged.found:
            first = judged.found[0]
            frame = self.frames[first.field]
            wanted = frame.answer if first.asks else frame
            wanted.setFocus(Qt.FocusReason.TabFocusReason)
            return None
        return self.entry.record

    def focus_wrong(self) -> None:
        """The first field that keeps this from being saved; the first one where none does."""
        found = self.entry.judge().found if self.entry is not None else ()
        if found:
            self.focus_field(found[0].field)
        else:
            self.focus_first()

    def focus_first(self) -> None:
        """The first field that has nothing yet, else the first one."""
        if self.entry is None:
            return
        asked = self._asked(self.entry.judge())
        shown = [one for one in asked if one.type is not FieldType.DERIVED]
        empty = (one for one in shown if not self.entry.texts.get(one.id))
        self.focus_field(next(empty, shown[0]).id)

    def focus_field(self, field: str) -> None:
        if field in self.frames:
            self.frames[field].setFocus(Qt.FocusReason.TabFocusReason)

    def _go_on(self, field: str) -> None:
        """To the reason that an answer needs, else to the field that is asked next."""
        if not self.frames[field].reason.isHidden():
            self.frames[field].answer.setFocus(Qt.FocusReason.TabFocusReason)
            return
        order = [one.id for one in self.entry.judge().shown if one.is_stored] if self.entry else []
        if field in order[:-1]:
            self.focus_field(order[order.index(field) + 1])

    def field_of(self, widget: QWidget | None) -> str:
        """The field that a widget belongs to; empty where it is none."""
        if widget is None:
            return ""
        found = (n for n, f in self.frames.items() if f is widget or f.isAncestorOf(widget))
        return next(found, "")

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and is not saved, by field."""
        self._take()
        return {} if self.entry is None else self.entry.typed

    def _take(self) -> None:
        if self.entry is not None and not self._showing:
            for frame in self.frames.values():
                if not frame.isHidden():
                    frame.put(self.entry)

    def _on_changed(self) -> None:
        if self.entry is None or self._showing:
            return
        self._take()
        judged = self._judge()
        doubted = frozenset(judged.likely)
        new, self._doubted = doubted - self._doubted, doubted
        self.typed.emit()
        if new and not QApplication.mouseButtons():  # the keyboard comes to the question itself
            answer = self.frames[min(new)].answer
            QTimer.singleShot(0, answer, lambda: answer.setFocus(Qt.FocusReason.TabFocusReason))

    def _correct(self, field: str) -> None:
        """Fill in what was probably meant, instead of what a question was asked about."""
        entry = self.entry
        rule = None if entry is None else entry.judge().likely.get(field)
        if entry is None or rule is None:
            return
        self._take()
        entry.correct(rule)
        self._doubted = frozenset()
        judged = entry.judge()
        self._showing = True
        for frame in self.frames.values():
            frame.show_entry(entry, judged)
        self._showing = False
        self._judge()
        self.focus_field(field)
        self.typed.emit()

    def _judge(self) -> Judged:
        """Show what is asked now, and say what is wrong with it; what is only missing, once somebody tried to save."""
        if self.entry is None:
            raise ValueError("no record is being entered")
        entry = self.entry
        judged = entry.judge()
        self._arrange(judged)
        wrong: dict[str, Problem] = {}
        for one in judged.found:
            if not one.asks and (self._tried or one.rule != "required"):
                wrong.setdefault(one.field, one.problem)
        for field in judged.shown:
            frame = self.frames[field.id]
            frame.editor.show_problem(wrong.get(field.id))
            frame.show_entry(entry, judged)
        self._show_likely(judged)
        return judged

    def _show_likely(self, judged: Judged) -> None:
        for name, frame in self.frames.items():
            if frame.keys is not None or name in judged.likely:
                frame.show_likely(judged.likely.get(name))

    def _show_beside(self) -> None:
        field = self.field_of(self.focusWidget())
        if field:
            self.frames[field].show_beside()


def _other_fields(known: RecordEntry, entry: RecordEntry) -> bool:
    """Whether the fields of one entry cannot show another."""
    return (
        known.form is not entry.form
        or known.limits != entry.limits
        or known.patient_id != entry.patient_id
    )
