"""Whether a window can be shown here, asked before Qt, which would abort the process."""

import ctypes
import importlib.util
import os
import socket
import sys
from pathlib import Path

_COMMAND = "als-followup" if getattr(sys, "frozen", False) else "main.py"
TOUR = f"Without a display, “{_COMMAND} tour OUT” shows the program in pictures."


def what_is_missing() -> str | None:
    """One sentence on why no window can be opened, or None. Only Linux needs asking."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or chosen not in {"", "xcb"}:
        return None
    if os.environ.get("WAYLAND_DISPLAY") and not chosen:
        return None
    display = os.environ.get("DISPLAY", "")
    if not display:
        return f"There is no display to open a window on (DISPLAY is not set). {TOUR}"
    if not _answers(display):
        return f"The display {display} does not answer. {TOUR}"
    if (library := _missing_library()) is not None:
        return (
            f"Qt cannot open a window: {library} is missing. Install it"
            f" (Debian: apt-get install libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1). {TOUR}"
        )
    return None


def use_none(scale: float) -> None:
    """From here on Qt draws into memory, at this scale."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = f"{scale:g}"


def _answers(display: str) -> bool:
    host, _, rest = display.partition(":")
    if host:
        return True  # another machine's display: Qt finds out
    number = rest.partition(".")[0]
    # The abstract socket first, then the one in the file system, as Xlib does.
    for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False


def _missing_library() -> str | None:
    """What the loader says is missing for Qt's X11 plugin."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        return None
    plugin = Path(spec.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.exists():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error).partition(":")[0]
    return None
