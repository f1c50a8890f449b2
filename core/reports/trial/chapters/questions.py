"""What must be settled before the report goes out: open queries, contradictions, judgements that are missing."""

from collections.abc import Iterator

from core.findings import consent, eligibility, event_questions, participation
from core.findings.consent import OfSamples, OfStated, OfVisit
from core.findings.eligibility import Fulfilment
from core.labels import EXTERNAL as STATED
from core.model import event_details
from core.reports.trial.chapters.deviations import states
from core.reports.trial.content import Column, Made, Table, Value
from core.reports.trial.study import Study, Subject
from core.views.visit_words import visit_title
from core.words import _, n_patients, plural

Line = tuple[str, str]  # about what, the question
Row = tuple[str, str, str]  # of whom, about what, the question


def make(study: Study) -> Made:
    rows: list[tuple[Value, ...]] = [*every(study)]
    table = Table(
        number=13,
        name="open-questions",
        title=_("Open questions: to be settled before the report goes out"),
        n=_("{questions} about {n} of {all}").format(
            questions=plural(len(rows), "1 question", "{n} questions"),
            n=len({row[0] for row in rows}),
            all=n_patients(study.everybody.n),
        ),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("About"), width=2.4),
            Column(title=_("Question"), width=6),
        ),
        rows=rows,
        empty=_("No question is open."),
    )
    if not rows:
        return Made(n=_("none"), parts=(table,))
    warning = plural(len(rows), "1 question before it goes out", "{n} questions before it goes out")
    return Made(n=str(len(rows)), parts=(table,), warning=warning)


def every(study: Study) -> list[Row]:
    """Of all patients, in their order."""
    return [(one.label, *line) for one in study.subjects for line in questions(study, one)]


def questions(study: Study, subject: Subject) -> Iterator[Line]:
    """Of one patient, the gravest kind first."""
    record = subject.record
    if not study.source.asked.days_only:
        for sentence in participation.contradictions(record, subject.protocol, study.until):
            yield _("Participation"), sentence
    elif participation.contradictions(record, subject.protocol, study.until):
        yield _("Participation"), _("Steps, visits or the day of death contradict each other.")
    yield from _events(study, subject)
    if subject.rows.patient.enrolled:
        yield from _criteria(subject)
    yield from _consent(study, subject)
    for one in record.visits:
        if one.is_draft:
            yield (
                visit_title(record, one),
                _("The visit is not finished: none of its results counts."),
            )
    for query in record.queries:
        if not query.closed:
            yield query.label, study.free(query.text)


def _consent(study: Study, subject: Subject) -> Iterator[Line]:
    for one in consent.every_outside(subject.record):
        if not one.open:
            continue
        match one:
            case OfVisit():
                text = _("The visit is outside the consent. Are its results used?")
                yield visit_title(subject.record, one.visit), text
            case OfSamples():
                text = _("The samples of {day} are outside the consent. Are their results used?")
                yield _("Laboratory"), text.format(day=study.day(subject, one.on))
            case OfStated():
                text = _("The result is outside the consent. Is it used?")
                yield STATED[one.result.kind], text


def _events(study: Study, subject: Subject) -> Iterator[Line]:
    for event in subject.record.events:
        known = event_details.details(subject.record, event)
        name = event.coded_term or study.free(event.term)
        judged = known.judgement
        if judged is None:
            yield name, _("Nobody judged whether the product or the procedure may have caused it.")
        elif judged.product is None or judged.procedure is None:
            yield name, _("The cause was judged in part only: product and procedure are asked.")
        if study.coded or study.source.asked.days_only:
            continue  # a question may repeat what was typed, and name days
        for one in event_questions.questions(subject.record, known):
            if not one.hint:
                yield name, one.message


def _criteria(subject: Subject) -> Iterator[Line]:
    for one in states(subject):
        if one.state is Fulfilment.UNKNOWN:
            yield (
                eligibility.requirement(one.criterion),
                _("It is not known whether it was fulfilled."),
            )
        elif one.fails:
            yield (
                eligibility.requirement(one.criterion),
                _("It was not fulfilled, and the investigator has not decided about it."),
            )
