"""What is made of many patients is of one moment of the file, is read in any thread, and can be given up."""

import threading
from dataclasses import replace
from functools import partial

import pytest

from core import exports, reports
from core.acts import documents, trial_report
from core.errors import NotAllowed
from core.model.document import About, TrialAsked
from core.model.patient import Sex
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN
from tests.core.reports import trial_study

ASKED = About(trial=TrialAsked(until=trial_study.UNTIL))
PATIENTS = 17
MANY = {
    "all data": (exports.DATA_CSV, About()),
    "de-identified data": (exports.CODED_CSV, About()),
    "the list of patients": (exports.named("patients-csv"), About()),
    "the trial report": (reports.named("trial-report"), ASKED),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return trial_study.clinic(tmp_path_factory.mktemp("four"))


@pytest.fixture
def open_as(made, tmp_path):
    opened = []

    def open_it(role):
        opened.append(Session(clinic_of_four.copied(made[0], tmp_path), made[1], LOGIN[role]))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


@pytest.fixture
def session(open_as):
    return open_as(Role.NEUROLOGIST)


@pytest.fixture(params=MANY)
def many(request):
    return MANY[request.param]


def elsewhere(work):
    """What it gives in another thread."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    assert found, "it failed there"
    return found[0]


def same(one, other):
    """Whether they differ in nothing but when they were read."""
    return replace(one, printed_at=other.printed_at) == other


def test_another_thread_reads_what_this_one_reads_and_tells_of_each_patient(session, many):
    document, about = many
    told = []
    read = partial(documents.read, session, document, about)
    found = elsewhere(lambda: read(progress=lambda done, of: told.append((done, of))))
    here = documents.source(session, document, about)
    assert same(found, here)
    assert document.make(found) == document.make(here), "to the byte"
    firsts = list(dict.fromkeys(told))
    assert firsts == [(n, PATIENTS) for n in range(PATIENTS + 1)]


def test_it_is_what_the_session_reads(session):
    patients = sorted(session.patients.all(), key=lambda one: one.record_number)
    found = documents.read(session, exports.DATA_CSV, About())
    assert list(found.records) == [session.record(one.id) for one in patients]
    for table in found.stored:
        assert table == session.stored.read(table.name)
    assert (found.clinic, found.head) == (session.clinic, session.trail_head)
    assert found.printed_by == session.user.full_name


def test_a_write_while_it_reads_is_whole_in_it_or_not_at_all(session, many):
    """Both patients are changed in one write, when the first was read already and the last was not."""
    document, about = many
    first, *_others, last = sorted(session.patients.all(), key=lambda one: one.record_number)
    told = []

    def write_in_the_midst(done, _of):
        if done == PATIENTS // 2 and done not in told:
            with session.write("corrected"):
                for one in (first, last):
                    session.patients.save(replace(one, family_name="Another", sex=Sex.FEMALE))
        told.append(done)

    found = documents.read(session, document, about, progress=write_in_the_midst)
    records = {one.patient.id: one.patient for one in found.records}
    assert records[first.id].family_name == records[last.id].family_name == "Another"
    assert found.head == session.trail_head
    if document.of.__name__ == "OfTrial":
        assert found.as_of == session.trail_head
    if stored := getattr(found, "stored", None):
        (patients,) = (one for one in stored if one.name == "patient")
        own, name = patients.columns.index("id"), patients.columns.index("family_name")
        names = {row.cells[own]: row.cells[name] for row in patients.rows}
        assert names[first.id] == names[last.id] == "Another"
    assert told.count(0) == 2, "it began anew at once"
    assert told.index(0, 1) == PATIENTS // 2 + 1


def test_what_is_given_up_is_nothing_and_the_rest_is_not_read(session, many):
    document, about = many
    before, told = session.trail_head, []
    found = documents.read(
        session,
        document,
        about,
        progress=lambda done, _of: told.append(done),
        cancelled=lambda: len(told) == 3,
    )
    assert found is None
    assert told == [0, 1, 2]
    assert session.trail_head == before


def test_a_file_that_is_closed_while_it_is_read_ends_it(session, many):
    document, about = many
    told = []

    def close(done, _of):
        told.append(done)
        session.close()

    assert documents.read(session, document, about, progress=close) is None
    assert told == [0]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.NEUROLOGIST, set(MANY)),
        (Role.MONITOR, set(MANY) - {"all data"}),
        (Role.NURSE, {"the list of patients"}),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_it_is_read_for_whom_it_is(open_as, role, may):
    session = open_as(role)
    before = session.trail_head
    for name, (document, about) in MANY.items():
        if name in may:
            assert documents.read(session, document, about) is not None
        else:
            with pytest.raises(NotAllowed):
                documents.read(session, document, about)
    assert session.trail_head == before


def test_a_trial_report_as_of_an_entry_is_read_beside_the_window_too(session):
    entry = session.trail.last_change()
    (patient, *_others) = session.patients.all()
    with session.write("corrected"):
        session.patients.save(replace(patient, stated_age_years=90))
    document = reports.named("trial-report")
    about = About(trial=replace(ASKED.trial, entry=entry))
    found = elsewhere(lambda: documents.read(session, document, about))
    assert found.as_of.sequence == entry and found.head == session.trail_head
    assert all(one.patient.stated_age_years != 90 for one in found.records)
    assert same(found, documents.source(session, document, about))


def test_a_folder_of_what_was_read_elsewhere_is_that_of_the_command_line(session, tmp_path):
    from core.acts import trial_files
    from core.reports.trial import Report

    document = reports.named("trial-report")
    files = elsewhere(lambda: trial_files.files(Report(documents.read(session, document, ASKED))))
    written = trial_report.write(session, tmp_path / "out", ASKED.trial)
    found = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == files and written.files == len(files)
    assert session.trail.entries(entity=Act.EXPORTED, limit=1)
