"""Reports of facts, tables and verdicts: nothing is lost in them, and a failure cannot be overlooked."""

import re

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.reports import page, table_report
from core.reports.layout import Column
from core.reports.table_report import Section, Verdict
from core.reports.text import Align
from core.views.fact import Fact
from tests.core.reports.records import CLINIC, HEAD, PRINTED_AT
from tests.core.reports.test_summary import pages

COLUMNS = (Column(3, "Table"), Column(1, "Rows", Align.RIGHT), Column(4, "Difference"))


def render(*sections, signed=False, printed_by="Leila Karimi") -> bytes:
    paper = page.Paper(
        title="Restore drill",
        subject="Restore drill of 12 Sep 2014",
        clinic=CLINIC,
        printed_by=printed_by,
        printed_at=PRINTED_AT,
        head=HEAD,
    )
    return table_report.render(paper, sections, signed=signed)


def test_a_section_is_printed_in_its_order():
    section = Section(
        title="What was compared",
        verdict=Verdict.PASSED,
        paragraph="Every table, row by row.",
        facts=(Fact("Backup", "royan.als"), Fact("Duration", "")),
        columns=COLUMNS,
        rows=[("patient", "12", "none")],
        note="A difference is explained by the trail.",
    )
    (printed,) = pages(render(section))
    wanted = (
        "Restore drill What was compared PASSED Every table, row by row. Backup royan.als"
        " Duration – Table Rows Difference patient 12 none A difference is explained by the trail."
    )
    assert wanted in printed
    assert "Trail 1042-KWY9-YF4Z-7JFK" in printed


def test_an_empty_cell_is_a_dash_and_an_empty_table_says_so():
    printed = " ".join(
        pages(
            render(
                Section(columns=COLUMNS, rows=[("visit", "", "")]),
                Section(title="Failed sign-ins", columns=COLUMNS, empty="None in this time."),
            )
        )
    )
    assert "visit – –" in printed
    assert "Failed sign-ins Table Rows Difference None in this time." in printed


def test_a_long_table_repeats_its_head_and_loses_no_row():
    rows = [(f"table-{n}", str(n), "words that need more than one line " * 4) for n in range(150)]
    printed = pages(render(Section(columns=COLUMNS, rows=rows), signed=True))
    assert len(printed) > 3
    assert all("Table Rows Difference" in one for one in printed)
    whole = " ".join(printed)
    assert [int(n) for n in re.findall(r"table-(\d+)", whole)] == list(range(150))
    assert whole.count("Name Signature Date") == 1 and "Name Signature Date" in printed[-1]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(alphabet="жцю ", min_size=1, max_size=300), min_size=1, max_size=20))
def test_nothing_of_a_cell_is_cut(words):
    whole = "".join(pages(render(Section(columns=COLUMNS, rows=[(w, "", w) for w in words]))))
    for letter in "жцю":
        assert whole.count(letter) == 2 * "".join(words).count(letter)


def test_right_to_left_names_and_long_words_print():
    name = "احمدی، محمد عبدالله"
    rows = [(name, "1", "x" * 400)]
    whole = "".join(pages(render(Section(columns=COLUMNS, rows=rows), printed_by=name)))
    assert "▯" not in whole
    assert whole.count("x") >= 400


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_a_word(verdict):
    (printed,) = pages(render(Section(verdict=verdict)))
    assert {"PASSED", "FAILED"} & set(printed.split()) == {verdict.name}


def test_a_failed_verdict_is_dark_and_a_passed_one_white_also_without_colour():
    def darkness(verdict) -> float:
        document = pypdfium2.PdfDocument(render(Section(verdict=verdict)))
        grey = document[0].render(scale=2).to_pil().convert("L")
        document.close()
        at = grey.crop((84, 190, 290, 260))  # left part of the page, under the title
        dark = at.point(lambda level: 255 * (level < 128))
        left, top, right, bottom = dark.getbbox()
        framed = dark.crop((left, top, right, bottom))
        return sum(framed.tobytes()) / 255 / (framed.width * framed.height)

    assert darkness(Verdict.FAILED) > 0.7 > 0.4 > darkness(Verdict.PASSED)


def test_a_row_that_failed_is_found_among_the_others():
    rows = [("one", Verdict.PASSED, ""), ("two", Verdict.FAILED, ""), ("three", Verdict.PASSED, "")]
    pdf = render(Section(columns=COLUMNS, rows=rows))
    (printed,) = pages(pdf)
    assert "one passed – two FAILED – three passed –" in printed
    document = pypdfium2.PdfDocument(pdf)
    one = document[0]
    things = one.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], textpage=one.get_textpage())
    weights = {
        thing.extract().strip(): thing.get_font().get_base_name()
        for thing in things
        if thing.extract().strip() in {"one", "two"}
    }
    document.close()
    assert "SemiBold" in weights["two"] and "SemiBold" not in weights["one"]
