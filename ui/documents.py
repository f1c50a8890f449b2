"""A document or a table that leaves the file: asked for, saved or printed, written down and told, in one way for all."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from core import reports
from core.acts import documents, trial_report
from core.errors import AppError, GivenUp
from core.model.document import ICS, PDF, ZIP, About, Counted, Document, OfTrial, Source
from core.model.trail import Act
from core.words import n_patients, plural
from ui.context import AppContext
from ui.saving import ask_printer, ask_where
from ui.tasks import Wanted, is_gone
from ui.widgets.basics import button
from ui.widgets.password_again import asked_again
from ui.widgets.waiting import waiting
from ui.words import tr

S = TypeVar("S", bound=Source)
T = TypeVar("T")
Say = Callable[[str], None]


def buttons(
    context: AppContext, of: type[Source], press: Callable[[Document[Any]], None], *, link: bool
) -> list[QPushButton]:
    """A button for every document and export that is made of this and that the user may take along."""
    session, made = context.session, []
    for one in documents.offered(session, of):
        if documents.may_take(session, one):
            tip = tr(one.tip) if one.tip else ""
            pressed = button(tr(one.button), partial(press, one), link=link, tip=tip)
            pressed.setAccessibleName(tr(one.spoken or one.button))
            made.append(pressed)
    return made


def menu(
    context: AppContext,
    title: str,
    kinds: Sequence[type[Source]],
    press: Callable[[Document[Any]], None],
) -> QPushButton | None:
    """One button, with an entry for every document and export that the user may take along; None where there is none."""
    session, made = context.session, button(title, link=True)
    entries = QMenu(made)
    entries.setToolTipsVisible(True)
    for one in (one for of in kinds for one in documents.offered(session, of)):
        if documents.may_take(session, one):
            entries.addAction(tr(one.button), partial(press, one)).setToolTip(tr(one.tip))
    made.setMenu(entries)
    return None if entries.isEmpty() else made


def source(context: AppContext, document: Document[S], about: About) -> S:
    """What the document is made of, for the paper of this workstation. Raises NotAllowed."""
    return documents.source(context.session, document, about, context.settings.paper)


def let_out(parent: QWidget, context: AppContext, document: Document[Any], about: About) -> None:
    """What has pages is shown first; a table is saved."""
    if document in reports.REPORTS:
        context.open_document.emit(document.id, about)
    else:
        save(parent, context, document, about)


def save(
    parent: QWidget,
    context: AppContext,
    document: Document[Any],
    about: About,
    *,
    done: Callable[[Source], None] | None = None,
    say: Say | None = None,
) -> None:
    """Ask where, and save it there, as `save_to` does; what is made of many patients is read then, off the UI thread."""
    if document.asks_password and not asked_again(parent, context, tr(document.title)):
        return
    with context.acting():
        if documents.is_of_many(document):
            documents.need(context.session, document)
            if (path := ask_where(parent, document, None)) is not None:
                _read_and_save(path, context, document, about, done=done, say=say)
            return
        with waiting():
            made_of = source(context, document, about)
        path = ask_where(parent, document, made_of)
        if path is not None:
            save_to(path, context, document, made_of, done=done, say=say)


def _read_and_save(
    path: Path,
    context: AppContext,
    document: Document[S],
    about: About,
    *,
    done: Callable[[Source], None] | None,
    say: Say | None,
) -> None:
    """Read the patients off the UI thread, and save what is made of them. Given up, it leaves no trace: nothing was made."""
    wanted = Wanted(context.tasks)
    read = partial(
        documents.read,
        context.session,
        document,
        about,
        context.settings.paper,
        context.reading.emit,
        wanted.is_over,
    )

    def settled(made_of: S | None) -> None:
        if made_of is None or wanted.is_over():
            context.cancelled.emit(path)
        else:
            save_to(path, context, document, made_of, done=done, say=say)

    context.writing.emit(path, wanted.given_up.set)
    context.tasks.run(read, done=settled, failed=partial(_tell, context, document, say))


def save_to(
    path: Path,
    context: AppContext,
    document: Document[S],
    made_of: S,
    *,
    content: bytes | None = None,
    done: Callable[[Source], None] | None = None,
    say: Say | None = None,
) -> None:
    """Make it off the UI thread, write down that it leaves, write it, and say where it is; a long one can be given up.

    Pages say where the trail ends with their own entry, so that is written down before they are made; of a table the entry
    has the hash of what was made. ``content`` is what was made already. What cannot be saved is told by ``say``, in one sentence.
    """
    if why := _too_many(document, made_of):
        context.not_written.emit()
        (say or context.told.emit)(why)
        return
    failed = partial(_tell, context, document, say)

    def written(made: bytes) -> None:
        try:
            _write(path, made)
        except OSError as error:
            failed(error)
            return
        if done is not None and not is_gone(done):
            done(made_of)
        context.written.emit(path, _what_left(made_of, made))

    def left(made: bytes) -> None:
        """It was made, and leaves once that is written down."""
        if _written_down(context, document, made_of, Act.EXPORTED, made) is not None:
            written(made)
        else:
            context.not_written.emit()

    if content is not None:
        left(content)
    elif documents.is_table(document):
        make = partial(document.make, made_of)
        _make(path, context, document, made_of, make, left, failed, Wanted(context.tasks))
    elif (told := _written_down(context, document, made_of, Act.EXPORTED)) is not None:
        make = partial(document.make, told)
        _make(path, context, document, told, make, written, failed, Wanted(context.tasks))
    else:
        context.not_written.emit()


def save_folder_to(
    folder: Path, context: AppContext, document: Document[OfTrial], made_of: OfTrial
) -> None:
    """Make the folder of a trial report off the UI thread, write down that it leaves, and put it there, whole or not at all.

    What keeps it from there is told in one sentence; it can be given up until it was made, and then there is none.
    """
    wanted = Wanted(context.tasks)

    def made() -> dict[str, bytes]:
        from core.acts import trial_files
        from core.reports.trial import Report

        return trial_files.files(Report(made_of, wanted.check), wanted.check)

    def put(files: dict[str, bytes]) -> None:
        try:
            with waiting():
                written = trial_report.put(context.session, folder, files, made_of)
        except AppError as error:
            failed(error)
            return
        context.written.emit(folder, plural(written.files, "1 file.", "{n} files."))

    failed = partial(_tell, context, document, None)
    with context.acting():
        trial_report.check_place(folder)
        _make(folder, context, document, made_of, made, put, failed, wanted)


def _make(
    path: Path,
    context: AppContext,
    document: Document[S],
    made_of: S,
    make: Callable[[], T],
    made: Callable[[T], None],
    failed: Callable[[BaseException], None],
    wanted: Wanted,
) -> None:
    """Make a file off the UI thread. It can be given up until it was made: then there is none."""

    def work() -> T | None:
        if not wanted.given_up.is_set():
            with suppress(GivenUp):
                return make()
        return None

    def settled(content: T | None) -> None:
        if content is not None and not wanted.given_up.is_set():
            made(content)
            return
        if context.session.is_open:
            with context.saving():
                documents.write_cancelled(context.session, document, made_of)
        context.cancelled.emit(path)

    context.writing.emit(path, wanted.given_up.set)
    context.tasks.run(work, done=settled, failed=failed)


def _tell(
    context: AppContext, document: Document[Any], say: Say | None, error: BaseException
) -> None:
    """Why it was not saved, in one sentence."""
    if isinstance(error, OSError):
        words = _no_place(document).format(why=error.strerror or tr("unknown reason"))
    elif isinstance(error, AppError):
        words = str(error)
    else:
        raise error
    context.not_written.emit()
    told = context.told.emit if say is None or is_gone(say) else say
    told(words)


def _what_left(made_of: Source, made: bytes) -> str:
    """How much left of all data, in words; empty of anything else."""
    if not isinstance(made, Counted):
        return ""
    rows = sum(made.rows.values())
    return tr("{patients}, {tables}, {rows}.").format(
        patients=n_patients(made_of.counts["patients"]),
        tables=plural(len(made.rows), "1 table", "{n} tables"),
        rows=plural(rows, "1 row", "{n} rows"),
    )


def _write(path: Path, content: bytes) -> None:
    """Raises OSError; then no half of a file is left that was not there before."""
    was_there = path.exists()
    try:
        path.write_bytes(content)
    except OSError:
        if not was_there:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def print_out(
    parent: QWidget,
    context: AppContext,
    document: Document[S],
    made_of: S,
    *,
    content: bytes | None = None,
) -> bool:
    """Ask for a printer, write down that it is printed, and print it; False where it was not.

    ``content`` are the pages that were made already.
    """
    from ui.pdf_pages import print_pages

    printer = ask_printer(parent, document, made_of.size)
    if printer is None:
        return False
    written = _written_down(context, document, made_of, Act.PRINTED)
    if written is None:
        return False
    print_pages(document.make(written) if content is None else content, printer)
    return True


def _written_down(
    context: AppContext,
    document: Document[S],
    made_of: S,
    act: Act,
    content: bytes | None = None,
) -> S | None:
    """None where it could not be written down, and must not leave."""
    with context.saving():
        return documents.write_down(context.session, document, made_of, act, content)
    return None


def _too_many(document: Document[Any], made_of: Source) -> str:
    """Why there is too much of it for this; empty where it fits."""
    count = sum(made_of.counts.values())
    if document.most is None or count <= document.most:
        return ""
    text = tr("{n} entries are too many for paper: choose fewer, or export them as CSV.")
    return text.format(n=f"{count:,}")


def _no_place(document: Document[Any]) -> str:
    if document.ending == PDF:
        return tr("The PDF could not be saved there: {why}. Choose another place.")
    if document.ending in {"", ICS, ZIP}:
        return tr("The file could not be saved there: {why}. Choose another place.")
    return tr("The table could not be saved there: {why}. Choose another place.")
