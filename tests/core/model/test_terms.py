import pytest

from core.model import terms
from core.model.adverse_event import Grade


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
