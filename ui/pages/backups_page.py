"""The backups of the clinic file: which there are, where a second copy lies, restoring, the restore drill."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from core import clock, reports
from core.acts import backups
from core.entry import Problem
from core.errors import AppError
from core.model.backup import Backup, DrillResult
from core.model.document import About, Source
from core.model.trail import Act
from core.model.user import Right
from core.store import backup, keys
from core.words import N_, instant, number, plural
from ui import theme
from ui.context import AppContext
from ui.documents import print_out, save, save_to, source
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets.basics import button, card, chip, column, label, row, scrolled, set_chip
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.words import tr

ROWS_SEEN = 6  # the list scrolls: what else the page can do stays in sight
CERTIFICATE = reports.named("restore-drill")
DRILL_AFTER = timedelta(days=92)
MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list."""

    backup: Backup
    size_bytes: int


COLUMNS: tuple[Column[Listed], ...] = (
    Column(N_("Made"), lambda r: instant(r.backup.made_at)),
    Column(N_("File"), lambda r: r.backup.path.name, tip=lambda r: str(r.backup.path)),
    Column(N_("Size"), lambda r: tr("{n} MB").format(n=number(r.size_bytes / MB, 1)), right=True),
    Column(N_("State"), lambda _r: tr("verified"), chip=lambda _r: "good"),
)


class BackupsPage(Page):
    """Everything that takes long is done by ``context.backing_up``; the page shows what comes of it."""

    topic = "backups"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.result: DrillResult | None = None
        self._restored: Path | None = None
        self.problem = label("", "problem", wrap=True)
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=40)
        self.table.fix_widths({0: 180, 2: 110, 3: 130})
        self.table.setAccessibleName(tr("Backups"))
        self.table.opened.connect(lambda _one: self.ask_restore())
        self.none = label(tr("There is no backup yet."))
        self.now = button(tr("Back up now"), self._back_up, primary=True)
        self.into_new = button(tr("Restore into a new file…"), self.ask_restore)
        self.in_place = button(tr("Put in the place of this file…"), self._ask_reason)
        self.from_file = button(tr("Restore from another file…"), self._choose_source)
        self.said = label("", "muted", wrap=True)
        self.said.hide()
        self.open = button(tr("Sign in to it"), self._open_restored)
        self.open.hide()
        said = row(self.said, self.open)
        said.setStretch(0, 1)
        listed = card(
            self.problem,
            self.table,
            self.none,
            Flow(self.into_new, self.in_place, self.from_file),
            said,
        )
        inner = QWidget()
        inner.setLayout(
            column(
                listed,
                self._reason_card(),
                self._second_card(),
                self._drill_card(),
                None,
                spacing=14,
            )
        )
        self._area = scrolled(inner)
        self._where = label("", "muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        head = column(label(tr("Backups"), "title"), self._where, spacing=2)
        top = row(head, self.now)
        top.setStretch(0, 1)
        layout.addLayout(top)
        layout.addWidget(self._area, 1)
        backing_up = context.backing_up
        backing_up.settled.connect(self.mark_stale)
        backing_up.drilled.connect(self._show_result)
        backing_up.restored.connect(self._show_restored)
        backing_up.failed.connect(self._on_failed)

    @property
    def folder(self) -> Path:
        return backups.default_folder(self.context.session.path)

    @property
    def chosen(self) -> Backup | None:
        index = self.table.currentIndex()
        return self.model.row(index).backup if index.isValid() else None

    def refresh(self) -> None:
        session, busy = self.context.session, self.context.backing_up.busy
        self._area.setEnabled(session.may(Right.BACKUP))
        self._where.setText(tr("In the folder {folder}").format(folder=self.folder))
        self._show_problem()
        found: list[Backup] = []
        try:
            found = backup.backups(session.path, self.folder)
        except AppError as error:
            self.problem.setText(str(error))
            self.problem.show()
        chosen = self.chosen
        self.model.show_rows(
            tuple(Listed(backup=one, size_bytes=_size(one.path)) for one in reversed(found))
        )
        self.table.setVisible(bool(found))
        self.none.setVisible(not found)
        if found:
            self.table.fit_height(ROWS_SEEN)
            index = next((n for n, one in enumerate(reversed(found)) if one == chosen), 0)
            self.table.selectRow(index)
        for one in (self.into_new, self.in_place, self.drill):
            one.setEnabled(bool(found) and not busy)
        for one in (self.now, self.from_file, self.copy, self.choose):
            one.setEnabled(not busy)
        self.now.setText(tr("Working…") if busy else tr("Back up now"))
        self._show_second_place()
        self._show_last_drill(bool(found))

    def focus_first(self) -> None:
        (self.table if self.model.rows else self.now).setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_restore(self) -> None:
        """Where the backup that is chosen in the list shall go."""
        if self.chosen is not None and self.into_new.isEnabled():
            self._ask_target(self.chosen.path)

    def restore_from(self, source: Path) -> None:
        """A backup from anywhere: one of this very clinic file, whose key is at hand."""
        session = self.context.session
        if source.exists() and source.samefile(session.path):
            self._say(tr("That is the open clinic file itself. Choose one of its backups."))
            return
        try:
            same = keys.read(source).file_id == keys.read(session.path).file_id
        except AppError as error:
            self._say(str(error))
            return
        if same:
            self._ask_target(source)
        else:
            text = tr(
                "{name} is a backup of another clinic file. Sign out, choose “Another file, or a new"
                " one”, then “Restore from a backup…”: its own passwords open it."
            )
            self._say(text.format(name=source.name))

    def restore(self, source: Path, target: Path) -> None:
        """Make a new file of a backup."""
        if target.suffix != ".als":
            target = target.with_name(target.name + ".als")
        self._say(tr("Restoring and verifying…"))
        self.context.backing_up.restore(source, target)
        self.refresh()

    def put_back(self) -> None:
        """Put the backup that is chosen in the place of this file, for the reason that was typed."""
        chosen, why = self.chosen, self.reason.text.strip()
        if not why:
            self.reason.show_problem(Problem(tr("Say why: it stays in the audit trail.")))
            self.reason.setFocus()
        elif chosen is not None:
            self.context.put_back.emit(chosen.path, why)

    def set_second_place(self, folder: Path | None) -> None:
        """This workstation copies the newest backup there from now on."""
        if folder is not None and folder.resolve().is_relative_to(self.folder.resolve()):
            self._second_state.setText(
                tr(
                    "The first backups are there already. Choose another drive, or a network folder."
                )
            )
            self._second_state.show()
            return
        self.context.settings.second_place = folder
        self.context.settings.reminder_put_off = ""
        self._back_up()

    def save_certificate(self, path: Path) -> None:
        """Write the certificate. A failure is told in one sentence."""
        with self.context.acting():
            made_of = source(self.context, CERTIFICATE, self._about)
            say = self._drill_said.setText
            save_to(path, self.context, CERTIFICATE, made_of, done=self._saved, say=say)

    def leave(self) -> bool:
        self._close_reason()
        return True

    def _reason_card(self) -> QFrame:
        self._title = label("", "heading")
        self.reason = TextField(tr("Reason (kept in the audit trail)"))
        self.reason.line.returnPressed.connect(self.put_back)
        self.do = button(
            tr("Close this file and put the backup in its place"), self.put_back, primary=True
        )
        cancel = button(tr("Cancel"), self._cancel_reason)
        holder = QWidget()
        holder.setMaximumWidth(theme.px(720))
        holder.setLayout(column(self.reason))
        self.form = card(
            self._title,
            label(
                tr(
                    "What was entered since then will not be in it. The file as it is now is kept beside"
                    " it under another name. Passwords and the recovery code will be those of the backup."
                ),
                wrap=True,
            ),
            holder,
            row(None, cancel, self.do),
        )
        self.form.hide()
        return self.form

    def _second_card(self) -> QFrame:
        self._second = label("", wrap=True)
        self._second_state = label("", "muted", wrap=True)
        self.choose = button(tr("Choose a folder…"), self._choose_second)
        self.copy = button(tr("Back up and copy now"), self._back_up)
        self.forget = button(tr("No second place"), partial(self.set_second_place, None), link=True)
        return card(
            label(tr("Second place"), "heading"),
            label(
                tr(
                    "A USB drive or a network folder, to which this workstation copies every new backup:"
                    " a computer that is stolen takes its own backups with it."
                ),
                "muted",
                wrap=True,
            ),
            self._second,
            self._second_state,
            Flow(self.choose, self.copy, self.forget),
        )

    def _drill_card(self) -> QFrame:
        self._last_drill = label("", wrap=True)
        self.verdict = chip("")
        self.verdict.hide()
        self._drill_said = label("", wrap=True)
        self.drill = button(tr("Run the restore drill"), self._run_drill)
        self.print = button(tr("Print certificate…"), self._print)
        self.save = button(tr("Save certificate as PDF…"), self._ask_save)
        for one in (self.print, self.save):
            one.hide()
        came = row(self.verdict, self._drill_said, top=True)
        came.setStretch(1, 1)
        return card(
            label(tr("Restore drill"), "heading"),
            label(
                tr(
                    "Restores the newest backup aside, verifies its audit trail, compares every row with"
                    " this file, and removes it again. The certificate goes into the site's files."
                ),
                "muted",
                wrap=True,
            ),
            self._last_drill,
            came,
            Flow(self.drill, self.print, self.save),
        )

    def _show_problem(self) -> None:
        why = self.context.backing_up.problem
        self.problem.setText(why)
        self.problem.setVisible(bool(why))

    def _show_second_place(self) -> None:
        folder, found = self.context.settings.second_place, self.context.backing_up.second_place
        self._second.setText(
            tr("There is none yet.")
            if folder is None
            else tr("Copies go to {folder}").format(folder=folder)
        )
        self.forget.setVisible(folder is not None)
        if folder is None or found is None:
            words = ""
        elif found.problem:
            words = found.problem
        elif found.newest is not None:
            words = tr("The newest copy there is of {when}.").format(when=instant(found.newest))
        else:
            words = tr("There is no copy yet.")
        self._second_state.setText(words)
        self._second_state.setVisible(bool(words))

    def _show_last_drill(self, possible: bool) -> None:
        last = self.context.session.trail.entries(entity=Act.DRILLED, limit=1)
        if not possible:
            words = tr("There is no backup yet that could be restored.")
        elif not last:
            words = tr("No drill was done yet: nobody knows whether a backup can be restored.")
        elif clock.now() - last[0].at > DRILL_AFTER:
            words = tr("The last drill was on {when}: it is time for the next one.")
        else:
            words = tr("The last drill was on {when}.")
        self._last_drill.setText(words.format(when=instant(last[0].at) if last else ""))

    def _back_up(self) -> None:
        self._say("")
        self.context.backing_up.back_up()
        self.refresh()

    def _run_drill(self) -> None:
        self.result = None
        self.verdict.hide()
        self._drill_said.setText(tr("Restoring, verifying and comparing…"))
        for one in (self.print, self.save):
            one.hide()
        self.context.backing_up.drill()
        self.refresh()

    def _show_result(self, result: DrillResult) -> None:
        from core.reports import certificate

        self.result = result
        set_chip(
            self.verdict,
            tr("PASSED") if result.passed else tr("FAILED"),
            "good" if result.passed else "bad",
        )
        self.verdict.show()
        took = tr("It took {n} s.").format(n=number(result.seconds, 1))
        rows = plural(
            sum(table.rows for table in result.tables),
            "1 row was compared.",
            "{n} rows were compared.",
        )
        told = [certificate.outcome(result), *([rows] if result.tables else []), took]
        self._drill_said.setText(" ".join(told))
        for one in (self.print, self.save):
            one.show()
        self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_restored(self, path: Path) -> None:
        self._restored = path
        text = tr("{name} is restored and verified. Its passwords are those of the backup.")
        self._say(text.format(name=path.name))
        self.open.show()

    def _open_restored(self) -> None:
        if self._restored is not None:
            self.context.open_file.emit(self._restored)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.open.hide()

    def _on_failed(self, sentence: str) -> None:
        """Why a restore or a drill could not be done; why a backup was not made stands above the list."""
        self._say("" if sentence == self.context.backing_up.problem else sentence)
        if self.result is None:
            self._drill_said.setText("")

    def _ask_target(self, source: Path) -> None:
        stem = self.context.session.path.stem
        proposed = str(Path(_documents()) / f"{stem}-restored.als")
        chosen, _kind = QFileDialog.getSaveFileName(
            self,
            tr("Restore into a new file"),
            proposed,
            tr("Clinic files (*.als)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.restore(source, Path(chosen))

    def _choose_source(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(
            self, tr("Choose a backup"), str(self.folder), tr("Clinic files (*.als)")
        )
        if chosen:
            self.restore_from(Path(chosen))

    def _choose_second(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Second place for backups"))
        if chosen:
            self.set_second_place(Path(chosen))

    def _ask_reason(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        text = tr("Put the backup of {when} in the place of {name}")
        self._title.setText(
            text.format(when=instant(chosen.made_at), name=self.context.session.path.name)
        )
        self.reason.set_text("")
        self.reason.show_problem(None)
        self.table.setEnabled(False)  # what is put back is what the title says
        self.form.show()
        QTimer.singleShot(0, self.form, lambda: self._area.ensureWidgetVisible(self.form))
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel_reason(self) -> None:
        self._close_reason()
        self.focus_first()

    def _close_reason(self) -> None:
        self.form.hide()
        self.table.setEnabled(True)

    @property
    def _about(self) -> About:
        return About(drill=self.result)

    def _ask_save(self) -> None:
        say = self._drill_said.setText
        save(self, self.context, CERTIFICATE, self._about, done=self._saved, say=say)

    def _saved(self, _made_of: Source) -> None:
        self._drill_said.setText(tr("The certificate is saved."))

    def _print(self) -> None:
        with self.context.acting():
            made_of = source(self.context, CERTIFICATE, self._about)
            if print_out(self, self.context, CERTIFICATE, made_of):
                self._drill_said.setText(tr("Sent to the printer."))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
