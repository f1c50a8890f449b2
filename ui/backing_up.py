"""Backups that nobody has to think of: when they are made, one at a time, and what came of them."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QProgressBar, QPushButton

from core import clock
from core.acts import backups, restoring
from core.errors import AppError
from core.model.backup import Backup, DrillResult
from core.model.trail import Act
from core.session import Session
from core.store.backup import Begun
from ui.settings import Settings
from ui.tasks import Tasks
from ui.widgets.basics import button, column, label, row
from ui.words import tr

T = TypeVar("T")

LOOK_EVERY_MS = 60_000
LOOK_AGAIN_MS = 1000  # while somebody is typing
QUIET_S = 3.0  # nobody who types is slowed down: writing a slice of the copy holds a key up for some hundredths of a second
AT_ONCE_MS = 300  # what takes no longer is not worth a word


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPlace:
    """What there is in the second place; ``problem`` is what to remind of, empty where all is well."""

    newest: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unwritten:
    """An act that came to its end after the file was closed: written down when it is opened again."""

    path: Path
    act: Act
    details: Mapping[str, str]


class _NotNow(Exception):
    """Somebody does not want to wait for the copy, or the file is about to be closed."""


class _Copying:
    """The copy of the open file is written slice by slice; the window answers between them.

    What takes longer is said in a dialog, which can give it up. A copy that nobody asked for is only ``told``, in
    per cent: the window is used meanwhile, and every key arrives where it was meant for. What is saved then is in the
    copy, too.
    """

    def __init__(self, told: Callable[[int], object] | None = None) -> None:
        self._told = told
        self._since = time.monotonic()
        self._dialog: QDialog | None = None
        self._moving = QProgressBar()
        self._given_up = False

    def watch(self, done: int, pages: int) -> None:
        """Called between two slices. Raises _NotNow."""
        flags = QEventLoop.ProcessEventsFlag.AllEvents
        if (time.monotonic() - self._since) * 1000 < AT_ONCE_MS:
            # Keys and clicks wait for the end, which is near.
            flags = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
        elif self._told is not None:
            self._told(100 * done // pages)
        elif self._dialog is None:
            self._dialog = self._shown()
        self._moving.setRange(0, pages)
        self._moving.setValue(done)
        QApplication.processEvents(flags)
        if self._given_up:
            raise _NotNow

    def give_up(self) -> None:
        self._given_up = True

    def end(self) -> None:
        if self._dialog is not None:
            self._dialog.hide()
            self._dialog.deleteLater()
            self._dialog = None

    def _shown(self) -> QDialog:
        text = tr("Writing the copy. What is entered is safe; the window goes on in a moment.")
        dialog = _dialog(self._moving, text, button(tr("Not now"), self.give_up, tip="Esc"))
        dialog.rejected.connect(self.give_up)
        dialog.setModal(True)
        dialog.show()
        return dialog


class BackingUp(QObject):
    """One worker for backups, drills and restores; it outlives a session, since a lock waits for nothing.

    ``failed`` carries a sentence for the message bar; ``settled`` says that something came to its end.
    """

    settled = Signal()
    failed = Signal(str)
    reminded = Signal(str)  # of the second place; empty where there is nothing to remind of
    drilled = Signal(object)  # DrillResult
    restored = Signal(object)  # Path
    copying = Signal(int)  # per cent of a copy that nobody asked for; below 0 when it is over

    def __init__(self, settings: Settings, quiet_s: Callable[[], float]) -> None:
        super().__init__()
        self.problem = ""  # why the last backup failed, until one is made
        self.second_place: SecondPlace | None = None  # None while nobody has looked
        self._settings = settings
        self._quiet_s = quiet_s
        self._tasks = Tasks()
        self._running: Future[Any] | None = None
        self._copying: _Copying | None = None
        self._put_off: list[Callable[[], object]] = []  # until no copy is being written
        self._not_now_at: datetime | None = None  # when somebody gave a copy up
        self._session: Session | None = None
        self._begun_at: dict[
            Path, datetime
        ] = {}  # of the newest backup of each file, to the millisecond
        self._failed_at: datetime | None = None
        self._unwritten: list[_Unwritten] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)

    @property
    def busy(self) -> bool:
        return self._running is not None or self._copying is not None

    def puts_off(self, act: Callable[[], object]) -> bool:
        """Whether a copy is being written: it is given up then, and the act, which closes the file, comes right after."""
        if self._copying is None:
            return False
        self._copying.give_up()
        if act not in self._put_off:
            self._put_off.append(act)
        return True

    def attach(self, session: Session) -> None:
        """Look after the file that was just opened."""
        self._session = session
        self._failed_at = self._not_now_at = None
        self.second_place = None
        for one in [one for one in self._unwritten if one.path == session.path]:
            self._unwritten.remove(one)
            self._write_down(one)
        if not session.clinic.demonstration:
            self._timer.start(LOOK_EVERY_MS)
            self.look_at_second_place()

    def let_go(self) -> None:
        """The file is about to be closed: begin a backup of what changed; it is verified afterwards."""
        self._timer.stop()
        try:
            if self._asks_for_one(self._is_still_wanted):
                self.back_up()
        finally:
            self._session = None

    def look(self) -> None:
        """Make a backup if it is time for one, in a moment in which nobody types."""
        if self.busy:
            return
        waits = self._is_due() and self._quiet_s() < QUIET_S
        self._timer.setInterval(LOOK_AGAIN_MS if waits else LOOK_EVERY_MS)
        if not waits and self._is_due():
            self.back_up(quietly=True)

    def give_up(self) -> None:
        """End the copy that is being written, between two slices."""
        if self._copying is not None:
            self._copying.give_up()

    def before(self) -> bool:
        """A verified backup before something that changes a lot; not having got one does not stop it.

        False where the file was closed while it was waited for, as a lock does, and where a copy is being written just
        now, which is said.
        """
        session = self._session
        if self._copying is not None:  # it goes on only when whoever asks has been answered
            self.failed.emit(tr("A backup is just being written. Try again when it is done."))
            return False
        if session is not None and self._is_behind():
            self.wait()
            self.back_up()
        self.wait()
        return self._session is session

    def back_up(self, *, quietly: bool = False) -> None:
        """Begin a backup, whatever was changed; nothing while another job runs.

        ``quietly``: the window can be used while the copy is written, and ``copying`` tells how far it is.
        """
        session = self._session
        if session is None or self.busy:
            return
        path, now = session.path, clock.now()
        begun = self._copied(session, self._fail, self._on_not_now, quietly=quietly)
        if begun is None:
            return
        work = partial(_finish, begun, path, session.data_key, self._settings.second_place)
        self._run(work, partial(self._made, path, now), self._fail)

    def _copied(
        self,
        session: Session,
        failed: Callable[[str], object],
        given_up: Callable[[], object],
        *,
        quietly: bool = False,
    ) -> Begun | None:
        """The copy of the open file, not verified yet; None where there is none, which was said."""
        copying = self._copying = _Copying(self.copying.emit if quietly else None)
        begun = None
        try:
            begun = session.begin_backup(backups.default_folder(session.path), copying.watch)
        except AppError as error:
            failed(str(error))
        except _NotNow:
            given_up()
        finally:
            copying.end()
            self._copying = None
            self.copying.emit(-1)
        if begun is None:
            self.settled.emit()
        put_off, self._put_off = self._put_off, []
        for act in put_off:
            QTimer.singleShot(0, self, act)
        return begun

    def _on_not_now(self) -> None:
        self._not_now_at = clock.now()
        self.failed.emit(tr("The backup was given up: no copy was made."))

    def _is_still_wanted(
        self, last: datetime | None, changed: datetime | None, now: datetime
    ) -> bool:
        """Whether the file holds what no backup holds, and nobody gave up the copy of just that."""
        at = self._not_now_at
        refused = at is not None and (changed is None or changed <= at)
        return backups.is_behind(last, changed, now) and not refused

    def look_at_second_place(self) -> None:
        """Ask what there is in the second place, off the UI thread: a network may be slow."""
        session, second = self._session, self._settings.second_place
        if session is not None and second is not None and not self.busy:
            self._run(partial(_look, session.path, second), self._remind, self.failed.emit)

    def drill(self) -> None:
        """Restore the newest backup aside and compare it with the file as it stands."""
        session = self._session
        if session is None or self.busy:
            return
        path, folder = session.path, backups.default_folder(session.path)
        given_up = partial(self.failed.emit, tr("The drill was given up."))
        live = self._copied(session, self.failed.emit, given_up)
        if live is None:
            return
        work = partial(backups.run_drill, live, path, folder, session.data_key, clock.now())
        self._run(work, partial(self._drilled, path), self.failed.emit)

    def restore(self, source: Path, target: Path) -> None:
        """Make a new clinic file of a backup of this one."""
        session = self._session
        if session is None or self.busy:
            return
        work = partial(_restore, source, target, session.data_key, session.login)
        self._run(work, self.restored.emit, self.failed.emit)

    def wait(self) -> None:
        """Until what runs has come to its end, or the person does not want to wait any longer."""
        if not self.busy:
            return
        loop = QEventLoop()
        self.settled.connect(loop.quit)
        QTimer.singleShot(AT_ONCE_MS, loop, loop.quit)
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        if self.busy:
            self._wait_in_words()

    def _wait_in_words(self) -> None:
        moving = QProgressBar()
        moving.setRange(0, 0)
        enough = button(tr("Do not wait"))
        enough.setToolTip(tr("The backup counts only once it was verified."))
        text = tr("It is opened again and verified before it counts.")
        dialog = _dialog(moving, text, enough)
        enough.clicked.connect(dialog.reject)
        self.settled.connect(dialog.accept)
        dialog.exec()
        dialog.deleteLater()

    def _is_due(self) -> bool:
        """Half an hour after the last, if anything was changed; or after one that failed."""
        now = clock.now()
        for at in (self._failed_at, self._not_now_at):
            if at is not None and now - at < backups.EVERY:
                return False
        return self._asks_for_one(backups.due)

    def _is_behind(self) -> bool:
        return self._asks_for_one(backups.is_behind)

    def _asks_for_one(
        self, rule: Callable[[datetime | None, datetime | None, datetime], bool]
    ) -> bool:
        session = self._session
        if session is None or not session.is_open or session.clinic.demonstration:
            return False
        try:
            return rule(self._last(session), session.changed_at, clock.now())
        except AppError:
            return True  # without its key file, say: making one then says what is wrong

    def _last(self, session: Session) -> datetime | None:
        """When the newest backup was begun."""
        path = session.path
        if path not in self._begun_at:
            newest = backups.newest(path, backups.default_folder(path), clock.now())
            if newest is None:
                return None
            self._begun_at[path] = newest.made_at
        return self._begun_at[path]

    def _run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[str], object],
    ) -> None:
        def on_done(value: T) -> None:
            self._running = None
            try:
                done(value)
            finally:  # somebody may be waiting for it to close the window
                self.settled.emit()

        def on_failed(error: BaseException) -> None:
            self._running = None
            if not isinstance(error, AppError):
                self.settled.emit()
                raise error
            failed(str(error))
            self.settled.emit()

        self._running = self._tasks.run(work, done=on_done, failed=on_failed)

    def _made(self, path: Path, begun_at: datetime, came: tuple[Backup, SecondPlace]) -> None:
        made, second_place = came
        self._begun_at[path] = begun_at
        self._failed_at, self._not_now_at, self.problem = None, None, ""
        details = {"backup": made.path.name}
        self._write_down(_Unwritten(path=path, act=Act.BACKED_UP, details=details))
        self._remind(second_place)

    def _drilled(self, path: Path, result: DrillResult) -> None:
        verdict = "passed" if result.passed else "failed"
        details = {"backup": result.backup, "verdict": verdict}
        self._write_down(_Unwritten(path=path, act=Act.DRILLED, details=details))
        self.drilled.emit(result)

    def _remind(self, second_place: SecondPlace) -> None:
        self.second_place = second_place
        self.reminded.emit(second_place.problem)

    def _fail(self, sentence: str) -> None:
        self._failed_at, self.problem = clock.now(), sentence
        self.failed.emit(sentence)

    def _write_down(self, one: _Unwritten) -> None:
        session = self._session
        if session is None or session.path != one.path:
            self._unwritten.append(one)
            return
        try:
            session.record_act(one.act, row=one.details["backup"], details=one.details)
        except AppError as error:
            self.failed.emit(str(error))


def _dialog(moving: QProgressBar, text: str, enough: QPushButton) -> QDialog:
    """Says that a backup is being made, and how far it is; ``enough`` ends the waiting, and so does Esc."""
    dialog = QDialog(QApplication.activeWindow())
    dialog.setWindowTitle("ALS Follow-up")
    moving.setTextVisible(False)
    moving.setAccessibleName(tr("Making a backup"))
    enough.setAutoDefault(False)  # who is just typing does not end it by Enter
    layout = column(
        label(tr("Making a backup…"), "heading"),
        label(text, "muted"),
        moving,
        row(None, enough),
        spacing=12,
    )
    layout.setContentsMargins(24, 20, 24, 18)
    dialog.setLayout(layout)
    return dialog


def _finish(
    begun: Begun, path: Path, key: bytes, second: Path | None
) -> tuple[Backup, SecondPlace]:
    made = backups.finish(begun, path, key, clock.now())
    problem = ""
    if second is not None:
        try:
            backups.copy_to(path, made.path.parent, second, clock.now())
        except AppError as error:
            problem = str(error)
    found = _look(path, second)
    return made, SecondPlace(newest=found.newest, problem=found.problem or problem)


def _look(path: Path, second: Path | None) -> SecondPlace:
    now = clock.now()
    newest = None if second is None else backups.newest(path, second, now)
    return SecondPlace(
        newest=newest.made_at if newest else None,
        problem=backups.second_place_problem(path, second, now) or "",
    )


def _restore(source: Path, target: Path, key: bytes, login: str) -> Path:
    restoring.restore(source, target, key, login)
    return target
