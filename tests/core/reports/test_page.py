"""The foot of every printed page carries the head of the audit trail, in words and as a QR."""

import re
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from core.model.paper import PaperSize
from core.model.trail import TrailHead, read_code
from core.reports import layout, page
from core.reports.layout import BODY
from core.reports.page import Document, Paper
from tests.core.reports import qr_reader
from tests.core.reports.records import CLINIC, HEAD, PRINTED_AT
from tests.core.reports.test_summary import pages

heads = st.builds(
    TrailHead, sequence=st.integers(1, 10**7), hash=st.integers(0, 2**256 - 1).map("{:064x}".format)
)


def paper(**changes) -> Paper:
    whole = Paper(
        title="A list",
        subject="A list of something",
        clinic=CLINIC,
        printed_by="Leila Karimi",
        printed_at=PRINTED_AT,
        head=HEAD,
    )
    return replace(whole, **changes)


def text(count: int) -> list[layout.Block]:
    words = "\n".join(f"Line {n} of the list." for n in range(count))
    return layout.paragraph(words, BODY, page.INNER)


def test_r13_every_page_shows_the_head_in_words_and_as_a_square_that_reads():
    pdf = paper().render(text(100), layout.gap(0))
    printed = pages(pdf)
    assert len(printed) == 2
    assert all("Trail 1042-KWY9-YF4Z-7JFK" in one for one in printed)
    assert qr_reader.codes(pdf) == [["1042-KWY9-YF4Z-7JFK"]] * 2


@settings(deadline=None, max_examples=25)
@given(heads)
def test_r13_whatever_the_head_the_page_leads_back_to_it(head):
    ((said,),) = qr_reader.codes(paper(head=head).render(text(3), layout.gap(0)))
    assert said == head.code
    assert read_code(said).fits(head)


def test_a_page_without_a_head_has_neither_code_nor_square():
    pdf = paper(head=None).render(text(3), layout.gap(0))
    assert "Trail" not in pages(pdf)[0]
    assert qr_reader.codes(pdf) == [[]]


def test_a_page_printed_before_anybody_signed_in_names_nobody():
    (printed,) = pages(paper(printed_by="").render(text(1), layout.gap(0)))
    assert "Printed 12 Sep 2014" in printed and " by " not in printed


@pytest.mark.parametrize("count", [1, 60, 200])
def test_lines_under_the_head_stand_on_every_page(count):
    under = tuple(layout.paragraph("Record number", BODY, page.INNER))
    printed = pages(paper(under_head=under).render(text(count), layout.gap(0)))
    assert all("Record number" in one for one in printed)
    assert sum(one.count(" of the list") for one in printed) == count


def test_documents_bound_together_count_their_own_pages():
    first = Document(paper(), text(100), layout.gap(0))
    second = Document(paper(subject="Another list"), text(2), layout.gap(0))
    printed = pages(page.bind("Two lists", [first, second]))
    assert [re.search(r"page \d of \d", one)[0] for one in printed] == [
        "page 1 of 2",
        "page 2 of 2",
        "page 1 of 1",
    ]
    assert "Another list" in printed[2]


@pytest.mark.parametrize("size", list(PaperSize))
def test_every_page_is_as_large_as_its_paper(size):
    with closing(PdfDocument(paper(size=size).render(text(200), layout.gap(0)))) as document:
        assert len(document) > 1
        assert {tuple(round(edge) for edge in one.get_size()) for one in document} == {
            (595, 842) if size is PaperSize.A4 else (612, 792)
        }
        for one in document:
            words = one.get_textpage()
            boxes = [words.get_rect(i) for i in range(words.count_rects())]
            left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
            assert left > 30 and right < one.get_width() - 20
            assert abs(left - (one.get_width() - page.INNER) / 2) < 2
            assert all(box[1] > 10 and box[3] < one.get_height() - 18 for box in boxes)


LONG = {
    "lines": "\n".join(f"Line {n} of the letterhead" for n in range(150)),
    "one line": "x" * 200_000,
    "words": "Street, town, telephone " * 900,
}


@pytest.mark.parametrize("heading", [(), ("A title", "whose it is")])
@pytest.mark.parametrize("what", LONG)
@pytest.mark.parametrize("field", ["name", "letterhead"])
def test_a_letterhead_of_an_old_file_leaves_the_page_to_the_text(field, what, heading):
    clinic = replace(CLINIC, **{field: LONG[what]})
    printed = pages(paper(clinic=clinic, heading=heading).render(text(200), layout.gap(0)))
    assert len(printed) <= 5
    assert sum(one.count(" of the list") for one in printed) == 200
    assert all("There is more than fits here." in one for one in printed)


def test_a_subject_that_is_too_long_leaves_the_page_to_the_text():
    printed = pages(paper(subject="Name " * 5000).render(text(200), layout.gap(0)))
    assert len(printed) <= 5


@pytest.mark.parametrize("what", LONG)
def test_what_is_above_a_page_is_limited_where_it_is_entered(what):
    assert page.head_problem(CLINIC.name, CLINIC.letterhead) == ""
    assert page.head_problem(CLINIC.name, "\n".join(["A line"] * 8)) == ""
    said = page.head_problem(CLINIC.name, LONG[what])
    assert re.fullmatch(
        r"The letterhead takes \d+ lines, a page has room for 8\. Shorten it\.", said
    )
    said = page.head_problem(LONG[what], "")
    assert said.startswith("The clinic's name takes ") and said.endswith("Shorten it.")


def test_a_letterhead_of_150_lines_says_150():
    assert "takes 150 lines" in page.head_problem("", LONG["lines"])
