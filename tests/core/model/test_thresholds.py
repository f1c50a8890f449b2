"""The numbers a clinic may set are data: complete, in range, each with its source."""

import pytest

from core.errors import InvalidReference
from core.model import thresholds
from core.model.measurement import kinds


@pytest.mark.parametrize("one", thresholds.shipped().values(), ids=lambda one: one.id)
def test_each_has_a_value_in_its_range_a_unit_and_a_source(one):
    assert one.low <= one.value <= one.high
    assert one.title and one.unit and one.source
    assert one.status in {"", "UNCONFIRMED", "DESIGN"}
    if one.is_switch:
        assert (one.low, one.high) == (0, 1)


def test_ft9_and_previous_answers_are_off_as_shipped():
    assert thresholds.defaults()["ft9_shown"] == thresholds.OFF
    assert thresholds.defaults()["previous_shown"] == thresholds.OFF


def test_cut_points_of_one_scale_stand_in_their_order():
    shipped = dict(thresholds.defaults())
    assert thresholds.out_of_order(shipped) is None
    low, high = thresholds.out_of_order({**shipped, "delta_fs_slow_below": 1.2})
    assert (low.id, high.id) == ("delta_fs_slow_below", "delta_fs_fast_from")
    assert thresholds.out_of_order({**shipped, "a13_grade_2": 25.0}) is not None
    assert thresholds.out_of_order({**shipped, "delta_fs_slow_below": 1.0}) is None


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
def test_each_measurement_has_its_unit_and_range(kind):
    assert kind.title and kind.short and kind.unit
    assert kind.low < kind.high
    assert kind.decimals in {0, 1, 2}


def of_file(folder, **changes):
    one = {
        "id": '"a"',
        "group": '"Alerts"',
        "title": '"A"',
        "value": "5",
        "unit": '"%"',
        "low": "1",
        "high": "9",
        "source": '"paper"',
        **changes,
    }
    lines = ["[[thresholds]]", *(f"{key} = {value}" for key, value in one.items())]
    path = folder / "thresholds.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "10"}, "a: 10 is not from 1 to 9"),
        ({"status": '"SURE"'}, "the status is empty, UNCONFIRMED or DESIGN"),
        ({"colour": '"red"'}, "colour"),
        ({"value": '"five"'}, "value"),
    ],
)
def test_a_bad_file_is_refused_by_its_name(tmp_path, changes, words):
    with pytest.raises(InvalidReference, match=f"thresholds.toml.*{words}"):
        thresholds.read(of_file(tmp_path, **changes))


def test_a_table_of_another_name_is_refused(tmp_path):
    path = of_file(tmp_path)
    path.write_text(path.read_text("utf-8").replace("[[thresholds]]", "[[treshold]]"), "utf-8")
    with pytest.raises(InvalidReference, match=r"tables \[\[thresholds\]\] and no others"):
        thresholds.read(path)


def test_a_threshold_stands_once(tmp_path):
    of_file(tmp_path)
    with pytest.raises(InvalidReference, match="is there twice"):
        thresholds.read(of_file(tmp_path))
