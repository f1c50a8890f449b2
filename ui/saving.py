"""Where a document goes: one question for every kind of them, saved under a name that tells them apart."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QPageSize
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from core.exports.file_name import Told, file_name
from core.model.document import Document, Source
from core.model.paper import PaperSize
from ui.words import tr

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

PAGE_SIZES = {
    PaperSize.A4: QPageSize.PageSizeId.A4,
    PaperSize.LETTER: QPageSize.PageSizeId.Letter,
}


def show_folder(folder: Path) -> None:
    """Let the system show a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def ask_printer(parent: QWidget, document: Document[Any], size: PaperSize) -> "QPrinter | None":
    """The printer that a person chose, set to this paper; None where they chose none."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(PAGE_SIZES[size]))
    printer.setDocName(tr(document.title))
    dialog = QPrintDialog(printer, parent)
    chosen = dialog.exec()
    if isValid(dialog):
        dialog.deleteLater()
    return printer if chosen else None


def ask_where(parent: QWidget, document: Document[Any], made_of: Source | None) -> Path | None:
    """The path that a person chose for a document; None where they chose none.

    What its proposed name tells is the clinic's setting: nothing, unless it was chosen. It is no one patient's where
    it is asked before it is known what it is ``made_of``.
    """
    if made_of is None:
        ending, name = document.ending, file_name(document.stem, document.ending)
    else:
        whose = made_of.whose if made_of.clinic.telling_file_names else None
        ending = document.ending or made_of.ending
        name = file_name(
            document.stem,
            ending,
            visit=made_of.visit_code,
            told=Told(*whose) if whose else None,
        )
    kinds = f"{ending.upper()} (*.{ending})"
    chosen, _kind = QFileDialog.getSaveFileName(
        parent, tr(document.saving), str(_documents() / name), kinds
    )
    return Path(chosen) if chosen else None


def ask_folder(parent: QWidget, document: Document[Any], title: str) -> Path | None:
    """The folder, not there yet, that a person named for what is made of a document; None where they named none.

    The system's dialog asks nothing about one that is there: it is refused, and never written over.
    """
    name = file_name(document.stem, "").rstrip(".")
    chosen, _kind = QFileDialog.getSaveFileName(
        parent,
        title,
        str(_documents() / name),
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    return Path(chosen) if chosen else None


def _documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
