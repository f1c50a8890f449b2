"""Pain and fatigue from 0 to 10: two numbers that are never added."""

from datetime import date

import pypdfium2
import pytest

from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.entering.visit.steps import StepState
from core.instruments import catalog
from core.model.assessment import Answer, Assessment, NotDone
from core.reports import summary as paper
from core.science.progression import NoSlope
from core.views import trends, visit_summary
from tests.core.examples import a_record, a_routine_patient, a_visit
from tests.core.reports.records import CLINIC, PRINTED_AT

ID = "nrs-pain-fatigue"
PATIENT = a_routine_patient()
EARLIER = a_visit(PATIENT, date(2026, 4, 23), "R3")
LATER = a_visit(PATIENT, date(2026, 7, 21), "R3")


@pytest.fixture(scope="session")
def nrs():
    return catalog.shipped()[ID]


def rated(visit, pain=None, fatigue=None):
    given = {"pain": pain, "fatigue": fatigue}
    answers = {
        slot: Answer(item=slot, value=score) for slot, score in given.items() if score is not None
    }
    return Assessment(
        visit_id=visit.id, date=visit.date, instrument=ID, version="1", answers=answers
    )


def two_visits(later):
    return a_record(PATIENT, EARLIER, LATER, assessments=(rated(EARLIER, 2, 6), later))


def test_eleven_numbers_with_words_at_the_ends(nrs):
    for item, low, high in zip(
        nrs.items,
        ("No pain", "No fatigue"),
        ("Worst pain imaginable", "Worst fatigue imaginable"),
        strict=True,
    ):
        assert [choice.score for choice in item.choices] == list(range(11))
        assert [choice.text for choice in item.choices] == [low, *[""] * 9, high]
        assert item.words(0) == low
        assert item.words(7) == f"0 {low} … 10 {high}"
        assert item.words(10) == high


def test_there_is_no_sum_of_pain_and_fatigue(nrs):
    assert nrs.total is None
    assert [(scale.title, scale.slots, scale.maximum) for scale in nrs.domains] == [
        ("Pain", ("pain",), 10),
        ("Fatigue", ("fatigue",), 10),
    ]
    assert not nrs.higher_is_better
    assert "Jensen" in nrs.citation and "doi:10.1016/0304-3959(94)90133-3" in nrs.citation


def test_the_trend_draws_both_apart_and_says_which_way_is_worse(nrs):
    plot = trends.scores(two_visits(rated(LATER, 4, 5)), nrs)
    assert plot.title == "Pain and fatigue (higher is worse)"
    assert (plot.unit, plot.low, plot.high, plot.step) == ("points of 10", 0, 10, 2)
    values = {series.title: [point.value for point in series.points] for series in plot.series}
    assert values == {"Pain": [2, 4], "Fatigue": [6, 5]}
    assert len({series.role for series in plot.series}) == 2


def test_nothing_that_needs_a_total_is_made_up(nrs):
    record = two_visits(rated(LATER, 4, 5))
    assert trends.totals(record, nrs) == ()
    no_slope = trends.slope(record, nrs)
    assert isinstance(no_slope, NoSlope)
    assert no_slope.reason == "This questionnaire has no total, so it has no slope."
    with pytest.raises(ValueError, match="has no total"):
        trends.total(record, nrs)


def test_the_summary_shows_two_scores_and_no_total():
    (form,) = visit_summary.build(
        two_visits(rated(LATER, 4, 0)), LATER.id, {"dr.demo": "Dr. Demo"}
    ).forms
    assert [(item.title, item.answer, item.score, item.previous) for item in form.items] == [
        ("Pain", "0 No pain … 10 Worst pain imaginable", "4", "2"),
        ("Fatigue", "No fatigue", "0", "6"),
    ]
    assert [(row.title, row.score, row.change) for row in form.scales] == [
        ("Pain", "4/10", "+2"),
        ("Fatigue", "0/10", "−6"),
    ]
    assert not form.has_total


def test_one_number_alone_is_a_score_of_its_own():
    """Fatigue was not answered: missing is not zero, and pain is not thrown away for it."""
    (form,) = visit_summary.build(
        two_visits(rated(LATER, 4)), LATER.id, {"dr.demo": "Dr. Demo"}
    ).forms
    assert [(row.score, row.change) for row in form.scales] == [
        ("4/10", "+2"),
        ("0 of 1 answered", "–"),
    ]


def test_it_is_printed_with_its_sources():
    pdf = paper.render(
        two_visits(rated(LATER, 4, 5)),
        LATER.id,
        CLINIC,
        names={"dr.demo": "Dr. Demo"},
        printed_by="Dr. Demo",
        printed_at=PRINTED_AT,
    )
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(document[0].get_textpage().get_text_range().split())
    document.close()
    assert "1 Pain 0 No pain … 10 Worst pain imaginable 4 2" in text
    assert "2 Fatigue 0 No fatigue … 10 Worst fatigue imaginable 5 6" in text
    assert "4/10" not in text, "a scale of one question is not said twice"
    assert "Pain and fatigue (higher is" in text and "worse) ¹" in text
    assert "wors…" not in text, "which way is worse is whole beside the plot, too"
    assert "Jensen MP" in text


# In a routine visit: offered, and nobody is held up by it.


@pytest.fixture
def draft(session):
    patient = a_routine_patient()
    with session.write("registered"):
        session.patients.save(patient)
    return Draft(session, patient.id, start_visit(session, patient.id, "R3", LATER.date))


def step(draft):
    return next(step for step in draft.steps() if step.id == ID)


def points(draft):
    return [point.problem.message for point in draft.open_points() if point.step == ID]


def answer(draft, slot, score):
    draft.answer(ID, slot, Answer(item=slot, value=score))


def test_it_may_be_left_out_of_a_routine_visit(draft):
    assert (step(draft).state, step(draft).hint) == (StepState.EMPTY, "optional")
    assert points(draft) == []


def test_an_unscheduled_visit_offers_it_as_well(session, draft):
    draft.discard("begun by mistake")
    patient = draft.record.patient
    other = Draft(session, patient.id, start_visit(session, patient.id, None, LATER.date))
    assert step(other).hint == "optional"


def test_once_begun_it_is_finished_or_explained(draft):
    answer(draft, "pain", 0)
    assert (step(draft).state, step(draft).hint) == (StepState.STARTED, "1 of 2")
    assert points(draft) == ["2 Fatigue: answer it, or say why it was not done."]
    answer(draft, "fatigue", 10)
    assert (step(draft).state, step(draft).hint) == (StepState.DONE, "2 of 2")
    assert points(draft) == []
    draft.questionnaires.undo(ID)
    draft.questionnaires.undo(ID)
    assert (step(draft).state, points(draft)) == (StepState.EMPTY, [])


def test_undo_never_takes_an_answer_of_another_form_back(draft):
    draft.answer("alsfrs-r", "speech", Answer(item="speech", value=4))
    answer(draft, "pain", 3)
    assert draft.questionnaires.undo(ID) == "pain"
    assert draft.questionnaires.undo(ID) is None
    assert draft.questionnaires.form("alsfrs-r").values == {"speech": 4}


def test_it_can_be_said_why_it_was_left_out(draft):
    draft.questionnaires.save_not_done(ID, NotDone.REFUSED)
    assert (step(draft).state, step(draft).hint) == (StepState.DONE, "not done")
