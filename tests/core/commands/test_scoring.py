import codecs
import csv
import io
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import main
from core import resources
from core.commands import scoring as scoring_package
from core.model.patient import Sex
from core.science.lung_function import (
    Parameter,
    Prediction,
    equations,
    percent_predicted,
    predict,
    z_score,
)
from core.science.staging import kings, mitos

VECTORS = resources.path("validation")
ITEMS = [f"q{number}" for number in range(1, 13)]
SCORES = [
    *("total", "bulbar", "fine_motor", "gross_motor", "respiratory"),
    *("kings", "kings_4a_flag", "kings_4b_flag", "mitos"),
]
PREDICTIONS = ["predicted", "lln", "uln", "pctpred", "zscore"]
FORM = dict.fromkeys(ITEMS, "4") | {"item5_version": "a", "gastrostomy": "0"}
PERSON = {"sex": "M", "age": "49.12", "height_cm": "175", "equation": "GLI Global 2022"}
BLOWN = PERSON | {"parameter": "FVC", "measured": "3.00"}


def text_of(rows, separator=","):
    """A sheet of rows of the same columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def records(data, separator=",", encoding="utf-8"):
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=separator))


def score(content, *options):
    """What main.py score makes of a sheet, as bytes."""
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "in.csv", Path(name) / "out.csv"
        data = content if isinstance(content, bytes) else content.encode()
        source.write_bytes(data)
        assert main.main(["score", str(source), str(target), *options]) == 0
        assert source.read_bytes() == data
        assert sorted(path.name for path in Path(name).iterdir()) == ["in.csv", "out.csv"]
        return target.read_bytes()


def scored(rows, separator=","):
    """Every row with what was added, by column."""
    header, *found = records(score(text_of(rows, separator)), separator)
    assert header[-1] == "problem"
    assert len(set(header)) == len(header)
    assert len(found) == len(rows)
    return [dict(zip(header, cells, strict=True)) for cells in found]


def scored_form(**cells):
    (row,) = scored([FORM | cells])
    return row


def scored_blow(**cells):
    (row,) = scored([BLOWN | cells])
    return row


def results(row, names):
    return [row[name] for name in names]


@pytest.fixture
def refused(tmp_path, capsys):
    """The sentence with which a sheet is refused; nothing is written."""

    def refuse(content):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert main.main(["score", str(source), str(target)]) == 1
        return said(capsys, tmp_path)

    def said(capsys, folder):
        out, err = capsys.readouterr()
        assert out == ""
        (sentence,) = err.splitlines()
        assert sentence.endswith(".")
        assert [path.name for path in folder.iterdir()] == ["in.csv"]
        return sentence

    return refuse


# The checked samples


def test_every_checked_form():
    header, *rows = records(score((VECTORS / "staging_vectors.csv").read_bytes()))
    assert header[-10:] == [*SCORES, "problem"]
    assert len(rows) == 21
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        assert results(row, SCORES) == [row[f"{name}_given"] for name in SCORES], row["id"]
        assert row["problem"] == ""


@pytest.mark.parametrize(
    ("file", "count", "tolerances"),
    [
        (
            "gli_vectors.csv",
            208,
            {"predicted": 5e-4, "lln": 5e-4, "uln": 5e-4, "pctpred": 0.02, "zscore": 1e-3},
        ),
        ("legacy_spirometry_vectors.csv", 59, {"predicted": 5e-4, "lln": 5e-4}),
    ],
)
def test_every_checked_prediction(file, count, tolerances):
    header, *rows = records(score((VECTORS / file).read_bytes()))
    assert header[-6:] == [*PREDICTIONS, "problem"]
    assert len(rows) == count
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        assert row["problem"] == ""
        for name, tolerance in tolerances.items():
            given = float(row[f"{name}_given"])
            assert float(row[name]) == pytest.approx(given, abs=tolerance), row
        if "measured" not in row:
            assert results(row, ["pctpred", "zscore"]) == ["", ""]
        assert all(len(row[name].partition(".")[2]) == 6 for name in PREDICTIONS[:3])


# A whole sheet says what one row at a time says


def test_scores_are_those_of_the_formulas_for_one_form():
    chance = random.Random(1)
    flags = {
        "": None,
        "0": False,
        "1": True,
        "no": False,
        "Yes": True,
        "TRUE": True,
        "false": False,
        "n": False,
        "Y": True,
        "NA": None,
    }
    versions = {"": None, "a": False, "b": True, "A": False, "B": True, "5a": False, "5B": True}
    rows = [
        {
            **{item: chance.choice("01234" if n % 2 else ["", *"0123444444"]) for item in ITEMS},
            "item5_version": chance.choice(list(versions)),
            "gastrostomy": chance.choice(list(flags)),
            "niv": chance.choice(list(flags)),
            "dead": chance.choice(["", "NA", "0", "0", "no", "1"]),
        }
        for n in range(3000)
    ]
    seen, seen_without_version = set(), set()
    for row in scored(rows):
        items = {n: int(row[item]) if row[item] else None for n, item in enumerate(ITEMS, 1)}
        item5b, gastrostomy = versions[row["item5_version"]], flags[row["gastrostomy"]]
        dead = flags[row["dead"]]
        against_5b = item5b is True and gastrostomy is False
        if against_5b or (flags[row["niv"]] is False and items[12] in {1, 2, 3}):
            assert row["problem"] and set(results(row, SCORES)) == {""}
            continue
        stage = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=dead)
        by_domain = [[items[n] for n in range(first, first + 3)] for first in (1, 4, 7, 10)]
        assert results(row, SCORES) == [
            "" if None in items.values() else str(sum(items.values())),
            *("" if None in domain else str(sum(domain)) for domain in by_domain),
            stage.stage or "",
            str(int(stage.nutritional_failure is True)),
            str(int(stage.respiratory_failure is True)),
            "" if (lost := mitos(items, dead=dead).stage) is None else str(lost),
        ]
        assert row["problem"] == ""
        seen |= {("kings", row["kings"]), ("mitos", row["mitos"])}
        if not row["item5_version"]:
            seen_without_version.add((gastrostomy, stage.nutritional_failure))
    assert seen_without_version == {(None, None), (False, False), (True, True)}
    assert seen == {
        *(("kings", stage) for stage in ("", "0", "1", "2", "3", "4A", "4B", "5")),
        *(("mitos", stage) for stage in ("", "0", "1", "2", "3", "4", "5")),
    }


def test_predictions_are_those_of_the_formulas_for_one_person():
    chance = random.Random(2)
    parameters = {"FVC": Parameter.FVC, "FEV1": Parameter.FEV1, "FEV1/FVC": Parameter.RATIO}
    rows = [
        {
            "sex": chance.choice("MF"),
            "age": f"{chance.uniform(2, 97):.{chance.choice([0, 2, 5])}f}",
            "height_cm": f"{chance.uniform(50, 250):.{chance.choice([0, 1])}f}",
            "equation": chance.choice([e.id for e in equations().values()]),
            "ethnicity_code": chance.choice("123459"),
            "parameter": chance.choice(list(parameters)),
            "measured": f"{chance.uniform(0.05, 1):.3f}",
        }
        for _ in range(4000)
    ]
    predicted = {}
    for row in scored(rows):
        prediction = predict(
            row["equation"],
            parameters[row["parameter"]],
            sex={"M": Sex.MALE, "F": Sex.FEMALE}[row["sex"]],
            age_years=float(row["age"]),
            height_cm=float(row["height_cm"]),
            group=int(row["ethnicity_code"]),
        )
        if not isinstance(prediction, Prediction):
            assert results(row, PREDICTIONS) == [""] * 5
            assert row["problem"], (row, prediction.reason)
            continue
        assert row["problem"] == ""
        measured = float(row["measured"])
        expected = {
            "predicted": prediction.predicted,
            "lln": prediction.lln,
            "uln": prediction.uln,
            "pctpred": percent_predicted(measured, prediction),
            "zscore": z_score(measured, prediction),
        }
        for name, value in expected.items():
            decimals = len(row[name].partition(".")[2])
            assert decimals == (4 if name in ("pctpred", "zscore") else 6)
            assert float(row[name]) == pytest.approx(value, abs=0.5000001 * 10**-decimals), name
        kind = row["equation"], row["parameter"], row["sex"]
        predicted[kind] = predicted.get(kind, 0) + 1
    combinations = [(e.id, len(e.parameters)) for e in equations().values()]
    assert len(predicted) == sum(2 * count for _, count in combinations)
    assert min(predicted.values()) >= 5


rows_of_both = st.fixed_dictionaries(
    {item: st.sampled_from(["0", "1", "2", "3", "4", "4", "4", "", "6", "x"]) for item in ITEMS}
    | {  # no 5: a sheet of fives without a 0 is asked about as one
        "item5_version": st.sampled_from(["a", "b", "", "c"]),
        "gastrostomy": st.sampled_from(["0", "1", "", "perhaps"]),
        "dead": st.sampled_from(["0", "0", "", "1"]),
        "total": st.sampled_from(["", "48", "30"]),
        "sex": st.sampled_from(["M", "F", "", "?"]),
        "age": st.sampled_from(["49.12", "18", "2.9", ""]),
        "height_cm": st.sampled_from(["175", "140", "1.75", ""]),
        "equation": st.sampled_from(["gli-2012", "NHANES-III", "ECSC-1993", ""]),
        "ethnicity_code": st.sampled_from(["", "1", "9"]),
        "parameter": st.sampled_from(["FVC", "SVC", "FEV1/FVC"]),
        "measured": st.sampled_from(["", "0.8", "3", "0"]),
    }
)


@settings(max_examples=40)
@given(st.lists(rows_of_both, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_row_is_scored_alone_whatever_stands_around_it(rows, chance):
    shuffled = list(range(len(rows)))
    chance.shuffle(shuffled)
    found = scored(rows)
    assert scored([rows[n] for n in shuffled]) == [found[n] for n in shuffled]
    assert scored(rows[:1]) == found[:1]


# What is not known stays empty, and what is wrong says so


def test_a_missing_item_leaves_its_domain_and_the_total_empty_and_the_others_stand():
    row = scored_form(q8="")
    assert results(row, SCORES) == ["", "12", "12", "", "12", "", "0", "0", ""]
    assert row["problem"] == ""


@pytest.mark.parametrize(
    ("cells", "stage", "flags", "lost"),
    [
        ({"gastrostomy": ""}, "", ["0", "0"], "0"),  # 5a does not say that there is none
        ({"gastrostomy": "", "item5_version": "b"}, "4A", ["1", "0"], "0"),
        ({"gastrostomy": "", "q12": "3"}, "4B", ["0", "1"], "0"),
        ({"gastrostomy": "1", "item5_version": ""}, "4A", ["1", "0"], "0"),
        (
            {"gastrostomy": "0", "item5_version": ""},
            "0",
            ["0", "0"],
            "0",
        ),  # 5b is for those with one
        ({"gastrostomy": "0", "item5_version": "", "q1": "3"}, "1", ["0", "0"], "0"),
        ({"gastrostomy": "", "item5_version": ""}, "", ["0", "0"], "0"),
        ({"gastrostomy": "1", "q10": "0"}, "4B", ["1", "1"], "1"),
        ({"dead": "1"}, "5", ["0", "0"], "5"),
        ({"dead": "0"}, "0", ["0", "0"], "0"),
        ({"niv": "1"}, "0", ["0", "0"], "0"),  # no rule reads it; item 12 says it
    ],
)
def test_stages_say_what_can_be_shown(cells, stage, flags, lost):
    row = scored_form(**cells)
    assert results(row, ["kings", "kings_4a_flag", "kings_4b_flag", "mitos"]) == [
        *(stage, *flags, lost)
    ]
    assert row["problem"] == ""


def test_without_the_other_columns_only_what_the_items_show_is_given():
    full = dict.fromkeys(ITEMS, "3")
    tired, empty = full | {"q12": "4"}, dict.fromkeys(ITEMS, "")
    first, second, third = scored([full, tired, empty])
    assert results(first, SCORES) == ["36", *["9"] * 4, "4B", "0", "1", "0"]
    assert results(second, SCORES) == ["37", *["9"] * 3, "10", "", "0", "0", "0"]
    assert results(third, [*SCORES, "problem"]) == [""] * 10


def test_the_dead_have_a_stage_without_a_form():
    (row,) = scored([dict.fromkeys(ITEMS, "") | {"dead": "1"}])
    assert results(row, SCORES) == ["", "", "", "", "", "5", "0", "0", "5"]


def test_without_a_measured_value_the_prediction_stands_alone():
    row = scored_blow(measured="")
    assert float(row["predicted"]) == pytest.approx(4.483, abs=0.0005)
    assert results(row, ["pctpred", "zscore"]) == ["", ""]
    assert row["problem"] == ""


@pytest.mark.parametrize("column", ["sex", "age", "height_cm", "equation", "parameter"])
def test_without_what_a_prediction_needs_there_is_none(column):
    row = scored_blow(**{column: " "})
    assert results(row, [*PREDICTIONS, "problem"]) == [""] * 6


def test_the_slow_vital_capacity_is_divided_by_the_predicted_fvc():
    slow, plain = scored_blow(parameter="SVC"), scored_blow(parameter="vc")
    assert results(slow, PREDICTIONS) == results(plain, PREDICTIONS)
    assert results(slow, PREDICTIONS) == results(scored_blow(), PREDICTIONS)


def test_nhanes_without_a_code_means_its_first_group():
    blank, first = scored(
        [BLOWN | {"equation": "nhanes iii", "ethnicity_code": code} for code in ("", "1")]
    )
    assert results(blank, PREDICTIONS) == results(first, PREDICTIONS)
    assert blank["predicted"].startswith("4.898")


def test_an_equation_without_groups_makes_nothing_of_a_code():
    assert scored_blow(ethnicity_code="Persian")["problem"] == ""


WHOLE = "write a whole number from 0 to 4, or nothing where it is not known"
FLAG = "write 0 or 1, or nothing where it is not known"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"q3": "5"}, f"q3 “5”: {WHOLE}"),
        ({"q3": "-1"}, f"q3 “-1”: {WHOLE}"),
        ({"q3": "2.5"}, f"q3 “2.5”: {WHOLE}"),
        ({"q12": " ? "}, f"q12 “?”: {WHOLE}"),
        ({"q12": ".."}, f"q12 “..”: {WHOLE}"),
        ({"q3": "2,5"}, f"q3 “2,5”: {WHOLE}"),
        ({"q3": "3,0"}, "q3 “3,0”: write the decimals with a point"),
        ({"q1": "9" * 400}, f"q1 “{'9' * 59}…”: {WHOLE}"),
        (
            {"item5_version": "c"},
            "item5_version “c”: write a or b, or nothing where it is not known",
        ),
        ({"gastrostomy": "2"}, f"gastrostomy “2”: {FLAG}"),
        ({"niv": "nightly"}, f"niv “nightly”: {FLAG}"),
        ({"dead": "alive"}, f"dead “alive”: {FLAG}"),
        ({"q1": "7", "q5": "x"}, f"q1 “7”: {WHOLE}; q5 “x”: {WHOLE}"),
    ],
)
def test_a_wrong_form_is_told_and_not_scored(cells, problem):
    good = FORM | dict.fromkeys(cells, "")
    before, wrong, after = scored([good, FORM | cells, good])
    assert wrong["problem"] == problem
    assert results(wrong, SCORES) == [""] * 9
    assert before == after
    assert before["problem"] == ""


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"sex": "U"}, "sex “U”: write F or M"),
        ({"age": "old"}, "age “old”: write the age in years, such as 49.12"),
        ({"age": "2.99"}, "age “2.99”: GLI Global 2022 is valid from 3 to 95 years"),
        ({"age": "95.01"}, "age “95.01”: GLI Global 2022 is valid from 3 to 95 years"),
        ({"height_cm": "1.75"}, "height_cm “1.75”: write the height in cm, from 50 to 250"),
        ({"height_cm": "5'9"}, "height_cm “5'9”: write the height in cm, from 50 to 250"),
        ({"age": "49,12"}, "age “49,12”: write the decimals with a point"),
        ({"height_cm": "175,5"}, "height_cm “175,5”: write the decimals with a point"),
        (
            {"equation": "ECSC-1993", "height_cm": "154.9"},
            "height_cm “154.9”: ECSC 1993 is valid from 155 to 195 cm (male)",
        ),
        (
            {"equation": "ECSC-1993", "sex": "F", "height_cm": "180.5", "age": "71"},
            (
                "age “71”: ECSC 1993 is valid from 18 to 70 years;"
                " height_cm “180.5”: ECSC 1993 is valid from 145 to 180 cm (female)"
            ),
        ),
        (
            {"equation": "nhanes-iii", "sex": "F", "height_cm": "50", "age": "80"},
            "height_cm “50”: NHANES III has no prediction for so short a body",
        ),
        (
            {"equation": "ECSC-1993", "parameter": "FEV1/FVC"},
            "parameter “FEV1/FVC”: ECSC 1993 has no equation for FEV1/FVC",
        ),
        (
            {"equation": "GLI-2012"},
            (
                "ethnicity_code is empty: GLI-2012 needs the group of the patient: one of 1 Caucasian,"
                " 2 African-American, 3 North-East Asian, 4 South-East Asian, 5 Other or mixed"
            ),
        ),
        (
            {"equation": "GLI-2012", "ethnicity_code": "6"},
            (
                "ethnicity_code “6”: GLI-2012 needs the group of the patient: one of 1 Caucasian,"
                " 2 African-American, 3 North-East Asian, 4 South-East Asian, 5 Other or mixed"
            ),
        ),
        (
            {"equation": "GLI"},
            "equation “GLI”: write one of GLI Global 2022, GLI-2012, NHANES III, ECSC 1993",
        ),
        (
            {"equation": "GLI-2012", "ethnicity_code": "2?"},
            (
                "ethnicity_code “2?”: GLI-2012 needs the group of the patient: one of 1 Caucasian,"
                " 2 African-American, 3 North-East Asian, 4 South-East Asian, 5 Other or mixed"
            ),
        ),
        (
            {"equation": "NHANES3", "ethnicity_code": "South-East Asian"},
            (
                "ethnicity_code “South-East Asian”: NHANES III needs the group of the patient: one of"
                " 1 Caucasian, 2 African-American, 3 Mexican-American"
            ),
        ),
        ({"parameter": "PEF"}, "parameter “PEF”: write FVC, SVC, FEV1 or FEV1/FVC"),
        (
            {"age": "2", "measured": "0"},
            (
                "age “2”: GLI Global 2022 is valid from 3 to 95 years;"
                " measured “0”: write a number above 0, or nothing where it was not measured"
            ),
        ),
    ],
)
def test_a_wrong_blow_is_told_and_not_predicted(cells, problem):
    wrong, good = scored([BLOWN | cells, BLOWN | dict.fromkeys(cells.keys() - BLOWN.keys(), "")])
    assert wrong["problem"] == problem
    assert results(wrong, PREDICTIONS) == [""] * 5
    assert good["problem"] == ""
    assert good["pctpred"] == "66.9249"


ABOVE_0 = "write a number above 0, or nothing where it was not measured"


@pytest.mark.parametrize(
    ("parameter", "measured", "problem"),
    [
        ("FVC", "0", f"measured “0”: {ABOVE_0}"),
        ("FVC", "-3", f"measured “-3”: {ABOVE_0}"),
        ("FVC", "3 L", f"measured “3 L”: {ABOVE_0}"),
        ("FVC", "3,00", "measured “3,00”: write the decimals with a point"),
        ("SVC", "3740", "measured “3740”: write it in litres, such as 3.74"),
        ("FEV1/FVC", "75", "measured “75”: write a fraction, such as 0.75"),
    ],
)
def test_a_wrong_volume_is_told_and_the_prediction_stands(parameter, measured, problem):
    person = BLOWN | {"parameter": parameter}
    wrong, blank = scored([person | {"measured": measured}, person | {"measured": ""}])
    assert wrong["problem"] == problem
    assert results(wrong, PREDICTIONS) == results(blank, PREDICTIONS)
    assert all(results(wrong, ["predicted", "lln", "uln"]))
    assert results(wrong, ["pctpred", "zscore"]) == ["", ""]


@pytest.mark.parametrize("mark", ["NA", "n/a", "NaN", "nan", "NULL", "null", ".", " Na "])
def test_the_marks_of_a_missing_value_are_empty_cells_and_stay(mark):
    rows = [FORM | BLOWN | {"ethnicity_code": "1", "total": "48"}]
    names = [*ITEMS, "item5_version", "gastrostomy", *BLOWN, "ethnicity_code", "total"]
    for name in names:
        empty, marked = scored([rows[0] | {name: ""}, rows[0] | {name: mark}])
        written = f"{name}_given" if name == "total" else name
        assert marked == empty | {written: mark}
        assert marked["problem"] == ""


@pytest.mark.parametrize(("number", "plain"), [(".75", "0.75"), ("3.", "3"), ("+.5", "0.5")])
def test_a_number_may_lack_a_digit_before_or_after_its_point(number, plain):
    short, full = scored([BLOWN | {"measured": number}, BLOWN | {"measured": plain}])
    assert results(short, [*PREDICTIONS, "problem"]) == results(full, [*PREDICTIONS, "problem"])
    assert short["pctpred"] != ""


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("GLI Global 2022", ["gli-global-2022", "GLI_Global", "GLI 2022", "gli2022"]),
        ("GLI-2012", ["GLI 2012", "gli2012", "GLI_2012"]),
        ("NHANES III", ["NHANES-III", "nhanesiii", "NHANES3", "NHANES 3"]),
        ("ECSC 1993", ["ECSC-1993", "ecsc", "ECCS", "ECCS-1993", "ECCS 1993"]),
    ],
)
def test_an_equation_has_the_names_that_sheets_give_it(title, names):
    person = BLOWN | {"ethnicity_code": "1"}
    expected, *found = scored([person | {"equation": name} for name in [title, *names]])
    assert expected["predicted"] != ""
    for row in found:
        assert results(row, [*PREDICTIONS, "problem"]) == results(
            expected, [*PREDICTIONS, "problem"]
        )


@pytest.mark.parametrize("equation", [e for e in equations().values() if e.groups])
def test_a_group_may_stand_by_its_name(equation):
    for number, name in equation.groups.items():
        codes = (str(number), name, name.upper().replace("-", " "))
        by_number, *by_name = scored(
            [BLOWN | {"equation": equation.id, "ethnicity_code": code} for code in codes]
        )
        assert by_number["predicted"] != ""
        for row in by_name:
            assert results(row, [*PREDICTIONS, "problem"]) == results(
                by_number, [*PREDICTIONS, "problem"]
            )


def test_a_wrong_form_leaves_the_prediction_and_a_wrong_blow_the_scores():
    first, second = scored([FORM | BLOWN | {"q1": "9"}, FORM | BLOWN | {"age": "200"}])
    assert results(first, SCORES) == [""] * 9
    assert first["zscore"] != ""
    assert first["problem"].startswith("q1 “9”")
    assert second["total"] == "48"
    assert results(second, PREDICTIONS) == [""] * 5
    assert second["problem"].startswith("age “200”")


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ("33", ""),
        (" 33.0", ""),
        ("", ""),
        ("34", "Total “34”: the items add to 33, correct one or the other"),
        ("abc", "Total “abc”: the items add to 33, correct one or the other"),
        ("unknown", ""),
    ],
)
def test_a_stated_total_must_be_the_sum_of_the_items(stated, problem):
    items = dict(zip(ITEMS, "343222321344", strict=True))
    (row,) = scored([items | {"Total": stated}])
    assert (row["Total_given"], row["total"], row["problem"]) == (stated, "33", problem)


def test_a_stated_total_is_not_compared_with_a_part_of_the_items():
    (row,) = scored([FORM | {"q1": "", "total": "46"}])
    assert (row["total_given"], row["total"], row["problem"]) == ("46", "", "")


def test_scoring_a_scored_sheet_again_keeps_the_earlier_columns():
    once = score(text_of([FORM | BLOWN, FORM | BLOWN | {"q1": "x"}]))
    first, *rows = records(once)
    again, *twice = records(score(once))
    added = [*SCORES, *PREDICTIONS, "problem"]
    assert again == [*(f"{name}_given" if name in added else name for name in first), *added]
    for row, both in zip(rows, twice, strict=True):
        assert both == [*row, *row[-len(added) :]]
    thrice = records(score(score(once)))
    assert thrice[0] == [
        *(f"{name}_given_2" if name in added else name for name in again),
        *added,
    ]


# The sheet comes through as it was


def test_columns_keep_their_order_and_cells_their_text():
    content = (
        "note,Q 1,q_2,q3,q4,q5,q6,q7,q8,q9,q10,Q11,Q12,id,\n"
        '" x ", 4,4.0,+4,4,4,4,4,4,4,4,4,4,007,"a, ""b""\nc"\n'
        "NA,,,,,,,,,,,,,NaN,null\n"
    )
    data = score(content)
    header, first, second = records(data)
    assert header[:15] == content.splitlines()[0].split(",")
    assert first[:15] == [" x ", " 4", "4.0", "+4", *"444444444", "007", 'a, "b"\nc']
    assert first[15] == "48"
    assert second == ["NA", *[""] * 12, "NaN", "null", *[""] * 10]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=60)
@example([("a\rb", "\r"), ("c\nd", "e\r\nf")], ",", "utf-8", "\n")
@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_comes_through_in_its_own_form(texts, separator, encoding, newline):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerow(["before", *ITEMS, "after"])
    writer.writerows([before, *"444444444444", after] for before, after in texts)
    content = out.getvalue().encode(encoding)
    data = score(content)
    mark = next((m for m in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE) if content.startswith(m)), b"")
    assert data.startswith(mark)
    assert data.startswith(codecs.BOM_UTF8) is (encoding == "utf-8-sig")
    header, *rows = records(data, separator, encoding)
    assert header[:14] == ["before", *ITEMS, "after"]
    assert [(row[0], row[13], row[14]) for row in rows] == [(a, b, "48") for a, b in texts]


def test_a_sheet_of_an_older_encoding_comes_through_byte_for_byte():
    name = bytes(byte for byte in range(0x80, 0x100))
    content = b"name," + ",".join(ITEMS).encode() + b"\n" + name + b",4" * 12 + b"\n"
    data = score(content, "--encoding", "windows-1256")
    assert data.split(b"\n")[1] == name + b",4" * 12 + b",48,12,12,12,12,,0,0,0,"


def test_persian_digits_and_words_are_read():
    persian = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
    (row,) = scored(
        [
            {name: cell.translate(persian) for name, cell in (FORM | BLOWN).items()}
            | {
                "sex": "مرد",
                "item5_version": "a",
                "equation": "gli-global-2022",
                "parameter": "fvc",
            }
        ]
    )
    assert results(row, ["total", "kings", "pctpred"]) == ["48", "0", "66.9249"]
    assert row["age"] == "۴۹٫۱۲"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read_and_written_where_they_separate_no_cells(separator):
    comma = BLOWN | {"age": "49,12", "measured": "3,00"}
    (row,) = scored([comma], separator)
    assert row["pctpred"] == "66,9249"
    assert row["zscore"].startswith("-2,")
    (row,) = scored([BLOWN], separator)
    assert row["pctpred"] == "66.9249"


def test_blank_rows_stay_blank_and_rows_keep_their_places():
    header, row = text_of([FORM | BLOWN]).splitlines()
    blank = "," * header.count(",")
    _, first, empty, spaces, cells, few, last, end = (
        score("\n".join([header, row, "", "  ", blank, ",,", row, ""]) + "\n").decode().splitlines()
    )
    assert first == last
    assert (empty, spaces, end) == ("", "  ", "")
    assert cells == few == "," * first.count(",")


def test_an_empty_line_is_no_row(tmp_path, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    header, row = text_of([FORM]).splitlines()
    source.write_text("\n".join([header, "", row, "", row, "", ""]), encoding="utf-8")
    assert main.main(["score", str(source), str(target)]) == 0
    assert capsys.readouterr().out == f"2 rows read, 2 scored, 0 with problems: {target}\n"


def test_a_row_may_end_after_the_last_column_that_is_known():
    header, row = text_of([FORM | {"note": "walks", "phone": ""}]).splitlines()
    whole = row.removesuffix("walks,")
    _, first, second, third = records(
        score("\n".join([header, whole + "walks", whole[:-1], whole[:-3]]) + "\n")
    )
    assert first == [*FORM.values(), "walks", "", "48", *["12"] * 4, *["0"] * 4, ""]
    assert second == [*FORM.values(), "", "", *first[16:]]
    assert third[-1] == "the row has 13 cells, the header 16: add the missing separators"
    assert set(third[16:-1]) == {""}


def test_a_row_whose_cells_may_have_shifted_is_not_scored():
    header, good = text_of([{"id": "1"} | FORM]).splitlines()
    short = good.removeprefix("1,")
    long = good + ",,left over"
    names, *rows = records(score("\n".join([header, short, good, long, good + ",,"]) + "\n"))
    assert names[:17] == [*header.split(","), "", ""]
    problems = [
        "the row has 14 cells, the header 15: add the missing separators",
        "",
        (
            "the row has 17 cells, the header 15: put a text that contains the separator in quotation"
            " marks"
        ),
        "",
    ]
    assert [row[-1] for row in rows] == problems
    assert [row[17] for row in rows] == ["", "48", "", "48"]
    assert rows[0][:17] == [*short.split(","), "", "", ""]
    assert rows[2][:17] == long.split(",")


def test_only_the_columns_that_the_sheet_allows_are_added():
    ((header, *_), form) = records(score(text_of([FORM | {"sex": "?", "age": "x"}])))
    assert form[-10:] == ["48", "12", "12", "12", "12", "0", "0", "0", "0", ""]
    header, _ = records(score(text_of([BLOWN | {"dead": "?", "total": "7"}])))
    assert header == [*BLOWN, "dead", "total", *PREDICTIONS, "problem"]


@pytest.mark.parametrize("column", ["measured", "parameter", "equation", "sex", "predicted"])
def test_a_stray_column_of_the_other_subject_is_let_through(column):
    header, row = records(score(text_of([FORM | {column: "x"}])))
    assert header == [*FORM, column, *SCORES, "problem"]
    assert row[15:] == ["48", *["12"] * 4, *["0"] * 4, ""]
    header, row = records(score(text_of([BLOWN | {"q7": "9"}])))
    assert header == [*BLOWN, "q7", *PREDICTIONS, "problem"]
    assert row[-2:] == ["-2.2914", ""]


def test_a_renamed_column_takes_the_next_free_name():
    header, row = records(
        score(text_of([FORM | {"Total Given_2": "x", "total": "48", "total_given": "y"}]))
    )
    assert header[14:18] == ["Total Given_2", "total_given_3", "total_given", "total"]
    assert row[14:18] == ["x", "48", "y", "48"]


def test_a_sheet_without_rows_gets_its_header():
    assert (
        score(text_of([FORM]).splitlines()[0] + "\r\n")
        == (",".join([*FORM, *SCORES, "problem"]) + "\r\n").encode()
    )


def test_the_summary_counts_rows_results_and_problems(tmp_path, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    empty = dict.fromkeys(FORM, "")
    source.write_text(text_of([FORM, FORM | {"q1": "9"}, empty]), encoding="utf-8")
    assert main.main(["score", str(source), str(target)]) == 0
    assert capsys.readouterr() == (f"3 rows read, 1 scored, 1 with problems: {target}\n", "")


# What is refused, in one sentence, with nothing written


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file in.csv is empty."),
        ("\n , \n\n", "The file in.csv is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The file in.csv is not a text file."),
        (
            "name,age\nx,3\n",
            "The first line names no columns to score. Name them q1 to q12, or sex,",
        ),
        ("sex,age,height_cm\nM,40,170\n", "The first line names no columns to score."),
        ("q1,q2,q4\n4,4,4\n", "The sheet lacks q3, q5, q6, q7, q8, q9, q10, q11, q12."),
        ("sex,measured,height_cm\nM,3,170\n", "The sheet lacks age, equation, parameter."),
        (
            "q1,measured,sex,age\n4,3,M,40\n",
            (
                "The sheet lacks q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12; or height_cm, equation,"
                " parameter."
            ),
        ),
        (",".join([*ITEMS, "Q_7"]) + "\n", "The columns “q7” and “Q_7” mean the same."),
        (
            ",".join([*ITEMS, "note", "note "]) + "\n",
            "The columns “note” and “note” mean the same.",
        ),
        (",".join(ITEMS) + '\n"4,4\n', "The record that begins on line 2 cannot be read:"),
    ],
)
def test_a_sheet_that_cannot_be_scored_is_refused_in_a_sentence(refused, content, sentence):
    assert refused(content).startswith(sentence)


def refusal(capsys, source, target):
    assert main.main(["score", str(source), str(target)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (sentence,) = err.splitlines()
    return sentence


def test_a_sheet_that_is_not_there_is_refused(tmp_path, capsys):
    target = tmp_path / "out.csv"
    missing = refusal(capsys, tmp_path / "none.csv", target)
    assert missing == (
        "The file none.csv cannot be read (No such file or directory). Choose another one."
    )
    assert "cannot be read" in refusal(capsys, tmp_path, target)
    assert not target.exists()


def test_the_sheet_is_never_written_to(tmp_path, capsys, monkeypatch):
    source = tmp_path / "in.csv"
    content = text_of([FORM]).encode()
    source.write_bytes(content)
    (tmp_path / "soft.csv").symlink_to(source)
    (tmp_path / "hard.csv").hardlink_to(source)
    monkeypatch.chdir(tmp_path)
    for target in (source, "in.csv", "../" + tmp_path.name + "/in.csv", "soft.csv", "hard.csv"):
        assert "is never written to" in refusal(capsys, source, target)
        assert "is never written to" in refusal(capsys, "soft.csv", target)
    assert source.read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_is_there_is_not_replaced(tmp_path, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text_of([FORM]), encoding="utf-8")
    target.write_text("results of last year", encoding="utf-8")
    dangling = tmp_path / "dangling.csv"
    dangling.symlink_to(tmp_path / "nowhere.csv")
    for there in (target, dangling, tmp_path):
        assert "exists already" in refusal(capsys, source, there)
    assert target.read_text(encoding="utf-8") == "results of last year"
    assert not (tmp_path / "nowhere.csv").exists()


def test_where_nothing_can_be_written_it_says_so(tmp_path, capsys):
    source = tmp_path / "in.csv"
    source.write_text(text_of([FORM]), encoding="utf-8")
    assert refusal(capsys, source, tmp_path / "none" / "out.csv") == (
        "The file out.csv.new cannot be written (No such file or directory). Choose another place."
    )
    in_the_way = tmp_path / "out.csv.new"
    in_the_way.write_text("somebody's", encoding="utf-8")
    assert "out.csv.new cannot be written" in refusal(capsys, source, tmp_path / "out.csv")
    assert in_the_way.read_text(encoding="utf-8") == "somebody's"


def contradicted(tmp_path, header, *rows):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    scoring_package.score(source, target)
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_5b_without_a_gastrostomy_and_niv_against_question_12_are_contradictions(tmp_path):
    header = ",".join([*ITEMS, "item5_version", "gastrostomy", "niv"])
    full = ",".join(["4"] * 12)
    breathing = ",".join(["4"] * 11 + ["3"])
    rows = contradicted(
        tmp_path, header, f"{full},b,0,", f"{full},b,1,", f"{full},b,,", f"{full},a,0,",
        f"{breathing},,,0", f"{breathing},,,1", f"{full},,,0",
    )  # fmt: skip
    assert [bool(row["problem"]) for row in rows] == [True, False, False, False, True, False, False]
    assert "5b is the question for a gastrostomy" in rows[0]["problem"]
    assert "NIV is used" in rows[4]["problem"]
    assert rows[0]["kings"] == rows[0]["total"] == "", "nothing of such a row is scored"


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (["1,2,3,4,5,5,4,3,2,1,1,2", "1,2,3,4,4,3,2,1,1,2,3,4"], True),
        (["1,2,3,4,5,5,4,3,2,1,1,2", "0,2,3,4,4,3,2,1,1,2,3,4"], False),
        (["4,2,3,4,4,3,2,1,1,2,3,4"], False),
    ],
)
def test_a_sheet_coded_1_to_5_is_asked_about_and_no_row_of_it_scored(tmp_path, rows, asked):
    found = contradicted(tmp_path, ",".join(ITEMS), *rows)
    assert [("coded 1 to 5" in row["problem"]) for row in found] == [asked] * len(rows)
    if asked:
        assert {row["total"] for row in found} == {""}
