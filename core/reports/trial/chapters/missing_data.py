"""Figure 4: what was seen and what is missing, by patient and visit; and a line for each that is missing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.cohort.missing import SEEN_WORDS, Matrix, Seen, matrix
from core.cohort.plots import matrix_plot
from core.instruments import catalog as instruments
from core.instruments.catalog import ALSFRS_R
from core.labels import NOT_DONE
from core.model.assessment import Assessment, NotDone
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols.schedule import Status
from core.reports.trial.content import Column, Figure, Made, Part, Table, Value, sheet
from core.reports.trial.study import Study, Subject
from core.views.visit_words import visit_title
from core.words import _, n_patients, plural

_WORTH_A_WARNING = (Seen.MISSED, Seen.OUT_OF_WINDOW, Seen.INCOMPLETE, Seen.LEFT_OUT)
_NOT_THERE = {Status.MISSED, Status.SKIPPED, Status.CANCELLED}


def make(study: Study) -> Made:
    found = matrix(study.group)
    rows = [line for one in study.members for line in _lines(study, one)]
    listing = Table(
        number=6,
        name="missing-data",
        title=_("What is missing, and why"),
        n=_("{lines} of {group}").format(lines=_counted(rows), group=study.group_words),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("Visit"), width=1.4),
            Column(title=_("Day"), width=1.4),
            Column(title=_("What"), width=2.2),
            Column(title=_("Why"), width=4),
        ),
        rows=rows,
        empty=_("No planned visit was missed, and nothing was left out."),
    )
    if found is None:
        return Made(n=_counted(rows), parts=(listing,))
    said = ", ".join(
        _("{n} {what}").format(n=found.count(kind), what=SEEN_WORDS[kind])
        for kind in _WORTH_A_WARNING
        if found.count(kind)
    )
    parts: list[Part] = [_figure(study, found), _by_visit(study, found), listing]
    cells = sum(len(row) for row in found.cells.values())
    counted = _("{visits} of {patients}").format(
        visits=plural(cells, "1 planned visit", "{n} planned visits"),
        patients=n_patients(len(found.cells)),
    )
    return Made(n=counted, parts=tuple(parts), warning=said)


def _counted(rows: Sequence[object]) -> str:
    return plural(len(rows), "1 line", "{n} lines")


def _figure(study: Study, found: Matrix) -> Figure:
    shown = min(len(found.cells), matrix_plot.MOST)
    more = len(found.cells) - shown
    text = _("The first {n} patients are drawn; Table 5 counts all of them.")
    return Figure(
        number=4,
        name="missing-data",
        title=_("What was seen and what is missing, by patient and visit"),
        n=_("n {n}: {group}").format(n=len(found.cells), group=study.group_words),
        drawing=matrix_plot.draw(found, sheet(matrix_plot.height(found))),
        sentences=(
            *((text.format(n=shown),) if more else ()),
            _(
                "Complete: seen within the window of the schedule, with the questionnaire and the vital capacity that the visit asks for."
            ),
        ),
    )


def _by_visit(study: Study, found: Matrix) -> Table:
    kinds = [one for one in Seen if found.count(one)]
    rows: list[tuple[Value, ...]] = [
        (title, *(counts.get(kind, 0) for kind in kinds))
        for title, counts in zip(found.titles, found.by_visit(), strict=True)
    ]
    return Table(
        number=5,
        name="visits",
        title=_("Planned visits by what became of them"),
        n=_("n {n} at each visit: {group}").format(n=len(found.cells), group=study.group_words),
        columns=(
            Column(title=_("Visit"), width=1.4),
            *(Column(title=SEEN_WORDS[kind], width=1.2, right=True) for kind in kinds),
        ),
        rows=rows,
    )


def _lines(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    """Visits that did not take place or are left out, and what visits that did lack."""
    reasons = {mark.code: mark.reason for mark in subject.record.marks}
    for one in subject.planned:
        is_gone = subject.is_gone(one)
        if is_gone or one.status in _NOT_THERE:
            why = study.free(reasons.get(one.code, "")) or _("no reason was given")
            yield (
                subject.label,
                one.title,
                study.day(subject, one.window.target),
                _("the whole visit"),
                _("left out: the consent does not cover it") if is_gone else why,
            )
    yield from _within_visits(study, subject)


def _within_visits(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    """What was marked as not done at a visit, with the reason."""
    record = subject.allowed
    for visit in record.visits:
        for why, what in _not_done(study, subject, visit).items():
            yield (
                subject.label,
                visit_title(record, visit),
                study.day(subject, visit.date),
                ", ".join(what),
                why or _("no reason was given"),
            )


def _not_done(study: Study, subject: Subject, visit: Visit) -> dict[str, list[str]]:
    """What was not done at a visit, by the reason; whether somebody else had measured it is said."""
    record, found = subject.allowed, defaultdict[str, list[str]](list)
    for one in record.assessments:
        if one.visit_id == visit.id and one.not_done is not None:
            stated = one.instrument == ALSFRS_R and _stated(
                record, ExternalKind.ALSFRS_R_TOTAL, visit
            )
            found[_why(one.not_done, stated=stated)].append(_questionnaire(one))
    for session in record.spirometry:
        if session.visit_id == visit.id and session.not_done is not None:
            stated = _stated(record, ExternalKind.FVC_PERCENT, visit)
            found[_why(session.not_done, stated=stated)].append(_("spirometry"))
    for task in record.tasks:
        if task.visit_id == visit.id and not task.done:
            found[study.free(task.note)].append(_task(subject, task.task))
    return found


def _questionnaire(one: Assessment) -> str:
    known = instruments.shipped().get(one.instrument)
    return one.instrument if known is None else instruments.title(known)


def _why(reason: NotDone, *, stated: bool) -> str:
    words = NOT_DONE[reason]
    return (
        _("{why}; a value that others stated stands in its place").format(why=words)
        if stated
        else words
    )


def _stated(record: PatientRecord, kind: ExternalKind, visit: Visit) -> bool:
    return any(one.measured_on == visit.date for one in record.stated(kind))


def _task(subject: Subject, id: str) -> str:
    known = subject.protocol.task(id)
    return id if known is None else known.title
