"""The plausibility questions are a file: what is wrong in it is said, and one more question needs no code."""

import pytest

from core import resources
from core.errors import InvalidReference
from core.findings import plausibility
from core.findings.plausibility import Finding, Level
from core.instruments import catalog
from tests.core.examples import a_form, a_patient, a_record, a_visit

SHIPPED = resources.path("plausibility.toml").read_text("utf-8")
ONE_MORE = """
[[questions]]
id = "P99"
about = "form"
level = "note"
slot = "speech"
found = "{speech}/{handwriting}"
say = "{speech_item} is {speech}, and {handwriting_item} is {handwriting}."

[[questions.rules]]
id = "neither"
every = [{ measure = "speech", op = "<=", value = 0 }, { measure = "handwriting", op = "<=", value = 0 }]
"""


def file(folder, text):
    path = folder / "plausibility.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_question_that_is_added_to_the_file_is_asked(tmp_path, monkeypatch):
    found = plausibility.read(file(tmp_path, SHIPPED + ONE_MORE))
    monkeypatch.setattr(plausibility, "shipped", lambda: found)
    visit = a_visit(a_patient(), a_patient().registered_on, finished=False)
    form = a_form(visit, (0, 4, 4, 0, 4, 4, 4, 4, 4, 4, 4, 4))
    record = a_record(a_patient(), visit, assessments=(form,))
    (asked,) = [
        one for one in plausibility.findings(record, form, catalog.alsfrs_r()) if one.rule == "P99"
    ]
    assert asked == Finding(
        "P99", Level.NOTE, "speech", "0/0", "1 Speech is 0, and 4 Handwriting is 0."
    )


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ('measure = "walking", op = "<=", value = 0', 'measure = "hopping", op = "<=", value = 0',
         "plausibility.toml, P9: there is no measure hopping"),
        ('threshold = "p4_item_fall"', 'threshold = "p4_item_drop"',
         "plausibility.toml, P4: there is no threshold p4_item_drop"),
        ('measure = "ventilated", op = "no"', 'measure = "ventilated", op = "<", value = 1',
         "plausibility.toml, P6: ventilated cannot be compared by <"),
        ('measure = "fall", op = ">",', 'measure = "fall", op = "yes",',
         "fall yes: a comparison needs one threshold or value"),
        ('say = "{item} rose from {before} to {now} {since}."', 'say = "{item} rose by {points}."',
         "plausibility.toml, P1: there is no word {points}"),
        ('found = "{now}≠{other}"', 'found = "{now}≠{theirs}"',
         "plausibility.toml, P13: there is no word {theirs}"),
        ('slot = "dyspnea"', 'slot = "breath"', "plausibility.toml, P10: it needs a slot that the form has"),
        ('about = "twin"', 'about = "triplet"', "plausibility.toml"),
        ('level = "note"', 'level = "order"', "plausibility.toml"),
        ('id = "P7"', 'id = "P8"', "an id is there twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said(tmp_path, right, wrong, why):
    assert right in SHIPPED
    with pytest.raises(InvalidReference) as refused:
        plausibility.read(file(tmp_path, SHIPPED.replace(right, wrong, 1)))
    assert why in str(refused.value)
