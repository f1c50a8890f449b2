"""What the frame of the program does to help: the page about what is in front, the keys, and showing around."""

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.acts import people
from core.guide import GuidePage
from core.model.user import Right
from ui.actions import Action
from ui.help import keyboard
from ui.help.first_tour import FirstTour
from ui.help.stops import SEEN, Frame, stops
from ui.widgets.basics import button
from ui.widgets.responsive import open_help
from ui.words import tr


class Guidance(QObject):
    """``offer`` is the button that offers to show around, in the demonstration until that was seen."""

    def __init__(self, window: QWidget, frame: Frame, actions: Iterable[Action]) -> None:
        super().__init__(window)
        self._window, self._frame, self._actions = window, frame, tuple(actions)
        self.tour: FirstTour | None = None  # while somebody is shown around
        self.offer = button(tr("Tour"), self.show_around, link=True, tip=tr("Show me around"))
        if self._is_seen or not frame.context.session.clinic.demonstration:
            self.offer.hide()

    def show_help(self) -> None:
        """The page of the guide about the page in front."""
        open_help(self._window, self._frame.topic)

    def keys(self) -> GuidePage:
        """The keys that the person has, as a page of the help."""
        reads = self._frame.context.session.may(Right.READ)
        return keyboard.page(self._actions, clinical=reads)

    def show_around_once(self) -> None:
        """After the first sign-in of a person, unasked; in the demonstration it is only offered."""
        session = self._frame.context.session
        unasked = not session.clinic.demonstration and people.is_first_sign_in(session)
        if unasked and not self._is_seen:
            self.show_around()

    def show_around(self) -> None:
        """Point at the four things that one begins with; this workstation remembers who has seen it."""
        if self.tour is not None:
            self.tour.end()
        self.tour = FirstTour(self._window, stops(self._frame))
        self.tour.ended.connect(self._on_toured)

    @property
    def _is_seen(self) -> bool:
        context = self._frame.context
        return bool(context.settings.chosen(context.session.login, SEEN))

    def _on_toured(self) -> None:
        self.tour = None
        context = self._frame.context
        context.settings.set_chosen(context.session.login, SEEN, "yes")
        self.offer.hide()
