import sys

from PySide6.QtWidgets import QLabel, QPushButton


def test_void_setters_lose_no_reference_to_none():
    """PySide6 6.12.0 on CPython 3.11 did, once a call, until the process was aborted."""
    label, button = QLabel(), QPushButton()
    before = sys.getrefcount(None), sys.getrefcount(True), sys.getrefcount(False)
    for number in range(1000):
        label.setText(str(number))
        button.setEnabled(number % 2 == 0)
    after = sys.getrefcount(None), sys.getrefcount(True), sys.getrefcount(False)
    assert [was - now for was, now in zip(before, after, strict=True) if was - now > 100] == []
