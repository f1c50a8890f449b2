"""An entry in words: nothing of JSON, every field with its unit, and what changed in one line."""

import ast
import dataclasses
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from core import labels
from core.entering import event_entry, patient_entry
from core.entering.typed_texts import threshold_field
from core.entering.visit import unsaved
from core.forms import catalog
from core.laboratory import catalog as laboratory
from core.model import thresholds
from core.model.assessment import Answer, NotDone
from core.model.form_record import Since
from core.model.judgement import CriterionResult
from core.model.measurement import Measurement
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.trail import Act, RecordName, TrailEntry
from core.store import audit
from core.views import trail_tables, trail_values, trail_words
from core.views.trail_words import changes, kind, kinds, local, what
from core.views.visit_words import STEP_TITLES
from tests.core.examples import a_routine_patient, enter_visit
from tests.core.store.nouns import NOUNS, STAYING, Nouns


@pytest.fixture
def said(session):
    """``said()`` is the newest entry in words."""

    def newest():
        (entry,) = session.trail.entries(limit=1)
        return what(entry, session.trail.names([entry]))

    return newest


@pytest.fixture
def visit(visit_day):
    return visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,), finished=False)


def answered(session, visit, slot, **given):
    with session.write("asked again"):
        answer = Answer(item=given.pop("item", slot), **given)
        session.assessments.save_answer(visit.id, "alsfrs-r", slot, answer)


def test_an_answer_that_was_changed(session, visit, said):
    answered(session, visit, "walking", value=2)
    assert said() == "ALSFRS-R answer “walking” of visit Month 2: 3 → 2"
    answered(session, visit, "walking", value=0)
    assert said().endswith("2 → 0")
    answered(session, visit, "walking", not_done=NotDone.NOT_APPLICABLE)
    assert said().endswith("0 → not applicable")
    answered(session, visit, "walking", not_done=NotDone.REFUSED, note="tired")
    assert said().endswith("not applicable → not done: refused, note – → tired")


def test_the_other_question_of_a_slot_is_a_change(session, visit, alsfrs_r, said):
    a, b = alsfrs_r.variants("cutting")
    answered(session, visit, "cutting", item=b.id, value=3)
    assert f"question {a.number} → {b.number}" in said()


def test_values_have_their_units(session, patient, visit, said):
    with session.write("measured"):
        session.patients.save(replace(patient, height_cm=171.5, born=date(1959, 3, 15)))
    assert said() == "Patient 7: born 14 Mar 1959 → 15 Mar 1959, height 176 cm → 171.5 cm"
    with session.write():
        session.measurements.save(Measurement(visit_id=visit.id, kind="snip", value=0.0))
    assert "of visit Month 2 entered: 0 cmH2O" in said()
    with session.write():
        session.measurements.save(
            Measurement(visit_id=visit.id, kind="snip", not_done=NotDone.TOO_UNWELL)
        )
    assert said().endswith("→ not done: too unwell")


def test_a_computed_age_has_the_digits_that_it_can_mean(session, patient, visit):
    """14 Mar 1959 to 21 Jul 2026 are 24,601 days: 67.3539… years of 365.25 days."""
    entries = [e for e in session.trail.entries(limit=60) if e.entity == "spirometry"]
    fields = changes(entries[0], session.trail.names(entries))
    (age,) = {one.after for one in fields if one.label == "age"}
    assert age == "67.354 years"


def test_a_long_text_is_cut_in_the_line_and_whole_in_the_fields(session, patient, said):
    text = "word " * 40
    with session.write():
        session.patients.save(replace(patient, note=text))
    assert said().endswith("…") and len(said()) < 120
    (entry,) = session.trail.entries(limit=1)
    (note,) = [one for one in changes(entry, session.trail.names([entry])) if one.changed]
    assert (note.label, note.before, note.after) == ("note", "–", text)


def test_a_text_that_is_no_value_yet_is_its_authors_alone(session, visit, said):
    with session.write():
        session.typed.save("visit", visit.id, "weight", "7o kg")
    assert "7o" not in said()
    (entry,) = session.trail.entries(limit=1)
    assert not any("7o" in one.after for one in changes(entry, session.trail.names([entry])))


def test_a_criterion_is_named_by_its_title(session, patient, said):
    with session.write():
        session.criteria.save(
            CriterionResult(
                patient_id=patient.id,
                protocol="royan-2021",
                version="1",
                criterion="consent",
                met=True,
            )
        )
    assert said().startswith("Criterion “") and said().endswith("entered: fulfilled yes")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_kind_of_row_has_words_when_it_comes_and_goes(session, noun):
    nouns = Nouns(session)
    nouns.save_all()
    session._db.execute("PRAGMA foreign_keys = OFF")
    if noun not in STAYING:
        with session.write("gone"):
            session._db.execute(f"DELETE FROM {noun}")
    entries = session.trail.entries(entity=noun)
    names = session.trail.names(entries)
    for entry in entries:
        line = what(entry, names)
        assert not {"{", "}", '"'} & set(line), line
        assert nouns.person.id not in line and nouns.meeting.id not in line
        for one in changes(entry, names):
            assert "_" not in one.label and "{" not in one.before + one.after
    assert kind(noun) in kinds()


RAW = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|\b[a-z]+\.[a-z]+\b")  # height_cm, check.device


@pytest.mark.parametrize("noun", NOUNS)
def test_no_entry_says_a_name_of_the_programs_own(session, noun):
    Nouns(session).save_all()
    entries = session.trail.entries(entity=noun)
    names = session.trail.names(entries)
    for entry in entries:
        found = changes(entry, names)
        assert not RAW.search(f"{kind(noun)} {' '.join(one.label for one in found)}")
        own = {"definition", "user", "attachment"}  # ids and names that people gave
        assert noun in own or not RAW.search(what(entry, names)), what(entry, names)


@pytest.mark.parametrize("noun", trail_tables.TABLES)
def test_every_value_of_a_closed_set_has_a_word(noun):
    table, words = trail_tables.TABLES[noun], {**labels.OF, Since: labels.SINCE}
    types = {} if table.of is None else get_type_hints(table.of)
    for name, (_title, say) in table.columns.items():
        for sort in (types.get(name), *get_args(types.get(name))):
            if isinstance(sort, type) and issubclass(sort, Enum):
                for member in sort:
                    assert say(member.value, {}, trail_words.Names()) in map(
                        str, words[sort].values()
                    )


@pytest.mark.parametrize("form", catalog.newest().values(), ids=lambda form: form.id)
def test_every_field_of_a_form_and_its_answers_are_said_in_words(form):
    for field in form.stored:
        for value in (choice.id for choice in field.choices) if field.choices else (None,):
            record = RecordName(form=form.id, version=form.version, values={field.id: value})
            names = trail_words.Names(records={"r": record})
            after = {"record_id": "r", "field": field.id, "value": value, "not_done": None}
            entry = an_entry(entity="item", after=json.dumps(after))
            said = what(entry, names)
            assert said.startswith(form.title) and field.title in said
            assert not RAW.search(said), said


def typed_fields():
    """Under which names texts are kept that are no values yet, by the place they are kept at."""
    steps = [f"typing.{step}.{step}.weight" for step in ("details", "note", *STEP_TITLES)]
    fields = [(one, field) for one in catalog.newest().values() for field in one.stored]
    return [
        *(("patient", name) for name in patient_entry.READERS),
        *(("settings", threshold_field(one)) for one in thresholds.shipped()),
        *(("settings", name) for name in ("name", "idle_lock", "letterhead", "phone", "call_us")),
        *(("settings", f"M2.{name}") for name in ("title", "asks")),
        *(("registers", f"check.{one.name}") for one in dataclasses.fields(CalibrationCheck)),
        *(("registers", f"training.{one.name}") for one in dataclasses.fields(RaterTraining)),
        *((place, name) for place in ("event", "chart-event") for name in event_entry.FIELDS),
        *(("chart-milestone", name) for name in ("kind", "when", "note")),
        *(("laboratory", f"value.{test}") for test in laboratory.tests()),
        *(("query", name) for name in ("ask.", "field.", "answer.0b1c")),
        *((f"form.{form.id}", field.id) for form, field in fields),
        *(("visit", unsaved.typed_of(form.id, field.id)) for form, field in fields),
        *(("visit", f"spirometry.0b1c.{name}") for name in ("blow.1", "height", "device")),
        *(("visit", unsaved.event_date("alsfrs-r", slot)) for slot in ("walking", "dyspnea")),
        *(("visit", name) for name in (unsaved.PAPER, unsaved.PAPER_BY, "task.mri", *steps)),
        ("sheet", "0b1c/call_us"),
        ("visit", "a_later_one.some_field"),
        ("a-later-page", "some_field"),
    ]


@pytest.mark.parametrize(("place", "field"), typed_fields())
def test_a_text_that_is_no_value_yet_is_told_by_its_page_and_its_field(place, field):
    after = {"author": "n", "place": place, "subject": "s", "field": field, "text": "x"}
    said = what(an_entry(entity="typed_text", after=json.dumps(after)), trail_words.Names())
    assert said.startswith("Text not yet a value in “")
    raw = {field, field.rpartition(".")[2], place} - {
        "laboratory",
        "patient",
        "event",
        "note",
        "kind",
    }
    assert not RAW.search(said) and not {f"“{one}”" for one in raw} & {said}, said


@pytest.mark.parametrize(
    ("place", "field", "where"),
    [
        ("registers", "check.device", "Checks of spirometers, device"),
        ("patient", "born", "Patient, born"),
        ("visit", "typing.details.details.weight", "Visit, weight"),
        ("form.falls", "place", "Fall, Where"),
        ("settings", "threshold.a6_paco2", "Settings, A6: PaCO2 above"),
        ("visit", "a_later_one.some_field", "Visit"),
    ],
)
def test_where_a_text_was_typed(place, field, where):
    after = {"author": "n", "place": place, "subject": "s", "field": field, "text": "x"}
    said = what(an_entry(entity="typed_text", after=json.dumps(after)), trail_words.Names())
    assert f"“{where}”" in said


def details_of_acts():
    """The names of what acts tell, wherever the program writes one down."""
    for path in (*Path("core").rglob("*.py"), *Path("ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            told = None
            if isinstance(node, ast.FunctionDef) and node.name in {"counts", "said"}:
                told = node if path.name == "document.py" else None
            elif (isinstance(node, ast.keyword) and node.arg == "details") or (
                isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "details"
            ):
                told = node.value
            for one in ast.walk(told) if told is not None else ():
                if isinstance(one, ast.Dict):
                    keys = (key.value for key in one.keys if isinstance(key, ast.Constant))
                    yield from (key for key in keys if isinstance(key, str))


def test_what_an_act_tells_has_words():
    told = an_entry(entity=Act.SIGNED_IN, after=json.dumps({"role": "nurse", "late": True}))
    assert what(told, trail_words.Names()) == "signed in: role nurse, written down later yes"
    found = set(details_of_acts())
    assert {"role", "patients", "backup", "as_of"} <= found
    assert found <= set(trail_words._DETAILS)


# What names the row in the line itself, or says nothing to anybody.
NOT_FIELDS = {
    "user": {"login"},
    "attachment": {"content"},  # bytes are in no entry
    "dictionary": {"kind", "version", "content"},
    "synonym": {"text"},
    "external_result": {"kind"},
    "visit_mark": {"code"},
    "appointment": {"code"},
    "form": {"instrument"},
    "answer": {"instrument", "slot", "not_done"},
    "blow": {"number"},
    "measurement": {"kind", "not_done"},
    "reconciliation": {"instrument"},
    "decision": {"kind", "subject"},
    "sheet_text": {"field", "instead_of", "edited_by", "edited_at"},
    "criterion_result": {"protocol", "version", "criterion"},
    "schedule_move": {"from_version", "to_version"},
    "milestone": {"kind"},
    "task_result": {"task"},
    "laboratory": {"name"},
    "reference_range": {"test", "laboratory_id"},
    "lab_result": {"test", "comparator", "unit", "choice", "typed", "typed_unit", "not_done"},
    "typed_text": {"field"},
    "signature": {"signed_by", "shown", "shown_hash", "trail_sequence"},
    "lock": {"level"},
    "record": {"within", "form"},
    "item": {"record_id", "field", "not_done"},
    "record_check": {"form", "record_id"},
    "definition": {"kind", "version", "text"},
    "data_query": {"label", "step", "field"},
    "query_reply": {"number"},
}


def test_every_column_of_today_has_words(session):
    """A migration that brings a column brings its words."""
    for table in set(session._db.table_names()) - audit.NOT_AUDITED:
        columns = {column.name for column in session._db.table(table).columns}
        said = set(trail_tables.TABLES[table].columns)
        silent = trail_tables.SILENT | NOT_FIELDS.get(table, set())
        assert said <= columns, table
        assert columns - said - silent == set(), table


def test_every_act_has_words():
    assert {kind(act.value) for act in Act} == set(trail_words._ACT_WORDS.values())
    assert set(trail_words._ACT_WORDS) == set(Act)


def an_entry(**changed):
    entry = TrailEntry(
        sequence=7,
        at=datetime(2026, 8, 3, 10, 35, 9, tzinfo=UTC),
        utc_offset_min=210,
        actor="n.urse",
        workstation="ward",
        program="0.1.0",
        schema="m006",
        reason="",
        entity=Act.PRINTED,
        row="",
        patient_id=None,
        before=None,
        after=json.dumps({"document": "visit summary", "problem": ""}),
        previous=b"",
        hash=b"\x01" * 32,
    )
    return replace(entry, **changed)


def test_an_act_says_what_was_done():
    assert what(an_entry(), trail_words.Names()) == "printed: document visit summary"
    assert what(an_entry(entity=Act.VIEWED, after=None), trail_words.Names()) == "chart viewed"


def test_the_time_is_that_of_the_clock_on_the_wall_there():
    assert local(an_entry()) == "3 Aug 2026 14:05:09 (+03:30)"
    assert local(an_entry(utc_offset_min=-300)) == "3 Aug 2026 05:35:09 (−05:00)"


def test_a_table_of_a_later_version_is_shown_as_it_is():
    entry = an_entry(entity="gene", after=json.dumps({"id": "1", "name": "SOD1"}))
    assert what(entry, trail_words.Names()) == "gene entered: name SOD1"


def test_the_first_visit_of_a_routine_clinic_is_called_so_and_the_next_one_is_not(session, said):
    patient = a_routine_patient(record_number="R-9")
    with session.write("registered"):
        session.patients.save(patient)
    days = (date(2026, 3, 1), date(2026, 6, 1))
    first, second = (
        enter_visit(session, patient, on, "R3", scores=(3,) * 12, finished=False) for on in days
    )
    for visit, score, title in (
        (first, 2, "First visit"),
        (second, 2, "3-month visit"),
        (first, 1, "First visit"),
    ):
        answered(session, visit, "walking", value=score)
        assert said() == f"ALSFRS-R answer “walking” of visit {title}: {score + 1} → {score}"


def test_a_column_that_nobody_named_is_shown_by_its_name():
    """A later version may write one into a table that this one knows."""
    after = json.dumps({"id": "p1", "record_number": "7", "shoe_size_cm": 24.5, "left": True})
    entry = an_entry(entity="patient", after=after)
    names = trail_words.Names()
    assert what(entry, names).endswith("record number 7, shoe size cm 24.5, left True")
    assert {one.label for one in changes(entry, names)} == {
        "record number",
        "shoe size cm",
        "left",
    }


def test_most_columns_follow_from_their_name_and_type():
    """What is spelled out is the exception; a unit is said for every number that has one in its name."""
    tables = trail_tables.TABLES.values()
    columns = [(table, name) for table in tables for name in table.columns]
    told = [one for one in columns if one[1] not in one[0].titles and one[1] not in one[0].says]
    assert len(told) > 0.6 * len(columns) > 60
    for table, name in columns:
        unit = trail_values.UNITS.get(name.rpartition("_")[2])
        if unit:
            _title, say = table.columns[name]
            assert say(2.0, {}, trail_words.Names()).endswith(unit), name
