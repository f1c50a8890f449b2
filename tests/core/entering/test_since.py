"""What is asked about everything that ran at the last visit, and what each answer does to the file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from core.entering import recomputing, records
from core.entering.record_entry import RecordEntry, follows
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import StepState
from core.entry import Problem
from core.forms import catalog, wording
from core.forms.reading import Limits
from core.model.form_record import Since
from core.model.nouns import SINCE_LAST_TIME
from core.views import form_summary
from tests.core.examples import a_patient, enter_visit

LAST = 60  # days between the last visit and this one


@pytest.fixture
def put(session):
    """``put(patient_id, "medicine", days_ago, substance="Riluzole", …)`` as the chart would have saved it."""

    def enter(patient_id, form, days_ago, **texts):
        definition = catalog.newest()[form]
        entry = RecordEntry(
            definition, patient_id, session.login, Limits(latest=clock.today()), texts=texts
        )
        record = entry.record
        assert record is not None, entry.judge().found
        entered = replace(record, entered_at=clock.now() - timedelta(days=days_ago))
        records.save(session, definition, entered)
        return entered

    return enter


@pytest.fixture
def draft(session, put):
    """A routine visit of today, of somebody with two medicines and a wheelchair at the visit before."""
    patient = a_patient(protocol="routine")
    with session.write("registered"):
        recomputing.save_patient(session, patient)
    enter_visit(session, patient, clock.today() - timedelta(days=LAST), None)
    put(
        patient.id,
        "medicine",
        80,
        substance="Riluzole",
        dose="50",
        frequency="2_daily",
        started="2024-03",
    )
    put(patient.id, "medicine", 80, substance="Baclofen", dose="10", started="2024-05")
    put(patient.id, "device", 80, kind="wheelchair", started=_ago(200))
    visit = beginning.start_visit(session, patient.id, "R3", clock.today())
    return Draft(session, patient.id, visit)


def _ago(days):
    return (clock.today() - timedelta(days=days)).isoformat()


def _lines(draft):
    return {
        line.record.value(_NAME[line.form.id]): line for g in draft.since.groups for line in g.lines
    }


_NAME = {"medicine": "substance", "device": "kind", "procedure": "what", "falls": "place"}


def _step(draft):
    return next(step for step in draft.steps() if step.id == SINCE_LAST_TIME)


def _points(draft):
    return [point for point in draft.open_points() if point.step == SINCE_LAST_TIME]


def test_everything_that_runs_is_asked_about_and_nothing_is_answered_beforehand(draft):
    assert {name: line.answer for name, line in _lines(draft).items()} == {
        "Riluzole": None,
        "Baclofen": None,
        "wheelchair": None,
    }
    assert _step(draft).hint == "0 of 7"
    assert _step(draft).state is StepState.EMPTY
    assert draft.since.before.date == clock.today() - timedelta(days=LAST)


def test_what_is_not_asked_is_listed_and_does_not_stop_the_visit(draft):
    (point,) = _points(draft)
    assert not point.blocks
    assert "Riluzole 50 mg" in point.problem.message
    draft.since.all_the_same()
    assert _points(draft) == []
    assert _step(draft).state is StepState.DONE


def test_same_is_kept_in_the_file_and_told_in_the_summary(draft, session):
    draft.since.same(_lines(draft)["Riluzole"])
    draft.since.nothing_new("medicine")
    again = Draft(session, draft.record.patient.id, draft.visit.id)
    assert _lines(again)["Riluzole"].answer is Since.SAME
    assert _lines(again)["Baclofen"].answer is None
    groups = form_summary.record_groups(again.record, again.visit)
    facts = {fact.label: fact.text for group in groups for fact in group.facts}
    assert facts["Riluzole 50 mg × 2 a day"].endswith("same")
    assert facts["since then"] == "nothing new"
    assert "Another device" not in "".join(facts)
    assert not facts["Baclofen 10 mg once a day"].endswith("same")


def _changed(draft, name, **texts):
    line = _lines(draft)[name]
    entry = RecordEntry(
        line.form,
        draft.record.patient.id,
        draft.rater,
        Limits(latest=draft.visit.date),
        texts={**follows(line.form, line.record), **texts},
    )
    assert entry.record is not None, entry.judge().found
    return line, entry.record


_MOMENTS = {
    "procedure": {"what": "Bronchoscopy"},
    "falls": {"place": "stairs", "injury": "none", "care": "none"},
}


@pytest.mark.parametrize("form", ["procedure", "falls"])
def test_what_happened_on_a_day_is_asked_for_once_and_never_again(draft, put, session, form):
    """A fall of before does not run: only whether there was another one is asked, and the summary says it."""
    patient = draft.record.patient.id
    put(patient, form, 70, day=_ago(75), **_MOMENTS[form])
    draft.reload()
    (group,) = [one for one in draft.since.groups if one.form.id == form]
    assert (group.lines, group.open, group.asked) == ((), 1, 1)
    made = put(patient, form, -1, day=_ago(20), **_MOMENTS[form])
    draft.reload()
    draft.since.add(made)
    (group,) = [one for one in draft.since.groups if one.form.id == form]
    assert [(one.record.id, one.answer) for one in group.lines] == [(made.id, Since.NEW)]
    assert group.another is Since.NEW and group.open == 0
    draft.since.undo()
    assert session.record(patient).form_record(made.id) is None


def test_what_was_asked_and_is_none_is_one_line_of_the_summary(draft):
    draft.since.all_the_same()
    groups = {one.title: one.facts for one in form_summary.record_groups(draft.record, draft.visit)}
    (fact,) = groups["None"]
    assert (fact.label, fact.text[:8]) == ("Procedures, falls", "asked on")


def test_a_change_ends_one_record_and_begins_another(draft):
    line, after = _changed(draft, "Baclofen", dose="20", started=_ago(30))
    ended = records.ended_by(line.record, after)
    draft.since.change(line, ended, after, "")
    now = _lines(draft)["Baclofen"]
    assert now.answer is Since.CHANGED
    assert wording.line(now.form, now.follows) == "Baclofen 20 mg once a day"
    assert now.record.ended == after.began
    running = draft.record.running("medicine", draft.visit.date)
    assert [one.value("dose") for one in running] == [50, 20]
    assert len(_lines(draft)) == 3  # the one that follows is told on the line of the one before


def test_a_change_before_the_beginning_is_refused_in_words(draft):
    line, after = _changed(draft, "Baclofen", dose="20", started="2024-02")
    refused = records.ended_by(line.record, after)
    assert isinstance(refused, Problem)
    assert "before the start" in refused.message


def _ended(draft, name, **texts):
    line = _lines(draft)[name]
    entry = RecordEntry(
        line.form,
        draft.record.patient.id,
        draft.rater,
        Limits(latest=draft.visit.date),
        record=line.record,
    )
    entry.end(_ago(10))
    for field, text in texts.items():
        entry.type(field, text)
    return line, entry.record


def test_an_end_stays_in_sight_and_is_no_longer_running(draft):
    line, ended = _ended(draft, "Riluzole", why="liver")
    draft.since.end(line, ended, "")
    now = _lines(draft)["Riluzole"]
    assert (now.answer, now.record.value("why")) == (Since.ENDED, "liver")
    assert [o.value("substance") for o in draft.record.running("medicine", draft.visit.date)] == [
        "Baclofen"
    ]


@pytest.mark.parametrize("how", ["same", "changed", "ended"])
def test_undo_makes_it_as_it_was_before_the_answer(draft, how):
    before, name = draft.record.forms, "Baclofen"
    if how == "same":
        draft.since.same(_lines(draft)[name])
    elif how == "changed":
        line, after = _changed(draft, name, dose="20", started=_ago(30))
        draft.since.change(line, records.ended_by(line.record, after), after, "")
    else:
        line, ended = _ended(draft, name, why="no use")
        draft.since.end(line, ended, "")
    assert _lines(draft)[name].answer is Since(how)
    assert draft.since.undo() == ("medicine", _lines(draft)[name].record.id)
    assert _lines(draft)[name].answer is None
    assert draft.record.forms == before
    assert draft.since.undo() is None


def test_another_one_is_new_and_answers_the_question(draft, put):
    made = RecordEntry(
        catalog.newest()["medicine"],
        draft.record.patient.id,
        draft.rater,
        Limits(latest=draft.visit.date),
        texts={"substance": "Glycopyrronium", "started": _ago(20)},
    ).record
    draft.since.add(made)
    medicines = draft.since.groups[0]
    assert medicines.another is Since.NEW
    assert _lines(draft)["Glycopyrronium"].answer is Since.NEW
    draft.since.undo()
    assert draft.since.groups[0].another is None
    assert "Glycopyrronium" not in _lines(draft)


def test_nothing_new_after_a_new_one_leaves_it_new(draft):
    made = RecordEntry(
        catalog.newest()["medicine"],
        draft.record.patient.id,
        draft.rater,
        Limits(latest=draft.visit.date),
        texts={"substance": "Glycopyrronium", "started": _ago(20)},
    ).record
    draft.since.add(made)
    draft.since.nothing_new("medicine")
    assert draft.since.groups[0].another is Since.NEW


def test_what_ended_before_the_visit_and_what_began_after_it_is_not_asked_about(
    session, put, draft
):
    patient = draft.record.patient.id
    put(
        patient,
        "medicine",
        80,
        substance="Quinine",
        started="2024-01",
        ongoing="no",
        ended=_ago(70),
    )
    draft.reload()
    assert "Quinine" not in _lines(draft)


def test_a_visit_with_answers_only_here_is_not_left_without_a_trace(draft):
    assert draft.untouched
    draft.since.same(_lines(draft)["Riluzole"])
    assert not draft.untouched


def test_what_is_still_open_is_named_and_what_was_answered_is_not(draft):
    draft.since.same(_lines(draft)["Riluzole"])
    (point,) = _points(draft)
    assert "Riluzole" not in point.problem.message
    assert "Baclofen 10 mg" in point.problem.message
    assert "anything new (medicines, " in point.problem.message
    assert "?" not in point.problem.message


def test_a_discarded_visit_takes_its_answers_along_and_leaves_what_they_changed(draft, session):
    """As adverse events stay with the patient: the end of a medicine is no less true without the visit."""
    line, ended = _ended(draft, "Riluzole", why="liver")
    draft.since.end(line, ended, "")
    draft.since.nothing_new("medicine")
    draft.discard("begun by mistake")
    record = session.record(draft.record.patient.id)
    assert record.checks == ()
    assert [one.value("substance") for one in record.running("medicine", clock.today())] == [
        "Baclofen"
    ]
