"""Run as a program on a real screen: copies from a field, waits, copies again and clears as a lock does."""

import time

from PySide6.QtWidgets import QApplication, QLineEdit

from ui.clipboard import ClipboardWatch


def main():
    app = QApplication([])
    line = QLineEdit("Nebuchadnezzar")
    line.show()
    watch = ClipboardWatch(line, clear_after_ms=300)

    def copy(word):
        line.selectAll()
        line.copy()
        _run(app, 0.1)
        print(f"{word}: {app.clipboard().text()}")

    copy("copied")
    _run(app, 1.0)
    print(f"after the time: {app.clipboard().text()!r}")
    copy("copied again")
    watch.clear()
    print(f"locked: {app.clipboard().text()!r}")


def _run(app, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
