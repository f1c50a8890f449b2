"""Before a clinic file is open: sign in, create one, open another, or try the demonstration.

Loads nothing but widgets: the file, its keys and the plots come when they are needed.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import AppError, FileDamaged, FileMissing
from ui import theme
from ui.file_look import FileLook, Look
from ui.settings import Settings
from ui.widgets.basics import button, card, column, label, link, row, show_only
from ui.widgets.countdown import Countdown
from ui.widgets.fields import TextField
from ui.widgets.responsive import FrontPage
from ui.widgets.waiting import waiting
from ui.words import tr

if TYPE_CHECKING:
    from core.model.user import Clinic, User
    from core.session import Session

WIDTH = 440


class StartCard(QWidget):
    """What can be done where no clinic file is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.create_file = button(tr("Create a clinic file…"), primary=True)
        self.open_file = button(tr("Open a clinic file…"))
        self.restore_file = button(tr("Restore from a backup…"))
        self.demo = button(tr("Try the demonstration"))
        words = tr(
            "Everything is kept in one encrypted file on this computer. Nothing is sent anywhere."
        )
        acts = (self.create_file, self.open_file, self.restore_file, self.demo)
        what = label(words, "muted", wrap=True)
        self.setLayout(column(card(label(tr("Welcome"), "title"), what, *acts)))


class WelcomePage(FrontPage):
    """``opened`` carries the open Session. While this page asks something, no file is open."""

    opened = Signal(object)
    demonstration = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("window")
        self._settings = settings
        self._path: Path | None = None
        self._look = FileLook(self)
        self._look.ended.connect(self._tell)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        self._note = label("", wrap=True)
        self._note.hide()
        self.offer = button(tr("Restore from a backup…"), self._offer_restore)
        self.offer.hide()
        self.start = StartCard()
        self.start.create_file.clicked.connect(self._show_create)
        self.start.open_file.clicked.connect(self._choose)
        self.start.restore_file.clicked.connect(self._choose_backup)
        self.start.demo.clicked.connect(self._demonstrate)
        self._sign_in = self._sign_in_card()
        self._cards = (self.start, self._sign_in)
        below: tuple[QWidget, ...] = (self._problem, self.offer, self._note)
        for one in (*self._cards, *below):
            one.setFixedWidth(theme.px(WIDTH))
        self.front: QWidget = self.start  # one of these, or one that is made when it is asked for
        brand = label("ALS Follow-up", "brand")
        words = label(tr("Guided visits, trends and summaries for an ALS clinic"), "muted")
        middle = column(None, brand, words, *self._cards, *below, None, spacing=10)
        self._middle = middle
        for one in (brand, words):
            middle.setAlignment(one, Qt.AlignmentFlag.AlignHCenter)
        self.show_content(row(None, middle, None))
        last = settings.last_file
        if last is not None and last.exists():
            self.ask_sign_in(last)
        else:
            self.show_start()

    @property
    def topic(self) -> str:
        """What the help says about the card in front."""
        if self.front is self.start:
            return "first-day"
        return str(getattr(self.front, "topic", super().topic))

    def show_start(self) -> None:
        self._show(self.start)
        self.start.create_file.setFocus()

    def ask_sign_in(self, path: Path) -> None:
        """Ask who opens this file."""
        self._path = path
        self._file_name.setText(tr("Clinic file {name}").format(name=path.name))
        self._file_name.setToolTip(str(path))
        self.login.set_text(self._settings.last_login)
        self.password.set_text("")
        self._show(self._sign_in)
        (self.password if self.login.text else self.login).setFocus()

    def leave(self) -> bool:
        """A recovery code that nobody has put away yet stays in front, once: it is shown only now."""
        from ui.widgets.recovery_code import RecoveryCode

        shown = self.front
        if not isinstance(shown, RecoveryCode) or shown.reminded or shown.put_away.isChecked():
            return True
        shown.remind()
        return False

    def focus_first(self) -> None:
        if self._sign_in.isVisibleTo(self):
            (self.password if self.login.text else self.login).setFocus()

    def sign_in(self) -> None:
        if self._path is None or not self.enter.isEnabled() or not self._is_seen():
            return
        path, login, password = self._path, self.login.text.strip(), self.password.text
        session = self._opened(path, login, password)
        if session is None:
            self.password.set_text("")
            self.password.setFocus()
            self._countdown.watch(path)
        elif session.user.must_change:
            user = session.user
            session.close()  # nothing of it can be seen before
            self._ask_new_password(path, user, password)
        else:
            self._enter(path, session)

    def create_at(self, path: Path) -> None:
        """Make the new clinic file from what was typed, and show its recovery code."""
        from core.model.user import Clinic
        from core.session import Session, new_user
        from core.store import keys
        from ui.pages.first_run import FirstRun

        typed = self.front
        if not isinstance(typed, FirstRun):
            return
        if path.suffix != ".als":
            path = path.with_name(path.name + ".als")
        clinic = Clinic(name=typed.clinic_name.text.strip())
        first, second = typed.people
        administrator, clinician = (
            new_user(one.login, one.full_name, one.role) for one in (first, second)
        )
        try:
            with waiting():
                session = Session.create(
                    path,
                    clinic,
                    administrator,
                    first.password,
                    others=[(clinician, second.password)],
                    cost=keys.tuned(),
                )
                try:
                    fingerprint = session.fingerprint
                    self._settings.set_code_unconfirmed(fingerprint)
                    code = session.new_recovery_code(keys.tuned())
                finally:
                    session.close()
        except AppError as error:
            self._say(str(error))
            return
        self._remember(path, second.login)
        self._show_code(code, clinic, path, second.login, second.password, fingerprint)

    def recover(self) -> None:
        """Open the file with the recovery code, and show the one that takes its place."""
        from core.session import Session
        from ui.widgets.recovery_sign_in import RecoverySignIn

        path, typed = self._path, self.front
        if path is None or not isinstance(typed, RecoverySignIn):
            return
        login, password = typed.login.text.strip(), typed.password.text
        self._problem.hide()
        try:
            with waiting():
                session, code = Session.recover(path, typed.code.text, login, password)
        except AppError as error:
            self._say(str(error))
            self._offer_if_lost(error)
            typed.code.setFocus()
            typed.countdown.watch(path)
            return
        login, clinic, fingerprint = session.login, session.clinic, session.fingerprint
        self._settings.set_code_unconfirmed(fingerprint)
        session.close()
        self._show_code(code, clinic, path, login, password, fingerprint)

    def open_named(self, path: Path) -> None:
        """Ask at once who opens what the command line names; look at it when this page is on the screen.

        What can be told to be wrong with it is said as soon as it is known, and before anybody signs in.
        """
        self.ask_sign_in(path)
        self._look.ask(path)

    def close_tasks(self) -> None:
        self._look.close()

    def open(self, path: Path) -> None:
        """Ask who opens this file; a backup where backups are kept is restored, and stays what it is."""
        from core.acts import backups

        if backups.is_kept(path):
            self.ask_restore(None, path)
        else:
            self.ask_sign_in(path)

    def ask_restore(self, damaged: Path | None, source: Path | None = None) -> None:
        """Which backup, and whose secret opens it: into the place of a damaged file, or into a new one."""
        from core.acts import backups
        from core.model.backup import Backup
        from core.store import backup
        from ui.widgets.restore_card import RestoreCard

        found: list[Backup] = []
        said = tr(
            "A backup is restored into a new clinic file, and stays what it is. Passwords and the recovery"
            " code are those of the time when it was made."
        )
        if damaged is not None:
            folders = [backups.default_folder(damaged), self._settings.second_place]
            by_name = {
                one.path.name: one
                for folder in folders
                if folder is not None
                for one in backup.named_backups(damaged.stem, folder)
            }
            found = sorted(by_name.values(), key=lambda one: one.made_at)
            said = tr(
                "The backup takes the place of {name}; the damaged file is kept beside it under another"
                " name. Passwords and the recovery code are those of the time of the backup."
            ).format(name=damaged.name)
        asked = RestoreCard(said, found, self.login.text.strip() or self._settings.last_login)
        if source is not None:
            asked.choose(source)
        asked.another.connect(self._choose_another)
        asked.entered.connect(partial(self._restore, damaged))
        back = self.show_start if damaged is None else partial(self.ask_sign_in, damaged)
        asked.cancelled.connect(back)
        self._show_made(asked)
        asked.focus_first()

    def restore(self, target: Path, *, in_place: bool) -> None:
        """Restore the backup that is chosen on the card; then its person signs in."""
        from core import clock
        from core.acts import restoring
        from ui.widgets.restore_card import RestoreCard

        typed = self.front
        if not isinstance(typed, RestoreCard) or (source := typed.source) is None:
            return
        login, secret = (
            typed.login.text.strip(),
            (typed.code if typed.uses_code else typed.password),
        )
        ask = restoring.key_by_code if typed.uses_code else restoring.key_by_password
        self._problem.hide()
        kept = None
        # A new name for each guess would never make anybody wait.
        counted_at = target if in_place else source
        try:
            with waiting():
                key, login = ask(source, counted_at, login, secret.text)
                if in_place:
                    why = "the clinic file was damaged"
                    kept = restoring.put_in_place(source, target, key, login, why, clock.now())
                else:
                    restoring.restore(source, target, key, login)
        except AppError as error:
            self._say(str(error))
            secret.setFocus()
            typed.countdown.watch(counted_at)
            return
        code, password = typed.code.text, typed.password.text
        self.ask_sign_in(target)
        self.login.set_text(login)
        if code:
            self._ask_recovery(code)
        else:
            self.password.set_text(password)
            self.enter.setFocus()
        self._tell_restored(target, kept)

    def put_back(self, source: Path, clinic_path: Path, key: bytes, login: str, why: str) -> None:
        """Put a backup in the place of a file that was just closed for it."""
        from core import clock
        from core.acts import restoring

        try:
            with waiting():
                kept = restoring.put_in_place(source, clinic_path, key, login, why, clock.now())
        except AppError as error:
            self._say(str(error))
        else:
            self._tell_restored(clinic_path, kept)

    def _tell_restored(self, target: Path, kept: Path | None) -> None:
        text = tr("{name} was restored and verified.").format(name=target.name)
        if kept is not None:
            text += " " + tr("The file as it was is now called {name}.").format(name=kept.name)
        self._note.setText(text)
        self._note.show()

    def _sign_in_card(self) -> QWidget:
        self._file_name = label("", "muted", wrap=True)
        self.login = TextField(tr("User name"))
        self.password = TextField(tr("Password"), str, password=True)
        self.enter = button(tr("Sign in"), self.sign_in, primary=True)
        self._countdown = Countdown(self.enter)
        self.login.line.returnPressed.connect(self.password.setFocus)
        self.password.line.returnPressed.connect(self.sign_in)
        other = button(tr("Another file, or a new one"), self.show_start, link=True)
        self.forgot = link(
            tr("Forgot password or moved to a new computer: use the recovery code"),
            self._ask_recovery,
        )
        return card(
            label(tr("Sign in"), "title"),
            self._file_name,
            self.login,
            self.password,
            row(other, None, self.enter),
            self.forgot,
        )

    def _is_seen(self) -> bool:
        """Whether the file that is asked for was looked at, now at the latest, and can be signed in to."""
        with waiting():
            look = self._look.wait()
        if look is not None:
            self._tell(look)
        return look is None or look.is_fine

    def _tell(self, look: Look) -> None:
        """Say what is wrong with the file that was named; what was typed meanwhile stays under the fingers."""
        path = self._path
        if path is None or look.is_fine:
            return
        if look.problem is None:
            self._ask_restore_instead(path)
            return
        typed = self.password.text or self.login.text != self._settings.last_login
        is_offered = look.is_lost and (path.exists() or look.has_backups)
        if is_offered or look.has_backups or typed:
            self._look.ask_again(path)
        else:
            self.show_start()
        self._say(str(look.problem))
        self.offer.setVisible(is_offered)

    def _ask_restore_instead(self, backup: Path) -> None:
        """What was typed to sign in goes over, and so does the keyboard."""
        from ui.widgets.restore_card import RestoreCard

        typed, in_login = self.password.text, self.login.line.hasFocus()
        self.password.set_text("")
        self.ask_restore(None, backup)
        asked = self.front
        if isinstance(asked, RestoreCard) and (typed or in_login):
            asked.password.set_text(typed)
            field = asked.login if in_login else asked.password
            field.setFocus()
            field.line.end(False)  # or the next key would replace what stands there

    def _opened(self, path: Path, login: str, password: str) -> "Session | None":
        """The open file; None where it does not open, with the reason on the page."""
        from core.session import Session

        self._problem.hide()
        try:
            with waiting():
                return Session.open(path, login, password)
        except AppError as error:
            self._say(str(error))
            self._offer_if_lost(error)
            return None

    def _enter(self, path: Path, session: "Session") -> None:
        self._remember(path, session.login)
        self.password.set_text("")
        self._show(self._sign_in)  # what was made for a secret goes
        self.opened.emit(session)

    def _ask_new_password(self, path: Path, user: "User", old: str) -> None:
        from ui.widgets.password_change import PasswordChange

        self.password.set_text("")
        asked = PasswordChange(user)
        asked.entered.connect(partial(self._change_password, path, user.login, old))
        asked.cancelled.connect(partial(self.ask_sign_in, path))
        self._show_made(asked)
        asked.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change_password(self, path: Path, login: str, old: str, new: str) -> None:
        from core.acts import people

        session = self._opened(path, login, old)
        if session is None:
            return
        try:
            with waiting():
                people.change_own_password(session, old, new, people.cost_here(session))
        except AppError as error:
            session.close()
            self._say(str(error))
            return
        self._enter(path, session)

    def _ask_recovery(self, code: str = "") -> None:
        from ui.widgets.recovery_sign_in import RecoverySignIn

        if (path := self._path) is None or not self._is_seen():
            return
        asked = RecoverySignIn(self.login.text.strip())
        asked.code.set_text(code)
        asked.entered.connect(self.recover)
        asked.cancelled.connect(partial(self.ask_sign_in, path))
        self._show_made(asked)
        asked.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_code(
        self,
        code: str,
        clinic: "Clinic",
        path: Path,
        login: str,
        password: str,
        fingerprint: str,
    ) -> None:
        """Until the page is put away; then its person signs in with the password just chosen."""
        from core import clock
        from ui.widgets.recovery_code import RecoveryCode

        def sign_in() -> None:
            self._settings.confirm_code(fingerprint)
            session = self._opened(path, login, password)
            if session is not None:
                self._enter(path, session)

        shown = RecoveryCode(code, clinic, path.name, clock.now(), self._settings.paper)
        shown.done.connect(sign_in)
        self._show_made(shown)
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_create(self) -> None:
        from ui.pages.first_run import FirstRun

        asked = FirstRun()
        asked.complete.connect(self._choose_new)
        asked.cancelled.connect(self.show_start)
        self._show_made(asked)
        asked.focus_first()

    def _show_made(self, made: QWidget) -> None:
        made.setFixedWidth(theme.px(WIDTH))
        made.hide()
        self._middle.insertWidget(self._middle.indexOf(self._problem), made)
        self._show(made)

    def _show(self, one: QWidget) -> None:
        """Only this one; a card that was made for its purpose goes, with the secrets in it."""
        self._look.give_up()
        for below in (self._problem, self.offer, self._note):
            below.hide()
        before, self.front = self.front, one
        show_only([one], {*self._cards, before})
        if before is not one and before not in self._cards:
            self._middle.removeWidget(before)
            before.deleteLater()

    def _remember(self, path: Path, login: str) -> None:
        self._settings.last_file = path
        self._settings.last_login = login

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, tr("Open a clinic file"), _documents(), tr("Clinic files (*.als)")
        )
        if path:
            self.open(Path(path))

    def _offer_if_lost(self, error: AppError) -> None:
        """Where the file itself cannot be opened by anybody, its backups are what is left."""
        self.offer.setVisible(isinstance(error, FileDamaged | FileMissing))

    def _offer_restore(self) -> None:
        if self._path is not None:
            self.ask_restore(self._path)

    def _choose_backup(self) -> None:
        if (source := _backup_chosen(self)) is not None:
            self.ask_restore(None, source)

    def _choose_another(self) -> None:
        from ui.widgets.restore_card import RestoreCard

        if (source := _backup_chosen(self)) is not None and isinstance(self.front, RestoreCard):
            self.front.choose(source)

    def _restore(self, damaged: Path | None) -> None:
        if damaged is not None:
            self.restore(damaged, in_place=True)
        elif (target := _new_place(self, "clinic-restored.als")) is not None:
            self.restore(target, in_place=False)

    def _choose_new(self) -> None:
        proposed = str(Path(_documents()) / "clinic.als")
        path, _kind = QFileDialog.getSaveFileName(
            self,
            tr("Create the clinic file"),
            proposed,
            tr("Clinic files (*.als)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.create_at(Path(path))

    def _demonstrate(self) -> None:
        with waiting():
            self.demonstration.emit()


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _backup_chosen(parent: QWidget) -> Path | None:
    path, _kind = QFileDialog.getOpenFileName(
        parent, tr("Choose a backup"), _documents(), tr("Clinic files (*.als)")
    )
    return Path(path) if path else None


def _new_place(parent: QWidget, proposed: str) -> Path | None:
    path, _kind = QFileDialog.getSaveFileName(
        parent,
        tr("Restore into a new clinic file"),
        str(Path(_documents()) / proposed),
        tr("Clinic files (*.als)"),
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    if not path:
        return None
    return Path(path) if path.endswith(".als") else Path(path + ".als")
