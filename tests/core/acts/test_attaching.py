"""Attached files in the clinic file: whole, outside of the trail, removed with a reason, checked byte for byte."""

import base64
import hashlib
import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.acts import attaching, locking, own_forms
from core.entering import records
from core.entering.record_entry import RecordEntry
from core.errors import Locked, NotAllowed, StorageError
from core.exports import form_frame
from core.forms import catalog, reading, wording
from core.forms.reading import Limits
from core.imports.attached import Prepared, prepare
from core.model.attachment import Media, Reference
from core.model.form_record import FormRecord, Item
from core.session import Session
from core.store import audit, verification
from core.views import attachment_words
from tests import attached_files
from tests.core.forms.made_up import EVERY_TYPE
from tests.core.imports.test_attached import LIMITS
from tests.reliability.processes import killed

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def form(session, tmp_path):
    path = tmp_path / "sleep.toml"
    path.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    ((text, form),) = own_forms.read(path)
    own_forms.add(session, text, form)
    return form


def prepared(content=b"bytes", name="night.pdf"):
    return Prepared(
        name=name,
        media=Media.PDF,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        taken_out=(),
    )


def a_night(patient, *references):
    items = {"quality": Item(value="good"), "started": Item(value="2025-11")}
    if references:
        items["trace"] = Item(value=references[0])
    return FormRecord(
        patient_id=patient.id,
        form="sleep",
        version="1",
        entered_by="dr.demo",
        entered_at=NOON,
        items=items,
    )


def attach(session, patient, content=b"bytes"):
    return attaching.attach(session, patient.id, prepared(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(min_size=1, max_size=20_000))
def test_every_byte_comes_back(session, patient, content):
    made = attach(session, patient, content)
    reference = Reference.of(made.reference)
    assert attaching.content(session, reference) == (content, Media.PDF)
    assert (reference.size, reference.sha256) == (len(content), made.sha256)


def test_the_trail_tells_of_it_without_its_bytes(session, patient, form):
    content = b"Zyxwvutov " * 40_000
    made = attach(session, patient, content)
    with session.write():
        session.forms.save(a_night(patient, made.reference))
    (entry,) = session.trail.entries(entity="attachment")
    said = json.loads(entry.after)
    assert said.keys() == {
        *("id", "patient_id", "name", "media", "size", "sha256"),
        *("taken_out", "added_by", "added_at"),
    }
    assert (said["size"], said["sha256"]) == (400_000, hashlib.sha256(content).hexdigest())
    assert entry.patient_id == patient.id
    (everything,) = session._db.execute("SELECT sum(length(after)) FROM audit").fetchone()
    assert everything < 30_000
    assert session.trail.verify().is_whole


def test_reading_a_record_reads_no_bytes(session, patient, form):
    made = attach(session, patient, bytes(8_000_000))
    with session.write():
        session.forms.save(a_night(patient, made.reference))
    session.record(patient.id)
    tracemalloc.start()
    try:
        record = session.record(patient.id)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
    (night,) = record.of_form("sleep")
    assert reading.say(form.field("trace"), night.value("trace")) == "night.pdf"


def test_it_is_never_changed_and_goes_only_with_a_reason(session, patient):
    made = attach(session, patient)
    for change in ("name = 'other.pdf'", "content = x'00'", "sha256 = sha256"):
        with pytest.raises(StorageError), session.write("because"):
            session._db.execute(f"UPDATE attachment SET {change}")
    with pytest.raises(StorageError), session.write():
        session._db.execute("DELETE FROM attachment")
    assert attaching.content(session, Reference.of(made.reference))[0] == b"bytes"


def test_taken_out_of_a_record_or_replaced_it_goes_with_the_reason_in_the_trail(
    session, patient, form
):
    first, second = attach(session, patient, b"first"), attach(session, patient, b"second")
    night = a_night(patient, first.reference)
    records.save(session, form, night)
    records.save(
        session, form, night.with_item("trace", Item(value=second.reference)), "the wrong scan"
    )
    assert [one.id for one in session.attachments.of(patient.id)] == [second.id]
    (entry, *_rest) = session.trail.entries(entity="attachment")
    assert (entry.reason, json.loads(entry.before)["sha256"], entry.after) == (
        "the wrong scan",
        first.sha256,
        None,
    )
    records.remove(session, night, "another patient's")
    assert session.attachments.of(patient.id) == ()
    assert session.trail.verify().is_whole


def test_a_file_that_two_records_name_stays_while_one_does(session, patient, form):
    made = attach(session, patient)
    one, other = (a_night(patient, made.reference) for _night in range(2))
    for night in (one, other):
        records.save(session, form, night)
    records.remove(session, one, "entered twice")
    assert attaching.content(session, Reference.of(made.reference))[0] == b"bytes"
    records.remove(session, other, "entered by mistake")
    with pytest.raises(StorageError, match=r"night.pdf is not in the clinic file any more"):
        attaching.content(session, Reference.of(made.reference))


def test_one_that_no_record_took_is_gone_after_the_next_sign_in(session, patient, form):
    kept, typed, left = (attach(session, patient, bytes([n])) for n in range(3))
    records.save(session, form, a_night(patient, kept.reference))
    with session.write():
        session.typed.save("form.sleep", patient.id, "trace", typed.reference)
    attaching.remove_unsaved(session)
    assert [one.id for one in session.attachments.of(patient.id)] == [kept.id, typed.id]
    (entry, *_rest) = session.trail.entries(entity="attachment")
    assert entry.row == left.id and "never saved" in entry.reason


def test_values_of_before_still_open_and_are_still_valid(session, patient, form):
    held = {"name": "night.edf", "data": base64.b64encode(b"trace").decode()}
    value = json.dumps(held)
    trace = form.field("trace")
    assert reading.read(trace, value, None) == value and reading.fits(trace, value)
    records.save(session, form, a_night(patient, value))
    assert session.trail.verify().is_whole
    assert attaching.content(session, Reference.of(value)) == (b"trace", None)
    assert reading.say(trace, value) == attachment_words.described(value) == "night.edf"


@pytest.mark.parametrize(
    "value",
    [
        "report.pdf",
        "{}",
        "[1]",
        '{"name": 3, "data": "AA=="}',
        '{"id": "a", "name": "x.pdf", "media": "text/html", "size": 1, "sha256": "%s"}'
        % ("0" * 64),
        '{"id": "a", "name": "x.pdf", "media": "image/png", "size": 1, "sha256": "00"}',
    ],
)
def test_what_names_no_file_is_no_value(value, form):
    assert not reading.fits(form.field("trace"), value)


def test_no_file_is_in_a_de_identified_export_even_where_the_form_says_it_may(
    session, patient, form
):
    made = attach(session, patient)
    careless = catalog.read(
        "sleep.toml",
        EVERY_TYPE.format(of="patient", layout="page")
        .replace('type = "file"', 'type = "file"\nidentifies = "no"')
        .encode(),
    )
    records.save(session, form, a_night(patient, made.reference))
    record = session.record(patient.id)
    assert "trace" not in form_frame.columns(careless, identified=False)
    rows = form_frame.rows(careless, [record], identified=False)
    assert "night.pdf" not in str(rows) and made.sha256 not in str(rows)
    # To whom may see everything, the table says its name: its bytes are saved from the program one by one.
    ((row,),) = (form_frame.rows(form, [record], identified=True),)
    said = dict(zip(form_frame.columns(form, identified=True), row, strict=True))
    assert said["trace"] == "night.pdf"


def test_r08_a_damaged_file_is_named_by_verify(session, patient, form, clinic_path, key):
    made = attach(session, patient, b"a" * 5000)
    other = attaching.attach(session, patient.id, prepared(b"b" * 5000, "other.pdf"))
    for one in (made, other):
        records.save(session, form, a_night(patient, one.reference))
    assert session.trail.verify().is_whole
    _past_the_triggers(
        session, "UPDATE attachment SET content = zeroblob(5000) WHERE name = 'other.pdf'"
    )
    problem = session.trail.verify().problem
    assert "“other.pdf”" in problem and "damaged" in problem and "night" not in problem
    with pytest.raises(StorageError, match=r"other.pdf is damaged"):
        attaching.content(session, Reference.of(other.reference))
    assert attaching.content(session, Reference.of(made.reference))[0] == b"a" * 5000
    session.close()
    assert "“other.pdf”" in verification.verify_file(clinic_path, key).problem


def test_a_row_that_is_swapped_for_another_is_found(session, patient):
    one, other = attach(session, patient, b"one"), attach(session, patient, b"two")
    both = (one.sha256, other.sha256)
    _past_the_triggers(
        session,
        f"UPDATE attachment SET content = iif(sha256 = '{both[0]}', CAST('two' AS BLOB),"
        f" CAST('one' AS BLOB)), sha256 = iif(sha256 = '{both[0]}', '{both[1]}', '{both[0]}')",
    )
    assert "is not what entry" in session.trail.verify().problem


def test_a_reference_to_a_file_of_another_patient_or_to_none_is_found(session, patient, form):
    records.save(session, form, a_night(patient, attach(session, patient).reference))
    _past_the_triggers(session, "DELETE FROM attachment", audited=True)
    problem = session.trail.verify().problem
    assert "“night.pdf”" in problem and "“trace”" in problem


def _past_the_triggers(session, statement, *, audited=False):
    """Change a table as somebody with the key would: with no trigger, or with the trail's alone."""
    db = session._db
    made = list(db.query("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'attachment'"))
    triggers = [one for one in made if one["sql"] and one["sql"].startswith("CREATE TRIGGER")]
    gone = [one for one in triggers if not (audited and one["name"].startswith("audit_"))]
    for one in gone:
        db.execute(f"DROP TRIGGER {one['name']}")
    with session.write("from outside"):
        db.execute(statement)
    for one in gone:
        db.execute(one["sql"])


def test_a_lock_on_the_patient_holds_it_and_who_only_reads_attaches_nothing(session, patient):
    attach(session, patient)
    locking.lock_patient(session, patient.id, "checked")
    with pytest.raises(Locked):
        attach(session, patient)
    attaching.remove_unsaved(session)  # which it cannot do now, and says nothing
    assert len(session.attachments.of(patient.id)) == 1
    session._rights = frozenset()
    with pytest.raises(NotAllowed):
        attach(session, patient)


def test_an_upgrade_s_copy_is_compared_with_its_bytes(session, patient, tmp_path):
    from core.store import file

    attach(session, patient, b"a" * 9000)
    db = session._db
    copy = tmp_path / "copy.als"
    db.execute("VACUUM INTO ?", [str(copy)])
    file._compare(db, copy)
    db.execute("ATTACH ? AS copy", [str(copy)])
    for (name,) in db.execute(
        "SELECT name FROM copy.sqlite_master WHERE type = 'trigger' AND tbl_name = 'attachment'"
    ).fetchall():
        db.execute(f"DROP TRIGGER copy.{name}")
    db.execute("UPDATE copy.attachment SET content = zeroblob(9000)")
    db.conn.commit()
    db.execute("DETACH copy")
    with pytest.raises(StorageError, match="came out damaged"):
        file._compare(db, copy)


def _attach_for_ever(path, key, patient_id, _at_call, said):
    session = Session(path, key, "dr.demo")
    said.send("begun")
    for number in range(1000):
        content = bytes([number % 256]) * 900_000
        attaching.attach(session, patient_id, prepared(content, f"{number}.pdf"))
        said.send(number)


def test_r01_a_kill_while_a_file_is_attached_leaves_it_whole_or_not_at_all(
    session, patient, clinic_path, key
):
    session.close()
    done = 0
    for _kill in range(6):
        said = killed(_attach_for_ever, clinic_path, key, patient.id, within_s=0.4)
        done += len(said) - 1
        again = Session(clinic_path, key, "dr.demo")
        try:
            verdict = again.trail.verify()
            assert verdict.is_whole, verdict.problem
            found = again.attachments.of(patient.id)
            assert done <= len(found) <= done + 1
            done = len(found)
            for one in found[-2:]:
                assert len(again.attachments.content(one)) == 900_000
        finally:
            again.close()
    assert done


def test_a_real_report_goes_in_and_comes_out(session, patient, tmp_path, form):
    path = tmp_path / "spirometry.PDF"
    path.write_bytes(attached_files.pdf())
    made = attaching.attach(session, patient.id, prepare(path, LIMITS))
    assert made.name == "spirometry.PDF"
    assert attachment_words.described(made.reference).startswith("spirometry.PDF · PDF, ")
    assert attachment_words.taken_out(made) == (
        "Not kept: author, title and program, bookmarks, links, scripts and files within it."
    )
    records.save(session, form, a_night(patient, made.reference))
    (night,) = session.record(patient.id).of_form("sleep")
    assert "spirometry.PDF" in [one.text for one in wording.said(form, night)]
    assert audit.written(session._db, "attachment")[-1] == "added_at"


def test_a_record_says_why_its_file_goes_also_where_its_question_is_not_asked_any_more(
    session, patient, tmp_path
):
    text = EVERY_TYPE.format(of="patient", layout="page").replace(
        'type = "file"', 'type = "file"\ngroup = "bad"'
    )
    form = catalog.read("sleep.toml", text.encode())
    night = a_night(patient, attach(session, patient).reference)
    night = night.with_item("quality", Item(value="bad"))
    entry = RecordEntry(form, patient.id, "dr.demo", form_limits(), record=night)
    assert entry.why_taken_out == ""
    entry.type("trace", "")
    entry.type("taken_out.trace", "another patient's")
    assert entry.why_taken_out == "another patient's"
    entry.type("trace", night.value("trace"))  # put back: it stays
    assert entry.why_taken_out == ""
    entry.type("quality", "good")
    assert entry.why_taken_out == "its question is not asked any more"
    assert "trace" not in entry.record.items


def form_limits():
    return Limits(latest=NOON.date())
