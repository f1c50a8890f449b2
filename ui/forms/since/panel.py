"""What is entered in place under a line: what changed and from when, the end and its reason, or another one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from core.entering import records
from core.entering.visit.since_entry import SinceEntry
from core.model.record import PatientRecord
from ui.context import AppContext
from ui.forms.defined.record_editor import RecordEditor
from ui.widgets.basics import button, column, label, row
from ui.words import tr


class RecordPanel(QFrame):
    """``done`` carries a record that is whole, ``given_up`` says that there will be none."""

    done = Signal(object)
    given_up = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setProperty("role", "since-panel")
        self.title = label("", "heading", wrap=True)
        self.problem = label("", "question-note", wrap=True)
        self.editor = RecordEditor(context)
        self.save = button(tr("Save"), self.commit, primary=True, tip="Ctrl+Enter")
        self.leave = button(tr("Cancel"), self.given_up.emit, tip="Esc")
        self.problem.hide()
        inside = column(
            self.title, self.problem, self.editor, row(None, self.leave, self.save), spacing=8
        )
        inside.setContentsMargins(14, 10, 10, 12)
        self.setLayout(inside)

    def begin(self, title: str, entry: SinceEntry, record: PatientRecord) -> None:
        self.title.setText(title)
        self.problem.hide()
        referred = records.referred(record, entry.form)
        self.editor.begin(entry.entry, referred, only=entry.only)
        if entry.first:
            self.editor.focus_field(entry.first)
        else:
            self.editor.focus_first()

    def refuse(self, why: str) -> None:
        self.problem.setText(why)
        self.problem.show()

    def commit(self) -> None:
        """Give the record out where it is whole; else what is missing is said."""
        made = self.editor.read()
        if made is not None:
            self.done.emit(made)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)
