from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2

from core.reports import trail
from core.views.fact import Fact


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def printed(session, entries):
    return text_of(
        trail.render(
            entries,
            session.trail.names(entries),
            session.clinic,
            asked=(Fact("Person", "Dr. Demo"),),
            printed_by="Dr. Demo",
            printed_at=datetime(2026, 11, 22, 14, 5, tzinfo=UTC),
            head=session.trail_head,
        )
    )


def test_entries_are_printed_in_words_and_every_page_carries_the_head(session, patient):
    for number in range(60):
        with session.write("corrected"):
            session.patients.save(replace(patient, note=f"note {number}"))
    pages = printed(session, session.trail.entries())
    assert len(pages) > 1
    for page in pages:
        assert session.trail_head.code in page
    whole = " ".join(" ".join(pages).split())
    assert "Patient 7: note – → note 0" in whole
    assert "note 58 → note 59" in whole
    assert "Person Dr. Demo" in whole and "Entries 63" in whole


def test_nothing_that_fits_is_said(session):
    (page,) = printed(session, ())
    assert "No entry fits." in page
