"""The trial report: what a study found, for an ethics committee, a journal, or the department.

To add a chapter: a file in `chapters` with ``make(study) -> Made``, and its entry in `CHAPTERS`. Each can be switched off;
tables and figures keep their numbers then. `contents` is what a list of the chapters shows, `render` the pages.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from core.model.document import OfTrial
from core.reports.trial import pages
from core.reports.trial.chapters import (
    adverse_events,
    baseline,
    computed,
    course,
    deviations,
    flow,
    infusions,
    listings,
    missing_data,
    questions,
    repeated_measures,
    summary,
    survival,
)
from core.reports.trial.content import Made
from core.reports.trial.study import Study
from core.words import N_, _, written_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """``title`` is marked (`N_`); one that is not ``usual`` is in a report only where it is asked for."""

    id: str
    title: str
    make: Callable[[Study], Made]
    usual: bool = True


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(id="summary", title=N_("Summary and methods"), make=summary.make),
    Chapter(id="flow", title=N_("Figure 1, patient flow"), make=flow.make),
    Chapter(id="baseline", title=N_("Table 1, baseline"), make=baseline.make),
    Chapter(id="course", title=N_("Figure 2, ALSFRS-R and FVC"), make=course.make),
    Chapter(id="adverse-events", title=N_("Table 2, adverse events"), make=adverse_events.make),
    Chapter(id="survival", title=N_("Figure 3, survival"), make=survival.make),
    Chapter(id="missing-data", title=N_("Figure 4, missing data"), make=missing_data.make),
    Chapter(id="deviations", title=N_("Deviations"), make=deviations.make),
    Chapter(id="infusions", title=N_("Infusions and products"), make=infusions.make),
    Chapter(id="listings", title=N_("Listings"), make=listings.make),
    Chapter(id="questions", title=N_("Open questions"), make=questions.make),
    Chapter(
        id="repeated-measures",
        title=N_("Repeated measures"),
        make=repeated_measures.make,
        usual=False,
    ),
    Chapter(id="computed", title=N_("How it was computed"), make=computed.make),
)
USUAL = frozenset(one.id for one in CHAPTERS if one.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A chapter in the list of contents: its title, how many it is of, what warns, and its page where it is chosen."""

    id: str
    title: str
    n: str
    warning: str
    page: int | None


class Report:
    """The chapters of one study, each made once; what is chosen of them can change.

    ``check`` is called before each patient and each chapter: what it raises ends it. Raises NoStudy.
    Days and pressures are written as the clinic wrote them then, not as it does now.
    """

    def __init__(self, source: OfTrial, check: Callable[[], None] = lambda: None) -> None:
        self.source = source
        self.made: dict[str, Made] = {}
        with self.written():
            self.study = Study.of(source, check)
            for one in CHAPTERS:
                check()
                self.made[one.id] = one.make(self.study)

    def written(self) -> AbstractContextManager[None]:
        """How this report is written, for whatever is made of it."""
        return written_in(self.source.clinic.notation)

    @property
    def subtitle(self) -> str:
        """Which study, how many patients, up to which day."""
        with self.written():
            return pages.subtitle(self)

    def questions(self) -> list[questions.Row]:
        """What is open before it goes out: of whom, about what, and the question."""
        with self.written():
            return questions.every(self.study)

    @property
    def chosen(self) -> frozenset[str]:
        asked = self.source.asked.chapters
        return USUAL if asked is None else asked

    def chapters(self, chosen: frozenset[str] | None = None) -> list[tuple[Chapter, Made]]:
        """Those that are chosen, in their order."""
        ids = self.chosen if chosen is None else chosen
        return [(one, self.made[one.id]) for one in CHAPTERS if one.id in ids]

    def contents(self, chosen: frozenset[str] | None = None) -> tuple[Line, ...]:
        """Every chapter, with the page on which it begins where it is chosen."""
        with self.written():
            begins = pages.begins(self, chosen)
        return tuple(
            Line(
                id=one.id,
                title=_(one.title),
                n=self.made[one.id].n,
                warning=self.made[one.id].warning,
                page=begins.get(one.id),
            )
            for one in CHAPTERS
        )

    def pdf(self, chosen: frozenset[str] | None = None) -> bytes:
        with self.written():
            return pages.render(self, chosen)


def contents(source: OfTrial) -> tuple[Line, ...]:
    """Every chapter for a list beside the pages. Raises NoStudy."""
    return Report(source).contents()


def render(source: OfTrial, chosen: frozenset[str] | None = None) -> bytes:
    """The chosen chapters as PDF, those that the source asks for where it is None. Raises NoStudy."""
    return Report(source).pdf(chosen)


def document(source: OfTrial) -> bytes:
    return render(source)
