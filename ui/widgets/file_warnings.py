"""What a person should know of where the clinic file and its backups lie, above every page."""

from PySide6.QtWidgets import QFrame

from core import clock
from core.acts import backups
from core.model.user import Right
from core.store import instance
from ui.context import AppContext
from ui.widgets.basics import button, label, row
from ui.words import tr


class FileWarnings(QFrame):
    """Told once after opening: a folder that can damage the file, a disk that is nearly full."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("messages")
        path = context.session.path
        found = (instance.where_it_lies(path), instance.free_space_warning(path))
        self.text = label("\n".join(one for one in found if one), "problem", wrap=True)
        self.dismiss = button(tr("Dismiss"), self.hide, link=True)
        layout = row(self.text, self.dismiss)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        if not self.text.text() or context.session.clinic.demonstration:
            self.hide()


class SecondPlaceReminder(QFrame):
    """Reminds of the second place for backups until there is one that is up to date, or until tomorrow."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setObjectName("messages")
        self._context = context
        session = context.session
        self._may = session.may(Right.BACKUP)
        self._concerned = (
            self._may or session.may(Right.ENTER)
        ) and not session.clinic.demonstration
        self.text = label("", wrap=True)
        self.open = button(tr("Backups…"), lambda: context.show_page.emit("backups"), link=True)
        if not self._may:
            self.open.hide()
        self.later = button(tr("Not today"), self._put_off, link=True)
        layout = row(self.text, self.open, self.later)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        # At once where there is none: what comes later moves the page under somebody's hand.
        none = context.settings.second_place is None
        if not (none and self._say(backups.second_place_problem(session.path, None, clock.now()))):
            self.hide()  # else it comes with the window: without a parent it would be one itself
        context.backing_up.reminded.connect(self._show)

    def _show(self, problem: str) -> None:
        self.setVisible(self._say(problem))

    def _say(self, problem: str | None) -> bool:
        """Whether it is to be said to this person today."""
        if problem and not self._may:
            problem = tr("{problem} Who looks after backups can do that.").format(problem=problem)
        self.text.setText(problem or "")
        put_off = self._context.settings.reminder_put_off == clock.today().isoformat()
        return self._concerned and bool(problem) and not put_off

    def _put_off(self) -> None:
        self._context.settings.reminder_put_off = clock.today().isoformat()
        self.hide()
