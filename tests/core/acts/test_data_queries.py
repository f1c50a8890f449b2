"""Questions on fields: who may ask, answer and close; what the rules ask; what a list of the clinic shows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import clock
from core.acts import data_queries
from core.acts.data_queries import Place
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import DETAILS
from core.errors import NotAllowed
from core.model.assessment import Answer
from core.model.data_query import QueryState
from core.model.measurement import asked_kinds
from core.model.nouns import MEASUREMENTS
from core.model.signature import Lock, LockLevel
from core.model.spirometry import Blow
from core.model.user import Role
from core.model.visit import Mode, Respondent, TaskResult
from core.session import Session, new_user
from core.views.visit_summary import build
from tests.core.examples import FULL, enter_visit

DAY = date(2026, 7, 21)
WALKING = Place("alsfrs-r", "walking", "ALSFRS-R: 8 Walking")


@pytest.fixture
def finished(visit_day):
    return visit_day(DAY, "M2", scores=FULL, blows=(3200,))


@pytest.fixture
def as_role(session, clinic_path, key):
    """``as_role(Role.NURSE)`` opens the same file as somebody of that role."""
    with session.write("people"):
        for role in Role:
            session.users.save(new_user(role.value, role.value.capitalize(), role))
    opened = [session]

    def open_as(role):
        opened[-1].close()
        opened.append(Session(clinic_path, key, role.value))
        return opened[-1]

    yield open_as
    opened[-1].close()


def only(session, patient):
    (query,) = session.queries.of(patient.id)
    return query


def test_a_question_is_asked_answered_asked_again_closed_and_opened_again(
    session, patient, finished, reopened
):
    data_queries.ask(session, patient.id, finished.id, WALKING, " Is this 3 or 2? ")
    query = only(session, patient)
    assert (query.text, query.label, query.state) == (
        "Is this 3 or 2?",
        "ALSFRS-R: 8 Walking",
        QueryState.OPEN,
    )
    data_queries.answer(session, query, "3, as on the sheet")
    assert only(session, patient).state is QueryState.ANSWERED
    data_queries.ask_again(session, query, "The sheet says 2")
    assert only(session, patient).state is QueryState.OPEN
    data_queries.answer(session, query, "2, corrected")
    data_queries.close(session, query, "Thank you")
    session = reopened()
    query = only(session, patient)
    assert query.state is QueryState.CLOSED and query.closed_by == "dr.demo"
    assert [(reply.text, reply.asks) for reply in query.replies] == [
        ("3, as on the sheet", False),
        ("The sheet says 2", True),
        ("2, corrected", False),
        ("Thank you", False),
    ]
    with pytest.raises(ValueError, match="asked again"):
        data_queries.answer(session, query, "more")
    data_queries.ask_again(session, query, "One more thing")
    assert only(session, patient).state is QueryState.OPEN


@pytest.mark.parametrize(
    ("role", "asks", "closes"),
    [
        (Role.NURSE, True, False),
        (Role.NEUROLOGIST, True, True),
        (Role.MONITOR, True, True),
        (Role.ADMINISTRATOR, False, False),
    ],
)
def test_who_may_ask_and_close(as_role, patient, finished, role, asks, closes):
    session = as_role(Role.NEUROLOGIST)
    data_queries.ask(session, patient.id, finished.id, WALKING, "Is this right?")
    query = only(session, patient)
    session = as_role(role)
    if asks:
        data_queries.answer(session, query, "Yes")
        data_queries.ask(session, patient.id, finished.id, WALKING, "And this?")
    else:
        with pytest.raises(NotAllowed):
            data_queries.answer(session, query, "Yes")
        with pytest.raises(NotAllowed):
            data_queries.ask(session, patient.id, finished.id, WALKING, "And this?")
    if closes:
        data_queries.close(session, query)
        data_queries.ask_again(session, query, "Not yet")
    else:
        with pytest.raises(NotAllowed):
            data_queries.close(session, query)
    queries = as_role(Role.NEUROLOGIST).queries.of(patient.id)  # an administrator reads none
    first = next(one for one in queries if one.id == query.id)
    assert first.state is (QueryState.ANSWERED if asks and not closes else QueryState.OPEN)


def test_a_monitor_asks_and_closes_but_changes_nothing_else(as_role, patient, finished):
    session = as_role(Role.MONITOR)
    data_queries.ask(session, patient.id, finished.id, WALKING, "Is this right?")
    with pytest.raises(NotAllowed), session.write("a change"):
        session.visits.save(replace(finished, note="changed by the monitor"))
    assert session.visits.of(patient.id)[0].note == ""


@pytest.mark.parametrize("level", list(LockLevel))
def test_questions_are_asked_and_answered_on_what_is_locked(session, patient, finished, level):
    subject = {
        LockLevel.FORM: f"{finished.id}/alsfrs-r",
        LockLevel.VISIT: finished.id,
        LockLevel.PATIENT: patient.id,
        LockLevel.DATABASE: "",
    }[level]
    with session.write("locked"):
        session.locks.save(
            Lock(
                level=level,
                subject=subject,
                patient_id=None if level is LockLevel.DATABASE else patient.id,
                locked_by="dr.demo",
                locked_at=clock.now(),
                reason="checked",
            )
        )
    data_queries.ask(session, patient.id, finished.id, WALKING, "Is this right?")
    query = only(session, patient)
    data_queries.answer(session, query, "Yes")
    data_queries.close(session, query)
    assert only(session, patient).state is QueryState.CLOSED


def fill(draft, alsfrs_r, **scores):
    draft.save_details(on=DAY, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=None)
    for slot in alsfrs_r.slots:
        item = alsfrs_r.variants(slot)[0].id
        draft.answer(alsfrs_r.id, slot, Answer(item=item, value=scores.get(slot, 4)))
    draft.spirometry.save(
        replace(draft.spirometry.entered, height_cm=None, blows=(Blow(number=1, volume_ml=3200),))
    )
    draft.save_new_events(False)
    for task in draft.tasks.asked:
        draft.tasks.save(TaskResult(visit_id=draft.visit.id, task=task.id, done=True))


def test_finishing_stores_what_the_rules_ask_once(session, patient, alsfrs_r):
    """Walking 0 with stairs 4 (P9) was kept with a reason; without a height there is no % predicted."""
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    fill(draft, alsfrs_r, walking=0, stairs=4)
    draft.comparisons.show(alsfrs_r.id)
    for question in draft.comparisons.questions(alsfrs_r.id):
        draft.comparisons.keep(alsfrs_r.id, question.finding, "seen walking at home")
    draft.finish()
    asked = {query.rule: query for query in session.queries.of(patient.id)}
    assert set(asked) == {"P9", "no-prediction"}
    assert asked["P9"].state is QueryState.ANSWERED
    assert asked["P9"].replies[0].text == "seen walking at home"
    assert (asked["P9"].step, asked["P9"].field) == ("alsfrs-r", "walking")
    assert asked["no-prediction"].state is QueryState.OPEN
    assert asked["no-prediction"].field.endswith(".height")
    data_queries.close(session, asked["no-prediction"], "It is not known")
    draft.reopen("a correction")
    draft.finish()
    assert len(session.queries.of(patient.id)) == 2
    draft.reopen("a correction")
    draft.save_paper(paper_on=DAY - timedelta(days=1), paper_by="N. Urse")
    draft.finish()
    rules = sorted(query.rule for query in session.queries.of(patient.id))
    assert rules == ["P9", "no-prediction", "paper-day"]


def test_every_field_of_a_visit_can_be_asked_about(session, patient, alsfrs_r):
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    fill(draft, alsfrs_r)
    places = data_queries.places(draft)
    assert len({(place.step, place.field) for place in places}) == len(places)
    fields = {place.field for place in places}
    assert set(alsfrs_r.slots) < fields
    assert {task.id for task in draft.tasks.asked} < fields
    assert {"date", "mode", "respondent", "details.weight", "note", "stage", "asked"} < fields
    assert (
        not draft.asks(MEASUREMENTS)
        or {f"measurement.value.{kind}" for kind in asked_kinds()} < fields
    )
    steps = {step.id for step in draft.steps()}
    assert {place.step for place in places} <= steps
    assert all(place.label for place in places)


def test_the_clinics_list_has_the_open_ones_first_with_their_age(session, patient, finished):
    other = enter_visit(session, patient, DAY + timedelta(days=40), "M4", scores=FULL)
    data_queries.ask(session, patient.id, finished.id, WALKING, "Answered one")
    data_queries.answer(session, only(session, patient), "Yes")
    data_queries.ask(session, patient.id, other.id, Place(DETAILS, "date", "Date"), "Open one")
    data_queries.ask(session, patient.id, None, Place("patient", "born", "Date of birth"), "Which?")
    in_a_week = clock.today() + timedelta(days=7)
    listed = data_queries.waiting(
        session.queries.all(), session.outlines(), in_a_week, may_close=True
    )
    assert [(one.query.text, one.record_number, one.visit, one.days) for one in listed] == [
        ("Open one", "7", "Month 4", 7),
        ("Which?", "7", "", 7),
        ("Answered one", "7", "Month 2", 7),
    ]


def test_what_a_rule_asked_and_somebody_answered_waits_only_for_who_may_close(
    session, patient, finished
):
    data_queries.ask(session, patient.id, finished.id, WALKING, "A person's")
    data_queries.answer(session, only(session, patient), "Yes")
    rule = replace(only(session, patient), id="r", rule="P4", text="A rule's", replies=())
    with session.write("asked by a rule"):
        session.queries.save(rule)

    def listed(*, may_close):
        found = data_queries.waiting(
            session.queries.all(), session.outlines(), DAY, may_close=may_close
        )
        return {one.query.text for one in found}

    assert listed(may_close=False) == listed(may_close=True) == {"A person's", "A rule's"}
    data_queries.answer(session, rule, "Checked, kept")
    assert listed(may_close=False) == {"A person's"}
    assert listed(may_close=True) == {"A person's", "A rule's"}


def test_a_visit_somebody_asked_about_is_not_one_in_which_nothing_was_entered(session, patient):
    draft = Draft(
        session, patient.id, beginning.start_visit(session, patient.id, "M2", clock.today())
    )
    assert draft.untouched
    data_queries.ask(session, patient.id, draft.visit.id, WALKING, "Is this right?")
    draft.reload()
    assert not draft.untouched


def test_a_discarded_visits_question_stays_with_the_patient(session, patient):
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    data_queries.ask(session, patient.id, draft.visit.id, WALKING, "Is this right?")
    draft.discard("begun by mistake")
    assert only(session, patient).visit_id is None
    assert data_queries.visit_of(session.record(patient.id), only(session, patient)) == ""


def test_the_summary_says_how_many_are_not_closed(session, patient, finished):
    def said():
        return build(session.record(patient.id), finished.id, {}).queries

    assert said() == ""
    data_queries.ask(session, patient.id, finished.id, WALKING, "One")
    assert said() == "1 query open"
    data_queries.ask(session, patient.id, finished.id, WALKING, "Two")
    data_queries.answer(session, session.queries.of(patient.id)[0], "Yes")
    assert said() == "1 query open, 1 answered, not closed"
    for query in session.queries.of(patient.id):
        data_queries.close(session, query)
    assert said() == ""


def test_a_visit_from_paper_says_so_with_both_days(session, patient, alsfrs_r):
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    draft.save_paper(paper_on=DAY, paper_by="")
    assert "Say who filled in the paper form." in blocking(draft)
    draft.save_paper(paper_on=clock.today() + timedelta(days=1), paper_by="N. Urse")
    assert any("is in the future" in message for message in blocking(draft))
    draft.save_paper(paper_on=DAY, paper_by="N. Urse")
    assert not any("paper" in message for message in blocking(draft))
    facts = {fact.label: fact.text for fact in build(draft.record, draft.visit.id, {}).visit}
    assert facts["Paper"].startswith(
        "Transcribed from paper of 21 Jul 2026 (filled in by N. Urse); entered on "
    )
    assert facts["Paper"].endswith(" by dr.demo")


def blocking(draft):
    return [point.problem.message for point in draft.open_points() if point.blocks]
