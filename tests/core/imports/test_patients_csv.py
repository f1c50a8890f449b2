import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import resources
from core.acts import importing
from core.errors import UnreadableImport
from core.imports import csv_table, patients_csv
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, OnsetRegion, Patient, Sex
from core.protocols import catalog
from core.session import Session
from core.store import keys

VECTORS = resources.path("validation")
TABLE_1 = resources.path("demo", "table1.csv")
TODAY = date(2026, 11, 21)
ROYAN = catalog.shipped()["royan-2021"]
HEADER = "patient,age,sex,onset,duration_months,alsfrsr_baseline,fvc_pct_baseline"
GOOD = "1,35,M,Limb,17,37,50"


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "patients.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def preview(file):
    def read(content: str | bytes, existing=()) -> patients_csv.Preview:
        return patients_csv.read(file(content), existing, ROYAN, TODAY)

    return read


@pytest.fixture
def patient(preview):
    """The one patient of a table of one row, given as column=cell."""

    def read(**cells: str) -> Patient:
        cells = {"patient": "1", **cells}
        found = preview(",".join(cells) + "\n" + ",".join(f'"{c}"' for c in cells.values()) + "\n")
        assert found.problems == ()
        (row,) = found.rows
        return row.patient

    return read


@pytest.fixture
def problems(preview):
    """(column, message) of every problem of a table of one row, given as column=cell."""

    def read(**cells: str) -> list[tuple[str, str]]:
        cells = {"patient": "1", **cells}
        found = preview(",".join(cells) + "\n" + ",".join(f'"{c}"' for c in cells.values()) + "\n")
        assert {problem.line for problem in found.problems} <= {2}
        assert found.ready is not bool(found.problems)
        return [(problem.column, problem.message) for problem in found.problems]

    return read


@pytest.fixture
def clinic(tmp_path):
    path, key = tmp_path / "clinic.als", keys.new_key()
    session = Session(path, key, "rater", create=True)
    yield session
    session.close()


def audit_reasons(session):
    return {row["reason"] for row in session._db.query("SELECT reason FROM audit")}


def stored(session):
    (counts,) = session._db.query(
        "SELECT (SELECT count(*) FROM patient) AS patients,"
        " (SELECT count(*) FROM external_result) AS results,"
        " (SELECT count(*) FROM audit) AS audits"
    )
    return tuple(counts.values())


# Table 1 of the trial paper


def test_the_demonstration_table_is_the_first_seven_columns_of_the_vector():
    with (VECTORS / "royan_table1.csv").open(newline="") as file:
        expected = [record[:7] for record in csv.reader(file)]
    with TABLE_1.open(newline="") as file:
        assert list(csv.reader(file)) == expected
    assert len(expected) == 18


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_table_1_reads_the_same_from_every_spreadsheet(preview, separator, encoding, newline):
    text = TABLE_1.read_text().replace(",", separator).replace("\n", newline)
    if separator != ",":
        text = text.replace("54.41", "54,41")
    found = preview(text.encode(encoding))
    assert found.ready
    assert [row.line for row in found.rows] == list(range(2, 19))
    assert found.rows[8].external[1].value == 54.41


def test_table_1_is_stored_unchanged_and_nothing_else(tmp_path):
    path, key = tmp_path / "clinic.als", keys.new_key()
    session = Session(path, key, "rater", create=True)
    found = patients_csv.read(TABLE_1, session.patients.record_numbers(), ROYAN, TODAY)
    assert found.ready
    assert found.ignored_columns == ()
    assert importing.import_patients(session, found) == 17
    session.close()

    session = Session(path, key, "rater")
    with TABLE_1.open(newline="") as file:
        expected = list(csv.DictReader(file))
    patients = session.patients.all()
    assert [p.record_number for p in patients] == [cells["patient"] for cells in expected]
    for patient, cells in zip(patients, expected, strict=True):
        assert patient == Patient(
            id=patient.id,
            record_number=cells["patient"],
            sex={"M": Sex.MALE, "F": Sex.FEMALE}[cells["sex"]],
            stated_age_years=int(cells["age"]),
            stated_duration_months=float(cells["duration_months"]),
            onset_region=OnsetRegion(cells["onset"].lower()),
            protocol="royan-2021",
            protocol_version=ROYAN.version,
            registered_on=TODAY,
        )
        assert [
            (result.kind, result.value, result.measured_on, result.source)
            for result in session.external.of(patient.id)
        ] == [
            (
                ExternalKind.ALSFRS_R_TOTAL,
                float(cells["alsfrsr_baseline"]),
                None,
                "imported from CSV, column alsfrsr_baseline",
            ),
            (
                ExternalKind.FVC_PERCENT,
                float(cells["fvc_pct_baseline"]),
                None,
                "imported from CSV, column fvc_pct_baseline",
            ),
        ]
        assert session.record(patient.id).visits == ()
    assert stored(session) == (17, 34, 51)
    assert audit_reasons(session) == {"import of patients from CSV"}
    session.close()


def test_the_preview_says_in_words_what_will_be_stored(preview):
    (row,) = preview(f"{HEADER}\n{GOOD}\n").rows
    assert row.will_create == (
        "male",
        "35 y as stated",
        "Limb onset",
        "17 months as stated",
        "ALSFRS-R total 37/48 (items unknown)",
        "FVC 50 % (equation unknown)",
    )
    assert row.notes == ()


def test_the_misprint_of_the_paper_is_read_as_bulbar_and_said(preview):
    (row,) = preview("patient,onset\n7,Bubar\n").rows
    assert row.patient.onset_region is OnsetRegion.BULBAR
    assert row.notes == ("“Bubar” is read as bulbar: a known misprint of the trial paper.",)


# Saving


def test_one_bad_row_and_nothing_is_saved(clinic, preview):
    bad = preview(f"{HEADER}\n{GOOD}\n2,44,X,Limb,1,1,1\n")
    assert not bad.ready
    before = stored(clinic)
    with pytest.raises(ValueError, match="preview with problems"):
        importing.import_patients(clinic, bad)
    assert stored(clinic) == before


def test_a_failure_half_way_leaves_nothing(clinic, preview):
    found = preview(f"{HEADER}\n{GOOD}\n2,44,F,Limb,1,1,50\n")
    last = found.rows[1]
    stranger = replace(last.external[0], value=49.0)  # the file itself refuses it
    found = replace(found, rows=(found.rows[0], replace(last, external=(stranger,))))
    before = stored(clinic)
    with pytest.raises(Exception, match="refused this entry"):
        importing.import_patients(clinic, found)
    assert stored(clinic) == before


def test_the_same_preview_is_not_saved_twice(clinic, preview):
    found = preview(f"{HEADER}\n{GOOD}\n")
    importing.import_patients(clinic, found)
    saved = stored(clinic)
    with pytest.raises(UnreadableImport, match="added meanwhile"):
        importing.import_patients(clinic, found)
    assert stored(clinic) == saved


def test_the_name_of_the_file_stays_out_of_the_audit(clinic, file):
    path = file(f"{HEADER}\n{GOOD}\n", "Jane Doe.csv")
    importing.import_patients(clinic, patients_csv.read(path, (), ROYAN, TODAY))
    (dump,) = clinic._db.query("SELECT group_concat(reason || after) AS text FROM audit")
    assert "Jane Doe" not in dump["text"]


# Columns


def test_every_column_a_clinic_may_have(preview):
    found = preview(
        "MRN;Last Name;first-name;Date of birth;Gender;Age;Region of onset;onset date;"
        "diagnosis_date;Height (cm);Duration months;Baseline-Date;INFUSION DATE;ALSFRS-R total;"
        "FVC %;Notes\n"
        "A-7;Doe;Jane;12.5.1960;woman;53;Spinal;2012-09;2013;172,5;17;2014-03-10;2014-04-07;"
        '0;111,3;"two\nlines"\n'
    )
    (row,) = found.rows
    assert found.problems == ()
    assert row.patient == Patient(
        id=row.patient.id,
        record_number="A-7",
        family_name="Doe",
        given_name="Jane",
        sex=Sex.FEMALE,
        born=date(1960, 5, 12),
        stated_age_years=53,
        stated_duration_months=17,
        stated_on=date(2014, 3, 10),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2012, 9),
        diagnosis=PartialDate(2013),
        height_cm=172.5,
        protocol="royan-2021",
        protocol_version=ROYAN.version,
        reference_on=date(2014, 4, 7),
        registered_on=TODAY,
        note="two\nlines",
    )
    assert [(r.value, r.measured_on) for r in row.external] == [
        (0.0, date(2014, 3, 10)),
        (111.3, date(2014, 3, 10)),
    ]
    assert row.will_create == (
        "Doe, Jane",
        "female",
        "born 12 May 1960",
        "53 y as stated",
        "Limb onset",
        "onset Sep 2012",
        "17 months as stated",
        "diagnosis 2013",
        "height 172.5 cm",
        "ALSFRS-R total 0/48 (items unknown)",
        "FVC 111.3 % (equation unknown)",
        "baseline on 10 Mar 2014",
        "Infusion 7 Apr 2014",
        "a note",
    )
    assert row.notes == ("“Spinal” is read as limb onset.",)


def test_only_the_record_number_is_required(patient):
    found = patient()
    assert found == Patient(
        id=found.id,
        record_number="1",
        protocol="royan-2021",
        protocol_version=ROYAN.version,
        registered_on=TODAY,
    )


def test_columns_that_are_not_imported_are_named(preview):
    found = preview("patient,King's,height,,,\n1,3,172,,x,\n2,,,,,\n")
    assert found.ignored_columns == ("King's", "height", "column 5 (no name)")
    assert found.ready


def test_empty_rows_and_columns_at_the_end_do_not_count(preview):
    found = preview("patient,age,,\n1,35,,\n\n2,36\n,,,\n   \n3,37,,,,\n,,\n")
    assert found.ready
    assert found.ignored_columns == ()
    assert [(row.line, row.record_number) for row in found.rows] == [(2, "1"), (4, "2"), (7, "3")]


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        *[(word, Sex.FEMALE) for word in ("f", "F", "Woman", "female", "زن")],
        *[(word, Sex.MALE) for word in ("m", "MALE", "man", "مرد")],
        *[(word, Sex.UNKNOWN) for word in ("", "unknown")],
    ],
)
def test_words_for_sex(patient, text, sex):
    assert patient(sex=text).sex is sex


@pytest.mark.parametrize(
    ("text", "region"),
    [
        *[(word, OnsetRegion.LIMB) for word in ("Limb", "spinal onset")],
        *[(word, OnsetRegion.BULBAR) for word in ("BULBAR", "bulbar-onset", "Bubar")],
        ("Respiratory onset", OnsetRegion.RESPIRATORY),
        ("", OnsetRegion.UNKNOWN),
    ],
)
def test_words_for_the_region_of_onset(patient, text, region):
    assert patient(onset=text).onset_region is region


@pytest.mark.parametrize("blank", ["", " ", "NA", "n/a", "-", "Unknown", ".", "—", "\u200e"])
def test_what_stands_for_missing_is_missing_and_never_zero(preview, blank):
    found = preview(f"{HEADER}\n1,{blank},{blank},{blank},{blank},{blank},{blank}\n")
    (row,) = found.rows
    assert found.ready
    assert row.patient == Patient(
        id=row.patient.id,
        record_number="1",
        protocol="royan-2021",
        protocol_version=ROYAN.version,
        registered_on=TODAY,
    )
    assert row.external == () and row.will_create == ()
    said = blank.strip(" \u200e")
    assert len(row.notes) == (6 if said else 0)
    assert not said or row.notes[0] == f"“{said}” in column age is read as not known."


def test_zero_is_zero(preview):
    (row,) = preview(f"{HEADER}\n0,0,M,Limb,0,0,\n").rows
    assert row.record_number == "0"
    assert (row.patient.stated_age_years, row.patient.stated_duration_months) == (0, 0.0)
    assert [(r.kind, r.value) for r in row.external] == [(ExternalKind.ALSFRS_R_TOTAL, 0.0)]


def test_spreadsheet_quirks(patient):
    found = patient(patient="  A\u00a0 7\u200f ", age="35.0", duration_months="۱۷٫۵", birth_date="")
    assert found.record_number == "A 7"
    assert (found.stated_age_years, found.stated_duration_months) == (35, 17.5)
    assert patient(birth_date="1960-05-12 00:00:00").born == date(1960, 5, 12)
    assert patient(onset_date="2012-09-01T00:00").onset == PartialDate(2012, 9, 1)
    assert patient(family_name="Na", given_name="-").name == "Na"


def test_a_baseline_date_dates_only_what_stands_beside_it(preview):
    found = preview(
        "id,baseline_date,age,fvc_pct\n1,2014-03-10,35,\n2,2014-03-10,,50\n3,2014-03-10,,\n"
    )
    aged, measured, bare = found.rows
    assert found.ready
    assert aged.patient.stated_on == date(2014, 3, 10)
    assert measured.patient.stated_on is None
    assert measured.external[0].measured_on == date(2014, 3, 10)
    assert bare.patient.stated_on is None
    assert bare.notes == (
        "The baseline date is not imported: there is no baseline value beside it.",
    )


# Rows that are wrong

TOO_LATE = "This date is in the future. Correct it."
MISFIT = "{age} does not fit the birth date, which makes {reached}. Correct the one that is wrong."
TOO_MANY = (
    "This row has 4 fields, the header has 3. Put a text that contains the separator in quotation"
    " marks, or delete the extra fields."
)
BEFORE_BIRTH = "This date is before the birth date. Correct the one that is wrong."


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("sex", "X", "“X” is not a sex. Write F or M."),
        ("onset", "arm", "“arm” is not a region. Write limb, bulbar or respiratory."),
        ("age", "old", "“old” is not a number. Type one from 0 to 120 years."),
        ("age", "121", "121 is out of range. Type a number from 0 to 120 years."),
        ("age", "-1", "-1 is out of range. Type a number from 0 to 120 years."),
        ("age", "35.5", "“35.5” is not a whole number. Write one from 0 to 120 years."),
        ("alsfrsr_baseline", "49", "49 is out of range. Type a number from 0 to 48 points."),
        (
            "alsfrsr_baseline",
            "36.5",
            "“36.5” is not a whole number. Write one from 0 to 48 points.",
        ),
        ("alsfrsr_baseline", "37/48", "“37/48” is not a number. Type one from 0 to 48 points."),
        ("fvc_pct", "0", "0 is out of range. Write a number above 0 and below 250 %."),
        ("fvc_pct", "250", "250 is out of range. Write a number above 0 and below 250 %."),
        ("fvc_pct", "-3", "-3 is out of range. Type a number from 0 to 250 %."),
        ("duration_months", "-1", "-1 is out of range. Type a number from 0 to 1200 months."),
        ("duration_months", "1200", "1200 is out of range. Write a number below 1200 months."),
        ("height_cm", "1.72", "1.72 is out of range. Type a number from 50 to 250 cm."),
        (
            "birth_date",
            "03/04/1960",
            (
                "“03/04/1960” can be 3 Apr or 4 Mar. Type it as 1960-04-03, 1960/04/03 or 03.04.1960,"
                " or as the Persian 1405/08/30."
            ),
        ),
        ("birth_date", "1960-02-30", "There is no day 1960-02-30 in the calendar."),
        ("birth_date", "2026-11-22", TOO_LATE),
        (
            "birth_date",
            "1848-05-12",
            "1848-05-12 is before 1900. Check the year.",
        ),
        ("birth_date", "1900-05-12", "The patient would be over 120 years old. Check the year."),
        (
            "onset_date",
            "2012-13",
            (
                "“2012-13” is not a date. Type it as 2012, 2012-09, 2012-09-15 or 15.09.2012, or as the"
                " Persian 1391/06/25."
            ),
        ),
        (
            "onset_date",
            "1391",
            "1391 of the Persian calendar is 20 Mar 2012 to 20 Mar 2013. Type the day too, or 2012.",
        ),
        ("onset_date", "2026-12", TOO_LATE),
        ("diagnosis_date", "2027", TOO_LATE),
        ("baseline_date", "2026-11-22", TOO_LATE),
        ("infusion_date", "2032-01-01", "This date is years ahead. Check the year."),
        ("patient", "", "The record number is missing. Write one, or delete this row."),
        ("patient", "n/a", "The record number is missing. Write one, or delete this row."),
        (
            "patient",
            "A\x01",
            "This text contains an unprintable character. Delete it and type it again.",
        ),
        ("family_name", "x" * 201, "This text has 201 characters. Write at most 200."),
    ],
)
def test_a_bad_cell(problems, column, text, message):
    assert problems(**{"family_name": "Doe", column: text}) == [(column, message)]


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        (
            {"age": "10", "duration_months": "133"},
            "duration_months",
            "133 months are longer than an age of 10 years. Correct the one that is wrong.",
        ),
        (
            {"birth_date": "2000-01-01", "baseline_date": "2010-06-01", "duration_months": "140"},
            "duration_months",
            "140 months are longer than an age of 10 years. Correct the one that is wrong.",
        ),
        (
            {"birth_date": "1960-05-12", "baseline_date": "2014-03-10", "age": "51"},
            "age",
            MISFIT.format(age=51, reached="53 years on 10 Mar 2014"),
        ),
        (
            {"birth_date": "1960-05-12", "age": "68"},
            "age",
            MISFIT.format(age=68, reached="66 years on 21 Nov 2026"),
        ),
        ({"birth_date": "1960-05-12", "onset_date": "1959"}, "onset_date", BEFORE_BIRTH),
        ({"birth_date": "1960-05-12", "diagnosis_date": "1960-04"}, "diagnosis_date", BEFORE_BIRTH),
        (
            {"birth_date": "1960-05-12", "infusion_date": "1960-05-11"},
            "infusion_date",
            BEFORE_BIRTH,
        ),
        (
            {"onset_date": "2013-02", "diagnosis_date": "2012"},
            "diagnosis_date",
            "The diagnosis is before the onset. Correct the one that is wrong.",
        ),
    ],
)
def test_cells_that_contradict_each_other(problems, cells, column, message):
    assert problems(**cells) == [(column, message)]


@pytest.mark.parametrize(
    "cells",
    [
        {"age": "10", "duration_months": "132"},
        {"birth_date": "1960-05-12", "baseline_date": "2014-03-10", "age": "52"},
        {"birth_date": "1960-05-12", "baseline_date": "2014-03-10", "age": "54"},
        {"birth_date": "1960-05-12", "age": "30"},  # stated long ago
        {"onset_date": "2012-09", "diagnosis_date": "2012"},
        {"birth_date": "1960-05-12", "onset_date": "1960"},
        {"onset_date": "2026"},
        {"birth_date": "2026-11-21"},
        {"infusion_date": "2027-01-15"},  # planned
        {"age": "120", "alsfrsr_baseline": "48", "fvc_pct": "249.9", "height_cm": "250"},
    ],
)
def test_cells_at_the_edge_are_fine(patient, cells):
    assert patient(**cells)


def test_every_problem_of_a_row_is_told_with_its_line(preview):
    found = preview(f"{HEADER}\n{GOOD}\n\n2,x,X,Limb,1,1,1\n")
    assert [(p.line, p.column) for p in found.problems] == [(4, "age"), (4, "sex")]
    good, bad = found.rows
    assert good.patient is not None
    assert (bad.record_number, bad.patient, bad.external, bad.will_create) == ("2", None, (), ())
    assert not found.ready


def test_lines_are_those_of_the_file_where_the_record_begins(preview):
    found = preview('patient,note,sex\r\n1,"a\r\nb\r\n\r\nc",M\r\n\r\n2,"d\ne",X\r\n3,f,Y\r\n')
    assert [row.line for row in found.rows] == [2, 7, 9]
    assert [problem.line for problem in found.problems] == [7, 9]
    assert found.rows[0].patient.note == "a\nb\n\nc"


def test_a_record_number_stands_once(preview):
    found = preview("mrn\nA1\nB2\na1\n۱۲\n12\n C3\n", existing=["c3"])
    assert [(p.line, p.column, p.message) for p in found.problems] == [
        (4, "mrn", "The record number “a1” is on line 2 already. Delete this row or correct it."),
        (6, "mrn", "The record number “12” is on line 5 already. Delete this row or correct it."),
        (
            7,
            "mrn",
            "The record number “C3” is in the clinic file already. Delete this row or correct it.",
        ),
    ]


def test_rows_with_too_few_or_too_many_fields(preview):
    found = preview("patient,sex,note\n1,M\n2,M,Smith, Jane\n\n,M,\n4,M,x,,\n")
    assert [(p.line, p.column, p.message) for p in found.problems] == [
        (2, "", "This row has 2 fields, the header has 3. Add the missing separators."),
        (3, "", TOO_MANY),
        (5, "patient", "The record number is missing. Write one, or delete this row."),
    ]


def test_rows_without_a_readable_number_do_not_repeat_each_other(preview):
    found = preview("sex,patient\nM\nM,A\x01\nM,A\x01\n")
    assert [(p.line, p.column) for p in found.problems] == [(2, ""), (3, "patient"), (4, "patient")]


# Files that are wrong


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file patients.csv is empty"),
        (b"\xef\xbb\xbf\r\n ,,\r\n", "The file patients.csv is empty"),
        (HEADER.encode(), "has a header but no patients"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file. Save the table as CSV"),
        (b"PK\x03\x04\x14\0\x06\0\x08\0", "is not a text file. Save the table as CSV"),
        (b"patient,sex\n1,\x81\n", "is not UTF-8. Choose the encoding"),
        (b"\xff\xfep", "is not a text file"),
        (b"name,sex\nDoe,M\n", "No column holds the record number. The first line must name"),
        (b"1,35,M,Limb\n", "No column holds the record number"),
        (b"patient,sex,Sex\n1,M,F\n", "The columns “sex” and “Sex” mean the same"),
        (b"id,MRN\n1,2\n", "The columns “id” and “MRN” mean the same. Delete or rename one"),
        (b"id,King,king\n1,2,3\n", "The columns “King” and “king” mean the same"),
        (b'id,note\n1,"open\n2,x\n3,y\n', "begins on line 2 cannot be read: a quotation mark"),
        (b'id,note\n1,x\n2,"a"b\n', "begins on line 3 cannot be read: a quotation mark"),
        (b"id,note\n1," + b"x" * 140_000, "begins on line 2 cannot be read"),
        (b"id\n" + b"1\n" * 2_500_000, "is larger than 5 MB. Split it"),
    ],
)
def test_a_file_that_is_no_table_of_patients(preview, content, message):
    with pytest.raises(UnreadableImport, match=message):
        preview(content)


def test_a_file_that_cannot_be_opened(tmp_path):
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(UnreadableImport, match=r"cannot be read .*Choose another one"):
            patients_csv.read(path, (), ROYAN, TODAY)


# Anything at all

quietly = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
columns = st.sampled_from(
    [name for names in patients_csv._SYNONYMS.values() for name in names.split()]
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
likely = st.sampled_from(
    [
        *["0", "1", "-0", "35.0", "1e5", "inf", "٣٥", "²", "9" * 400, "F", "limb", "NA"],
        *["2012", "2012-09", "2012-09-15", "1391", "0000-00-00", "9999-12-31"],
        *['"', ",", ";", "\t", "\r", "\u2028", "\ufeff"],
    ]
)


@quietly
@given(st.binary(max_size=200) | st.tuples(st.just(b"id,age,note\n"), st.binary()).map(b"".join))
@example(b"id\n" + b"\xff\xfe")
def test_any_bytes_give_a_preview_or_one_sentence(preview, content):
    try:
        found = preview(content)
    except UnreadableImport as error:
        assert str(error).endswith(".")  # noqa: PT017  a preview is as good an outcome
    else:
        assert found.rows


@quietly
@given(st.dictionaries(columns, texts | likely, max_size=6), st.sampled_from(",;\t"))
def test_any_text_in_any_cell_gives_a_row_that_can_be_saved_or_a_problem(
    file, clinic, cells, separator
):
    cells = {"recordnumber": "1"} | {
        name: text for name, text in cells.items() if patients_csv._COLUMNS[name] != "record number"
    }
    by_column = {patients_csv._COLUMNS[name]: name for name in cells}
    path = file("")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(by_column.values())
        writer.writerow([cells[name] for name in by_column.values()])
    found = patients_csv.read(path, clinic.patients.record_numbers(), ROYAN, TODAY)
    (row,) = found.rows
    assert (row.patient is None) == bool(row.problems)
    if found.ready:
        with pytest.raises(RuntimeError, match="undo"), clinic.write("trial"):
            clinic.patients.save(row.patient)
            for result in row.external:
                clinic.external.save(result)
            assert clinic.patients.get(row.patient.id) == row.patient
            assert set(clinic.external.of(row.patient.id)) == set(row.external)
            raise RuntimeError("undo")


@quietly
@given(texts | likely)
def test_any_record_number(preview, number):
    quoted = number.replace('"', '""')
    found = preview(f'note,id\nx,"{quoted}"\n')
    (row,) = found.rows
    assert (row.patient is None) == bool(row.problems)
    assert row.patient is None or row.patient.record_number == csv_table.cleaned(number)


def test_a_wide_and_long_file_is_read_in_seconds(preview):
    found = preview("id" + "," * 1_000_000 + "\n" + "".join(f"{n}\n" for n in range(10_000)))
    assert found.ready and len(found.rows) == 10_000
