"""What a locked window shows: whose it is, since when, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal

from core.errors import AppError
from core.session import Session
from core.words import instant
from ui import theme
from ui.widgets.basics import button, card, column, label, row
from ui.widgets.countdown import Countdown
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import FrontPage
from ui.widgets.waiting import waiting
from ui.words import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """The file behind a lock: who was signed in, since when it is locked, and who else may open it.

    ``people`` are all of these by login, each as a colleague knows them; ``password`` is everybody's, where
    it is no secret: in the demonstration.
    """

    path: Path
    login: str
    full_name: str
    since: datetime
    people: Mapping[str, str]
    password: str = ""


class LockPage(FrontPage):
    """``opened`` carries the open Session; ``left`` gives this file up, for another one or its sign-in."""

    topic = "sign-in#the-lock"
    opened = Signal(object)
    left = Signal()

    def __init__(self, locked: LockedFile) -> None:
        super().__init__()
        self.setObjectName("window")
        self._locked = locked
        self.who = ChoiceField(tr("Who are you?"), locked.people, columns=1, leads=True)
        self.who.set_value(locked.login)
        self.who.chosen.connect(self._on_chosen)
        self.who.hide()
        self.password = TextField(tr("Password"), str, password=True)
        self.password.line.returnPressed.connect(self.unlock)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        self.somebody_else = button(tr("Somebody else"), self._show_others, link=True)
        if len(locked.people) == 1:
            self.somebody_else.hide()
        other_file = button(tr("Another file"), self.left.emit, link=True)
        enter = button(tr("Unlock"), self.unlock, primary=True)
        self._countdown = Countdown(enter)
        words = tr("{who} was signed in. Locked since {when}.").format(
            who=locked.full_name, when=instant(locked.since)
        )
        kept = tr("What {who} typed is kept, saved or not. It is there again after {who} unlocks.")
        hint = tr(
            "This is the demonstration: everybody's password is “{password}”, unless you changed it."
        )
        no_secret = label(hint.format(password=locked.password), wrap=True)
        if not locked.password:
            no_secret.hide()
        made = card(
            label(tr("Locked"), "title"),
            label(words, wrap=True),
            label(kept.format(who=locked.full_name), "muted", wrap=True),
            no_secret,
            self.who,
            self.password,
            self.problem,
            row(self.somebody_else, other_file, None, enter),
        )
        made.setFixedWidth(theme.px(440))
        brand = label("ALS Follow-up", "brand")
        middle = column(None, brand, made, None, spacing=10)
        middle.setAlignment(brand, Qt.AlignmentFlag.AlignHCenter)
        self.show_content(row(None, middle, None))

    def focus_first(self) -> None:
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def enter_as(self, login: str, password: str) -> None:
        """Unlock as somebody whose password is no secret."""
        self._show_others()
        self.who.set_value(login)
        self.password.set_text(password)
        self.unlock()

    def unlock(self) -> None:
        login = self.who.value or self._locked.login
        try:
            with waiting():
                session = Session.open(self._locked.path, login, self.password.text)
        except AppError as error:
            self._say(str(error))
            self._countdown.watch(self._locked.path)
            return
        if session.user.must_change:
            session.close()
            self._say(
                tr(
                    "Somebody else gave you this password. Choose “Another file” and sign in to this"
                    " one there: it asks for your own."
                )
            )
            return
        self.opened.emit(session)

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        self.password.set_text("")
        self.focus_first()

    def _show_others(self) -> None:
        self.somebody_else.hide()
        self.who.show()
        self.who.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_chosen(self) -> None:
        self.problem.hide()
        self.focus_first()
