"""A form that cannot be used is refused with its file, its line and what to write."""

import pytest

from core.errors import InvalidForm
from core.forms import catalog
from core.forms.definition import Identifies
from tests.core.forms.made_up import EVERY_TYPE, PART

GOOD = EVERY_TYPE.format(of="patient", layout="page")


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("part", "instead", "says"),
    [
        ('id = "sleep"', 'id = "Sleep well"', "“Sleep well” is no name"),
        ('version = "1"', 'version = "1.0"', "not a whole number"),
        ('of = "patient"', 'of = "everybody"', "must be one of patient, visit"),
        ('type = "integer"', 'type = "int"', "must be one of text, long_text"),
        ('title = "Times awake"', "titel = 1", "“titel” means nothing here"),
        ("high = 50", "high = -1", "low 0 is not below high -1"),
        ('dictionary = "medicines"', 'dictionary = "plants"', "“plants”, which is not there"),
        ('function = "daily_dose"', 'function = "sum"', "computed by “sum”"),
        ('form = "device"', "", "say of which form"),
        ("show_if = { quality = \"bad\" }", "show_if = { qualty = \"bad\" }", "no field “qualty”"),
        ("show_if = { quality = \"bad\" }", "show_if = { quality = \"so so\" }", "cannot be asked of “quality”"),
        ("show_if = { quality = \"bad\" }", "show_if = { napped = true }", "comes after it"),
        ('awake = "> 10" }', 'awake = "> ten" }', "cannot be asked of “awake”"),
        ("when = { per_day = \"> 100\" }", "when = {}", "always holds"),
        ('say = "{per_day} a day', 'say = "{perday} a day', "no field “perday”"),
        ('row = "{quality}', 'row = "{quality', "a brace too few"),
        ('start = "started"', 'start = "quality"', "has another type"),
        ("likely = [3, 12]", "likely = [3]", "two numbers"),
        ('{ id = "2_daily", text = ', '{ id = "daily", text = ', "choice daily twice"),
        ('group = "bad"', 'group = "worse"', "the group “worse”"),
        ('title = "Remark"', 'title = "Remark"\nplot = true', "is no number, so that it cannot be plotted"),
        ('title = "Times awake"', 'title = "Times awake"\nplot_by = "quality"', "write plot = true"),
        ('title = "Times awake"', 'title = "Times awake"\nplot = true\nplot_by = "hours"', "name a choice or a term"),
        ('title = "Times awake"', 'title = "Times awake"\nplot = true\nplot_by = "sort"', "no field “sort”"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line(part, instead, says):
    wrong = GOOD.replace(part, instead, 1)
    assert wrong != GOOD
    with pytest.raises(InvalidForm) as caught:
        catalog.read("sleep.toml", wrong.encode())
    said = str(caught.value)
    assert says in said
    assert said.startswith("sleep.toml, line ")
    named = int(said.split("line ")[1].split(":", maxsplit=1)[0])
    assert abs(named - line_of(GOOD, part)) <= 12  # of its table, where the key itself is gone


def test_what_is_no_toml_and_no_utf8_is_refused_too():
    for data, says in ((b"id = ", "not TOML"), ('id = "é"'.encode("latin-1"), "not UTF-8")):
        with pytest.raises(InvalidForm, match=says):
            catalog.read("sleep.toml", data)


def test_what_does_not_say_that_it_gives_nothing_away_identifies():
    form = catalog.read("sleep.toml", GOOD.encode())
    assert form.field("remark").identifies is Identifies.YES
    assert form.field("started").identifies is Identifies.DATE


@pytest.mark.parametrize("form", catalog.shipped().values(), ids=lambda one: one.id)
def test_a_shipped_form_says_of_each_text_that_it_may_identify(form):
    """Free text can hold a name: none of it may leave in a de-identified export."""
    for one in form.stored:
        if one.type.value in {"text", "long_text", "file"}:
            assert one.identifies is Identifies.YES, one.id


def test_two_files_of_one_version_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, "utf-8")
    with pytest.raises(InvalidForm, match=r"b\.toml, line 3: .* there twice"):
        catalog.load(tmp_path)


PARTS = PART.format(layout="rows")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PARTS.replace('of = "patient"', 'of = "visit"'), "a form of a visit is no part"),
        (PARTS.replace('within = "sleep"', 'within = "waking"'), "no part of itself"),
        (PARTS.replace("repeats = true", 'repeats = true\nask = "More?"'), "remove “ask”"),
    ],
)
def test_what_cannot_be_a_part_says_so_with_its_line(text, says):
    with pytest.raises(InvalidForm, match=says) as caught:
        catalog.read("waking.toml", text.encode())
    line = int(str(caught.value).split("line ")[1].split(":", maxsplit=1)[0])
    assert line == line_of(text, "ask = " if "ask" in says else "within = ")


@pytest.mark.parametrize("parent", ["nowhere", "inner"])
def test_a_part_names_a_form_that_is_there_and_is_no_part_itself(tmp_path, parent):
    text = PARTS.replace('within = "sleep"', f'within = "{parent}"')
    inner = PARTS.replace('id = "waking"', 'id = "inner"', 1)
    for name, one in (("sleep", GOOD), ("inner", inner), ("waking", text)):
        (tmp_path / f"{name}.toml").write_text(one, "utf-8")
    with pytest.raises(InvalidForm) as caught:
        catalog.load(tmp_path)
    line = line_of(text, "within = ")
    assert str(caught.value).startswith(f"waking.toml, line {line}: “within” names “{parent}”")
    (tmp_path / "waking.toml").write_text(PARTS, "utf-8")
    assert ("waking", "1") in catalog.load(tmp_path)


IN_NO_LANE = GOOD[: GOOD.index("[[lanes]]")] + GOOD[GOOD.index("[[rules]]") :]
COURSE = IN_NO_LANE.replace('start = "started"', 'start = "started"\nend = "asked_on"')
IN_LANE = """
[[lanes]]
id = "support"
role = "support"
when = { quality = "bad" }
label = "{quality} {hours}"
bar = true
shade = true
hollow_if = { napped = true }
"""


def test_a_form_says_where_a_chart_shows_its_records():
    lane = catalog.read("sleep.toml", f"{COURSE}{IN_LANE}".encode()).lanes[0]
    assert (lane.id, lane.role, lane.label) == ("support", "support", "{quality} {hours}")
    assert (lane.bar, lane.shade, lane.line) == (True, True, False)
    assert lane.hollow_if == {"napped": True}


@pytest.mark.parametrize(
    ("part", "instead", "says"),
    [
        ('id = "support"', 'id = "Support lane"', "“Support lane” is no name"),
        ('id = "support"', 'id = "sleep"', "“sleep” is new; give it a “title”"),
        ('id = "support"', 'id = "support"\ntitle = "Help"', "has its title already"),
        ('role = "support"', 'role = "pink"', "“role” must be one of support, medicine"),
        ('role = "support"', "", "“role” is missing"),
        ('quality = "bad"', 'quality = "so so"', "cannot be asked of “quality”"),
        ("napped = true", "napping = true", "no field “napping”"),
        ("{hours}", "{our}", "no field “our”"),
        ("{hours}", "{hours", "a brace too few"),
        ("bar = true", 'grade = "awake"', "“awake” is no grade"),
        ("bar = true", 'grade = "quality"', "“quality” is no grade"),
        ("bar = true", 'bar = true\ngrade = "awake"', "remove “bar”"),
        ("bar = true", "bar = 1", "“bar” must be true or false"),
        ('when = { quality = "bad" }', 'when = "bad"', "“when” must be a table"),
        ("shade", "shades", "“shades” means nothing here"),
    ],
)
def test_a_fault_of_a_lane_names_its_line(part, instead, says):
    wrong = IN_LANE.replace(part, instead, 1)
    assert wrong != IN_LANE
    with pytest.raises(InvalidForm, match=says) as caught:
        catalog.read("sleep.toml", f"{COURSE}{wrong}".encode())
    named = int(str(caught.value).split("line ")[1].split(":", maxsplit=1)[0])
    first = f"{COURSE}{wrong}".count("\n", 0, len(COURSE)) + 1
    assert first <= named <= first + wrong.count("\n")


def test_a_bar_needs_an_end_and_a_lane_that_takes_all_is_the_last():
    with pytest.raises(InvalidForm, match="“bar” is for what lasts; name its end"):
        catalog.read("sleep.toml", f"{IN_NO_LANE}{IN_LANE}".encode())
    every = IN_LANE.replace('when = { quality = "bad" }', "")
    with pytest.raises(InvalidForm, match="every record is in the lane “support” above"):
        catalog.read("sleep.toml", f"{COURSE}{every}{IN_LANE}".encode())
