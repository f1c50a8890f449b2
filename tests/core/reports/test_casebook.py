"""A patient's complete casebook: nothing that was entered is missing, bookmarks lead to it, and nothing is cut."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest

from core.acts import documents
from core.entering import records
from core.forms import catalog
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.document import About, OfCasebook
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.ids import RecordId
from core.model.laboratory import LabResult
from core.model.paper import PaperSize
from core.model.partial_date import PartialDate
from core.model.trail import Act
from core.model.visit import Mark, TaskResult, VisitMark, VisitState
from core.reports import casebook, named
from tests.core.reports.records import CLINIC, HEAD, ordinary
from tests.pdf import line_of

PRINTED = datetime(2014, 10, 1, 9, tzinfo=UTC)


def source(record, size=PaperSize.A4, **more):
    return OfCasebook(
        clinic=CLINIC,
        file_name="clinic.als",
        printed_by="Dr N.",
        printed_at=PRINTED,
        head=HEAD,
        size=size,
        record=record,
        names={"demo": "Dr Demo"},
        signed=(),
        entries=1234,
        **more,
    )


def pages_of(pdf):
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_range() for page in document]


def bookmarks(pdf):
    """(depth, title, page) of the outline."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [
            (one.level, one.get_title(), one.get_dest().get_index() + 1)
            for one in document.get_toc()
        ]


def a_record_of(form, record, **values):
    known = catalog.newest()[form]
    return FormRecord(
        patient_id=record.patient.id,
        form=form,
        version=known.version,
        entered_by="demo",
        entered_at=datetime(2014, 5, 11, 9, tzinfo=UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=known.course,
    )


def test_a_procedure_is_printed_with_all_that_is_known_of_it():
    record = ordinary()
    tap = a_record_of(
        "procedure",
        record,
        what="Lumbar puncture",
        day="2014-05-02",
        place="neurology",
        in_hospital=0,
    )
    text = line_of(casebook.document(source(replace(record, forms=(*record.forms, tap)))))
    assert "Lumbar puncture" in text and "neurology" in text
    assert "Did the patient stay in hospital for it?" in text


def test_every_answer_every_blow_and_every_value_is_printed():
    record = ordinary()
    text = line_of(casebook.document(source(record)))
    for form in record.assessments:
        assert len(form.answers) == 12
    assert text.count("Dressing and hygiene") == len(record.assessments)
    for session in record.spirometry:
        for blow in session.blows:
            assert f"{blow.volume_ml} mL" in text
    for visit in record.visits:
        assert f"{visit.weight_kg} kg" in text
    for event in record.events:
        assert event.term in text
    for task in record.tasks:
        assert task.note in text


def test_bookmarks_lead_to_each_visit_and_each_section_and_the_contents_say_the_page():
    pdf = casebook.document(source(ordinary()))
    marks, pages = bookmarks(pdf), pages_of(pdf)
    chapters = [(title, page) for depth, title, page in marks if depth == 0]
    assert [title for title, _page in chapters][:3] == [
        "Front page",
        "Screening, 10 Feb 2014",
        "Month 2, 10 May 2014",
    ]
    for title in ("Adverse events", "Treatments", "Laboratory", "Queries", "Audit trail"):
        assert title in dict(chapters)
    front = " ".join(pages[0].split())
    for title, page in chapters[1:]:
        assert title in pages[page - 1]
        assert any(
            line.startswith(title) and line.endswith(f" {page}") for line in pages[0].splitlines()
        ), title
    assert "1,234" in front
    parts = {title for depth, title, _page in marks if depth == 1}
    assert {"ALSFRS-R", "Spirometry: FVC, seated", "Signatures", "Other assessments"} <= parts
    for number, page in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in page


VISIT_FORM = b"""
id = "made_up"
version = "1"
title = "A made-up form"
of = "visit"
row = "{answer}"
[[fields]]
id = "answer"
title = "What was found"
type = "text"
identifies = "no"
"""


@pytest.mark.parametrize("of", ["visit", "patient"])
def test_a_new_form_is_in_it_without_code(monkeypatch, of):
    form = catalog.read("made_up.toml", VISIT_FORM.replace(b'"visit"', f'"{of}"'.encode()))
    monkeypatch.setitem(catalog._own, (form.id, form.version), form)
    record = ordinary()
    one = a_record_of("made_up", record, answer="a finding in a thousand")
    one = replace(one, visit_id=record.visits[1].id if of == "visit" else None)
    pdf = casebook.document(source(replace(record, forms=(one,))))
    assert "What was found a finding in a thousand" in line_of(pdf)
    assert "Dr Demo, 11 May 2014" in line_of(pdf)
    marks = bookmarks(pdf)
    at = next(n for n, mark in enumerate(marks) if mark[1] == "A made-up form")
    (above,) = [mark[1] for mark in marks[:at] if mark[0] == 0][-1:]
    assert above == ("Month 2, 10 May 2014" if of == "visit" else "Forms about the patient")


def test_a_record_of_a_form_that_this_program_does_not_have_is_said():
    record = ordinary()
    one = replace(a_record_of("medicine", record), form="of_tomorrow", version="7")
    orphan = replace(a_record_of("event_course", record, grade="3"), within=RecordId("gone"))
    pdf = casebook.document(source(replace(record, forms=(one, orphan))))
    text = line_of(pdf)
    assert "of_tomorrow version 7, which this program does not have" in text
    assert "Belongs to a record that was removed" in text
    assert "Other records" in [title for _depth, title, _page in bookmarks(pdf)]


def test_an_adverse_event_has_its_details_and_what_is_part_of_them():
    record = ordinary()
    event = AdverseEvent(
        patient_id=record.patient.id, term="Chest pain", onset=PartialDate(2014, 4, 2),
        grade=Grade.SEVERE, serious=True, outcome=Outcome.RECOVERED, note="seen at night",
    )  # fmt: skip
    details = replace(
        a_record_of("event_details", record, criteria="hospital", evidence="CT"),
        id=RecordId(event.id),
    )
    judged = replace(a_record_of("event_judgement", record, product="possible"), within=details.id)
    whole = replace(record, events=(event,), forms=(details, judged))
    pdf = casebook.document(source(whole))
    text = line_of(pdf)
    assert "seen at night" in text and "hospital, or a longer stay" in text
    assert "Caused by the product possible" in text
    assert (
        text.count("hospital, or a longer stay") <= 2
    )  # in the title of the record and in its field
    assert "Other records" not in [title for _depth, title, _page in bookmarks(pdf)]


def test_what_was_not_done_says_why_and_what_is_missing_is_listed():
    record = ordinary()
    visit = record.visits[1]
    form = replace(record.assessments[1], not_done=NotDone.TOO_UNWELL, answers={})
    without = [one for one in record.spirometry if one.visit_id != visit.id]
    task = TaskResult(visit_id=visit.id, task="laboratory", done=False, note="vein not found")
    check = RecordCheck(visit_id=visit.id, form="medicine", answer=Since.NOTHING_NEW)
    missed = VisitMark(
        patient_id=record.patient.id, code="M4", mark=Mark.MISSED, reason="in another town"
    )
    others = tuple(one for one in record.assessments if one.visit_id != visit.id)
    changed = replace(
        record,
        assessments=(*others, form),
        spirometry=tuple(without),
        tasks=(*(t for t in record.tasks if t.task != "laboratory"), task),
        checks=(check,),
        marks=(missed,),
    )
    text = line_of(casebook.document(source(changed)))
    assert "oo unwell" in text and "vein not found" in text and "in another town" in text
    assert "Planned and not entered" in text and "nothing new" in text


def test_a_laboratory_result_has_what_was_typed_its_limits_and_its_flag():
    record = ordinary()
    common = {"patient_id": record.patient.id, "entered_by": "demo", "entered_at": PRINTED}
    found = (
        LabResult(
            **common, test="alt", taken_on=record.visits[1].date, value=132, unit="U/L", typed="132",
            typed_unit="U/L", high=41, laboratory="Central", visit_id=record.visits[1].id,
        ),
        LabResult(
            **common, test="creatinine", taken_on=record.visits[1].date, not_done=NotDone.REFUSED,
            note="afraid",
        ),
    )  # fmt: skip
    text = line_of(casebook.document(source(replace(record, laboratory=found))))
    assert text.count("132 U/L high 132 U/L") == 2  # at its visit, and among all of them
    assert "Central" in text and "afraid" in text and "efused" in text


def test_a_draft_a_death_and_an_empty_patient_have_their_casebook():
    record = ordinary()
    draft = replace(record.visits[-1], state=VisitState.DRAFT, finished_at=None)
    died = Milestone(
        patient_id=record.patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2014, 9, 20)
    )
    whole = replace(record, visits=(*record.visits[:-1], draft), milestones=(died,))
    text = line_of(casebook.document(source(whole)))
    assert "This visit is in progress: what is printed is not final." in text
    assert "Died 20 Sep 2014" in text and "4, 1 of them in progress" in text
    bare = type(record)(patient=replace(record.patient, reference_on=None, onset=None))
    text = line_of(casebook.document(source(bare)))
    assert "Visits 0" in text and text.count("None.") >= 5


@pytest.mark.parametrize("size", PaperSize)
def test_nothing_is_cut_however_long_it_is(size):
    record = ordinary()
    note = " ".join(f"word{n}" for n in range(3000))
    visit = replace(record.visits[1], note=note)
    query_free = replace(record, visits=(record.visits[0], visit, *record.visits[2:]))
    text = line_of(casebook.document(source(query_free, size)))
    assert all(f"word{n}" in text for n in range(0, 3000, 7))


def test_no_title_is_alone_at_the_end_of_a_page():
    pdf = casebook.document(source(ordinary()))
    titles = {title for _depth, title, _page in bookmarks(pdf)}
    for page in pages_of(pdf):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        foot = next(n for n, line in enumerate(lines) if "Casebook" in line and n)
        assert lines[foot - 1] not in titles


def test_it_is_written_down_in_the_trail_before_it_leaves(session, patient):
    held = type(ordinary())(patient=patient)
    values = {"substance": "Riluzole", "started": "2026-01", "ongoing": 1}
    medicine = replace(a_record_of("medicine", held, **values), entered_by="dr.demo")
    records.save(session, catalog.newest()["medicine"], medicine)
    before = session.trail.count(patient.id)
    pdf = documents.export(session, named("casebook"), About(patient_id=patient.id))
    assert "Riluzole" in line_of(pdf) and f"has {before} entries about this patient" in line_of(pdf)
    entry = session.trail.entries()[0]
    assert entry.entity == Act.EXPORTED and '"casebook"' in entry.after
    assert entry.patient_id == patient.id
