"""Whatever a form asks: what was typed comes back as it was typed, and what cannot be is said."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.entry import Problem
from core.forms import catalog, dictionaries, reading, wording
from tests.core.forms.made_up import LIMITS, made_up, stored

FORMS = (*catalog.newest().values(), made_up())
FIELDS = [(form, one) for form in FORMS for one in form.stored]


@pytest.mark.parametrize(("form", "one"), FIELDS, ids=lambda part: part.id)
@settings(max_examples=25)
@given(data=st.data())
def test_a_stored_value_is_typed_and_read_as_itself(form, one, data):
    value = data.draw(stored(one))
    assert reading.read(one, reading.typed(one, value), LIMITS) == value
    assert reading.fits(one, value)
    if value != reading.MISSING:  # somebody typed the very dash that stands where nothing is
        assert reading.say(one, value).strip() not in ("", reading.MISSING)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("hours", "6,5", 6.5),
        ("hours", "۶٫۵", 6.5),
        ("awake", "3", 3),
        ("quality", "Bad", "bad"),
        ("napped", "no", 0),
        ("asked_on", "27.11.2026", "2026-11-27"),
        ("asked_on", "1405/09/06", "2026-11-27"),
        ("started", "2026-10", "2026-10"),
        ("to_bed", "2305", "23:05"),
        ("to_bed", "9:05", "09:05"),
        ("pill", "rilutek", "Rilutek"),
        ("pill", "something new", "something new"),
        ("trouble", "breath\ncramps", "cramps\nbreath"),
        ("remark", "   ", None),
    ],
)
def test_what_is_typed(field, typed, value):
    assert reading.read(made_up().field(field), typed, LIMITS) == value


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("hours", "25", "from 0 to 24 h"),
        ("hours", "6.55", "too many decimals"),
        ("hours", "much", "not a number"),
        ("awake", "2.5", "not a whole number"),
        ("quality", "so so", "Choose one of: good, bad"),
        ("napped", "maybe", "neither yes nor no"),
        ("asked_on", "29.11.2026", "after 28 Nov 2026"),
        ("asked_on", "31.12.1949", "before the date of birth"),
        ("asked_on", "03/04/2026", "can be"),
        ("started", "2027", "after 28 Nov 2026"),
        ("to_bed", "25:00", "not a time"),
        ("woke", "2026-11-28 99:00", "not a time"),
        ("trouble", "nothing\ncramps", "fits beside nothing else"),
        ("trace", "C:/night.edf", "not an attached file"),
        ("why", "x" * 4001, "longer than 4000"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(field, typed, says):
    found = reading.read(made_up().field(field), typed, LIMITS)
    assert isinstance(found, Problem) and says in found.message


def test_a_value_that_no_field_can_have_is_shown_as_it_is_and_does_not_fit():
    form = made_up()
    for field, value in (("hours", "much"), ("asked_on", "soon"), ("trace", "{}"), ("quality", 7)):
        one = form.field(field)
        assert not reading.fits(one, value)
        assert reading.say(one, value) == str(value)


@pytest.mark.parametrize(
    "text",
    ["Riluzole", "rilutek", "Riluzole 50mg", "RILUTEK 100 mg tablets", "ریلوزول", "Teglutik"],
)
def test_riluzole_is_known_by_its_other_names(text):
    assert "riluzole" in dictionaries.meant("medicines", text)


def test_no_term_is_there_twice():
    names = [term.casefold() for term in dictionaries.terms("medicines")]
    assert len(names) == len(set(names))


FALL = {"place": "indoors", "injury": "none"}


def test_a_fall_is_named_by_what_it_is():
    falls = catalog.newest()["falls"]
    assert wording.called(falls, FALL) == "Fall at home, no injury"
    hurt = {"place": "stairs", "injury": "head\nfracture"}
    assert wording.called(falls, hurt) == "Fall on the stairs, head injury, broken bone"
    assert wording.told(falls, falls.field("injury"), FALL) == "none"  # beside its question


def test_what_happened_has_its_forms_title_where_its_line_does_not_say_it():
    falls = replace(catalog.newest()["falls"], row="{place}: {injury}")
    assert wording.called(falls, FALL) == "Fall: at home: no injury"
    assert wording.called(falls, {}) == "Fall"
    tap = {"what": "Lumbar puncture", "planned": "planned"}
    assert wording.called(catalog.newest()["procedure"], tap).startswith("Lumbar puncture")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_no_line_of_a_form_says_none_of_what(form):
    """An answer that means nothing without its question says in a line what it is about."""
    bare = {"none", "other", "another", "normal", "not known", "yes", "no"}
    lines = {form.row, *(lane.label for lane in form.lanes)}
    for line in lines:
        for one in (one for one in form.fields if f"{{{one.id}}}" in line):
            named = re.search(rf"[\w-]\S* \{{{one.id}\}}", line)  # "abnormal {abnormal}"
            said = {reading.say_in_line(one, choice.id) for choice in one.choices}
            assert named or not said & bare, (line, said & bare)


def test_a_part_of_a_line_is_left_out_with_its_value():
    consent = catalog.newest()["consent"]
    signed = {"kind": "signed", "version": "2.1, 12 Mar 2025"}
    line = "consent signed, version “2.1, 12 Mar 2025”"
    assert wording.worded(consent, consent.row, signed) == line
    assert wording.worded(consent, consent.row, {"kind": "refused"}) == "consent refused"


def test_a_line_of_a_record_has_no_sign_before_what_was_not_said():
    emg = catalog.newest()["emg"]
    said = {"criteria": "none", "done_on": "2026-08-15"}
    assert wording.worded(emg, emg.row, said) == "by none, 15 Aug 2026"
    said |= {"criteria": "gold_coast", "gold_coast": "fulfilled"}
    assert wording.worded(emg, emg.row, said) == "Gold Coast: fulfilled, 15 Aug 2026"
