"""The patient's sheet on paper: one page for every visit, read back as a patient would, never in small type."""

import ctypes
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import reports
from core.acts import documents
from core.commands import demonstration
from core.model.document import About, OfSheet
from core.model.ids import VisitId
from core.model.paper import PaperSize
from core.reports import patient_sheet
from core.reports.page import SIZES
from core.reports.patient_sheet import Printed
from core.views.sheet import build
from core.views.sheet.definition import FIELDS, LISTS, Field, of_row, shipped
from tests.core.reports.records import CLINIC, HEAD, PRINTED_AT, untroubled

LONG = "Every morning and every evening, and whenever it is needed at night, "
EVERY = [*FIELDS, *(of_row(one.id) for one in shipped().rows)]
SMALLEST = 10.0  # points
NAMES = {"nurse": "Leila Karimi"}


def sheet_of(record=None, typed=None, visit="M6", clinic=CLINIC):
    return build.build(record or untroubled(), VisitId(visit), clinic, NAMES, typed)


def printed(sheet, size=PaperSize.A4):
    """The words of the one page, the smallest size of its type, and how far down and right it goes (points)."""
    pdf = patient_sheet.render(sheet, Printed(PRINTED_AT, size, HEAD.code))
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        assert len(document) == 1
        page = document[0]
        assert page.get_size() == pytest.approx(SIZES[size], abs=1)
        texts = page.get_textpage()
        words = " ".join(texts.get_text_range().split())
        sizes, edges = [], []
        for at in range(texts.count_chars()):
            if chr(pdfium.FPDFText_GetUnicode(texts, at)).isspace():
                continue
            sizes.append(pdfium.FPDFText_GetFontSize(texts, at))
            box = [ctypes.c_double() for _side in range(4)]
            pdfium.FPDFText_GetCharBox(texts, at, *box)
            edges.append([one.value for one in box])
        texts.close()
        page.close()
    assert min(sizes) >= SMALLEST - 0.01
    width, height = SIZES[size]
    for left, right, bottom, top in edges:
        assert left >= 20 and right <= width - 20 and bottom >= 12 and top <= height - 12
    return words


def test_a_patient_reads_what_became_of_each_thing():
    words = printed(sheet_of())
    for said in (
        "Your visit today",
        "Wednesday 10 September 2014, with Leila Karimi",
        "Since July, one of the 12 things we ask about has become harder: stairs. 11 are the same.",
        "Your weight is about the same.",
        "Turning, walking, stairs",
        "Stairs have become harder. The rest is the same.",
        "Speaking and swallowing The same as in July.",
        "of what is usual for your age and height",
        "71.5 kg, 0.3 kg less than in July.",
        "What we agreed",
        "Your medicines now",
        "Next appointment",
        "Call us at once if you have sudden breathlessness",
        "Record ALS-0012",
        "This sheet replaces no letter to your doctor.",
        "Page 1 of 1",
        HEAD.code,
        "today",
    ):
        assert said in words, said
    for never in ("King", "MiToS", "slope", "points/month", "total", "48", "deltaFS", "stage"):
        assert never not in words, never


def test_the_clinic_of_the_demonstration_says_so_and_others_do_not():
    assert "Demonstration data" not in printed(sheet_of())
    told = printed(sheet_of(clinic=replace(CLINIC, demonstration=True, phone="+98 21 555")))
    assert "Demonstration data, follow-up simulated" in told
    assert "Phone: +98 21 555" in told


def test_a_first_visit_and_one_without_measurements_are_printed():
    first = printed(sheet_of(visit="SCR"))
    assert "This is your first visit." in first and "The same as" not in first
    record = untroubled()
    bare = replace(record, assessments=(), spirometry=(), measurements=())
    words = printed(sheet_of(bare))
    assert words.count("Not asked today.") == 4
    assert "Not measured today." in words


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory):
    """What the sheet of every visit of the demonstration is made of, for both papers."""
    path = tmp_path_factory.mktemp("demo") / "demo.als"
    found = []
    with closing(demonstration.create(path, date(2026, 11, 29))) as session:
        for patient in session.patients.all():
            record = session.record(patient.id)
            for visit in record.finished_visits:
                if build.why_none(record, visit):
                    continue
                about = About(patient_id=patient.id, visit_id=visit.id)
                document = reports.named("patient-sheet")
                for size in PaperSize:
                    source = documents.source(session, document, about, size)
                    found.append(replace(source, printed_at=datetime(2026, 11, 29, 10, tzinfo=UTC)))
    return found


def test_every_visit_of_the_demonstration_is_one_page_and_nothing_of_it_is_cut(demonstrated):
    assert len(demonstrated) > 100
    assert {one.record.patient.protocol for one in demonstrated} == {"royan-2021", "routine"}
    for source in demonstrated:
        assert isinstance(source, OfSheet)
        sheet = build.build(source.record, source.visit_id, source.clinic, source.names)
        words = printed(sheet, source.size)
        assert patient_sheet.cut_of(source) == frozenset(), (
            source.record.patient.record_number,
            words,
        )
        assert "Your visit today" in words


def test_the_longest_edits_stay_on_one_page_and_are_said_to_be_cut(demonstrated):
    longest = {name: "\n".join([LONG * 3] * 30) if name in LISTS else LONG * 60 for name in EVERY}
    for source in demonstrated[:8] + demonstrated[-8:]:
        edited = replace(source, typed=longest)
        sheet = build.build(source.record, source.visit_id, source.clinic, source.names, longest)
        words = printed(sheet, source.size)
        cut = patient_sheet.cut_of(edited)
        assert cut == set(EVERY)
        assert "and 29 more" in words or "and 28 more" in words
        assert words.count("…") >= len(EVERY)


def test_lists_are_shortened_before_sentences():
    entries = "\n".join(f"Medicine number {n}" for n in range(1, 21))
    typed = {Field.MEDICINES: entries, Field.HEADLINE: LONG * 3}
    for size in PaperSize:
        sheet = sheet_of(typed=typed)
        words = printed(sheet, size)
        assert patient_sheet.shortened(sheet, Printed(PRINTED_AT, size, HEAD.code)) == {
            Field.MEDICINES
        }
        shown = [n for n in range(1, 21) if f"Medicine number {n} " in words]
        assert shown == list(range(1, len(shown) + 1))
        assert f"and {20 - len(shown)} more" in words
        assert LONG.strip() in words


def test_an_emptied_list_leaves_lines_to_write_on():
    words = printed(sheet_of(typed={Field.AGREED: "", Field.PHONE: "", Field.NEXT: ""}))
    assert "What we agreed Your medicines now" in words
    assert "Phone: ______" in words


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=3_000)


@settings(max_examples=40)
@given(
    typed=st.dictionaries(st.sampled_from(EVERY), texts, max_size=len(EVERY)),
    size=st.sampled_from(list(PaperSize)),
)
def test_whatever_is_written_it_is_one_page_in_type_that_can_be_read(typed, size):
    printed(sheet_of(typed=typed), size)


@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(0, 4_000), min_size=len(EVERY), max_size=len(EVERY)),
    size=st.sampled_from(list(PaperSize)),
)
def test_texts_of_any_length_are_one_page(lengths, size):
    typed = {
        name: ("word " * (length // 5)).replace(
            "word word word ", "word word\n" if name in LISTS else "word word "
        )
        for name, length in zip(EVERY, lengths, strict=True)
    }
    printed(sheet_of(typed=typed), size)


def test_right_to_left_words_are_printed():
    sheet = sheet_of(typed={Field.HEADLINE: "وزن شما کم نشده است.", Field.AGREED: "ماسک شبانه"})
    printed(sheet)
