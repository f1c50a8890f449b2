"""What is locked, where it stands: by whom, since when and why; and unlocking it with a reason."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from core.acts import locking
from core.model.signature import Lock
from core.model.user import Right
from core.views.signed import lock_text
from ui.context import AppContext
from ui.widgets import ask
from ui.widgets.basics import button, column, label, row
from ui.words import tr


class LockBar(QFrame):
    """Hidden where nothing is locked. ``unlocked`` says that the first of the locks was let go."""

    unlocked = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._context = context
        self._locks: tuple[Lock, ...] = ()
        self._words = label("", wrap=True)
        self.unlock = button(tr("Unlock…"), self._ask_unlock, link=True)
        layout = row(self._words, self.unlock)
        layout.setStretch(0, 1)
        layout.setContentsMargins(12, 4, 8, 4)
        self.setLayout(layout)
        self.hide()

    def show_locks(self, locks: Sequence[Lock]) -> None:
        """Those that hold what stands below, the widest first: it is unlocked from there on down."""
        self._locks = tuple(locks)
        names = self._context.session.users.names() if locks else {}
        lines = [lock_text(lock, names) for lock in locks]
        if lines and not self._context.session.may(Right.LOCK):
            lines.append(tr("A neurologist can unlock it with a reason."))
        self._words.setText(". ".join(lines))
        self.unlock.setVisible(bool(locks) and self._context.session.may(Right.LOCK))
        if lines:
            self.unlock.setAccessibleName(tr("Unlock: {what}").format(what=lines[0]))
        self.setVisible(bool(locks))

    def _ask_unlock(self) -> None:
        if not self._locks:
            return
        lock = self._locks[0]
        told = lock_text(lock, self._context.session.users.names())
        why = ask.reason(self, tr("Unlock"), tr("{lock}.\nWhy is it unlocked?").format(lock=told))
        if why is not None:
            with self._context.saving():
                locking.unlock(self._context.session, lock, reason=why)
                self.unlocked.emit()


def explained(context: AppContext, locks: Sequence[Lock]) -> bool:
    """Say why nothing can be changed here; False where nothing is locked, and it can."""
    if not locks:
        return False
    told = lock_text(locks[0], context.session.users.names())
    context.told.emit(tr("{lock}. A neurologist can unlock it with a reason.").format(lock=told))
    return True


class FreezeCard(QFrame):
    """Freezing the whole clinic file, as at the end of a study, and letting it go again."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._context = context
        self.locks = LockBar(context)
        self.freeze = button(tr("Freeze the clinic file…"), self._ask_freeze)
        note = tr(
            "Nothing about any patient, nor the clinic's settings, can be changed while the file is frozen."
            " Queries, signatures, people and backups go on. A backup is made first."
        )
        layout = column(
            label(tr("Freeze"), "heading"),
            label(note, "muted", wrap=True),
            self.locks,
            row(None, self.freeze),
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)

    def refresh(self) -> None:
        session = self._context.session
        held = session.locks.on_file()
        self.locks.show_locks(held)
        self.freeze.setVisible(session.may(Right.LOCK) and not held)
        self.setVisible(session.may(Right.LOCK) or bool(held))

    def _ask_freeze(self) -> None:
        question = tr("Nobody can enter anything until it is unlocked. Why is the file frozen?")
        why = ask.reason(self, tr("Freeze the clinic file"), question)
        if why is not None and self._context.backing_up.before():
            with self._context.saving():
                locking.freeze(self._context.session, why)
