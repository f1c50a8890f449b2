"""The records of a form as a grid: one line a record, its fields side by side, and an empty line for the next."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from core import clock
from core.acts import record_queries
from core.entering import records, typed_texts
from core.entering.record_entry import Judged, RecordEntry
from core.entry import CLEARED, Problem, as_shown
from core.forms import catalog, wording
from core.forms.definition import Field, FieldType, Form
from core.forms.reading import Limits
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import PatientId, RecordId
from core.model.record import PatientRecord
from ui import theme
from ui.context import AppContext
from ui.forms.defined.field_editors import editor, titled
from ui.forms.defined.record_editor import FieldFrame
from ui.forms.defined.record_parts import WITHIN
from ui.forms.defined.referred import referred
from ui.forms.defined.shown_field import ShownField, shown_in
from ui.forms.kept_bar import KeptBar
from ui.widgets import ask
from ui.widgets.basics import button, card, column, label, row, shortcut
from ui.widgets.locks import explained
from ui.words import tr

_NEW = "new"  # the line of the record that is not saved yet


class GridLine:
    """One record: an editor for each field, and what is typed of it."""

    def __init__(
        self,
        context: AppContext,
        number: int,
        entry: RecordEntry,
        named: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.entry, self.tried = entry, False
        self._showing = False
        self.frames: dict[str, FieldFrame] = {}
        for one in entry.form.fields:
            made = editor(one, context, entry, named.get(one.form, {}), in_cell=True)
            for control in made.findChildren(QWidget):
                if name := control.accessibleName():
                    words = tr("{field}, line {n}").format(field=name, n=number)
                    control.setAccessibleName(words)
            self.frames[one.id] = FieldFrame(made)

    @property
    def key(self) -> str:
        """Under which name its texts are kept."""
        return _NEW if self.entry.before is None else self.entry.before.id

    @property
    def is_shown(self) -> bool:
        """False for the moment in which not all fields show the record yet."""
        return not self._showing

    @property
    def typed(self) -> dict[str, str]:
        self.take()
        return self.entry.typed

    def take(self) -> None:
        """What stands in the fields, but for the moment in which not all show the record yet."""
        if self._showing:
            return
        for frame in self.frames.values():
            if not frame.isHidden():
                frame.put(self.entry)

    def show(self) -> Judged:
        """What is asked now, with what is wrong; what is only missing once somebody tried to save."""
        judged = self.entry.judge()
        shown = {one.id for one in judged.shown}
        wrong: dict[str, Problem] = {}
        for one in judged.found:
            if not one.asks and (self.tried or one.rule != "required"):
                wrong.setdefault(one.field, one.problem)
        self._showing = True
        for name, frame in self.frames.items():
            frame.setVisible(name in shown)
            frame.editor.show_problem(wrong.get(name))
            frame.show_entry(self.entry, judged)
        self._showing = False
        return judged

    def read(self) -> FormRecord | None:
        """The record, where it is whole; else the first field that is wrong or missing has the keyboard."""
        self.take()
        self.tried = True
        judged = self.show()
        if judged.found:
            first = judged.found[0]
            frame = self.frames[first.field]
            (frame.reason if first.asks else frame).setFocus(Qt.FocusReason.TabFocusReason)
            return None
        return self.entry.record

    def focus_first(self) -> None:
        stored = [one for one in self.entry.judge().shown if one.type is not FieldType.DERIVED]
        empty = (one for one in stored if not self.entry.texts.get(one.id))
        self.frames[next(empty, stored[0]).id].setFocus(Qt.FocusReason.TabFocusReason)

    def field_of(self, widget: QWidget | None) -> str:
        """The field that a widget belongs to; empty where it is none of this line."""
        found = (
            n for n, f in self.frames.items() if widget and (f is widget or f.isAncestorOf(widget))
        )
        return next(found, "")


class RecordsGrid(QWidget):
    """Enter saves the line with the keyboard and goes to the next. The signals are those of `RecordsView`."""

    edited = Signal()
    saved = Signal()
    given_up = Signal()

    def __init__(self, context: AppContext, form: Form) -> None:
        super().__init__()
        self._context, self.form = context, form
        self._record: PatientRecord | None = None
        self._within: RecordId | None = None
        self._queries: dict[str, dict[str, list[str]]] = {}  # texts, by record and field
        self.lines: list[GridLine] = []
        self._places: dict[str, int] = {}  # columns, by field
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard)
        self.said = label("", "good-note", wrap=True)
        self.said.hide()
        self.save_all = button(tr("Save"), self.save, primary=True, tip="Ctrl+Enter")
        self.remove = button(tr("Remove the line…"), self._remove, tip=tr("Ctrl+Delete"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self._grid.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        holder.setLayout(self._grid)
        head = row(label(form.plural, "heading"), None, self.remove, self.save_all)
        keys = tr("Enter saves the line and goes to the next · F3 a note, or why there is no value")
        hint = label("\n".join(form.help), "small", wrap=True)
        if not form.help:
            hint.hide()
        grid = _Wide(holder)
        parts = (head, hint, self.said, self.kept, grid, label(keys, "small", wrap=True))
        self.setLayout(column(card(*parts)))
        shortcut("Ctrl+Delete", self, self._remove, _WITHIN_ME)
        shortcut("F3", self, self._show_beside, _WITHIN_ME)

    @property
    def patient_id(self) -> PatientId | None:
        """Whose records are shown; None before the first."""
        return None if self._record is None else self._record.patient.id

    @property
    def views(self) -> "tuple[RecordsGrid, ...]":
        return (self,)

    @property
    def _mine(self) -> tuple[FormRecord, ...]:
        every = () if self._record is None else self._record.of_form(self.form.id)
        return tuple(one for one in every if one.within == self._within)

    def show_record(self, record: PatientRecord, within: RecordId | None = None) -> None:
        """Show the records of a patient, or those within one; what is typed for them stays."""
        other = self.patient_id != record.patient.id or self._within != within
        self._record, self._within = record, within
        typed = self._kept() if other else {line.key: line.typed for line in self.lines}
        known = {one.id: one for one in self._mine}
        if other or [line.key for line in self.lines] != [*known, _NEW]:
            self._build(typed)
        for line in self.lines[:-1]:
            if line.entry.before != known[RecordId(line.key)]:
                line.entry = self._entry(known[RecordId(line.key)], line.typed)
                line.show()
        if other:
            place = records.place_of(self.form)
            since = typed_texts.since(self._context.session, place, record.patient.id)
            self.kept.show_since(since if any(typed.values()) else None)

    def _kept(self) -> dict[str, dict[str, str]]:
        """What was typed of each line and is not saved yet."""
        if self._record is None:
            return {}
        place = records.place_of(self.form)
        found: dict[str, dict[str, str]] = {}
        for name, text in self._context.session.typed.of(place, self._record.patient.id).items():
            key, slash, field = name.partition("/")
            if slash:
                found.setdefault(key, {})[field] = as_shown(text)
        return found

    def _build(self, typed: Mapping[str, Mapping[str, str]]) -> None:
        """The lines anew; the keyboard stays on its line and field."""
        front = self._line_in_front
        at = "" if front is None else front.field_of(self.focusWidget())
        number = self.lines.index(front) if front is not None else 0
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.lines, self._places = [], {}
        for field in self.form.fields:
            self._place(field)
        for one in self._mine:
            self._add_line(one, typed.get(one.id, {}))
        self._add_line(None, typed.get(_NEW, {}))
        self._grid.setColumnStretch(len(self._places), 1)  # room that is left is at the end
        if at and number < len(self.lines):
            self.lines[number].frames[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self, field: Field) -> int:
        """The column of a field; one that only an older version of the form has gets its own at the end."""
        if field.id not in self._places:
            place = self._places[field.id] = len(self._places)
            self._grid.addWidget(label(titled(field), "muted", wrap=True), 0, place)
            self._grid.setColumnMinimumWidth(place, theme.px(96))
        return self._places[field.id]

    def _add_line(self, one: FormRecord | None, texts: Mapping[str, str]) -> None:
        number = len(self.lines) + 1
        named = referred(self.form, self._record)
        line = GridLine(self._context, number, self._entry(one, texts), named)
        self.lines.append(line)
        for frame in line.frames.values():
            place = self._place(frame.field)
            self._grid.addWidget(frame, number, place, Qt.AlignmentFlag.AlignTop)
            frame.changed.connect(lambda line=line: self._on_changed(line))
            frame.edited.connect(self.edited)
        line.show()
        self._show_asked(line)

    def _entry(self, one: FormRecord | None, texts: Mapping[str, str]) -> RecordEntry:
        record = self._record
        if record is None:
            raise ValueError("no patient is shown")
        form = self.form if one is None else catalog.find(one.form, one.version) or self.form
        return RecordEntry(
            form,
            record.patient.id,
            self._context.session.login,
            Limits(latest=clock.today(), born=record.patient.born),
            within=self._within,
            record=one,
            texts=texts,
        )

    def _on_changed(self, line: GridLine) -> None:
        if line.is_shown:
            line.take()
            line.show()
        self.edited.emit()

    # What is typed and not saved yet.

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and is not saved, by line and field, and to which record it belongs."""
        texts = {
            f"{line.key}/{name}": text for line in self.lines for name, text in line.typed.items()
        }
        return {**texts, WITHIN: self._within or ""} if texts else {}

    def kept_texts(self) -> dict[str, str]:
        """The same for the file, with an empty text for whatever was kept and is not there any more."""
        if self._record is None:
            return {}
        place = records.place_of(self.form)
        before = self._context.session.typed.of(place, self._record.patient.id)
        now = {
            name: text if name == WITHIN else text or CLEARED for name, text in self.texts.items()
        }
        return {**dict.fromkeys(before, ""), **now}

    def _discard(self) -> None:
        self._build({})
        self.kept.show_since(None)
        self.given_up.emit()
        self.lines[-1].focus_first()

    # Saving.

    def save(self) -> None:
        """Save every line of which something is typed; the first that is not whole has the keyboard."""
        for line in [one for one in self.lines if one.typed]:
            if not self._save(line):
                return

    def _save(self, line: GridLine) -> bool:
        record, before = self._record, line.entry.before
        made = line.read()
        if record is None or made is None or explained(self._context, record.locks_on()):
            return False
        reason: str | None = ""
        if before is not None and records.moves_what_was_finished(record, before, made):
            question = tr("A finished visit shows this. Why is it changed?")
            reason = ask.reason(self, self.form.title, question)
        if reason is None:
            return False
        reason = reason or line.entry.why_taken_out
        texts, rest = line.typed, {one.key: one.typed for one in self.lines if one is not line}
        names = [f"{line.key}/{name}" for name in texts]
        names += [] if any(rest.values()) else [WITHIN]
        form, failures = line.entry.form, self._context.failures
        line.entry, line.tried = self._entry(made, {}), False
        line.show()
        if before is None:
            self._add_line(None, {})
        with self._context.saving():
            records.save(self._context.session, form, made, reason, names)
        if self._context.failures != failures:
            self._build({**rest, _NEW if before is None else made.id: texts})
            return False
        self.kept.show_since(None)
        self.said.setText(tr("Saved: {what}").format(what=wording.line(form, made)))
        self.said.show()
        self.saved.emit()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter saves the line and goes to the next."""
        line = self._line_in_front
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or line is None:
            super().keyPressEvent(event)
        elif not line.typed and line.entry.before is None:
            line.focus_first()
        elif not line.typed or self._save(line):
            self.lines[min(self.lines.index(line) + 1, len(self.lines) - 1)].focus_first()

    def _remove(self) -> None:
        line, record = self._line_in_front, self._record
        if line is None or record is None or explained(self._context, record.locks_on()):
            return
        before = line.entry.before
        if before is None:
            self._build({one.key: one.typed for one in self.lines if one is not line})
            self.edited.emit()
            return
        what = wording.line(line.entry.form, before)
        question = tr("Remove “{what}”, which was entered by mistake? Why?").format(what=what)
        why = ask.reason(self, self.form.title, question)
        if why is not None:
            with self._context.saving():
                records.remove(self._context.session, before, why)
            self.saved.emit()

    # Where the keyboard is, and what was asked.

    @property
    def _line_in_front(self) -> GridLine | None:
        widget = self.focusWidget()
        return next((line for line in self.lines if line.field_of(widget)), None)

    def focus_first(self) -> None:
        """The first field of the line that is free."""
        if self.lines:
            self.lines[-1].focus_first()

    def focus_record(self, what: str) -> None:
        """Give the keyboard to a record ("record"), or to a field of it ("record.field")."""
        name, _dot, field = what.partition(".")
        line = next((one for one in self.lines if one.key == name), None)
        if line is not None and field in line.frames and not line.frames[field].isHidden():
            line.frames[field].setFocus(Qt.FocusReason.TabFocusReason)
        elif line is not None:
            line.focus_first()

    @property
    def looked_at(self) -> tuple[FormRecord | None, str]:
        """The record and the field that a question would be about now."""
        line = self._line_in_front
        return (
            (None, "") if line is None else (line.entry.before, line.field_of(self.focusWidget()))
        )

    def shown_at(self, widget: QWidget, _at: QPoint | None = None) -> ShownField | None:
        """The field of a saved record that a widget belongs to."""
        line = next((line for line in self.lines if line.field_of(widget)), None)
        return None if line is None else shown_in(line.frames, line.entry.before, widget)

    def show_queries(self, queries: Sequence[DataQuery]) -> None:
        """Show the questions that are not closed on their fields; one about a whole record on its first."""
        first = self.form.fields[0].id
        self._queries = {}
        for query in queries:
            where = record_queries.about(query)
            if where is not None:
                by_field = self._queries.setdefault(where.record, {})
                by_field.setdefault(where.field or first, []).append(query.text)
        for line in self.lines:
            self._show_asked(line)

    def _show_asked(self, line: GridLine) -> None:
        asked = self._queries.get(line.key, {})
        for name, frame in line.frames.items():
            frame.show_queries(asked.get(name, ()))

    def _show_beside(self) -> None:
        line = self._line_in_front
        if line is not None:
            line.frames[line.field_of(self.focusWidget())].show_beside()


_WITHIN_ME = Qt.ShortcutContext.WidgetWithChildrenShortcut


class _Wide(QScrollArea):
    """As high as what it holds; what is wider than the page scrolls from side to side."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        content.setObjectName("scrolled")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setWidget(content)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Resize}:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        content, bar = self.widget(), self.horizontalScrollBar()
        layout = None if content is None else content.layout()
        if content is None or layout is None:
            return super().sizeHint()
        width = max(self.viewport().width(), content.minimumSizeHint().width())
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        room = bar.sizeHint().height() if bar.isVisible() else 0
        return QSize(0, max(height, content.minimumSizeHint().height()) + room + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())
