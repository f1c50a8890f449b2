"""Where a document is saved: one question for every kind of them, under a name that tells them apart."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from core.exports.file_name import Told, file_name
from ui.words import tr


def show_folder(folder: Path) -> None:
    """Let the system show a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def ask_where(
    parent: QWidget,
    title: str,
    kind: str,
    ending: str = "pdf",
    *,
    visit: str | None = "",
    told: Told | None = None,
) -> Path | None:
    """The path that a person chose for a document of this kind; None where they chose none."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    proposed = str(Path(folder) / file_name(kind, ending, visit=visit, told=told))
    kinds = tr("CSV (*.csv)") if ending == "csv" else tr("PDF (*.pdf)")
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, proposed, kinds)
    return Path(chosen) if chosen else None
