"""The blank forms hold all that a visit asks, whatever the files of questionnaires and schedules say."""

import re

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from core.findings import eligibility
from core.instruments import catalog as instruments
from core.labels import (
    BLOW_QUALITY,
    CLINICAL_STAGE,
    GRADE,
    INTERFACE,
    INTERPRETER,
    MILESTONES,
    MODE,
    NOT_DONE,
    OUTCOME,
    POSITION,
    RESPONDENT,
    TEST_TYPE,
)
from core.model.measurement import asked_kinds
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SPIROMETRY
from core.model.spirometry import MAX_BLOWS
from core.protocols import catalog as protocols
from core.reports import blank_forms, page
from tests.core.reports import qr_reader
from tests.core.reports.records import CLINIC, HEAD, PRINTED_AT
from tests.core.reports.test_summary import pages, stands_in

HOW = {"printed_by": "Leila Karimi", "printed_at": PRINTED_AT, "head": HEAD}
VISITS = [
    (protocol.id, code)
    for protocol in protocols.shipped().values()
    for code in [*(visit.code for visit in protocol.visits), None]
]
BREATHING = (*TEST_TYPE.values(), *POSITION.values(), *INTERFACE.values(), *BLOW_QUALITY.values())
A_NEW_ONE = """
id = "sleep"
version = "3"
title = "Sleep"
citation = "None."
higher_is_better = true
rater_help = ["Ask about last night."]

[[items]]
id = "long"
number = "1"
title = "A question whose title is long enough to need a second line, however wide the paper may be"
short = "L"
choices = [
    { score = 1, text = "LONGWORD" },
    { score = 0, text = "Never" },
]

[[items]]
id = "persian"
number = "2"
title = "خواب"
short = "P"
choices = [
    { score = 1, text = "خوب است" },
    { score = 0, text = "بد است" },
]

[[scales]]
id = "total"
title = "Total"
slots = ["long", "persian"]
maximum = 2
total = true
""".replace("LONGWORD", "longword" * 30)


def visit(protocol, code) -> bytes:
    return blank_forms.render(protocols.shipped()[protocol], code, CLINIC, **HOW)


def questionnaire(instrument, **changes) -> bytes:
    return blank_forms.render_questionnaire(instrument, CLINIC, **HOW | changes)


def says(printed: list[str], *texts: str) -> None:
    """Every text is printed; cells of a table are read line by line across them."""
    words = [word.strip(",.;:") for word in " ".join(printed).split()]
    for text in texts:
        assert stands_in([word.strip(",.;:") for word in text.split()], words, 40), text


def boxes(pdf: bytes) -> int:
    """How many squares there are to tick."""
    document = pypdfium2.PdfDocument(pdf)
    sides = [
        (right - left, top - bottom)
        for one in document
        for left, bottom, right, top in (
            path.get_bounds() for path in one.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])
        )
    ]
    document.close()
    return sum(10 < wide < 14 and abs(wide - high) < 0.1 for wide, high in sides)


@pytest.mark.parametrize("id", instruments.shipped())
def test_a_questionnaire_is_on_paper_with_every_item_and_every_answer(id):
    instrument = instruments.shipped()[id]
    pdf = questionnaire(instrument)
    printed = pages(pdf)
    says(printed, instrument.title, *instrument.rater_help, *MODE.values(), *RESPONDENT.values())
    for item in instrument.items:
        says(printed, f"{item.number} {item.title}", item.when, item.help)
        for choice in item.choices:
            says(printed, str(choice.score), choice.text)
    answers = sum(len(item.choices) for item in instrument.items)
    reasons = len(NOT_DONE) * (1 + len(instrument.items))
    assert boxes(pdf) == answers + reasons + len(MODE) + len(RESPONDENT) + len(INTERPRETER)


@pytest.mark.parametrize("id", instruments.shipped())
def test_no_page_ends_inside_an_item(id):
    instrument = instruments.shipped()[id]
    printed = pages(questionnaire(instrument))
    for item in instrument.items:
        title = re.compile(rf"\b{item.number} {re.escape(item.title)}\b")
        one = next(text for text in printed if title.search(text))
        after = one[title.search(one).end() :]
        assert [choice.text for choice in item.choices if choice.text not in after] == []
        assert all(reason in after for reason in NOT_DONE.values())


def test_two_variants_of_a_question_say_which_of_them_to_answer():
    printed = " ".join(pages(questionnaire(instruments.alsfrs_r())))
    assert "Answer only 5a or 5b. 5a: Patient without gastrostomy. 5b: Patient with" in printed
    assert "Gastrostomy, date" in printed


def test_a_questionnaire_that_may_be_left_out_says_so():
    optional = [one for one in instruments.shipped().values() if one.optional]
    required = [one for one in instruments.shipped().values() if not one.optional]
    for some, said in ((optional, True), (required, False)):
        for one in some:
            printed = " ".join(pages(questionnaire(one)))
            assert ("may be left out without a reason" in printed) is said


@pytest.mark.parametrize(("protocol", "code"), VISITS)
def test_a_visit_is_on_paper_with_all_it_asks(protocol, code):
    schedule = protocols.shipped()[protocol]
    asked = schedule.assessments_of(code)
    printed = pages(visit(protocol, code))
    title = "Unscheduled visit" if code is None else schedule.visit_title(code)
    assert printed[0].count(title) >= 2  # at the top and at the foot
    says(printed, schedule.title, *MILESTONES.values(), *CLINICAL_STAGE.values())
    whole = " ".join(printed)
    for instrument in instruments.shipped().values():
        wanted = instrument.id in asked
        assert (f"{instrument.title}, version {instrument.version}" in whole) == wanted
        says(printed, *(item.title for item in instrument.items if wanted))
    assert ("First session" in whole) == (SPIROMETRY in asked)
    assert ("Respiratory and nutrition" in whole) == (MEASUREMENTS in asked)
    assert ("Anything new since the last visit?" in whole) == (ADVERSE_EVENTS in asked)
    for task in schedule.tasks:
        if task.id in asked:
            says(printed, task.title)
    assert ("Eligibility" in whole.replace("Eligibility checked", "")) == ("eligibility" in asked)
    says(printed, "Filled in by Signature Date", "Entered into the program on by compared by")
    assert "transcribed from paper" in whole


def test_breathing_measurements_and_events_have_their_boxes():
    printed = pages(visit("routine", "R3"))
    says(printed, "First visit, 3-month visit")
    says(printed, *BREATHING, *GRADE.values(), *OUTCOME.values(), "Serious? yes no")
    assert " ".join(printed).count("acceptable usable only rejected") == 2 * MAX_BLOWS
    for kind in asked_kinds().values():
        says(printed, kind.title, kind.unit, kind.help)


def test_r18_nothing_new_is_another_box_than_not_asked():
    printed = " ".join(pages(visit("royan-2021", "D1")))
    assert "Yes, something new No, nothing new not asked" in printed


def test_the_screening_visit_asks_the_criteria_that_nobody_can_compute():
    schedule = protocols.shipped()["royan-2021"]
    printed = pages(visit("royan-2021", "SCR"))
    says(printed, *(eligibility.requirement(one) for one in schedule.criteria))
    assert " ".join(printed).count("Absent Present Unknown") == 1
    first = protocols.named("royan-2021", "1")  # a person answers about immunosuppressants, too
    printed = pages(blank_forms.render(first, "SCR", CLINIC, **HOW))
    says(printed, *(eligibility.requirement(one) for one in first.criteria))
    assert " ".join(printed).count("Absent Present Unknown") == 2


def test_everything_in_one_file():
    schedules = list(protocols.shipped().values())
    pdf = blank_forms.render_all(schedules, CLINIC, **HOW)
    printed = pages(pdf)
    for schedule in schedules:
        for code in [*(one.code for one in schedule.visits), None]:
            title = "Unscheduled visit" if code is None else schedule.visit_title(code)
            firsts = [one for one in printed if "page 1 of" in one and schedule.title in one]
            assert any(title in one for one in firsts), title
    for instrument in instruments.shipped().values():
        by_itself = f"Blank form · {instrument.title}, version {instrument.version} page 1 of"
        assert sum(by_itself in one for one in printed) == 1
    assert qr_reader.codes(pdf)[-1] == [HEAD.code]


def test_visits_that_ask_the_same_share_their_forms_and_say_which_it_was():
    printed = pages(blank_forms.render_all([protocols.shipped()["royan-2021"]], CLINIC, **HOW))
    (shared,) = (one for one in printed if "Which visit?" in one)
    assert "Which visit? Month 2 Month 4 Month 6 Month 12" in shared


def test_every_page_can_be_told_from_the_others():
    for number, one in enumerate(printed := pages(visit("royan-2021", "M6")), 1):
        assert "Record number Name Date of the visit" in one
        assert "Blank form · Month 6 · Ad-MSC trial (Nabavi 2021)" in one
        assert f"page {number} of {len(printed)}" in one


@pytest.mark.parametrize(("protocol", "code"), VISITS)
def test_nothing_is_printed_over_the_margins(protocol, code):
    document = pypdfium2.PdfDocument(visit(protocol, code))
    for one in document:
        for thing in one.get_objects():
            left, bottom, right, top = thing.get_bounds()
            assert left >= page.LEFT - 1.5 and right <= page.WIDTH - page.LEFT + 1.5
            assert bottom >= page.BOTTOM - 3 and top <= page.HEIGHT - page.TOP + 3
    document.close()


def test_a_new_questionnaire_prints_without_code(tmp_path):
    path = tmp_path / "sleep.toml"
    path.write_text(A_NEW_ONE, "utf-8")
    instrument = instruments.read(path)
    pdf = questionnaire(instrument, printed_by="دکتر نفیسی")
    printed = pages(pdf)
    says(printed, "Sleep, version 3", instrument.items[0].title)
    assert "".join(printed).replace(" ", "").count("longword") >= 29  # cut into lines, not cut off
    assert "▯" not in "".join(printed)
    assert boxes(pdf) == 4 + 3 * len(NOT_DONE) + len(MODE) + len(RESPONDENT) + len(INTERPRETER)


def test_the_same_form_prints_the_same_bytes():
    assert visit("routine", None) == visit("routine", None)
