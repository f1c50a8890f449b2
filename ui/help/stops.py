"""What one is shown first, and what each of it points at."""

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtWidgets import QPushButton, QWidget

from core.model.user import Right
from ui.context import AppContext
from ui.help.first_tour import Stop
from ui.words import tr

SEEN = "shown around"  # what a workstation remembers of a person


class Frame(Protocol):
    """The parts of the program's frame that are pointed at."""

    context: AppContext
    menu: QPushButton
    lock_button: QPushButton

    @property
    def nav_buttons(self) -> Mapping[str, QPushButton]: ...

    @property
    def search(self) -> QWidget: ...

    @property
    def current(self) -> QWidget | None: ...

    @property
    def topic(self) -> str: ...


def stops(frame: Frame) -> tuple[Stop, ...]:
    """Four of them: for who reads patients' data the day, the visit, the chart; else people, backups, the trail."""
    before = _of_clinic(frame) if frame.context.session.may(Right.READ) else _of_office(frame)
    text = tr(
        "Ctrl+L locks the window when you leave it. Backups are made by themselves, on closing and every 30"
        " minutes. F1 opens the help about the page in front; everything of this tour is in it."
    )
    return (*before, Stop(tr("Lock, backup and help"), text, _or_menu(frame, frame.lock_button)))


def _of_clinic(frame: Frame) -> tuple[Stop, ...]:
    today = tr(
        "Today lists the visits that are late, due and open, and beside them what needs attention. The arrows"
        " choose a line, Enter starts its visit or goes on with it."
    )
    visit = tr(
        "A visit goes step by step. Digits answer the questionnaire, Ctrl+Enter saves a step and goes on, Alt+Left"
        " goes back, Esc leaves. Every answer is saved as it is given."
    )
    chart = tr(
        "Type here (Ctrl+K) to find a patient; Enter opens the chart. The keys 1 to 9 choose its tabs. Shift+F1"
        " says what a number means."
    )

    def start() -> QWidget | None:
        button = getattr(frame.current, "start", None)  # of the page that has one
        is_seen = button is not None and button.isVisible()
        return button if is_seen else _or_menu(frame, frame.nav_buttons["today"])()

    return (
        Stop(tr("Today"), today, _or_menu(frame, frame.nav_buttons["today"])),
        Stop(tr("The visit"), visit, start),
        Stop(tr("The chart"), chart, lambda: frame.search),
    )


def _of_office(frame: Frame) -> tuple[Stop, ...]:
    texts = {
        "people": (
            tr("People"),
            tr(
                "Add everybody who works with the file, each with a role and a password of their own."
            ),
        ),
        "backups": (
            tr("Backups"),
            tr(
                "Choose a second place for the backups, and try now and then whether they can be restored."
            ),
        ),
        "settings": (
            tr("Settings"),
            tr("Here you change your own password and how the window looks."),
        ),
    }
    return tuple(
        Stop(title, text, _or_menu(frame, frame.nav_buttons[name]))
        for name, (title, text) in texts.items()
    )


def _or_menu(frame: Frame, button: QWidget) -> Callable[[], QWidget | None]:
    """The button, or the menu in which it is where the window is narrow."""
    return lambda: button if button.isVisible() else frame.menu
