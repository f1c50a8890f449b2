"""One visit in words and numbers. The review on screen and the printed page show these very texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.findings import alerts, consent, eligibility, registers
from core.findings.consent import Standing
from core.findings.eligibility import CriterionState, Fulfilment
from core.instruments import catalog as instruments
from core.labels import EXTERNAL, MILESTONES, MODE, RESPONDENT, why_not
from core.model import conclusion, event_details
from core.model.adverse_event import AdverseEvent
from core.model.form_record import FormRecord
from core.model.ids import VisitId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.signature import SignatureState
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import ELIGIBILITY
from core.science.spirometry import evaluate
from core.views.events import EventRow, event_row, no_events, running_text
from core.views.fact import Fact
from core.views.form_summary import RecordGroup, record_groups
from core.views.laboratory import visit_facts as laboratory_facts
from core.views.measurements import measurement_facts
from core.views.patient_words import patient_facts
from core.views.progression import course_facts
from core.views.questionnaire import FormSummary, form_summary
from core.views.signed import SignatureRow, lock_text, locks_of, queries_text, signature_row
from core.views.spirometry import SpirometrySummary, spirometry_summary, spirometry_title
from core.views.visit_words import named, transcribed_text, visit_title
from core.words import MISSING, _, day, instant, number, signed


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a visit newly showed that asks for a decision: one line, and what was decided, or empty.

    ``details`` are the rules behind it, each in full; ``sources`` those that it stands on. ``said`` is the
    line below a heading that has the title, ``cited`` its sources without the codes of the rules, ``consider`` what
    is to be considered without the facts that led there.
    """

    title: str
    line: str
    details: tuple[str, ...]
    sources: tuple[str, ...]
    decided: str
    said: str = ""
    cited: tuple[str, ...] = ()
    consider: str = ""


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """Everything of one visit, ready to be shown. ``equations`` are the ids of those its trend stands on.

    ``queries`` says how many questions on its fields are not closed; empty where there are none. ``running`` are
    the adverse events of before that were not over, ``conclusion`` is the neurologist's, ``concluded`` who wrote it and when.
    """

    title: str
    on: str
    record_number: str
    patient_name: str
    patient: tuple[Fact, ...]
    visit: tuple[Fact, ...]
    actions: tuple[ActionRow, ...]
    forms: tuple[FormSummary, ...]
    course: tuple[Fact, ...]
    spirometry: tuple[SpirometrySummary, ...]
    measurements: tuple[Fact, ...]
    events_title: str
    events: tuple[EventRow, ...]
    no_events: str
    milestones: tuple[Fact, ...]
    tasks: tuple[Fact, ...]
    eligibility: tuple[Fact, ...]
    stated: tuple[Fact, ...]
    note: str
    draft: bool
    equations: tuple[str, ...]
    queries: str = ""
    running: str = ""
    conclusion: str = ""
    concluded: str = ""
    records: tuple[RecordGroup, ...] = ()
    laboratory: tuple[Fact, ...] = ()
    signatures: tuple[SignatureRow, ...] = ()
    locks: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        return any(row.valid for row in self.signatures)

    @property
    def void(self) -> bool:
        """Whether it was signed, and nothing that was signed holds any more."""
        return bool(self.signatures) and not self.signed


def build(
    record: PatientRecord,
    visit_id: VisitId,
    names: Mapping[str, str],
    *,
    signed: Sequence[SignatureState] = (),
) -> VisitSummary:
    """The summary of one visit, from what was known up to its day: later visits do not change it.

    ``names`` are the full names of the users by login, ``signed`` the state of every signature of the visit.
    """
    given = {one.id for one in record.signatures if one.visit_id == visit_id}
    if given != {state.signature.id for state in signed}:
        raise ValueError("a signed visit is shown with the state of its signatures")
    every, visit = record, record.visit(visit_id)
    record = every.known_at(visit)
    events = record.events_of(visit)
    return VisitSummary(
        title=visit_title(record, visit),
        on=day(visit.date),
        record_number=record.patient.record_number,
        patient_name=record.patient.name,
        patient=patient_facts(record, visit.date),
        visit=(*_visit_facts(record, visit, names), *_consent_facts(every, visit)),
        actions=tuple(_action(action, names) for action in alerts.evaluate(record, visit)),
        forms=tuple(
            form_summary(record, visit, form, names)
            for form in record.assessments
            if form.visit_id == visit.id
        ),
        course=course_facts(record, visit),
        spirometry=tuple(
            spirometry_summary(record, session)
            for session in sorted(record.spirometry, key=lambda s: (s.test_type, s.position))
            if session.visit_id == visit.id
        ),
        measurements=measurement_facts(record, visit),
        events_title=_events_title(record, visit),
        events=tuple(_event_row(record, visit, event) for event in events),
        no_events=no_events(visit),
        running=" · ".join(running_text(event) for event in record.running_events(visit)),
        milestones=tuple(
            Fact(MILESTONES[m.kind], partial_day(m.happened_on)) for m in record.milestones
        ),
        tasks=_tasks(record, visit),
        eligibility=_eligibility(record, visit, names),
        stated=_stated(record),
        note=visit.note,
        draft=visit.is_draft,
        equations=tuple(dict.fromkeys(s.equation for s in record.spirometry if s.measured)),
        queries=queries_text(query for query in record.queries if query.visit_id == visit.id),
        conclusion=conclusion.text_of(record.conclusion(visit.id)),
        concluded=_concluded(record.conclusion(visit.id), names),
        records=record_groups(record, visit),
        laboratory=laboratory_facts(record, visit),
        signatures=tuple(signature_row(state) for state in signed),
        locks=tuple(lock_text(lock, names) for lock in locks_of(record, visit)),
    )


def _stated(record: PatientRecord) -> tuple[Fact, ...]:
    return tuple(
        Fact(EXTERNAL[result.kind], f"{result.value:g}, {day(result.measured_on)}")
        for result in record.external
    )


def _concluded(one: FormRecord | None, names: Mapping[str, str]) -> str:
    """“Dr Nabavi, 5 Nov 2026 10:12”; empty where nothing was concluded."""
    if one is None:
        return ""
    return _("{name}, {instant}").format(
        name=named(names, one.entered_by), instant=instant(one.entered_at)
    )


def _event_row(record: PatientRecord, visit: Visit, event: AdverseEvent) -> EventRow:
    known = event_details.details(record, event)
    return event_row(event, known, unsure=record.may_belong(event, visit))


def _events_title(record: PatientRecord, visit: Visit) -> str:
    previous = record.visit_before(visit)
    if previous is None:
        return _("Adverse events")
    return _("Adverse events since {day}").format(day=day(previous.date))


def without_value(record: PatientRecord, visit: Visit) -> tuple[str, ...]:
    """The questionnaires and sessions of a visit that gave no value, each with why."""
    found = []
    for form in record.assessments:
        if form.visit_id != visit.id:
            continue
        instrument = instruments.named(form.instrument, form.version)
        total = instrument.total
        if form.not_done is not None:
            found.append(f"{instrument.title}: {why_not(form.not_done)}")
        elif total is not None and total.score(form.values) is None:
            n, every = total.answered(form.values), len(total.slots)
            text = _("{title}: {n} of {all} answered")
            found.append(text.format(title=instrument.title, n=n, all=every))
    for session in record.spirometry:
        if session.visit_id == visit.id and session.not_done is not None:
            found.append(f"{spirometry_title(session)}: {why_not(session.not_done)}")
        elif session.visit_id == visit.id and session.blows and evaluate(session).best_ml is None:
            text = _("{title}: no blow counts")
            found.append(text.format(title=spirometry_title(session)))
    return tuple(found)


def _visit_facts(record: PatientRecord, visit: Visit, names: Mapping[str, str]) -> tuple[Fact, ...]:
    weights = [v for v in record.finished_visits if v.date < visit.date and v.weight_kg is not None]
    weight = number(visit.weight_kg, 1, "kg")
    if visit.weight_kg is not None and weights and weights[-1].weight_kg is not None:
        change = signed(visit.weight_kg - weights[-1].weight_kg, 1, "kg")
        weight += _(" ({change} since {day})").format(change=change, day=day(weights[-1].date))
    answered_by = RESPONDENT[visit.respondent] if visit.respondent else MISSING
    title = f"{visit_title(record, visit)}, {day(visit.date)}"
    facts = [
        Fact(_("Visit"), title, "details/date"),
        Fact(_("How"), MODE[visit.mode] if visit.mode else MISSING, "details/mode"),
        Fact(_("Answered by"), answered_by, "details/respondent"),
        Fact(_("Rater"), _rater(record, visit, names)),
        Fact(_("Weight"), weight, "details/details.weight"),
    ]
    if paper := transcribed_text(visit, names):
        facts.append(Fact(_("Paper"), paper, "details/details.paper_on"))
    return tuple(facts)


def _rater(record: PatientRecord, visit: Visit, names: Mapping[str, str]) -> str:
    """Who rated, and what the register says of their training, where the clinic keeps one."""
    trained = registers.trained_words(record, visit)
    name = named(names, visit.rater)
    return _("{name}, {trained}").format(name=name, trained=trained) if trained else name


def _consent_facts(record: PatientRecord, visit: Visit) -> Iterator[Fact]:
    """That the visit is outside the consent, by all that is known today: a consent may be entered late."""
    stands = consent.of_visit(record, protocols.of_visit(record, visit), visit)
    if stands.standing is Standing.OUTSIDE:
        text = _("outside: {why}") if stands.left_out else _("outside, its results are used: {why}")
        yield Fact(_("Consent"), text.format(why=stands.why))


def _action(action: alerts.Action, names: Mapping[str, str]) -> ActionRow:
    decided = action.decision
    return ActionRow(
        title=action.title,
        line=action.line,
        details=tuple(one.text for one in action.details),
        sources=tuple(dict.fromkeys(f"{one.code}: {one.source}." for one in action.details)),
        decided=(
            "" if decided is None else alerts.decision_text(decided, named(names, decided.by))
        ),
        said=action.said,
        cited=tuple(dict.fromkeys(f"{one.source}." for one in action.details)),
        consider=action.consider,
    )


def _eligibility(record: PatientRecord, visit: Visit, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """At screening all that is not simply fulfilled; at other visits only what fails and is no accepted deviation."""
    states = eligibility.evaluate(record, protocols.of_screening(record))
    screening = bool(states) and ELIGIBILITY in protocols.of_visit(record, visit).assessments_of(
        visit.code
    )
    facts = [
        Fact(eligibility.fulfilment_alone(one.state), _criterion(one, names))
        for one in states
        if one.fails or (screening and one.waived)
    ]
    if not screening:
        return tuple(facts)
    unknown = [
        eligibility.requirement(one.criterion)
        for one in states
        if one.state is Fulfilment.UNKNOWN and not one.waived
    ]
    if unknown:
        facts.append(Fact(eligibility.fulfilment_alone(Fulfilment.UNKNOWN), "; ".join(unknown)))
    return (Fact(_("Criteria"), eligibility.headline(states)), *facts)


def _criterion(one: CriterionState, names: Mapping[str, str]) -> str:
    """What was required, what there is, and the deviation."""
    text = eligibility.requirement(one.criterion)
    if one.value:
        text = _("{requirement}; here {value}").format(requirement=text, value=one.value)
        text += f" ({one.origin})" if one.origin else ""
    return ". ".join(part for part in (text, eligibility.waiver_text(one.said, names)) if part)


def _tasks(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    protocol = protocols.of_visit(record, visit)
    facts = []
    for result in record.tasks:
        task = protocol.task(result.task)
        if result.visit_id == visit.id and task is not None:
            state = _("done") if result.done else _("not done")
            said = f"{state}: {result.note}" if result.note else state
            facts.append(Fact(task.title, said, f"tasks/{task.id}"))
    return tuple(facts)
