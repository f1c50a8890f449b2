import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.model import terms
from core.model.adverse_event import Grade


@pytest.fixture(autouse=True)
def no_own_synonyms():
    terms.use_own({})
    yield
    terms.use_own({})


def names(text):
    return [term.name for term in terms.proposals(text)]


def test_all_terms_of_ctcae_5_are_there():
    known = terms.ctcae()
    assert len(known) == 837
    assert all(term.name.strip() and term.organ_class and term.grades for term in known.values())


@pytest.mark.parametrize("typed", ["Headache", "headache", " HEADACHE "])
def test_a_term_is_found_as_it_is_typed(typed):
    found = terms.find(typed)
    assert (found.name, found.organ_class) == ("Headache", "Nervous system disorders")
    assert found.grades == {Grade.MILD, Grade.MODERATE, Grade.SEVERE}  # a headache has no grade 4


def test_what_is_no_term():
    assert terms.find("brain fog") is None
    assert terms.find("") is None


def written():
    path = resources.path("reference", "ctcae_synonyms.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["synonym"], row["term"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("word", "term"), written())
def test_every_synonym_names_a_term_and_proposes_it_first(word, term):
    assert terms.find(term).name == term  # as CTCAE writes it
    assert names(word)[0] == term


def test_no_synonym_is_written_twice_and_none_is_a_term_itself():
    words = [terms.plain(word) for word, _term in written()]
    assert len(words) == len(set(words)) >= 80
    assert not [word for word, _term in written() if terms.find(word)]


# What people of the trial said (Nabavi 2021), and its coding in the clinical specification, 4.6.
SAID = (
    ("Fast pulse during infusion", "Sinus tachycardia"),
    ("Blood pressure 180/100, high blood pressure", "Hypertension"),
    ("headache 24 h", "Headache"),
    ("Dyspnoea", "Dyspnea"),
    ("bacterial pneumonia", "Lung infection"),
    ("left chest pain", "Non-cardiac chest pain"),
    ("pulmonary emboli", "Thromboembolic event"),
    ("pleural effusion", "Pleural effusion"),
    ("تنگي نفس", "Dyspnea"),  # with the Arabic yeh of some keyboards
    ("ذات الریه", "Lung infection"),
    ("سردرد شدید", "Headache"),
    ("Thrombo", "Thromboembolic event"),
)


@pytest.mark.parametrize(("said", "term"), SAID)
def test_what_was_said_proposes_its_term(said, term):
    assert term in names(said)


def test_vertigo_and_dizziness_stay_two_terms():
    assert names("vertigo")[0] == "Vertigo"
    assert names("dizziness")[0] == "Dizziness"
    assert names("سرگیجه")[0] == "Dizziness"


def test_the_clinics_own_synonym_goes_before_the_programs():
    assert names("heavy breath") == []
    terms.use_own({"Heavy breath": "Dyspnea", "SOB": "Respiratory failure"})
    assert names("heavy  BREATH") == ["Dyspnea"]
    assert names("sob")[:2] == ["Respiratory failure", "Dyspnea"]
    terms.use_own({"of before": "No such term"})
    assert names("of before") == []


@given(st.text())
def test_whatever_is_typed_proposes_a_few_terms_each_once(text):
    found = terms.proposals(text)
    assert len(found) <= terms.MOST
    assert len(set(found)) == len(found)
    if not text.strip():
        assert found == ()


def test_every_grade_that_a_term_has_is_said_in_words_its_own_or_general_ones():
    for term in terms.ctcae().values():
        assert set(terms.words_of(term)) == set(term.grades)
        assert set(term.words) in ({*term.grades}, set()), term.name
        assert all(terms.words_of(term).values())
    embolism = terms.words_of(terms.find("Thromboembolic event"))
    assert embolism[Grade.SEVERE].startswith("Urgent medical intervention indicated")
    assert terms.words_of(terms.find("Alopecia"))[Grade.MILD] == terms.GENERAL[Grade.MILD]
    assert set(terms.words_of(None)) == set(Grade)


# As they stand in NCI CTCAE v5.0, 27 Nov 2017, those for adults.
@pytest.mark.parametrize(
    ("term", "grade", "part"),
    [
        ("Urinary tract infection", 2, "Localized; oral intervention indicated"),
        ("Hypertension", 1, "Adult: Systolic BP 120–139 mm Hg"),
        ("Hypertension", 2, "symptomatic increase by >20 mm Hg (diastolic)"),
        ("Hypertension", 3, "medical intervention indicated; more than one drug"),
        ("Skin ulceration", 1, "Combined area of ulcers <1 cm"),
        ("Hypokalemia", 2, "Symptomatic with <LLN–3.0 mmol/L; intervention indicated"),
        ("Hyponatremia", 3, "120–124 mmol/L regardless of symptoms"),
    ],
)
def test_the_words_of_grades_are_those_of_ctcae(term, grade, part):
    assert part in terms.words_of(terms.find(term))[Grade(grade)]


def test_a_term_that_a_synonym_names_has_words_of_its_own():
    assert not [term for _word, term in written() if not terms.find(term).words]
