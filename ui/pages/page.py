"""A screen that redraws itself when what it shows has changed, once it can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton, QWidget

from core.entering import typed_texts
from core.session import Changes
from ui.context import AppContext
from ui.forms.keep_timer import KeepTimer
from ui.widgets.responsive import narrow_within
from ui.widgets.table import Table
from ui.words import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person was on a page: what it showed, by ids, and the name of the field with the keyboard."""

    shown: Mapping[str, str] = field(default_factory=dict)
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """What stands in the fields of a page and is not saved: where it is kept, and the texts by field."""

    place: str
    subject: str
    texts: Mapping[str, str]


class Page(QWidget):
    """``shows`` names the kinds of things this page shows, as the audit trail names them.

    ``topic`` is what the help says about it: a page of the guide, or an anchor on it (`core/guide.py`).
    Its buttons ``save`` and ``print``, where it has them, are what Ctrl+S and Ctrl+P press.
    """

    shows: frozenset[str] = frozenset()

    @property
    def topic(self) -> str:
        """Each page declares its own."""
        raise NotImplementedError

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("page")
        self.context = context
        self._stale = True
        self._narrow = self._tight = False
        self.keep_soon = KeepTimer(self)
        self.keep_soon.timeout.connect(self.keep)
        context.changed.connect(self._on_changed)
        for keys, act in (
            ("Ctrl+Return", self.go_on),
            ("Ctrl+Enter", self.go_on),
            ("Ctrl+S", self.save_front),
            ("Ctrl+P", self.print_front),
        ):
            QShortcut(QKeySequence(keys), self, act)

    def go_on(self) -> None:
        """Ctrl+Enter: save what is in front, and go on from there."""
        self._press("save")

    def save_front(self) -> None:
        """Ctrl+S: save what is in front, a form or a PDF."""
        if not self._press("save"):
            self.context.told.emit(tr("There is nothing to save here."))

    def print_front(self) -> None:
        """Ctrl+P: print what is in front."""
        if not self._press("print"):
            self.context.told.emit(tr("There is nothing to print here."))

    def _press(self, name: str) -> bool:
        """Press the page's button of that name, where it has one that can be pressed now."""
        button = getattr(self, name, None)
        if not isinstance(button, QPushButton) or not (button.isVisible() and button.isEnabled()):
            return False
        button.click()
        return True

    def refresh(self) -> None:
        raise NotImplementedError

    def set_narrow(self, *, narrow: bool) -> None:
        """Side by side, or in one column where the window is narrow."""
        self._narrow = narrow
        narrow_within(self, narrow=narrow)

    def set_tight(self, *, tight: bool) -> None:
        """Leave out what is not needed, where even one column has little room."""
        self._tight = tight
        _set_tight(self, tight=tight)

    def fit(self, part: QWidget) -> None:
        """Give a part that was made later the room that the page has."""
        narrow_within(part, narrow=self._narrow)
        _set_tight(part, tight=self._tight)

    def mark_stale(self) -> None:
        """Refresh now if visible, else when next shown."""
        self._stale = True
        if self.isVisible():
            self.refresh_if_stale()

    def focus_first(self) -> None:
        """Put the keyboard where a person goes on from."""
        self.setFocus()

    def leave(self) -> bool:
        """Called before another page is shown; False keeps this one, because the file refused what was typed."""
        before = self.context.failures
        self.keep()
        return self.context.failures == before

    def watch(self, *lines: QLineEdit) -> None:
        """Keep what is typed into these while it is typed: a kill takes its last second at most."""
        for line in lines:
            line.textEdited.connect(self.keep_soon.start)

    def keep(self) -> None:
        """Save or keep what stands in the fields without leaving them."""
        self.keep_soon.stop()
        for one in self.unsaved():
            with self.context.saving():
                typed_texts.keep(self.context.session, one.place, one.subject, one.texts)

    def unsaved(self) -> tuple[Unsaved, ...]:
        """What was typed and is not saved; an empty text takes back what was kept before."""
        return ()

    @property
    def shown(self) -> Mapping[str, str]:
        """What the page shows, by ids: enough for ``show_again``, and nothing about patients besides."""
        return {}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        """Show this once more after a lock; False where it is not there any more."""
        return not shown

    @property
    def place(self) -> Place:
        focus = self.window().focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        return Place(shown=self.shown, control=_name(focus) if inside and focus else "")

    def return_to(self, control: str) -> None:
        """Give the keyboard back to the control of this name, where it is still there."""
        named = (w for w in self.findChildren(QWidget) if _name(w) == control)
        found = next((w for w in named if w.isVisibleTo(self) and w.isEnabled()), None)
        if control and found is not None:
            found.setFocus(Qt.FocusReason.ActiveWindowFocusReason)  # which selects nothing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_if_stale()

    def _on_changed(self, changes: Changes) -> None:
        if self.shows & changes.entities:
            self.mark_stale()

    def refresh_if_stale(self) -> None:
        if self._stale:
            self._stale = False
            self.refresh()


def _name(widget: QWidget) -> str:
    """What a screen reader says of a control."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def _set_tight(part: QWidget, *, tight: bool) -> None:
    for table in part.findChildren(Table):
        table.set_tight(tight=tight)
