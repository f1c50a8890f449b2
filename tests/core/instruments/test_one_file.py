"""A new questionnaire is one file: nothing of the program was changed for this one."""

from datetime import date, timedelta

import pypdfium2
import pytest

from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.entering.visit.steps import REVIEW, StepState
from core.exports import chart_csv
from core.instruments import catalog
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer
from core.model.partial_date import PartialDate
from core.model.visit import Mode, Respondent
from core.reports import summary as paper
from core.views import plot_style, trends, visit_summary
from tests.core.examples import a_routine_patient
from tests.core.reports.records import CLINIC, PRINTED_AT
from tests.files.beside import FILES, beside_the_shipped

FIRST, SECOND = date(2026, 4, 23), date(2026, 7, 21)
BETTER = {"cooking": 3, "cleaning": 2, "shopping": 4, "reading": 1, "contentment": 10}
WORSE = {"cooking": 2, "cleaning": 2, "shopping": 2, "reading": 0, "contentment": 7}


@pytest.fixture
def household(tmp_path):
    files = (FILES / "instruments" / "household.toml", FILES / "protocols" / "household.toml")
    with beside_the_shipped(tmp_path / "resources", *files):
        yield catalog.shipped()["household"]


@pytest.fixture
def patient(session, household):
    patient = a_routine_patient(protocol="household")
    with session.write("registered"):
        session.patients.save(patient)
    return patient


def enter(session, patient, household, on, scores):
    """A whole visit, as the visit page would enter it."""
    draft = Draft(session, patient.id, start_visit(session, patient.id, "H1", on))
    draft.save_details(on=on, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=None)
    for slot, score in scores.items():
        item = draft.questionnaires.default_variant(household, slot).id
        draft.answer("household", slot, Answer(item=item, value=score))
    draft.finish()
    return draft


@pytest.fixture
def entered(session, patient, household):
    enter(session, patient, household, FIRST, BETTER)
    wheelchair = PartialDate.of(FIRST + timedelta(days=30))
    with session.write("wheelchair"):
        session.milestones.save(
            Milestone(patient_id=patient.id, kind=MilestoneKind.WHEELCHAIR, happened_on=wheelchair)
        )
    return enter(session, patient, household, SECOND, WORSE)


def test_the_step_counts_and_scores(session, patient, household):
    draft = Draft(session, patient.id, start_visit(session, patient.id, "H1", FIRST))
    (step,) = (one for one in draft.steps() if one.id == "household")
    assert (step.title, step.state, step.hint) == ("Household", StepState.EMPTY, "0 of 5")
    for slot, score in BETTER.items():
        draft.answer("household", slot, Answer(item=household.variants(slot)[0].id, value=score))
    (step,) = (one for one in draft.steps() if one.id == "household")
    assert (step.state, step.hint) == (StepState.DONE, "20/21")


def test_nobody_is_sent_back_to_a_step_that_was_left_out(session, patient, household):
    """Pain and fatigue stands before the household in this visit, and may be left out."""
    draft = Draft(session, patient.id, start_visit(session, patient.id, "H1", FIRST))
    draft.save_details(on=FIRST, mode=Mode.PHONE, respondent=Respondent.PATIENT, weight_kg=None)
    assert draft.first_open_step() == "household"
    for slot, score in BETTER.items():
        draft.answer("household", slot, Answer(item=household.variants(slot)[0].id, value=score))
    assert draft.first_open_step() == REVIEW


def test_the_summary(entered):
    (form,) = visit_summary.build(entered.record, entered.visit.id, {"dr.demo": "Dr. Demo"}).forms
    assert [(row.title, row.score, row.previous, row.change) for row in form.scales] == [
        ("Household total", "13/21", "20/21", "−7"),
        ("Chores", "4/6", "5/6", "−1"),
        ("Outside", "2/4", "4/4", "−2"),
        ("Leisure", "7/11", "11/11", "−4"),
    ]
    assert form.has_total
    shopping, contentment = form.items[2], form.items[4]
    assert (shopping.number, shopping.answer) == ("3b", "Shops in company")
    assert shopping.previous == "4 (3a)"
    assert contentment.answer == "0 Not content at all … 10 Could not be better"
    assert form.citation == "Household: made up for the tests."


def test_the_printed_page(entered):
    pdf = paper.render(
        entered.record,
        entered.visit.id,
        CLINIC,
        names={"dr.demo": "Dr. Demo"},
        printed_by="Dr. Demo",
        printed_at=PRINTED_AT,
    )
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(document[0].get_textpage().get_text_range().split())
    document.close()
    for words in (
        "3b Shopping Shops in company 2 4 (3a)",
        "Household total 20/21 on 23 Apr 2026",
        "13/21 −7",
        "Leisure 7/11 11 before, −4",
        "Household: made up for the tests.",
    ):
        assert words in text


def test_the_trends(entered, household):
    total = trends.total(entered.record, household)
    assert (total.title, total.unit, total.high) == ("Household total", "points of 21", 21)
    assert [point.value for point in total.series[0].points] == [20, 13]
    domains = trends.domains(entered.record, household)
    assert [(s.title, [p.value for p in s.points]) for s in domains.series] == [
        ("Chores", [5, 4]),
        ("Outside", [4, 2]),
        ("Leisure", [11, 7]),
    ]
    assert (domains.unit, domains.high) == ("points", 11)  # no one denominator is true of all three
    looks = [plot_style.of(series.role) for series in domains.series]
    assert len({(look.light, look.marker) for look in looks}) == 3
    assert household in trends.questionnaires(entered.record)
    lines = chart_csv.render(entered.record).decode("utf-8-sig").splitlines()
    cells = (line.split(",") for line in lines if "Household" in line)
    assert [[*line[2:4], line[5]] for line in cells] == [
        ["Household", "20", "of 21"],
        ["Household: Chores", "5", "of 6"],
        ["Household: Outside", "4", "of 4"],
        ["Household: Leisure", "11", "of 11"],
        ["Household", "13", "of 21"],
        ["Household: Chores", "4", "of 6"],
        ["Household: Outside", "2", "of 4"],
        ["Household: Leisure", "7", "of 11"],
    ]
