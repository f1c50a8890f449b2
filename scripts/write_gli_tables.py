"""Writes the age splines of the lung-function equations to `resources/reference/`.

A development-time script: the tables come from the test-time dependency pyspiro 1.0.0 (MIT), which
the program itself never imports. Run it again after adding a table or changing the pyspiro pin:

    uv run scripts/write_gli_tables.py

A further table is one more entry in TABLES. The digits are copied as text, so nothing is rounded;
`tests/core/science/test_lung_function.py` compares the result with pyspiro's own tables.
"""

import csv
import importlib.resources
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "reference"
SEXES = ("female", "male")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One spline table: where pyspiro keeps it, what we call it, and who published it."""

    file_name: str
    source: str
    parameter: str
    comment: tuple[str, ...]


TABLES = (
    Table(
        file_name="gli_global_2022_fvc.csv",
        source="bowerman_2022_splines.csv",
        parameter="FVC",
        comment=(
            "GLI Global (2022, race-neutral), forced vital capacity: age splines of M and S.",
            "Bowerman C, Bhakta NR, Brazzale D, et al. A race-neutral approach to the",
            "interpretation of lung function measurements. Am J Respir Crit Care Med 2023;",
            "207(6):768-774. doi:10.1164/rccm.202205-0963OC",
            "One row per 0.25 year; interpolate linearly between rows. The spline of L is zero.",
            "Written by scripts/write_gli_tables.py from pyspiro 1.0.0 (MIT); do not edit.",
        ),
    ),
)


def rows(table: Table) -> list[tuple[str, str, str, str]]:
    """The table as (sex, age in years, M spline, S spline), in pyspiro's own digits.

    Raises ValueError if the L spline is not zero throughout: the columns would then lose it.
    """
    source = importlib.resources.files("pyspiro.data") / table.source
    lines = source.read_text(encoding="utf-8").splitlines()
    found = []
    for sex in SEXES:
        prefix = f"{table.parameter}_{sex}s"
        for row in csv.DictReader(lines, delimiter=";"):
            if float(row[f"{prefix}_Lspline"]) != 0:
                raise ValueError(f"{table.source}: L of {prefix} has a spline at {row['age']}")
            found.append((sex, row["age"], row[f"{prefix}_Mspline"], row[f"{prefix}_Sspline"]))
    return found


def write(table: Table) -> Path:
    """Write one table as CSV, its comment first, and return where it is."""
    path = FOLDER / table.file_name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in table.comment)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("sex", "age", "Mspline", "Sspline"))
        writer.writerows(rows(table))
    return path


if __name__ == "__main__":
    for table in TABLES:
        print(write(table))
