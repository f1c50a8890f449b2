"""Any value that the model can express and a person could have entered."""

from datetime import UTC, date, datetime, time

from hypothesis import strategies as st

from core.model import decision
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.appointment import LONGEST_NOTE, Appointment
from core.model.assessment import Answer, NotDone
from core.model.judgement import CriterionResult, Decision, Reconciliation
from core.model.laboratory import Comparator, Laboratory, LabResult, ReferenceRange
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.spirometry import (
    MAX_BLOWS,
    Blow,
    BlowQuality,
    Interface,
    Position,
    Spirometry,
    TestType,
)
from core.model.user import Clinic, User
from core.model.visit import (
    ClinicalStage,
    Mark,
    Mode,
    Respondent,
    TaskResult,
    Visit,
    VisitKind,
    VisitMark,
    VisitState,
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
words = texts.filter(str.strip)
days = st.dates(date(1900, 1, 1), date(9999, 12, 31))
instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
not_done = st.sampled_from(NotDone)
heights = st.floats(50, 250)


def partial_dates():
    def cut(day, precision):
        return PartialDate(*(day.year, day.month, day.day)[:precision])

    return st.builds(cut, days, st.integers(1, 3))


def maybe(strategy):
    return st.none() | strategy


def patients(id):
    return st.builds(
        Patient,
        id=st.just(id),
        record_number=words,
        family_name=texts,
        given_name=texts,
        sex=st.sampled_from(Sex),
        born=maybe(days),
        stated_age_years=maybe(st.integers(0, 120)),
        stated_duration_months=maybe(st.floats(0, 1e6)),
        stated_on=maybe(days),
        onset_region=st.sampled_from(OnsetRegion),
        onset=maybe(partial_dates()),
        diagnosis=maybe(partial_dates()),
        height_cm=maybe(heights),
        reference_group=texts,
        protocol=texts,
        protocol_version=texts,
        reference_on=maybe(days),
        registered_on=days,
        note=texts,
    )


def external_results(id, patient_id):
    def of(kind, values):
        return st.builds(
            ExternalResult,
            id=st.just(id),
            patient_id=st.just(patient_id),
            kind=st.just(kind),
            value=values,
            measured_on=maybe(days),
            source=texts,
        )

    totals = st.integers(0, 48).map(float)
    percents = st.floats(0, 250, exclude_min=True, exclude_max=True)
    return of(ExternalKind.ALSFRS_R_TOTAL, totals) | of(ExternalKind.FVC_PERCENT, percents)


@st.composite
def visits(draw, id, patient_id, rater):
    code, finished_at = draw(maybe(texts)), draw(maybe(instants))
    return Visit(
        id=id,
        patient_id=patient_id,
        kind=VisitKind.UNSCHEDULED if code is None else VisitKind.SCHEDULED,
        code=code,
        date=draw(days),
        state=VisitState.DRAFT if finished_at is None else VisitState.FINISHED,
        rater=rater,
        mode=draw(maybe(st.sampled_from(Mode))),
        respondent=draw(maybe(st.sampled_from(Respondent))),
        weight_kg=draw(maybe(st.floats(0, 400, exclude_min=True, exclude_max=True))),
        clinical_stage=draw(maybe(st.sampled_from(ClinicalStage))),
        new_events=draw(maybe(st.booleans())),
        note=draw(texts),
        started_at=draw(instants),
        finished_at=finished_at,
    )


def answers():
    scored = st.builds(Answer, item=texts, value=st.integers(0, 100), note=texts, corrected=texts)
    return scored | st.builds(Answer, item=texts, not_done=not_done, note=texts)


def measurements(visit_id):
    valued = st.builds(
        Measurement,
        visit_id=st.just(visit_id),
        kind=st.just("snip"),
        value=st.floats(allow_nan=False, allow_infinity=False),
        note=texts,
    )
    return valued | st.builds(
        Measurement, visit_id=st.just(visit_id), kind=st.just("snip"), not_done=not_done, note=texts
    )


def reconciliations(visit_id, by):
    return st.builds(
        Reconciliation,
        visit_id=st.just(visit_id),
        instrument=st.just("alsfrs-r"),
        rule=texts,
        subject=texts,
        found=texts,
        decision=st.sampled_from(Decision),
        reason=words,
        by=st.just(by),
        at=instants,
    )


@st.composite
def decisions(draw, id, patient_id, visit_id, by):
    choice = draw(st.sampled_from(decision.Choice))
    return decision.Decision(
        id=id,
        patient_id=patient_id,
        kind=decision.DecisionKind.ACTION,
        subject=draw(words),
        choice=choice,
        reason=draw(words),
        review_on=draw(st.dates()) if choice.needs_date else None,
        facts=draw(st.dictionaries(texts, maybe(st.floats(allow_nan=False, allow_infinity=False)))),
        visit_id=draw(maybe(st.just(visit_id))),
        by=by,
        at=draw(instants),
    )


@st.composite
def criterion_results(draw, patient_id, by):
    waiver = draw(st.just("") | words)
    return CriterionResult(
        patient_id=patient_id,
        protocol=draw(texts),
        version=draw(texts),
        criterion=draw(texts),
        met=draw(maybe(st.booleans())),
        note=draw(texts),
        waiver=waiver,
        waived_by=by if waiver else None,
        waived_at=draw(instants) if waiver else None,
    )


def spirometries(id, visit):
    def blow(number):
        return st.builds(
            Blow,
            number=st.just(number),
            volume_ml=st.integers(1, 12000),
            fev1_ml=maybe(st.integers(1, 12000)),
            quality=st.sampled_from(BlowQuality),
            remark=texts,
        )

    numbers = st.sets(st.integers(1, MAX_BLOWS))
    series = numbers.flatmap(lambda some: st.tuples(*(blow(n) for n in sorted(some))))
    return st.builds(
        Spirometry,
        id=st.just(id),
        visit_id=st.just(visit.id),
        date=st.just(visit.date),
        test_type=st.sampled_from(TestType),
        position=st.sampled_from(Position),
        device=texts,
        height_cm=maybe(heights),
        equation=texts,
        equation_version=texts,
        sex=st.sampled_from(Sex),
        age_years=maybe(st.floats(0, 130)),
        reference_group=maybe(st.integers(1, 9)),
        interface=maybe(st.sampled_from(Interface)),
        device_percent=maybe(st.floats(0, 250, exclude_min=True, exclude_max=True)),
        not_done=maybe(not_done),
        blows=series,
    )


def adverse_events(id, patient_id, visit_id):
    return st.builds(
        AdverseEvent,
        id=st.just(id),
        patient_id=st.just(patient_id),
        visit_id=maybe(st.just(visit_id)),
        term=words,
        coded_term=texts,
        onset=partial_dates(),
        ended=maybe(partial_dates()),
        grade=st.sampled_from(Grade),
        serious=st.booleans(),
        outcome=st.sampled_from(Outcome),
        note=texts,
    )


def milestones(id, patient_id):
    return st.builds(
        Milestone,
        id=st.just(id),
        patient_id=st.just(patient_id),
        kind=st.sampled_from(MilestoneKind),
        happened_on=partial_dates(),
        note=texts,
    )


def visit_marks(patient_id):
    return st.builds(
        VisitMark,
        patient_id=st.just(patient_id),
        code=st.just("M4"),
        mark=st.sampled_from(Mark),
        reason=words,
    )


def appointments(patient_id):
    return st.builds(
        Appointment,
        patient_id=st.just(patient_id),
        code=st.just("M4"),
        day=days,
        time=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        note=texts.map(lambda note: note[:LONGEST_NOTE]),
        entered_by=st.just("dr.demo"),
        entered_at=instants,
    )


def task_results(visit_id):
    def of(done, notes):
        return st.builds(
            TaskResult,
            visit_id=st.just(visit_id),
            task=st.just("mri"),
            done=st.just(done),
            note=notes,
        )

    return of(True, texts) | of(False, words)


clinics = st.builds(
    Clinic,
    name=words,
    letterhead=texts,
    protocol=texts,
    equation=texts,
    demonstration=st.booleans(),
)
users = st.builds(User, login=st.just("nurse"), full_name=words, created_at=instants)


def minutes():
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


def lab_results(id, patient_id, visit_id, login):
    bare = {
        "id": st.just(id),
        "patient_id": st.just(patient_id),
        "visit_id": st.sampled_from([None, visit_id]),
        "test": words,
        "taken_on": days,
        "taken_at": maybe(minutes()),
        "unit": texts,
        "typed": texts,
        "typed_unit": texts,
        "sex": st.sampled_from(Sex),
        "age_years": maybe(st.floats(0, 130)),
        "laboratory": texts,
        "note": texts,
        "entered_by": st.just(login),
        "entered_at": instants,
    }
    limits = {"low": maybe(st.floats(0, 10)), "high": maybe(st.floats(10, 1e6))}
    number = {"value": st.floats(-1e6, 1e6), "comparator": maybe(st.sampled_from(Comparator))}
    return st.one_of(
        st.builds(LabResult, **bare, **limits, **number),
        st.builds(LabResult, **bare, choice=words),
        st.builds(LabResult, **bare, not_done=not_done),
    )


def laboratories(id):
    return st.builds(Laboratory, id=st.just(id), name=words, note=texts)


def reference_ranges(id, laboratory_id):
    return st.builds(
        ReferenceRange,
        id=st.just(id),
        laboratory_id=st.just(laboratory_id),
        test=words,
        sex=st.sampled_from([None, Sex.FEMALE, Sex.MALE]),
        from_age=maybe(st.integers(0, 60)),
        below_age=maybe(st.integers(61, 131)),
        valid_from=days,
        unit=texts,
        low=maybe(st.floats(0, 10)),
        high=maybe(st.floats(10, 1e6)),
    )
