"""A questionnaire asked without a window: what each key means, and where it leads."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.acts import locking
from core.entering.interview import Front, Interview, Lead, Told, Typed
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import event_date
from core.errors import AppError
from core.instruments import catalog
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate
from tests.core.examples import enter_visit

DAY = date(2026, 7, 21)
BEFORE = (4, 4, 4, 4, 3, 3, 3, 3, 3, 4, 4, 4)


class Fields:
    """What is typed at the question in front; each save, and each that was refused, is counted."""

    def __init__(self):
        self.typed, self.saved, self.refused = Typed(), 0, []

    def on_saved(self):
        self.saved += 1

    @contextmanager
    def saving(self):
        try:
            yield
        except AppError as error:
            self.refused.append(str(error))


@pytest.fixture
def fields():
    return Fields()


@pytest.fixture
def ask(session, patient, fields):
    """``ask()`` begins the visit of month 2 and its questionnaire; ``before`` answers one of a visit before."""

    def begin(before=None, instrument=None):
        if before is not None:
            enter_visit(session, patient, DAY - timedelta(days=61), scores=before)
        draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
        return Interview(
            draft,
            instrument or catalog.alsfrs_r(),
            lambda: fields.typed,
            fields.saving,
            fields.on_saved,
        )

    return begin


def press(interview, digits):
    return [interview.digit(int(digit)) for digit in digits]


def test_a_digit_answers_and_leads_to_the_next_open_question(ask, fields):
    interview = ask()
    assert interview.begin() is Lead.STAY and interview.slot == "speech"
    assert press(interview, "43") == [Lead.QUESTION, Lead.QUESTION]
    assert interview.form.values == {"speech": 4, "salivation": 3}
    assert interview.slot == "swallowing" and fields.saved == 2
    interview.step(-1)
    interview.step(-1)
    press(interview, "2")  # the first one again: the next key is meant for an open one
    assert interview.slot == "swallowing"
    assert interview.told == Told(
        now=Answer(item="speech", value=2), before=Answer(item="speech", value=4)
    )


def test_a_digit_that_is_no_answer_and_a_key_held_down_answer_nothing(ask):
    interview = ask()
    assert interview.digit(7) is None
    assert interview.digit(3, held=True) is Lead.NOWHERE
    assert interview.form.values == {} and interview.slot == "speech"


def test_a_1_waits_for_its_0_where_10_is_an_answer(ask):
    interview = ask(instrument=next(i for i in catalog.shipped().values() if i.id != "alsfrs-r"))
    first, second, *_rest = interview.instrument.slots
    assert press(interview, "1") == [Lead.STAY] and interview.form.values == {first: 1}
    press(interview, "0")
    assert interview.form.values == {first: 10} and interview.slot == second
    press(interview, "1")
    interview.end_of_number()  # something else had the keyboard
    press(interview, "0")
    assert interview.form.values == {first: 10, second: 0}


def test_an_answer_that_is_pointed_at_brings_its_question_to_the_front(ask, fields):
    asked = ask()
    asked.digit(3)
    fields.typed = Typed(note="")
    assert asked.give(2, slot="walking") is Lead.QUESTION
    assert {slot: one.value for slot, one in asked.form.answers.items()} == {
        "speech": 3,
        "walking": 2,
    }
    assert asked.slot == "stairs", "the next digit is meant for the next open question"
    asked.give(1, slot="speech")
    assert asked.told == Told(
        now=Answer(item="speech", value=1), before=Answer(item="speech", value=3)
    )


def test_undo_goes_back_to_what_was_and_then_to_an_open_question(ask):
    interview = ask()
    press(interview, "4")
    interview.jump("speech")
    press(interview, "2")
    assert interview.undo() is Lead.QUESTION
    assert interview.form.values == {"speech": 4} and interview.slot == "salivation"
    assert interview.told == Told(now=Answer(item="speech", value=4))
    assert interview.undo() is Lead.STAY and interview.slot == "speech"
    assert interview.undo() is Lead.NOWHERE, "there is nothing left to undo"


def test_a_note_straight_after_an_answer_belongs_to_that_answer(ask, fields):
    interview = ask()
    assert interview.begin_note() is Lead.STAY, "there is no answer yet"
    press(interview, "4")
    assert interview.begin_note() is Lead.NOTE and interview.slot == "speech"
    fields.typed = Typed(note=" tires in the evening ")
    assert interview.end_note(enter=True) is Lead.QUESTION
    assert interview.form.answers["speech"].note == "tires in the evening"
    assert interview.slot == "salivation"


def test_5b_asks_for_its_event_and_goes_on_once_it_is_recorded(ask, fields, session, patient):
    interview = ask()
    press(interview, "4444")
    assert interview.letters == {"a", "b"} and interview.switch("b") is Lead.QUESTION
    assert press(interview, "2") == [Lead.EVENT] and interview.slot == "cutting"
    assert interview.event_problem(None).message.startswith("Enter the date")
    late = PartialDate.of(DAY + timedelta(days=1))
    assert interview.event_problem(late).message == "The event is after this visit."
    fields.typed = Typed(date="2024-0")
    interview.leave()
    assert interview.draft.unsaved.texts == {event_date("alsfrs-r", "cutting"): "2024-0"}
    fields.typed = Typed()
    assert interview.record_event(PartialDate(2024, 3))
    assert interview.settle() is Lead.QUESTION and interview.slot == "dressing"
    (milestone,) = session.record(patient.id).milestones
    assert milestone.kind is MilestoneKind.GASTROSTOMY and interview.draft.unsaved.texts == {}


def test_the_last_answer_leads_to_the_comparison_and_a_change_then_needs_its_reason(ask, fields):
    interview = ask(BEFORE)
    assert interview.before is None, "it must not steer the rater"
    *_others, last = press(interview, "444433333444")
    assert last is Lead.COMPARISON and interview.compare()
    interview.front = Front.COMPARISON
    assert interview.step(1) is Lead.ON
    assert interview.form.compared_at is not None
    interview.jump("walking")
    assert interview.before.answers["walking"].value == 3
    assert press(interview, "2") == [Lead.QUESTION]
    assert interview.correcting == Answer(item="walking", value=2)
    assert interview.form.values["walking"] == 3, "nothing changes before the reason"
    fields.typed = Typed(reason="uses a st")
    interview.jump("stairs")
    assert interview.correcting is None
    interview.jump("walking")
    assert interview.correcting == Answer(item="walking", value=2, corrected="uses a st")
    given = replace(interview.correcting, corrected="uses a stick")
    assert interview.correct(given) is Lead.COMPARISON
    assert interview.form.answers["walking"] == given and interview.correcting is None


def test_a_question_that_is_not_done_leads_on_too(ask):
    interview = ask()
    assert interview.give_not_done(NotDone.REFUSED)
    assert interview.advance() is Lead.QUESTION and interview.slot == "salivation"
    assert interview.form.answers["speech"].not_done is NotDone.REFUSED


def test_the_ends_of_the_form_lead_out_of_it(ask):
    interview = ask()
    assert interview.step(-1) is Lead.BACK
    interview.jump(interview.instrument.slots[-1])
    assert interview.step(1) is Lead.ON


def test_an_answer_that_the_file_refuses_is_not_passed_over(ask, fields, session, patient):
    interview = ask()
    press(interview, "4")
    locking.lock_patient(session, patient.id, "end of study")
    assert press(interview, "3") == [Lead.STAY]
    assert interview.slot == "salivation" and interview.form.values == {"speech": 4}
    assert len(fields.refused) == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(st.integers(0, 9), st.sampled_from([-1, 1]).map(str), st.just("undo"))))
def test_one_is_never_led_to_an_answered_question_while_one_is_open(session, patient, keys):
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, None, DAY))
    interview = Interview(draft, catalog.alsfrs_r())
    for key in keys:
        if isinstance(key, int):
            before = interview.form.values
            lead = interview.digit(key)
            assert (lead is None) == (key > 4)
            changed = {k: v for k, v in interview.form.values.items() if before.get(k) != v}
            assert set(changed.values()) <= {key} and len(changed) <= 1
            open_ones = set(interview.instrument.slots) - interview.form.answers.keys()
            assert lead is None or not open_ones or interview.slot in open_ones
        elif key == "undo":
            interview.undo()
        else:
            interview.step(int(key))
