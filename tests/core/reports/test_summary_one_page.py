"""The visit summary is one page; what is more continues by whole sections, and nothing is lost."""

import ctypes
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.acts import signing
from core.commands import demonstration
from core.forms import catalog
from core.instruments import catalog as instruments
from core.model.adverse_event import Grade, Outcome
from core.model.assessment import Answer, Assessment
from core.model.form_record import FormRecord, Item
from core.model.paper import PaperSize
from core.model.partial_date import PartialDate
from core.model.signature import ChangeSince, Meaning, Signature, SignatureState
from core.model.user import Role
from core.model.visit import VisitState
from core.reports import summary
from core.views import plot_style, visit_summary
from tests.core.reports.records import PATIENT, PRINTED_AT, event, ordinary, untroubled
from tests.core.reports.test_summary import (
    M6,
    NAMES,
    all_there,
    pages,
    render,
    with_last_visit,
    words_of,
)

TODAY = date(2026, 11, 29)
TO_SIGN = "Name Signature Date"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Every visit of the demonstration on both papers: (record number, visit, size) to its pages."""
    found = {}
    with closing(
        demonstration.create(tmp_path_factory.mktemp("demo") / "demo.als", TODAY)
    ) as session:
        for patient in session.patients.all():
            record = session.record(patient.id)
            signed = signing.states(session, record)
            for visit in record.visits:
                for size in PaperSize:
                    pdf = summary.render(
                        record,
                        visit.id,
                        session.clinic,
                        names=session.users.names(),
                        printed_by="Study nurse (demonstration)",
                        printed_at=datetime(2026, 11, 29, 10, tzinfo=UTC),
                        head=session.trail_head,
                        signed=[s for s in signed if s.signature.visit_id == visit.id],
                        size=size,
                    )
                    found[patient.record_number, visit, size] = pages(pdf)
    return found


def test_every_visit_of_the_demonstration_is_one_page_on_either_paper(printed):
    assert {number for number, _visit, _size in printed} == {f"A-{n:03}" for n in range(1, 19)}
    assert {size for _number, _visit, size in printed} == set(PaperSize)
    assert any(visit.state is VisitState.FINISHED for _number, visit, _size in printed)
    more = {
        (number, visit.code, size.value): len(found)
        for (number, visit, size), found in printed.items()
        if len(found) != 1
    }
    assert more == {}


def test_every_page_of_the_demonstration_has_a_place_for_a_signature_or_one(printed):
    for (number, visit, _size), (words, *more) in printed.items():
        assert (TO_SIGN in words) != ("Signed electronically by" in words), (number, visit.code)
        for other in more:  # where the sections continue it stays on page 1
            assert TO_SIGN not in other and "Signed electronically by" not in other


def test_no_line_of_the_demonstration_only_says_that_nothing_can_be_said(printed):
    for words in (one for found in printed.values() for one in found):
        assert "cannot be said: A date" not in words
        assert "A slope needs" not in words and "needs the height" not in words


def with_events(count: int):
    """Five open actions, and so many events that bring no action of their own."""
    record = ordinary()
    day = date(2014, 8, 1)
    more = tuple(
        event(f"Nausea {i}", (day + timedelta(i)).isoformat(), Grade.MILD, visit_id=M6)
        for i in range(count - 3)
    )
    return replace(record, events=(*record.events, *more))


@pytest.mark.parametrize("size", list(PaperSize))
def test_five_actions_and_six_events_are_one_page(size):
    record = with_events(6)
    shown = visit_summary.build(record, M6, NAMES)
    assert (len(shown.actions), len(shown.events)) == (5, 6)
    (words,) = pages(render(record, size=size))
    assert TO_SIGN in words
    for one in shown.events:
        assert one.term in words and one.onset in words and one.grade in words
    for one in shown.actions:
        assert one.title in words


@pytest.mark.parametrize("size", list(PaperSize))
@pytest.mark.parametrize("count", [14, 20, 33])
def test_more_events_continue_as_a_whole_section(size, count):
    first, second = pages(render(with_events(count), size=size))
    assert "1 mild" not in first and "Adverse events since" not in first
    assert second.count("Nausea") == count - 3 and "Fall at home" in second
    assert TO_SIGN in first and TO_SIGN not in second
    assert (
        "³ Upright FVC below 65 %" in first
    )  # the sources, too, are at the foot of the first page


def test_what_is_signed_by_hand_is_page_one_however_long_it_is():
    note = "\n".join(f"Sentence {i}." for i in range(200))
    printed = all_there(with_last_visit(ordinary(), note=note))
    assert len(printed) > 2
    assert [TO_SIGN in one for one in printed] == [True, *(False for _one in printed[1:])]


def test_an_answer_that_changed_is_heavy_with_the_one_before_hollow():
    """Three answers of the ordinary visit changed: speech, handwriting and orthopnea."""
    document = pypdfium2.PdfDocument(render(ordinary()))
    (one_page,) = document
    textpage = one_page.get_textpage()
    objects = list(one_page.get_objects(max_depth=5))
    assert "SemiBold" in _font(textpage, "Intelligible with repeating")
    assert "SemiBold" not in _font(textpage, "Early eating problems")
    table = [one for one in objects if one.type == pdfium.FPDF_PAGEOBJ_PATH and _y(one) > 450]
    hollow = [one for one in table if _fill(one) == "#ffffff"]
    assert len(hollow) == 3
    solid = [_fill(one) for one in table]
    for role in ("bulbar", "fine_motor", "gross_motor", "respiratory"):
        assert solid.count(plot_style.of(role).light.lower()) == 4  # three answers, and the domain
    textpage.close()
    document.close()


def _font(textpage, words: str) -> str:
    searcher = textpage.search(words)
    first, _count = searcher.get_next()
    searcher.close()
    name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, first, name, 100, flags)
    return name.value.decode()


def _y(one) -> float:
    return one.get_bounds()[1]


def _fill(one) -> str:
    """The colour that a path is filled with, or nothing where it is only a line."""
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(one, mode, stroked)
    if mode.value == 0:
        return ""
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(one, *parts)
    return "#" + "".join(f"{part.value:02x}" for part in parts[:3])


def medicine(number: int) -> FormRecord:
    form = catalog.newest()["medicine"]
    items = {"substance": Item(value=f"Medicine {number}"), "started": Item(value="2014-01")}
    return FormRecord(
        patient_id=PATIENT,
        form=form.id,
        version=form.version,
        entered_by="nurse",
        entered_at=PRINTED_AT - timedelta(days=200),
        items=items,
        course=form.course,
    )


sentences = st.lists(
    st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=14),
    max_size=400,
).map(" ".join)


@settings(deadline=None, max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(
    note=sentences,
    remark=sentences,
    events=st.integers(3, 60),
    medicines=st.integers(0, 60),
    size=st.sampled_from(PaperSize),
)
def test_nothing_is_lost_and_the_pages_stay_few(note, remark, events, medicines, size):
    record = with_events(events)
    form = record.assessments[-1]
    answers = dict(form.answers)
    slot = next(iter(answers))
    answers[slot] = replace(answers[slot], note=remark)
    record = with_last_visit(record.with_assessment(replace(form, answers=answers)), note=note)
    record = replace(record, forms=tuple(medicine(i) for i in range(medicines)))
    found = pages(render(record, size=size))
    words = set(words_of(" ".join(found)))
    for wanted in (note, remark):
        assert set(words_of(wanted)) - words == set()
    said = " ".join(found)
    for i in range(events - 3):
        assert f"Nausea {i}" in said
    for i in range(medicines):
        assert f"Medicine {i}" in said
    assert TO_SIGN in found[0]
    assert len(found) <= 8


def test_a_visit_without_alerts_has_the_plots_high():
    (words,) = pages(render(untroubled()))
    assert "marks without a label" not in words


def test_a_note_of_200_000_characters_without_a_blank_ends_in_one_sentence():
    found = pages(render(with_last_visit(ordinary(), note="x" * 200_000)))
    assert len(found) <= 12
    assert "160,000 more characters are not printed: read them in the program." in found[-1]
    assert TO_SIGN in found[0]


def test_a_note_of_a_task_without_an_end_takes_the_whole_width():
    record = ordinary()
    tasks = tuple(replace(one, note="x" * 200_000) for one in record.tasks if not one.done)
    found = pages(render(replace(record, tasks=tasks)))
    assert len(found) <= 12
    assert sum("more characters are not printed" in one for one in found) == 1


def test_what_was_not_over_from_before_is_told_beside_what_is_new():
    record = ordinary()
    pain = event("Chest pain", "2014-03-12", Grade.MODERATE, serious=True)
    later = event("Sprain", "2014-03-13", Grade.MILD, outcome=Outcome.RECOVERED,
                  ended=PartialDate(2014, 10, 2))  # fmt: skip
    record = replace(record, events=(*record.events, pain, later))
    (words,) = all_there(record)
    assert (
        "Not over from before Chest pain, grade 2 moderate, serious, since 12 Mar 2014 ·"
        " Sprain, grade 1 mild, since 13 Mar 2014" in words
    )
    assert "Headache, grade" not in words  # it was over
    (before,) = pages(render(record, record.visits[0].id))  # before any of it began
    assert "Not over from before" not in before


@pytest.fixture
def with_pain():
    """A second questionnaire, whose higher scores are worse and whose domains are single questions."""
    record = ordinary()
    instrument = instruments.shipped()["nrs-pain-fatigue"]
    for code, scores in (("M4", (3, 5)), ("M6", (6, 5))):
        answers = {
            slot: Answer(item=instrument.variants(slot)[0].id, value=score)
            for slot, score in zip(instrument.slots, scores, strict=True)
        }
        on = record.visit(code).date
        form = Assessment(
            visit_id=code, date=on, instrument=instrument.id, version=instrument.version, answers=answers
        )  # fmt: skip
        record = record.with_assessment(form)
    return record


def test_a_questionnaire_is_drawn_by_its_definition(with_pain):
    words = " ".join(pages(render(with_pain)))
    assert "Pain and fatigue (higher is" in words and "worse) ²" in words
    assert re.search(r"1 Pain .{0,60}? 6 3 ", words)
    assert re.search(r"2 Fatigue .{0,60}? 5 5 ", words)
    assert "before, +3" not in words  # a domain that is one question is its row
    assert "of 12 1 Speech" in words


def signed_by_nobody_any_more(changes: int) -> tuple:
    signature = Signature(
        visit_id=M6,
        signed_by="dr",
        printed_name="Dr Nabavi",
        role=Role.NEUROLOGIST,
        meaning=Meaning.REVIEWED,
        signed_at=PRINTED_AT,
        data_hash="0" * 64,
        shown="{}",
        shown_hash="0" * 64,
        trail_sequence=1,
    )
    since = tuple(
        ChangeSince(by="N. Urse", at=PRINTED_AT, what=f"Answer {i} changed", reason="asked again")
        for i in range(changes)
    )
    return signature, SignatureState(
        signature=signature, signed_at=PRINTED_AT, same_data=not changes, changes=since
    )


@pytest.mark.parametrize("size", list(PaperSize))
@pytest.mark.parametrize("changes", [0, 1, 20])
def test_a_signature_is_at_the_foot_of_page_1_and_a_void_one_says_all_that_changed(changes, size):
    signature, state = signed_by_nobody_any_more(changes)
    record = replace(ordinary(), signatures=(signature,))
    first, *rest = pages(render(record, signed=[state], size=size))
    said = " ".join([first, *rest])
    if not changes:
        assert rest == [] and "Signed electronically by Dr Nabavi" in first
        assert TO_SIGN not in first
        return
    assert TO_SIGN in first  # nothing that was signed holds: there is a place to sign again
    assert "VOID" in said
    for i in range(changes):
        assert f"Answer {i} changed" in said
