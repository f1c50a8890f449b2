"""Deviations from the protocol: visits outside their windows, criteria that were not fulfilled, with their waivers."""

from collections.abc import Iterator

from core.findings import eligibility
from core.findings.eligibility import CriterionState, Fulfilment
from core.protocols import catalog as protocols
from core.protocols.schedule import Status
from core.reports.trial.content import Column, Made, Table, Value
from core.reports.trial.study import Study, Subject
from core.words import _, plural


def make(study: Study) -> Made:
    late = [line for one in study.members for line in _windows(study, one)]
    criteria = [line for one in study.members for line in _criteria(study, one)]
    unknown = sum(
        state.state is Fulfilment.UNKNOWN for one in study.members for state in states(one)
    )
    waived = sum(state.waived for one in study.members for state in states(one))
    notes = [
        _(
            "A criterion that was accepted as a deviation is still not fulfilled; who decided is in the clinic file."
        )
    ]
    if unknown:
        notes.append(
            plural(
                unknown,
                "1 criterion of a patient is not known: it is among the open questions.",
                "{n} criteria of patients are not known: they are among the open questions.",
            )
        )
    said = _("{windows} windows, {criteria} criteria, {waived} waivers").format(
        windows=len(late), criteria=len(criteria), waived=waived
    )
    return Made(
        n=said,
        parts=(_window_table(study, late), _criteria_table(study, criteria, tuple(notes))),
    )


def states(subject: Subject) -> tuple[CriterionState, ...]:
    """The criteria of the version that the patient was screened by, of what the consent lets leave."""
    return eligibility.evaluate(subject.allowed, protocols.of_screening(subject.record))


def _window_table(study: Study, rows: list[tuple[Value, ...]]) -> Table:
    return Table(
        number=7,
        name="windows",
        title=_("Visits outside their windows"),
        n=_("{visits} of {group}").format(
            visits=plural(len(rows), "1 visit", "{n} visits"), group=study.group_words
        ),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("Visit"), width=1.6),
            Column(title=_("Window"), width=3),
            Column(title=_("Took place"), width=1.8),
            Column(title=_("Outside by, days"), width=1.4, right=True),
        ),
        rows=rows,
        empty=_("No visit that took place was outside its window."),
    )


def _criteria_table(study: Study, rows: list[tuple[Value, ...]], notes: tuple[str, ...]) -> Table:
    return Table(
        number=8,
        name="criteria",
        title=_("Criteria that were not fulfilled"),
        n=_("{criteria} of {group}").format(
            criteria=plural(len(rows), "1 criterion", "{n} criteria"), group=study.group_words
        ),
        columns=(
            Column(title=_("Patient"), width=1),
            Column(title=_("Criterion"), width=3),
            Column(title=_("Was"), width=1.4),
            Column(title=_("Waiver"), width=1.6),
            Column(title=_("Reason"), width=3.2),
        ),
        rows=rows,
        empty=_("No criterion was found not fulfilled."),
        notes=notes,
    )


def _windows(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    for one in subject.planned:
        outside = one.status in {Status.DONE_EARLY, Status.DONE_LATE}
        if one.visit is None or not outside or subject.is_gone(one):
            continue
        on, window = one.visit.date, one.window
        early = one.status is Status.DONE_EARLY
        span = _("{first} to {last}").format(
            first=study.day(subject, window.open), last=study.day(subject, window.close)
        )
        by = (on - window.open).days if early else (on - window.close).days
        yield (subject.label, one.title, span, study.day(subject, on), by)


def _criteria(study: Study, subject: Subject) -> Iterator[tuple[Value, ...]]:
    for one in states(subject):
        if one.state is not Fulfilment.NOT_MET:
            continue
        waiver = _("none")
        if one.waived:
            waiver = _("accepted")
        elif one.said.waiver:
            waiver = _("proposed, not decided")
        yield (
            subject.label,
            eligibility.requirement(one.criterion),
            one.value,
            waiver,
            study.free(one.said.waiver),
        )
