"""Names of saved files: told apart, and nothing of a patient in them."""

import inspect
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports.file_name import ALPHABET, LENGTH, Told, file_name, random_code


@pytest.mark.parametrize(
    ("kind", "ending", "visit", "name"),
    [
        ("visit-summary", "pdf", "M4", "visit-summary_M4_k7f3.pdf"),
        ("visit-summary", "pdf", None, "visit-summary_unscheduled_k7f3.pdf"),
        ("trend-data", "csv", "", "trend-data_k7f3.csv"),
        ("visit-summary", "pdf", "M 4/b", "visit-summary_M-4-b_k7f3.pdf"),
    ],
)
def test_a_name_says_what_it_is_and_of_which_visit(kind, ending, visit, name):
    assert file_name(kind, ending, visit=visit, code="k7f3") == name


@pytest.mark.parametrize(
    ("number", "visit", "name"),
    [
        ("A-010", "M4", "visit-summary_A-010_M4_2026-06-17_k7f3.pdf"),
        ("۱۲/۳", None, "visit-summary_12-3_unscheduled_2026-06-17_k7f3.pdf"),
        ("پرونده", "M4", "visit-summary_M4_2026-06-17_k7f3.pdf"),
    ],
)
def test_where_the_clinic_says_so_a_name_tells_the_record_number_and_the_day(number, visit, name):
    told = Told(record_number=number, on=date(2026, 6, 17))
    assert file_name("visit-summary", "pdf", visit=visit, told=told, code="k7f3") == name


def test_two_of_one_kind_are_told_apart():
    assert len({file_name("visit-summary", "pdf", visit="M4") for _ in range(20)}) > 15


@given(st.text(), st.text(), st.none() | st.builds(Told, st.text(), st.dates()))
def test_every_system_takes_the_name(kind, visit, told):
    name = file_name(kind, "pdf", visit=visit, told=told)
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.pdf", name)


def test_no_letter_is_read_as_another():
    assert not set(ALPHABET) & set("01ilou")
    assert re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", random_code())


def test_nothing_else_of_a_patient_can_be_given():
    parameters = {"kind", "ending", "visit", "told", "code"}
    assert set(inspect.signature(file_name).parameters) == parameters
    assert set(inspect.signature(Told).parameters) == {"record_number", "on"}
