from datetime import date

import pytest

from core.entering import recomputing
from core.science.spirometry import evaluate
from tests.ui.keyboard import answer_dialogs, settle


@pytest.fixture
def edit(shell):
    def open_it(patient):
        shell.edit_patient(patient.id)
        settle()
        return shell.page("patient")

    return open_it


def test_no_group_is_asked_where_the_equation_needs_none(edit, patient):
    assert not edit(patient).group.isVisible()


def test_the_group_of_the_clinics_equation_is_entered_with_the_patient(
    edit, session, patient, visit_day
):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    recomputing.change_equation(session, "gli-2012", "the device uses it")
    (test,) = session.record(patient.id).spirometry
    assert evaluate(test).percent is None and "group" in evaluate(test).why_not
    page = edit(patient)
    assert page.group.isVisible()
    page.group.setCurrentIndex(page.group.findText("Other or mixed"))

    answer_dialogs("asked the patient")  # results of a finished visit move: why?
    page.save.click()
    settle()
    (test,) = session.record(patient.id).spirometry
    assert test.reference_group == 5
    assert evaluate(test).percent is not None
