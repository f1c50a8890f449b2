"""How a sheet is written is asked, never guessed: the same reader for the import and for `score`."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import main
from core.errors import UnreadableImport
from core.imports import csv_table, patients_csv
from core.imports.csv_table import ENCODINGS, Written, WrittenHow
from core.protocols import catalog as protocols

TODAY = date(2026, 11, 28)
TRIAL = protocols.shipped()["royan-2021"]
# One list in each of the encodings, as a Windows program of that country writes it.
LISTS = {
    "windows-1250": "Dvořák",
    "windows-1251": "Иванова",
    "windows-1252": "Müller",
    "windows-1253": "Παπαδόπουλος",
    "windows-1254": "Yıldız Güneş",
    "windows-1256": "رضايي",
}
ITEMS = [f"q{number}" for number in range(1, 13)]


def preview(folder, data, written=Written()):
    path = folder / "list.csv"
    path.write_bytes(data)
    return patients_csv.read(path, (), TRIAL, TODAY, written)


@pytest.mark.parametrize(("encoding", "name"), LISTS.items())
def test_a_list_in_an_older_encoding_asks_which_and_shows_how_it_reads(tmp_path, encoding, name):
    data = f"patient,surname\n1,{name}\n".encode(encoding)
    with pytest.raises(WrittenHow, match=r"list.csv is not UTF-8\. Choose the encoding") as asked:
        preview(tmp_path, data)
    assert asked.value.asked == "encoding"
    assert asked.value.samples[encoding] == name
    (row,) = preview(tmp_path, data, Written(encoding=encoding)).rows
    assert row.patient.family_name == name
    assert not row.notes, "somebody has looked at the letters"


@given(
    st.sampled_from(list(ENCODINGS)).flatmap(
        lambda encoding: st.tuples(
            st.just(encoding),
            st.text(
                st.characters(codec=encoding, categories=["Lu", "Ll", "Lo"]),
                min_size=1,
                max_size=12,
            ),
        )
    )
)
def test_every_name_comes_through_in_the_encoding_that_was_chosen(tmp_path_factory, drawn):
    encoding, name = drawn
    data = f"patient,surname\n1,{name}\n".encode(encoding)
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        assume(False)
    folder = tmp_path_factory.mktemp("list")
    with pytest.raises(WrittenHow) as asked:
        preview(folder, data)
    assert asked.value.samples[encoding] == name
    (row,) = preview(folder, data, Written(encoding=encoding)).rows
    assert row.patient.family_name == name


def test_utf_8_and_a_mark_are_read_without_a_question(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (row,) = preview(tmp_path, "patient,surname\n1,رضایی\n".encode(encoding)).rows
        assert row.patient.family_name == "رضایی"


def test_an_encoding_that_lacks_a_letter_of_the_file_is_not_offered_and_not_taken(tmp_path):
    data = b"patient,surname\n1,x\n2,\x81\n"  # no letter of Windows-1252
    with pytest.raises(WrittenHow) as asked:
        preview(tmp_path, data)
    assert "windows-1252" not in asked.value.samples
    assert asked.value.samples["windows-1256"] == "پ"
    with pytest.raises(UnreadableImport, match=r"Line 3 of list.csv is not windows-1252\. Choose"):
        preview(tmp_path, data, Written(encoding="windows-1252"))


def test_samples_are_a_few_different_cells(tmp_path):
    rows = "".join(f"{n},{name}\n" for n, name in enumerate(["رضايي", "رضايي", "محمدي"] * 40))
    with pytest.raises(WrittenHow) as asked:
        preview(tmp_path, f"patient,surname\n{rows}".encode("windows-1256"))
    assert asked.value.samples["windows-1256"] == "رضايي, محمدي"


def test_two_separators_that_fit_as_well_are_asked_about(tmp_path):
    data = b"patient;age,sex\n1;50,M\n"
    with pytest.raises(WrittenHow, match=r"can be separated in two ways") as asked:
        preview(tmp_path, data)
    assert asked.value.asked == "separator"
    assert asked.value.samples == {",": "patient;age · sex", ";": "patient · age,sex"}


@pytest.mark.parametrize("separator", csv_table.SEPARATORS)
def test_a_separator_that_the_heading_shows_is_not_asked_about(tmp_path, separator):
    data = "patient,age,sex\n1,50,M\n".replace(",", separator).encode()
    (row,) = preview(tmp_path, data).rows
    assert (row.record_number, row.patient.stated_age_years) == ("1", 50)


def test_one_column_has_no_separator(tmp_path):
    (row,) = preview(tmp_path, b"patient\nA-1\n").rows
    assert row.record_number == "A-1"


# 1,200 is 1.2 or 1200
def test_a_number_of_two_readings_is_read_once_the_sign_of_decimals_is_said(tmp_path):
    data = b"patient;age;duration_months\n1;50;1,200\n2;51;17\n"
    found = preview(tmp_path, data)
    assert found.decimal_is_open
    (problem,) = found.problems
    assert "decimals or with thousands. Choose above" in problem.message
    first, second = preview(tmp_path, data, Written(decimal=",")).rows
    assert first.patient.stated_duration_months == 1.2
    assert second.patient.stated_duration_months == 17
    (problem,) = preview(tmp_path, data, Written(decimal=".")).problems
    assert problem.message == "“1,200”: write the decimals with a point."


@pytest.mark.parametrize(("decimal", "wrong"), [(",", "54.4"), (".", "54,4")])
def test_a_file_of_one_sign_of_decimals_refuses_the_other(tmp_path, decimal, wrong):
    data = f"patient;fvc_pct\n1;{wrong}\n".encode()
    assert not preview(tmp_path, data).problems
    (problem,) = preview(tmp_path, data, Written(decimal=decimal)).problems
    assert problem.column == "fvc_pct" and "write the decimals with" in problem.message


# The same reader for the command


def scored(folder, data, *options):
    source, target = folder / "in.csv", folder / "out.csv"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    code = main.main(["score", str(source), str(target), *options])
    return code, target.read_bytes() if target.exists() else None


def sheet(first, encoding, separator=","):
    header, row = separator.join([first, *ITEMS]), separator.join(["x", *"444444444444"])
    return f"{header}\n{row}\n".encode(encoding)


def test_score_shows_how_a_sheet_reads_in_each_encoding_and_writes_nothing(tmp_path, capsys):
    data = sheet("رضايي", "windows-1256")
    assert scored(tmp_path, data) == (1, None)
    said = capsys.readouterr().err
    assert "in.csv is not UTF-8" in said
    assert "--encoding windows-1256: رضايي\n" in said and "--encoding windows-1252: ÑÖÇíí\n" in said
    code, written = scored(tmp_path, data, "--encoding", "windows-1256")
    assert code == 0
    assert written.decode("windows-1256").startswith("رضايي,q1,")


def test_score_names_the_encodings_that_it_knows(tmp_path, capsys):
    assert scored(tmp_path, sheet("x", "utf-8"), "--encoding", "ebcdic") == (1, None)
    assert "“ebcdic” is not an encoding that is known here. Give one of" in capsys.readouterr().err


def test_score_asks_for_a_separator_only_where_two_fit(tmp_path, capsys):
    data = b"q1;note,q2\n1;2,3\n"
    assert scored(tmp_path, data) == (1, None)
    said = capsys.readouterr().err
    assert "--separator comma: q1;note · q2\n" in said
    assert "--separator semicolon: q1 · note,q2\n" in said
    code, written = scored(tmp_path, sheet("id", "utf-8", "|"))
    assert code == 0 and b"|48|12|" in written


def test_score_takes_decimal_commas_in_quotation_marks_when_told(tmp_path):
    data = (
        b"sex,age,height_cm,equation,parameter,measured\n"
        b'M,"49,12",175,GLI Global 2022,FVC,"3,00"\nM,49.12,175,GLI Global 2022,FVC,3\n'
    )
    code, written = scored(tmp_path, data, "--decimal", "comma")
    first, second = written.decode().splitlines()[1:]
    assert code == 0 and '"66,9249"' in first
    assert second.endswith("age “49.12”: write the decimals with a comma")
