"""Two visits side by side: a change is now less then wherever both are known, and a reason where one is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.instruments import catalog as instruments
from core.instruments.definition import Choice, Instrument, Item, Scale
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer, Assessment, NotDone
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.visit import ClinicalStage, Mode
from core.views import compared_values as values
from core.views import comparison
from core.views.comparison import RowKind
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit, answers

PATIENT = a_patient(sex=Sex.MALE, born=date(1959, 3, 14), height_cm=176)
M4, M6 = date(2026, 9, 20), date(2026, 11, 28)
BEFORE = (4, 4, 3, 2, 2, 1, 2, 2, 2, 3, 3, 3)
AFTER = (4, 3, 3, 1, 2, 1, 2, 2, 1, 3, 3, 3)
ALSFRS = instruments.alsfrs_r()
SCORES = st.tuples(*[st.none() | st.integers(0, 4)] * 12)


@pytest.fixture
def pair():
    return a_visit(PATIENT, M4, "M4", weight_kg=71.2), a_visit(PATIENT, M6, "M6", weight_kg=71.4)


def compared(pair, *forms, names=None, **rest):
    """The ALSFRS-R of the pair."""
    record = a_record(PATIENT, *pair, assessments=tuple(one for one in forms if one), **rest)
    (found,) = comparison.forms(record, pair, names or {"dr.demo": "Dr. Demo"})
    return found


def rows(found):
    return {one.slot or one.title: one for one in found.rows}


def test_the_rows_are_in_the_order_of_the_domains_with_their_sums(pair):
    found = compared(pair, a_form(pair[0], BEFORE), a_form(pair[1], AFTER))
    kinds = "".join(one.kind.value[0] for one in found.rows)
    assert kinds == "diii" * 4 + "t"
    said = rows(found)
    assert [said[name].change_text for name in ("Bulbar", "Fine motor", "Gross motor")] == [
        "−1"
    ] * 3
    assert (said["Respiratory"].change, said["Total"].change) == (0, -3)
    assert (said["Total"].then.text, said["Total"].now.text) == ("31 / 48", "28 / 48")
    salivation = said["salivation"]
    assert salivation.changed and salivation.worse
    assert (salivation.then.words, salivation.now.text) == ("Normal", "3")
    assert salivation.now.words.startswith("Slight but definite excess of saliva")
    assert [one.slot for one in found.items if one.changed] == [
        "salivation",
        "handwriting",
        "stairs",
    ]
    kept = [one.slot or one.title for one in found.only_changed()]
    assert kept == [
        *("Bulbar", "salivation", "Fine motor", "handwriting", "Gross motor", "stairs", "Total")
    ]


@given(SCORES, SCORES)
def test_a_change_is_now_less_then_wherever_both_are_known(before, after):
    first, last = a_visit(PATIENT, M4, "M4"), a_visit(PATIENT, M6, "M6")
    found = comparison.compare(ALSFRS, a_form(first, before), a_form(last, after))
    by_slot = {one.slot: one for one in found.items}
    for slot, then, now in zip(ALSFRS.slots, before, after, strict=True):
        row = by_slot[slot]
        assert (row.then.value, row.now.value) == (then, now)
        if then is None or now is None:
            assert row.change is None and row.change_text == "–"
            assert "not answered" in (row.then.words, row.now.words)
        else:
            assert row.change == now - then
        assert row.changed == (then != now)
    for scale in (*ALSFRS.domains, ALSFRS.total):
        (row,) = [one for one in found.rows if not one.slot and one.title == scale.title]
        changes = [by_slot[slot].change for slot in scale.slots]
        if None in changes:
            assert row.change is None and row.change_text == "–", "missing is not zero"
            incomplete = [side for side in row.sides if side.value is None]
            assert incomplete and all("answered" in side.words for side in incomplete)
        else:
            assert row.change == sum(changes) == row.now.value - row.then.value


@st.composite
def questionnaires(draw):
    """A questionnaire of any size: its domains take some of its questions, its total all."""
    count = draw(st.integers(1, 7))
    items = tuple(
        Item(
            id=f"q{n}",
            number=str(n),
            title=f"Question {n}",
            short=f"Q{n}",
            choices=tuple(Choice(score, f"words {score}") for score in range(most + 1)),
        )
        for n in range(count)
        for most in [draw(st.integers(1, 10))]
    )
    cut = draw(st.integers(0, count))
    parts = [one for one in (items[:cut], items[cut:]) if one and draw(st.booleans())]
    scales = [
        Scale(
            id=f"d{n}",
            title=f"Domain {n}",
            slots=tuple(one.id for one in part),
            maximum=sum(max(one.scores) for one in part),
        )
        for n, part in enumerate(parts)
    ]
    if draw(st.booleans()):
        most = sum(max(one.scores) for one in items)
        slots = tuple(one.id for one in items)
        scales.append(Scale(id="total", title="Total", slots=slots, maximum=most, total=True))
    return Instrument(
        id="any",
        version="1",
        title="Any",
        citation="",
        higher_is_better=draw(st.booleans()),
        items=items,
        scales=tuple(scales),
    )


@given(st.data(), questionnaires())
def test_any_questionnaire_is_compared_by_its_definition(data, instrument):
    def form(on):
        given_ = {}
        for item in instrument.items:
            value = data.draw(st.none() | st.sampled_from(sorted(item.scores)))
            why = data.draw(st.none() | st.sampled_from(NotDone)) if value is None else None
            if value is not None or why is not None:
                given_[item.id] = Answer(item=item.id, value=value, not_done=why)
        visit = a_visit(PATIENT, on, "M4")
        return Assessment(visit_id=visit.id, date=on, instrument="any", version="1", answers=given_)

    first, last = form(M4), form(M6)
    found = comparison.compare(instrument, first, last)
    assert sorted(one.slot for one in found.items) == sorted(instrument.slots)
    for row in found.items:
        then, now = first.values.get(row.slot), last.values.get(row.slot)
        known = then is not None and now is not None
        assert row.change == (now - then if known else None)
        better = instrument.higher_is_better
        assert row.worse == (None if not row.change else (row.change < 0) is better)
        assert all(side.words for side in row.sides), "an answer has words, and a dash its reason"
    for row in found.rows:
        if row.kind is not RowKind.ITEM:
            scale = next(one for one in instrument.scales if one.title == row.title)
            then, now = scale.score(first.values), scale.score(last.values)
            known = then is not None and now is not None
            assert row.change == (now - then if known else None)


def test_what_was_not_done_keeps_its_reason(pair):
    given_ = answers(AFTER)
    given_["stairs"] = Answer(item="stairs", not_done=NotDone.TOO_UNWELL)
    found = rows(
        compared(pair, a_form(pair[0], BEFORE), replace(a_form(pair[1], AFTER), answers=given_))
    )
    assert (found["stairs"].now.text, found["stairs"].now.words) == ("–", "not done: too unwell")
    assert found["stairs"].changed and found["stairs"].change_text == "–"
    assert (found["Gross motor"].now.text, found["Total"].change_text) == ("–", "–")
    assert found["Total"].now.words == "11 of 12 answered"


def test_two_scales_of_a_question_are_said_and_not_compared(pair):
    tube = replace(a_form(pair[1], AFTER), answers=answers(AFTER, "b"))
    found = rows(compared(pair, a_form(pair[0], BEFORE), tube))
    cutting = found["cutting"]
    assert cutting.change is None and cutting.changed and cutting.worse is None
    assert cutting.note == "5a then, 5b now: two scales, not compared"
    assert cutting.then.words.startswith("5a: ") and cutting.now.words.startswith("5b: ")
    assert found["Fine motor"].note == found["Total"].note == "a question was asked on two scales"
    assert found["Bulbar"].note == ""


def test_a_visit_without_a_form_has_dashes(pair):
    found = compared(pair, a_form(pair[1], AFTER))
    assert {(one.then.text, one.then.words, one.change_text) for one in found.rows} == {
        ("–", "no form", "–")
    }
    assert found.changed == 0 and found.foot == "69 days apart."


def test_another_version_is_not_compared(pair):
    other = replace(a_form(pair[0], BEFORE), version="1")
    new = replace(ALSFRS, version="9", comparable_with=())
    found = comparison.compare(new, other, replace(a_form(pair[1], AFTER), version="9"))
    assert {one.then.words for one in found.rows} == {"another version of the questionnaire"}
    assert {one.change for one in found.rows} == {None}


def test_the_foot_says_how_far_apart_and_in_which_way(pair):
    found = compared(pair, a_form(pair[0], BEFORE), a_form(pair[1], AFTER))
    assert found.foot == (
        "69 days apart, −1.32 /month (two visits alone give no interval)."
        " Same rater, in person, answered by the patient."
    )
    by_phone = replace(a_form(pair[1], AFTER), mode=Mode.PHONE, rater="nurse")
    said = compared(
        pair, a_form(pair[0], BEFORE), by_phone, names={"dr.demo": "Dr. Demo", "nurse": "A. Nurse"}
    ).foot
    assert "Answered by the patient. Dr. Demo then, A. Nurse now." in said
    assert "In person then, telephone now." in said
    near = (pair[0], replace(pair[1], date=M4 + timedelta(days=20)))
    said = compared(near, a_form(near[0], BEFORE), a_form(near[1], AFTER)).foot
    assert "20 days apart: no rate is given for fewer than 60 days." in said


def test_the_order_is_that_of_the_days_whichever_is_picked_first(pair):
    assert comparison.in_order(*reversed(pair)) == pair


def test_a_form_that_is_rated_blind_is_compared_with_nothing(pair):
    draft = a_visit(PATIENT, M6, "M6", finished=False)
    form = a_form(draft, AFTER)
    record = a_record(PATIENT, pair[0], draft, assessments=(a_form(pair[0], BEFORE), form))
    assert comparison.comparable(record) == (pair[0],)
    seen = replace(form, compared_at=datetime(2026, 11, 28, 10, tzinfo=UTC))
    record = a_record(PATIENT, pair[0], draft, assessments=(a_form(pair[0], BEFORE), seen))
    assert comparison.comparable(record) == (pair[0], draft)


def test_the_picks_are_the_visit_before_the_first_and_the_best():
    days = [M4 - timedelta(days=200), M4 - timedelta(days=100), M4, M6]
    every = [a_visit(PATIENT, on, None) for on in days]
    totals = [(3,) * 12, (4,) * 12, (2,) * 12, (1,) * 12]
    forms = tuple(a_form(visit, scores) for visit, scores in zip(every, totals, strict=True))
    record = a_record(PATIENT, *every, assessments=forms)
    found = comparison.picks(record, every[3])
    assert [one.visit for one in found] == [every[2].id, every[0].id, every[1].id]
    assert [one.tip for one in found][:2] == ["the visit before", "the first complete ALSFRS-R"]
    assert found[2].title == "Best so far"
    assert comparison.picks(record, every[0]) == ()


# What was measured, the stages, and what is between.


def measured(record, pair):
    return {one.id: one for one in values.measures(record, pair)}


def test_numbers_are_those_of_the_record_and_their_change(pair):
    sessions = (a_spirometry(pair[0], 1950), a_spirometry(pair[1], 1830))
    kinds_ = (
        Measurement(visit_id=pair[0].id, kind="snip", value=44),
        Measurement(visit_id=pair[1].id, kind="snip", not_done=NotDone.REFUSED, note="nose"),
        Measurement(visit_id=pair[1].id, kind="pcf", value=241),
    )
    found = measured(a_record(PATIENT, *pair, spirometry=sessions, measurements=kinds_), pair)
    litres = found["fvc_sitting.litres"]
    assert [side.text for side in litres.sides] == ["1.95", "1.83"]
    assert litres.change_text == "−0.12" and litres.worse
    assert [value for _on, value in litres.series] == [1.95, 1.83]
    percent = found["fvc_sitting.percent"]
    shown = [float(side.text) for side in percent.sides]
    assert percent.change == pytest.approx(shown[1] - shown[0]) and percent.change < 0
    assert percent.note == "below 50 % at both visits" and percent.tone == "warn"
    assert found["fvc_sitting.z"].note.startswith("LLN ")
    assert found["weight"].change_text == "+0.2" and found["weight"].note == "+0.3 % since Month 4"
    assert [side.text for side in found["bmi"].sides] == ["23.0", "23.1"]
    snip = found["measurement.snip"]
    assert (snip.sides[0].text, snip.sides[1].text, snip.change_text) == ("44", "–", "–")
    assert snip.note == "not done: refused"
    assert found["measurement.pcf"].note == "then: not measured"


def test_percentages_of_two_equations_are_not_compared(pair):
    record = a_record(
        PATIENT, *pair, spirometry=(a_spirometry(pair[0], 1950), a_spirometry(pair[1], 1830))
    )
    first, last = record.spirometry
    other = replace(first, equation="gli-2012", equation_version="", reference_group=1)
    found = measured(replace(record, spirometry=(other, last)), pair)
    percent = found["fvc_sitting.percent"]
    assert percent.change is None and "not compared" in percent.note
    assert found["fvc_sitting.litres"].change == pytest.approx(-0.12), "litres are litres"


@given(st.lists(st.none() | st.floats(20, 150), min_size=2, max_size=2))
def test_a_change_adds_up_with_the_numbers_that_are_shown(weights):
    days = (M4, M6)
    pair = [a_visit(PATIENT, on, "M4", weight_kg=w) for on, w in zip(days, weights, strict=True)]
    found = measured(a_record(PATIENT, *pair), pair)
    if weights == [None, None]:
        assert found == {}
        return
    then, now = (side.text for side in found["weight"].sides)
    if "–" in (then, now):
        assert found["weight"].change is None
    else:
        assert found["weight"].change == pytest.approx(float(now) - float(then), abs=1e-9)


def test_stages_say_which_questions_make_them(pair):
    before = (4, 4, 3, 2, 2, 2, 2, 2, 2, 4, 4, 4)
    forms = (a_form(pair[0], before), a_form(pair[1], AFTER))
    visits = (pair[0], replace(pair[1], clinical_stage=ClinicalStage.THREE))
    found = values.stages(a_record(PATIENT, *visits, assessments=forms), visits)
    kings, mitos, clinical = found
    assert (kings.then, kings.now, kings.why) == ("3", "4B", "respiratory: item 12 at 3")
    assert (mitos.then, mitos.now, mitos.why) == ("0", "1", "movement: item 6 at 1")
    assert (clinical.then, clinical.now) == ("–", "3")
    assert values.stages(a_record(PATIENT, *pair), pair) == ()


def test_what_happened_between_the_two_days_is_said(pair):
    event = AdverseEvent(
        patient_id=PATIENT.id,
        term="Fall",
        onset=PartialDate.of(date(2026, 11, 9)),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    before = replace(event, term="Cold", onset=PartialDate.of(date(2026, 8, 1)))
    record = a_record(PATIENT, *pair, events=(before, event))
    (line,) = values.since(record, pair)
    assert line.text.startswith("Fall, grade 1, 9 Nov 2026") and line.tab == "events"
