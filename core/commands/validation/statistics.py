"""Statistics of the checked data sets, computed by this installation: by method, data and quantity as R's results name them.

The data are `stats_vectors.csv` (ten made-up patients, three of whom die and two of whom miss a visit), Table 1 of the
trial and `survival_data.csv` (its first year; `aml` of R's package survival, in weeks).
"""

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import TypeVar

import numpy as np

from core import resources
from core.errors import InvalidReference
from core.science.statistics.anova import repeated_measures
from core.science.statistics.comparisons import Comparison, paired, welch
from core.science.statistics.cox import cox
from core.science.statistics.fit import NoFit
from core.science.statistics.mixed_model import mixed_model
from core.science.statistics.slopes import patient_slopes
from core.science.statistics.summary import Summary, summary
from core.science.statistics.survival import Interval, KaplanMeier, kaplan_meier, log_rank

T = TypeVar("T")
Values = Mapping[str, float]

_INTERVALS = {"log-log": Interval.LOG_LOG, "plain": Interval.PLAIN}
_MONTHS = ("0", "2", "4", "6", "12")
_COLUMNS = ("age", "duration_months", "fvc_pct_baseline", "alsfrsr_baseline")  # of Table 1
_FIRST_GROUP = ("P01", "P02", "P03", "P04", "P05")


def value(method: str, data: str, quantity: str) -> float:
    """One number. Raises KeyError for one that is not computed, InvalidReference where a fit gives none."""
    return _computed(method)[data][quantity]


@cache
def _computed(method: str) -> Mapping[str, Values]:
    return dict(_METHODS[method]())


def _summaries() -> Iterator[tuple[str, Values]]:
    for place, month in enumerate(_MONTHS):
        yield f"month {month}", _described(_wide()[:, place])
    rows = _rows("royan_table1.csv")
    for name in _COLUMNS:
        yield name, _described(np.array([float(row[name]) for row in rows]))


def _slopes() -> Iterator[tuple[str, Values]]:
    mean = patient_slopes(*_long()).mean
    yield "alsfrsr", {} if mean is None else _with_interval(mean)


def _mixed_model() -> Iterator[tuple[str, Values]]:
    yield "alsfrsr", asdict(_fitted(mixed_model(*_long())))


def _anova() -> Iterator[tuple[str, Values]]:
    found = _fitted(repeated_measures(_wide()))
    time, test = found.time, found.sphericity
    yield (
        "alsfrsr",
        {
            "n": found.n,
            "dropped": found.dropped,
            "sum_squares": time.sum_squares,
            "error_sum_squares": time.error_sum_squares,
            "f": time.f,
            "p": time.p,
            "epsilon": found.epsilon,
            "p_corrected": math.nan if time.p_corrected is None else time.p_corrected,
            "w": math.nan if test is None else test.w,
            "p_sphericity": math.nan if test is None else test.p,
        },
    )


def _paired() -> Iterator[tuple[str, Values]]:
    first, later = (_wide()[:, _MONTHS.index(month)] for month in ("0", "6"))
    yield "month 0 and 6", _compared(_fitted(paired(first, later)))


def _welch() -> Iterator[tuple[str, Values]]:
    values = _wide()[:, _MONTHS.index("6")]
    first = np.array([patient in _FIRST_GROUP for patient in _patients()])
    yield "month 6 by P01 to P05", _compared(_fitted(welch(values[first], values[~first])))


def _kaplan_meier() -> Iterator[tuple[str, Values]]:
    for data in ("first year", "aml"):
        times, events, _groups = _followed(data)
        values: dict[str, float] = {}
        for name, interval in _INTERVALS.items():
            curve = _fitted(kaplan_meier(times, events, interval))
            values |= dict(_of_curve(name, curve))
        yield data, values


def _of_curve(name: str, curve: KaplanMeier) -> Iterator[tuple[str, float]]:
    for time in curve.times:
        found = curve.at(float(time)) or ()
        for quantity, one in zip(("survival", "se", "low", "high"), found, strict=True):
            yield f"{name} time {time:g} {quantity}", one


def _log_rank() -> Iterator[tuple[str, Values]]:
    times, events, groups = _followed("aml")
    found = _fitted(log_rank(times, events, groups))
    expected = {
        f"expected_{group}": one for group, one in zip(found.groups, found.expected, strict=True)
    }
    yield "aml", {"chi_squared": found.chi_squared, "p": found.p, **expected}


def _cox() -> Iterator[tuple[str, Values]]:
    times, events, groups = _followed("aml")
    found = _fitted(cox(times, events, [[group != "maintained"] for group in groups]))
    yield (
        "aml",
        {
            "coefficient": float(found.coefficients[0]),
            "se": float(found.se[0]),
            "log_likelihood": found.log_likelihood,
            "likelihood_ratio": found.likelihood_ratio,
            "p": found.p[0],
        },
    )


_METHODS: Mapping[str, Callable[[], Iterator[tuple[str, Values]]]] = {
    "summary": _summaries,
    "slopes": _slopes,
    "mixed_model": _mixed_model,
    "anova": _anova,
    "paired": _paired,
    "welch": _welch,
    "kaplan_meier": _kaplan_meier,
    "log_rank": _log_rank,
    "cox": _cox,
}


def _described(values: np.ndarray) -> Values:
    found = summary(values)
    return {} if found is None else _with_interval(found)


def _with_interval(found: Summary) -> Values:
    low, high = found.interval() or (math.nan, math.nan)
    return {**asdict(found), "ci_low": low, "ci_high": high}


def _compared(found: Comparison) -> Values:
    low, high = found.interval()
    return {
        "difference": found.difference,
        "t": found.t,
        "degrees": found.degrees,
        "p": found.p,
        "ci_low": low,
        "ci_high": high,
    }


def _fitted(found: T | NoFit) -> T:
    if isinstance(found, NoFit):
        raise InvalidReference(found.reason)
    return found


# The data


@cache
def _rows(file: str) -> list[dict[str, str]]:
    with resources.path("validation", file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _patients() -> list[str]:
    return sorted({row["patient"] for row in _rows("stats_vectors.csv")})


def _long() -> tuple[list[int], list[float], list[float]]:
    """Patient, month and total of each form."""
    rows, places = _rows("stats_vectors.csv"), {one: at for at, one in enumerate(_patients())}
    return (
        [places[row["patient"]] for row in rows],
        [float(row["month"]) for row in rows],
        [float(row["alsfrsr"]) for row in rows],
    )


def _wide() -> np.ndarray:
    """A row a patient, a column a month; NaN where no form is."""
    known = {(row["patient"], row["month"]): row["alsfrsr"] for row in _rows("stats_vectors.csv")}
    return np.array(
        [[float(known.get((one, month), "nan")) for month in _MONTHS] for one in _patients()]
    )


def _followed(data: str) -> tuple[list[float], list[bool], list[str]]:
    rows = [row for row in _rows("survival_data.csv") if row["data"] == data]
    times = [float(row["time"]) for row in rows]
    return times, [row["event"] == "1" for row in rows], [row["group"] for row in rows]
