"""The clinic's two logs: what passes, who is trained, what a visit says of it, and that silence is kept where no log is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import reports
from core.acts import documents, signing
from core.entering import registering
from core.errors import NotAllowed, StorageError
from core.exports import named
from core.findings import registers
from core.model.document import About
from core.model.registers import CalibrationCheck, RaterTraining, Registers
from core.model.user import RIGHTS, Role
from core.session import new_user
from core.views import trail_words, visit_summary
from tests.core.examples import enter_visit
from ui.pdf_pages import sizes

DAY = date(2026, 11, 29)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def a_check(low=3000, middle=3000, high=3000, **given):
    values = {"device": "Spirobank II", "checked_on": DAY, "syringe_ml": 3000, **given}
    return CalibrationCheck(
        low_flow_ml=low,
        middle_flow_ml=middle,
        high_flow_ml=high,
        **{"tolerance_percent": 3.0, "entered_by": "dr.demo", "entered_at": NOON, **values},
    )


def a_training(**given):
    values = {
        "person": "dr.demo",
        "topic": "alsfrs-r",
        "trained_on": date(2026, 1, 5),
        "trained_by": "ENCALS",
        "expires_on": date(2027, 1, 5),
        "entered_by": "dr.demo",
        "entered_at": NOON,
    }
    return RaterTraining(**{**values, **given})


@pytest.mark.parametrize(
    ("volumes", "passed", "off"),
    [
        ((3000, 3000, 3000), True, "0.0 %"),
        ((2910, 3000, 3090), True, "−3.0 %"),  # 3 % of 3 L are 90 mL: still within
        ((2909, 3000, 3000), False, "−3.0 %"),
        ((3000, 3000, 3091), False, "+3.0 %"),
        ((3000, 2800, 3000), False, "−6.7 %"),
        ((3040, 3000, 2990), True, "+1.3 %"),
    ],
)
def test_a_check_passes_within_three_per_cent_of_the_syringe_at_every_flow(volumes, passed, off):
    """ATS/ERS 2019, Graham 2019, doi:10.1164/rccm.201908-1590ST."""
    check = a_check(*volumes)
    assert (check.passed, registers.off(check)) == (passed, off)


@given(
    st.integers(2500, 3500),
    st.integers(2500, 3500),
    st.integers(2500, 3500),
    st.permutations([0, 1, 2]),
)
def test_a_check_fails_exactly_where_one_of_the_three_is_too_far(low, middle, high, order):
    volumes = (low, middle, high)
    check = a_check(*(volumes[place] for place in order))
    assert check.passed is all(abs(ml - 3000) <= 90 for ml in volumes)


def test_a_training_counts_from_its_day_to_the_one_on_which_it_ends():
    one = a_training()
    days = (date(2026, 1, 4), date(2026, 1, 5), date(2027, 1, 5), date(2027, 1, 6))
    assert [one.holds(day) for day in days] == [False, True, True, False]
    assert a_training(expires_on=None).holds(date(2050, 1, 1))


def test_of_several_trainings_the_one_that_counts_longest_is_meant():
    old, new = a_training(), a_training(trained_on=date(2026, 6, 1), expires_on=date(2028, 6, 1))
    both = Registers(trainings=(old, new))
    assert both.training("DR.DEMO", "alsfrs-r", DAY) is new
    assert both.training("dr.demo", "alsfrs-r", date(2026, 3, 1)) is old
    assert both.training("dr.demo", "alsfrs-r", date(2025, 3, 1)) is None


@pytest.fixture
def visited(session, patient):
    return enter_visit(
        session,
        patient,
        DAY - timedelta(days=1),
        scores=(4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4),
        blows=(2910, 2880, 2850),
        weight_kg=63.5,
        new_events=False,
    )


def said_of(session, patient, visited):
    """What the hints say, and what the summary says of the rater and of the spirometer."""
    record = session.record(patient.id)
    visit = record.visit(visited.id)
    (test,) = [one for one in record.spirometry if one.visit_id == visit.id]
    shown = visit_summary.build(record, visit.id, session.users.names())
    rater = next(fact.text for fact in shown.visit if fact.label == "Rater")
    checked = [fact.text for fact in shown.spirometry[0].facts if fact.label == "Device check"]
    return (
        registers.training_hint(record, visit, "alsfrs-r", "Dr. Demo"),
        registers.check_hint(record, visit.id, test.device),
        rater,
        checked,
    )


def entered_before(session, visited, made):
    """As it would have been entered before the visit was finished."""
    return replace(made, entered_at=session.record(visited.patient_id).visit(visited.id).started_at)


def test_a_log_that_is_not_kept_says_nothing(session, patient, visited):
    assert said_of(session, patient, visited) == ("", "", "Dr. Demo", [])


def test_what_the_logs_say_is_said_at_the_visit_and_on_its_summary(session, patient, visited):
    record = session.record(patient.id)
    day = record.visit(visited.id).date
    device = record.spirometry[0].device
    registering.add_training(session, entered_before(session, visited, a_training()))
    good = a_check(device=device or "Spirobank II", checked_on=day)
    registering.add_check(session, entered_before(session, visited, good))
    assert said_of(session, patient, visited) == (
        "",
        "",
        "Dr. Demo, trained until 5 Jan 2027",
        ["checked, 0.0 %"],
    )
    with session.write("worse"):
        session.calibrations.save(replace(entered_before(session, visited, good), low_flow_ml=2700))
        session.trainings.remove(session.trainings.all()[0].id)
        session.trainings.save(
            entered_before(session, visited, a_training(expires_on=date(2026, 11, 1)))
        )
    hint, check, rater, checked = said_of(session, patient, visited)
    assert hint == "The training of Dr. Demo in ALSFRS-R ended on 1 Nov 2026."
    assert "failed its check on 28 Nov 2026: −10.0 % off at most." in check
    assert rater == "Dr. Demo, training ended 1 Nov 2026"
    assert checked == ["check failed, −10.0 %"]


def test_somebody_else_s_training_and_another_day_s_check_do_not_count(session, patient, visited):
    with session.write("somebody else"):
        session.users.save(new_user("n.urse", "Nora Urse", Role.NURSE))
    registering.add_training(session, entered_before(session, visited, a_training(person="n.urse")))
    other = a_check(checked_on=date(2026, 11, 1))
    registering.add_check(session, entered_before(session, visited, other))
    hint, check, rater, checked = said_of(session, patient, visited)
    assert hint == "No training of Dr. Demo in ALSFRS-R is in the register."
    assert "No check of" in check and "28 Nov 2026 is in the register" in check
    assert (rater, checked) == ("Dr. Demo, training not recorded", ["not checked that day"])


def test_what_is_entered_later_changes_nothing_that_was_signed(session, patient, visited):
    shown = signing.look(session, session.record(patient.id), visited.id)
    registering.add_training(session, replace(a_training(), entered_at=NOON + timedelta(days=900)))
    registering.add_check(session, replace(a_check(), entered_at=NOON + timedelta(days=900)))
    again = signing.look(session, session.record(patient.id), visited.id)
    assert (again.data_hash, again.summary) == (shown.data_hash, shown.summary)


def fill_the_logs(session, lines, person, before):
    """Trainings of somebody else in two topics and checks on other days: ``lines`` of each, the last one the earliest."""
    topics = ("alsfrs-r", "spirometry")
    with session.write("many years"):
        for n in range(lines):
            at = before - timedelta(days=n)
            session.trainings.save(
                a_training(person=person, topic=topics[n % 2], entered_at=at, expires_on=None)
            )
            on = DAY - timedelta(days=2 + n)
            session.calibrations.save(a_check(checked_on=on, entered_at=at))


def test_a_record_costs_the_same_however_long_the_logs_become(session, patient, visited):
    """The lines that are read for it are counted: as many of 1,010 as of 10."""
    with session.write("somebody else"):
        session.users.save(new_user("n.urse", "Nora Urse", Role.NURSE))

    def lines_read():
        record = session.record(patient.id).registers
        return len(record.trainings), len(record.checks)

    fill_the_logs(session, 10, "n.urse", NOON)
    few, said = lines_read(), said_of(session, patient, visited)
    assert few == (2, 1)  # by which it is known since when the logs are kept
    fill_the_logs(session, 1000, "n.urse", NOON)
    assert (lines_read(), said_of(session, patient, visited)) == (few, said)


def test_a_record_says_of_its_visits_what_the_whole_logs_say(session, patient, visited):
    """Whichever was entered first, of whichever person, and whatever was known when the visit was finished."""
    with session.write("somebody else"):
        session.users.save(new_user("n.urse", "Nora Urse", Role.NURSE))
    record = session.record(patient.id)
    visit, device = record.visit(visited.id), "SPIROBANK  II"
    finished = visit.finished_at
    steps = (
        lambda: fill_the_logs(session, 5, "n.urse", finished + timedelta(days=60)),  # too late
        lambda: fill_the_logs(session, 5, "n.urse", finished + timedelta(days=2)),  # and in time
        lambda: registering.add_training(
            session, entered_before(session, visited, a_training(person="DR.DEMO"))
        ),
        lambda: registering.add_check(
            session, entered_before(session, visited, a_check(checked_on=visit.date))
        ),
    )
    seen = set()
    for step in steps:
        step()
        record = session.record(patient.id)
        whole = Registers(trainings=session.trainings.all(), checks=session.calibrations.all())
        for state in (visit, replace(visit, finished_at=None)):
            both = [
                replace(record, visits=(state,), registers=one) for one in (record.registers, whole)
            ]
            own, expected = (
                (
                    registers.training_hint(one, state, "alsfrs-r", "Dr. Demo"),
                    registers.trained_words(one, state),
                    registers.check_hint(one, state.id, device),
                    registers.checked_words(one, state, device),
                )
                for one in both
            )
            assert own == expected
            seen.add(own)
    assert len(seen) >= 4  # silent, not recorded, trained, checked


def test_the_summary_is_still_one_page(session, patient, visited):
    registering.add_training(session, entered_before(session, visited, a_training()))
    registering.add_check(session, entered_before(session, visited, a_check(checked_on=DAY)))
    made = documents.export(
        session, reports.named("visit-summary"), About(patient_id=patient.id, visit_id=visited.id)
    )
    assert len(sizes(made)) == 1


def test_who_writes_into_which_log(session):
    session._rights = RIGHTS[Role.NURSE]
    registering.add_check(session, a_check())
    with pytest.raises(NotAllowed):
        registering.add_training(session, a_training())
    session._rights = RIGHTS[Role.MONITOR]
    assert len(session.calibrations.all()) == 1
    with pytest.raises(NotAllowed):
        registering.add_check(session, a_check())


def test_a_training_that_ends_before_it_began_and_a_person_nobody_knows_are_refused(session):
    for wrong in (a_training(expires_on=date(2025, 1, 1)), a_training(person="nobody")):
        with pytest.raises(StorageError):
            registering.add_training(session, wrong)


def test_what_is_taken_out_stays_in_the_trail_with_its_reason_in_words(session):
    registering.add_check(session, a_check())
    registering.add_training(session, a_training())
    registering.remove(session, session.calibrations.all()[0], "another device")
    registering.remove(session, session.trainings.all()[0], "another person")
    entries = session.trail.entries(limit=2)
    assert [one.reason for one in entries] == ["another person", "another device"]
    words = [trail_words.what(one, session.trail.names(entries)) for one in entries]
    assert words[0].startswith("Training of Dr. Demo removed: ") and "ALSFRS-R" in words[0]
    assert words[1].startswith("Check of Spirobank II removed: ") and "3000 mL" in words[1]
    assert session.trail.verify().is_whole


def test_both_logs_are_exported_as_tables(session):
    registering.add_check(session, a_check(middle=2700))
    registering.add_training(session, a_training(certificate="=cmd"))
    made = documents.export(session, named("calibration-csv"), About()).decode("utf-8-sig")
    assert "Spirobank II,3000,3000,2700,3000,3,no" in made
    made = documents.export(session, named("training-csv"), About()).decode("utf-8-sig")
    assert "Dr. Demo,ALSFRS-R,2026-01-05,ENCALS,2027-01-05,'=cmd" in made
