"""An export of everything, read back into an empty clinic file: what is exported from there is the same."""

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import exports
from core.acts import documents, exporting, reading_back
from core.commands import demonstration
from core.errors import AppError, NotAllowed, UnreadableImport
from core.exports.data import files
from core.exports.data.table import Column, Row, Table
from core.imports import own_export
from core.imports.own_export import _table
from core.model.document import About
from core.model.nouns import NOUNS
from core.model.user import Clinic, Role
from core.session import Session, new_user
from tests.core.clinic_of_four import LOGIN, copied, make
from tests.core.examples import a_patient
from tests.core.exports.planted import Planted
from tests.files import sample_clinic as sample

# What holds in the file in which it was given, and so does not come along.
STAYS = {"long/signature.csv", "long/lock.csv", files.SUMS}


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def exported(session, path):
    path.write_bytes(documents.export(session, exports.DATA_CSV, About()))
    return unpacked(path.read_bytes())


@pytest.fixture
def empty(tmp_path, key):
    """A clinic file without patients, of dr.demo."""
    session = Session(tmp_path / "empty.als", key, "dr.demo", create=True)
    with session.write("made"):
        session.clinics.save(Clinic(name="Another clinic", protocol="royan-2021"))
        session.users.save(new_user("dr.demo", "Dr. Demo"))
    yield session
    session.close()


def test_the_demonstration_comes_back_byte_for_byte(tmp_path):
    demonstration.create(tmp_path / "demo.als", date(2026, 11, 29)).close()
    login, name, _role = demonstration.OTHERS[0]
    session = Session.open(tmp_path / "demo.als", login, demonstration.PASSWORD)
    before = exported(session, tmp_path / "one.zip")
    entries = [session.record(one.id) for one in session.patients.all()]
    session.close()
    target = Session.create(
        tmp_path / "new.als", Clinic(name="New"), new_user(login, name), "a password"
    )
    try:
        done = reading_back.read_back(target, tmp_path / "one.zip")
        assert done.patients == len(entries) == 21
        after = exported(target, tmp_path / "two.zip")
        assert before.keys() == after.keys()
        assert {path for path in before if before[path] != after[path]} == STAYS
        assert target.clinic.demonstration, "or nobody would know that no person has these values"
        for record in entries:
            mine = target.record(record.patient.id)
            assert (mine.assessments, mine.forms, mine.laboratory) == (
                record.assessments,
                record.forms,
                record.laboratory,
            )
        assert target.trail.verify().problem == ""
    finally:
        target.close()


def test_every_kind_of_value_comes_back(session, empty, tmp_path):
    """Words with quotes, line ends and formulas in every column that somebody can type into, and attached files."""
    planted = Planted(session)
    with session.write("typed"):
        note = "=1+1\r\n\"quoted\", 'so'\t\n\r;"
        session.patients.save(a_patient(record_number="007", note=note))
        session.thresholds.save("a1_vc_percent", 55.0)
    before = exported(session, tmp_path / "one.zip")
    assert sum(name.startswith("attached/") for name in before) > 3
    reading_back.read_back(empty, tmp_path / "one.zip")
    after = exported(empty, tmp_path / "two.zip")
    assert {path for path in before if before[path] != after.get(path)} <= STAYS
    (one,) = [one for one in empty.patients.all() if one.record_number == "007"]
    assert one.note == note
    (attached, *_) = empty.attachments.of(planted.patient.id)
    assert empty.attachments.content(attached).startswith(b"Plantscan")
    assert empty.trail.verify().problem == ""


def test_who_entered_something_is_known_and_cannot_sign_in(session, empty, tmp_path):
    Planted(session)
    exported(session, tmp_path / "one.zip")
    reading_back.read_back(empty, tmp_path / "one.zip")
    (other,) = [one for one in empty.users.all() if one.login != "dr.demo"]
    assert other.login.startswith("Plantlogin") and other.disabled_at is not None


def test_the_trail_says_what_was_read_back(session, empty, tmp_path):
    with session.write("registered"):
        session.patients.save(a_patient())
    exported(session, tmp_path / "one.zip")
    (left,) = session.trail.entries(limit=1)
    reading_back.read_back(empty, tmp_path / "one.zip")
    (entry,) = empty.trail.entries(limit=1)
    assert entry.reason.startswith("read back from an export of this program: 1 patients, 1 rows")
    sha256 = entry.reason.rpartition(" ")[2]
    assert sha256 in left.after, "the same as in the trail of where it left"


def test_a_folder_comes_back_as_well(session, empty, tmp_path):
    with session.write("registered"):
        session.patients.save(a_patient())
    done = exporting.export(session, tmp_path / "folder", coded=False, xlsx=False)
    assert done.is_folder and (tmp_path / "folder" / "wide" / "patients.csv").exists()
    reading_back.read_back(empty, tmp_path / "folder")
    assert [one.record_number for one in empty.patients.all()] == ["7"]
    (entry,) = empty.trail.entries(limit=1)
    assert done.sha256 in entry.reason


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_comes_back_as_it_was(tmp_path_factory, text):
    """Through the CSV and its defused formulas."""
    table = Table(
        folder="long", name="t", title="", columns=(Column(name="a"),), rows=[Row(None, (text,))]
    )
    if text == "":
        return  # a line without anything is none
    assert _table("t.csv", files.csv_of(table)).rows == [[text]]


# Files that are not taken ---------------------------------------------------------------------


def refused(session, path):
    before = session.trail_head
    with pytest.raises(UnreadableImport) as found:
        reading_back.read_back(session, path)
    assert session.patients.all() == [] and session.trail_head == before
    said = str(found.value)
    assert said.endswith(".") and "\n" not in said
    return said


def packed(path, content):
    path.write_bytes(files.zipped(content))
    return path


def with_sums(content):
    """As somebody who knows how would write it."""
    rest = {name: data for name, data in content.items() if name != files.SUMS}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in rest.items())
    return {**rest, files.SUMS: sums.encode()}


def test_a_bad_file_is_refused_in_one_sentence_and_nothing_is_saved(session, empty, tmp_path):
    Planted(session)
    good = exported(session, tmp_path / "one.zip")
    text = tmp_path / "a.zip"
    text.write_text("no zip")
    assert "is no ZIP" in refused(empty, text)
    assert "no export of this program" in refused(empty, packed(text, {"a.csv": b"x"}))
    changed = {
        **good,
        "long/patient.csv": good["long/patient.csv"].replace(b"Plantfamily", b"Otherfamily"),
    }
    assert "long/patient.csv of this export was changed" in refused(empty, packed(text, changed))
    more = {**good, "long/more.csv": b"a\r\n"}
    assert "was changed" in refused(empty, packed(text, more))
    less = {name: data for name, data in good.items() if name != "long/visit.csv"}
    assert "long/visit.csv of this export is missing" in refused(empty, packed(text, less))
    assert "is missing" in refused(empty, packed(text, with_sums(less)))


def test_no_changed_byte_and_no_cut_is_more_than_one_sentence(tmp_path):
    content = {
        "about.txt": b"als-follow-up export 1\r\n" + b"abc " * 50,
        "long/t.csv": b"a,b\r\n" * 90,
    }
    good = files.zipped({**content, files.SUMS: b"x"})
    path = tmp_path / "one.zip"
    for n, was in enumerate(good):
        for bad in (good[:n], *(good[:n] + bytes([one]) + good[n + 1 :] for one in (255, was ^ 1))):
            path.write_bytes(bad)
            with pytest.raises(UnreadableImport):
                own_export.read(path)


def test_another_version_is_told_from_a_de_identified_one(empty, tmp_path):
    for line in (b"als-follow-up export 2", b"als-follow-up export 10, coded"):
        path = packed(tmp_path / "other.zip", with_sums({"about.txt": line}))
        assert "another version of the program" in refused(empty, path)


def test_a_long_text_comes_back():
    table = Table(
        folder="long",
        name="t",
        title="",
        columns=(Column(name="a"),),
        rows=[Row(None, ("x" * 200_000,))],
    )
    assert _table("t.csv", files.csv_of(table)).rows == [["x" * 200_000]]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("item", "value", "no number"),
        ("answer", "value", "4.5"),
        ("answer", "value", "9" * 30),
        ("visit", "started_at", "yesterday"),
        ("visit", "patient_id", "nobody"),
        ("patient", "sex", "other"),
        ("user", "role", "king"),
        ("attachment", "size", "large"),
        ("record", "form", "nothing-known"),
    ],
)
def test_a_value_that_cannot_be_takes_all_of_it_back(
    session, empty, tmp_path, table, column, value
):
    """Also where somebody wrote the list of hashes anew."""
    Planted(session)
    with session.write("a dose"):
        (patient,) = session.patients.all()
        session.forms.save(replace(sample.MEDICINE, patient_id=patient.id))
    good = exported(session, tmp_path / "one.zip")
    name = f"long/{table}.csv"
    lines = list(csv.reader(io.StringIO(good[name].decode("utf-8-sig"), newline="")))
    place = lines[0].index(column)
    which = next(
        n
        for n, line in enumerate(lines[1:], 1)
        if table != "item" or line[lines[0].index("field")] == "dose"
    )
    lines[which][place] = value
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    bad = packed(
        tmp_path / "bad.zip", with_sums({**good, name: buffer.getvalue().encode("utf-8-sig")})
    )
    before = empty.trail_head
    with pytest.raises(AppError) as found:
        reading_back.read_back(empty, bad)
    assert str(found.value).endswith(".") or str(found.value).endswith(").")
    assert empty.patients.all() == [] and empty.trail_head == before


def test_a_de_identified_export_is_not_read_back(session, empty, tmp_path):
    with session.write("registered"):
        session.patients.save(a_patient())
    path = tmp_path / "coded.zip"
    path.write_bytes(documents.export(session, exports.CODED_CSV, About()))
    assert "de-identified" in refused(empty, path)


def test_a_clinic_with_patients_takes_none(session, patient, tmp_path):
    exported(session, tmp_path / "one.zip")
    with pytest.raises(UnreadableImport, match="has patients already"):
        reading_back.read_back(session, tmp_path / "one.zip")


def test_another_person_of_the_same_login_is_not_taken_for_the_first(
    session, empty, tmp_path, visit_day
):
    visit_day(date(2026, 7, 21), code="M2")
    with session.write("renamed"):
        session.users.save(replace(session.user, full_name="Somebody Else"))
    exported(session, tmp_path / "one.zip")
    assert "dr.demo is Dr. Demo in this clinic file" in refused(empty, tmp_path / "one.zip")


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


@pytest.mark.parametrize("role", Role)
def test_the_neurologist_reads_back_and_nobody_else(session, four, tmp_path, role):
    with session.write("registered"):
        session.patients.save(a_patient())
    exported(session, tmp_path / "one.zip")
    (tmp_path / "mine").mkdir()
    mine = Session(copied(four[0], tmp_path / "mine"), four[1], LOGIN[role])
    try:
        if role is Role.NEUROLOGIST:
            reading_back.read_back(mine, tmp_path / "one.zip")
            assert len(mine.patients.all()) == 1
        else:
            with pytest.raises(NotAllowed):
                reading_back.read_back(mine, tmp_path / "one.zip")
    finally:
        mine.close()


def test_every_noun_is_read_back_or_says_why_not():
    assert set(reading_back.TABLES) | {"user", "attachment"} | reading_back.STAY_BEHIND | {
        "clinic",
        "dictionary",
        "typed_text",
    } == set(NOUNS)
