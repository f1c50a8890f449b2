"""R18: blank, zero, unknown, not done and not applicable are different in the file, on screen, on paper, in exports.

Each is entered through a Draft, read again from the reopened file, and looked at in every place that shows
it. Which of the five there are, and what they look like:

| field | blank | zero | unknown | not done | not applicable |
|---|---|---|---|---|---|
| answer | "–", "not answered" | "0" and its words | (not asked: "×", "not asked") | "×", "not done: refused" | "n/a", "not applicable" |
| form | not shown | its total | | "Not done: refused" | "Not applicable" |
| spirometry | "Not measured at this visit." | refused as typed | | "Not done: …" | "Not applicable" |
| measurement | not shown | "0 …" | | "not done: …" | "not applicable" |
| weight, height | "–" | refused as typed | | | |
| anything new | "Not asked." | "Asked: nothing new." | | | |
| task | an open point | | | "not done: why" | |
| event | outcome without an end date | | "unknown" | | |
| criterion | "unknown" | "not fulfilled" | "unknown" | | |
| trend CSV | empty cell | "0.0" | | "no value" says why | "no value" says why |
| score | empty cell | "0" | empty | empty | empty |
"""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import main
from core import entry
from core.entering.visit import beginning, steps
from core.entering.visit.draft import Draft
from core.entering.visit_entry import read_measurement
from core.entry import Problem
from core.exports import chart_csv
from core.instruments import catalog as instruments
from core.labels import NOT_DONE, why_not
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer, NotDone
from core.model.measurement import Measurement, kinds
from core.model.partial_date import PartialDate
from core.model.spirometry import Blow, BlowQuality
from core.model.visit import Mode, Respondent, TaskResult
from core.protocols import catalog as protocols
from core.reports import summary as paper
from core.views.events import event_row
from core.views.visit_summary import build, without_value
from tests.core.examples import a_patient, a_routine_patient
from tests.pdf import line_of

DAY = date(2026, 7, 21)
BLANK, ZERO = "blank", "zero"
STATES = (BLANK, ZERO, *NotDone)


@pytest.fixture
def patient(session):
    patient = a_routine_patient(height_cm=170.0)
    with session.write("registered"):
        session.patients.save(patient)
    return patient


@pytest.fixture
def draft(session, patient):
    code = protocols.of(patient).visits[0].code
    return Draft(session, patient.id, beginning.start_visit(session, patient.id, code, DAY))


def printed(record, visit_id, session):
    """The words on the printed pages."""
    pdf = paper.render(
        record,
        visit_id,
        session.clinic,
        names={},
        printed_by="Dr. Demo",
        printed_at=datetime(2026, 7, 22, tzinfo=UTC),
    )
    return line_of(pdf)


def enter(draft, instrument, slot, state):
    item = instrument.variants(slot)[0].id
    if state == ZERO:
        draft.answer(instrument.id, slot, Answer(item=item, value=0))
    elif state != BLANK:
        draft.answer(instrument.id, slot, Answer(item=item, not_done=state))


def test_r18_every_state_of_an_answer_stays_itself_from_the_key_to_the_paper(
    draft, patient, alsfrs_r, reopened
):
    states = dict(zip(alsfrs_r.slots, STATES, strict=False))
    for slot, state in states.items():
        enter(draft, alsfrs_r, slot, state)
    session = reopened()
    record = session.record(patient.id)
    (form,) = record.assessments
    stored = {slot: form.answers.get(slot) for slot in states}
    for slot, state in states.items():
        if state == BLANK:
            assert stored[slot] is None
        else:
            given = (stored[slot].value, stored[slot].not_done)
            assert given == ((0, None) if state == ZERO else (None, state))
    rows = dict(zip(alsfrs_r.slots, build(record, draft.visit.id, {}).forms[0].items, strict=True))
    shown = {state: (rows[slot].score, rows[slot].answer) for slot, state in states.items()}
    assert len(set(shown.values())) == len(STATES)
    assert shown[BLANK] == ("–", "not answered")
    assert shown[ZERO][0] == "0" and shown[ZERO][1]
    assert shown[NotDone.NOT_APPLICABLE] == ("n/a", "not applicable")
    assert shown[NotDone.REFUSED] == ("×", "not done: refused")
    assert shown[NotDone.NOT_ASKED] == ("×", "not asked")
    on_paper = printed(record, draft.visit.id, session)
    for _score, words in shown.values():  # a long answer is more than one line, beside its question
        assert all(word in on_paper for word in words.split())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(states=st.lists(st.sampled_from((*STATES, 1, 2, 3, 4)), min_size=12, max_size=12))
def test_r18_no_mixture_of_states_turns_into_a_score(session, patient, alsfrs_r, states):
    """A total stands only where every question has a score; nothing that is missing counts as 0."""
    code = protocols.of(patient).visits[0].code
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, code, DAY))
    for slot, state in zip(alsfrs_r.slots, states, strict=True):
        if isinstance(state, int):
            item = alsfrs_r.variants(slot)[0].id
            draft.answer(alsfrs_r.id, slot, Answer(item=item, value=state))
        else:
            enter(draft, alsfrs_r, slot, state)
    record = session.record(patient.id)
    form = record.assessment(draft.visit.id, alsfrs_r.id)
    scores = [0 if state == ZERO else state for state in states]
    whole = all(isinstance(score, int) for score in scores)
    values = form.values if form else {}
    assert instruments.alsfrs_r_total().score(values) == (sum(scores) if whole else None)
    assert [values.get(slot) for slot in alsfrs_r.slots] == [
        score if isinstance(score, int) else None for score in scores
    ]
    with session.write("next example"):
        session.visits.remove(draft.visit.id)


@pytest.mark.parametrize("reason", list(NotDone))
def test_r18_a_form_says_why_it_was_not_done_and_keeps_what_was_answered(
    draft, patient, alsfrs_r, reopened, reason
):
    draft.answer(alsfrs_r.id, "speech", Answer(item="speech", value=0))
    draft.questionnaires.save_not_done(alsfrs_r.id, reason)
    session = reopened()
    record = session.record(patient.id)
    (form,) = build(record, draft.visit.id, {}).forms
    assert form.not_done.startswith(why_not(reason).capitalize())
    assert [(item.number, item.score) for item in form.items] == [("1", "0")]
    assert form.scales == ()
    on_paper = printed(record, draft.visit.id, session)
    assert form.not_done in on_paper and "do not count" in on_paper
    assert without_value(record, draft.visit)[0] == f"{alsfrs_r.title}: {why_not(reason)}"


@pytest.mark.parametrize("reason", [None, *NotDone])
def test_r18_a_spirometry_says_why_there_is_none(draft, patient, reopened, reason):
    if reason is not None:
        draft.spirometry.save(replace(draft.spirometry.entered, not_done=reason))
    session = reopened()
    record = session.record(patient.id)
    on_paper = printed(record, draft.visit.id, session)
    if reason is None:
        assert record.spirometry == ()
        assert "Not measured at this visit." in on_paper
        assert without_value(record, draft.visit) == ()
    else:
        assert [one.not_done for one in record.spirometry] == [reason]
        assert why_not(reason).capitalize() in on_paper
        assert without_value(record, draft.visit) == (f"FVC, seated: {why_not(reason)}",)


def test_r18_a_blow_that_does_not_count_is_not_a_session_without_blows(draft, patient, reopened):
    blow = Blow(number=1, volume_ml=3200, quality=BlowQuality.REJECTED)
    draft.spirometry.save(replace(draft.spirometry.entered, blows=(blow,)))
    record = reopened().record(patient.id)
    assert without_value(record, draft.visit) == ("FVC, seated: no blow counts",)


@pytest.mark.parametrize("kind", list(kinds().values()), ids=lambda kind: kind.id)
def test_r18_a_measurement_of_zero_is_a_value(draft, patient, reopened, kind):
    """Blank stays blank, the lowest number of the kind a number, and each reason its own words."""
    low = f"{kind.low:g}"
    assert read_measurement(kind, "") is None
    assert read_measurement(kind, low) == kind.low
    mine = Measurement(visit_id=draft.visit.id, kind=kind.id, value=kind.low)
    shown = set()
    for state in (mine, *(replace(mine, value=None, not_done=reason) for reason in NotDone)):
        draft.measurements.save(state)
        record = draft.record
        assert draft.measurements.of(kind.id) == state
        (fact,) = build(record, draft.visit.id, {}).measurements
        shown.add(fact.text)
    assert len(shown) == 1 + len(NotDone)
    draft.measurements.remove(kind.id)
    session = reopened()
    record = session.record(patient.id)
    assert record.measurements == () and build(record, draft.visit.id, {}).measurements == ()


def test_r18_a_measurement_of_zero_is_printed_as_zero(draft, patient, reopened):
    kind = next(kind for kind in kinds().values() if kind.low == 0)
    draft.measurements.save(Measurement(visit_id=draft.visit.id, kind=kind.id, value=0.0))
    session = reopened()
    record = session.record(patient.id)
    assert record.measurements[0].value == 0.0
    zero = f"{0:.{kind.decimals}f} {kind.unit}"
    assert f"{kind.short} {zero}" in printed(record, draft.visit.id, session)


def test_r18_zero_is_refused_where_nothing_can_be_zero():
    """A weight, a height and a volume of 0 are slips: they stay text, and neither blank nor a value."""
    for read in (entry.litres, lambda text: entry.number(text, 20, 250, "kg")):
        assert read("") is None
        assert isinstance(read("0"), Problem)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "Not asked."),
        (False, "Asked: nothing new."),
        (True, "Something new, but no event was entered."),
    ],
)
def test_r18_nothing_new_is_not_nobody_asked(draft, patient, reopened, asked, words):
    draft.save_new_events(asked)
    session = reopened()
    record = session.record(patient.id)
    assert record.visits[0].new_events is asked
    assert build(record, draft.visit.id, {}).no_events == words
    assert words in printed(record, draft.visit.id, session)


def test_r18_an_outcome_that_is_unknown_is_not_an_end_that_was_not_entered(patient):
    def said(outcome, ended=None):
        return event_row(
            AdverseEvent(
                patient_id=patient.id,
                term="Fall",
                onset=PartialDate(2026),
                ended=ended,
                grade=Grade.MILD,
                serious=False,
                outcome=outcome,
            )
        ).outcome

    assert said(Outcome.UNKNOWN) == "unknown"
    assert said(Outcome.RECOVERED) == "recovered, end date not entered"
    assert said(Outcome.RECOVERED, PartialDate(2026)) == "recovered, 2026"
    assert said(Outcome.NOT_RECOVERED) == "not recovered"


def test_r18_how_and_by_whom_and_with_an_interpreter_are_recorded_or_not(
    draft, patient, alsfrs_r, reopened
):
    """None is not recorded, False is without: neither becomes the other."""
    draft.answer(alsfrs_r.id, "speech", Answer(item="speech", value=4))
    draft.questionnaires.save_how(alsfrs_r.id, mode=None, respondent=None, interpreter=False)
    record = reopened().record(patient.id)
    assert record.visits[0].mode is None and record.visits[0].respondent is None
    assert record.assessments[0].interpreter is False
    (form,) = build(record, draft.visit.id, {}).forms
    assert "way not recorded" in form.how and "without an interpreter" in form.how
    facts = {fact.label: fact.text for fact in build(record, draft.visit.id, {}).visit}
    assert (facts["How"], facts["Answered by"], facts["Weight"]) == ("–", "–", "–")


def test_r18_the_export_of_the_chart_says_why_a_day_has_no_value(session, patient, alsfrs_r):
    """A total of 0, a form that was refused and a visit without the form are three different rows."""
    code = protocols.of(patient).visits[0].code
    days = [DAY + timedelta(days=90 * index) for index in range(3)]
    for day, state in zip(days, (ZERO, NotDone.REFUSED, BLANK), strict=True):
        draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, code, day))
        draft.save_details(
            on=day, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=None
        )
        if state == ZERO:
            for slot in alsfrs_r.slots:
                enter(draft, alsfrs_r, slot, ZERO)
        elif state != BLANK:
            draft.questionnaires.save_not_done(alsfrs_r.id, state)
    record = session.record(patient.id)
    rows = csv.DictReader(io.StringIO(chart_csv.render(record).decode("utf-8-sig")))
    told = [
        [row[title] for title in ("date", "result", "value", "remark")]
        for row in rows
        if row["result"] in (alsfrs_r.title, "no value")
    ]
    assert told == [
        [days[0].isoformat(), alsfrs_r.title, "0", "visit in progress"],
        [
            days[1].isoformat(),
            "no value",
            "",
            f"visit in progress; {alsfrs_r.title}: not done: refused",
        ],
    ]


def test_r18_scoring_a_sheet_never_makes_a_zero_of_a_missing_cell(tmp_path):
    names = [f"q{number}" for number in range(1, 13)]
    sheet = [
        names,
        ["0"] * 12,
        ["", *["0"] * 11],
        ["NA", *["0"] * 11],
        ["refused", *["0"] * 11],
    ]
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("\n".join(map(",".join, sheet)) + "\n", "utf-8")
    assert main.main(["score", str(source), str(target)]) == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    assert [row["total"] for row in rows] == ["0", "", "", ""]
    assert [bool(row["problem"]) for row in rows] == [False, False, False, True]
    assert [row["q1"] for row in rows] == ["0", "", "NA", "refused"]


def test_r18_every_reason_has_words_of_its_own():
    words = {why_not(reason) for reason in NotDone} | {"not answered", "unknown", "0"}
    assert len(words) == len(NotDone) + 3
    assert set(NOT_DONE) == set(NotDone)


def test_r18_the_states_of_a_task_are_three(session):
    """Done, not done with its reason, and undecided, which blocks finishing."""
    patient = a_patient(record_number="8")
    with session.write("registered"):
        session.patients.save(patient)
    draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    first, second, third = draft.tasks.asked
    draft.tasks.save(TaskResult(visit_id=draft.visit.id, task=first.id, done=True))
    draft.tasks.save(
        TaskResult(visit_id=draft.visit.id, task=second.id, done=False, note="no room")
    )
    facts = {fact.label: fact.text for fact in build(draft.record, draft.visit.id, {}).tasks}
    assert facts == {first.title: "done", second.title: "not done: no room"}
    waiting = {point.field for point in draft.open_points() if point.step == steps.TASKS}
    assert waiting == {third.id}


def test_r18_the_harness_sees_a_state_that_turns_into_another(draft, patient, alsfrs_r, session):
    """With the reason taken out of a row by hand, the same look at the file fails."""
    enter(draft, alsfrs_r, "speech", NotDone.REFUSED)
    with session.write("tampering"):
        session._db.execute("UPDATE answer SET value = 0, not_done = NULL")
    record = session.record(patient.id)
    rows = build(record, draft.visit.id, {}).forms[0].items
    assert (rows[0].score, rows[0].answer) != ("×", "not done: refused")
