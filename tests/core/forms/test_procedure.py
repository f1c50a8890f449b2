"""Procedures: the words that are proposed, and those that belong to a device."""

import pytest

from core.forms import catalog, conditions, dictionaries

FORM = catalog.newest()["procedure"]


@pytest.mark.parametrize("typed", ["PEG", "Tracheostomy", "NG tube", "BiPAP", "Hospital stay"])
def test_what_is_a_device_is_not_proposed_and_is_asked_about(typed):
    (rule,) = FORM.rules
    assert typed not in dictionaries.terms("procedures")
    assert rule.asks and conditions.holds(FORM, rule.when, {"what": typed}.get)


def test_nothing_that_is_proposed_is_asked_about():
    (rule,) = FORM.rules
    proposed = dictionaries.terms("procedures")
    assert {"Lumbar puncture", "Bronchoscopy", "Intubation", "Bone marrow harvest"} <= {*proposed}
    asked = [t for t in proposed if conditions.holds(FORM, rule.when, {"what": t}.get)]
    assert asked == []


def test_the_help_says_that_a_procedure_is_no_adverse_event():
    assert FORM.help[0].startswith("A procedure is no adverse event.")
