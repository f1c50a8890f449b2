"""All patients of a file as one group: who may, how far it is, and giving it up."""

from datetime import date

import pytest

from core.acts import cohort
from core.errors import NotAllowed
from core.model.user import Role
from core.session import Session
from tests.core.clinic_of_four import LOGIN, copied, make
from tests.core.examples import a_patient, a_visit

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A file with three patients, one of whom has a finished visit."""
    path = tmp_path_factory.mktemp("three") / "clinic.als"
    key = make(path)
    session = Session(path, key, LOGIN[Role.NURSE])
    with session.write():
        for number in ("C", "A", "B"):
            patient = a_patient(record_number=number)
            session.patients.save(patient)
        session.visits.save(a_visit(patient, date(2026, 6, 17), "M4"))
    session.close()
    return path, key


@pytest.fixture
def as_role(three, tmp_path):
    opened = []

    def open_it(role):
        path = tmp_path / role.value
        path.mkdir()
        opened.append(Session(copied(three[0], path), three[1], LOGIN[role]))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


@pytest.mark.parametrize("role", [Role.NEUROLOGIST, Role.MONITOR])
def test_who_may_sees_every_patient_in_the_order_of_the_numbers(as_role, role):
    told = []
    found = cohort.load(as_role(role), TODAY, progress=lambda done, of: told.append((done, of)))
    assert found is not None
    assert list(found.patients["number"]) == ["A", "B", "C"]
    assert told == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMINISTRATOR])
def test_nobody_else_sees_them_as_a_group(as_role, role):
    with pytest.raises(NotAllowed):
        cohort.load(as_role(role), TODAY)


def test_what_was_given_up_is_no_group(as_role):
    read = []
    found = cohort.load(
        as_role(Role.MONITOR),
        TODAY,
        progress=lambda done, _of: read.append(done),
        cancelled=lambda: len(read) == 2,
    )
    assert (found, read) == (None, [0, 1])
