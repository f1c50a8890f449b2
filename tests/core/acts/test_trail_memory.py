"""R13: a workstation notices an older file in the place of the one that it has seen."""

import shutil
from dataclasses import replace

import pytest

from core.acts.trail_memory import contradiction, remembered
from core.model.trail import Act
from core.session import Session


@pytest.fixture
def opened(clinic_path, key):
    """``opened()`` opens whatever file lies there now."""
    sessions = []

    def open_it():
        for one in sessions:
            one.close()
        sessions.append(Session(clinic_path, key, "dr.demo"))
        return sessions[-1]

    yield open_it
    for one in sessions:
        one.close()


def note(session, text):
    (patient,) = session.patients.all()
    with session.write():
        session.patients.save(replace(patient, note=text))


@pytest.fixture
def older(session, patient, clinic_path, tmp_path, opened):
    """A copy of the file, and what the workstation remembers of it some entries later."""
    session.close()
    copy = tmp_path / "older.als"
    shutil.copyfile(clinic_path, copy)
    later = opened()
    for text in "abc":
        note(later, text)
    seen = remembered(later)
    later.close()
    return copy, seen


def test_r13_a_file_that_went_on_is_no_surprise(older, opened):
    _copy, seen = older
    session = opened()
    assert contradiction(session, seen) is None
    note(session, "d")
    assert contradiction(session, seen) is None
    assert contradiction(session, "") is None  # never seen before


def test_r13_an_older_file_in_its_place_is_noticed(older, clinic_path, opened):
    copy, seen = older
    shutil.copyfile(copy, clinic_path)
    session = opened()
    said = contradiction(session, seen)
    assert "taken back to an older state" in said
    for text in "wxyz":
        note(session, text)
    assert "another one than this workstation has seen" in contradiction(session, seen)


def test_r13_a_restore_that_was_written_down_explains_it(older, clinic_path, opened):
    copy, seen = older
    shutil.copyfile(copy, clinic_path)
    session = opened()
    session.record_act(Act.RESTORED, details={"backup": "older.als"})
    assert contradiction(session, seen) is None


def test_a_restore_of_long_ago_explains_nothing(session, patient, clinic_path, tmp_path, opened):
    session.record_act(Act.RESTORED, details={"backup": "first.als"})
    session.close()
    copy = tmp_path / "older.als"
    shutil.copyfile(clinic_path, copy)
    later = opened()
    note(later, "a")
    seen = remembered(later)
    later.close()
    shutil.copyfile(copy, clinic_path)
    assert contradiction(opened(), seen) is not None


def test_what_is_remembered_names_nobody(session, patient):
    text = remembered(session)
    assert patient.id not in text and "Rahimi" not in text
    assert text.startswith(session.trail_head.code)
