"""What can hardly be meant is asked about by name: never taken in silence, never repaired."""

from dataclasses import replace
from datetime import date

import pytest

from core.acts import importing
from core.imports import patients_csv
from core.protocols import catalog as protocols

TODAY = date(2026, 11, 28)
TRIAL = protocols.shipped()["royan-2021"]


@pytest.fixture
def previewed(tmp_path):
    def read(text, existing=()):
        path = tmp_path / "sheet.csv"
        path.write_text(text, "utf-8")
        return patients_csv.read(path, existing, TRIAL, TODAY)

    return read


def asked(preview):
    return [(one.line, one.column, one.message.partition(":")[0]) for one in preview.questions]


# F18
@pytest.mark.parametrize(
    ("value", "word"),
    [("0.826", "fraction"), ("1", "fraction"), ("1.2", "fraction"), ("3.12", "litres"), ("9.9", "litres"),
     ("151", "unusually high"), ("249", "unusually high")],
)  # fmt: skip
def test_a_fraction_or_litres_in_a_percent_column_is_asked_about(previewed, value, word):
    preview = previewed(f"patient,sex,age,fvc_pct\n1,M,50,{value}\n2,F,51,82.6\n")
    (question,) = preview.questions
    assert (question.line, question.column) == (2, "fvc_pct")
    assert word in question.message and value in question.message
    assert not preview.ready and replace(preview, confirmed=True).ready
    assert preview.rows[0].external[0].value == float(value), "it is not repaired"


@pytest.mark.parametrize("value", ["10", "41", "82.6", "111.3", "150"])
def test_an_ordinary_percentage_is_no_question(previewed, value):
    assert previewed(f"patient,sex,age,fvc_pct\n1,M,50,{value}\n").ready


# F19
@pytest.mark.parametrize("empty", ["1899-12-30", "1900-01-01", "1904-01-01", "1970-01-01"])
@pytest.mark.parametrize("column", ["onset_date", "diagnosis_date", "baseline_date", "birth_date"])
def test_a_spreadsheets_empty_date_is_asked_about(previewed, empty, column):
    preview = previewed(f"patient,age,{column}\n1,,{empty}\n")
    said = [(one.column, one.message) for one in (*preview.questions, *preview.problems)]
    assert said and not preview.ready
    assert column in {name for name, _text in said}


# F20: an age and a day bound the birth
@pytest.mark.parametrize("onset", ["1950", "1962-01", "1900-05-03"])
def test_an_onset_before_the_birth_of_that_age_is_refused(previewed, onset):
    preview = previewed(f"patient,age,baseline_date,onset_date\n1,50,2014-03-10,{onset}\n")
    (problem,) = preview.problems
    assert (
        problem.column == "onset_date"
        and "before the birth of a patient of 50 years" in problem.message
    )


# F21
@pytest.mark.parametrize("column", ["onset_date", "diagnosis_date"])
def test_an_infusion_before_the_onset_or_the_diagnosis_is_asked_about(previewed, column):
    preview = previewed(f"patient,{column},infusion_date\n1,2015-06,2014-03-10\n")
    (question,) = preview.questions
    assert question.column == column and "10 Mar 2014" in question.message
    assert not previewed(f"patient,{column},infusion_date\n1,2014-03,2014-03-10\n").questions


# F22
@pytest.mark.parametrize("text", ["1,200", "1.200", "12,345"])
def test_a_point_or_thousands_is_refused(previewed, text):
    preview = previewed(f'patient;age;duration_months\n1;50;"{text}"\n')
    (problem,) = preview.problems
    assert problem.column == "duration_months" and "thousands" in problem.message


def test_decimals_are_decimals(previewed):
    preview = previewed("patient;age;duration_months\n1;50;1,2\n2;50;17.25\n")
    assert [row.patient.stated_duration_months for row in preview.rows] == [1.2, 17.25]


# F34
def test_record_numbers_that_a_spreadsheet_changed_are_asked_about(previewed):
    preview = previewed("patient,age\n1E+05,50\n001,51\n1,52\n01,53\nA-7,54\n", existing=["a 07"])
    assert asked(preview) == [
        (2, "patient", "“1E+05” looks like a number that a spreadsheet has shortened. Is it the record number?"),
        (4, "patient", "“1” reads like the record number “001”. Are they two patients?"),
        (5, "patient", "“01” reads like the record number “001”. Are they two patients?"),
        (6, "patient", "“A-7” reads like the record number “a 07”. Are they two patients?"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "cells"),
    [("age", "3"), ("age", "101"), ("height_cm", "62"), ("height_cm", "230"), ("alsfrsr_total", "0"),
     ("duration_months", "700"), ("birth_date,onset_date", "1980-02-01,1990-03-01"),
     ("onset_date,baseline_date,age", "1970-01-02,2014-03-10,70")],
)  # fmt: skip
def test_other_values_that_can_hardly_be_meant(previewed, names, cells):
    preview = previewed(f"patient,{names}\n1,{cells}\n")
    assert preview.questions and not preview.problems


def test_table_1_asks_nothing(previewed):
    from core import resources

    preview = patients_csv.read(resources.path("demo", "table1.csv"), (), TRIAL, TODAY)
    assert preview.ready and not preview.questions


def test_a_confirmed_import_says_so_in_the_trail(previewed, session):
    preview = previewed("patient,sex,age,fvc_pct\n1,M,50,0.826\n")
    with pytest.raises(ValueError, match="open questions"):
        importing.import_patients(session, preview)
    assert session.patients.all() == []
    importing.import_patients(session, replace(preview, confirmed=True))
    (row,) = session._db.query("SELECT DISTINCT reason FROM audit WHERE entity = 'patient'")
    assert row["reason"] == "import of patients from CSV; 1 improbable value confirmed as right"
