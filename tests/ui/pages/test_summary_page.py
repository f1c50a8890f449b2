import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pypdfium2
import pytest
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel

from core.model.document import About
from core.model.paper import PaperSize
from tests.ui.conftest import words
from tests.ui.keyboard import in_dialog, settle
from ui.pdf_pages import PDFIUM, images, print_pages
from ui.saving import PAGE_SIZES
from ui.widgets.responsive import Sheet


def text_of(pdf):
    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:  # the other one may be made yet
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        return text, len(document)


@pytest.fixture
def visit(demo, numbered):
    """The last visit of a patient with forms, spirometry and serious events."""
    patient = numbered("A-015")
    return demo.record(patient.id).visits[-1]


@pytest.fixture
def page(demo_shell, visit, qtbot):
    demo_shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    page = demo_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    settle()
    return page


def test_the_preview_shows_every_page_and_saves_those_very_bytes(page, tmp_path):
    text, pages = text_of(page.pdf)
    assert page.pages.count() == pages >= 1
    for index in range(pages):
        sheet = page.pages.itemAt(index).widget()
        image = sheet.image
        colours = {
            image.pixel(x, y)
            for x in range(0, image.width(), 7)
            for y in range(0, image.height(), 7)
        }
        assert len(colours) > 4, "the page is blank"
    assert "Visit summary" in text and "Demonstration data, follow-up simulated" in text
    page.save_to(tmp_path / "summary.pdf")
    assert (tmp_path / "summary.pdf").read_bytes() == page.pdf
    assert "saved" in words(page)


def test_the_pages_go_when_the_preview_is_left_and_come_when_it_is_opened(
    page, demo_shell, visit, qtbot
):
    """They are pictures of the patient, some megabytes each."""
    demo_shell.show_page("today")
    settle()
    assert page.pdf is None and page.pages.count() == 0 and page.findChildren(Sheet) == []
    demo_shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    qtbot.waitUntil(lambda: page.pdf is not None)
    assert page.pages.count() >= 1 and page.save.isEnabled()


def test_a_place_where_nothing_can_be_saved_is_one_sentence(page, demo_shell, tmp_path):
    page.save_to(tmp_path / "no such folder" / "summary.pdf")
    assert demo_shell._message.isVisible()
    assert demo_shell._message.text() == (
        "The PDF could not be saved there: No such file or directory. Choose another place."
    )


def test_the_proposed_name_holds_no_patient_data(page):
    proposed = []

    def look(dialog):
        proposed.extend(dialog.selectedFiles())
        dialog.reject()

    in_dialog(look)
    page.save.click()
    (path,) = proposed
    name = path.rpartition("/")[2]
    assert re.fullmatch(r"visit-summary_M6_[a-z2-9]{4}\.pdf", name)


def test_every_score_of_the_review_stands_on_paper(page, demo_shell, visit):
    printed, _pages = text_of(page.pdf)
    demo_shell.open_visit(visit.patient_id, visit.id)
    settle()
    review = demo_shell.page("visit").forms["review"]
    shown = [one.text() for one in review.view.findChildren(QLabel) if one.isVisibleTo(review)]
    scores = [one for text in shown for one in re.findall(r"(\d+/\d+) \(", text)]
    assert len(scores) == 5  # the total and four domains, of which the paper says "of 12" once
    scores = [scores[0], *(f" {text.partition('/')[0]} " for text in scores[1:])]
    values = (re.search(r"−?\d+(\.\d+)? (L|%|mL|kg)(?!,).*$|−?\d+\.\d+$", text) for text in shown)
    numbers = [found[0] for found in values if found]
    assert numbers
    squeezed = re.sub(r"\s+", " ", printed)
    for text in scores:
        assert text in squeezed
    for text in numbers:  # a column may break it into lines
        assert all(word in squeezed for word in text.split()), text


def test_printing_sends_every_page_to_the_printer(page, tmp_path):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    print_pages(page.pdf, printer)
    _text, pages = text_of(page.pdf)
    with PDFIUM, closing(pypdfium2.PdfDocument(tmp_path / "printed.pdf")) as document:
        assert len(document) == pages
        picture = document[0].render(scale=0.5).to_numpy().copy()
    assert picture.min() < 100 and picture.max() > 200, "the printed page is blank"


def test_signing_out_while_a_summary_is_made_does_no_harm(demo_shell, visit, empty_window):
    demo_shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    empty_window.close_session()
    settle()
    assert empty_window.welcome.isVisible()


def test_only_the_summary_asked_for_last_is_shown(demo_shell, visit, numbered, demo, qtbot):
    other = demo.record(numbered("A-012").id).visits[-1]
    demo_shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    demo_shell.open_document("visit-summary", About(patient_id=other.patient_id, visit_id=other.id))
    page = demo_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    text, pages = text_of(page.pdf)
    assert "A-012" in text and "A-015" not in text
    qtbot.wait(300)
    settle()
    assert page.pages.count() == pages


def test_two_summaries_are_drawn_at_once_and_the_program_goes_on(page):
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda _n: images(page.pdf, 40), range(12)))
    assert len({tuple(one.cacheKey() for one in pages) for pages in drawn}) == 12
    assert {len(pages) for pages in drawn} == {page.pages.count()}


def test_a_note_without_a_blank_is_read_without_scrolling_sideways(
    demo_shell, demo, unlocked, visit
):
    unlocked("A-015")
    with demo.write("entered"):
        demo.visits.save(replace(visit, note="x" * 20_000))
    demo_shell.open_visit(visit.patient_id, visit.id)
    settle()
    view = demo_shell.page("visit").forms["review"].view
    assert view.minimumSizeHint().width() < 1200
    (shown,) = (one for one in view.findChildren(QLabel) if one.text().startswith("xxx"))
    assert shown.text().replace("\u200b", "") == "x" * 20_000


@pytest.mark.parametrize("size", list(PaperSize))
def test_what_is_previewed_is_what_is_printed(demo_shell, visit, qtbot, tmp_path, size):
    """The preview has the shape of the paper, and the printer gets the page in its own size, with no margin more."""
    demo_shell.context.settings.paper = size
    demo_shell.open_document("visit-summary", About(patient_id=visit.patient_id, visit_id=visit.id))
    page = demo_shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    settle()
    shown = page.pages.itemAt(0).widget().image
    width, height = (210, 297) if size is PaperSize.A4 else (215.9, 279.4)  # mm
    assert shown.width() / shown.height() == pytest.approx(width / height, rel=0.01)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(PAGE_SIZES[size]))
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    print_pages(page.pdf, printer)
    previewed, printed = page.pdf, (tmp_path / "printed.pdf").read_bytes()
    assert _ink(previewed) == pytest.approx(_ink(printed), abs=2)


def _ink(pdf):
    """The left, upper, right and lower edge of what is printed on the first page (points)."""
    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        picture = document[0].render(scale=1).to_pil().convert("L")
    return picture.point(lambda grey: 255 if grey < 128 else 0).getbbox()
