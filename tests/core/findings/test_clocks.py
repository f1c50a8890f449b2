"""The clocks of serious events: the specification's vectors, judgements that are missing, and any zone or summer time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings.clocks import Kind, Rules, State, clocks, is_related, rules_of
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.event_details import Cause, Criterion, EventDetails, EventReport, Judgement
from core.model.form_record import FormRecord
from core.model.partial_date import PartialDate
from core.model.thresholds import defaults
from tests.core.examples import a_patient

TEHRAN, BERLIN = ZoneInfo("Asia/Tehran"), ZoneInfo("Europe/Berlin")
PATIENT = a_patient()
AWARE = datetime(2014, 5, 14, 9, 30, tzinfo=TEHRAN)
RULES = rules_of(defaults(), TEHRAN)
NO_RECORD = FormRecord(
    patient_id=PATIENT.id, form="", version="1", entered_by="dr", entered_at=AWARE
)


def judged(product=Cause.POSSIBLE, expected=False, procedure=None, document=""):
    return Judgement(
        record=NO_RECORD,
        product=product,
        procedure=procedure,
        expected=expected,
        document=document,
    )


def sent(to, at, number=1):
    return EventReport(
        record=NO_RECORD, to=to, number=number, sent_at=at, how="email", sent_by="dr", narrative=""
    )


def an_event(
    *, serious=True, grade=Grade.SEVERE, outcome=Outcome.NOT_RECOVERED, judgement=None, **details
):
    event = AdverseEvent(
        patient_id=PATIENT.id,
        term="Pulmonary embolism",
        onset=PartialDate(2014, 5, 14),
        grade=grade,
        serious=serious,
        outcome=outcome,
    )
    given = {"aware_at": AWARE, "criteria": frozenset({Criterion.HOSPITAL})} | details
    judgements = () if judgement is None else (judgement,)
    return EventDetails(event=event, record=NO_RECORD, judgements=judgements, **given)


def by_kind(details, now=AWARE, rules=RULES):
    return {clock.kind: clock for clock in clocks(details, now, rules)}


THREATENING = frozenset({Criterion.LIFE_THREATENING})


def test_the_vectors_of_the_clinical_specification():
    """Specification 4.4: aware 2014-05-14 09:30, day 0 2014-05-14."""
    fatal = by_kind(an_event(criteria=THREATENING))
    assert fatal[Kind.SPONSOR].due == datetime(2014, 5, 15, 9, 30, tzinfo=TEHRAN)
    assert fatal[Kind.FATAL].due_on == date(2014, 5, 21)
    assert fatal[Kind.FOLLOW_UP].due_on == date(2014, 5, 29)
    assert fatal[Kind.OTHER].state is State.NOT_BY_RULE
    other = by_kind(an_event())
    assert other[Kind.OTHER].due_on == date(2014, 5, 29)
    assert other[Kind.FATAL].state is other[Kind.FOLLOW_UP].state is State.NOT_BY_RULE


def test_an_event_that_is_not_serious_has_no_clock():
    assert clocks(an_event(serious=False, criteria=frozenset()), AWARE, RULES) == ()


def test_nothing_is_suspected_of_a_product_that_was_not_given():
    found = {one.kind: one for one in clocks(an_event(), AWARE, RULES, treated=False)}
    assert found[Kind.SPONSOR].state is not State.NOT_BY_RULE
    for kind in (Kind.FATAL, Kind.OTHER):
        assert found[kind].state is State.NOT_BY_RULE
        assert found[kind].because == "no product was given"


def test_what_nobody_judged_counts_as_related_and_unexpected():
    found = by_kind(an_event())[Kind.OTHER]
    assert found.state is State.RUNNING
    assert found.why == "cause and expectedness not assessed yet, count as related and unexpected"
    half = by_kind(an_event(judgement=judged(product=Cause.POSSIBLE, expected=None)))[Kind.OTHER]
    assert half.why == "product possible; not assessed, counts as unexpected"
    cause_open = by_kind(an_event(judgement=judged(product=None)))[Kind.OTHER]
    assert cause_open.why == "cause not assessed yet, counts as related"


@pytest.mark.parametrize("cause", [Cause.CONDITIONAL, Cause.UNASSESSABLE])
def test_a_cause_that_cannot_be_judged_yet_counts_as_related(cause):
    found = by_kind(an_event(judgement=judged(product=cause)))[Kind.OTHER]
    assert found.state is State.RUNNING
    assert found.why == f"product {cause}, counts as related; unexpected"


@pytest.mark.parametrize("cause", [Cause.UNLIKELY, Cause.NOT_RELATED])
def test_no_clock_says_that_no_report_is_due_only_the_clinics_rule(cause):
    found = by_kind(an_event(judgement=judged(product=cause)))
    words = f"does not apply by the clinic's rule: product {cause}".replace("_", " ")
    assert found[Kind.OTHER].why == found[Kind.FATAL].why == words
    assert found[Kind.SPONSOR].state is State.RUNNING  # any serious event goes to the sponsor


def test_an_expected_event_names_the_document_it_was_expected_by():
    found = by_kind(an_event(judgement=judged(expected=True, document="IB 2.1")))[Kind.OTHER]
    assert found.why == "does not apply by the clinic's rule: expected by IB 2.1"


def test_a_cause_in_the_procedure_counts_where_the_clinics_rule_says_so():
    event = an_event(judgement=judged(product=Cause.UNLIKELY, procedure=Cause.PROBABLE))
    found = by_kind(event)[Kind.OTHER]
    assert (found.state, found.why) == (
        State.RUNNING,
        "procedure probable, counts as related; unexpected",
    )
    without = replace(RULES, procedure_counts=False)
    assert by_kind(event, rules=without)[Kind.OTHER].state is State.NOT_BY_RULE
    assert is_related(event, RULES)
    assert not is_related(event, without)


def test_a_fatal_outcome_needs_no_criterion_and_a_criterion_that_is_missing_goes_by_the_grade():
    assert by_kind(an_event(outcome=Outcome.FATAL))[Kind.FATAL].state is State.RUNNING
    unsaid = {"criteria": frozenset()}
    assert (
        by_kind(an_event(grade=Grade.LIFE_THREATENING, **unsaid))[Kind.FATAL].state is State.RUNNING
    )
    assert by_kind(an_event(**unsaid))[Kind.FATAL].state is State.NOT_BY_RULE


def test_without_the_time_of_awareness_nothing_is_counted():
    found = by_kind(an_event(aware_at=None))
    assert found[Kind.SPONSOR].state is State.UNKNOWN
    assert found[Kind.SPONSOR].due is None
    assert found[Kind.SPONSOR].left(AWARE) is None


def test_what_is_left_and_when_it_is_over():
    event = an_event()
    later = AWARE + timedelta(hours=21, minutes=51)
    sponsor = by_kind(event, later)[Kind.SPONSOR]
    assert sponsor.left(later) == timedelta(hours=2, minutes=9)
    assert sponsor.used == pytest.approx(21.85 / 24)
    assert sponsor.is_urgent(later)
    assert by_kind(event, AWARE + timedelta(hours=25))[Kind.SPONSOR].state is State.OVERDUE
    last_minute = datetime(2014, 5, 29, 23, 59, tzinfo=TEHRAN)
    assert by_kind(event, last_minute)[Kind.OTHER].state is State.RUNNING
    midnight = last_minute + timedelta(minutes=1)
    assert by_kind(event, midnight)[Kind.OTHER].state is State.OVERDUE


def test_a_report_stops_its_own_clock_and_late_is_said():
    event = an_event(
        criteria=THREATENING,
        reports=(
            sent("sponsor", AWARE + timedelta(hours=24)),
            sent("authority", AWARE + timedelta(days=9)),
            sent("authority", None, number=2),  # prepared, not sent
        ),
    )
    found = by_kind(event, AWARE + timedelta(days=10))
    assert found[Kind.SPONSOR].state is State.SENT
    assert found[Kind.FATAL].state is State.SENT_LATE
    assert found[Kind.FOLLOW_UP].state is State.RUNNING
    assert not found[Kind.SPONSOR].is_urgent(AWARE + timedelta(days=10))


def test_24_hours_are_24_hours_over_the_end_of_summer_time():
    """Berlin, 26 Oct 2025: the clock went back at 3:00, so that 24 h after 9:30 is 8:30 on the wall."""
    berlin = replace(RULES, zone=BERLIN)
    aware = datetime(2025, 10, 25, 9, 30, tzinfo=BERLIN)
    found = by_kind(an_event(aware_at=aware), aware, berlin)
    assert found[Kind.SPONSOR].due.astimezone(BERLIN).replace(tzinfo=None) == datetime(
        2025, 10, 26, 8, 30
    )
    assert found[Kind.OTHER].due_on == date(2025, 11, 9)


def test_day_0_is_the_clinics_own_day():
    """21:00 in UTC is the next day in Tehran already."""
    aware = datetime(2014, 5, 13, 21, 0, tzinfo=UTC)
    assert by_kind(an_event(aware_at=aware))[Kind.OTHER].due_on == date(2014, 5, 29)
    assert by_kind(an_event(aware_at=aware), rules=replace(RULES, zone=UTC))[
        Kind.OTHER
    ].due_on == date(2014, 5, 28)


ZONES = st.sampled_from([UTC, TEHRAN, BERLIN, ZoneInfo("America/New_York")])
MOMENTS = st.datetimes(datetime(2013, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
EVENTS = st.builds(
    an_event,
    serious=st.booleans(),
    grade=st.sampled_from(Grade),
    outcome=st.sampled_from(Outcome),
    aware_at=st.none() | MOMENTS,
    criteria=st.frozensets(st.sampled_from(Criterion)),
    judgement=st.none()
    | st.builds(
        judged,
        product=st.none() | st.sampled_from(Cause),
        procedure=st.none() | st.sampled_from(Cause),
        expected=st.none() | st.booleans(),
    ),
    reports=st.lists(
        st.builds(sent, st.sampled_from(["sponsor", "authority", "ethics"]), st.none() | MOMENTS),
        max_size=3,
    ).map(tuple),
)
ANY_RULES = st.builds(
    Rules,
    sponsor_hours=st.floats(1, 168),
    fatal_days=st.integers(1, 30),
    follow_up_days=st.integers(1, 60),
    other_days=st.integers(1, 60),
    procedure_counts=st.booleans(),
    zone=ZONES,
)


@given(EVENTS, MOMENTS, ANY_RULES)
def test_every_serious_event_has_its_four_clocks_and_each_says_why(event, now, rules):
    found = clocks(event, now, rules)
    assert [clock.kind for clock in found] == (list(Kind) if event.event.serious else [])
    for clock in found:
        assert clock.why
        assert 0 <= clock.used <= 1
        assert clock.runs == (clock.left(now) is not None)
        if clock.state is State.RUNNING:
            assert clock.left(now) >= timedelta(0)
        if clock.state is State.OVERDUE:
            assert clock.left(now) <= timedelta(0)
            assert clock.used == 1
            assert clock.is_urgent(now)
    if found:
        assert found[0].state is not State.NOT_BY_RULE  # the sponsor's


@given(EVENTS, MOMENTS, ANY_RULES)
def test_a_judgement_that_is_missing_never_stops_a_clock(event, now, rules):
    """Taking a judgement away leaves every authority's clock that ran, and may start others."""

    def running(details):
        return {clock.kind for clock in clocks(details, now, rules) if clock.runs}

    assert running(event) <= running(replace(event, judgements=()))


@given(MOMENTS, ANY_RULES, st.integers(0, 200 * 24 * 60))
def test_time_only_moves_a_clock_on(aware, rules, minutes):
    event = an_event(aware_at=aware)
    before = by_kind(event, aware, rules)
    after = by_kind(event, aware + timedelta(minutes=minutes), rules)
    for kind, clock in before.items():
        assert after[kind].due == clock.due
        assert after[kind].used >= clock.used


@given(MOMENTS, ANY_RULES)
def test_a_day_is_due_until_its_end_in_the_clinics_calendar(aware, rules):
    for clock in by_kind(an_event(aware_at=aware), aware, rules).values():
        if clock.due_on is None:
            continue
        last = (clock.due - timedelta(seconds=1)).astimezone(rules.zone).date()
        assert last == clock.due_on
        assert clock.due.astimezone(rules.zone).date() == clock.due_on + timedelta(days=1)
