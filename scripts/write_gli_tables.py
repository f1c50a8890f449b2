"""Writes the age splines of the lung-function equations to `resources/reference/`.

A development-time script: the tables come from the test-time dependency pyspiro 1.0.0 (MIT), which
the program itself never imports. Run it again after adding a table or changing the pyspiro pin:

    uv run scripts/write_gli_tables.py

A further set is one more entry in SETS, and a file in `resources/reference/equations/`. The digits
are copied as text, so nothing is rounded; `tests/core/science/test_lung_function.py` compares the
result with pyspiro's own tables.
"""

import csv
import importlib.resources
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "reference"
SEXES = ("female", "male")
# Our name, pyspiro's column, in words
PARAMETERS = (
    ("fvc", "FVC", "forced vital capacity"),
    ("fev1", "FEV1", "forced expiratory volume in 1 s"),
    ("fev1_fvc", "FEV1FVC", "FEV1/FVC"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """One set of spline tables: where pyspiro keeps it, what we call it, and who published it."""

    name: str
    source: str
    title: str
    citation: tuple[str, ...]


SETS = (
    Set(
        name="gli_global_2022",
        # Spelt with one n: pyspiro's set with two has a wrong sign among its coefficients.
        source="bowerman_2022_splines.csv",
        title="GLI Global (2022, race-neutral)",
        citation=(
            "Bowerman C, Bhakta NR, Brazzale D, et al. A race-neutral approach to the",
            "interpretation of lung function measurements. Am J Respir Crit Care Med 2023;",
            "207(6):768-774. doi:10.1164/rccm.202205-0963OC",
        ),
    ),
    Set(
        name="gli_2012",
        source="gli_2012_splines.csv",
        title="GLI-2012",
        citation=(
            "Quanjer PH, Stanojevic S, Cole TJ, et al. Multi-ethnic reference values for",
            "spirometry for the 3-95-yr age range: the global lung function 2012 equations.",
            "Eur Respir J 2012;40(6):1324-1343. doi:10.1183/09031936.00080312",
        ),
    ),
)


def rows(source: str, column: str) -> list[tuple[str, ...]]:
    """The table as (sex, age in years, L, M and S spline), in pyspiro's own digits."""
    file = importlib.resources.files("pyspiro.data") / source
    lines = file.read_text(encoding="utf-8").splitlines()
    return [
        (sex, row["age"], *(row[f"{column}_{sex}s_{spline}spline"] for spline in "LMS"))
        for sex in SEXES
        for row in csv.DictReader(lines, delimiter=";")
    ]


def write(one: Set) -> list[Path]:
    """Write one set as a CSV per parameter, its comment first, and return where they are."""
    written = []
    for parameter, column, words in PARAMETERS:
        path = FOLDER / f"{one.name}_{parameter}.csv"
        comment = (
            f"{one.title}, {words}: age splines of L, M and S.",
            *one.citation,
            "One row per 0.25 year; interpolate linearly between rows.",
            "Written by scripts/write_gli_tables.py from pyspiro 1.0.0 (MIT); do not edit.",
        )
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(f"# {line}\n" for line in comment)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("sex", "age", "Lspline", "Mspline", "Sspline"))
            writer.writerows(rows(one.source, column))
        written.append(path)
    return written


if __name__ == "__main__":
    for one in SETS:
        print(*write(one), sep="\n")
