"""The checked values that come with the program, each computed again by the formulas of this installation."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from core import resources
from core.commands.validation import statistics
from core.commands.validation.checks import Found, Planned
from core.errors import InvalidReference
from core.findings import eligibility
from core.findings.eligibility import Fulfilment
from core.imports import patients_csv
from core.instruments import catalog as instruments
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.model.visit import Mark
from core.protocols import catalog as protocols
from core.protocols import schedule
from core.science import lung_function, staging
from core.science.lung_function import Parameter, Prediction
from core.science.progression import MONTH_DAYS, Slope, delta_fs, ols_slope, pace
from core.words import N_, _, number, plural

Row = Mapping[str, str]

_ANY_DAY = date(2014, 3, 10)
_PROTOCOL = "royan-2021"
_CRITERIA = {"AGE": "age", "DURATION": "diagnosis"}  # as the table flags them, as the schedule does
_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE}
_PARAMETERS = {"FVC": Parameter.FVC, "FEV1": Parameter.FEV1}
_GLI_GLOBAL = "Bowerman 2023, doi:10.1164/rccm.202205-0963OC"
_GLI_2012 = "Quanjer 2012, doi:10.1183/09031936.00080312"
_FORMULAS_OF_GLI = (
    (N_("L, M and S"), ("L", "M", "S"), 1e-6),
    (N_("predicted, LLN and ULN"), ("predicted", "lln", "uln"), 5e-4),
    (N_("% predicted"), ("pctpred",), 0.02),
    (N_("z-score"), ("zscore",), 1e-3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vectors:
    """Rows of one file with values that others computed; ``ours`` gives those of this program for a row.

    ``tolerance`` is how far numbers may differ; None asks for the very same text. ``count`` is how many
    rows the release has.
    """

    what: str
    basis: str
    file: str
    count: int
    ours: Callable[[Row], Mapping[str, object]]
    columns: tuple[str, ...]
    tolerance: float | None = None
    where: tuple[str, str] | None = None  # only the rows that have this value in this column


@dataclass(frozen=True, slots=True)
class _Compared:
    """One value of one row."""

    row: int
    column: str
    published: str
    ours: str
    difference: float | None  # None where one of the two is no number
    agrees: bool


def checks() -> Iterator[Planned]:
    for vectors in _all():
        values = vectors.count * len(vectors.columns)
        if vectors.tolerance is None:
            expected = _("{rows} rows, {values} values the same")
        else:
            expected = _("{rows} rows, {values} values within ±{tolerance}")
        yield Planned(
            what=vectors.what,
            basis=vectors.basis,
            expected=expected.format(
                rows=vectors.count, values=values, tolerance=_plain(vectors.tolerance or 0)
            ),
            look=partial(_look, vectors),
        )


def _all() -> Iterator[_Vectors]:
    yield from _of_questionnaires()
    yield from _of_lung_function()
    yield from _of_the_trial()
    yield from _of_follow_up()
    yield from _of_statistics()


def _of_questionnaires() -> Iterator[_Vectors]:
    form = _Vectors(
        what=_("ALSFRS-R: total and the four domains"),
        basis="Cedarbaum 1999, J Neurol Sci 169:13-21",
        file="staging_vectors.csv",
        count=21,
        ours=_scores,
        columns=("total", "bulbar", "fine_motor", "gross_motor", "respiratory"),
    )
    yield form
    yield replace(
        form,
        what=_("King's stage, with 4A and 4B each by itself"),
        basis="Balendra 2014, doi:10.3109/21678421.2014.897357",
        ours=_kings,
        columns=("kings", "kings_4a_flag", "kings_4b_flag"),
    )
    yield replace(
        form,
        what=_("MiToS and FT9 stages"),
        basis="Chio 2015, doi:10.1136/jnnp-2013-306589; Thakore 2018, doi:10.1080/21678421.2018.1484925",
        ours=_mitos_and_ft9,
        columns=("mitos", "ft9_unconfirmed"),
    )


def _of_lung_function() -> Iterator[_Vectors]:
    for title, basis, count in (
        ("GLI-Global-2022", _GLI_GLOBAL, 84),
        ("GLI-2012", _GLI_2012, 124),
    ):
        for words, columns, tolerance in _FORMULAS_OF_GLI:
            yield _Vectors(
                what=f"{title}: {_(words)}",
                basis=basis,
                file="gli_vectors.csv",
                count=count,
                ours=_gli,
                columns=columns,
                tolerance=tolerance,
                where=("equation", title),
            )
    for title, basis, count, group in (
        ("NHANES-III", "Hankinson 1999, doi:10.1164/ajrccm.159.1.9712108", 37, 1),
        ("ECSC-1993", "Quanjer 1993, doi:10.1183/09041950.005s1693", 22, None),
    ):
        yield _Vectors(
            what=_("{equation}: predicted and LLN").format(equation=title),
            basis=basis,
            file="legacy_spirometry_vectors.csv",
            count=count,
            ours=partial(_lung, group=group),
            columns=("predicted", "lln"),
            tolerance=1e-4,
            where=("equation", title),
        )


def _of_the_trial() -> Iterator[_Vectors]:
    table_1 = _Vectors(
        what=_("ΔFS since onset, Table 1 of the trial"),
        basis="Kimura 2006, Neurology 66:265-267; Nabavi 2021, Cell J 23(7):772-778",
        file="royan_table1.csv",
        count=17,
        ours=_rate,
        columns=("delta_fs",),
        tolerance=5e-5,
    )
    yield table_1
    yield replace(
        table_1,
        what=_("Groups of ΔFS by both pairs of cut points"),
        basis="Kimura 2006; Labra 2016, in doi:10.1186/s12883-021-02187-8, table 4",
        ours=_paces,
        columns=("class_0.5_1.0", "class_0.47_1.11"),
        tolerance=None,
    )
    yield replace(
        table_1,
        what=_("Criteria of the trial that its own Table 1 does not fulfil"),
        basis="Nabavi 2021, Cell J 23(7):772-778",
        ours=_Eligibility().flags,
        columns=("eligibility_flags",),
        tolerance=None,
    )


def _of_follow_up() -> Iterator[_Vectors]:
    yield _Vectors(
        what=_("Slope of the ALSFRS-R, points a month"),
        basis=_("ordinary least squares (Draper and Smith, chapter 1)"),
        file="slope_vectors.csv",
        count=10,
        ours=_slope,
        columns=("per_month",),
        tolerance=5e-5,
    )
    yield _Vectors(
        what=_("Visit windows and what is due when"),
        basis="Nabavi 2021, Cell J 23(7):772-778",
        file="visit_vectors.csv",
        count=13,
        ours=_window,
        columns=("target", "window_open", "window_close", "expected_status"),
    )


def _of_statistics() -> Iterator[_Vectors]:
    for method, what, basis, count in (
        ("summary", _("Mean, SD, SE, quartiles and interval of a group"), "R 4.2.2", 99),
        ("slopes", _("Mean of the patients' slopes with its interval"), "R 4.2.2", 5),
        ("mixed_model", _("Linear mixed model by REML"), "lme4 1.1-31", 9),
        ("anova", _("ANOVA of repeated measures"), "car 3.1-1", 10),
        ("paired", _("Paired t test"), "R 4.2.2", 6),
        ("welch", _("Welch's t test"), "R 4.2.2", 6),
        ("kaplan_meier", _("Kaplan-Meier with both intervals"), "survival 3.5-3", 36),
        ("log_rank", _("Log-rank test"), "survival 3.5-3", 4),
        ("cox", _("Cox regression, ties by Efron"), "survival 3.5-3", 5),
    ):
        yield _Vectors(
            what=what,
            basis=basis,
            file="statistics_by_r.csv",
            count=count,
            ours=_statistic,
            columns=("value",),
            tolerance=1e-5 if method == "mixed_model" else 1e-7,  # an optimum; and sums
            where=("method", method),
        )


def _look(vectors: _Vectors) -> Found:
    rows = _rows(vectors.file)
    if vectors.where is not None:
        column, value = vectors.where
        rows = [(line, row) for line, row in rows if row[column] == value]
    values = list(_compare(vectors, rows))
    agreeing = sum(value.agrees for value in values)
    words = [_("{n} of {all} values").format(n=agreeing, all=len(values))]
    differences = [value.difference for value in values if value.difference is not None]
    if vectors.tolerance is not None and differences:
        largest = _("largest difference {n}")
        words.append(largest.format(n=_plain(max(differences))))
    if len(rows) != vectors.count:
        words.append(plural(len(rows), "1 row read", "{n} rows read"))
    wrong = next((value for value in values if not value.agrees), None)
    if wrong is not None:
        text = _("first in line {line}: {column} is “{published}”, computed “{ours}”")
        words.append(
            text.format(
                line=wrong.row, column=wrong.column, published=wrong.published, ours=wrong.ours
            )
        )
    passed = wrong is None and len(rows) == vectors.count
    return Found("; ".join(words), passed=passed)


def _compare(vectors: _Vectors, rows: Iterable[tuple[int, Row]]) -> Iterator[_Compared]:
    for line, row in rows:
        ours = vectors.ours(row)
        for column in vectors.columns:
            published, computed = row[column], ours[column]
            difference = None
            if isinstance(computed, float) and published:
                difference = abs(float(published) - computed)
            if vectors.tolerance is None:
                agrees = published == _text(computed)
            else:
                agrees = difference is not None and difference <= vectors.tolerance
            yield _Compared(line, column, published, _text(computed), difference, agrees)


def _rows(file: str) -> list[tuple[int, Row]]:
    """The rows of a file with the line that each begins in."""
    with resources.path("validation", file).open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        return [(reader.line_num, row) for row in reader]


def _text(value: object) -> str:
    """A value as the files write it: nothing where it cannot be said."""
    if value is None:
        return ""
    return number(value, 6) if isinstance(value, float) else str(value)


def _plain(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".")


# The program's own answer to one row


def _scores(row: Row) -> Mapping[str, object]:
    instrument = instruments.alsfrs_r()
    given = {
        slot: int(row[f"q{question}"])
        for question, slot in enumerate(instrument.slots, 1)
        if row[f"q{question}"]
    }
    scales = [instruments.alsfrs_r_total(), *instrument.domains]
    columns = ("total", "bulbar", "fine_motor", "gross_motor", "respiratory")
    return {name: scale.score(given) for name, scale in zip(columns, scales, strict=True)}


def _kings(row: Row) -> Mapping[str, object]:
    found = staging.kings(
        _items(row),
        item5b=row["item5_version"] == "b",
        gastrostomy=row["gastrostomy"] == "1",
        dead=row["dead"] == "1",
    )
    return {
        "kings": None if found.stage is None else found.stage.value,
        "kings_4a_flag": int(found.nutritional_failure is True),
        "kings_4b_flag": int(found.respiratory_failure is True),
    }


def _mitos_and_ft9(row: Row) -> Mapping[str, object]:
    items, dead = _items(row), row["dead"] == "1"
    return {
        "mitos": staging.mitos(items, dead=dead).stage,
        "ft9_unconfirmed": staging.ft9(items, dead=dead),
    }


def _items(row: Row) -> staging.Items:
    return {n: int(row[f"q{n}"]) if row[f"q{n}"] else None for n in range(1, 13)}


def _gli(row: Row) -> Mapping[str, object]:
    prediction = _prediction(row, int(row["ethnicity_code"]) if row["ethnicity_code"] else None)
    measured = float(row["measured"])
    return {
        "L": prediction.l,
        "M": prediction.m,
        "S": prediction.s,
        "predicted": prediction.predicted,
        "lln": prediction.lln,
        "uln": prediction.uln,
        "pctpred": lung_function.percent_predicted(measured, prediction),
        "zscore": lung_function.z_score(measured, prediction),
    }


def _lung(row: Row, group: int | None) -> Mapping[str, object]:
    prediction = _prediction(row, group)
    return {"predicted": prediction.predicted, "lln": prediction.lln}


def _prediction(row: Row, group: int | None) -> Prediction:
    found = lung_function.predict(
        row["equation"].lower(),
        _PARAMETERS[row["parameter"]],
        sex=_SEXES[row["sex"]],
        age_years=float(row["age"]),
        height_cm=float(row["height_cm"]),
        group=group,
    )
    if not isinstance(found, Prediction):
        raise InvalidReference(found.reason)
    return found


def _rate(row: Row) -> Mapping[str, object]:
    return {"delta_fs": delta_fs(int(row["alsfrsr_baseline"]), float(row["duration_months"]))}


def _paces(row: Row) -> Mapping[str, object]:
    rate = _rate(row)["delta_fs"]
    if not isinstance(rate, float):
        return {"class_0.5_1.0": None, "class_0.47_1.11": None}
    return {
        "class_0.5_1.0": pace(rate, slow_below=0.5, fast_from=1.0).value,
        "class_0.47_1.11": pace(rate, slow_below=0.47, fast_from=1.11).value,
    }


class _Eligibility:
    """The table read as a clinic would import it, and each of its patients held against the criteria."""

    def __init__(self) -> None:
        self._failing: dict[str, set[str]] = {}

    def flags(self, row: Row) -> Mapping[str, object]:
        if not self._failing:
            self._failing = self._evaluate()
        failing = self._failing[row["patient"]]
        flags = [flag for flag, criterion in _CRITERIA.items() if criterion in failing]
        others = sorted(failing - set(_CRITERIA.values()))
        return {"eligibility_flags": ";".join([*flags, *others])}

    def _evaluate(self) -> dict[str, set[str]]:
        protocol = protocols.shipped()[_PROTOCOL]
        path = resources.path("validation", "royan_table1.csv")
        preview = patients_csv.read(path, (), protocol, _ANY_DAY)
        return {
            row.record_number: {
                one.criterion.id
                for one in eligibility.evaluate(
                    PatientRecord(patient=row.patient, external=row.external), protocol
                )
                if one.state is Fulfilment.NOT_MET
            }
            for row in preview.rows
            if row.patient is not None
        }


def _statistic(row: Row) -> Mapping[str, object]:
    return {"value": float(statistics.value(row["method"], row["data"], row["quantity"]))}


def _slope(row: Row) -> Mapping[str, object]:
    # 100 days for a month, and back: days are whole, and a month of 30.4375 would have to be rounded.
    points = [
        (_ANY_DAY + timedelta(100 * int(one["month"])), float(one["alsfrsr"]))
        for _line, one in _rows("stats_vectors.csv")
        if one["patient"] == row["patient"]
    ]
    slope = ols_slope(points)
    return {"per_month": slope.per_month * 100 / MONTH_DAYS if isinstance(slope, Slope) else None}


def _window(row: Row) -> Mapping[str, object]:
    reference = date.fromisoformat(row["infusion_date"])
    window = schedule.windows(protocols.shipped()[_PROTOCOL], reference)[row["visit"]]
    found = schedule.status(
        window,
        date.fromisoformat(row["today"]),
        actual=_day(row["actual_date"]),
        end_of_participation=_day(row["end_of_participation"]),
        mark=Mark(row["manual_status"]) if row["manual_status"] else None,
    )
    return {
        "target": window.target.isoformat(),
        "window_open": window.open.isoformat(),
        "window_close": window.close.isoformat(),
        "expected_status": found.value,
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
