"""What is entered in place under a line: what changed and from when, the end and its reason, or another one."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from core.entering.record_entry import RecordEntry
from core.forms.definition import Form
from core.model.form_record import FormRecord
from ui.forms.defined.record_editor import RecordEditor
from ui.widgets.basics import button, column, label, row
from ui.words import tr


class RecordPanel(QFrame):
    """``done`` carries a record that is whole, ``given_up`` says that there will be none."""

    done = Signal(object)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "since-panel")
        self.title = label("", "heading", wrap=True)
        self.problem = label("", "question-note", wrap=True)
        self.editor = RecordEditor()
        self.save = button(tr("Save"), self._save, primary=True, tip="Ctrl+Enter")
        self.leave = button(tr("Cancel"), self.given_up.emit, tip="Esc")
        self.problem.hide()
        inside = column(
            self.title, self.problem, self.editor, row(None, self.leave, self.save), spacing=8
        )
        inside.setContentsMargins(14, 10, 10, 12)
        self.setLayout(inside)

    def begin(
        self,
        title: str,
        entry: RecordEntry,
        only: frozenset[str],
        records: Mapping[str, Mapping[str, str]],
        first: str,
    ) -> None:
        self.title.setText(title)
        self.problem.hide()
        self.editor.begin(entry, records, only=only)
        if first:
            self.editor.focus_field(first)
        else:
            self.editor.focus_first()

    def refuse(self, why: str) -> None:
        self.problem.setText(why)
        self.problem.show()

    def _save(self) -> None:
        made = self.editor.read()
        if made is not None:
            self.done.emit(made)

    def commit(self) -> None:
        self._save()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)


def only_of(form: Form, record: FormRecord | None, *, ending: bool) -> frozenset[str]:
    """The fields that a change, or an end, is told by; all of them for a new one."""
    course = form.course
    if record is None or course is None:
        return frozenset()
    return frozenset(
        (course.end, *course.ended_with) if ending else (*course.changed, course.start)
    )
