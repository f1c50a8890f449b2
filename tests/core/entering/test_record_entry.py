"""A record while it is entered: texts become a record and texts again, whatever a form asks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.entering.record_entry import KEPT, NOT_DONE, NOTE, RecordEntry, texts_of
from core.forms import catalog, conditions, reading
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.ids import PatientId, RecordId
from tests.core.forms.made_up import LIMITS, made_up, part_of_made_up, stored, texts

FORMS = [*catalog.shipped().values(), made_up(), part_of_made_up()]
FEW = settings(max_examples=25)
EACH = pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)


def entry(form, record=None, typed=None, **more):
    return RecordEntry(form, PatientId("p"), "nurse", LIMITS, record=record, texts=typed, **more)


def some(form):
    """Any of the fields of a form with values that fit them."""
    return st.fixed_dictionaries({}, optional={one.id: stored(one) for one in form.stored})


def typed_as(form, values):
    return {name: reading.typed(form.field(name), value) for name, value in values.items()}


def beside(form):
    """Notes, reasons and reasons for no value, at any field."""
    names = st.sampled_from([one.id for one in form.stored])
    reasons = st.sampled_from([one.value for one in NotDone])
    return st.tuples(
        st.dictionaries(names, texts()),
        st.dictionaries(names, texts()),
        st.dictionaries(names, reasons),
    )


def made(form, values, notes=None, kept=None, why=None):
    """What an entry makes of values as they are typed; None where a rule refuses them."""
    one = entry(form)
    for field in form.stored:
        one.type(field.id, typed_as(form, values).get(field.id, ""))
    for kind, texts_beside in ((NOTE, notes), (KEPT, kept), (NOT_DONE, why)):
        for name, text in (texts_beside or {}).items():
            one.type(f"{kind}.{name}", text)
    for found in one.judge().found:
        if found.asks:
            one.type(f"{KEPT}.{found.field}", "as prescribed")
        elif found.rule == "required":
            one.type(f"{NOT_DONE}.{found.field}", NotDone.NOT_ASKED.value)
    return one, one.record


@EACH
@FEW
@given(data=st.data())
def test_texts_become_a_record_and_the_same_texts_again(form, data):
    values = data.draw(some(form))
    one, record = made(form, values, *data.draw(beside(form)))
    if record is None:
        assert any(not found.asks for found in one.judge().found)
        return
    again = entry(form, record)
    assert again.typed == {} and again.record == record
    assert texts_of(form, again.record) == texts_of(form, record)
    for name, item in record.items.items():
        if item.value is not None:
            assert item.value == values[name]


@EACH
@FEW
@given(data=st.data())
def test_a_hidden_field_never_has_a_value_nor_anything_beside_it(form, data):
    values = data.draw(some(form))
    _one, record = made(form, values, *data.draw(beside(form)))
    if record is None:
        return
    items = {name: item.value for name, item in record.items.items()}
    shown = {
        field.id
        for field in conditions.shown(form, {**dict.fromkeys(f.id for f in form.fields), **items})
    }
    derived = {field.id for field in form.fields if not field.is_stored}
    hidden = {field.id for field in form.stored} - shown
    assert not hidden & record.items.keys() and not derived & record.items.keys()


@EACH
@FEW
@given(data=st.data())
def test_what_was_emptied_stays_empty(form, data):
    _one, record = made(form, data.draw(some(form)))
    if record is None or not record.items:
        return
    name = data.draw(st.sampled_from(sorted(record.items)))
    again = entry(form, record)
    again.type(name, "")
    if record.items[name].value is not None:
        assert again.typed[name] == ""
        back = entry(form, record, typed=again.typed)  # as after a crash
        assert back.texts.get(name, "") == ""
        assert back.judge().values[name] is None
    if again.record is not None:
        item = again.record.items.get(name)
        assert item is None or item.value is None


@EACH
@FEW
@given(data=st.data())
def test_notes_and_reasons_are_kept_with_their_fields_and_nowhere_else(form, data):
    notes, kept, why = data.draw(beside(form))
    _one, record = made(form, data.draw(some(form)), notes, kept, why)
    if record is None:
        return
    for name, item in record.items.items():
        assert item.note == notes.get(name, "").strip()
        if item.value is None:
            assert item.kept == "" and item.not_done is not None
        else:
            assert item.not_done is None
            assert item.kept in {kept.get(name, "").strip(), "as prescribed"}


@EACH
@FEW
@given(data=st.data())
def test_what_is_typed_and_kept_is_the_same_entry_after_a_crash(form, data):
    _before, record = made(form, data.draw(some(form)))
    one = entry(form, record)
    for name, text in data.draw(
        st.dictionaries(st.sampled_from([f.id for f in form.stored]), texts())
    ).items():
        one.type(name, text)
    again = entry(form, record, typed=one.typed)
    assert again.judge() == one.judge() and again.typed == one.typed
    before, after = one.record, again.record
    assert (before and before.items) == (after and after.items)


@given(text=texts())
def test_a_text_that_is_no_value_is_no_half_value(text):
    one = entry(made_up())
    one.type("quality", "good")
    one.type("started", "2026-01")
    one.type("awake", text)
    judged = one.judge()
    if isinstance(reading.read(made_up().field("awake"), text, LIMITS), int):
        assert judged.values["awake"] is not None
    else:
        assert judged.values["awake"] is None and one.record is None
        assert [found.rule for found in judged.found] == ["typed"]
    assert one.texts["awake"] == text


def test_another_value_asks_its_question_anew():
    one = entry(made_up())
    for name, text in (
        ("quality", "good"),
        ("started", "2026"),
        ("dose", "200"),
        ("frequency", "daily"),
    ):
        one.type(name, text)
    assert [found.rule for found in one.judge().found] == ["much_a_day"]
    one.type(f"{KEPT}.dose", "as prescribed")
    assert one.record is not None and one.record.items["dose"].kept == "as prescribed"
    one.type("dose", "300")
    assert one.record is None and one.beside(KEPT, "dose") == ""


def test_a_value_takes_the_reason_for_none_away():
    one = entry(made_up())
    one.type(f"{NOT_DONE}.hours", NotDone.REFUSED.value)
    one.type("hours", "6")
    assert one.beside(NOT_DONE, "hours") == ""


def test_a_part_keeps_what_it_belongs_to_and_so_does_its_correction():
    form = part_of_made_up()
    one = entry(form, within=RecordId("night"))
    one.type("at", "0230")
    assert one.record.within == "night"
    again = entry(form, one.record, within=RecordId("another"))
    again.type("at", "0300")
    assert again.record.within == "night" and again.record.id == one.record.id


def test_what_an_older_version_knew_and_this_one_does_not_is_no_text():
    form = made_up()
    record = FormRecord(
        patient_id=PatientId("p"), form=form.id, version="1", entered_by="nurse",
        entered_at=datetime(2026, 11, 28, tzinfo=UTC), items={"gone": Item(value="x"), "hours": Item(value=6.0)},
    )  # fmt: skip
    assert texts_of(form, record) == {"hours": "6"}
    assert texts_of(form, replace(record, items={})) == {}
