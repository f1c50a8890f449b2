"""The clinic's own forms and schedules: which there are, and adding one after it was checked and shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit, QWidget

from core.acts import own_forms, own_schedules
from core.errors import AppError
from core.forms import preview
from core.forms.definition import Form
from core.model.user import Right
from core.protocols.definition import Protocol
from core.session import Session
from core.views import schedule_words
from core.words import N_, plural
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import answered, button, card, clear, column, label, row
from ui.words import tr

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What can be added to a clinic file: the words of its card, and how a file of it is read, shown and added."""

    heading: str
    how: str
    ask: str
    files: str
    read: Callable[[Path], Sequence[tuple[str, T]]]  # what a file holds, each with its text
    lines: Callable[[T], list[str]]
    add: Callable[[Session, str, T], None]
    of_clinic: Callable[[Session], Sequence[T]]
    title: Callable[[T], str]
    said: Callable[[T], str]


def _form_line(form: Form) -> str:
    fields = plural(len(form.fields), "1 field", "{n} fields")
    text = tr("{title}, version {version}, {fields}")
    return text.format(title=form.title, version=form.version, fields=fields)


def _schedule_line(protocol: Protocol) -> str:
    visits = plural(len(protocol.visits), "1 visit", "{n} visits")
    text = tr("{title}, version {version}, {visits}")
    return text.format(title=protocol.title, version=protocol.version, visits=visits)


FORMS = Kind(
    heading=N_("Forms of the clinic"),
    how=N_(
        "A form is a TOML file, or a data dictionary of REDCap (CSV). It is checked, shown, and kept in the"
        " clinic file. Each patient's chart has a form about patients at once; a schedule can name a form of a"
        " visit."
    ),
    ask=N_("Add a form"),
    files=N_("Forms (*.toml *.csv)"),
    read=own_forms.read,
    lines=preview.lines,
    add=own_forms.add,
    of_clinic=own_forms.of_clinic,
    title=lambda form: form.title,
    said=_form_line,
)
SCHEDULES = Kind(
    heading=N_("Schedules of the clinic"),
    how=N_(
        "A schedule is a TOML file: visits, their windows, what each asks for, and who may take part. It is"
        " checked, shown, and kept in the clinic file. New patients can be put on it at once; a patient keeps"
        " the version that they were registered with, until somebody moves them to a newer one."
    ),
    ask=N_("Add a schedule"),
    files=N_("Schedules (*.toml)"),
    read=lambda path: (own_schedules.read(path),),
    lines=schedule_words.lines,
    add=own_schedules.add,
    of_clinic=own_schedules.of_clinic,
    title=lambda protocol: protocol.title,
    said=_schedule_line,
)


class Preview(QDialog):
    """What is to be added, in plain lines, before it is."""

    def __init__(self, parent: QWidget, title: str, lines: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        text = QPlainTextEdit("\n".join(lines))
        text.setReadOnly(True)
        text.setAccessibleName(tr("What is added"))
        why = label(
            tr("A version that was added is never changed: a correction is a new version."),
            "muted",
            wrap=True,
        )
        add = button(tr("Add to the clinic file"), self.accept, primary=True)
        layout = column(text, why, row(None, button(tr("Cancel"), self.reject), add), spacing=12)
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        room = parent.window().size()
        wanted = QSize(theme.px(760), theme.px(560))
        self.resize(wanted.boundedTo(room - QSize(40, 40)))
        add.setFocus()


class OwnDefinitions(QWidget):
    """One card of the settings; ``said`` tells what was added, or why nothing was."""

    added = Signal()

    def __init__(self, context: AppContext, kind: Kind[Any]) -> None:
        super().__init__()
        self._context = context
        self._kind = kind
        self._lines = column(spacing=4)
        self.said = label("", wrap=True)
        self.said.hide()
        self.add = button(tr("{ask}…").format(ask=tr(kind.ask)), self._ask)
        if not context.session.may(Right.CLINIC):
            self.add.hide()
        self.setLayout(
            column(
                card(
                    label(tr(kind.heading), "heading"),
                    self._lines,
                    label(tr(kind.how), "muted", wrap=True),
                    row(self.add, None),
                    self.said,
                )
            )
        )
        self.show_all()

    def show_all(self) -> None:
        clear(self._lines)
        for one in self._kind.of_clinic(self._context.session):
            self._lines.addWidget(label(self._kind.said(one), wrap=True))

    def take(self, path: Path) -> None:
        """Check the file, show what it says, and add it; or say what is wrong with it."""
        try:
            found = self._kind.read(path)
        except AppError as error:
            self._say(str(error))
            return
        except OSError as error:
            text = tr("The file cannot be read: {why}.")
            self._say(text.format(why=error.strerror or tr("unknown reason")))
            return
        lines = [line for _text, one in found for line in (*self._kind.lines(one), "")]
        if not answered(Preview(self, tr(self._kind.ask), lines)):
            return
        titles, refused = [], ""
        try:
            for text, one in found:
                self._kind.add(self._context.session, text, one)
                titles.append(self._kind.title(one))
        except AppError as error:
            refused = str(error)
        added = tr("Added: {titles}").format(titles=", ".join(titles)) if titles else ""
        self._say("\n".join(filter(None, [added, refused])))
        self.show_all()
        self.added.emit()

    def _ask(self) -> None:
        kind = self._kind
        name, _kind = QFileDialog.getOpenFileName(self, tr(kind.ask), "", tr(kind.files))
        if name:
            self.take(Path(name))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
