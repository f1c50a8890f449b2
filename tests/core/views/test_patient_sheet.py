"""The patient's sheet in words: what became harder, what did not, and that what is not known is said to be so."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from core import resources
from core.errors import InvalidReference
from core.forms import catalog as forms
from core.instruments import catalog
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.appointment import Appointment
from core.model.assessment import NotDone
from core.model.decision import Choice, Decision, DecisionKind
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.user import Clinic
from core.model.visit import Mode
from core.views.sheet import build, definition
from core.views.sheet.definition import BREATHING_TEST, WEIGHT, Direction, Field, of_row
from core.views.sheet.sentences import program_words
from tests.core.examples import (
    a_form,
    a_patient,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
    answers,
)

CLINIC = Clinic(name="ALS clinic", phone="021 1234")
NAMES = {"dr.demo": "Dr. Demo"}
BEFORE, NOW = date(2026, 9, 5), date(2026, 11, 28)
MIDDLE = (2,) * 4 + (1,) + (2,) * 7  # every item can become harder and easier
FORM = catalog.alsfrs_r()
ITEMS = [item.id for item in FORM.items]
TOML = resources.path(definition.FILE).read_text("utf-8")


def two_visits(before=MIDDLE, now=MIDDLE, *, variant="a", patient=None, **changes):
    """A record with two finished visits and their forms; None is no form."""
    person = patient or a_routine_patient(height_cm=176, born=date(1959, 3, 14), sex=Sex.MALE)
    earlier = a_visit(person, BEFORE, "R3", weight_kg=71.2)
    last = a_visit(person, NOW, "R3", **{"weight_kg": 71.4, **changes})

    made = [
        replace(a_form(visit), answers=answers(scores, variant))
        for visit, scores in ((earlier, before), (last, now))
        if scores is not None
    ]
    tests = (a_spirometry(earlier, 2000, 1990, 1980), a_spirometry(last, 1900, 1890, 1880))
    return a_record(person, earlier, last, assessments=tuple(made), spirometry=tests), last


def words(record, visit, clinic=CLINIC):
    return program_words(record, visit, clinic, NAMES)


def moved(item, by):
    """The scores in the middle, with one item moved to the next score that it has; and which variant it is."""
    variants = [one for slot in FORM.slots for one in FORM.variants(slot) if one.id == item]
    (one,) = variants
    at = FORM.slots.index(one.place)
    scores = list(MIDDLE)
    known = sorted(one.scores)
    scores[at] = known[1]
    before = tuple(scores)
    scores[at] = known[1 + by]
    return before, tuple(scores), "b" if one.id.endswith("with_gastrostomy") else "a"


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize(
    ("by", "direction"),
    [(-1, Direction.HARDER), (0, Direction.SAME), (1, Direction.EASIER)],
)
def test_every_item_has_words_for_every_direction(item, by, direction):
    variant = "b" if item == "cutting_with_gastrostomy" else "a"
    before, now, _variant = moved(item, by)
    record, visit = two_visits(before, now, variant=variant)
    said = words(record, visit)
    place = FORM.item(item).place
    scale = FORM.domain_of(place)
    sentence = said[of_row(scale.id)]
    question = definition.shipped().question(item)
    if direction is Direction.SAME:
        assert sentence == "The same as in September."
        assert question.say(direction, 2).endswith("the same.")
        assert "all of the 12 things we ask about are the same" in said[Field.HEADLINE]
        return
    score = now[FORM.slots.index(place)]
    assert sentence == f"{question.say(direction, score)} The rest is the same."
    assert question.name in said[Field.HEADLINE]
    harder = "one of the 12 things we ask about has become harder"
    assert (harder in said[Field.HEADLINE]) == (direction is Direction.HARDER)
    assert "11 are the same." in said[Field.HEADLINE]


def test_nothing_on_a_sheet_names_a_scale_a_stage_or_what_may_come():
    forbidden = (
        "stage",
        "slope",
        "total",
        "deltaFS",
        "King",
        "MiToS",
        "month.",
        "expected",
        "risk",
    )
    for question in definition.shipped().questions:
        for text in (question.harder, question.easier, question.same):
            assert not [one for one in forbidden if one in text]
            assert len(text) < 60 and text.endswith(".")


def test_a_score_that_is_reached_has_its_own_words():
    scores = (*MIDDLE[:8], 1, *MIDDLE[9:])
    record, visit = two_visits(MIDDLE, scores)
    assert (
        words(record, visit)[of_row("gross_motor")] == "Stairs need help now. The rest is the same."
    )


def test_the_first_sentences_tell_what_moved_and_the_weight():
    now = (2, 1, 2, 1, 1, 2, 2, 2, 1, 3, 2, 2)
    record, visit = two_visits(MIDDLE, now)
    assert words(record, visit)[Field.HEADLINE] == (
        "Since September, 3 of the 12 things we ask about have become harder: saliva, writing and"
        " stairs. A little easier: breathing when active. 8 are the same. Your weight is about the same."
    )


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((72.0, 71.2, 71.4), "Your weight has stopped falling."),
        ((71.0, 71.2, 71.4), "Your weight is about the same."),
        ((72.0, 71.2, 69.0), "You weigh 2.2 kg less than in September."),
        ((72.0, 71.2, 73.0), "You weigh 1.8 kg more than in September."),
    ],
)
def test_the_weight_in_the_first_sentences(weights, said):
    record, _visit = two_visits()
    first = a_visit(record.patient, date(2026, 6, 1), "R3", weight_kg=weights[0])
    earlier, last = record.visits
    visits = (first, replace(earlier, weight_kg=weights[1]), replace(last, weight_kg=weights[2]))
    assert words(replace(record, visits=visits), visits[-1])[Field.HEADLINE].endswith(said)


def test_a_row_of_numbers_says_today_and_the_visit_before():
    record, visit = two_visits()
    said = words(record, visit)
    assert said[of_row(WEIGHT)] == "71.4 kg, 0.2 kg more than in September."
    assert said[of_row(BREATHING_TEST)] == (
        "47 % of what is usual for your age and height; 50 % in September."
    )


def test_what_was_not_asked_or_measured_is_said_and_never_drawn_as_zero():
    record, visit = two_visits(now=None, weight_kg=None)
    record = replace(record, spirometry=record.spirometry[:1])
    said = words(record, visit)
    assert said[Field.HEADLINE] == "The questions about daily life were not asked today."
    assert said[of_row("bulbar")] == "Not asked today."
    assert said[of_row(WEIGHT)] == "Not measured today. 71.2 kg in September."
    assert said[of_row(BREATHING_TEST)] == "Not measured today. 50 % in September."
    sheet = build.build(record, visit.id, CLINIC, NAMES)
    for figure in sheet.figures:
        assert [one.day for one in figure.values] == [BEFORE]
        assert all(one.number > 0 for one in figure.values)
    form = a_form(visit, not_done=NotDone.REFUSED, answers={})
    refused = replace(record, assessments=(*record.assessments, form))
    assert words(refused, visit)[of_row("bulbar")] == "Not asked today."


def test_a_form_in_part_compares_what_was_asked():
    now = (2, 1, None, *MIDDLE[3:])
    record, visit = two_visits(MIDDLE, now)
    said = words(record, visit)
    assert said[of_row("bulbar")] == (
        "There is much more saliva. Speech is the same. Not all of it was asked today."
    )
    assert said[Field.HEADLINE].startswith("Since September, one of the 12 things")
    assert "10 are the same. Not all of it was asked today." in said[Field.HEADLINE]
    bulbar = build.build(record, visit.id, CLINIC, NAMES).figures[0]
    assert [one.day for one in bulbar.values] == [BEFORE]


def test_a_question_on_another_scale_is_not_compared():
    record, visit = two_visits()
    earlier, last = record.assessments

    other = replace(last, answers=answers(MIDDLE, "b"))
    record = replace(record, assessments=(earlier, other))
    said = words(record, visit)[of_row("fine_motor")]
    assert said == (
        "The question about using the hands is another one than in September. The rest is the same."
    )


def test_a_first_visit_compares_nothing():
    patient = a_routine_patient(height_cm=176, born=date(1959, 3, 14), sex=Sex.MALE)
    visit = a_visit(patient, NOW, "R3", weight_kg=71.4)
    form = a_form(visit, (4, 4, 4, 3, 4, 4, 4, 4, 2, 4, 4, 4))
    record = a_record(
        patient, visit, assessments=(form,), spirometry=(a_spirometry(visit, 2000, 1990),)
    )
    said = words(record, visit)
    assert said[Field.HEADLINE].startswith("This is your first visit.")
    assert said[of_row("bulbar")] == "No difficulty."
    assert said[of_row("gross_motor")] == "Some difficulty: stairs."
    assert said[of_row(WEIGHT)] == "71.4 kg."
    every = " ".join(said.values())
    assert "than in" not in every and "same as" not in every and "Since" not in every


def test_an_interval_within_a_month_or_over_a_year_says_so():
    record, visit = two_visits()
    earlier, last = record.visits
    for day, said in (
        (date(2026, 11, 3), "The same as on 3 November."),
        (date(2025, 11, 3), "The same as in November 2025."),
        (date(2026, 1, 3), "The same as in January."),
    ):
        moved_ = replace(earlier, date=day)
        form = replace(record.assessments[0], date=day)
        other = replace(record, visits=(moved_, last), assessments=(form, record.assessments[1]))
        assert words(other, visit)[of_row("bulbar")] == said


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.IN_PERSON, "Saturday 28 November 2026, with Dr. Demo"),
        (Mode.PHONE, "Saturday 28 November 2026, by phone with Dr. Demo"),
        (None, "Saturday 28 November 2026, with Dr. Demo"),
    ],
)
def test_when_and_with_whom(mode, said):
    record, visit = two_visits(mode=mode)
    assert words(record, visit)[Field.WITH] == said


def medicine(patient, substance, started, **items):
    values = {"substance": substance, "dose": 50.0, "unit": "mg", "frequency": "2_daily"}
    values |= {"route": "oral", "started": started, "ongoing": 1} | items

    form = forms.newest()["medicine"]
    return FormRecord(
        patient_id=patient.id,
        form=form.id,
        version=form.version,
        entered_by="dr.demo",
        entered_at=datetime(2026, 9, 5, 9, 30, tzinfo=UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=form.course,
    )


def test_medicines_are_told_as_they_are_taken_and_what_is_new_was_agreed():
    record, visit = two_visits()
    taken = (
        medicine(record.patient, "Riluzole", "2025-11"),
        medicine(record.patient, "Baclofen", "2026-10-01", frequency="3_daily", route="tube"),
        medicine(record.patient, "Tizanidine", "2025-01", ended="2026-10-02", ongoing=0),
    )
    said = words(replace(record, forms=taken), visit)
    assert said[Field.MEDICINES].splitlines() == [
        "Riluzole 50 mg, twice a day",
        "Baclofen 50 mg, three times a day, by tube",
    ]
    assert said[Field.AGREED].splitlines() == [
        "New: Baclofen 50 mg, three times a day, by tube",
        "Ended: Tizanidine 50 mg, twice a day",
    ]
    assert words(record, visit)[Field.MEDICINES] == (
        "No medicine is on our list. Please tell us what you take."
    )


@pytest.mark.parametrize(
    ("choice", "review", "said"),
    [
        (Choice.DONE, None, "We have seen to your breathing, as agreed."),
        (Choice.PLANNED, date(2027, 2, 26), "We will talk about help with breathing on 26 February."),
        (Choice.DECLINED, date(2027, 2, 26), "Nothing new about help with breathing for now. You can change your mind at any time."),
        (Choice.NOT_NOW, date(2027, 2, 26), "We will talk about help with breathing again by 26 February."),
        (Choice.NOTED, None, ""),
    ],
)  # fmt: skip
def test_a_decision_is_told_as_it_was_agreed(choice, review, said):
    record, visit = two_visits()
    decision = Decision(
        patient_id=record.patient.id,
        kind=DecisionKind.ACTION,
        subject="breathing",
        choice=choice,
        reason="clinical words",
        review_on=review,
        visit_id=visit.id,
        by="dr.demo",
        at=visit.finished_at,
    )
    assert words(replace(record, decisions=(decision,)), visit)[Field.AGREED] == said
    earlier = replace(decision, visit_id=record.visits[0].id)
    assert words(replace(record, decisions=(earlier,)), visit)[Field.AGREED] == ""


def test_the_next_visit_is_told_with_its_appointment():
    record, visit = two_visits()
    made = Appointment(
        patient_id=record.patient.id,
        code="R3",
        day=date(2027, 2, 26),
        time=time(10, 30),
        entered_by="dr.demo",
        entered_at=datetime(2026, 11, 28, 18, tzinfo=UTC),
    )
    told = words(replace(record, appointments=(made,)), visit)[Field.NEXT]
    assert told == "Friday 26 Feb 2027, 10:30\n3-month visit"
    whole_day = replace(record, appointments=(replace(made, time=None),))
    assert words(whole_day, visit)[Field.NEXT] == "Friday 26 Feb 2027\n3-month visit"


def test_the_next_visit_is_told_with_its_window():
    record, visit = two_visits()
    said = words(record, visit)[Field.NEXT]
    assert said == "Between 14 February and 14 March; we will call you.\n3-month visit"
    trial = a_patient(height_cm=176)
    month_2 = a_visit(trial, date(2026, 7, 21), "M2")
    record = a_record(trial, month_2)
    assert words(record, month_2)[Field.NEXT].startswith("Between 7 September and 5 October")
    gone = Milestone(
        patient_id=trial.id, kind=MilestoneKind.WITHDRAWAL, happened_on=PartialDate(2026, 7, 20)
    )
    ended = words(replace(record, milestones=(gone,)), month_2)[Field.NEXT]
    assert ended == "No visit is planned. Call us whenever you need us."


def test_the_clinic_says_where_and_when_to_call():
    record, visit = two_visits()
    said = words(record, visit)
    assert said[Field.PHONE] == "021 1234"
    assert said[Field.CALL_US].startswith("sudden breathlessness, chest pain")
    own = replace(CLINIC, call_us="any fever.")
    assert words(record, visit, own)[Field.CALL_US] == "any fever."


def test_there_is_no_sheet_of_a_dead_patient_or_of_a_visit_in_progress():
    record, visit = two_visits()
    dead = Milestone(
        patient_id=record.patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 12, 1)
    )
    late = replace(record, milestones=(dead,))
    assert build.why_none(late, visit) == (
        "This patient has died: there is no sheet for the patient."
    )
    with pytest.raises(ValueError, match="has died"):
        build.build(late, visit.id, CLINIC, NAMES)
    draft = a_visit(record.patient, NOW, "R3", finished=False)
    assert build.why_none(record, draft).startswith("Finish the visit first")
    assert build.why_none(record, visit) == ""


def test_later_visits_do_not_change_a_sheet():
    record, visit = two_visits()
    before = build.build(record, visit.id, CLINIC, NAMES)
    later = a_visit(record.patient, date(2027, 2, 20), "R3", weight_kg=60.0)
    more = replace(
        record,
        visits=(*record.visits, later),
        assessments=(*record.assessments, a_form(later, (0,) * 12)),
    )
    assert build.build(more, visit.id, CLINIC, NAMES) == before


# The file of the words.


def line_of(part):
    return TOML.count("\n", 0, TOML.index(part)) + 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words_"),
    [
        ('id = "bulbar"', 'id = "mouth"', 'id = "bulbar"', "“mouth” is nothing that these words are about"),
        ('id = "speech"', 'id = "salivation"', 'id = "salivation"', "“salivation” is there twice"),
        ("score = 2, say", "score = 4, say", 'reached = [\n    { score = 2', "4 is no score that “speech” can fall to"),
        ('name = "speech"', "", 'id = "speech"', "“name” is missing"),
        ("span = 12", "span = 0", "span = 12", "“span” must be above 0"),
        ("weight_same_kg = 0.5", "weight_same_kg = 11", "weight_same_kg", "must be from 0 to 10"),
        ("on {day}.", "on {month}.", "planned = ", "only {day} may be in braces"),
        ('harder = "Speech', 'worse = "x"\nharder = "Speech', 'harder = "Speech', "“worse” means nothing here"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_line_to_fix(old, new, line, words_):
    wrong = TOML.replace(old, new, 1)
    with pytest.raises(InvalidReference) as refused:
        definition.read("patient_sheet.toml", wrong.encode())
    said = str(refused.value)
    assert words_ in said
    named = int(re.search(r"line (\d+)", said)[1])
    assert abs(named - line_of(line)) <= 1


def test_every_item_and_domain_needs_its_words():
    start = TOML.index('[[questions]]\nid = "stairs"')
    end = TOML.index("[[questions]]", start + 5)
    with pytest.raises(InvalidReference, match="lacks stairs; add it"):
        definition.read("x.toml", (TOML[:start] + TOML[end:]).encode())
