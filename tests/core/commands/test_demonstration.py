"""The demonstration: the paper's baseline unchanged, the rest simulated, the worklist alive on any day."""

import csv
import re
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta

import pytest

from core import clock, resources
from core.acts import data_queries, locking, signing
from core.commands import demonstration
from core.commands.simulated.course import NEUROLOGIST
from core.commands.simulated.told import TABLES, Told
from core.entering.visit.draft import Draft
from core.findings import alerts, appointments, eligibility, participation
from core.findings.clocks import rules_of
from core.forms import changes
from core.instruments import catalog as instruments
from core.model import event_details
from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.assessment import Answer
from core.model.decision import Choice
from core.model.event_details import Criterion
from core.model.patient import ExternalKind
from core.model.thresholds import defaults
from core.model.visit import Mode
from core.model.vital_status import State, steps
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.science.progression import Slope
from core.views import course, now, safety, trail_words, trends, worklist
from core.views.stack.lanes import lanes
from core.views.stack.rows import Shape
from core.views.worklist import Group
from tests.core.examples import a_visit

TODAY = date(2026, 11, 21)
REFUSED = ("A-019", "A-020", "A-021")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    session = demonstration.create(tmp_path_factory.mktemp("demo") / "demo.als", TODAY)
    yield session
    session.close()


@pytest.fixture(scope="module")
def records(clinic):
    return [clinic.record(patient.id) for patient in clinic.patients.all()]


@pytest.fixture(scope="module")
def numbered(records):
    return {record.patient.record_number: record for record in records}


def table(name):
    with resources.path("demo", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_17_baselines_are_the_papers(records):
    """Those who refused are no part of them; nor is the 18th, who is of the routine clinic."""
    rows = table("table1.csv")
    screened = [one for one in records if one.patient.protocol == "royan-2021"]
    trial = [one for one in screened if one.patient.reference_on is not None]
    assert len(trial) == len(rows) == 17
    assert len(screened) == 20
    assert [one.patient.protocol for one in records if one not in screened] == ["routine"]
    for record, row in zip(trial, rows, strict=True):
        patient = record.patient
        assert patient.record_number == f"A-{int(row['patient']):03}"
        assert patient.stated_age_years == int(row["age"])
        assert patient.sex.value[0].upper() == row["sex"]
        assert patient.onset_region.value == row["onset"].lower()
        assert patient.stated_duration_months == float(row["duration_months"])
        (total,) = record.stated(ExternalKind.ALSFRS_R_TOTAL)
        (fvc,) = record.stated(ExternalKind.FVC_PERCENT)
        assert (total.value, fvc.value) == (
            float(row["alsfrsr_baseline"]),
            float(row["fvc_pct_baseline"]),
        )


def test_three_of_the_20_who_were_screened_refused(numbered):
    """Nothing is done with them and nothing is due; who they are is simulated, and said to be."""
    for number in REFUSED:
        record = numbered[number]
        protocol = protocols.of(record.patient)
        assert [one.state for one in steps(record.forms)] == [State.SCREENED, State.REFUSED]
        standing = participation.standing(record, protocol, TODAY)
        assert standing.state is State.REFUSED and standing.reason.startswith("Simulated.")
        assert standing.asks == ()
        assert record.participation_ended == standing.on.first < TODAY
        assert record.visits == () and record.patient.reference_on is None
        assert record.patient.note.startswith("Simulated")
        (coming,) = (
            one for one in now.now(record, TODAY, (), (), None) if one.title == "Next visit"
        )
        assert coming.lines[0].text == f"None: {standing.said}."
    refused = [numbered[number] for number in REFUSED]
    assert worklist.build(refused, {}, TODAY, {}, {}) == ()
    assert worklist.without_plan(refused, TODAY) == ()


def test_the_trail_is_in_words(clinic):
    """No entry shows a name by which the program itself calls a table, a column, a field or an answer."""
    raw = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|\b[a-z]+\.[a-z]+\b|\b[a-z]+-[a-z]+-\d{4}\b")
    entries = clinic.trail.entries()
    names = clinic.trail.names(entries)
    assert len(entries) > 5000
    for entry in entries:
        found = trail_words.changes(entry, names)
        labels = " ".join((trail_words.kind(entry.entity), *(one.label for one in found)))
        texts = " ".join(f"{one.before} {one.after}" for one in found)
        for text in (labels, texts, trail_words.what(entry, names)):
            assert not raw.search(text), (entry.entity, text)


def test_a_few_visits_have_appointments_one_missed_and_one_moved(clinic, numbered):
    found = {number: appointments.open_appointments(one, TODAY) for number, one in numbered.items()}
    made = {number: one[0] for number, one in found.items() if one}
    assert len(made) == sum(map(len, found.values())) == 7
    assert not any(one.outside for one in made.values())
    missed = [number for number, one in made.items() if one.missed(TODAY)]
    assert missed == ["A-004"] and "chest infection" in made["A-004"].appointment.note
    assert made["A-003"].appointment.day == TODAY
    entries = clinic.trail.entries(entity="appointment")
    (moved,) = [one for one in entries if one.before is not None]
    assert moved.reason == "the daughter can drive on another day"
    assert moved.row == made["A-008"].appointment.id
    said = trail_words.what(moved, clinic.trail.names([moved]))
    assert said == "Appointment for planned visit M4: day 10 Jan 2027 → 15 Jan 2027"


@pytest.mark.parametrize("hour", [0, 5, 12, 23])
def test_a_serious_event_is_hours_old_at_any_time_of_any_day(tmp_path, monkeypatch, hour):
    """Its clock of 24 hours runs, and less than 24 are left; the others were reported."""
    moment = datetime.combine(TODAY, time(hour, 40)).astimezone()
    monkeypatch.setattr(clock, "now", lambda: moment.astimezone(UTC))
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with closing(demonstration.create(tmp_path / "demo.als", TODAY)) as session:
        found = safety.lines(session.clinic_events.listed(), moment, rules_of(defaults()))
        running = [line for line in found if any(one.is_urgent(moment) for one in line.clocks)]
        (line,) = running
        assert line.listed.number == "A-012"
        left = [one.left(moment) for one in line.clocks if one.runs]
        assert len(left) == 1 and timedelta(0) < left[0] < timedelta(hours=24)
        record = session.record(line.listed.event.patient_id)
        assert record.died_on is None
        assert line.listed.event.note.startswith("Simulated.")


def test_the_events_are_table_2s_and_three_die_at_6_7_and_9_months(records):
    terms = Counter(event.coded_term for record in records for event in record.events)
    assert terms["Sinus tachycardia"] == 3
    assert terms["Thromboembolic event"] == terms["Dyspnea"] == 2
    assert terms["Hypertension"] == terms["Headache"] == terms["Lung infection"] == 1
    months = []
    for record in records:
        death = record.milestone(MilestoneKind.DEATH)
        if death is not None:
            day, infusion = death.happened_on.first, record.patient.reference_on
            months += [m for m in range(1, 13) if shift(infusion, Offset(m, Unit.MONTHS)) == day]
    assert sorted(months) == [6, 7, 9]


@pytest.mark.parametrize("days", [0, 17, 99, 100, 190, 365, 463])
def test_on_any_day_today_is_alive_and_our_own_rules_are_kept(tmp_path, monkeypatch, days):
    """F35: no finished visit asks anything, and only the newest visits wait for the neurologist."""
    today = TODAY + timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: today)
    session = demonstration.create(tmp_path / "demo.als", today)
    items = worklist.build(
        session.outlines(),
        session.assessments.answered_of_drafts(),
        today,
        session.users.names(),
        {},
    )
    records = [session.record(patient.id) for patient in session.patients.all()]
    finished = [(record, visit) for record in records for visit in record.finished_visits]
    asked = {
        f"{record.patient.record_number} {visit.code}": [point.problem.message for point in points]
        for record, visit in finished
        if (points := Draft(session, record.patient.id, visit.id).open_points())
    }
    queries = [one for record in records for one in data_queries.unsettled(record.queries)]
    waiting = [visit for record in records for visit, _had in signing.unsigned(session, record)]
    session.close()
    assert {item.group for item in items} == set(Group)
    assert asked == {}
    assert queries == []
    assert 3 <= len(waiting) <= 6
    newest = sorted((visit.date for _record, visit in finished), reverse=True)
    assert sorted((visit.date for visit in waiting), reverse=True) == newest[: len(waiting)]


def test_a_broken_rule_of_plausibility_would_be_found(tmp_path):
    """F35: the very case: A-015, swallowing 1 before the gastrostomy, and walking 0 beside stairs 2."""
    session = demonstration.create(tmp_path / "demo.als", TODAY)
    (patient,) = (p for p in session.patients.all() if p.record_number == "A-015")
    record = session.record(patient.id)
    (visit,) = (visit for visit in record.visits if visit.code == "M4")
    (lock,) = record.locks_on(visit.id)
    session.close()
    neurologist = demonstration.Session.open(
        session.path, demonstration.NEUROLOGIST, demonstration.PASSWORD
    )
    draft = Draft(neurologist, patient.id, visit.id)
    locking.unlock(neurologist, lock, reason="to try the rules")
    draft.reload()
    draft.reopen("to try the rules")
    for slot, value in (("swallowing", 1), ("walking", 0), ("stairs", 2)):
        item = draft.questionnaires.form("alsfrs-r").answers[slot].item
        draft.answer("alsfrs-r", slot, Answer(item=item, value=value, corrected="tried"))
    said = "\n".join(point.problem.message for point in draft.open_points())
    neurologist.close()
    assert "P7" in said and "P9" in said


def test_what_is_decided_and_signed_is_the_neurologists(records):
    """F24, F35: a nurse decides neither about a criterion nor for the investigator, and signs nothing."""
    signatures = [one for record in records for one in record.signatures]
    assert len(signatures) > 80
    assert {one.signed_by for one in signatures} == {demonstration.NEUROLOGIST}
    waivers = [
        state.said
        for record in records
        for state in eligibility.evaluate(record, protocols.of(record.patient))
        if state.said.waiver
    ]
    assert waivers
    assert {one.waived_by for one in waivers} == {demonstration.NEUROLOGIST}
    assert all(one.waiver.strip() for one in waivers)


def test_signatures_hold(clinic, records):
    states = [one for record in records for one in signing.states(clinic, record)]
    assert all(one.valid for one in states)


def test_everybody_signs_in_with_the_password_that_is_shown(tmp_path):
    session = demonstration.create(tmp_path / "demo.als", TODAY)
    session.close()
    for role, login in demonstration.LOGINS.items():
        one = demonstration.Session.open(session.path, login, demonstration.PASSWORD)
        assert one.user.role is role
        one.close()


def test_the_same_day_gives_the_same_values(tmp_path, records):
    again = demonstration.create(tmp_path / "demo.als", TODAY)
    for record, patient in zip(records, again.patients.all(), strict=True):
        other = again.record(patient.id)
        assert [form.values for form in other.assessments] == [f.values for f in record.assessments]
    again.close()


def test_one_patient_has_a_projection_and_a_slope_with_its_interval(numbered):
    record = numbered["A-018"]
    forms = record.answered("alsfrs-r")
    assert len(forms) >= 6 and all(len(one.values) == 12 for one in forms)
    assert trends.total(record, instruments.alsfrs_r(), projected=True).forecasts
    slope = course.slopes(record)[0].result
    assert isinstance(slope, Slope)
    assert slope.ci_low is not None and slope.ci_high is not None
    assert slope.ci_low < slope.per_month < slope.ci_high < 0


def states_of(record, kind):
    """How a device stood, in order: what was said of it, and the hours."""
    devices = [one for one in record.devices if one.kind == kind]
    return [(one.status.value, one.record.value("hours")) for one in devices]


def test_support_grows_and_is_offered_refused_and_used(numbered):
    peg = [status for status, _hours in states_of(numbered["A-015"], "gastrostomy")]
    assert peg == ["offered", "refused", "used"]
    assert states_of(numbered["A-018"], "gastrostomy")[-1][0] == "refused"
    assert states_of(numbered["A-011"], "niv")[-1][0] == "refused"
    for number in ("A-001", "A-002", "A-009", "A-015", "A-017", "A-018"):
        hours = [hours for status, hours in states_of(numbered[number], "niv") if status == "used"]
        assert len(hours) >= 2 and hours == sorted(set(hours)), number


def test_the_chart_has_bars_of_support_and_symbols_of_what_was_offered(numbered):
    """A-015 and the routine patient have something of everything that a lane can show."""
    for number in ("A-015", "A-018"):
        found = [mark for lane in lanes(numbered[number], TODAY) for mark in lane.marks]
        bars = {mark.role for mark in found if mark.shape is Shape.BAR}
        assert {"support", "medicine", "hospital"} <= bars
        assert any(mark.hollow for mark in found)
        assert any(mark.shape is Shape.GRADE and mark.serious for mark in found)


def test_what_a_device_tells_is_told_once(records):
    """NIV and feeding tubes are devices; the milestones are the deaths, which no device tells."""
    milestones = {one.kind for record in records for one in record.milestones}
    assert milestones == {MilestoneKind.DEATH}
    for record in records:
        for kind in (MilestoneKind.NIV, MilestoneKind.GASTROSTOMY):
            running = [
                one for one in record.devices if one.kind == kind.value and one.used_on(TODAY)
            ]
            assert len(running) <= 1


def test_answers_agree_with_niv_and_gastrostomy(records):
    seen = set()
    for record in records:
        for form in record.answered("alsfrs-r"):
            if len(form.values) < 12:
                continue
            niv = record.uses(MilestoneKind.NIV, form.date)
            fed = record.uses(MilestoneKind.GASTROSTOMY, form.date)
            assert (form.values["respiratory_insufficiency"] < 4) is niv
            assert (form.answers["cutting"].item == "cutting_with_gastrostomy") is fed
            seen |= {(niv, fed)}
    assert len(seen) == 4


def test_doses_change_and_medicines_end_with_their_reason(records):
    ended = [
        one for record in records for one in record.of_form("medicine") if one.ended is not None
    ]
    assert len(ended) > 10
    assert all(str(one.value("why")).strip() for one in ended)
    follow = [
        (one, after)
        for one in ended
        for record in records
        for after in record.of_form("medicine")
        if after.patient_id == one.patient_id and changes.follows(one, after)
    ]
    assert any(one.value("dose") != after.value("dose") for one, after in follow)
    assert len(follow) < len(ended), "some end and nothing follows"


def test_events_are_entered_with_all_that_is_known_of_them(numbered):
    """Serious if and only if a criterion is ticked; the pneumonia is at two weeks, and was no embolus after all."""
    for record in numbered.values():
        for event in record.events:
            said = event_details.details(record, event)
            assert event.serious == bool(said.criteria), event.term
            assert said.aware_at is not None
            fatal = event.outcome is Outcome.FATAL
            assert fatal == (Criterion.DEATH in said.criteria) == (event.grade is Grade.DEATH)
            if fatal:
                assert event.ended == record.died.happened_on
    record = numbered["A-005"]
    (pneumonia,) = (one for one in record.events if one.coded_term == "Lung infection")
    assert (pneumonia.onset.first - record.patient.reference_on).days == 14
    said = event_details.details(record, pneumonia)
    assert [one.coded for one in said.diagnoses] == ["Thromboembolic event"]
    assert [one.grade for one in said.course] == [3, 2, 2]


def test_causes_are_judged_by_the_neurologist_and_some_wait_for_it(numbered):
    waiting = set()
    for number, record in numbered.items():
        for event in record.events:
            said = event_details.details(record, event)
            if said.judgement is None:
                waiting.add(number)
            else:
                assert said.judgement.by == NEUROLOGIST
                assert said.judgement.document
    assert waiting == {"A-017", "A-018"}


def test_what_is_not_in_the_paper_says_that_it_is_simulated(records):
    papers = {(int(row["patient"]), row["term"]) for row in table("adverse_events.csv")}
    for record in records:
        number = int(record.patient.record_number.removeprefix("A-"))
        for event in record.events:
            assert ((number, event.term) in papers) is not event.note.startswith("Simulated.")


def test_what_the_patient_refused_is_what_the_neurologist_wrote(records):
    declined = {
        record.patient.record_number
        for record in records
        for one in record.decisions
        if one.subject == "feeding" and one.choice is Choice.DECLINED
    }
    assert {"A-001", "A-018"} <= declined
    for record in records:
        if record.patient.record_number in declined:
            assert states_of(record, "gastrostomy")[-1][0] == "refused"


@pytest.mark.parametrize("days", [0, 100, 365])
def test_every_line_of_the_tables_is_told_at_a_visit_unless_none_came_after_it(tmp_path, days):
    """A line that nobody tells of would be a mistake of the table, and seen nowhere."""
    with closing(demonstration.create(tmp_path / "demo.als", TODAY + timedelta(days))) as session:
        records = [session.record(patient.id) for patient in session.patients.all()]
    told = TABLES
    for record in records:
        number = int(record.patient.record_number.removeprefix("A-"))
        asked = {check.visit_id for check in record.checks}
        if not asked:
            assert record.patient.record_number in REFUSED
            continue
        day_0 = record.patient.reference_on or record.visits[0].date
        last = max(visit.date for visit in record.visits if visit.id in asked)
        for form, name in told.items():
            rows = [row for row in table(name) if int(row["patient"]) == number]
            due = [row for row in rows if day_0 + timedelta(int(row["day"])) <= last]
            begun = [row for row in due if row["answer"] != "ended"]
            assert len(record.of_form(form)) == len(begun), (number, form)


def test_a_line_that_fits_no_record_is_refused(session, patient):
    line = {"patient": "7", "day": "10", "until": "", "answer": "changed", "kind": "niv"}
    told = Told("device", patient, [{**line, "hours": "7", "why": ""}], patient.reference_on)
    visit = a_visit(patient, patient.reference_on + timedelta(60), "M2")
    with pytest.raises(ValueError, match="niv does not run on"):
        told.tell(session, visit)


def test_the_finished_trial_keeps_our_own_rules_and_leaves_nothing_to_do(finished_read):
    """Nobody asks why, nothing contradicts itself, every alert was decided and every visit signed."""
    session = finished_read
    records = [session.record(patient.id) for patient in session.patients.all()]
    assert session.clinic.demonstration
    asked = {
        f"{record.patient.record_number} {visit.code}": [one.problem.message for one in points]
        for record in records
        for visit in record.finished_visits
        if (points := Draft(session, record.patient.id, visit.id).open_points())
    }
    assert asked == {}
    standings = [
        participation.standing(record, protocols.of(record.patient), TODAY) for record in records
    ]
    assert [one.asks for one in standings if one.asks] == []
    assert Counter(one.state for one in standings) == {
        State.DIED: 12,
        State.COMPLETED: 5,
        State.REFUSED: 3,
    }
    assert [one for record in records for one in alerts.open_actions(record, TODAY)] == []
    assert [one for record in records for one in data_queries.unsettled(record.queries)] == []
    assert [one for record in records for one in signing.unsigned(session, record)] == []
    assert all(one.valid for record in records for one in signing.states(session, record))
    assert worklist.build(session.outlines(), {}, TODAY, session.users.names(), {}) == ()


def test_a_visit_out_of_its_window_says_why_in_the_finished_trial(finished_read):
    records = [finished_read.record(patient.id) for patient in finished_read.patients.all()]
    said = [visit.note for record in records for visit in record.visits if visit.note]
    assert len(said) == 4
    assert all(one.startswith("Simulated.") for one in said)
    last = [visit for record in records for visit in record.visits if visit.code == "Y5"]
    assert {visit.mode for visit in last} == {Mode.PHONE}
    statuses = [one for record in records for one in record.of_form("vital_status")]
    assert [one.value("status") for one in statuses] == ["alive"] * 5


def test_the_deaths_of_the_finished_trial_are_as_exactly_known_as_they_were_told(finished_read):
    records = [finished_read.record(patient.id) for patient in finished_read.patients.all()]
    deaths = [record.died for record in records if record.died is not None]
    assert len(deaths) == 12
    assert sum(one.happened_on.day is None for one in deaths) == 2
    assert all(one.note.startswith("Simulated") for one in deaths)
    assert {record.patient.protocol for record in records} == {"royan-2021"}
