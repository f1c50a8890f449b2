import re
from dataclasses import asdict, replace
from datetime import date

import pytest

from core.errors import InvalidInstrument
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate, partial_day
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Sex
from core.model.spirometry import Blow, BlowQuality, Position, TestType
from core.model.visit import Mode, Respondent, TaskResult
from core.views import events, patient_words, questionnaire, visit_summary
from core.views.events import EventRow
from core.views.fact import Fact
from core.views.questionnaire import ItemRow, ScaleRow
from tests.core.examples import (
    a_form,
    a_patient,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
    summing_to,
)

PATIENT = a_patient(
    family_name="Rahimi",
    given_name="Dara",
    sex=Sex.MALE,
    born=date(1959, 3, 14),
    onset_region=OnsetRegion.LIMB,
    onset=PartialDate(2023, 6),
    height_cm=176,
)
BEFORE = a_visit(PATIENT, date(2026, 4, 23), "SCR", weight_kg=73.0)
VISIT = a_visit(PATIENT, date(2026, 7, 21), "M2", weight_kg=71.5)


def of(record, visit=VISIT):
    return visit_summary.build(record, visit.id, {"dr.demo": "Dr. Demo"})


def texts(facts):
    return {fact.label: fact.text for fact in facts}


def an_event(**changes):
    stated = {
        "patient_id": PATIENT.id,
        "term": "Headache",
        "onset": PartialDate(2026, 6, 2),
        "grade": Grade.MILD,
        "serious": False,
        "outcome": Outcome.RECOVERED,
    }
    return AdverseEvent(**{**stated, **changes})


def test_whose_visit_and_which():
    page = of(a_record(PATIENT, BEFORE, replace(VISIT, note="came with a stick")))
    assert (page.title, page.on) == ("Month 2", "21 Jul 2026")
    assert (page.record_number, page.patient_name) == ("7", "Rahimi, Dara")
    assert page.note == "came with a stick"
    assert not page.draft


def test_a_visit_in_progress_says_so():
    draft = a_visit(PATIENT, date(2026, 7, 21), "M2", finished=False)
    assert of(a_record(PATIENT, draft), draft).draft


def test_an_unscheduled_visit():
    visit = a_visit(PATIENT, date(2026, 8, 3))
    assert of(a_record(PATIENT, visit), visit).title == "Unscheduled visit"


def test_the_patient_on_that_day():
    assert of(a_record(PATIENT, VISIT)).patient == (
        Fact("Sex, age", "male, 67 y"),
        Fact("Born", "14 Mar 1959"),
        Fact("Onset", "Limb onset, Jun 2023"),
        Fact("Since onset", "about 37 months"),
        Fact("Infusion", "21 May 2026"),
    )


def test_a_patient_of_whom_little_is_known():
    patient = a_routine_patient()
    visit = a_visit(patient, date(2026, 7, 21), "R3")
    page = of(a_record(patient, visit), visit)
    assert page.patient_name == ""
    assert page.patient == (
        Fact("Sex, age", "sex unknown, age unknown"),
        Fact("Born", "–"),
        Fact("Onset", "Onset region unknown, date unknown"),
        Fact("Since onset", "unknown"),
    )


@pytest.mark.parametrize(
    ("born", "on", "shown"),
    [
        (date(1961, 3, 14), date(2023, 3, 13), "61 y"),
        (date(1961, 3, 14), date(2023, 3, 14), "62 y"),  # the birthday itself
        (date(2001, 3, 1), date(2002, 3, 1), "1 y"),
        (date(1960, 2, 29), date(2023, 2, 28), "62 y"),
        (date(1960, 2, 29), date(2023, 3, 1), "63 y"),
    ],
)
def test_a_birthday_makes_a_year_older(born, on, shown):
    assert patient_words.age(replace(PATIENT, born=born), on) == shown


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"stated_age_years": 51}, "51 y as stated"),
        ({"stated_age_years": 51, "stated_on": date(2014, 3, 10)}, "51 y on 10 Mar 2014"),
        ({"stated_age_years": 0}, "0 y as stated"),
        ({}, "age unknown"),
    ],
)
def test_an_age_that_was_stated(changes, shown):
    assert patient_words.age(a_patient(**changes), date(2026, 7, 21)) == shown


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"onset": PartialDate(2023, 6, 15)}, "37.2 months"),
        ({"onset": PartialDate(2023, 6)}, "about 37 months"),
        ({"onset": PartialDate(2023)}, "about 37 months"),
        ({"stated_duration_months": 17}, "17 months as stated"),
        ({"stated_duration_months": 17.5}, "17.5 months as stated"),
        (
            {"stated_duration_months": 17, "stated_on": date(2026, 6, 21)},
            "about 18 months",
        ),
        ({}, "unknown"),
    ],
)
def test_how_long_since_onset(changes, shown):
    assert patient_words.duration(a_patient(**changes), date(2026, 7, 21)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (PartialDate(2012), "2012"),
        (PartialDate(2012, 9), "Sep 2012"),
        (PartialDate(2012, 9, 3), "3 Sep 2012"),
    ],
)
def test_a_date_to_the_precision_it_is_known(value, shown):
    assert partial_day(value) == shown


def test_how_the_visit_went():
    record = a_record(PATIENT, BEFORE, VISIT)
    assert of(record).visit == (
        Fact("Visit", "Month 2, 21 Jul 2026"),
        Fact("How", "in person"),
        Fact("Answered by", "patient"),
        Fact("Rater", "Dr. Demo"),
        Fact("Weight", "71.5 kg (−1.5 kg since 23 Apr 2026)"),
    )


def test_what_was_not_recorded_is_a_dash_and_never_a_guess():
    bare = replace(VISIT, mode=None, respondent=None, weight_kg=None)
    shown = texts(of(a_record(PATIENT, BEFORE, bare)).visit)
    assert (shown["How"], shown["Answered by"], shown["Weight"]) == ("–", "–", "–")
    by_phone = replace(VISIT, mode=Mode.PHONE, respondent=Respondent.CAREGIVER_PROXY)
    shown = texts(of(a_record(PATIENT, by_phone)).visit)
    assert (shown["How"], shown["Answered by"]) == ("telephone", "carer, for the patient")
    assert shown["Weight"] == "71.5 kg"  # nothing to compare with


def test_weight_is_compared_with_the_last_one_measured():
    unweighed = a_visit(PATIENT, date(2026, 6, 1))
    draft = a_visit(PATIENT, date(2026, 6, 2), finished=False, weight_kg=99.0)
    shown = texts(of(a_record(PATIENT, BEFORE, unweighed, draft, VISIT)).visit)
    assert shown["Weight"] == "71.5 kg (−1.5 kg since 23 Apr 2026)"
    same = replace(VISIT, weight_kg=73.0)
    assert texts(of(a_record(PATIENT, BEFORE, same)).visit)["Weight"] == (
        "73.0 kg (0.0 kg since 23 Apr 2026)"
    )


def test_a_complete_form_with_the_one_before():
    record = a_record(
        PATIENT,
        BEFORE,
        VISIT,
        assessments=(a_form(BEFORE, summing_to(37)), a_form(VISIT, (2, *summing_to(35)[1:]))),
    )
    (form,) = of(record).forms
    assert form.title == "ALSFRS-R" and "Cedarbaum" in form.citation
    assert (form.not_done, form.previous_on) == ("", "23 Apr 2026")
    assert form.items[0] == ItemRow(
        number="1",
        title="Speech",
        answer="Intelligible with repeating",
        score="2",
        previous="4",
        note="",
    )
    assert [item.number for item in form.items] == [
        *("1", "2", "3", "4", "5a", "6"),
        *("7", "8", "9", "10", "11", "12"),
    ]
    assert form.scales[0] == ScaleRow(
        title="ALSFRS-R total", score="33/48", previous="37/48", change="−4", complete=True
    )
    assert [(s.title, s.score, s.change) for s in form.scales[1:]] == [
        ("Bulbar", "10/12", "−2"),
        ("Fine motor", "12/12", "0"),
        ("Gross motor", "11/12", "−1"),
        ("Respiratory", "0/12", "−1"),
    ]
    assert form.slope == (
        "loses 1.37 points/month (too few for an interval; 2 forms, 2.9 months to 21 Jul 2026)"
    )


def test_a_later_visit_does_not_change_an_earlier_summary():
    earlier = {"assessments": (a_form(BEFORE, summing_to(37)),)}
    printed = of(a_record(PATIENT, BEFORE, **earlier), BEFORE)
    since = a_record(
        PATIENT,
        BEFORE,
        VISIT,
        assessments=(*earlier["assessments"], a_form(VISIT, summing_to(33))),
        spirometry=(a_spirometry(VISIT, 3200, 3150),),
        events=(an_event(),),
        milestones=(
            Milestone(
                patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 7)
            ),
        ),
        tasks=(TaskResult(visit_id=VISIT.id, task="laboratory", done=True),),
    )
    assert of(since, BEFORE) == printed


def test_a_rise_has_its_plus():
    record = a_record(
        PATIENT,
        BEFORE,
        VISIT,
        assessments=(a_form(BEFORE, summing_to(35)), a_form(VISIT, summing_to(37))),
    )
    assert of(record).forms[0].scales[0].change == "+2"


def test_an_incomplete_form_says_how_much_was_answered_and_never_a_partial_sum():
    form = a_form(VISIT, (4, 4, 3, 0, *(None,) * 8)).with_answer(
        "walking", Answer(item="walking", not_done=NotDone.REFUSED, note="in pain")
    )
    record = a_record(PATIENT, BEFORE, VISIT, assessments=(a_form(BEFORE, summing_to(37)), form))
    (shown,) = of(record).forms
    assert shown.scales[0] == ScaleRow(
        title="ALSFRS-R total",
        score="4 of 12 answered",
        previous="37/48",
        change="–",
        complete=False,
    )
    assert [scale.score for scale in shown.scales[1:]] == [
        "11/12",
        "1 of 3 answered",
        "0 of 3 answered",
        "0 of 3 answered",
    ]
    rows = {item.number: item for item in shown.items}
    assert (rows["4"].score, rows["4"].answer) == ("0", "Unable to grip pen")  # zero is a score
    assert (rows["8"].score, rows["8"].answer) == ("×", "not done: refused")
    assert rows["8"].note == "in pain"
    assert (rows["9"].score, rows["9"].answer, rows["9"].previous) == ("–", "not answered", "4")
    assert shown.slope == "– (this form is incomplete: 4 of 12 answered)"


def test_item_5b_shows_its_own_words():
    form = a_form(VISIT).with_answer("cutting", Answer(item="cutting_with_gastrostomy", value=3))
    rows = {
        item.number: item
        for item in of(a_record(PATIENT, VISIT, assessments=(form,))).forms[0].items
    }
    assert rows["5b"].answer == "Clumsy but able to perform all manipulations independently"
    assert "5a" not in rows


def test_a_first_form_has_nothing_before_it():
    record = a_record(PATIENT, BEFORE, VISIT, assessments=(a_form(VISIT, summing_to(37)),))
    (form,) = of(record).forms
    assert form.previous_on == ""
    assert {item.previous for item in form.items} == {"–"}
    assert {(scale.previous, scale.change) for scale in form.scales} == {("–", "–")}
    assert of(record, BEFORE).forms == ()


def test_a_form_that_was_not_done_says_why():
    form = a_form(VISIT, answers={}, not_done=NotDone.TOO_UNWELL)
    assert (
        of(a_record(PATIENT, VISIT, assessments=(form,))).forms[0].not_done
        == "Not done: too unwell"
    )


def test_a_form_left_empty_is_not_the_one_before():
    empty = a_visit(PATIENT, date(2026, 6, 1))
    record = a_record(
        PATIENT,
        BEFORE,
        empty,
        VISIT,
        assessments=(
            a_form(BEFORE, summing_to(37)),
            a_form(empty, answers={}, not_done=NotDone.NO_TIME),
            a_form(VISIT, summing_to(36)),
        ),
    )
    assert of(record).forms[0].previous_on == "23 Apr 2026"


def test_a_form_this_program_does_not_know_is_said_by_name():
    form = a_form(VISIT, instrument="roads-2031")
    with pytest.raises(InvalidInstrument, match="roads-2031"):
        of(a_record(PATIENT, VISIT, assessments=(form,)))


def test_the_slope_with_its_interval():
    visits = [a_visit(PATIENT, date(2026, month, 1)) for month in (1, 3, 5, 7)]
    forms = tuple(
        a_form(v, summing_to(total)) for v, total in zip(visits, (40, 38, 37, 35), strict=True)
    )
    text = of(a_record(PATIENT, *visits, assessments=forms), visits[-1]).forms[0].slope
    assert text == (
        "loses 0.81 points/month (95 % CI loses 0.34 to 1.28; 4 forms, 5.9 months to 1 Jul 2026)"
    )
    few = of(a_record(PATIENT, *visits[:3], assessments=forms[:3]), visits[2]).forms[0].slope
    assert few == (
        "loses 0.76 points/month (too few for an interval; 3 forms, 3.9 months to 1 May 2026)"
    )


def spirometry_of(*sessions, patient=PATIENT, visit=VISIT):
    return of(a_record(patient, BEFORE, visit, spirometry=sessions), visit).spirometry


def test_a_spirometry_with_the_one_before():
    (shown,) = spirometry_of(
        a_spirometry(BEFORE, 3400, 3300), a_spirometry(VISIT, 3200, 3150, 3050)
    )
    assert (shown.title, shown.headline, shown.why_not) == ("FVC, seated", "3.20 L", "")
    facts = texts(shown.facts)
    predicted = float(facts["Predicted"].removesuffix(" L"))
    assert float(facts["% predicted"].removesuffix(" %")) == pytest.approx(320 / predicted, abs=0.2)
    assert facts["z-score"].startswith("−")
    assert float(facts["LLN"].removesuffix(" L")) < predicted
    assert facts["Repeatability"] == "50 mL"
    assert facts["Grade"] == "A (3 of 3 blows acceptable)"
    assert facts["Previous"].endswith(" %, 23 Apr 2026")
    assert shown.equation == "GLI Global 2022 · male, 67.4 y, 176 cm"


def test_only_the_same_kind_and_position_is_the_one_before():
    (shown,) = spirometry_of(
        a_spirometry(BEFORE, 3400, 3300, position=Position.SUPINE),
        a_spirometry(BEFORE, 3400, 3300, test_type=TestType.SVC),
        a_spirometry(BEFORE, not_done=NotDone.NO_EQUIPMENT),
        a_spirometry(VISIT, 3200, 3150),
    )
    assert texts(shown.facts)["Previous"] == "–"
    (supine,) = spirometry_of(a_spirometry(VISIT, 3200, position=Position.SUPINE))
    assert supine.title == "FVC, supine"
    (slow,) = spirometry_of(a_spirometry(VISIT, 3200, test_type=TestType.SVC))
    assert slow.title == "SVC, seated"


def test_a_spirometry_that_was_not_done():
    (shown,) = spirometry_of(a_spirometry(VISIT, not_done=NotDone.NO_EQUIPMENT))
    assert shown.headline == "Not done: no equipment"
    assert shown.facts == ()


def test_a_spirometry_without_a_prediction_says_what_is_missing():
    (shown,) = spirometry_of(a_spirometry(VISIT, 3200, 3150, height_cm=None))
    facts = texts(shown.facts)
    assert shown.headline == "3.20 L"
    assert {facts[name] for name in ("% predicted", "z-score", "Predicted", "LLN")} == {"–"}
    assert shown.why_not == "% predicted needs the height in cm."
    assert shown.equation == "GLI Global 2022 · male, 67.4 y"
    stated = replace(PATIENT, born=None, stated_age_years=67)
    (shown,) = spirometry_of(a_spirometry(VISIT, 3200), patient=stated)
    assert shown.why_not == "% predicted needs the date of birth: enter it."


def test_rejected_blows_count_for_nothing():
    blows = (
        Blow(number=1, volume_ml=3900, quality=BlowQuality.REJECTED),
        Blow(number=2, volume_ml=3200),
        Blow(number=3, volume_ml=3400, quality=BlowQuality.USABLE),
    )
    (shown,) = spirometry_of(a_spirometry(VISIT, blows=blows))
    facts = texts(shown.facts)
    assert (shown.headline, facts["Repeatability"]) == ("3.20 L", "–")
    assert facts["Grade"] == "E (1 of 3 blows acceptable)"


def test_unknown_is_not_no():
    """Whether something was asked and denied, or never asked, must not look the same."""

    def said(new_events):
        page = of(a_record(PATIENT, replace(VISIT, new_events=new_events)))
        assert page.events == ()
        return page.no_events

    assert said(False) == "Asked: nothing new."
    assert said(None) == "Not asked."
    assert said(True) not in {"Asked: nothing new.", "Not asked."}


def test_events_since_the_last_visit():
    old = an_event(term="Old", onset=PartialDate(2026, 4, 23))
    on_the_day = an_event(term="Today", onset=PartialDate(2026, 7, 21))
    vague = an_event(term="Vague", onset=PartialDate(2026, 4))
    reported_late = an_event(term="Late", onset=PartialDate(2025, 1), visit_id=VISIT.id)
    to_come = an_event(term="Later", onset=PartialDate(2026, 8, 1))
    record = a_record(
        PATIENT, BEFORE, VISIT, events=(reported_late, old, vague, on_the_day, to_come)
    )
    page = of(record)
    assert page.events_title == "Adverse events since 23 Apr 2026"
    # Vague may have begun before the visit of 23 April or after it: it is listed at both, and both say so.
    assert [row.term for row in page.events] == ["Late", "Vague", "Today"]
    unsure = "may belong to another visit: only its month is known"
    assert [row.unsure for row in page.events] == ["", unsure, ""]
    first = of(record, BEFORE)
    assert first.events_title == "Adverse events"
    assert [row.term for row in first.events] == ["Old", "Vague"]


def test_one_event_in_words():
    event = an_event(
        grade=Grade.SEVERE, serious=True, ended=PartialDate(2026, 6), onset=PartialDate(2026, 6, 2)
    )
    assert events.event_row(event) == EventRow(
        term="Headache",
        onset="2 Jun 2026",
        grade="3 severe",
        serious="yes",
        outcome="recovered, Jun 2026",
        is_serious=True,
    )
    going_on = an_event(outcome=Outcome.NOT_RECOVERED)
    assert events.event_row(going_on).outcome == "not recovered"
    assert events.event_row(going_on).serious == "no"


def test_milestones_up_to_that_day():
    def milestone(kind, *when):
        return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))

    record = a_record(
        PATIENT,
        VISIT,
        milestones=(
            milestone(MilestoneKind.WHEELCHAIR, 2026),
            milestone(MilestoneKind.NIV, 2026, 7, 21),
            milestone(MilestoneKind.GASTROSTOMY, 2026, 8),
        ),
    )
    assert of(record).milestones == (Fact("Wheelchair", "2026"), Fact("NIV started", "21 Jul 2026"))


def test_tasks_of_this_visit():
    tasks = (
        TaskResult(visit_id=VISIT.id, task="laboratory", done=True),
        TaskResult(visit_id=VISIT.id, task="history", done=True, note="no change"),
        TaskResult(visit_id=VISIT.id, task="examination", done=False, note="no room"),
        TaskResult(visit_id=BEFORE.id, task="emg", done=True),
    )
    assert of(a_record(PATIENT, BEFORE, VISIT, tasks=tasks)).tasks == (
        Fact("Laboratory tests", "done"),
        Fact("Medical history", "done: no change"),
        Fact("Physical examination", "not done: no room"),
    )


def test_stated_values_are_called_stated():
    def stated(kind, value, on):
        return ExternalResult(
            patient_id=PATIENT.id, kind=kind, value=value, measured_on=on, source="letter"
        )

    record = a_record(
        PATIENT,
        VISIT,
        external=(
            stated(ExternalKind.ALSFRS_R_TOTAL, 37.0, None),
            stated(ExternalKind.FVC_PERCENT, 57.7, date(2026, 7, 21)),
            stated(ExternalKind.FVC_PERCENT, 50.0, date(2026, 7, 22)),
        ),
    )
    assert of(record).stated == (
        Fact("ALSFRS-R total, stated (items unknown)", "37, –"),
        Fact("FVC % predicted, stated (equation unknown)", "57.7, 21 Jul 2026"),
    )


def test_the_total_before_a_day(alsfrs_r):
    record = a_record(
        PATIENT,
        BEFORE,
        VISIT,
        assessments=(a_form(BEFORE, summing_to(37)), a_form(VISIT, summing_to(35))),
        external=(
            ExternalResult(
                patient_id=PATIENT.id,
                kind=ExternalKind.ALSFRS_R_TOTAL,
                value=36.0,
                measured_on=date(2026, 6, 1),
                source="letter",
            ),
        ),
    )
    # What somebody else stated in between is not a form of ours.
    assert questionnaire.total_before(record, alsfrs_r, VISIT.date) == (date(2026, 4, 23), 37.0)
    assert questionnaire.total_before(record, alsfrs_r, date(2026, 6, 1)) == (BEFORE.date, 37.0)
    assert questionnaire.total_before(record, alsfrs_r, BEFORE.date) is None


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        where = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in where:
            if key not in {
                "field",
                "role",
            }:  # where it was entered, how it is drawn: no page shows it
                yield from strings(one)


def test_every_text_of_a_full_page_is_filled_in():
    """No placeholder, no enum's name, no None and no hyphen for a minus reaches the page."""
    record = a_record(
        PATIENT,
        BEFORE,
        replace(VISIT, new_events=True),
        assessments=(a_form(BEFORE, summing_to(37)), a_form(VISIT, summing_to(33))),
        spirometry=(a_spirometry(VISIT, 3200, 3150),),
        events=(an_event(visit_id=VISIT.id),),
        tasks=(TaskResult(visit_id=VISIT.id, task="laboratory", done=True),),
    )
    shown = list(strings(asdict(of(record))))
    assert "33/48" in shown and "done" in shown
    for text in (re.sub(r"doi:\S+", "doi", one) for one in shown):
        assert not re.search(r"[{}]|None\b(?!$)|_|\w\.[A-Z]{2}|(^|\s)-\d|\d{4}-\d\d", text), text
