"""A text that was typed is a text in a spreadsheet: never a formula, and the same text when it comes back."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.exports.table_csv import render
from core.imports import csv_table
from core.imports.csv_table import Written
from core.spreadsheets import restored


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","look")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1",
        "\r=1",
        "- fell at home",
    ],
)
def test_a_text_that_begins_as_a_formula_is_defused(text):
    ((_title,), (cell,)) = cells(render(["note"], [[text]]))
    assert cell == f"'{text}"
    assert restored(cell) == text


@pytest.mark.parametrize(
    "text",
    ["-1.08", "+3", "12", "-0,5", "1E+05", "2026-06-17", "2026-06", "45 %", "−1.08", "", "O'Neill"],
)
def test_numbers_dates_and_other_texts_are_as_they_are(text):
    ((_title,), (cell,)) = cells(render(["value"], [[text]]))
    assert cell == text == restored(cell)


@example("'=1")
@example("''-5")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_comes_back_exactly(text):
    ((_title,), *rest) = cells(
        render(
            [
                "note",
            ],
            [[text]],
        )
    )
    (cell,) = rest[0] if rest and rest[0] else [""]
    assert restored(cell) == text
    assert not cell or cell[0] not in "=@\t\r"


def test_our_import_takes_it_away_and_a_title_is_defused_too(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(render(["patient", "note", "=x"], [["A-1", "- fell at home", "@home"]]))
    table = csv_table.read(path, lambda name: name in ("patient", "note"), Written())
    assert table.records[0].cells == ("A-1", "- fell at home", "@home")
    assert cells(path.read_bytes())[0][2] == "'=x"
