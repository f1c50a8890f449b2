"""Line by line: serious adverse events, deaths, and who did not go on."""

from collections.abc import Iterator
from datetime import date

from core.cohort.filters import state_words
from core.findings import event_facts, participation, treatment
from core.labels import OUTCOME
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.partial_date import PartialDate
from core.model.vital_status import State
from core.reports.trial.content import Column, Made, Table, Value
from core.reports.trial.study import Study, Subject
from core.science.progression import months_between
from core.views.safety import range_words
from core.views.safety_tables import cause_words, criteria_words
from core.words import MISSING, _, n_events, n_patients, plural

_NEVER_IN = frozenset({State.REFUSED, State.SCREEN_FAILURE})


def make(study: Study) -> Made:
    serious = [
        _event(study, one, event)
        for one in study.subjects
        for event in one.record.events
        if event.serious
    ]
    deaths = [line for one in study.subjects for line in _death(study, one)]
    left = [line for one in study.subjects for line in _withdrawal(study, one)]
    n = _("{serious}, {deaths}, {left} not going on").format(
        serious=plural(len(serious), "1 serious event", "{n} serious events"),
        deaths=plural(len(deaths), "1 death", "{n} deaths"),
        left=len(left),
    )
    return Made(
        n=n,
        parts=(_events(study, serious), _deaths(study, deaths), _withdrawals(study, left)),
    )


def _of_all(study: Study, n: int) -> str:
    return _("{n} of the {all} of the study").format(n=n, all=n_patients(study.everybody.n))


def _events(study: Study, rows: list[tuple[Value, ...]]) -> Table:
    return Table(
        number=10,
        name="serious-events",
        title=_("Serious adverse events"),
        n=_("{events}; the study has {all}").format(
            events=n_events(len(rows)), all=n_patients(study.everybody.n)
        ),
        columns=(
            Column(title=_("Patient"), width=0.9),
            Column(title=_("Event"), width=1.9),
            Column(title=_("Began"), width=1.3),
            Column(title=_("Since infusion"), width=1),
            Column(title=_("Grade"), width=0.9, right=True),
            Column(title=_("Serious: why"), width=1.9),
            Column(title=_("Product"), width=1.1),
            Column(title=_("Procedure"), width=1.1),
            Column(title=_("Outcome"), width=1.3),
            Column(title=_("Ended"), width=1.3),
        ),
        rows=rows,
        empty=_("No serious adverse event is recorded."),
        notes=(_("Days count from the infusion, which is day 0. What nobody assessed says so."),),
    )


def _event(study: Study, subject: Subject, event: AdverseEvent) -> tuple[Value, ...]:
    known = event_details.details(subject.record, event)
    given = treatment.treatment(subject.record) if subject.treated_on is not None else None
    told = event_facts.facts(known, None if given is None else given.on)
    judged = known.judgement
    return (
        subject.label,
        event.coded_term or study.free(event.term),
        study.day(subject, event.onset),
        _("day {n}").format(n=range_words(told.day)) if told.day is not None else MISSING,
        event.grade.value,
        criteria_words(known) or _("not recorded"),
        cause_words(None if judged is None else judged.product),
        cause_words(None if judged is None else judged.procedure),
        OUTCOME[event.outcome],
        study.day(subject, event.ended),
    )


def _deaths(study: Study, rows: list[tuple[Value, ...]]) -> Table:
    return Table(
        number=11,
        name="deaths",
        title=_("Deaths"),
        n=_of_all(study, len(rows)),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("Died"), width=1.6),
            Column(title=_("Months since infusion"), width=1.6, decimals=1, right=True),
            Column(title=_("By an adverse event"), width=3),
        ),
        rows=rows,
        empty=_("No death is recorded."),
    )


def _death(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    died = subject.record.died_on
    if died is None or died.first > study.until:
        return
    event, zero = subject.record.fatal_event, subject.treated_on
    on = subject.rows.patient.died_day
    yield (
        subject.label,
        study.day(subject, died),
        None if zero is None or on is None else months_between(zero, date.fromordinal(on)),
        _("none recorded") if event is None else event.coded_term or study.free(event.term),
    )


def _withdrawals(study: Study, rows: list[tuple[Value, ...]]) -> Table:
    return Table(
        number=12,
        name="withdrawals",
        title=_("Refusals, screen failures, withdrawals and losses to follow-up"),
        n=_of_all(study, len(rows)),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("What"), width=2),
            Column(title=_("When"), width=1.6),
            Column(title=_("Last known alive"), width=1.6),
            Column(title=_("Why"), width=4),
        ),
        rows=rows,
        empty=_("Nobody refused, failed the screening, withdrew or was lost."),
    )


def _withdrawal(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    row = subject.rows.patient
    if row.left:  # a later death is in the table above
        what, on, why = row.left, row.left_on, row.left_reason
    elif row.state in _NEVER_IN:
        what, on, why = row.state, row.state_on, row.criterion or row.reason
    else:
        return
    alive = participation.last_known_alive(subject.record)
    yield (
        subject.label,
        state_words(what),
        study.day(subject, PartialDate.parse(on) if on else None),
        study.day(subject, None if alive is None else alive[0]),
        why or _("no reason was given"),
    )
