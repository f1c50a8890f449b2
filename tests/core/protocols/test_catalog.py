import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.errors import InvalidProtocol
from core.protocols import catalog
from core.protocols.definition import Anchor, CriterionKind, Measure, Operator
from core.protocols.schedule import windows
from core.views import schedule_words
from tests.core.examples import a_patient, a_routine_patient

GOOD = resources.path("protocols", "royan_2021.toml").read_text("utf-8")
ROYAN = catalog.shipped()["royan-2021"]
FIRST = catalog.named("royan-2021", "1")  # what GOOD says
ROUTINE = catalog.shipped()["routine"]
DAY = timedelta(days=1)


def refusal(folder, text):
    (folder / "bad.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidProtocol) as refused:
        catalog.load(folder)
    assert str(refused.value).startswith("bad.toml, line ")
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
    assert ROYAN.version == "2"
    for code in ("M2", "M4", "M6", "M12"):
        assert set(ROYAN.assessments_of(code)) == {
            "since-last-time",
            "alsfrs-r",
            "spirometry",
            "adverse-events",
            "medical_history",
            "vital_signs",
            "physical_examination",
            "neurological_examination",
            "laboratory",
        }
    assert set(ROYAN.assessments_of("INF")) == {
        "infusion",
        "donor",
        "product",
        "monitoring",
        "discharge",
        "adverse-events",
    }
    assert set(ROYAN.assessments_of("Y5")) == {"vital_status", "alsfrs-r"}
    assert set(ROYAN.assessments_of(None)) == {
        "since-last-time",
        "adverse-events",
        "alsfrs-r",
        "spirometry",
    }
    assert ROYAN.task("eligibility").title == "Eligibility checked"
    assert ROYAN.task("alsfrs-r") is None
    assert (ROYAN.visit_title("M2"), ROYAN.visit_title(None)) == ("Month 2", None)


def test_what_version_1_of_the_trial_ticks_off_is_what_version_2_enters():
    for code in ("M2", "M4", "M6", "M12"):
        assert set(FIRST.assessments_of(code)) == {
            "since-last-time",
            "alsfrs-r",
            "spirometry",
            "adverse-events",
            "history",
            "examination",
            "laboratory",
        }
    assert set(FIRST.assessments_of("Y5")) == {"vital-status", "alsfrs-r"}
    assert FIRST.task("mri").title == "Brain and spinal MRI"
    assert [one.id for one in ROYAN.tasks] == ["eligibility"]
    assert [one.code for one in FIRST.visits] == [one.code for one in ROYAN.visits]
    assert windows(FIRST, date(2014, 3, 10)) == windows(ROYAN, date(2014, 3, 10))


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
    assert catalog.of(a_patient()) == FIRST
    assert catalog.of(a_patient(protocol_version="2")) == ROYAN
    assert catalog.of(a_routine_patient()) == ROUTINE
    with pytest.raises(InvalidProtocol, match="no schedule named “lost-2019”"):
        catalog.of(a_patient(protocol="lost-2019"))


def line_of(text):
    """The number of the line of the shipped schedule that begins so."""
    lines = GOOD.splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.startswith(text))


MRI, INF, Y5 = (line_of(f'code = "{code}"') for code in ("MRI", "INF", "Y5"))
AGE, DIAGNOSIS, TOTAL, FVC = (
    line_of(f'title = "{title}') for title in ("Age", "Time since", "ALSFRS-R total", "FVC")
)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('["mri"]', '["mir"]', MRI + 5, "“mir” is no questionnaire, no form and no"),
        (
            '"adverse-events", "alsfrs-r", "spirometry"]',
            '"adverse-event", "alsfrs-r", "spirometry"]',
            10,
            "“adverse-event”",
        ),
        ('code = "MRI"', 'code = "SCR"', MRI, "visit SCR is there twice; give each visit its own"),
        ('code = "MRI"', 'code = "M R"', MRI, "code “M R” is no code; write up to 12 letters"),
        ("before = 3", "before = -3", MRI + 3, "window of visit MRI is -3 days before; write 0 to"),
        ("before = 3", "before = 9999", MRI + 3, "is 9999 days before; write 0 to 3650"),
        ("before = 3", "before = true", MRI + 3, "“before” must be a whole number, not true"),
        ("before = 3", "before = 2.5", MRI + 3, "“before” must be a whole number, not 2.5"),
        ('unit = "days"', 'unit = "weeks"', 28, "“unit” must be one of days, months, not"),
        ("value = -28", 'value = "soon"', 28, "“value” must be a whole number, not"),
        ("value = -28", "value = -99999", 28, "visit SCR is more than 100 years away"),
        ("value = -28", "value = -6", MRI + 2, "visit MRI is not after visit SCR; put the visits"),
        ('anchor = "reference"', 'anchor = "last_visit"', MRI - 1, "has exactly one visit"),
        ('anchor = "reference"', 'anchor = "birth"', 8, "“anchor” must be one of reference, last"),
        ("tasks = [", "taks = [", 12, "“taks” means nothing here"),
        ('code = "INF"', "", INF - 1, "“code” is missing; add it"),
        ('id = "royan-2021"', "id = royan", 4, "this is not TOML"),
        ('id = "royan-2021"', 'id = "Royan 2021"', 4, "“Royan 2021” is no name"),
        ('version = "1"', 'version = "1.1"', 5, "version “1.1” is not a whole number"),
        ('reference = "Infusion"', 'reference = ""', 9, "“reference” is empty"),
        ('title = "MRI"', 'title = "MRI\\nof the head"', MRI + 1, "“title” is more than one line"),
        (
            'title = "MRI"',
            f'title = "{"M" * 41}"',
            MRI + 1,
            "“title” has 41 letters; write at most 40",
        ),
        ('id = "emg"', 'id = "mri"', 19, "task mri is there twice"),
        ('id = "emg"', 'id = "spirometry"', 18, "task spirometry has the name of something"),
        ('["mri"]', '["mri", "mri"]', MRI + 5, "“mri” is there twice; name it once"),
        ('id = "fvc"', 'id = "age"', FVC - 2, "criterion age is there twice"),
        ('"consent", "eligibility"', '"consent"', AGE - 3, "assesses “eligibility”; add it"),
        ('kind = "exclusion"', 'kind = "excluding"', FVC + 15, "must be one of inclusion, exclu"),
        (
            'measure = "age_years"',
            'measure = "age"',
            AGE + 1,
            "must be one of age_years, diagnosis",
        ),
        (
            'operator = ">"',
            'operator = "=>"',
            DIAGNOSIS + 2,
            "must be one of >=, <=, >, <, between",
        ),
        ('measure = "age_years"', "", AGE + 2, "asked of a person. Remove “operator”"),
        ('operator = ">"', "", DIAGNOSIS - 3, "add “operator”, one of >=, <=, >, <, between"),
        ("value = 24", "", TOTAL - 3, "the operator >= needs “value”; add it"),
        (
            "value = 24",
            "value = 24\nlow = 20",
            TOTAL + 4,
            "the operator >= has no “low”; remove it",
        ),
        ("value = 24", "value = nan", TOTAL + 3, "“value” is no number; write one"),
        ("value = 24", 'value = "many"', TOTAL + 3, "“value” must be a number, not"),
        ("value = 24", "value = 1" + "0" * 400, TOTAL + 3, "“value” must be a number, not"),
        ("value = 24", "valeu = 24", TOTAL + 3, "“valeu” means nothing here"),
        ("low = 18", "", AGE - 3, "the operator between needs “low”; add it"),
        ("low = 18", "low = 18\nvalue = 18", AGE + 4, "between has no “value”; remove it"),
        ("low = 18", "low = 66", AGE + 3, "low 66 is above high 65; exchange them"),
        ('unit = "%"', 'unit = "L"', FVC + 4, "fvc_percent counts in %; write unit"),
        ('title = "Age at screening"', 'title = " "', AGE, "“title” is empty; write its words"),
        (
            'title = "Age at screening"',
            'title = "Age above 17"',
            AGE,
            "title of criterion age has a",
        ),
        ('id = "age"', "", AGE - 3, "“id” is missing; add it"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong_and_where(tmp_path, old, new, line, said):
    assert old in GOOD
    refused = refusal(tmp_path, GOOD.replace(old, new, 1))
    assert said in refused
    assert refused.startswith(f"bad.toml, line {line}: ")
    assert len(refused) < 400, "and it can be read"


RECURRING = resources.path("protocols", "routine.toml").read_text("utf-8")


def test_a_visit_that_comes_again_comes_later(tmp_path):
    text = RECURRING.replace("value = 3", "value = 0")
    assert "its offset must be above 0" in refusal(tmp_path, text)


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_as_other_editors_save_it(start, end):
    text = start + GOOD.replace("\n", end)
    assert catalog.read("trial.toml", text.encode()) == FIRST
    wrong = text.replace("value = -28", "value = -280000").encode()
    with pytest.raises(InvalidProtocol, match=r"trial\.toml, line 28: visit SCR is more than 100"):
        catalog.read("trial.toml", wrong)


LINES = GOOD.splitlines()


@given(st.data())
def test_whatever_is_wrong_is_one_sentence_with_its_line(data):
    """Lines left out, written twice, moved, cut or filled with something else: read, or refused in a sentence."""
    lines = list(LINES)
    for _n in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.sampled_from(lines))
        key = lines[at].partition("=")[0]
        value = data.draw(
            st.sampled_from(
                [
                    '""',
                    "-1",
                    "1e999",
                    "nan",
                    "[]",
                    "{}",
                    "[[]]",
                    "true",
                    '"x"',
                    "2026-01-01",
                    '"\\u0000"',
                    "9" * 30,
                ]
            )
        )
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at : at + 1] = data.draw(
            st.sampled_from(
                [[], [lines[at]] * 2, [lines[at], other], [lines[at][:cut]], [f"{key}= {value}"]]
            )
        )
    try:
        protocol = catalog.read("any.toml", "\n".join(lines).encode())
    except InvalidProtocol as refused:
        place, _colon, said = str(refused).partition(": ")
        assert re.fullmatch(r"any\.toml, line \d+", place) and said
        assert 1 <= int(place.split()[-1]) <= len(lines)
        return
    spans = windows(protocol, date(2014, 3, 10))
    assert list(spans) == [visit.code for visit in protocol.visits]
    targets = [span.target for span in spans.values()]
    assert targets == sorted(targets)
    assert all(span.open <= span.target <= span.close for span in spans.values())
    assert "\n".join(schedule_words.lines(protocol))


@given(st.binary(max_size=300))
def test_what_is_no_schedule_at_all_is_refused(data):
    with pytest.raises(InvalidProtocol, match=r"any\.toml, line \d+: "):
        catalog.read("any.toml", data)


def test_what_nests_without_end_is_refused():
    with pytest.raises(InvalidProtocol, match=r"any\.toml, line \d+: "):
        catalog.read("any.toml", b"visits = " + b"[" * 100_000)


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
        Measure.WITHOUT_IMMUNOTHERAPY: (Operator.AT_LEAST, 6),
    }
    asked = [
        (CriterionKind.INCLUSION, "Sporadic ALS confirmed"),
        (CriterionKind.INCLUSION, "Informed consent given"),
        (CriterionKind.EXCLUSION, "Other neurological, psychiatric or systemic disease"),
    ]
    assert [(one.kind, one.title) for one in ROYAN.criteria if one.asked] == asked
    assert [(one.kind, one.title) for one in FIRST.criteria if one.asked] == [
        *asked,
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
    assert "“visits” is missing" in refusal(tmp_path, head)


def test_a_file_in_another_encoding(tmp_path):
    assert "not UTF-8" in refusal(tmp_path, GOOD.encode("utf-16"))


def test_two_files_cannot_be_one_version(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD, "utf-8")
    assert "version 1 of royan-2021 is there twice" in refusal(tmp_path, GOOD)


def test_a_folder_holds_every_version_of_a_schedule(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.replace('version = "1"', 'version = "10"', 1), "utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace('version = "1"', 'version = "9"', 1), "utf-8")
    found = catalog.load(tmp_path)
    assert set(found) == {("royan-2021", "9"), ("royan-2021", "10")}
    catalog.use_own(list(found.values()))
    assert catalog.newest()["royan-2021"].version == "10"
    assert catalog.of(a_patient(protocol_version="9")).version == "9"
    assert catalog.of(a_patient()) == FIRST
    catalog.use_own([])
    with pytest.raises(InvalidProtocol, match="no schedule named “royan-2021” of version 9"):
        catalog.of(a_patient(protocol_version="9"))


def test_the_example_in_the_documentation_can_be_added():
    text = (resources.FOLDER.parent / "docs" / "schedules.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(id = .*?)```", text, re.DOTALL)
    protocol = catalog.read("example.toml", example.encode())
    assert [visit.code for visit in protocol.visits] == ["S", "W1"]
    assert len(protocol.criteria) == 2
