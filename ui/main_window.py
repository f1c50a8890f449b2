"""The window: the welcome page, or the shell round an open clinic file."""

import gc
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QWhatsThisClickedEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from core.errors import AppError
from ui import theme
from ui.clipboard import ClipboardWatch
from ui.lock import IdleWatch, close_others
from ui.pages.welcome_page import WelcomePage
from ui.settings import TEXT_SIZES, Settings
from ui.widgets.basics import column, label
from ui.words import tr

if TYPE_CHECKING:
    from core.guide import GuidePage
    from core.session import Changes, Session
    from ui.backing_up import BackingUp
    from ui.help.about import Whereabouts
    from ui.help.window import HelpWindow
    from ui.pages.lock_page import LockPage
    from ui.pages.page import Place
    from ui.screen_lock import ScreenLock
    from ui.shell import Shell


USUAL = (1366, 768)


class MainWindow(QMainWindow):
    """Its title never names a patient or a file."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setWindowTitle("ALS Follow-up")
        self._settings = settings
        self._throw_away: Path | None = None  # the folder of the demonstration
        self._asks = True  # before it is thrown away
        self._stack = QStackedWidget()
        self.warning = label("", "banner")
        self.warning.hide()
        middle = QWidget()
        middle.setLayout(column(self.warning, self._stack, spacing=0))
        self.setCentralWidget(middle)
        self.welcome = WelcomePage(settings)
        self.welcome.opened.connect(self.open_session)
        self.welcome.demonstration.connect(self.open_demonstration)
        self._stack.addWidget(self.welcome)
        self.shell: Shell | None = None
        self.lock_page: LockPage | None = None
        self._places: dict[str, tuple[str, Place]] = {}  # where each person was, by login
        self._held: dict[str, bytes] = {}  # what the file refused, encrypted, by login
        self.idle = IdleWatch(self)
        self.idle.warned.connect(self._warn)
        self.idle.expired.connect(self.lock)
        self.clipboard = ClipboardWatch(self)
        self._screen: ScreenLock | None = None
        self.help: HelpWindow | None = None  # made when it is first asked for
        self.backing_up: BackingUp | None = None  # made with the first file that is opened
        # Of who is signed in, and of all by login: a lock asks nothing of a disk that may be gone.
        self._full_name = ""
        self._people: dict[str, str] = {}
        self._demonstration = False

    def show_on_screen(self) -> None:
        """Show the window as it was last, or as large as usual; never larger than the screen it opens on."""
        self.setMinimumSize(640, 340)  # a 1366x768 screen at 200 %, less its task bar
        if (geometry := self._settings.geometry) is not None:
            self.restoreGeometry(geometry)
        else:
            self.resize(*USUAL)
        room = self.screen().availableGeometry()
        frame = self.frameGeometry().size() - self.geometry().size()  # what the system draws around
        # One that takes the whole height has no room for its frame, which is not known before it is shown.
        if self.width() > room.width() or self.height() + frame.height() >= room.height():
            self.resize(self.size().boundedTo(room.size()))
            self.showMaximized()
            return
        if not room.contains(self.geometry()):
            self.move(room.topLeft())
        self.show()

    def event(self, event: QEvent) -> bool:
        """Whatever is asked about, anywhere in the window (`open_help`), is answered by the help."""
        if event.type() == QEvent.Type.WhatsThisClicked and isinstance(
            event, QWhatsThisClickedEvent
        ):
            self.show_help(event.href())
            return True
        return super().event(event)

    def show_help(self, topic: str) -> None:
        """The page of the guide, in a window of its own; a form that is half filled in stays as it is."""
        from ui.help.window import HelpWindow

        if self.help is None:
            self.help = HelpWindow(self, self._keys, self._whereabouts)
            self.help.around.connect(self._show_around)
        self.help.open_at(topic, tour=self.shell is not None)

    def _keys(self) -> "GuidePage":
        """The keys of who is signed in; every one before somebody is."""
        from ui.help import keyboard

        return keyboard.page() if self.shell is None else self.shell.guidance.keys()

    def _whereabouts(self) -> "Whereabouts | None":
        from core.acts import backups
        from ui.help.about import Whereabouts

        if self.shell is None:
            return None
        path = self.shell.context.session.path
        return Whereabouts(
            file=path,
            backups=backups.default_folder(path),
            second_place=self._settings.second_place,
        )

    def _show_around(self) -> None:
        if self.shell is not None:
            self.shell.guidance.show_around()

    def change_text_size(self, by: int) -> None:
        """One step larger (1) or smaller (-1), or the usual size (0): everything is made again in it."""
        usual, sizes = 100, TEXT_SIZES
        index = sizes.index(self._settings.text_size) + by
        percent = sizes[min(max(index, 0), len(sizes) - 1)] if by else usual
        self.set_text_size(percent)

    def set_text_size(self, percent: int) -> None:
        app, shell = QApplication.instance(), self.shell
        if percent == self._settings.text_size or not isinstance(app, QApplication):
            return
        if shell is None:
            theme.choose_text_size(app, percent)
            self._settings.text_size = percent
            self._forget_help()
            return
        place, context = shell.place, shell.context
        if not shell.leave():
            return  # the file refused what was typed: it stays where it is
        self._settings.text_size = percent
        theme.choose_text_size(app, percent)
        self._forget_help()
        self._stack.removeWidget(shell)
        context.retire()
        shell.deleteLater()
        self._show(context.session)
        if self.shell is not None:
            context.hand_over(self.shell.context)
            self.shell.return_to(*place)

    def _forget_help(self) -> None:
        """It is made anew in another size of text."""
        if self.help is not None:
            self.help.hide()
            self.help.deleteLater()
            self.help = None

    def open_demonstration(self) -> None:
        """Demonstration data in a file that is thrown away on closing."""
        import shutil
        import tempfile

        from core import clock
        from core.commands import demonstration

        folder = Path(tempfile.mkdtemp(prefix="als-follow-up-demo-"))
        try:
            session = demonstration.create(folder / "demo.als", clock.today())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.open_session(session)
        self._throw_away = folder

    def open_session(self, session: "Session") -> None:
        """Show the clinic file that was just opened, beginning at the first page."""
        if self._throw_away is not None and session.path.parent == self._throw_away:
            self._close_file()  # the demonstration again, with a backup put back
        else:
            self.close_session()
        self._show(session)

    def _show(self, session: "Session") -> None:
        from core.acts import attaching
        from ui.backing_up import BackingUp
        from ui.context import AppContext
        from ui.screen_lock import ScreenLock
        from ui.shell import Shell

        self._look_at_people(session)
        attaching.remove_unsaved(session)
        if self.backing_up is None:
            self.backing_up = BackingUp(self._settings, lambda: self.idle.quiet_s)
        context = AppContext(session, self._settings, self.backing_up)
        self.shell = Shell(context)
        context.put_back.connect(self.put_back)
        context.open_file.connect(self._open_file)
        self.shell.signed_out.connect(self.sign_out)
        self.shell.lock_asked.connect(self.lock)
        self.shell.text_size_asked.connect(
            self.change_text_size, Qt.ConnectionType.QueuedConnection
        )
        context.text_size_chosen.connect(self.set_text_size, Qt.ConnectionType.QueuedConnection)
        self.shell.become.connect(self.become)
        self.shell.context.changed.connect(self._on_changed)
        self._stack.addWidget(self.shell)
        self._stack.setCurrentWidget(self.shell)
        if self.shell.current is not None:
            self.shell.current.focus_first()
        self.backing_up.attach(session)
        self._watch(session)
        self.shell.guidance.show_around_once()
        if self._screen is None:
            self._screen = ScreenLock(self)
            self._screen.locked.connect(self._lock_with_screen)

    def _watch(self, session: "Session") -> None:
        """Lock when nobody is there; a demonstration holds nothing to be locked away."""
        self._demonstration = session.clinic.demonstration
        self.idle.start(None if self._demonstration else session.clinic.idle_lock_min)

    def _look_at_people(self, session: "Session") -> None:
        from core.acts import people

        self._full_name = session.user.full_name
        self._people = people.by_login(session)

    def _lock_with_screen(self) -> None:
        if not self._demonstration:
            self.lock()

    def become(self, login: str) -> None:
        """In the demonstration: sign in as somebody else, as a colleague would after a lock."""
        from core.commands import demonstration

        if self._puts_off(partial(self.become, login)):
            return
        self.setUpdatesEnabled(False)  # the lock page would flash up between the two
        try:
            self.lock()
            if self.lock_page is not None:
                self.lock_page.enter_as(login, demonstration.PASSWORD)
        finally:
            self.setUpdatesEnabled(True)

    def lock(self) -> None:
        """Keep what was typed for whoever typed it, blank the window, and drop the key. Nothing stops it.

        A copy that is being written is given up first: the file is closed between two slices of it, never within one.
        """
        shell = self.shell
        if shell is None:
            return
        if self._puts_off(self.lock):
            close_others(self)  # the copy goes on to its end only when no dialog is in front
            return
        from core.model.trail import Act

        context, login = shell.context, shell.context.session.login
        if (focus := QApplication.focusWidget()) is not None:
            focus.blockSignals(True)  # a field is not left by locking: half a volume is no value
        try:
            self._places[login] = shell.place
            before = context.failures
            shell.keep()
            if context.failures != before:
                self._hold(shell)
            with suppress(AppError):
                context.session.record_act(Act.LOCKED)
        finally:
            self._blank(shell)

    def _hold(self, shell: "Shell") -> None:
        """The disk is full: what was typed stays in memory, encrypted, until its author is back."""
        import json

        page, session = shell.current, shell.context.session
        texts = (
            [[one.place, one.subject, dict(one.texts)] for one in page.unsaved()] if page else []
        )
        self._held[session.login] = session.seal(json.dumps(texts))

    def _blank(self, shell: "Shell") -> None:
        from core import clock
        from core.commands import demonstration
        from core.store import keys
        from ui.pages.lock_page import LockedFile, LockPage

        path, login = shell.context.session.path, shell.context.session.login
        logins = [login]
        with suppress(AppError):
            logins = keys.read(path).logins
        locked = LockedFile(
            path=path,
            login=login,
            full_name=self._full_name,
            since=clock.now(),
            people={one: self._people.get(one, one) for one in logins},
            password=demonstration.PASSWORD if self._demonstration else "",
        )
        self.lock_page = LockPage(locked)
        self.lock_page.opened.connect(self._unlocked)
        self.lock_page.left.connect(partial(self._leave_locked, path))
        self._stack.addWidget(self.lock_page)
        close_others(self)
        self._shut(shell, self.lock_page)
        self.lock_page.focus_first()

    def _shut(self, shell: "Shell", instead: QWidget) -> None:
        """Destroy every page, close the file, and show something else."""
        self.idle.stop()
        # The field with the keyboard is left here, and saves: before the file is closed.
        self._stack.setCurrentWidget(instead)
        self._stack.removeWidget(shell)
        for timer in shell.findChildren(QTimer):
            timer.stop()  # what leaving a field set going comes too late for this file
        self.repaint()  # nothing of it stays on the screen while the file is closed
        self.clipboard.clear()
        try:
            shell.context.backing_up.let_go()
        finally:
            shell.context.close()
            shell.deleteLater()
            self.shell = None

    def _unlocked(self, session: "Session") -> None:
        """The same person goes on where they were; somebody else begins at the first page."""
        self._drop_lock_page()
        held = self._held.pop(session.login, None)
        self._show(session)
        if self.shell is None:
            return
        if held is not None:
            self._give_back(self.shell, held)
        if (before := self._places.pop(session.login, None)) is not None:
            self.shell.return_to(*before)

    def _give_back(self, shell: "Shell", held: bytes) -> None:
        import json

        from core.entering import typed_texts

        session, failures = shell.context.session, shell.context.failures
        for place, subject, texts in json.loads(session.unseal(held)):
            with shell.context.saving():
                typed_texts.keep(session, place, subject, texts)
        if shell.context.failures != failures:
            self._held[session.login] = held

    def _drop_lock_page(self) -> None:
        if self.lock_page is not None:
            self._stack.removeWidget(self.lock_page)
            self.lock_page.deleteLater()
            self.lock_page = None

    def _leave_locked(self, path: Path) -> None:
        """Ask who opens it, as after signing out: a password that somebody else gave is changed there."""
        if not self._may_close():
            return
        self.close_session()
        if path.exists():
            self.welcome.ask_sign_in(path)
        else:
            self.welcome.show_start()

    def _warn(self, seconds: int) -> None:
        text = tr("Locks in {n} s: move the mouse or press a key.")
        self.warning.setText(text.format(n=seconds))
        self.warning.setVisible(seconds > 0)

    def _on_changed(self, changes: "Changes") -> None:
        if self.shell is None:
            return
        if "clinic" in changes.entities:
            self._watch(self.shell.context.session)
        if "user" in changes.entities:
            self._look_at_people(self.shell.context.session)

    def sign_out(self) -> None:
        """Close the file; drafts are kept in it."""
        if self._puts_off(self.sign_out) or not self._may_close():
            return
        self.close_session()
        last = self._settings.last_file
        if last is not None and last.exists():
            self.welcome.ask_sign_in(last)
        else:
            self.welcome.show_start()

    def close_session(self) -> None:
        """Sign whoever is signed in off, or give a locked file up; a demonstration is thrown away."""
        self._close_file()
        if self._throw_away is not None:
            import shutil

            shutil.rmtree(self._throw_away, ignore_errors=True)
            self._throw_away = None

    def _close_file(self) -> None:
        from core.model.trail import Act

        if (shell := self.shell) is not None:
            shell.leave()
            with suppress(AppError):
                shell.context.session.record_act(Act.SIGNED_OUT)
            self.idle.stop()
            shell.context.backing_up.before()
            if self.shell is shell:  # and the screen was not locked while that was waited for
                self._shut(shell, self.welcome)
        if self.lock_page is not None:
            self._stack.setCurrentWidget(self.welcome)
        self._drop_lock_page()
        self._places.clear()
        self._held.clear()

    def put_back(self, source: Path, why: str) -> None:
        """Close the file, put a backup in its place, and ask who opens that."""
        shell = self.shell
        if self._puts_off(partial(self.put_back, source, why)):
            return
        if shell is None or not self._all_is_saved():
            return
        session = shell.context.session
        path, key, login = session.path, session.data_key, session.login
        self._close_file()
        self.welcome.ask_sign_in(path)
        self.welcome.put_back(source, path, key, login, why)

    def _open_file(self, path: Path) -> None:
        if not self._puts_off(partial(self._open_file, path)) and self._may_close():
            self.close_session()
            self.welcome.ask_sign_in(path)

    def preload(self) -> None:
        """Load what comes after signing in, while the person is still typing."""
        loader = threading.Thread(target=load_the_rest, name="preload", daemon=True)
        # A closure, because Qt does not keep the thread of a bound method alive.
        QTimer.singleShot(100, self, lambda: loader.start())  # noqa: PLW0108

    def close_unasked(self) -> None:
        """The system ends the program: a demonstration goes without a question that nobody may read."""
        self._asks = False
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._puts_off(self.close):
            event.ignore()
            return
        if not self._may_close():
            event.ignore()
            return
        self._settings.geometry = self.saveGeometry()
        self.close_session()
        self.welcome.close_tasks()
        self._forget_help()
        super().closeEvent(event)

    def _puts_off(self, act: Callable[[], object]) -> bool:
        """Whether a copy of the file is being written: the act, which closes the file, comes right after."""
        return self.backing_up is not None and self.backing_up.puts_off(act)

    def _may_close(self) -> bool:
        """Nothing is lost by it; or the person was told what is, and closes all the same."""
        if self._throw_away is None:
            return self._all_is_saved()
        if not self._asks:
            return True
        text = tr("Leave the demonstration? Everything that was entered in it is thrown away.")
        return self._agreed(text)

    def _all_is_saved(self) -> bool:
        """Everything typed is saved; or the person was told that it is not, and closes all the same."""
        if self.shell is None and not self.welcome.leave():
            return False
        if not self._held and (self.shell is None or self.shell.leave()):
            return True
        text = tr("What you typed last could not be saved. Close anyway, and lose it?")
        return self._agreed(text)

    def _agreed(self, question: str) -> bool:
        from PySide6.QtWidgets import QMessageBox

        answer = QMessageBox.question(self, "ALS Follow-up", question)
        return answer == QMessageBox.StandardButton.Yes


def load_the_rest() -> None:
    """Load what the first pages need, and have Python not look through it any more for what can be thrown away.

    All of it stays until the end, and is most of what there is: the window stood still for it, every few pages
    that were opened. It is loaded before there is a session, so that nothing of a patient stays with it.
    """
    # First: it hides numpy while it is loaded, maybe by another thread, and the window needs numpy.
    import core.store  # noqa: F401
    import ui.shell  # noqa: F401
    from ui.pages.every import page_class

    for name in ("today", "chart", "visit"):  # what is opened first
        page_class(name)
    gc.freeze()
