import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import entry, resources
from core.acts import importing
from core.findings import eligibility
from core.findings.eligibility import Fulfilment, completed_years, evaluate, headline, screening
from core.imports import patients_csv
from core.model.judgement import CriterionResult
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.spirometry import Position, TestType
from core.protocols import catalog
from core.protocols.definition import Criterion, CriterionKind, Measure, Operator
from core.science.spirometry import evaluate as evaluate_session
from core.science.spirometry import with_inputs
from tests.core.examples import (
    EQUATION,
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    summing_to,
)

TABLE_1 = resources.path("validation", "royan_table1.csv")
ROYAN = catalog.shipped()["royan-2021"]
SCREENED = date(2014, 2, 10)
REFERENCE = date(2014, 3, 10)
MET, NOT_MET, UNKNOWN = Fulfilment.MET, Fulfilment.NOT_MET, Fulfilment.UNKNOWN
COMPUTED = {"age", "diagnosis", "alsfrs-r", "fvc"}
ASKED = {"sporadic", "consent", "other-disease", "immunotherapy"}


def a_candidate(**changes):
    return a_patient(**{"reference_on": REFERENCE, **changes})


def screened(patient, *visits, **rest):
    """A record with a screening visit on 10 February 2014."""
    return a_record(patient, a_visit(patient, SCREENED, "SCR"), *visits, **rest)


def states(record, protocol=ROYAN):
    return {one.criterion.id: one for one in evaluate(record, protocol)}


def state(record, criterion):
    return states(record)[criterion].state


def said(patient, criterion, **changes):
    word = CriterionResult(
        patient_id=patient.id, protocol="royan-2021", version=ROYAN.version, criterion=criterion
    )
    return replace(word, **changes)


def stated(patient, kind, value, on=None):
    return ExternalResult(
        patient_id=patient.id, kind=kind, value=value, measured_on=on, source="letter"
    )


# Table 1 of Nabavi 2021, Cell J 23(7):772-778, against its own criteria


def test_table_1_as_imported_flags_the_ages_of_12_and_15_and_the_duration_of_15(session):
    found = patients_csv.read(TABLE_1, (), ROYAN, date(2026, 11, 21))
    importing.import_patients(session, found)
    criteria = {"AGE": "age", "DURATION": "diagnosis"}
    with TABLE_1.open(newline="") as file:
        flags = {
            row["patient"]: {criteria[flag] for flag in row["eligibility_flags"].split(";") if flag}
            for row in csv.DictReader(file)
        }
    assert {number for number, some in flags.items() if some} == {"12", "15"}
    for patient in session.patients.all():
        record = session.record(patient.id)
        now = states(record)
        failing = {name for name, one in now.items() if one.state is NOT_MET}
        assert failing == flags[patient.record_number], patient.record_number
        assert {name for name in COMPUTED if now[name].state is MET} == COMPUTED - failing
        assert {now[name].state for name in ASKED} == {UNKNOWN}


def test_table_1_says_where_its_values_come_from(session):
    importing.import_patients(session, patients_csv.read(TABLE_1, (), ROYAN, date(2026, 11, 21)))
    fifteen = next(p for p in session.patients.all() if p.record_number == "15")
    now = states(session.record(fifteen.id))
    assert {name: now[name].value for name in COMPUTED} == {
        "age": "71 years",
        "diagnosis": "4 months",
        "alsfrs-r": "39 points",
        "fvc": "100 %",
    }
    assert now["age"].origin == "as stated, day unknown"
    assert now["diagnosis"].origin == "duration as stated, its origin (onset or diagnosis) unknown"
    assert now["fvc"].origin.startswith("as stated, equation unknown, day unknown (imported")
    assert (
        headline(evaluate(session.record(fifteen.id), ROYAN)) == "2 of 8 not fulfilled, 4 unknown"
    )


# At the limits, and just beside them


@pytest.mark.parametrize(
    ("born", "expected", "value"),
    [
        (date(1996, 2, 11), NOT_MET, "17 years"),  # 18 tomorrow
        (date(1996, 2, 10), MET, "18 years"),
        (date(1948, 2, 11), MET, "65 years"),  # 66 tomorrow
        (date(1948, 2, 10), NOT_MET, "66 years"),
    ],
)
def test_18_and_65_completed_years_are_within(born, expected, value):
    one = states(screened(a_candidate(born=born)))["age"]
    assert (one.state, one.value) == (expected, value)


@pytest.mark.parametrize(
    ("years", "expected"), [(17, NOT_MET), (18, MET), (65, MET), (66, NOT_MET)]
)
def test_an_age_that_was_stated(years, expected):
    assert state(a_record(a_candidate(stated_age_years=years)), "age") is expected
    on_the_day = a_candidate(stated_age_years=years, stated_on=SCREENED)
    assert state(screened(on_the_day), "age") is expected


@pytest.mark.parametrize(
    ("years", "value", "expected"),
    [
        (62, "64 to 65 years", MET),
        (63, "65 to 66 years", UNKNOWN),
        (64, "66 to 67 years", NOT_MET),
        (15, "17 to 18 years", UNKNOWN),
    ],
)
def test_an_age_stated_earlier_is_carried_on_to_the_screening(years, value, expected):
    patient = a_candidate(stated_age_years=years, stated_on=date(2011, 8, 1))
    one = states(screened(patient))["age"]
    assert (one.value, one.state) == (value, expected)
    assert one.origin == f"stated as {years} on 1 Aug 2011"
    assert bool(one.why_unknown) is (expected is UNKNOWN)


@pytest.mark.parametrize(
    ("diagnosis", "expected", "value"),
    [
        ("2013-08-12", NOT_MET, "6.0 months"),  # 182 days are 5.98 months of 30.4375 days
        ("2013-08-11", MET, "6.01 months"),  # 183 days: 6.012, which 6.0 would hide
        ("2013-09", NOT_MET, "4.4 to 5.3 months"),
        ("2013-08", UNKNOWN, "5.4 to 6.3 months"),
        ("2013-07", MET, "6.4 to 7.4 months"),
        ("2013", UNKNOWN, "1.3 to 13.3 months"),
        ("2012", MET, "13.3 to 25.3 months"),
    ],
)
def test_diagnosed_more_than_6_months_ago_only_where_every_possible_day_agrees(
    diagnosis, expected, value
):
    one = states(screened(a_candidate(diagnosis=PartialDate.parse(diagnosis))))["diagnosis"]
    assert (one.state, one.value) == (expected, value)
    assert bool(one.why_unknown) is (expected is UNKNOWN)


def test_a_diagnosis_after_the_screening_is_a_contradiction_and_not_a_failure():
    one = states(screened(a_candidate(diagnosis=PartialDate(2014, 3))))["diagnosis"]
    assert (one.state, one.value) == (UNKNOWN, "")
    assert one.why_unknown == "The diagnosis is after the day of screening: check both."
    born = states(screened(a_candidate(born=SCREENED + timedelta(days=1))))["age"]
    assert born.state is UNKNOWN
    assert "check both" in born.why_unknown


@pytest.mark.parametrize(
    ("months", "expected"), [(6.0, NOT_MET), (6.1, MET), (90, MET), (0, NOT_MET)]
)
def test_a_stated_duration_counts_and_says_that_its_origin_is_unknown(months, expected):
    patient = a_candidate(stated_duration_months=months, stated_on=SCREENED)
    one = states(screened(patient))["diagnosis"]
    assert one.state is expected
    assert one.value == f"{months:g} months"
    assert "origin (onset or diagnosis) unknown" in one.origin


def test_a_stated_duration_is_carried_on_to_the_screening():
    patient = a_candidate(stated_duration_months=4, stated_on=date(2013, 11, 10))
    one = states(screened(patient))["diagnosis"]
    assert (one.state, one.value) == (MET, "7.0 months")
    assert one.origin.endswith("unknown; 4 months on 10 Nov 2013")


def test_a_date_of_diagnosis_goes_before_a_stated_duration():
    patient = a_candidate(
        diagnosis=PartialDate(2013, 12, 1), stated_duration_months=30, stated_on=SCREENED
    )
    one = states(screened(patient))["diagnosis"]
    assert (one.state, one.origin) == (NOT_MET, "diagnosed 1 Dec 2013")


@pytest.mark.parametrize(("total", "expected"), [(23, NOT_MET), (24, MET), (0, NOT_MET), (48, MET)])
def test_the_alsfrs_r_of_the_screening_form_and_as_stated(total, expected):
    patient = a_candidate()
    visit = a_visit(patient, SCREENED, "SCR")
    form = a_form(visit, summing_to(total))
    one = states(a_record(patient, visit, assessments=(form,)))["alsfrs-r"]
    assert (one.state, one.value, one.origin) == (
        expected,
        f"{total} points",
        "Screening, 10 Feb 2014",
    )
    letter = stated(patient, ExternalKind.ALSFRS_R_TOTAL, total)
    one = states(screened(patient, external=(letter,)))["alsfrs-r"]
    assert one.state is expected
    assert one.origin == "as stated, items unknown, day unknown (letter)"


def test_an_incomplete_form_is_no_total_and_a_later_one_is_not_what_was_known():
    patient = a_candidate()
    visit, month_2 = a_visit(patient, SCREENED, "SCR"), a_visit(patient, date(2014, 5, 10), "M2")
    half = a_form(visit, (4,) * 11 + (None,))
    low = a_form(month_2, summing_to(12))
    record = a_record(patient, visit, month_2, assessments=(half, low))
    assert state(record, "alsfrs-r") is UNKNOWN
    letter = stated(patient, ExternalKind.ALSFRS_R_TOTAL, 30, SCREENED)
    late = stated(patient, ExternalKind.ALSFRS_R_TOTAL, 20, SCREENED + timedelta(days=1))
    one = states(replace(record, external=(letter, late)))["alsfrs-r"]
    assert (one.state, one.value) == (MET, "30 points")


def a_session(patient, visit, volume_ml, **changes):
    test = a_spirometry(visit, volume_ml, volume_ml, volume_ml, **changes)
    return with_inputs(test, patient, EQUATION)


def test_fvc_is_the_seated_one_measured_here_to_the_millilitre():
    patient = a_candidate(sex=Sex.MALE, born=date(1964, 3, 1), height_cm=176.0)
    visit = a_visit(patient, SCREENED, "SCR")

    def percent(volume_ml):
        return evaluate_session(a_session(patient, visit, volume_ml)).percent

    enough = next(ml for ml in range(1000, 3000) if percent(ml) >= 40)
    for volume, expected in ((enough, MET), (enough - 1, NOT_MET)):
        session = a_session(patient, visit, volume)
        one = states(a_record(patient, visit, spirometry=(session,)))["fvc"]
        assert one.state is expected
        assert one.origin == "Screening, 10 Feb 2014, grade A"
        # What is shown lies on the same side of 40 as what was measured.
        assert (float(one.value.removesuffix(" %")) >= 40) is (expected is MET)


def test_supine_and_slow_capacities_and_other_peoples_percentages_do_not_stand_in_for_it():
    patient = a_candidate(sex=Sex.MALE, born=date(1964, 3, 1), height_cm=176.0)
    visit = a_visit(patient, SCREENED, "SCR")
    supine = a_session(patient, visit, 900, position=Position.SUPINE)
    slow = a_session(patient, visit, 900, test_type=TestType.SVC)
    record = a_record(patient, visit, spirometry=(supine, slow))
    assert state(record, "fvc") is UNKNOWN
    letter = stated(patient, ExternalKind.FVC_PERCENT, 39.9, SCREENED)
    one = states(replace(record, external=(letter,)))["fvc"]
    assert (one.state, one.value) == (NOT_MET, "39.9 %")
    assert one.origin == "as stated, equation unknown, 10 Feb 2014 (letter)"
    ours = a_session(patient, visit, 4000)
    one = states(replace(record, spirometry=(supine, ours, slow), external=(letter,)))["fvc"]
    assert (one.state, one.origin) == (MET, "Screening, 10 Feb 2014, grade A")


def test_blows_without_a_percentage_say_what_they_lack():
    patient = a_candidate(born=date(1964, 3, 1))
    visit = a_visit(patient, SCREENED, "SCR")
    session = with_inputs(a_spirometry(visit, 3000), patient, EQUATION)
    one = states(a_record(patient, visit, spirometry=(session,)))["fvc"]
    assert (one.state, one.why_unknown) == (UNKNOWN, evaluate_session(session).why_not)
    assert "sex" in one.why_unknown


@pytest.mark.parametrize(
    ("operator", "limits", "below", "at", "above"),
    [
        (Operator.AT_LEAST, {"value": 40}, NOT_MET, MET, MET),
        (Operator.AT_MOST, {"value": 40}, MET, MET, NOT_MET),
        (Operator.ABOVE, {"value": 40}, NOT_MET, NOT_MET, MET),
        (Operator.BELOW, {"value": 40}, MET, NOT_MET, NOT_MET),
        (Operator.BETWEEN, {"low": 40, "high": 40}, NOT_MET, MET, NOT_MET),
    ],
)
def test_every_operator_below_at_and_above_its_limit(operator, limits, below, at, above):
    criterion = Criterion(
        id="fvc",
        kind=CriterionKind.EXCLUSION,
        title="FVC",
        source="test",
        measure=Measure.FVC,
        operator=operator,
        unit="%",
        **limits,
    )
    protocol = replace(ROYAN, criteria=(criterion,))
    patient = a_candidate()
    for value, expected in ((39.99, below), (40, at), (40.01, above)):
        letter = stated(patient, ExternalKind.FVC_PERCENT, value)
        one = states(screened(patient, external=(letter,)), protocol)["fvc"]
        assert (one.state, one.value) == (expected, f"{value:g} %")


def test_a_duration_since_onset_counts_from_the_onset():
    criterion = Criterion(
        id="duration",
        kind=CriterionKind.INCLUSION,
        title="Disease duration",
        source="test",
        measure=Measure.SINCE_ONSET,
        operator=Operator.BETWEEN,
        low=6,
        high=10,
        unit="months",
    )
    protocol = replace(ROYAN, criteria=(criterion,))
    for onset, expected in (
        ("2013-07", MET),
        ("2013-08", UNKNOWN),
        ("2013", UNKNOWN),  # 1.3 to 13.3 months: the limits lie between
        ("2012", NOT_MET),
    ):
        patient = a_candidate(onset=PartialDate.parse(onset), diagnosis=PartialDate(2014))
        one = states(screened(patient), protocol)["duration"]
        assert one.state is expected, onset
    assert one.origin == "onset 1 Jan 2012 to 31 Dec 2012"


# When


def test_the_day_is_that_of_screening_else_of_a_first_visit_else_as_stated_else_day_0():
    patient = a_candidate(stated_age_years=50, stated_on=date(2014, 1, 2))
    early = a_visit(patient, date(2014, 1, 20))
    infusion = a_visit(patient, REFERENCE, "INF")

    def when(*visits, who=patient):
        moment = screening(a_record(who, *visits), ROYAN)
        return moment.day, moment.title

    assert when(early, a_visit(patient, SCREENED, "SCR"), infusion) == (SCREENED, "Screening")
    assert when(early, infusion) == (date(2014, 1, 20), "Unscheduled visit")
    assert when(infusion) == (date(2014, 1, 2), "day of the statement")
    undated = a_candidate(stated_age_years=50)
    assert when(infusion, who=undated) == (REFERENCE, "Infusion")
    assert when(who=a_candidate(reference_on=None)) == (None, "")


def test_without_any_day_a_birth_date_decides_nothing():
    patient = a_candidate(
        reference_on=None, born=date(1900, 1, 1), diagnosis=PartialDate(2026, 11, 1)
    )
    now = states(a_record(patient))
    for name in ("age", "diagnosis"):
        assert now[name].state is UNKNOWN
        assert "enter the screening visit" in now[name].why_unknown


def test_a_birthday_after_the_screening_does_not_count():
    patient = a_candidate(born=date(1948, 2, 20))
    assert state(screened(patient, a_visit(patient, date(2014, 9, 10), "M6")), "age") is MET


# What people say


@pytest.mark.parametrize("criterion", sorted(ASKED))
def test_a_person_decides_what_is_asked(criterion):
    patient = a_candidate()
    for met, expected in ((True, MET), (False, NOT_MET), (None, UNKNOWN)):
        word = said(patient, criterion, met=met)
        assert state(screened(patient, criteria=(word,)), criterion) is expected


def test_an_exclusion_is_named_by_what_must_be_absent():
    (disease,) = (one for one in ROYAN.criteria if one.id == "other-disease")
    assert eligibility.requirement(disease) == (
        "Other neurological, psychiatric or systemic disease: must be absent"
    )
    patient = a_candidate()
    for met, value in ((True, "absent"), (False, "present")):
        record = screened(patient, criteria=(said(patient, disease.id, met=met),))
        assert states(record)[disease.id].value == value


@pytest.mark.parametrize("met", [True, False, None])
def test_a_persons_word_does_not_overrule_a_computed_criterion(met):
    patient = a_candidate(born=date(1942, 1, 1))
    record = screened(patient, criteria=(said(patient, "age", met=met),))
    assert state(record, "age") is NOT_MET


def test_an_answer_for_another_version_of_the_protocol_does_not_count():
    patient = a_candidate()
    record = screened(patient, criteria=(said(patient, "consent", met=True),))
    assert state(record, "consent") is MET
    later = replace(ROYAN, version=f"{int(ROYAN.version) + 1}")
    assert states(record, later)["consent"].state is UNKNOWN
    other = replace(record.criteria[0], protocol="another")
    assert state(replace(record, criteria=(other,)), "consent") is UNKNOWN


def test_a_waiver_stands_beside_the_state_and_changes_no_other(session, patient, reopened):
    at = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)
    with session.write("old age"):
        session.patients.save(replace(patient, born=date(1950, 1, 1)))
    before = states(session.record(patient.id))
    assert before["age"].fails and not before["age"].waived
    waiver = eligibility.waive(before["age"].said, " fit for his age ", "dr.demo", at)
    with session.write("fit for his age"):
        session.criteria.save(waiver)

    session = reopened()
    now = states(session.record(patient.id))
    assert (now["age"].state, now["age"].waived, now["age"].fails) == (NOT_MET, True, False)
    assert (now["age"].said.waiver, now["age"].said.waived_by) == ("fit for his age", "dr.demo")
    assert now["age"].said.waived_at == at
    assert eligibility.waiver_text(now["age"].said, {"dr.demo": "Dr. Demo"}).startswith(
        "Deviation accepted by Dr. Demo, 2 May 2026 "
    )
    assert eligibility.waiver_text(now["age"].said, {}).endswith(": fit for his age")
    assert {name: one for name, one in now.items() if name != "age"} == {
        name: one for name, one in before.items() if name != "age"
    }

    with session.write("the committee refused"):
        session.criteria.save(eligibility.without_waiver(now["age"].said))
    session = reopened()
    assert states(session.record(patient.id))["age"] == before["age"]
    trail = session._db.query(
        "SELECT actor, reason FROM audit WHERE entity = 'criterion_result' ORDER BY id"
    )
    assert [(row["actor"], row["reason"]) for row in trail] == [
        ("dr.demo", "fit for his age"),
        ("dr.demo", "the committee refused"),
    ]


def test_a_waiver_needs_a_reason():
    with pytest.raises(ValueError, match="needs a reason"):
        eligibility.waive(said(a_candidate(), "age"), "  ", "dr.demo", datetime.now(UTC))


def test_the_headline_counts_what_is_open():
    patient = a_candidate(
        stated_age_years=70, stated_duration_months=3, stated_on=SCREENED, diagnosis=None
    )
    letters = (
        stated(patient, ExternalKind.ALSFRS_R_TOTAL, 40),
        stated(patient, ExternalKind.FVC_PERCENT, 80),
    )
    answers = tuple(said(patient, name, met=True) for name in sorted(ASKED))

    def told(**changes):
        return headline(evaluate(screened(patient, **changes), ROYAN))

    assert told(external=letters, criteria=answers) == "2 of 8 not fulfilled"
    assert told(external=letters, criteria=answers[1:]) == "2 of 8 not fulfilled, 1 unknown"
    waiver = said(patient, "age", waiver="yes", waived_by="x", waived_at=datetime.now(UTC))
    assert told(external=letters, criteria=(*answers, waiver)) == (
        "2 of 8 not fulfilled, 1 of them accepted as deviations"
    )
    patient = replace(patient, stated_age_years=50, stated_duration_months=9)
    assert told(external=letters, criteria=answers[2:]) == "2 of 8 unknown"
    assert told(external=letters, criteria=answers) == "All 8 fulfilled"


# Properties

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def partial(day, precision):
    return PartialDate(*(day.year, day.month, day.day)[:precision])


@given(
    visit=st.none() | days,
    reference=st.none() | days,
    known=st.fixed_dictionaries(
        {},
        optional={
            "stated_age_years": st.integers(0, 120),
            "born": days,
            "diagnosis": st.builds(partial, days, st.integers(1, 3)),
            "stated_duration_months": st.floats(0, 400),
            "stated_on": days,
            "onset": st.builds(partial, days, st.integers(1, 3)),
        },
    ),
    total=st.none() | st.integers(0, 48).map(float),
    percent=st.none() | st.floats(1, 200),
    met=st.none() | st.booleans(),
)
def test_what_is_not_known_is_unknown_and_never_not_fulfilled(
    visit, reference, known, total, percent, met
):
    patient = a_candidate(reference_on=reference, **known)
    external = []
    if total is not None:
        external.append(stated(patient, ExternalKind.ALSFRS_R_TOTAL, total))
    if percent is not None:
        external.append(stated(patient, ExternalKind.FVC_PERCENT, percent))
    record = a_record(
        patient,
        *([a_visit(patient, visit, "SCR")] if visit else []),
        external=tuple(external),
        criteria=tuple(said(patient, name, met=met) for name in ASKED),
    )
    now = states(record)
    empty = {
        "age": not known.keys() & {"born", "stated_age_years"},
        "diagnosis": not known.keys() & {"diagnosis", "stated_duration_months"},
        "alsfrs-r": total is None,
        "fvc": percent is None,
        **dict.fromkeys(ASKED, met is None),
    }
    for name, one in now.items():
        if empty[name]:
            assert one.state is UNKNOWN, name
        if one.state is UNKNOWN:
            assert one.why_unknown, name
        else:
            assert one.value and not one.why_unknown, name


@given(born=days, stated_on=days, on=days)
def test_an_age_carried_on_from_a_statement_always_holds_the_true_one(born, stated_on, on):
    years = completed_years(born, stated_on)
    assume(0 <= years <= 120 and born <= on)
    by_statement = states(
        a_record(
            patient := a_candidate(stated_age_years=years, stated_on=stated_on),
            a_visit(patient, on, "SCR"),
        )
    )["age"]
    by_birth = states(a_record(p := a_candidate(born=born), a_visit(p, on, "SCR")))["age"]
    low, high = re.fullmatch(r"(−?\d+)(?: to (−?\d+))? years", by_statement.value).groups()
    shown = [int(text.replace("−", "-")) for text in (low, high or low)]
    assert shown[0] <= completed_years(born, on) <= shown[1] <= shown[0] + 1
    assert by_statement.state in {by_birth.state, UNKNOWN}


@given(diagnosis=st.dates(date(2010, 1, 1), SCREENED), precision=st.integers(1, 3))
def test_a_vague_date_never_says_the_opposite_of_the_exact_one(diagnosis, precision):
    exact = state(screened(a_candidate(diagnosis=PartialDate.of(diagnosis))), "diagnosis")
    vague = state(screened(a_candidate(diagnosis=partial(diagnosis, precision))), "diagnosis")
    assert vague in {exact, UNKNOWN}


@given(percent=st.floats(39.5, 40.5))
def test_what_is_shown_lies_on_the_same_side_of_the_limit(percent):
    patient = a_candidate()
    letter = stated(patient, ExternalKind.FVC_PERCENT, percent)
    one = states(screened(patient, external=(letter,)))["fvc"]
    shown = entry.number(one.value.removesuffix(" %"), 0, 100)
    assert (shown >= 40) is (percent >= 40) is (one.state is MET)
