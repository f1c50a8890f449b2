"""Predicted lung volumes, percent predicted and z-scores by published reference equations."""

import csv
import functools
import math
from dataclasses import dataclass
from datetime import date

from core import resources
from core.model.patient import Sex
from core.words import _

EQUATION = "gli-global-2022"
EQUATION_TITLE = "GLI Global 2022"

YOUNGEST_YEARS = 3.0
OLDEST_YEARS = 95.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a healthy person of that sex, age and height exhales, and how much people differ.

    Volumes in litres; `lln_l` and `uln_l` are the 5th and 95th percentile. `l`, `m` and `s` are the
    skewness, the median in litres and the coefficient of variation that z-scores are made from.
    """

    predicted_l: float
    lln_l: float
    uln_l: float
    l: float  # noqa: E741 - the published name, as in LMS
    m: float
    s: float


@dataclass(frozen=True, slots=True)
class CannotPredict:
    """Why there is no prediction, in one plain sentence."""

    reason: str


def predict_fvc(*, sex: Sex, age_years: float, height_cm: float) -> Prediction | CannotPredict:
    """Forced vital capacity by GLI Global 2022, race-neutral.

    `age_years` is decimal (see `age_in_years`), from 3 to 95 inclusive: whole years of age shift an
    adult's prediction by up to 1.6 %. Outside of that, for an unknown sex, or for a height that is
    not a number above zero, the answer is CannotPredict; nothing is ever clamped. Whether a height
    is plausible for a person is for the form to ask.

    Bowerman 2023, doi:10.1164/rccm.202205-0963OC. The splines are interpolated linearly between
    the rows of the table, as Quanjer 2012 prescribes, doi:10.1183/09031936.00080312.
    """
    c = _FVC.get(sex)
    if c is None:
        return CannotPredict(
            _("{equation} needs the sex, female or male; it is not known.").format(
                equation=EQUATION_TITLE
            )
        )
    if not YOUNGEST_YEARS <= age_years <= OLDEST_YEARS:
        return CannotPredict(
            _("{equation} is valid from {youngest} to {oldest} years; the age is {age}.").format(
                equation=EQUATION_TITLE,
                youngest=_plain(YOUNGEST_YEARS),
                oldest=_plain(OLDEST_YEARS),
                age=_plain(age_years),
            )
        )
    if not 0 < height_cm < math.inf:
        return _no_such_height(height_cm)
    m_spline, s_spline = _splines(sex, age_years)
    log_age = math.log(age_years)
    log_m = c.a0 + c.a1 * math.log(height_cm) + c.a2 * log_age + m_spline
    if abs(log_m) > _LARGEST_LOG_M:
        return _no_such_height(height_cm)
    m = math.exp(log_m)
    s = math.exp(c.p0 + c.p1 * log_age + s_spline)
    return Prediction(
        predicted_l=m,
        lln_l=m * (1 - _LIMIT_Z * c.q0 * s) ** (1 / c.q0),
        uln_l=m * (1 + _LIMIT_Z * c.q0 * s) ** (1 / c.q0),
        l=c.q0,
        m=m,
        s=s,
    )


def percent_predicted(measured_l: float, prediction: Prediction) -> float:
    """The measured volume (litres) as a percentage of the predicted one, unrounded."""
    return 100 * measured_l / prediction.predicted_l


def z_score(measured_l: float, prediction: Prediction) -> float:
    """How many standard deviations the measured volume (litres) is from the predicted, unrounded.

    Raises ValueError unless the volume is a number above zero. Cole's LMS method, as in
    Quanjer 2012, doi:10.1183/09031936.00080312.
    """
    if not 0 < measured_l < math.inf:
        raise ValueError("a z-score needs a measured volume above zero")
    p = prediction
    return float(((measured_l / p.m) ** p.l - 1) / (p.l * p.s))


def age_in_years(born: date, on: date) -> float:
    """Decimal age on a day, in years of 365.25 days; negative before birth."""
    return (on - born).days / 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coefficients:
    """M = exp(a0 + a1 ln height + a2 ln age + spline), S = exp(p0 + p1 ln age + spline), L = q0."""

    a0: float
    a1: float
    a2: float
    p0: float
    p1: float
    q0: float


_FVC = {
    Sex.FEMALE: _Coefficients(
        a0=-12.055901, a1=2.621579, a2=-0.035975, p0=-2.310148, p1=0.120428, q0=0.899
    ),
    Sex.MALE: _Coefficients(
        a0=-12.629131, a1=2.727421, a2=0.009174, p0=-2.195595, p1=0.068466, q0=0.9346
    ),
}

_LIMIT_Z = 1.645  # the 5th percentile, to the digits of the published workbook
_LARGEST_LOG_M = 100.0  # no body has e**100 litres, and beyond it a float's powers overflow
_ROWS_PER_YEAR = 4


def _splines(sex: Sex, age_years: float) -> tuple[float, float]:
    """The M and S splines at an exact age between the youngest and the oldest."""
    rows = _rows()
    # A power of two: the position and the weight are exact, and so a row's own age finds that row.
    position = age_years * _ROWS_PER_YEAR
    row = math.floor(position)
    weight = position - row
    m_low, s_low = rows[sex, row]
    if weight == 0:  # the oldest age has no row above it
        return m_low, s_low
    m_high, s_high = rows[sex, row + 1]
    return (1 - weight) * m_low + weight * m_high, (1 - weight) * s_low + weight * s_high


@functools.cache
def _rows() -> dict[tuple[Sex, int], tuple[float, float]]:
    """(sex, quarter-years of age) to the M and S splines."""
    file = resources.path("reference", "gli_global_2022_fvc.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    return {
        (Sex(row["sex"]), round(float(row["age"]) * _ROWS_PER_YEAR)): (
            float(row["Mspline"]),
            float(row["Sspline"]),
        )
        for row in csv.DictReader(line for line in lines if not line.startswith("#"))
    }


def _no_such_height(height_cm: float) -> CannotPredict:
    return CannotPredict(
        _("{equation} needs a possible height in cm; the height given is {height}.").format(
            equation=EQUATION_TITLE, height=_plain(height_cm)
        )
    )


def _plain(value: float) -> str:
    """A number for a sentence; three decimals tell one day beyond the limit from the limit."""
    return f"{round(value, 3):g}" if math.isfinite(value) else _("not a number")
