"""Dictionaries as they are delivered. MedDRA's rows are invented: the real ones need a licence."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

import pytest

from core.acts import dictionaries as acts
from core.entry import Problem
from core.errors import UnreadableImport
from core.exports.safety_csv import _meddra
from core.imports import dictionaries
from core.model import terms
from core.model.adverse_event import Grade
from core.model.dictionary import DictionaryKind
from core.model.trail import TrailFilter
from core.views.trail_words import what

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TITLES = (
    *("MedDRA Code", "MedDRA SOC", "CTCAE Term"),
    *("Grade 1 ", "Grade 2 ", "Grade 3 ", "Grade 4 ", "Grade 5"),
    *("Definition", "Navigational Note"),
)
TERMS = (
    ("10000001", "Invented disorders", "Invented sign", "seen", "  -", "severe", "", "Death", "what", "-"),
    ("10000002", "Nervous system disorders", "Headache", "mild", "moderate", "severe", "-", "-", "", ""),
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_dictionaries():
    yield
    terms.use_own({})
    terms.use_dictionaries(None, None)


def workbook(rows, *, inline=False):
    """A workbook as a spreadsheet program writes one: texts in a table of their own, or in the cells."""
    texts = [text for row in rows for text in row]
    cells, number = [], 0
    for at, row in enumerate(rows, start=1):
        line = ""
        for column, text in enumerate(row):
            place = f"{chr(65 + column)}{at}"
            if inline:
                line += f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            elif text:
                line += f'<c r="{place}" t="s"><v>{number}</v></c>'
            number += 1
        cells.append(f'<row r="{at}">{line}</row>')
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        if not inline:
            book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(cells)}</sheetData></worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return data.getvalue()


@pytest.mark.parametrize("inline", [False, True])
def test_the_workbook_of_ctcae_gives_its_terms_and_the_grades_they_have(inline):
    first, second = dictionaries.ctcae(workbook((TITLES, *TERMS), inline=inline))
    assert (first.name, first.soc, first.code) == (
        "Invented sign",
        "Invented disorders",
        "10000001",
    )
    assert first.grades == {1: "seen", 3: "severe", 5: "Death"}
    assert sorted(second.grades) == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no workbook", "This is no workbook"),
        (workbook((TITLES,)), "has no term of CTCAE"),
        (workbook((("Name", "Age"), ("x", "1"))), "no column “meddra soc”"),
    ],
)
def test_another_file_is_refused_in_one_sentence(data, words):
    with pytest.raises(UnreadableImport, match=words):
        dictionaries.ctcae(data)


# The published layout of the ASCII files: fields divided by "$", the last one ended by it, too.
LLT = (
    "90000010$Breath that is heavy$90000001$$$$$$$Y$$\n"
    "90000011$Dyspnea$90000001$$$$$$$Y$$\n"
    "90000012$Old word$90000001$$$$$$$N$$\n"
    "90000013$Invented pain$90000002$$$$$$$Y$$\n"
)
HIERARCHY = (
    "90000001$91$92$93$Dyspnoea$Hlt$Hlgt$Secondary class$Sec$$93$N$\n"
    "90000001$91$92$94$Dyspnoea$Hlt$Hlgt$Invented class$Inv$$94$Y$\n"
    "90000002$91$92$94$Invented pain$Hlt$Hlgt$Invented class$Inv$$94$Y$\n"
)


def test_meddra_gives_current_terms_with_their_primary_class():
    found = {one.llt: one for one in dictionaries.meddra(LLT.encode(), HIERARCHY.encode())}
    assert set(found) == {"Breath that is heavy", "Dyspnea", "Invented pain"}
    assert (found["Dyspnea"].pt, found["Dyspnea"].pt_code) == ("Dyspnoea", "90000001")
    assert found["Dyspnea"].soc == "Invented class"


@pytest.mark.parametrize(
    ("llt", "hierarchy", "words"),
    [
        ("90000010;Breath;90000001", HIERARCHY, "llt.asc, line 1: it has 1 fields"),
        (LLT.replace("90000011", "none"), HIERARCHY, "llt.asc, line 2: the first or the third"),
        (LLT.replace("90000002", "90000009"), HIERARCHY, "line 4: mdhier.asc has no preferred term"),
        (LLT, "x$y", "mdhier.asc, line 1"),
    ],
)  # fmt: skip
def test_a_line_that_is_wrong_is_named(llt, hierarchy, words):
    with pytest.raises(UnreadableImport, match=words):
        dictionaries.meddra(llt.encode(), hierarchy.encode())


def meddra_files(folder):
    (folder / "llt.asc").write_text(LLT, "utf-8")
    (folder / "mdhier.asc").write_text(HIERARCHY, "utf-8")
    return folder / "llt.asc"


def test_an_imported_meddra_proposes_and_codes_and_is_there_the_next_morning(
    session, reopened, tmp_path
):
    made = acts.import_meddra(session, meddra_files(tmp_path), "29.1")
    assert (made.kind, made.terms) == (DictionaryKind.MEDDRA, 3)
    assert [one.name for one in terms.proposals("breath that is heavy")] == ["Dyspnea"]
    assert terms.coded("Dyspnea").pt_code == "90000001"
    ((entry, *_rest), _below) = session.trail.page(TrailFilter())
    assert what(entry, session.trail.names([entry])).startswith("Dictionary meddra 29.1 ")
    with pytest.raises(UnreadableImport, match=r"29\.1 was imported already"):
        acts.import_meddra(session, tmp_path / "llt.asc", "29.1")
    terms.use_dictionaries(None, None)
    assert terms.coded("Dyspnea") is None
    reopened()
    assert terms.coded("Dyspnea").soc == "Invented class"


def test_without_its_second_file_meddra_is_refused(session, tmp_path):
    (tmp_path / "llt.asc").write_text(LLT, "utf-8")
    with pytest.raises(UnreadableImport, match=r"mdhier\.asc is not beside llt\.asc"):
        acts.import_meddra(session, tmp_path / "llt.asc", "1")
    assert session.dictionaries.all() == ()


def test_an_imported_workbook_adds_the_terms_that_the_program_lacks(session, tmp_path):
    path = tmp_path / "ctcae.xlsx"
    path.write_bytes(workbook((TITLES, *TERMS)))
    assert terms.find("Invented sign") is None
    acts.import_ctcae(session, path, "9.0")
    assert terms.find("invented sign").grades == {Grade.MILD, Grade.SEVERE, Grade.DEATH}
    assert terms.find("Headache").organ_class == "Nervous system disorders"  # stays the program's
    assert [one.name for one in terms.proposals("Invented sign")] == ["Invented sign"]


def test_a_synonym_of_the_clinic_is_checked_logged_and_proposed(session, reopened):
    found = acts.checked(session, "  heavy  breath ", "dyspnea")
    assert (found.text, found.term) == ("heavy breath", "Dyspnea")
    acts.add(session, found)
    assert [one.name for one in terms.proposals("Heavy breath")] == ["Dyspnea"]
    ((entry, *_rest), _below) = session.trail.page(TrailFilter())
    assert what(entry, session.trail.names([entry])).startswith("Synonym “heavy breath” ")
    for text, term, words in (
        ("", "Dyspnea", "Type the word"),
        ("air hunger", "no term", "“no term” is no term of CTCAE"),
        ("Headache", "Dyspnea", "is a term of CTCAE itself"),
        ("HEAVY BREATH", "Hypoxia", "means “Dyspnea” already"),
    ):
        problem = acts.checked(session, text, term)
        assert isinstance(problem, Problem)
        assert words in problem.message
    terms.use_own({})
    again = reopened()
    assert [one.name for one in terms.proposals("heavy breath")] == ["Dyspnea"]
    acts.remove(again, "heavy breath")
    assert terms.proposals("heavy breath") == ()


def test_the_listing_of_events_has_the_codes_of_an_imported_meddra(session, tmp_path):
    acts.import_meddra(session, meddra_files(tmp_path), "29.1")
    assert _meddra("Dyspnea") == ("90000011", "Dyspnoea", "90000001", "Invented class")
    terms.use_dictionaries(None, None)
    assert _meddra("Dyspnea") == ("", "", "", "")
