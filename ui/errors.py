"""Bugs: logged and shown as a report that can be copied, with types, lines and versions and no values."""

import sys
from types import TracebackType

from PySide6 import __version__ as qt_version
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from core import VERSION
from core.errors import AppError
from ui.words import tr


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
        import logging  # here and above: start-up loads nothing that a good day does not need

        text = report(kind, trace)
        logging.getLogger("als-follow-up").error("bug\n%s", text)
        if QApplication.instance() is not None:
            box = QMessageBox()
            box.setIcon(QMessageBox.Icon.Warning)
            box.setWindowTitle("ALS Follow-up")
            box.setText(
                tr(
                    "The program made a mistake. Everything that was shown as saved is saved."
                    " Please copy the report below and send it to us; it holds no patient data."
                )
            )
            box.setDetailedText(text)
            box.exec()

    sys.excepthook = hook


def show(parent: QWidget | None, error: AppError) -> None:
    """One plain sentence."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("ALS Follow-up")
    box.setText(str(error))
    box.exec()


def _module(file_name: str) -> str:
    parts = file_name.replace("\\", "/").split("/")
    return "/".join(parts[-2:])
