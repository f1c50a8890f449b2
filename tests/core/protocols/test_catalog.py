from datetime import date, timedelta

import pytest

from core import resources
from core.errors import InvalidProtocol
from core.protocols import catalog
from core.protocols.definition import Anchor, CriterionKind, Measure, Operator
from core.protocols.schedule import windows
from tests.core.examples import a_patient, a_routine_patient

GOOD = resources.path("protocols", "royan_2021.toml").read_text("utf-8")
ROYAN = catalog.shipped()["royan-2021"]
ROUTINE = catalog.shipped()["routine"]
DAY = timedelta(days=1)


def refusal(folder, text):
    (folder / "bad.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidProtocol) as refused:
        catalog.load(folder)
    assert str(refused.value).startswith("bad.toml: ")
    return str(refused.value)


# Offsets of the trial's paper, and the windows proposed for them: days before and after.
@pytest.mark.parametrize(
    ("code", "target", "before", "after"),
    [
        ("SCR", date(2014, 2, 10), 14, 14),
        ("MRI", date(2014, 3, 3), 3, 3),
        ("INF", date(2014, 3, 10), 0, 0),
        ("D1", date(2014, 3, 11), 0, 1),
        ("M2", date(2014, 5, 10), 7, 7),
        ("M4", date(2014, 7, 10), 14, 14),
        ("M6", date(2014, 9, 10), 14, 14),
        ("M12", date(2015, 3, 10), 28, 28),
        ("Y5", date(2019, 3, 10), 90, 90),
    ],
)
def test_the_trials_visits_after_the_infusion_of_2014_03_10(code, target, before, after):
    window = windows(ROYAN, date(2014, 3, 10))[code]
    assert window.target == target
    assert (window.open, window.close) == (target - before * DAY, target + after * DAY)


@pytest.mark.parametrize(
    ("code", "opens", "closes"),
    [
        ("M2", date(2014, 5, 3), date(2014, 5, 17)),
        ("M4", date(2014, 6, 26), date(2014, 7, 24)),
        ("M6", date(2014, 8, 27), date(2014, 9, 24)),
        ("M12", date(2015, 2, 10), date(2015, 4, 7)),
    ],
)
def test_the_windows_written_out(code, opens, closes):
    window = windows(ROYAN, date(2014, 3, 10))[code]
    assert (window.open, window.close) == (opens, closes)


@pytest.mark.parametrize(
    ("infusion", "code", "target"),
    [
        (date(2014, 8, 31), "M6", date(2015, 2, 28)),
        (date(2016, 2, 29), "M12", date(2017, 2, 28)),
        (date(2014, 12, 31), "M2", date(2015, 2, 28)),
        (date(2015, 12, 31), "M2", date(2016, 2, 29)),
        (date(2016, 2, 29), "Y5", date(2021, 2, 28)),
    ],
)
def test_a_month_without_that_day_ends_on_its_last(infusion, code, target):
    assert windows(ROYAN, infusion)[code].target == target


def test_what_the_trials_visits_ask_for():
    assert [visit.code for visit in ROYAN.visits] == [
        "SCR",
        "MRI",
        "INF",
        "D1",
        "M2",
        "M4",
        "M6",
        "M12",
        "Y5",
    ]
    assert ROYAN.anchor is Anchor.REFERENCE
    assert {"consent", "eligibility", "alsfrs-r", "spirometry"} < set(ROYAN.assessments_of("SCR"))
    assert ROYAN.assessments_of("MRI") == ("mri",)
    assert ROYAN.assessments_of("D1") == ("adverse-events",)
    for code in ("M2", "M4", "M6", "M12"):
        assert set(ROYAN.assessments_of(code)) == {
            "since-last-time",
            "alsfrs-r",
            "spirometry",
            "adverse-events",
            "history",
            "examination",
            "laboratory",
        }
    assert set(ROYAN.assessments_of("Y5")) == {"vital-status", "alsfrs-r"}
    assert set(ROYAN.assessments_of(None)) == {
        "since-last-time",
        "adverse-events",
        "alsfrs-r",
        "spirometry",
    }
    assert ROYAN.task("mri").title == "Brain and spinal MRI"
    assert ROYAN.task("alsfrs-r") is None
    assert (ROYAN.visit_title("M2"), ROYAN.visit_title(None)) == ("Month 2", None)


def test_the_routine_clinic_is_every_three_months_from_the_last_visit():
    (visit,) = ROUTINE.visits
    assert ROUTINE.anchor is Anchor.LAST_VISIT
    assert (visit.offset.value, visit.offset.unit, visit.before, visit.after) == (
        3,
        "months",
        14,
        14,
    )
    assert {"alsfrs-r", "spirometry", "adverse-events"} < set(visit.assessments)


def test_the_schedule_of_a_patient():
    assert catalog.of(a_patient()) == ROYAN
    assert catalog.of(a_routine_patient()) == ROUTINE
    with pytest.raises(InvalidProtocol, match="no schedule named “lost-2019”"):
        catalog.of(a_patient(protocol="lost-2019"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["mri"]', '["mir"]', "assessments ['mir'] are neither questionnaires nor [[tasks]]"),
        (
            '"adverse-events", "alsfrs-r", "spirometry"]',
            '"adverse-event", "alsfrs-r", "spirometry"]',
            "assessments ['adverse-event']",
        ),
        ('code = "MRI"', 'code = "SCR"', "visits ['SCR'] stand twice"),
        ("before = 3", "before = -3", "the window of visit MRI is negative"),
        ('unit = "days"', 'unit = "weeks"', "@ $.visits[0].offset.unit"),
        ("value = -28", 'value = "soon"', "expected int @ $.visits[0].offset.value"),
        ('anchor = "reference"', 'anchor = "last_visit"', "has exactly one visit"),
        ('anchor = "reference"', 'anchor = "birth"', "@ $.anchor"),
        ("tasks = [", "taks = [", "extra fields found (taks)"),
        ('code = "INF"', "", "required field missing @ $.visits[2].code"),
        ('id = "royan-2021"', "id = royan", "bad.toml: "),
        ('id = "fvc"', 'id = "age"', "criteria ['age'] stand twice"),
        ('"consent", "eligibility"', '"consent"', "the criteria need a visit that assesses"),
        ('kind = "exclusion"', 'kind = "excluding"', "other-disease, kind: write one of inclusion"),
        (
            'measure = "age_years"',
            'measure = "age"',
            "criterion age, measure: write one of age_years",
        ),
        ('operator = ">"', 'operator = "=>"', "criterion diagnosis, operator: write one of >=, <="),
        ('measure = "age_years"', "", "criterion age: without a measure it has no operator"),
        ('operator = ">"', "", "criterion diagnosis: a measure needs an operator: write one of >="),
        ("value = 24", "", "criterion alsfrs-r: the operator >= needs “value” and no other"),
        ("value = 24", "value = 24\nlow = 20", "the operator >= needs “value” and no other limit"),
        ("value = 24", "value = nan", "criterion alsfrs-r: a limit is not a number: write one"),
        ("value = 24", 'value = "many"', "criterion alsfrs-r, value: invalid value"),
        ("value = 24", "valeu = 24", "criterion alsfrs-r: extra fields found (valeu)"),
        ("low = 18", "", "criterion age: the operator between needs “low” and “high”"),
        ("low = 18", "low = 18\nvalue = 18", "the operator between needs “low” and “high” and no"),
        ("low = 18", "low = 66", "criterion age: low is above high: exchange them"),
        ('unit = "%"', 'unit = "L"', "criterion fvc: fvc_percent counts in %: write this unit"),
        (
            'title = "Age at screening"',
            'title = " "',
            "criterion age: its title is empty: write one",
        ),
        ('id = "age"', "", "criterion 1, id: required field missing"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path, old, new, said):
    assert old in GOOD
    assert said in refusal(tmp_path, GOOD.replace(old, new, 1))


# Nabavi 2021, Cell J 23(7):772-778; the abstract on the web prints "<" for the last two.
def test_who_may_take_part_in_the_trial():
    limits = {
        one.measure: (one.operator, one.value if one.value is not None else (one.low, one.high))
        for one in ROYAN.criteria
        if not one.asked
    }
    assert limits == {
        Measure.AGE: (Operator.BETWEEN, (18, 65)),
        Measure.SINCE_DIAGNOSIS: (Operator.ABOVE, 6),
        Measure.ALSFRS_R: (Operator.AT_LEAST, 24),
        Measure.FVC: (Operator.AT_LEAST, 40),
    }
    asked = [(one.kind, one.title) for one in ROYAN.criteria if one.asked]
    assert asked == [
        (CriterionKind.INCLUSION, "Sporadic ALS confirmed"),
        (CriterionKind.INCLUSION, "Informed consent given"),
        (CriterionKind.EXCLUSION, "Other neurological, psychiatric or systemic disease"),
        (
            CriterionKind.EXCLUSION,
            "Corticosteroid, immunoglobulin or immunosuppressant in the last 6 months",
        ),
    ]
    for one in ROYAN.criteria:
        if one.measure in {Measure.ALSFRS_R, Measure.FVC}:
            assert "≥" in one.source and "<" in one.source, "both texts are kept"
    assert ROYAN.screening is ROYAN.visit("SCR")
    assert ROUTINE.criteria == ()
    assert ROUTINE.screening is None


def test_a_title_without_a_number_cannot_disagree_with_the_limit():
    for one in ROYAN.criteria:
        assert one.asked or not any(letter.isdigit() for letter in one.title), one.id


def test_a_criterion_that_is_asked_admits_no_value():
    consent = next(one for one in ROYAN.criteria if one.id == "consent")
    with pytest.raises(ValueError, match="asked of a person"):
        consent.admits(1)


def test_a_schedule_needs_a_visit(tmp_path):
    head = GOOD[: GOOD.index("[[visits]]")]
    assert "at least one visit" in refusal(
        tmp_path, head.replace("tasks =", "visits = []\ntasks =")
    )


def test_a_file_in_another_encoding(tmp_path):
    assert "can't decode" in refusal(tmp_path, GOOD.encode("utf-16"))


def test_two_files_cannot_claim_one_id(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD, "utf-8")
    assert "the id royan-2021 is taken by another file" in refusal(tmp_path, GOOD)
