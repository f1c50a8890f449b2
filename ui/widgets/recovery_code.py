"""The recovery code, shown once: to be printed and put away before anything else."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QVBoxLayout

from core.model.user import Clinic
from ui.widgets.basics import button, column, label, row
from ui.words import tr

GROUPS_IN_A_LINE = 3


class RecoveryCode(QFrame):
    """``done`` when the person has put the page away. The code stands nowhere else: not in a file, not on the clipboard."""

    done = Signal()

    def __init__(self, code: str, clinic: Clinic, file_name: str, made_at: datetime) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._code, self._clinic, self._file_name, self._made_at = code, clinic, file_name, made_at
        groups = code.split("-")
        lines = [
            "   ".join(groups[at : at + GROUPS_IN_A_LINE])
            for at in range(0, len(groups), GROUPS_IN_A_LINE)
        ]
        self.code = label("\n".join(lines), "number")
        self.code.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.code.setAccessibleName(tr("Recovery code: {code}").format(code=" ".join(groups)))
        self.code.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reminded = False
        self._state = label("", "muted", wrap=True)
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
            self._state,
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
            path.write_bytes(self._pdf())
        except OSError as error:
            text = tr("The PDF could not be saved there: {why}. Choose another place.")
            self._state.setText(text.format(why=error.strerror or tr("unknown reason")))
            return
        self._state.setText(tr("Saved. Print it from there, and delete the file."))

    def _pdf(self) -> bytes:
        from core.reports import recovery_code

        return recovery_code.render(self._clinic, self._code, self._file_name, self._made_at)

    def _save(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder) / "recovery-code.pdf")
        chosen, _kind = QFileDialog.getSaveFileName(
            self, tr("Save the recovery code"), proposed, tr("PDF (*.pdf)")
        )
        if chosen:
            self.save_to(Path(chosen))

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        from ui.pages.summary_page import print_pages

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(tr("Recovery code"))
        if QPrintDialog(printer, self).exec():
            print_pages(self._pdf(), printer)
            self._state.setText(tr("Sent to the printer."))
