"""Bugs: logged and shown as a report that can be copied, with types, lines and versions and no values."""

import sys
import threading
from types import TracebackType

from PySide6 import __version__ as qt_version
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from shiboken6 import isValid

from core import VERSION
from core.errors import AppError, StorageError
from ui.words import tr

# What SQLite calls it when the disk, and not the program, is what is wrong.
_DISK_ERRORS = {"SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FULL", "SQLITE_CANTOPEN"}


def report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """What happened and where. No message and no locals: both can hold patient data."""
    import platform
    import traceback

    frames = traceback.extract_tb(trace)
    lines = [f"ALS Follow-up {VERSION}, Qt {qt_version}, Python {platform.python_version()}"]
    lines.append(f"{platform.system()} {platform.release()}")
    lines += [f"{_module(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    lines.append(kind.__name__)
    return "\n".join(lines)


def install() -> None:
    """From here on a bug shows a report; the file is whole, since every save is a transaction."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(error, AppError):
            show(None, error)
            return
        if getattr(error, "sqlite_errorname", "") in _DISK_ERRORS:
            _log(report(kind, trace))
            sentence = "The disk could not be read. Close the program and open the file again."
            show(None, StorageError(tr(sentence)))
            return
        text = report(kind, trace)
        _log(f"bug\n{text}")
        if QApplication.instance() is not None:
            _show_report(text)

    def elsewhere(what: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        """In a thread, or where Python can raise nothing: logged, and without the message as well."""
        if what.exc_type is not None:
            _log(f"bug\n{report(what.exc_type, what.exc_traceback)}")

    sys.excepthook = hook
    threading.excepthook = elsewhere
    sys.unraisablehook = elsewhere


def leave_no_traces() -> None:
    """From here on neither Qt's messages nor a crash of the process leave values anywhere."""
    qInstallMessageHandler(_qt_says)
    _no_memory_dumps()


def _show_report(text: str) -> None:
    from ui import log
    from ui.saving import show_folder

    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("ALS Follow-up")
    box.setText(
        tr(
            "The program made a mistake. Everything that was shown as saved is saved."
            " Please copy the report below and send it to us; it holds no patient data."
            " It is also in the log {file}."
        ).format(file=log.folder() / log.NAME)
    )
    box.setDetailedText(text)
    box.addButton(QMessageBox.StandardButton.Ok)
    folder = box.addButton(tr("Open folder"), QMessageBox.ButtonRole.ActionRole)
    box.exec()
    if box.clickedButton() is folder:
        show_folder(log.folder())


def _log(text: str) -> None:
    from ui import log  # start-up loads nothing that a good day does not need

    log.write(text)


def _qt_says(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Which part of Qt complains, and no more of it: a message may quote what stands in a field."""
    import re

    if kind is not QtMsgType.QtDebugMsg:
        part = re.match(r"Q\w+(::\w+)*(?=[:( ])", text)
        _log(f"Qt {kind.name}: {part.group() if part else '…'}")


def _no_memory_dumps() -> None:
    """A crash leaves no picture of the memory behind: the key and the open chart are in it."""
    if sys.platform == "win32":
        import ctypes

        # Nothing is sent to Microsoft: SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX.
        ctypes.windll.kernel32.SetErrorMode(0x0003)
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def show(parent: QWidget | None, error: AppError) -> None:
    """One plain sentence."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("ALS Follow-up")
    box.setText(str(error))
    box.exec()
    if isValid(box):
        box.deleteLater()


def _module(file_name: str) -> str:
    parts = file_name.replace("\\", "/").split("/")
    return "/".join(parts[-2:])
