"""A clinic's own schedule is checked, added, kept in the clinic file, and never changed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.acts import backups, own_forms, own_schedules, restoring
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import InvalidProtocol, NotAllowed, StorageError
from core.findings import eligibility
from core.forms import catalog as forms
from core.model.ids import new_id
from core.model.judgement import CriterionResult
from core.model.user import Clinic, Role
from core.protocols import catalog, schedule
from core.reports import blank_forms
from core.session import Session, new_user
from core.store import verification
from core.views import schedule_words, trail_values, trail_words, visit_summary, worklist
from tests.core.examples import a_patient, enter_visit
from tests.core.forms.made_up import EVERY_TYPE
from tests.core.protocols.made_up import TWO_VISITS
from tests.pdf import line_of


@pytest.fixture(autouse=True)
def forget():
    yield
    forms.use_own([])
    catalog.use_own([])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "oral.toml"
    path.write_text(TWO_VISITS, "utf-8")
    return path


def add(session, path):
    own_schedules.add(session, *own_schedules.read(path))


def version(path, number, old="Week one", new="Week one"):
    """The file as another version, with other words."""
    text = TWO_VISITS.replace('version = "1"', f'version = "{number}"', 1).replace(old, new)
    path.write_text(text, "utf-8")
    return path


def on_it(session, version="1", **changes):
    """A patient on the made-up schedule, saved; the first dose is in a week."""
    patient = a_patient(
        protocol="oral-drug",
        protocol_version=version,
        reference_on=clock.today() + timedelta(days=7),
        registered_on=clock.today(),
        **changes,
    )
    with session.write("registered"):
        session.patients.save(patient)
    return patient


def test_a_schedule_that_was_added_is_there_when_the_file_is_opened_again(session, file):
    add(session, file)
    patient = on_it(session)
    path, key = session.path, session._key
    session.close()
    catalog.use_own([])
    with pytest.raises(InvalidProtocol, match="no schedule named “oral-drug” of version 1"):
        catalog.of(patient)
    again = Session(path, key, "dr.demo")
    assert [one.id for one in own_schedules.of_clinic(again)] == ["oral-drug"]
    assert catalog.of(patient).visit_title("W1") == "Week one"
    assert again.trail.verify().is_whole
    again.close()
    assert verification.verify_file(path, key).is_whole


def test_the_trail_says_who_added_a_schedule(session, file):
    add(session, file)
    (entry,) = session.trail.entries(entity="definition")
    assert (entry.actor, entry.row) == ("dr.demo", "schedule/oral-drug/1")
    said = trail_words.what(entry, session.trail.names([entry]))
    assert "Schedule “Oral drug trial” of the clinic, version 1" in said


def test_a_patient_keeps_the_version_that_they_were_registered_with(session, file):
    add(session, file)
    first = on_it(session)
    add(session, version(file, 2, new="First week"))
    second = on_it(session, catalog.newest()["oral-drug"].version, record_number="8")
    assert catalog.of(first).visit_title("W1") == "Week one"
    assert catalog.of(second).visit_title("W1") == "First week"
    for patient, title in ((first, "visit Week one"), (second, "visit First week")):
        enter_visit(session, patient, clock.today(), "W1", scores=(4,) * 12)
        entries = session.trail.entries(patient_id=patient.id, entity="answer")
        names = session.trail.names(entries)
        assert {trail_values.visit_words(visit) for visit in names.visits.values()} == {title}
        assert title in trail_words.what(entries[0], names)


def test_answers_to_criteria_belong_to_the_version_they_were_given_for(session, file):
    add(session, file)
    patient = on_it(session, born=clock.today() - timedelta(days=40 * 365))
    said = CriterionResult(
        patient_id=patient.id, protocol="oral-drug", version="1", criterion="swallows", met=True,
    )  # fmt: skip
    with session.write("asked"):
        session.criteria.save(said)
    add(session, version(file, 2))
    record = session.record(patient.id)
    states = {
        one.criterion.id: one.state for one in eligibility.evaluate(record, catalog.of(patient))
    }
    assert states["swallows"] is eligibility.Fulfilment.MET
    moved = replace(record, patient=replace(patient, protocol_version="2"))
    states = {
        one.criterion.id: one.state
        for one in eligibility.evaluate(moved, catalog.of(moved.patient))
    }
    assert states["swallows"] is eligibility.Fulfilment.UNKNOWN


def test_a_version_that_is_there_is_never_changed(session, file):
    add(session, file)
    with pytest.raises(InvalidProtocol, match="“oral-drug” of version 1 already"):
        add(session, version(file, 1, new="Other words"))
    with pytest.raises(StorageError), session.write("past the program"):
        session._db.execute("UPDATE definition SET text = 'x'")
    add(session, version(file, 2, new="First week"))
    titles = [one.visit_title("W1") for one in own_schedules.of_clinic(session)]
    assert titles == ["Week one", "First week"]


def test_an_older_version_than_the_newest_is_not_added(session, file):
    add(session, version(file, 10))
    with pytest.raises(InvalidProtocol, match="Give this one version 11, or another id"):
        add(session, version(file, 9))
    assert len(own_schedules.of_clinic(session)) == 1


@pytest.mark.parametrize("id", ["routine", "royan-2021"])
def test_a_shipped_schedule_cannot_be_taken_over_but_has_a_next_version(session, file, id):
    shipped = catalog.shipped()[id]
    file.write_text(TWO_VISITS.replace("oral-drug", id), "utf-8")
    following = f"{int(shipped.version) + 1}"
    with pytest.raises(
        InvalidProtocol,
        match=f"“{id}” of version {shipped.version} already. Give this one version {following}",
    ):
        add(session, file)
    assert catalog.newest()[id] == shipped
    file.write_text(
        file.read_text("utf-8").replace('version = "1"', f'version = "{following}"'), "utf-8"
    )
    add(session, file)
    assert catalog.newest()[id].title == "Oral drug trial"
    assert catalog.of(a_patient(protocol=id, protocol_version=shipped.version)) == shipped


def test_what_the_clinic_added_stays_when_a_later_program_brings_the_same(session, file):
    """A patient's windows never change under them, whatever a new version of the program has."""
    own = catalog.read("own.toml", file.read_bytes().replace(b"oral-drug", b"royan-2021"))
    catalog.use_own([own])
    assert catalog.of(a_patient()) == own


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMINISTRATOR, Role.MONITOR])
def test_only_a_neurologist_adds_a_schedule(session, file, role):
    with session.write():
        session.users.save(new_user("other", "Some One Else", role))
    path, key = session.path, session._key
    session.close()
    other = Session(path, key, "other")
    with pytest.raises(NotAllowed):
        add(other, file)
    assert "oral-drug" not in catalog.newest()
    assert other.definitions.all() == ()
    other.close()


def test_a_schedule_of_another_file_is_not_there(session, file, tmp_path):
    add(session, file)
    assert "oral-drug" in catalog.newest()
    session.close()
    other = Session(tmp_path / "other.als", bytes(32), "dr.demo", create=True)
    assert set(catalog.newest()) == set(catalog.shipped())
    other.close()


@pytest.mark.parametrize("whose", ["patient", "visit"])
def test_a_schedule_names_a_form_that_was_added_before(session, file, tmp_path, whose):
    text = TWO_VISITS.replace('"capsules"]', '"capsules", "sleep"]')
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidProtocol, match="“sleep” is no questionnaire, no form and no task"):
        add(session, file)
    form = tmp_path / "sleep.toml"
    form.write_text(EVERY_TYPE.format(of=whose, layout="page"), "utf-8")
    own_forms.add(session, *own_forms.read(form)[0])
    add(session, file)
    assert "Capsules counted, Night" in "\n".join(
        schedule_words.lines(catalog.newest()["oral-drug"])
    )
    path, key = session.path, session._key
    session.close()
    forms.use_own([])
    catalog.use_own([])
    again = Session(path, key, "dr.demo")  # the form is known before the schedule is read
    assert "sleep" in catalog.newest()["oral-drug"].assessments_of("W1")
    again.close()


def test_a_backup_that_is_restored_elsewhere_has_the_schedule(file, tmp_path):
    path = tmp_path / "clinic.als"
    session = Session.create(path, Clinic(name="Clinic"), new_user("dr.demo", "Dr"), "s3cret")
    add(session, file)
    patient = on_it(session)
    key = session.data_key
    made = backups.finish(session.begin_backup(tmp_path / "kept"), path, key, clock.now())
    add(session, version(file, 2))
    target = tmp_path / "elsewhere.als"
    restoring.restore(made.path, target, key, "dr.demo")
    assert catalog.newest()["oral-drug"].version == "2", "the file in front is still this one"
    session.close()
    catalog.use_own([])
    there = Session(target, key, "dr.demo")
    assert catalog.newest()["oral-drug"].version == "1"
    item, _next = worklist.build([there.record(patient.id)], {}, clock.today(), {}, {})
    assert (item.title, item.can_start) == ("Before the first dose", True)
    there.close()


def test_a_visit_of_it_is_entered_and_the_file_is_whole(session, file):
    add(session, file)
    patient = on_it(session)
    enter_visit(session, patient, clock.today(), "S", scores=(4,) * 12)
    record = session.record(patient.id)
    assert worklist.without_plan([record], clock.today()) == ()
    assert session.trail.verify().is_whole


def test_what_a_later_program_can_read_is_left_out_and_said(session, file):
    """Of a schedule that this program cannot read nothing is guessed: its patients' charts say what is missing."""
    add(session, file)
    patient = on_it(session)
    with session.write("as a later program"):
        one = replace(session.definitions.all()[0], version="2", text='id = "oral-drug"\nnew = 1\n')
        session.definitions.add(one)
    session.use_own()
    assert [one.version for one in own_schedules.of_clinic(session)] == ["1"]
    assert catalog.of(patient).version == "1"
    with pytest.raises(InvalidProtocol, match="no schedule named “oral-drug” of version 2"):
        catalog.of(replace(patient, protocol_version="2"))


ASSESSMENTS = ("alsfrs-r", "nrs-pain-fatigue", "spirometry", "measurements", "adverse-events",
               "since-last-time", "eligibility", "capsules")  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(st.sampled_from(ASSESSMENTS), unique=True),
    days=st.lists(st.integers(-400, 2000), min_size=1, max_size=6, unique=True).map(sorted),
    window=st.tuples(st.integers(0, 400), st.integers(0, 400)),
    again=st.booleans(),
)
def test_whatever_a_schedule_asks_for_is_entered_shown_and_printed(
    session, asked, days, window, again
):
    """Visits of any length, window and content, also of none."""
    head = TWO_VISITS[: TWO_VISITS.index("[[visits]]")]
    kept = days if not again else [abs(days[0]) + 1]
    visits = [
        f'[[visits]]\ncode = "V{n}"\ntitle = "Visit {n}"\noffset = {{ value = {day}, unit = "days" }}\n'
        f"before = {window[0]}\nafter = {window[1]}\nassessments = {json.dumps(asked)}\n"
        for n, day in enumerate(kept)
    ]
    if again:
        head = head.replace('"reference"', '"last_visit"', 1)
    protocol = catalog.read("any.toml", (head + "\n".join(visits)).encode())
    assert schedule_words.lines(protocol)
    catalog.use_own([protocol])
    patient = on_it(session, record_number=new_id())
    today = clock.today()
    record = session.record(patient.id)
    planned = schedule.plan(record, protocol, today)
    assert [one.code for one in planned] == [visit.code for visit in protocol.visits]
    worklist.build([record], {}, today, {}, {})
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "V0", today))
    wanted = {name for name in asked if protocol.task(name) is None} - {"since-last-time"}
    assert wanted <= {step.id for step in draft.steps()}
    record = session.record(patient.id)
    assert visit_summary.build(record, draft.visit.id, {}).draft
    paper = blank_forms.render(
        protocol, "V0", session.clinic, printed_by="Dr", printed_at=clock.now(), head=None
    )
    assert "Visit 0" in line_of(paper)
