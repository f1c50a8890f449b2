"""All data of the clinic: in clear with everything that was typed, or coded without anything that says who somebody is."""

import csv
import hashlib
import io
import json
import re
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import exports
from core.acts import documents
from core.errors import AppError, NotAllowed
from core.exports.data import coded, files
from core.exports.data.coded import Coder
from core.exports.data.table import Column, Kind, Row, Table
from core.findings.consent import decide
from core.findings.consent import outside as outside_of
from core.forms.definition import Identifies
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer, NotDone
from core.model.decision import Choice
from core.model.document import About
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement
from core.model.nouns import NOT_EXPORTED, NOUNS
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.signature import Lock, LockLevel
from core.model.trail import Act
from core.model.user import RIGHTS, Right, Role
from core.session import Session
from core.spreadsheets import restored
from core.views import trail_words
from tests.core.clinic_of_four import LOGIN, copied, make
from tests.core.examples import a_patient, a_visit
from tests.core.exports.planted import BORN, Planted
from tests.core.findings.test_consent import TAKEN_BACK, act
from tests.files import sample_clinic as sample

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
CLEAR = (exports.DATA_CSV, exports.DATA_XLSX)
CODED = (exports.CODED_CSV, exports.CODED_XLSX)


def made(session, document, about=None):
    return documents.export(session, document, about or About())


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rows(content, path):
    """The lines of a table as dictionaries."""
    text = unpacked(content)[f"{path}.csv"].decode("utf-8-sig")
    found = [
        [restored(cell) for cell in line] for line in csv.reader(io.StringIO(text, newline=""))
    ]
    return [dict(zip(found[0], line, strict=True)) for line in found[1:]]


def everything(content):
    """All text of an export: the names of its files, what is in them, and what a workbook says of itself."""
    return "\n".join(
        f"{name}\n{data.decode('utf-8', 'replace')}" for name, data in unpacked(content).items()
    )


# Without anything that says who somebody is ---------------------------------------------------


def test_r10_no_planted_word_is_in_a_de_identified_export(session):
    """R10: nothing that says who somebody is, in no part of any file."""
    planted = Planted(session)
    assert len(set(planted.words)) == len(planted.words) > 150
    for document in CODED:
        text = everything(made(session, document)).casefold()
        found = [word for word in planted.words if word.casefold() in text]
        assert found == [], document.id
        assert planted.patient.id not in text and planted.visit.id not in text


def test_every_planted_word_of_the_data_is_in_a_clear_export(session):
    """Or the test above would hold of an export of nothing."""
    planted = Planted(session)
    stays = re.compile(r"Plant(clinic|letterhead|unsaved|scan)\d")
    text = everything(made(session, exports.DATA_CSV))
    missing = [
        word
        for word in planted.words
        if word.startswith("Plant") and not stays.match(word) and word not in text
    ]
    assert missing == []
    assert BORN.isoformat() in text


def test_every_noun_and_form_is_a_table(session):
    names = set(unpacked(made(session, exports.DATA_CSV)))
    assert {f"long/{noun}.csv" for noun in NOUNS if noun not in NOT_EXPORTED} <= names
    assert {"wide/form_medicine.csv", "wide/questionnaire_alsfrs-r.csv", "codebook.csv"} <= names
    assert not any("typed_text" in name or "export_secret" in name for name in names)


def test_what_is_coded_says_so_and_names_small_groups(session):
    for n in range(6):
        session_save(session, a_patient(record_number=str(n), sex=Sex.FEMALE))
    session_save(session, a_patient(record_number="99", sex=Sex.MALE))
    content = made(session, exports.CODED_CSV)
    about = unpacked(content)["about.txt"].decode("utf-8-sig")
    assert "CODED, NOT ANONYMOUS" in about
    small = {
        (one["table"], one["column"], one["value"]): one["patients"]
        for one in rows(content, "small_groups")
    }
    assert small["wide/patients", "sex", "male"] == "1"
    assert ("wide/patients", "sex", "female") not in small
    workbook = everything(made(session, exports.CODED_XLSX))
    assert "CODED, NOT ANONYMOUS" in workbook and "small_groups" in workbook


def session_save(session, *patients):
    with session.write("registered"):
        for one in patients:
            session.patients.save(one)


def test_intervals_of_a_patient_are_kept_and_days_are_not(session):
    patient = a_patient(
        record_number="12", registered_on=date(2026, 1, 5), reference_on=date(2026, 2, 1)
    )
    first, second = (
        a_visit(patient, date(2026, 2, 1), "M0"),
        a_visit(patient, date(2026, 4, 3), "M2"),
    )
    session_save(session, patient)
    with session.write("visits"):
        session.visits.save(first)
        session.visits.save(second)
    content = made(session, exports.CODED_CSV)
    (one,) = rows(content, "wide/patients")
    days = [date.fromisoformat(line["visit_date"]) for line in rows(content, "wide/visits")]
    shift = date(2026, 1, 5) - date.fromisoformat(one["registered_on"])
    assert timedelta(1) <= shift <= timedelta(364)
    assert sorted(days) == [date(2026, 2, 1) - shift, date(2026, 4, 3) - shift]
    assert one["reference_on"] == (date(2026, 2, 1) - shift).isoformat()
    assert [line["days"] for line in rows(content, "wide/visits")] == ["0", "61"]


def test_two_exports_of_one_clinic_can_be_joined_and_those_of_two_cannot(session, tmp_path, key):
    session_save(session, a_patient(record_number="12"))
    first, again = made(session, exports.CODED_CSV), made(session, exports.CODED_CSV)
    assert first == again
    (one,) = rows(first, "wide/patients")
    (patient,) = session.patients.all()
    other = Session(tmp_path / "other.als", key, "dr.demo", create=True)
    try:
        assert other.stored.secret() != session.stored.secret()
        assert Coder(other.stored.secret()).key(patient.id) != one["patient_id"]
    finally:
        other.close()


def test_who_is_over_89_is_one_of_a_group(session):
    ages = {89: "89", 90: coded.OLDER, 97: coded.OLDER, 40: "40"}
    session_save(
        session, *(a_patient(record_number=str(age), stated_age_years=age) for age in ages)
    )
    content = made(session, exports.CODED_CSV)
    found = sorted(one["age_years"] for one in rows(content, "wide/patients"))
    assert found == sorted(ages.values())
    assert sorted(one["stated_age_years"] for one in rows(content, "long/patient")) == found
    assert {one["age_years"] for one in rows(made(session, exports.DATA_CSV), "wide/patients")} == {
        "89",
        "90",
        "97",
        "40",
    }


def test_the_age_of_who_is_over_89_cannot_be_reckoned(session, visit_day):
    """From an earlier age and the days between, or from a volume and what it is of the predicted one."""
    visit_day(date(2026, 7, 21), code="M2", blows=(3200, 3150))
    (patient,) = session.patients.all()
    clear = rows(made(session, exports.CODED_CSV), "wide/spirometry")
    assert clear[0]["capacity_percent"] and clear[0]["capacity_z_shown"]
    (one,) = session.record(patient.id).spirometry
    with session.write("older"):
        session.spirometry.save(replace(one, age_years=89.9))
        session.patients.save(replace(patient, born=None, stated_age_years=91))
    content = made(session, exports.CODED_CSV)
    (test,) = rows(content, "wide/spirometry")
    assert test["capacity_ml"] == "3200" and test["age_years"] == coded.OLDER
    assert rows(content, "long/spirometry")[0]["age_years"] == coded.OLDER
    told = [name for name in test if "percent" in name or "_z" in name]
    assert len(told) >= 10 and not any(test[name] for name in told)


def test_small_groups_name_what_is_only_in_a_table_as_it_is_stored(session, patient):
    event = AdverseEvent(
        patient_id=patient.id,
        term="x",
        coded_term="Anemia",
        onset=PartialDate(2026, 3),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.UNKNOWN,
    )
    with session.write("event"):
        session.events.save(event)
    small = {
        (one["table"], one["column"], one["value"])
        for one in rows(made(session, exports.CODED_CSV), "small_groups")
    }
    assert ("long/adverse_event", "coded_term", "Anemia") in small


def test_a_donor_is_nobody_of_the_study(session, patient):
    one = FormRecord(
        patient_id=patient.id,
        form="donor",
        version="1",
        entered_by="dr.demo",
        entered_at=NOON,
        items={"relation": Item(value="sibling"), "age": Item(value=31)},
    )
    with session.write("entered"):
        session.forms.save(one)
    assert rows(made(session, exports.DATA_CSV), "wide/form_donor")[0]["relation"] == "sibling"
    content = made(session, exports.CODED_CSV)
    assert "wide/form_donor.csv" not in unpacked(content)
    assert rows(content, "long/record") == [] and rows(content, "long/item") == []
    assert "donor" not in {line["form"] for line in rows(content, "long/record")}


def test_the_order_of_lines_does_not_tell_who_came_first(session):
    session_save(session, *(a_patient(record_number=f"{n:03}") for n in range(30)))
    content = made(session, exports.CODED_CSV)
    ids = [one["patient_id"] for one in rows(content, "wide/patients")]
    assert ids == sorted(ids)


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.text(),
)
def test_a_shift_keeps_every_interval_and_hides_every_day(one, other, who):
    coder = Coder(b"s" * 32)
    days = [coder.day(day.isoformat(), who) for day in (one, other)]
    moved = [date.fromisoformat(day) for day in days]
    assert moved[1] - moved[0] == other - one
    assert 1 <= (one - moved[0]).days <= 364
    instant = datetime(one.year, one.month, one.day, 8, 30, tzinfo=UTC)
    assert datetime.fromisoformat(coder.instant(instant.isoformat(), who)).date() == moved[0]


@given(st.integers(1950, 2050), st.integers(1, 12) | st.none(), st.text())
def test_a_day_that_is_known_in_part_stays_so(year, month, who):
    coder = Coder(b"s" * 32)
    known = PartialDate(year, month)
    moved = PartialDate.parse(coder.day(str(known), who))
    assert (moved.month is None, moved.day) == (month is None, None)
    assert abs((known.assumed - coder.shift(who) - moved.assumed).days) <= (31 if month else 366)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(TEXTS, st.sampled_from([kind for kind in Kind if kind is not Kind.KEY]))
def test_no_text_of_a_person_leaves_whatever_its_column_is_said_to_be(text, kind):
    """A column that was declared harmless by mistake lets numbers, days and words of the program out, and nothing else."""
    word = f"Rahimi{text}"
    column = Column(
        name="x", kind=kind, identifies=Identifies.NO, codes={"a": "A"}, known=str.isdigit
    )
    table = Table(
        folder="wide",
        name="t",
        title="",
        columns=(column, replace(column, name="y", kind=Kind.INTEGER)),
        rows=[Row("p1", (word, 1))],
    )
    (made_of,) = coded.tables([table], b"s" * 32)
    assert not any("Rahimi" in str(cell) for row in made_of.rows for cell in row.cells)


# What a cell is -------------------------------------------------------------------------------

DANGEROUS = (
    "=1+1",
    "+1+1",
    "-cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    " =1",
    "\n=1",
    "\u00a0@SUM(A1)",
    "＝1+1",
    "＠SUM(A1)",
    "https://example.org",
)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(session, text):
    session_save(session, a_patient(record_number="12", note=text))
    content = made(session, exports.DATA_CSV)
    (one,) = rows(content, "long/patient")
    assert one["note"] == text, "and it can be read back"
    raw = unpacked(content)["long/patient.csv"].decode("utf-8-sig")
    (line,) = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert not re.match(r"[\t\r\n]|\s*[=+\-@＝＋－＠]", line["note"])
    parts = unpacked(made(session, exports.DATA_XLSX))
    sheets = [data.decode() for name, data in parts.items() if name.startswith("xl/worksheets/")]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert not any(b"hyperlink" in data for name, data in parts.items() if name.endswith(".rels"))


def test_identifiers_keep_their_zeros(session):
    session_save(session, a_patient(record_number="007"), a_patient(record_number="1e5"))
    content = made(session, exports.DATA_CSV)
    assert {one["record_number"] for one in rows(content, "wide/patients")} == {"007", "1e5"}
    parts = unpacked(made(session, exports.DATA_XLSX))
    assert "<t>007</t>" in parts["xl/sharedStrings.xml"].decode()
    assert "<t>1e5</t>" in parts["xl/sharedStrings.xml"].decode()


def test_blank_zero_unknown_and_not_done_are_four_things(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), code="M2")
    with session.write("entered"):
        session.measurements.save(
            Measurement(visit_id=visit.id, kind="snip", not_done=NotDone.REFUSED)
        )
        session.measurements.save(Measurement(visit_id=visit.id, kind="mip", value=0.0))
        session.assessments.open(visit.id, "alsfrs-r", "1", "dr.demo")
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "speech", Answer(item="speech", value=0)
        )
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "walking", Answer(item="walking", not_done=NotDone.TOO_UNWELL)
        )
        session.patients.save(replace(patient, sex=Sex.UNKNOWN))
    for document in (exports.DATA_CSV, exports.CODED_CSV):
        content = made(session, document)
        (line,) = rows(content, "wide/visits")
        assert (line["snip"], line["snip_not_done"]) == ("", "refused")
        assert (line["mip"], line["mip_shown"], line["mip_not_done"]) == ("0.0", "0", "")
        assert (line["pcf"], line["pcf_not_done"]) == ("", "")
        (form,) = rows(content, "wide/questionnaire_alsfrs-r")
        assert (form["speech"], form["walking"], form["walking_not_done"]) == (
            "0",
            "",
            "too_unwell",
        )
        assert (form["salivation"], form["salivation_not_done"]) == ("", "")
        assert form["score_total"] == "", "a sum of what is not known is none"
        assert rows(content, "wide/patients")[0]["sex"] == "unknown"


def test_totals_domains_and_percentages_are_there_raw_and_as_on_the_screen(session, visit_day):
    visit_day(date(2026, 7, 21), code="M2", scores=(4, 3) + (2,) * 10, blows=(3200, 3150))
    content = made(session, exports.DATA_CSV)
    (form,) = rows(content, "wide/questionnaire_alsfrs-r")
    assert (form["score_total"], form["score_bulbar"]) == ("27", "9")
    (test,) = rows(content, "wide/spirometry")
    assert test["capacity_ml"] == "3200" and test["capacity_l_shown"] == "3.20"
    assert len(test["capacity_percent"]) > len(test["capacity_percent_shown"])
    assert test["capacity_percent_shown"] == f"{float(test['capacity_percent']):.1f}"
    assert [one["volume_ml"] for one in rows(content, "long/blow")] == ["3200", "3150"]
    book = {(one["table"], one["column"]): one for one in rows(content, "codebook")}
    assert book["wide/questionnaire_alsfrs-r", "score_total"]["unit"] == "of 48"
    assert "4 = Normal" in book["wide/questionnaire_alsfrs-r", "speech"]["codes"]
    assert book["wide/questionnaire_alsfrs-r", "speech"]["definition"] == "alsfrs-r 1"
    assert book["wide/form_medicine", "frequency"]["definition"] == "medicine 1"


def test_every_column_of_every_table_is_in_the_codebook(session):
    for document in (exports.DATA_CSV, exports.CODED_CSV):
        content = made(session, document)
        book = {(one["table"], one["column"]) for one in rows(content, "codebook")}
        for name, data in unpacked(content).items():
            if name.startswith(("wide/", "long/")):
                head = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
                assert {(name.removesuffix(".csv"), column) for column in head} <= book


def test_a_workbook_holds_the_same_each_time_and_a_sheet_for_each_table(session):
    Planted(session)
    one, again = made(session, exports.DATA_XLSX), made(session, exports.DATA_XLSX)
    assert one == again
    parts = unpacked(one)
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    assert len(names) == len({name.casefold() for name in names}) > 60
    assert all(len(name) <= 31 for name in names) and names[:2] == ["about", "codebook"]
    assert b"2000-01-01T00:00:00Z" in parts["docProps/core.xml"]


def test_a_workbook_leaves_nothing_in_temporary_files(session, tmp_path, monkeypatch):
    session_save(session, a_patient(record_number="12"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    assert made(session, exports.DATA_XLSX).startswith(b"PK")


def test_a_table_that_no_worksheet_can_hold_is_said_and_nothing_leaves(session, monkeypatch):
    session_save(session, *(a_patient(record_number=str(n)) for n in range(5)))
    before = session.trail_head
    monkeypatch.setattr(files, "MOST_ROWS", 5)
    with pytest.raises(AppError, match="has more rows than a worksheet can hold"):
        made(session, exports.DATA_XLSX)
    assert session.trail_head == before


def test_what_is_too_long_for_a_cell_is_cut_and_says_so():
    assert files._fitting("x" * 40_000).endswith("the CSV has all of it)")
    assert len(files._fitting("x" * 40_000)) == files.LONGEST_CELL
    assert files._fitting("x" * 100) == "x" * 100


def test_only_the_patients_that_are_asked_for_leave(session):
    wanted, other = a_patient(record_number="12"), a_patient(record_number="13")
    session_save(session, wanted, other)
    about = About(patients=(wanted.id,))
    content = made(session, exports.DATA_CSV, about)
    assert [one["record_number"] for one in rows(content, "long/patient")] == ["12"]
    assert other.id not in everything(content)


def test_what_the_consent_does_not_allow_stays(session, patient, visit_day):
    before, after = (
        visit_day(on, code=code, scores=(4,) * 12, blows=(3200,))
        for on, code in ((date(2026, 7, 21), "M2"), (date(2026, 9, 21), "M4"))
    )
    items = {"kind": "signed", "day": "2026-08-01", "allows": "study\ndata"}
    consent = FormRecord(
        patient_id=patient.id,
        form="consent",
        version="1",
        entered_by="dr.demo",
        entered_at=NOON,
        items={name: Item(value=value) for name, value in items.items()},
    )
    held = Lock(
        level=LockLevel.FORM,
        subject=f"{before.id}/spirometry",
        patient_id=patient.id,
        locked_by="dr.demo",
        locked_at=NOON,
        reason="checked",
        unlocked_by="dr.demo",
        unlocked_at=NOON,
        unlock_reason="once more",
    )
    with session.write("consent"):
        session.forms.save(consent)
        session.locks.save(held)
        session.events.save(replace(sample.EVENT, patient_id=patient.id, visit_id=before.id))
    with session.write("left out"):
        record = session.record(patient.id)
        (outside,) = outside_of(record)
        session.decisions.save(
            decide(outside, Choice.LEFT_OUT, "not signed", by="dr.demo", at=NOON)
        )
    for document in (*CLEAR, *CODED):
        if document.ending == "xlsx":
            continue
        content = made(session, document)
        assert [one["visit_code"] for one in rows(content, "wide/visits")] == ["M4"]
        assert len(rows(content, "long/answer")) == 12 and len(rows(content, "long/blow")) == 1
        (left,) = rows(content, "left_out")
        assert (left["visits"], left["samples"]) == ("1", "0")
        assert before.id not in everything(content)
        assert len(rows(content, "long/adverse_event")) == 1, "safety leaves"
    assert after.id in everything(made(session, exports.DATA_CSV))


def test_where_the_patient_took_everything_back_what_others_stated_stays_too(session, patient):
    stated = ExternalResult(
        patient_id=patient.id,
        kind=ExternalKind.FVC_PERCENT,
        value=31.25,
        measured_on=date(2026, 3, 10),
        source="a letter",
    )
    with session.write("stated"):
        session.external.save(stated)
    assert "31.25" in everything(made(session, exports.DATA_CSV))
    with session.write("taken back"):
        for one in (act("signed", "2026-03-01"), TAKEN_BACK):
            session.forms.save(replace(one, patient_id=patient.id, entered_by="dr.demo"))
    for document in (exports.DATA_CSV, exports.CODED_CSV):
        content = made(session, document)
        assert rows(content, "long/external_result") == []
        (left,) = rows(content, "left_out")
        assert (left["visits"], left["samples"], left["stated"]) == ("0", "0", "1")
        assert "31.25" not in everything(content)


def test_the_list_of_patients_has_no_result_that_the_consent_leaves_out(
    session, patient, visit_day
):
    visit_day(date(2026, 7, 21), code="M2", scores=(3,) * 12, blows=(3200,))

    def listed():
        content = made(session, exports.named("patients-csv")).decode("utf-8-sig")
        (line,) = csv.DictReader(io.StringIO(content, newline=""))
        return line

    before = listed()
    assert before["ALSFRS-R total (of 48)"] == "36" and "Remark" not in before
    with session.write("taken back"):
        for one in (act("signed", "2026-03-01"), TAKEN_BACK):
            session.forms.save(replace(one, patient_id=patient.id, entered_by="dr.demo"))
    after = listed()
    assert after["Record number"] == before["Record number"]
    assert after["Last visit"] == before["Last visit"]
    results = ("ALSFRS-R total (of 48)", "Vital capacity, % predicted", "Open alerts")
    assert [after[name] for name in results] == ["", "", ""]
    assert after["Remark"] == "results outside the consent are left out"


# Who may, and what the trail says -------------------------------------------------------------


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


@pytest.mark.parametrize("role", Role)
def test_each_role_exports_what_is_for_it(four, tmp_path, role):
    session = Session(copied(four[0], tmp_path), four[1], LOGIN[role])
    try:
        for document, who in (
            *((one, {Role.NEUROLOGIST}) for one in CLEAR),
            *((one, {Role.NEUROLOGIST, Role.MONITOR}) for one in CODED),
        ):
            before = session.trail_head
            if role in who:
                assert document in documents.offered(session, document.of)
                made(session, document)
                continue
            assert document not in documents.offered(session, document.of)
            with pytest.raises(NotAllowed):
                made(session, document)
            assert session.trail_head == before
    finally:
        session.close()


@pytest.mark.parametrize("document", [*CLEAR, *CODED], ids=lambda one: one.id)
def test_the_trail_says_how_much_left_and_its_hash(session, document):
    session_save(session, a_patient(record_number="12"))
    content = made(session, document)
    (entry,) = session.trail.entries(limit=1)
    said = json.loads(entry.after)
    assert entry.entity == Act.EXPORTED and said["document"] == document.called
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    assert said["patients"] == 1 and "long/patient 1" in said["tables"]
    assert said["rows"] >= 2
    told = trail_words.what(entry, session.trail.names([entry]))
    assert f"SHA-256 {said['sha256']}" in told


def test_the_secret_is_in_no_trail_and_no_export_and_stays(session):
    session_save(session, a_patient(record_number="12"))
    secret = session.stored.secret()
    assert len(secret) == 32
    for document in (*CLEAR, *CODED):
        content = b"".join(unpacked(made(session, document)).values())
        assert secret not in content and secret.hex().encode() not in content
    for entry in session._db.query("SELECT * FROM audit"):
        assert secret.hex() not in str(entry) and "export_secret" not in str(entry["entity"])
    for change in ("UPDATE export_secret SET secret = randomblob(32)", "DELETE FROM export_secret"):
        with pytest.raises(Exception, match="never"):
            session._db.execute(change)
    assert session.stored.secret() == secret
    assert session.trail.verify().problem == ""


def test_only_the_neurologist_has_the_right_to_everything():
    assert [role for role in Role if Right.EXPORT_ALL in RIGHTS[role]] == [Role.NEUROLOGIST]
