"""The trial report: its chapters as switches beside the very pages, its data cut, and the folder that it leaves in."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import reports
from core.acts import documents
from core.acts.all_patients import Cancelled, Progress
from core.cohort.plots.means_plot import Spread
from core.errors import AppError, GivenUp
from core.model.document import About, Document, OfTrial, TrialAsked
from core.model.paper import PaperSize
from core.model.user import Right
from core.protocols import catalog as protocols
from core.reports.trial import USUAL, Line, Report, study
from core.session import Session
from ui import theme
from ui.context import AppContext
from ui.documents import print_out, save_folder_to, save_to
from ui.pages.page import Page
from ui.pages.trial_report.contents import Contents
from ui.pages.trial_report.cut import CutDialog, Reader
from ui.pages.trial_report.sheets import Sheets
from ui.pdf_pages import PREVIEW_DPI, images, outline
from ui.saving import ask_folder, ask_where
from ui.tasks import Wanted
from ui.widgets.basics import PressButton, answered, button, card, column, label, row, shortcut
from ui.widgets.own_scroll import OwnScroll
from ui.widgets.reading import Reading, ReadingBar
from ui.widgets.responsive import Columns, Flow
from ui.widgets.segments import Segments
from ui.words import tr

ID = "trial-report"
CONTENTS = 300  # px
LOW = 460  # px: the height of the pages where they are below the contents
TOLD = 2  # open questions that are told in full below the contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a worker made: the report, whose chapters can be chosen anew, its list of contents and its pages."""

    report: Report
    lines: tuple[Line, ...]
    places: Mapping[
        str, tuple[int, float]
    ]  # where each chosen chapter begins: its page, and how far down on it
    questions: tuple[str, ...]
    pdf: bytes
    pages: list[QImage]


class TrialReportPage(Page):
    """The records are read once, and pages are made whenever a switch changes, both off the UI thread; those of other switches are gone at once."""

    topic = ID

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.pdf: bytes | None = None
        self._document: Document[OfTrial] = reports.named(ID)
        self._wanted = TrialAsked()
        self._source: OfTrial | None = None  # as the file was when the page was opened
        self._made_of: OfTrial | None = None  # of the pages that are shown
        self._report: Report | None = None  # its chapters, made for the switches besides
        self._pages = Wanted(context.tasks)  # those that are being made
        self._making = False
        self.reading = Reading(context, self)
        self.bar = ReadingBar(self.reading, self._load)
        self.reading.loaded.connect(self._on_read)
        self.reading.given_up.connect(self._end_reading)
        self.reading.failed.connect(self._on_not_read)
        self._places: Mapping[str, tuple[int, float]] = {}
        self.title, self.subtitle = (
            label(tr("Trial report"), "title"),
            label("", "muted", wrap=True),
        )
        self.back = button(tr("Back to Cohort"), self._go_back)
        self.cut = button(tr("Data cut…"), self._ask_cut)
        self.folder = button(tr("Save the folder…"), self._save_folder, tip="Ctrl+Shift+S")
        self.print = button(tr("Print…"), self._print, tip="Ctrl+P")
        self.save = button(tr("Save as PDF…"), self._save, primary=True, tip="Ctrl+S")
        self.contents, self.sheets = Contents(), Sheets()
        self.contents.changed.connect(self._on_switch)
        self.contents.moved.connect(self._show_chapter)
        self.open_questions = label("", "warn", wrap=True)
        self.coded = self._switch(
            tr("Coded numbers"),
            tr("Patients are numbered from 001 on; lots and what people typed are left out."),
        )
        self.days = self._switch(
            tr("Days only"), tr("Days since the infusion in place of dates of patients.")
        )
        spreads = {Spread.SD: tr("± SD"), Spread.SE: tr("± SE"), Spread.QUARTILES: tr("quartiles")}
        self.spread = Segments(tr("What is drawn"), spreads)
        self.spread.chosen.connect(self._on_switch)
        self._lay_out()
        for keys, act in (
            ("PgUp", self.sheets.page_up),
            ("PgDown", self.sheets.page_down),
            ("Ctrl+Shift+S", self.folder.click),
        ):
            shortcut(keys, self, act, Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _switch(self, words: str, tip: str) -> PressButton:
        made = PressButton(words)
        made.setCheckable(True)
        made.setProperty("segment", "true")
        made.setProperty("dense", "true")
        made.setToolTip(tip)
        made.clicked.connect(lambda _checked=False: self._on_switch())
        return made

    def _lay_out(self) -> None:
        head = row(self.title, self.subtitle, spacing=12)
        head.setStretch(1, 1)
        acts = (self.back, self.cut, self.print, self.folder, self.save)
        head.addLayout(Flow(*acts, spacing=8, right=True), 2)
        self._scroll = OwnScroll(self.contents, "", margin=0)
        self._scroll.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setProperty("role", "")
        title = row(label(tr("Contents"), "heading"), None, label(tr("page"), "muted"))
        title.setContentsMargins(12, 0, 12, 0)
        under = QWidget()
        under.setProperty("role", "tools")
        switches = Flow(self.coded, self.days, self.spread, spacing=6)
        under.setLayout(column(self.open_questions, switches, spacing=6))
        under.setContentsMargins(11, 4, 11, 10)
        self._left = card(title, self._scroll, under, spacing=4)
        inside = self._left.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.setContentsMargins(1, 10, 1, 1)
        inside.setStretch(1, 1)
        self._parts = Columns(self._left, self.sheets, fixed={0: CONTENTS}, spacing=8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self._parts, 1)

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        self._scroll.set_whole(whole=narrow)
        self.sheets.setMinimumHeight(theme.px(LOW) if narrow else 0)

    def open(self, id: str, about: About) -> None:
        """The report as the file is now; the switches stay as they were, unless ``about`` asks for others."""
        del id  # this page has the one document
        if about.trial != TrialAsked():
            self._wanted = about.trial
        self._stale = False
        self._load()

    def refresh(self) -> None:
        """The pages show the moment they were made for; they are not made again behind the reader's back."""
        if self._source is None and self.context.session.may(Right.COHORT):
            self._load()

    def leave(self) -> bool:
        """The records and the pages go; both are read and made anew when the page is opened again."""
        if not super().leave():
            return False
        self.reading.give_up()
        self._forget("")
        self._source = self._report = None
        self._stale = True
        return True

    def focus_first(self) -> None:
        self.contents.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def busy(self) -> bool:
        """Whether records are read or pages made that will be shown."""
        return self.reading.busy or self._making

    @property
    def shown(self) -> Mapping[str, str]:
        asked = self._wanted
        return {
            "schedule": asked.schedule,
            "until": "" if asked.until is None else asked.until.isoformat(),
            "entry": "" if asked.entry is None else str(asked.entry),
            "coded": "yes" if asked.coded else "",
            "days_only": "yes" if asked.days_only else "",
            "spread": asked.spread,
            "chapters": " ".join(sorted(USUAL if asked.chapters is None else asked.chapters)),
        }

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if not shown or not documents.may_see(self.context.session, self._document):
            return False
        asked = TrialAsked(
            schedule=shown["schedule"],
            until=date.fromisoformat(shown["until"]) if shown["until"] else None,
            entry=int(shown["entry"]) if shown["entry"] else None,
            coded=bool(shown["coded"]),
            days_only=bool(shown["days_only"]),
            spread=shown["spread"],
            chapters=frozenset(shown["chapters"].split()),
        )
        self.open(ID, About(trial=asked))
        return True

    def _load(self) -> None:
        """Read the records, and make the pages that are asked for."""
        asked = self._wanted
        self._report = self._source = None
        self.contents.choose(USUAL if asked.chapters is None else asked.chapters)
        self.coded.setChecked(asked.coded)
        self.days.setChecked(asked.days_only)
        self.spread.blockSignals(True)  # nobody pressed it
        self.spread.choose(Spread(asked.spread))
        self.spread.blockSignals(False)
        self._forget("")
        self.cut.setEnabled(False)  # it is asked for what is known of this one
        self.bar.start()
        self.reading.begin(partial(self._reader, asked))

    @property
    def _reader(self) -> Reader:
        """What reads the records in any thread."""
        context = self.context
        return partial(_read, context.session, self._document, context.settings.paper)

    def _on_read(self, read: OfTrial) -> None:
        self._end_reading()
        self._source, self._report = read, None
        self._prepare()

    def _on_not_read(self, why: str) -> None:
        """There can be no such report."""
        self.bar.hide()
        self._end_reading()
        self._forget(why)

    def _end_reading(self) -> None:
        self.cut.setEnabled(True)

    def _on_switch(self) -> None:
        self._wanted = replace(
            self._wanted,
            coded=self.coded.isChecked(),
            days_only=self.days.isChecked(),
            spread=self.spread.value.value,
            chapters=self.contents.chosen,
        )
        if self._source is not None:
            self._prepare()

    def _prepare(self) -> None:
        """Make the pages for the switches as they stand."""
        read, wanted = self._source, self._wanted
        if read is None:
            return
        place = (self.sheets.front, 0.0)
        self._forget(tr("preparing…"))
        chapters = USUAL if wanted.chapters is None else wanted.chapters
        asked = replace(wanted, schedule=read.asked.schedule, until=read.asked.until)
        made_of = replace(read, asked=replace(asked, chapters=chapters))
        known, ratio, pages = self._report, self.devicePixelRatioF(), self._pages
        if known is not None and not _alike(known.source.asked, made_of.asked):
            known = None

        def work() -> Shown | None:
            with suppress(GivenUp):
                return _make(known, made_of, PREVIEW_DPI * ratio, pages.check)
            return None

        self._making = True
        done = partial(self._show_pages, pages, made_of, ratio, place)
        self.context.tasks.run(work, done=done, failed=partial(self._fail, pages))

    def _forget(self, said: str) -> None:
        """No pages, ``said`` in their place; those that a worker still makes are given up."""
        self._pages.given_up.set()
        self._pages = Wanted(self.context.tasks)
        self._making = False
        self.pdf = self._made_of = None
        self._places = {}
        self.sheets.clear(said)
        self.contents.forget_pages()
        for one in (self.print, self.save, self.folder):
            one.setEnabled(False)

    def _show_pages(
        self,
        wanted: Wanted,
        made_of: OfTrial,
        ratio: float,
        place: tuple[int, float],
        made: Shown | None,
    ) -> None:
        """The pages that were made, unless others were asked for meanwhile."""
        if made is None or wanted.is_over():
            return
        self._making = False
        self.pdf, self._made_of, self._report = made.pdf, made_of, made.report
        self.subtitle.setText(made.report.subtitle)
        self.contents.show_lines(made.lines)
        self.open_questions.setText(_said(made))
        self.open_questions.setVisible(bool(made.questions))
        self._places = made.places
        in_front = self._places.get(self.contents.current, place)
        self.sheets.show_images(made.pages, ratio, in_front)
        for one in (self.print, self.save, self.folder):
            one.setEnabled(True)

    def _fail(self, wanted: Wanted, error: BaseException) -> None:
        if wanted.is_over():
            return
        self._forget(
            str(error) if isinstance(error, AppError) else tr("The document could not be prepared.")
        )
        if not isinstance(error, AppError):
            raise error

    def _show_chapter(self, id: str) -> None:
        if id in self._places:
            self.sheets.show_place(self._places[id])

    def _ask_cut(self) -> None:
        asked = self._wanted
        if self._source is not None:
            asked = replace(asked, schedule=self._source.asked.schedule)
        dialog = CutDialog(self, self.context, asked, _studies(asked.schedule), self._reader)
        if answered(dialog) and dialog.found is not None:
            self._wanted = dialog.asked
            self.bar.hide()
            self._on_read(dialog.found)

    def _save(self) -> None:
        if self.pdf is None or self._made_of is None:
            return
        if (path := ask_where(self, self._document, self._made_of)) is not None:
            save_to(path, self.context, self._document, self._made_of, content=self.pdf)

    def _save_folder(self) -> None:
        if self._made_of is None:
            return
        title = tr("Save the folder of the trial report")
        if (folder := ask_folder(self, self._document, title)) is not None:
            save_folder_to(folder, self.context, self._document, self._made_of)

    def _print(self) -> None:
        if self.pdf is not None and self._made_of is not None:
            print_out(self, self.context, self._document, self._made_of, content=self.pdf)

    def _go_back(self) -> None:
        self.context.show_page.emit("cohort")


def _read(
    session: Session,
    document: Document[OfTrial],
    size: PaperSize,
    asked: TrialAsked,
    progress: Progress,
    cancelled: Cancelled,
) -> OfTrial | None:
    """In any thread. None where it was given up. Raises AppError where there can be no such report."""
    found = documents.read(session, document, About(trial=asked), size, progress, cancelled)
    if found is not None:
        study.check(found)
    return found


def _make(known: Report | None, made_of: OfTrial, dpi: float, check: Callable[[], None]) -> Shown:
    """In any thread. Chapters that are ``known`` are not made again. Raises NoStudy, GivenUp as ``check`` does."""
    check()
    report = known or Report(made_of, check)
    chosen = made_of.asked.chapters
    pdf = report.pdf(chosen)
    check()
    ids = [chapter.id for chapter, _made in report.chapters(chosen)]
    return Shown(
        report=report,
        places=dict(zip(ids, outline(pdf), strict=True)),
        lines=report.contents(chosen),
        questions=tuple(": ".join(one) for one in report.questions()),
        pdf=pdf,
        pages=images(pdf, dpi),
    )


def _alike(one: TrialAsked, other: TrialAsked) -> bool:
    """Whether they differ in nothing but their chapters."""
    return replace(one, chapters=None) == replace(other, chapters=None)


def _said(made: Shown) -> str:
    """What is open before it goes out, the first ones in full."""
    found = next(one for one in made.lines if one.id == "questions")
    told = " ".join(made.questions[:TOLD])
    text = tr("{what}: {told}").format(what=found.warning, told=told)
    return text if len(made.questions) <= TOLD else f"{text} …"


def _studies(asked: str) -> dict[str, str]:
    """The titles of the schedules that a report can be of, by id: studies, and the one that is asked for."""
    return {
        name: one.title for name, one in protocols.newest().items() if one.criteria or name == asked
    }
