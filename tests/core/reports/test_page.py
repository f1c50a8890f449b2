"""The foot of every printed page carries the head of the audit trail, in words and as a QR."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
