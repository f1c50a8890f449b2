"""Reading the open file in another thread: an answer is of one moment between two writes, or it is asked for again."""

import pytest

from core.errors import StorageError
from core.store import aside
from core.store.aside import Aside
from core.store.patients import Patients
from tests.core.examples import a_patient


@pytest.fixture
def beside(session):
    return Aside(session.path, session.data_key, lambda: session.writes)


def numbers(db):
    return sorted(Patients(db).record_numbers())


def test_it_sees_what_was_saved_and_nothing_of_a_write_that_is_under_way(session, patient, beside):
    assert beside.ask(numbers) == ["7"]
    with session.write("registered"):
        session.patients.save(a_patient(record_number="8"))
        assert session.writes % 2 == 1, "one is under way: nobody is asked now"
    assert beside.ask(numbers) == ["7", "8"]


def test_what_was_read_while_something_was_written_is_read_again(session, patient, beside):
    asked = []

    def interrupted(db):
        asked.append(numbers(db))
        if len(asked) == 1:
            with session.write("registered"):
                session.patients.save(a_patient(record_number="8"))
        return asked[-1]

    assert beside.ask(interrupted) == ["7", "8"]
    assert len(asked) == 2


def test_an_error_that_a_write_brought_about_is_none_and_any_other_is_raised(
    session, patient, beside
):
    asked = []

    def half(db):
        asked.append(1)
        if len(asked) == 1:
            with session.write("registered"):
                session.patients.save(a_patient(record_number="8"))
            raise ValueError("half a page")
        return numbers(db)

    assert beside.ask(half) == ["7", "8"]

    def wrong(_db):
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        beside.ask(wrong)


def test_a_file_that_is_written_to_all_the_time_is_given_up(session, patient, monkeypatch):
    monkeypatch.setattr(aside, "_PATIENCE_S", 0.05)
    busy = Aside(session.path, session.data_key, lambda: 1)
    with pytest.raises(StorageError, match="just being written to"):
        busy.ask(numbers)


def test_a_file_that_cannot_be_read_is_said(session, patient):
    other = Aside(session.path, bytes(32), lambda: session.writes)
    with pytest.raises(StorageError, match="could not be read"):
        other.ask(numbers)
