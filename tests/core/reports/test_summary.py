"""The printed page is read back from the PDF and compared with what the screen would show."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image, ImageChops, ImageStat

from core.model.adverse_event import Grade
from core.model.assessment import NotDone
from core.model.ids import VisitId
from core.model.patient import ExternalKind, ExternalResult
from core.model.record import PatientRecord
from core.model.spirometry import Blow, Position, Spirometry, TestType
from core.model.visit import VisitState
from core.reports import page, summary
from core.science.lung_function import DEFAULT_EQUATION
from core.science.spirometry import with_inputs
from core.views import visit_summary
from core.words import instant
from tests.core.reports.records import (
    CLINIC,
    HEAD,
    PATIENT,
    PRINTED_AT,
    event,
    ordinary,
    patient,
    untroubled,
)

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "visit_summary.png"
M6 = VisitId("M6")
RATER = "Leila Karimi"
NAMES = {"nurse": RATER}
BETWEEN_LINES, BETWEEN_PAGES = 40, 320  # words


def render(record, visit_id=M6, clinic=CLINIC, **changes) -> bytes:
    arguments = {
        "names": NAMES,
        "printed_by": "Dr Shahriar Nafissi",
        "printed_at": PRINTED_AT,
        "head": HEAD,
    }
    return summary.render(record, visit_id, clinic, **arguments | changes)


def pages(pdf: bytes) -> list[str]:
    """The text of every page, with white space (a line end among it) as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [" ".join(one.get_textpage().get_text_range().split()) for one in document]
    document.close()
    return texts


def with_last_visit(record: PatientRecord, **changes) -> PatientRecord:
    *earlier, last = record.visits
    return replace(record, visits=(*earlier, replace(last, **changes)))


def every_text(shown: visit_summary.VisitSummary) -> list[str]:
    """What must be on paper: everything but the sentences that only say why there is no value."""
    texts = [shown.title, shown.on, shown.record_number, shown.patient_name, shown.note]
    texts += [shown.events_title, "" if shown.events else shown.no_events]
    visit = [fact for fact in shown.visit if fact.field != "details/date"]  # it is in the heading
    facts = (*shown.patient, *visit, *shown.course, *shown.measurements, *shown.milestones)
    facts += (*shown.tasks, *shown.stated, *shown.eligibility)
    facts += tuple(fact for group in shown.records for fact in group.facts)
    for fact in facts:
        texts += [fact.label, fact.text] if fact.known else []
    for form in shown.forms:
        texts += [form.title, form.citation, form.not_done, form.previous_short, form.how]
        texts += [form.slope if form.has_slope else "", *form.kept]
        for item in form.items:
            texts += [item.number, item.title, item.answer, item.score, item.previous, item.note]
            texts += [item.corrected]
        for scale in form.scales:
            whole = form.has_total and scale is form.scales[0]
            known = scale.complete and scale.before is not None
            texts += [
                scale.title,
                scale.score if whole or not scale.complete else str(scale.points),
            ]
            if whole and known:
                texts += [scale.previous, form.previous_on, scale.change]
            elif known and scale.before != scale.points:
                texts += [str(scale.before), scale.change]
    for session in shown.spirometry:
        texts += [session.title, session.headline, session.equation, session.why_not]
        texts += [session.percent]
        texts += [text for fact in session.brief for text in (fact.label, fact.text)]
    for one in shown.events:
        texts += [one.term, one.onset, one.grade, one.outcome]
    for action in shown.actions:
        texts += [action.title, action.said, action.decided, *action.cited]
    return texts


def words_of(text: str) -> list[str]:
    """Without the marks that join what is listed, and the small numbers of the sources."""
    stripped = (word.strip(",.;:·⁰¹²³⁴⁵⁶⁷⁸⁹") for word in text.split())
    return [word for word in stripped if word]


def all_there(record, visit_id=M6, **changes) -> list[str]:
    """Every text of the summary is on the printed pages, even where it was broken into lines."""
    printed = pages(render(record, visit_id, **changes))
    words = words_of(" ".join(printed))
    apart = BETWEEN_LINES if len(printed) == 1 else BETWEEN_PAGES
    for text in every_text(visit_summary.build(record, visit_id, NAMES)):
        assert stands_in(words_of(text), words, apart), text
    if any(one.is_serious for one in visit_summary.build(record, visit_id, NAMES).events):
        assert "yes" in words or "serious" in words  # in the table, or in a paragraph
    return printed


def stands_in(wanted: list[str], words: list[str], apart: int) -> bool:
    """Whether the words follow one another; between the lines of a cell stand those of its neighbours."""

    def from_here(start: int) -> bool:
        at = start
        for word in wanted:
            try:
                at = words.index(word, at, at + apart) + 1
            except ValueError:
                return False
        return True

    return not wanted or any(from_here(i) for i, word in enumerate(words) if word == wanted[0])


def test_a_visit_that_fires_no_alert_fits_one_page():
    (printed,) = all_there(untroubled())
    assert "page 1 of 1" in printed and "Name Signature Date" in printed
    assert "Alerts" not in printed


def test_an_ordinary_visit_says_what_the_screen_says():
    printed = " ".join(all_there(ordinary()))
    for line in (
        "Visit summary Rezaei, Ahmad Record ALS-0012 · Month 6, 10 Sep 2014 Royan ALS Clinic",
        "ALSFRS-R ¹ Answer 0 4 now 12 Jul of 12",
        "1 Speech Intelligible with repeating 2 3",
        "12 Respiratory insufficiency None 4 4",
        "ALSFRS-R total 30/48 on 12 Jul 2014 27/48 −3",
        "8 9 before, −1",
        "5 no change",
        "10 11 before, −1",
        "Slope loses 1.32 points/month (95 % CI loses 0.47 to 2.18; 4 forms, 7.0 months to 10 Sep 2014)",
        "Vital capacity: FVC, seated ² 54.4 % predicted · 2.05 L",
        "Previous 59.1 %, 12 Jul 2014 (−4.7 points)",
        "z, LLN, ULN −2.98, 2.81 L, 4.74 L",
        "Predicted 3.77 L, repeatability 40 mL",
        "Grade A (3 of 3 blows acceptable)",
        "GLI Global 2022 · male, 67.6 y, 172 cm",
        "Breathing FVC 54 % on 10 Sep 2014 (below 65 %), dyspnea 3 of 4, orthopnea 3 of 4 – consider NIV. Not decided yet. ³ ⁴",
        "³ Upright FVC below 65 %: Canadian guideline",
        "Adverse events since 12 Jul 2014",
        "Pulmonary embolism, 2 Aug 2014, grade 4 life-threatening, serious, criterion not recorded, recovering",
        "Done Medical history, Physical examination",
        "Stated by others FVC % predicted, stated (equation unknown): 78, 15 Jan 2014",
        "Name Signature Date",
        "doi:10.1164/rccm.202205-0963OC",
        "Stages King's 3 · MiToS 0 · estimated from ALSFRS-R",
        "page 1 of 1",
        "ALS follow-up 0.1.0",
    ):
        assert line in printed, line
    # What only says that nothing can be said is on the screen, and not on paper.
    assert "cannot be said" not in printed and "needs" not in printed


def test_every_page_says_whose_it_is_and_who_printed_it_when():
    note = "\n".join(f"Sentence {i} of a long note about the visit." for i in range(120))
    printed = all_there(with_last_visit(ordinary(), note=note))
    for number, text in enumerate(printed, 1):
        assert "Royan ALS Clinic Department of Regenerative Medicine" in text
        assert "Record ALS-0012 · Rezaei, Ahmad · Visit summary · Month 6, 10 Sep 2014" in text
        assert f"Printed {instant(PRINTED_AT)} by Dr Shahriar Nafissi" in text
        assert f"page {number} of {len(printed)}" in text
        assert "Trail 1042-KWY9-YF4Z-7JFK" in text


def test_a_long_note_is_whole_on_a_second_page_and_the_place_to_sign_on_the_first():
    note = "\n".join(f"Sentence {i} of a long note about the visit." for i in range(40))
    first, second = all_there(with_last_visit(untroubled(), note=note))
    assert "Sentence" not in first
    assert "Sentence 0 of" in second and "Sentence 39 of" in second
    assert "page 1 of 2" in first and "page 2 of 2" in second
    assert "Name Signature Date" in first and "Name Signature Date" not in second


def test_one_paragraph_longer_than_pages_is_not_cut():
    assert len(all_there(with_last_visit(ordinary(), note="Cough is weak. " * 1500))) > 3

    def count_x(note):
        printed = pages(render(with_last_visit(ordinary(), note=note)))
        return sum(text.count("x") for text in printed)

    assert count_x("x" * 4000) == 4000 + count_x("A short note.")


def test_many_events_repeat_the_heads_of_their_columns():
    record = ordinary()
    many = tuple(event(f"Nausea, episode {i}", "2014-08-05", Grade.MILD) for i in range(60))
    long = event("vomiting " * 900, "2014-08-06", Grade.SEVERE, serious=True)
    printed = all_there(replace(record, events=(*record.events, *many, long)))
    assert len(printed) > 2
    assert re.search(r"\+\d\d", printed[0]), "what has no room in the lane is counted there"
    heads = "Adverse events since 12 Jul 2014 Begun CTCAE grade Serious Outcome"
    listed = [text for text in printed if "Nausea" in text or "vomiting" in text]
    assert len(listed) > 2 and all(heads in text for text in listed)


def test_long_notes_under_the_items():
    record = ordinary()
    form = record.assessments[-1]
    remark = "Seen by the rater; the carer disagrees and would give one point less. " * 3
    answers = {slot: replace(a, note=f"{slot}: {remark}") for slot, a in form.answers.items()}
    all_there(record.with_assessment(replace(form, answers=answers)))


def test_a_long_task_note_and_a_long_letterhead():
    record = ordinary()
    tasks = tuple(replace(task, note="repeat " * 80) for task in record.tasks)
    clinic = replace(CLINIC, name="Clinic " * 30, letterhead="Street, town, telephone " * 20)
    all_there(replace(record, tasks=tasks), clinic=clinic)


@pytest.mark.parametrize("count", range(1, 60, 3))
def test_nothing_is_printed_over_the_margins(count):
    """Wherever the page ends, the last line of the note stays above the foot."""
    note = "\n".join(["A line of the note."] * count)
    document = pypdfium2.PdfDocument(render(with_last_visit(ordinary(), note=note)))
    for one in document:
        textpage = one.get_textpage()
        for i in range(textpage.count_rects()):
            left, bottom, right, top = textpage.get_rect(i)
            assert left >= page.LEFT - 1 and right <= page.WIDTH - page.LEFT + 1
            assert bottom >= page.BOTTOM - 3 and top <= page.HEIGHT - page.TOP + 3
    document.close()


def test_demonstration_and_draft_are_said_on_every_page():
    draft = with_last_visit(untroubled(), state=VisitState.DRAFT, note="A line.\n" * 60)
    printed = pages(render(draft, clinic=replace(CLINIC, demonstration=True)))
    assert len(printed) == 2
    for text in printed:
        assert "DRAFT, not finished" in text
        assert "Demonstration data, follow-up simulated" in text
    (plain,) = pages(render(untroubled()))
    assert "DRAFT" not in plain and "Demonstration" not in plain


def test_an_unfinished_demonstration_visit():
    draft = with_last_visit(untroubled(), state=VisitState.DRAFT)
    form = draft.assessments[-1]
    answers = dict(list(form.answers.items())[:10])
    printed = " ".join(
        all_there(
            draft.with_assessment(replace(form, answers=answers)),
            clinic=replace(CLINIC, demonstration=True),
        )
    )
    # What was answered before is not seen until this form is complete and was compared.
    assert "ALSFRS-R total 10 of 12 answered Vital capacity" in printed
    assert "11 Orthopnea not answered – –" in printed


def test_nothing_known_but_the_visit():
    record = ordinary()
    unknown = patient(
        born=None, onset=None, reference_on=None, family_name="", given_name="", height_cm=None
    )
    visit = replace(record.visits[0], weight_kg=None, mode=None, respondent=None, new_events=None)
    (printed,) = all_there(PatientRecord(patient=unknown, visits=(visit,)), visit.id)
    assert "Questionnaire None at this visit." in printed
    assert "Vital capacity Not measured at this visit." in printed
    assert "Adverse events Not asked." in printed


def test_no_percent_predicted_without_a_birth_date_says_why():
    record = ordinary()
    stated = patient(born=None, stated_age_years=67, reference_on=None)
    tests = tuple(with_inputs(s, stated, DEFAULT_EQUATION) for s in record.spirometry)
    printed = " ".join(all_there(replace(record, patient=stated, spirometry=tests)))
    assert "% predicted needs the date of birth: enter it." in printed


def test_what_was_not_done_says_why():
    record = ordinary()
    form, session = record.assessments[-1], record.spirometry[-1]
    record = record.with_assessment(replace(form, answers={}, not_done=NotDone.TOO_UNWELL))
    record = record.with_spirometry(replace(session, blows=(), not_done=NotDone.NO_EQUIPMENT))
    record = with_last_visit(replace(record, events=()), new_events=False)
    (printed,) = pages(render(record))
    assert "ALSFRS-R Not done: too unwell" in printed
    assert "Vital capacity: FVC, seated Not done: no equipment" in printed
    assert "Adverse events since 12 Jul 2014 Asked: nothing new." in printed
    assert "Speech" not in printed
    assert "Scale Score Previous Change" not in printed and "Slope" not in printed
    assert "doi:10.1164/rccm.202205-0963OC" in printed  # the plot still shows earlier percentages


def test_every_session_of_vital_capacity_is_there():
    record = ordinary()
    supine = Spirometry(
        visit_id=M6,
        date=date(2014, 9, 10),
        height_cm=172,
        equation=DEFAULT_EQUATION,
        test_type=TestType.SVC,
        position=Position.SUPINE,
        blows=(Blow(number=1, volume_ml=1650),),
    )
    supine = with_inputs(supine, record.patient, DEFAULT_EQUATION)
    total = ExternalResult(
        patient_id=PATIENT,
        kind=ExternalKind.ALSFRS_R_TOTAL,
        value=40,
        measured_on=date(2013, 11, 1),
        source="referral letter",
    )
    record = replace(record.with_spirometry(supine), external=(*record.external, total))
    text = " ".join(all_there(record))
    assert "Vital capacity: SVC, supine ² 43.8 % of predicted FVC · 1.65 L" in text
    beside = (
        "ALSFRS-R total",
        "FVC %",
        "SVC % of",
        "predicted FVC,",
        "supine",
    )  # the legend of the plot
    assert all(words in text for words in beside)


def test_names_in_any_script():
    record = replace(
        untroubled(), patient=patient(family_name="Παπαδόπουλος", given_name="Őrs Łukasz")
    )
    (printed,) = all_there(record)
    assert "Παπαδόπουλος, Őrs Łukasz" in printed
    record = replace(untroubled(), patient=patient(family_name="احمدی", given_name="محمد"))
    (printed,) = pages(render(record, printed_by="دکتر نفیسی"))
    assert "▯" not in printed
    assert "Record ALS-0012 ·" in printed and "Visit summary · Month 6" in printed


def test_the_same_record_prints_the_same_bytes():
    assert render(ordinary()) == render(ordinary())


def test_properties_name_the_document_and_no_patient():
    document = pypdfium2.PdfDocument(render(ordinary()))
    properties = document.get_metadata_dict()
    document.close()
    assert properties.pop("Title") == "Visit summary"
    text = " ".join(properties.values())
    assert not any(word in text for word in ("Rezaei", "Ahmad", "0012", "Karimi", "Nafissi"))


@pytest.fixture
def objects():
    """Everything drawn on the ordinary page, forms unpacked."""
    document = pypdfium2.PdfDocument(render(ordinary()))
    yield list(document[0].get_objects(max_depth=5))
    document.close()


def test_plots_are_vectors(objects):
    kinds = {one.type for one in objects}
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds
    assert sum(one.type == pdfium.FPDF_PAGEOBJ_PATH for one in objects) > 60


def test_fonts_are_ours_and_embedded(objects):
    texts = [one for one in objects if one.type == pdfium.FPDF_PAGEOBJ_TEXT]
    assert texts
    fonts = [one.get_font() for one in texts]
    assert all(font.is_embedded for font in fonts)
    assert {font.get_base_name().split("+")[-1][:11] for font in fonts} == {"IBMPlexSans"}
    assert min(one.get_font_size() for one in texts) >= 7
    assert b"Helvetica" not in render(ordinary())


def test_the_page_looks_as_it_was_approved(tmp_path):
    """Without the foot, where time zone and version stand. Look at a changed page before it becomes golden."""
    document = pypdfium2.PdfDocument(render(ordinary()))
    picture = document[0].render(scale=1).to_pil().convert("L")
    document.close()
    picture = picture.crop((0, 0, picture.width, picture.height - 58))
    picture.save(tmp_path / GOLDEN.name)
    with Image.open(GOLDEN) as opened:
        golden = opened.copy()
    assert picture.size == golden.size
    difference = ImageStat.Stat(ImageChops.difference(picture, golden)).mean[0]
    assert difference < 0.1, (
        f"compare {tmp_path / GOLDEN.name} with {GOLDEN}, copy it there if right"
    )
