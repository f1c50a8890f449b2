"""What a consent allows on a day, which visits are outside it, and what the neurologist decides about them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import form_frame
from core.findings import consent
from core.findings.consent import Standing
from core.forms import catalog as forms
from core.model.decision import Choice
from core.model.form_record import FormRecord, Item
from core.model.laboratory import LabResult
from core.model.patient import ExternalKind, ExternalResult
from core.protocols import catalog
from tests.core.examples import a_patient, a_record, a_routine_patient, a_visit

TRIAL, ROUTINE = catalog.brought()["royan-2021", "1"], catalog.shipped()["routine"]
SIGNED = date(2026, 2, 1)
PARTS = "study\ndata"
PATIENT = a_patient()


def act(kind, on, entered=None, **values):
    """A record of the form: by default one that was entered on its day."""
    definition = forms.newest()["consent"]
    given = {"kind": kind, "day": str(on), **values}
    if kind in {"signed", "renewed"}:
        given = {"version": "2.1", "allows": PARTS, "signed_by": "patient", **given}
    day = entered or date(2026, 11, 1)
    return FormRecord(
        patient_id=PATIENT.id, form="consent", version=definition.version, entered_by="nurse",
        entered_at=datetime.combine(day, datetime.min.time(), UTC), course=definition.course,
        items={name: Item(value=value) for name, value in given.items()},
    )  # fmt: skip


def of_day(on, *acts, protocol=TRIAL, decisions=()):
    visit = a_visit(PATIENT, on)
    record = a_record(PATIENT, visit, forms=acts, decisions=decisions)
    return consent.of_visit(record, protocol, visit)


@pytest.mark.parametrize(
    ("on", "standing", "why"),
    [
        (date(2026, 1, 31), Standing.OUTSIDE, "before the consent of 1 Feb 2026"),
        (date(2026, 2, 1), Standing.WITHIN, ""),
        (date(2026, 5, 3), Standing.WITHIN, ""),  # the day of the withdrawal
        (date(2026, 5, 4), Standing.OUTSIDE, "after the withdrawal of 3 May 2026"),
    ],
)
def test_a_visit_is_within_from_the_signature_to_the_day_of_the_withdrawal(on, standing, why):
    withdrawn = act("withdrawn", "2026-05-03", withdrawn="everything", kept="may_be_used")
    found = of_day(on, act("signed", SIGNED), withdrawn)
    assert (found.standing, found.why) == (standing, why)
    assert found.left_out is found.open is (standing is Standing.OUTSIDE)


def test_a_consent_that_is_entered_late_counts_from_its_day():
    late = act("signed", SIGNED, entered=date(2026, 11, 20))
    assert of_day(date(2026, 3, 1), late).standing is Standing.WITHIN


def test_signed_again_after_a_withdrawal_it_holds_again():
    acts = (
        act("signed", SIGNED),
        act("withdrawn", "2026-05-03", withdrawn="data", kept="may_be_used"),
        act("renewed", "2026-07-01", version="3.0"),
    )
    assert of_day(date(2026, 6, 1), *acts).standing is Standing.OUTSIDE
    assert of_day(date(2026, 7, 1), *acts).standing is Standing.WITHIN
    record = a_record(PATIENT, forms=acts)
    versions = [consent.holding(record, date(2026, m, 2)) for m in (1, 3, 8)]
    assert [one and one.value("version") for one in versions] == [None, "2.1", "3.0"]


def test_samples_withdrawn_leave_the_results_within():
    samples = act("withdrawn", "2026-03-01", withdrawn="samples\ngenetics", kept="may_be_used")
    assert of_day(date(2026, 4, 1), act("signed", SIGNED), samples).standing is Standing.WITHIN


def test_a_consent_that_does_not_allow_the_study_covers_routine_care_only():
    signed = act("signed", SIGNED, allows="data")
    in_trial = of_day(date(2026, 4, 1), signed)
    assert (in_trial.standing, in_trial.why) == (
        Standing.OUTSIDE,
        "the consent of 1 Feb 2026 does not allow it",
    )
    assert of_day(date(2026, 4, 1), signed, protocol=ROUTINE).standing is Standing.WITHIN


def test_refused_is_outside():
    found = of_day(date(2026, 4, 1), act("refused", "2026-03-01", version="2.1"))
    assert (found.standing, found.why) == (Standing.OUTSIDE, "consent was refused on 1 Mar 2026")


def test_what_may_not_be_used_any_more_is_outside_from_the_beginning():
    back = act("withdrawn", "2026-05-03", withdrawn="everything", kept="not_to_be_used")
    found = of_day(date(2026, 3, 1), act("signed", SIGNED), back)
    assert found.standing is Standing.OUTSIDE and "3 May 2026" in found.why


def test_a_month_is_asked_about_where_its_days_disagree():
    signed = act("signed", "2026-02")
    standings = [of_day(on, signed).standing for on in (date(2026, 1, 31), date(2026, 2, 10), date(2026, 2, 28))]  # fmt: skip
    assert standings == [Standing.OUTSIDE, Standing.ASKED, Standing.WITHIN]


def test_no_consent_is_asked_about_in_a_study_that_records_it_as_a_form():
    as_form = replace(TRIAL, tasks=tuple(one for one in TRIAL.tasks if one.id != "consent"))
    assert of_day(SIGNED, protocol=as_form).standing is Standing.ASKED
    assert of_day(SIGNED, protocol=TRIAL).standing is Standing.WITHIN  # it is ticked there
    assert of_day(SIGNED, protocol=ROUTINE).standing is Standing.WITHIN


def test_the_neurologist_decides_and_the_last_decision_counts():
    signed, noon = act("signed", SIGNED), datetime(2026, 11, 1, 12, tzinfo=UTC)
    visit = a_visit(PATIENT, date(2026, 1, 1))
    record = a_record(PATIENT, visit, forms=(signed,))
    found = consent.of_visit(record, TRIAL, visit)
    used = consent.decide(found, Choice.USED, "signed on paper", by="neuro", at=noon)
    out = consent.decide(found, Choice.LEFT_OUT, "no", by="neuro", at=noon + timedelta(hours=1))
    for decisions, kept in (((used,), (visit,)), ((used, out), ()), ((out, used), ())):
        decided = replace(record, decisions=decisions)
        assert consent.for_export(decided)[0].visits == kept
        assert not consent.of_visit(decided, TRIAL, visit).open
    for choice, why in ((Choice.DONE, "x"), (Choice.USED, " ")):
        with pytest.raises(ValueError, match="for a reason"):
            consent.decide(found, choice, why, by="neuro", at=noon)


def result(on, visit=None):
    return LabResult(
        patient_id=PATIENT.id, visit_id=None if visit is None else visit.id, test="alt", taken_on=on,
        value=30.0, unit="U/L", typed="30", typed_unit="U/L",
        entered_by="nurse", entered_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
    )  # fmt: skip


def test_results_of_no_visit_are_covered_by_their_own_day():
    """A sample of the day before the signature leaves only when the neurologist decided; a visit's goes with its visit."""
    visit = a_visit(PATIENT, date(2026, 3, 1))
    early, late = result(date(2026, 1, 31)), result(date(2026, 2, 1))
    of_visit = result(date(2026, 1, 31), visit)  # taken before, but it is part of a visit within
    record = a_record(
        PATIENT, visit, forms=(act("signed", SIGNED),), laboratory=(early, late, of_visit)
    )
    (found,) = consent.outside_samples(record, TRIAL)
    assert (found.on, found.why) == (date(2026, 1, 31), "before the consent of 1 Feb 2026")
    assert "sample is outside the consent" in found.question
    kept, gone = consent.for_export(record)
    assert kept.laboratory == (late, of_visit) and gone == (found,)
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    used = consent.decide(found, Choice.USED, "signed on paper", by="neuro", at=noon)
    assert consent.day_of_samples(used.subject) == found.on
    decided = replace(record, decisions=(used,))
    assert consent.for_export(decided) == (decided, ())
    assert not consent.outside_samples(decided, TRIAL)[0].open


def stated(on, value=31):
    return ExternalResult(
        patient_id=PATIENT.id, kind=ExternalKind.ALSFRS_R_TOTAL, value=value, measured_on=on,
        source="a letter",
    )  # fmt: skip


TAKEN_BACK = act("withdrawn", "2026-05-03", withdrawn="everything", kept="not_to_be_used")


def test_what_others_stated_may_not_be_used_either_where_the_patient_took_everything_back():
    visit = a_visit(PATIENT, date(2026, 3, 1))
    known = stated(date(2026, 1, 10)), stated(None), stated(visit.date)
    record = a_record(PATIENT, visit, forms=(act("signed", SIGNED), TAKEN_BACK), external=known)
    kept, gone = consent.for_export(record)
    assert kept.external == kept.visits == ()
    assert {one.subject for one in gone} == {
        visit.id, *(f"stated {one.id}" for one in known[:2]),
    }  # fmt: skip


def test_what_others_measured_before_the_signature_is_history_and_after_a_withdrawal_is_outside():
    """It is no procedure of the study; what is of the day of a visit goes with that visit."""
    visit = a_visit(PATIENT, date(2026, 1, 20))  # before the signature
    withdrawn = act("withdrawn", "2026-05-03", withdrawn="everything", kept="may_be_used")
    before, undated, late = stated(date(2025, 1, 10)), stated(None), stated(date(2026, 6, 1))
    of_visit = stated(visit.date)
    record = a_record(
        PATIENT, visit, forms=(act("signed", SIGNED), withdrawn),
        external=(before, undated, late, of_visit),
    )  # fmt: skip
    assert consent.for_export(record)[0].external == (before, undated)
    (found,) = consent.outside_stated(record, TRIAL)
    assert (found.result, found.why) == (late, "after the withdrawal of 3 May 2026")
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    used = consent.decide(found, Choice.USED, "asked again", by="neuro", at=noon)
    assert consent.is_of_stated(used.subject) and consent.day_of_samples(used.subject) is None
    decided = replace(record, decisions=(used,))
    assert consent.for_export(decided)[0].external == (before, undated, late)


@pytest.mark.parametrize(
    ("signed", "on", "standing"),
    [
        ("2026-05", date(2026, 5, 25), Standing.OUTSIDE),  # after the withdrawal, on any day of it
        ("2026", date(2026, 6, 25), Standing.OUTSIDE),
        ("2026-05", date(2026, 5, 10), Standing.ASKED),
        ("2026-05", date(2026, 4, 30), Standing.WITHIN),  # before it, whichever day it was
    ],
)
def test_a_signature_of_an_unknown_day_covers_nothing_after_a_withdrawal(signed, on, standing):
    withdrawn = act("withdrawn", "2026-05-20", withdrawn="everything", kept="may_be_used")
    record = a_record(PATIENT, forms=(act("signed", signed), withdrawn), external=(stated(on),))
    found = consent.outside_stated(record, TRIAL)
    assert bool(found) is (standing is Standing.OUTSIDE)
    assert bool(consent.for_export(record)[0].external) is (standing is not Standing.OUTSIDE)


def test_what_others_stated_is_outside_where_nothing_allows_that_data_are_used():
    refused = act("refused", "2026-02-01")
    only_study = act("signed", SIGNED, allows="study")
    for acts, why in (
        ((refused,), "consent was refused"),
        ((only_study,), "the consent of 1 Feb 2026 does not allow it"),
    ):
        record = a_record(PATIENT, forms=acts, external=(stated(date(2026, 3, 10)),))
        (found,) = consent.outside_stated(record, TRIAL)
        assert found.why.startswith(why) and found.open
    none = a_record(PATIENT, external=(stated(date(2026, 3, 10)),))
    assert consent.for_export(none) == (none, ()), "no consent is recorded yet: it is asked about"


def test_a_sample_is_asked_about_where_the_days_of_the_consent_disagree():
    record = a_record(
        PATIENT, forms=(act("signed", "2026-02"),), laboratory=(result(date(2026, 2, 10)),)
    )
    found = consent.of_samples(record, TRIAL, date(2026, 2, 10))
    assert found.standing is Standing.ASKED and "this sample" in found.question
    assert consent.for_export(record) == (record, ())
    assert consent.of_samples(record, TRIAL, date(2026, 3, 1)).question == ""


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(signed=days, withdrawn=days, on=days)
def test_a_day_is_within_if_and_only_if_a_signature_holds_then(signed, withdrawn, on):
    acts = (act("signed", signed), act("withdrawn", withdrawn, withdrawn="everything", kept="not_said"))  # fmt: skip
    holds = signed <= on and not signed <= withdrawn < on
    assert (of_day(on, *acts).standing is Standing.WITHIN) is holds


@given(on=days, months=st.tuples(st.integers(1, 12), st.integers(1, 12)))
def test_what_is_known_to_its_month_says_no_more_than_every_day_of_it(on, months):
    def standings(signed, withdrawn):
        back = act("withdrawn", withdrawn, withdrawn="everything", kept="not_said")
        return of_day(on, act("signed", signed), back).standing

    months = sorted(months)
    if months[0] == months[1]:
        return
    exact = {
        standings(f"2026-{months[0]:02}-{first:02}", f"2026-{months[1]:02}-{last:02}")
        for first in (1, 15, 28)
        for last in (1, 15, 28)
    }
    found = standings(*(f"2026-{month:02}" for month in months))
    assert found is Standing.ASKED or exact == {found}


def test_a_routine_patient_without_a_consent_has_nothing_outside():
    patient = a_routine_patient()
    record = a_record(patient, a_visit(patient, SIGNED))
    assert consent.outside(record) == ()


@pytest.mark.parametrize("identified", [True, False])
def test_no_table_of_a_form_has_what_is_outside(identified):
    form = forms.newest()["vital_signs"]
    early, late = a_visit(PATIENT, date(2026, 1, 20)), a_visit(PATIENT, date(2026, 3, 1))
    signs = tuple(
        FormRecord(
            patient_id=PATIENT.id, form=form.id, version=form.version, visit_id=visit.id,
            entered_by="nurse", entered_at=datetime(2026, 11, 1, tzinfo=UTC),
            items={"pulse": Item(value=pulse)},
        )
        for visit, pulse in ((early, 61), (late, 72))
    )  # fmt: skip
    record = a_record(PATIENT, early, late, forms=(act("signed", SIGNED), *signs))
    made = form_frame.frame(form, [record], identified=identified)
    assert list(made["pulse"]) == [72]
