"""The recovery code, shown once: to be printed and put away before anything else."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QVBoxLayout

from core import reports
from core.model.document import OfCode
from core.model.paper import PaperSize
from core.model.user import Clinic
from ui import theme
from ui.saving import ask_printer, ask_where, show_folder
from ui.widgets.basics import button, column, label, row
from ui.words import tr

CENTRE = Qt.AlignmentFlag.AlignCenter
GROUPS_IN_A_LINE = 3
DOCUMENT = reports.named("recovery-code")


class CodeGroups(QLabel):
    """The code in numbered groups, every letter in a cell of one width, as on the printed page."""

    CELL, LINE, NUMBER, APART = 19, 36, 16, 18  # px: of a letter, a line, a group's number; between

    def __init__(self, groups: list[str]) -> None:
        super().__init__("\n".join(groups))
        self._groups = groups
        self.setProperty("role", "number")
        self.setAccessibleName(tr("Recovery code: {code}").format(code=" ".join(groups)))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        group = self.NUMBER + self.CELL * len(self._groups[0]) + self.APART
        lines = -(-len(self._groups) // GROUPS_IN_A_LINE)
        return QSize(theme.px(group * GROUPS_IN_A_LINE), theme.px(self.LINE * lines))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        letters, small = self.font(), self.font()
        small.setPixelSize(theme.px(11))
        cell, line, number = (theme.px(one) for one in (self.CELL, self.LINE, self.NUMBER))
        apart = self.sizeHint().width() // GROUPS_IN_A_LINE
        left = max(0, (self.width() - self.sizeHint().width()) // 2)
        for place, group in enumerate(self._groups):
            x, y = left + place % GROUPS_IN_A_LINE * apart, place // GROUPS_IN_A_LINE * line
            painter.setFont(small)
            painter.drawText(QRect(x, y, number, line), CENTRE, str(place + 1))
            painter.setFont(letters)
            for index, letter in enumerate(group):
                box = QRect(x + number + index * cell, y, cell, line)
                painter.drawText(box, CENTRE, letter)
        painter.end()


class RecoveryCode(QFrame):
    """``done`` when the person has put the page away. The code stands nowhere else: not in a file, not on the clipboard."""

    topic = "sign-in#the-recovery-code"
    done = Signal()

    def __init__(
        self, code: str, clinic: Clinic, file_name: str, made_at: datetime, size: PaperSize
    ) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._made_of = OfCode(
            clinic=clinic,
            file_name=file_name,
            printed_by="",
            printed_at=made_at,
            head=None,
            code=code,
            size=size,
        )
        self.code = CodeGroups(code.split("-"))
        self.reminded = False
        self._state = label("", "muted", wrap=True)
        self._saved: Path | None = None
        self.folder = button(tr("Open folder"), self._open_folder, link=True)
        self.folder.hide()
        self.print = button(tr("Print…"), self._print, primary=True)
        self.save = button(tr("Save as PDF…"), self._save)
        self.put_away = QCheckBox(tr("I have printed it and put it away"))
        self.go_on = button(tr("Go on"), self.done.emit)
        self.go_on.setEnabled(False)
        self.put_away.toggled.connect(self.go_on.setEnabled)
        layout: QVBoxLayout = column(
            label(tr("The recovery code of this clinic file"), "title", wrap=True),
            label(
                tr(
                    "When nobody can sign in any more, or this computer is lost, this code opens the"
                    " file. It is shown only now. Print it, and lock the page away: whoever has it"
                    " can read everything."
                ),
                wrap=True,
            ),
            self.code,
            row(self.print, self.save, None),
            row(self._state, self.folder, None),
            self.put_away,
            row(None, self.go_on),
            spacing=12,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self.setFocusProxy(self.print)

    def remind(self) -> None:
        """Somebody wants to go on without it."""
        self.reminded = True
        self._state.setText(tr("Print the recovery code first, and say that it is put away."))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def save_to(self, path: Path) -> None:
        """Write the page as PDF. A failure is told in one sentence."""
        try:
            path.write_bytes(DOCUMENT.make(self._made_of))
        except OSError as error:
            text = tr("The PDF could not be saved there: {why}. Choose another place.")
            self._state.setText(text.format(why=error.strerror or tr("unknown reason")))
            return
        text = tr("Saved as {name}. Print it from there, and delete the file.")
        self._state.setText(text.format(name=path.name))
        self._saved = path.absolute()
        self.folder.show()

    def _open_folder(self) -> None:
        if self._saved is not None:
            show_folder(self._saved.parent)

    def _save(self) -> None:
        if (path := ask_where(self, DOCUMENT, self._made_of)) is not None:
            self.save_to(path)

    def _print(self) -> None:
        from ui.pdf_pages import print_pages

        printer = ask_printer(self, DOCUMENT, self._made_of.size)
        if printer is not None:
            print_pages(DOCUMENT.make(self._made_of), printer)
            self._state.setText(tr("Sent to the printer."))
