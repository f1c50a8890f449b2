"""The list of treatments on paper: its picture, every record, and what is more than a page."""

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest

from core.model.document import OfTreatments
from core.model.paper import PaperSize
from core.reports import treatments
from core.reports.choices import timelines
from tests.core.reports.records import CLINIC, HEAD
from tests.core.views.stack.test_place_tracks import sixty
from tests.core.views.test_lanes import PATIENT, TODAY, event
from tests.core.views.test_treatments import a_course, medicine
from tests.pdf import line_of

PRINTED = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)


def source(record, choice="date", size=PaperSize.A4):
    return OfTreatments(
        clinic=CLINIC,
        file_name="clinic.als",
        printed_by="Dr N.",
        printed_at=PRINTED,
        head=HEAD,
        choice=choice,
        size=size,
        record=record,
        names={"demo": "Dr Demo"},
    )


def test_the_picture_and_every_record_are_printed():
    record = a_course(
        medicine("Riluzole", "2025-03-01", "2026-02-10", dose=50, why="ALT high"),
        medicine("Riluzole", "2026-03-12", dose=50),
    )
    text = line_of(treatments.document(source(record)))
    assert "Treatments to 28 Nov 2026" in text and "Infusion" in text and "today" in text
    assert "Riluzole 50 mg × 2 a day – 1 Mar 2025 10 Feb 2026 ALT high Dr Demo" in text
    assert "12 Mar 2026 running" in text and "page 1 of 1" in text


def test_events_are_in_the_picture_where_they_are_asked_for():
    record = a_course(events=(event(),))
    assert "Pneumonia" not in line_of(treatments.document(source(record, "date")))
    assert "Pneumonia" in line_of(treatments.document(source(record, "date/events")))


@pytest.mark.parametrize("size", PaperSize)
def test_of_sixty_medicines_none_is_cut_off(size):
    record = sixty()
    pdf = treatments.document(source(record, size=size))
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 3
    whole = " ".join(" ".join(pages).split())
    for n in range(60):
        assert whole.count(f" {n} of ") >= 2, n  # in the picture, and in the list
    assert sum("today" in page for page in pages) >= 2  # each piece of the picture has its axis


def test_a_patient_without_a_treatment_and_a_dead_one_have_their_page():
    bare = replace(a_course(), patient=replace(PATIENT, reference_on=None))
    assert "Nothing is recorded." in line_of(treatments.document(source(bare)))


def test_the_axes_are_those_that_the_patient_has():
    assert list(timelines(source(a_course())))[:2] == ["reference", "reference/events"]
