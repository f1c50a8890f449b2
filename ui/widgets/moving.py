"""Moving patients to the newest version of their schedule: what it changes is said before it is done."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from core.acts import moving
from core.entry import Problem
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Right
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.session import Changes
from core.views import schedule_words
from core.words import plural
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import answered, button, card, clear, column, label, row
from ui.widgets.fields import TextField
from ui.words import tr


class MoveDialog(QDialog):
    """What changes, in plain lines, and the field for the reason: without one nobody is moved."""

    def __init__(self, parent: QWidget, title: str, lines: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.lines = QPlainTextEdit("\n".join(lines))
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setAccessibleName(tr("What changes"))
        self.reason = TextField(tr("Reason (kept in the audit trail)"))
        self.move_them = button(tr("Move"), self.agree, primary=True)
        self.move_them.setDefault(True)
        layout = column(
            label(title, "question", wrap=True),
            self.lines,
            self.reason,
            row(None, button(tr("Cancel"), self.reject), self.move_them),
            spacing=12,
        )
        layout.setContentsMargins(24, 20, 24, 18)
        self.setLayout(layout)
        room = parent.window().size()
        wanted = QSize(theme.px(640), theme.px(480))
        self.resize(wanted.boundedTo(room - QSize(40, 40)))
        self.reason.setFocus()

    def agree(self) -> None:
        """Go on; without a reason it stays and says what is missing."""
        if self.reason.text.strip():
            self.accept()
            return
        self.reason.show_problem(Problem(tr("Type a reason, or cancel.")))
        self.reason.setFocus()


def title_of(after: Protocol) -> str:
    """The button by which a patient, or several, are moved to a version."""
    return tr("Move to version {version}…").format(version=after.version)


def ask_one(parent: QWidget, context: AppContext, record: PatientRecord, after: Protocol) -> None:
    """Say what changes for one patient, and move them with the reason that is given."""
    before = protocols.of(record.patient)
    lines = schedule_words.move_lines(record, before, after)
    title = tr("Move {number} from version {before} to {after} of “{title}”")
    said = title.format(
        number=record.patient.record_number,
        before=before.version,
        after=after.version,
        title=after.title,
    )
    _ask(parent, context, said, lines, [record.patient])


def ask_all(
    parent: QWidget, context: AppContext, after: Protocol, patients: Sequence[Patient]
) -> None:
    """The same of everybody who is on an older version: the changes of each version there is."""
    lines = []
    for version in dict.fromkeys(one.protocol_version for one in patients):
        mine = [one for one in patients if one.protocol_version == version]
        head = plural(
            len(mine), "1 patient on version {version}", "{n} patients on version {version}"
        )
        numbers = ", ".join(one.record_number for one in mine)
        before = protocols.required(after.id, version)
        changes = schedule_words.move_lines(PatientRecord(patient=mine[0]), before, after)
        lines += [f"{head.format(version=version)}: {numbers}", "", *changes, ""]
    lines.append(tr("Visits that were begun stay as they are. Signatures stay valid."))
    said = tr("Move to version {after} of “{title}”")
    _ask(parent, context, said.format(after=after.version, title=after.title), lines, patients)


def _ask(
    parent: QWidget,
    context: AppContext,
    title: str,
    lines: Sequence[str],
    patients: Sequence[Patient],
) -> None:
    dialog = MoveDialog(parent, title, lines)
    if answered(dialog):
        with context.saving():
            moving.move(context.session, [one.id for one in patients], dialog.reason.text)


class OlderVersions(QWidget):
    """One card of the settings: the schedules of which somebody is on an older version, and the move of all of them."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = column(spacing=8)
        heading = label(tr("Patients on an older version of their schedule"), "heading")
        self.setLayout(column(card(heading, self._lines)))
        context.changed.connect(self._on_changed)
        self.show_all()

    def _on_changed(self, changes: Changes) -> None:
        if changes.entities & {"patient", "definition"}:
            self.show_all()

    def show_all(self) -> None:
        """Hidden where nobody is on an older version, and for who does not enter patients."""
        clear(self._lines)
        session, shown = self._context.session, False
        if session.may(Right.ENTER):
            for protocol in protocols.newest().values():
                if found := moving.behind(session, protocol):
                    shown = True
                    self._lines.addWidget(self._line(protocol, found))
        if self.parentWidget() is not None or not shown:  # else it would flash as a window
            self.setVisible(shown)

    def _line(self, protocol: Protocol, found: Sequence[Patient]) -> QWidget:
        text = plural(
            len(found),
            "{title}: 1 patient is on a version before {version}.",
            "{title}: {n} patients are on a version before {version}.",
        )
        words = label(text.format(title=protocol.title, version=protocol.version), wrap=True)
        line, layout = QWidget(), row(button(title_of(protocol), partial(self._ask, protocol)))
        layout.insertWidget(0, words, 1)
        line.setLayout(layout)
        return line

    def _ask(self, protocol: Protocol) -> None:
        found = moving.behind(self._context.session, protocol)
        ask_all(self, self._context, protocol, found)
