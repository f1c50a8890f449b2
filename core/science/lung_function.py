"""Predicted spirometry, percent predicted and z-scores by published reference equations.

An equation is data, one TOML file in resources/reference/equations; only its method is code.
"""

import csv
import functools
import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise, product
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidReference
from core.labels import SEX
from core.model.patient import Sex
from core.words import N_, Shown, Words, _, translated

DEFAULT_EQUATION = "gli-global-2022"


class Parameter(StrEnum):
    """What is predicted: two volumes, and the second as a share of the first."""

    FVC = "fvc"
    FEV1 = "fev1"
    RATIO = "fev1_fvc"


PARAMETER: Mapping[Parameter, str] = Words(
    {
        Parameter.FVC: N_("FVC"),
        Parameter.FEV1: N_("FEV1"),
        Parameter.RATIO: N_("FEV1/FVC"),
    }
)


class Method(StrEnum):
    """How an equation is computed; its coefficients stand in the field of the same name."""

    LMS = "lms"
    POLYNOMIAL = "polynomial"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a group adds to ln M and to ln S."""

    m: float
    s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lms:
    """ln M = a0 + a1 ln height + a2 ln age, ln S = p0 + p1 ln age, L = q0 + q1 ln age.

    Each plus its spline; height in cm, age in years.
    """

    parameter: Parameter
    sex: Sex
    groups: Mapping[int, Shift] = field(default_factory=dict)
    a0: float
    a1: float
    a2: float
    p0: float
    p1: float
    q0: float
    q1: float = 0.0

    def stands_for(self) -> tuple[int | None, ...]:
        return tuple(self.groups) or (None,)

    def of(self, group: int | None) -> "Lms":
        """The coefficients of one group, its terms inside a0 and p0."""
        if group is None or group not in self.groups:
            return self
        shift = self.groups[group]
        return replace(self, a0=self.a0 + shift.m, p0=self.p0 + shift.s, groups={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial:
    """predicted = b0 + b1 age + b2 age² + b3 height²; the lower limit has a b0 and b3 of its own.

    Height in cm, age in years.
    """

    parameter: Parameter
    sex: Sex
    group: int | None = None
    b0: float
    b1: float
    b2: float
    b3: float
    lln_b0: float
    lln_b3: float

    def stands_for(self) -> tuple[int | None, ...]:
        return (self.group,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """predicted = a height + b age + c with the residual standard deviation `rsd`.

    Height in metres, age in years.
    """

    parameter: Parameter
    sex: Sex
    group: int | None = None
    a: float
    b: float
    c: float
    rsd: float

    def stands_for(self) -> tuple[int | None, ...]:
        return (self.group,)


@translated
@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One version of a published set of equations: whom it is valid for, and its coefficients.

    Ages are decimal years and heights cm, both ends included; `heights_cm` is empty where the paper
    gives none. `groups` are the numbered populations that it tells apart, empty where it needs
    none. `limit_z` is how many standard deviations the limits of normal are from the prediction.
    Below `constant_below_years` it predicts, by its own rule, what it predicts at that age.
    """

    id: str
    version: str
    title: str
    year: int
    citation: str
    notes: tuple[Shown, ...] = ()
    youngest_years: float
    oldest_years: float
    constant_below_years: float = 0.0
    heights_cm: Mapping[Sex, tuple[float, float]] = field(default_factory=dict)
    groups: Mapping[int, Shown] = field(default_factory=dict)
    limit_z: float
    method: Method
    splines: Mapping[Parameter, str] = field(default_factory=dict)
    lms: tuple[Lms, ...] = field(default=(), repr=False)
    polynomial: tuple[Polynomial, ...] = field(default=(), repr=False)
    linear: tuple[Linear, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        filled = [method for method in Method if getattr(self, method)]
        if filled != [self.method]:
            found = ", ".join(filled) or "none"
            raise ValueError(f"the method is {self.method}, the coefficients are of: {found}")
        keys = [(row.parameter, row.sex, group) for row in self.rows for group in row.stands_for()]
        wanted = set(product(self.parameters, (Sex.FEMALE, Sex.MALE), self.groups or (None,)))
        if len(keys) != len(wanted) or set(keys) != wanted:
            raise ValueError(
                "coefficients must stand exactly once for every parameter, sex and group"
            )
        if self.lms and set(self.splines) != self.parameters:
            raise ValueError("splines must name one file for every parameter")
        if self.heights_cm and set(self.heights_cm) != {Sex.FEMALE, Sex.MALE}:
            raise ValueError("heights_cm must stand for female and male")
        for low, high in ((self.youngest_years, self.oldest_years), *self.heights_cm.values()):
            if not 0 < low < high:
                raise ValueError(f"{low:g} to {high:g} is not a range of ages or heights")
        if not all(number > 0 for number in (self.limit_z, *(row.rsd for row in self.linear))):
            raise ValueError("limit_z and rsd must be above 0")

    @property
    def rows(self) -> tuple[Lms | Polynomial | Linear, ...]:
        """Its coefficients, whatever the method."""
        return (*self.lms, *self.polynomial, *self.linear)

    @property
    def parameters(self) -> frozenset[Parameter]:
        """What it predicts."""
        return frozenset(row.parameter for row in self.rows)


@dataclass(frozen=True, slots=True)
class Splines:
    """What is added to L, ln M and ln S at each of `ages` (years); straight lines in between."""

    ages: tuple[float, ...]
    l: tuple[float, ...]  # noqa: E741 - the published name, as in LMS
    m: tuple[float, ...]
    s: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a healthy person of that sex, age and height exhales, and how much people differ.

    Volumes in litres, FEV1/FVC as a fraction; `lln` and `uln` are the 5th and 95th percentile.
    `l`, `m` and `s` are the skewness, the median and the coefficient of variation that z-scores are
    made from; an equation that is not LMS has None there and a standard deviation, `sd`, instead.
    """

    predicted: float
    lln: float
    uln: float
    l: float | None = None  # noqa: E741 - the published name, as in LMS
    m: float | None = None
    s: float | None = None
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class CannotPredict:
    """Why there is no prediction, in one plain sentence."""

    reason: str


@functools.cache
def equations() -> Mapping[str, Equation]:
    """The equations of this program by id, the newest paper first. Raises InvalidReference."""
    newest_first = sorted(map(equation, _files()), key=lambda one: (-one.year, one.id))
    return {one.id: one for one in newest_first}


def find(id: str) -> Equation | None:
    """One equation, or None where this program does not have it."""
    return equation(id) if id in _files() else None


@functools.cache
def equation(id: str) -> Equation:
    """One equation; the files of the others stay unread. Raises InvalidReference."""
    path = _files().get(id)
    if path is None:
        raise InvalidReference(
            f"This program has no reference equation named “{id}”: "
            "add its file to resources/reference/equations."
        )
    return read(path)


def read(path: Path) -> Equation:
    """One equation's file. Raises InvalidReference naming the file and what in it is wrong."""
    try:
        table = tomllib.loads(path.read_text("utf-8"), parse_float=_finite)
        found = converter.structure(table, Equation)
    except ClassValidationError as error:
        raise InvalidReference(f"{path.name}: {'; '.join(problems(error))}") from error
    except ValueError as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    if found.id != _id(path):
        raise InvalidReference(f"{path.name}: its id must be {_id(path)}, not {found.id}")
    return found


def coefficients(
    equation_id: str, parameter: Parameter, sex: Sex, group: int | None = None
) -> Lms | Polynomial | Linear | CannotPredict:
    """The coefficients for one sex and group; CannotPredict where the equation has none.

    An equation that needs no group makes nothing of one. Raises InvalidReference for an unknown id.
    """
    e = equation(equation_id)
    if parameter not in e.parameters:
        return CannotPredict(
            _("{equation} has no equation for {parameter}.").format(
                equation=e.title, parameter=PARAMETER[parameter]
            )
        )
    if sex not in (Sex.FEMALE, Sex.MALE):
        return CannotPredict(
            _("{equation} needs the sex, female or male; it is not known.").format(equation=e.title)
        )
    if e.groups and group not in e.groups:
        groups = ", ".join(f"{number} {_(name)}" for number, name in e.groups.items())
        return CannotPredict(
            _("{equation} needs the group of the patient: one of {groups}.").format(
                equation=e.title, groups=groups
            )
        )
    row = next(
        row
        for row in e.rows
        if (row.parameter, row.sex) == (parameter, sex)
        and (not e.groups or group in row.stands_for())
    )
    return row.of(group) if isinstance(row, Lms) else row


def splines(equation_id: str, parameter: Parameter, sex: Sex) -> Splines:
    """The splines of an LMS equation, over all its ages. Raises InvalidReference."""
    e = equation(equation_id)
    path = resources.path("reference", e.splines[parameter])
    found = read_splines(path)[sex]
    if (found.ages[0], found.ages[-1]) != (e.youngest_years, e.oldest_years):
        raise InvalidReference(
            f"{path.name}: its ages must be those of {e.title}, "
            f"{e.youngest_years:g} to {e.oldest_years:g}"
        )
    return found


@functools.cache
def read_splines(path: Path) -> Mapping[Sex, Splines]:
    """The splines of one parameter for both sexes. Raises InvalidReference naming the file."""
    rows: dict[Sex, list[tuple[float, ...]]] = {Sex.FEMALE: [], Sex.MALE: []}
    try:
        lines = path.read_text("utf-8").splitlines()
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            columns = (row["age"], row["Lspline"], row["Mspline"], row["Sspline"])
            rows[Sex(row["sex"])].append(tuple(map(_finite, columns)))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidReference(f"{path.name}: a row cannot be read ({error})") from error
    for sex, found in rows.items():
        if not found or not all(low[0] < high[0] for low, high in pairwise(found)):
            raise InvalidReference(f"{path.name}: the ages of {sex} must be there and ascend")
    return {sex: Splines(*zip(*found, strict=True)) for sex, found in rows.items()}


def predict(
    equation_id: str,
    parameter: Parameter,
    *,
    sex: Sex,
    age_years: float,
    height_cm: float,
    group: int | None = None,
) -> Prediction | CannotPredict:
    """What is normal for this person, in litres (a fraction for FEV1/FVC), by one equation.

    `age_years` is decimal (see `age_in_years`): whole years of age shift an adult's prediction by
    up to 1.6 %. `group` is the number of a population (see `Equation.groups`), where the equation
    asks for one. CannotPredict for a parameter, sex or group that the equation does not have, an
    age or height outside of what it is valid for, or a height that no body has; nothing is ever
    clamped, but below 25 years ECSC 1993 predicts what it does at 25, by its own rule. Whether a
    height is plausible for this person is for the form to ask. Raises InvalidReference for an
    unknown equation.

    GLI Global: Bowerman 2023, doi:10.1164/rccm.202205-0963OC. GLI-2012: Quanjer 2012,
    doi:10.1183/09031936.00080312, which prescribes the straight lines between rows of the splines;
    that the official GLI Global calculator draws them too is UNCONFIRMED. NHANES III: Hankinson
    1999, doi:10.1164/ajrccm.159.1.9712108, tables 4 to 6. ECSC: Quanjer 1993,
    doi:10.1183/09041950.005s1693; its standard deviations of FVC are UNCONFIRMED, and so is the
    rule below 25 for men, where sources disagree.
    """
    c = coefficients(equation_id, parameter, sex, group)
    if isinstance(c, CannotPredict):
        return c
    e = equation(equation_id)
    if (outside := _outside(e, sex, age_years, height_cm)) is not None:
        return outside
    age = max(float(age_years), e.constant_below_years)
    height = float(height_cm)
    match c:
        case Lms():
            return _lms(c, splines(equation_id, parameter, sex), age, height, e.limit_z)
        case Polynomial():
            by_age = c.b1 * age + c.b2 * age**2
            predicted = c.b0 + by_age + c.b3 * height**2
            margin = predicted - (c.lln_b0 + by_age + c.lln_b3 * height**2)
        case Linear():
            predicted = c.a * (height / 100) + c.b * age + c.c
            margin = e.limit_z * c.rsd
    if not 0 < margin < predicted:
        # So short that people who differ as usual would have no lungs: the equation ends above it.
        return _no_such_height(e, height_cm)
    return Prediction(
        predicted=predicted,
        lln=predicted - margin,
        uln=predicted + margin,
        sd=margin / e.limit_z,
    )


def _outside(e: Equation, sex: Sex, age_years: float, height_cm: float) -> CannotPredict | None:
    """Why an equation does not hold for this age or height; None where it does."""
    if not e.youngest_years <= age_years <= e.oldest_years:
        return CannotPredict(
            _("{equation} is valid from {youngest} to {oldest} years; the age is {age}.").format(
                equation=e.title,
                youngest=_plain(e.youngest_years),
                oldest=_plain(e.oldest_years),
                age=_plain(age_years),
            )
        )
    if not _SHORTEST_CM <= height_cm <= _TALLEST_CM:
        return _no_such_height(e, height_cm)
    if e.heights_cm and not e.heights_cm[sex][0] <= height_cm <= e.heights_cm[sex][1]:
        shortest, tallest = e.heights_cm[sex]
        return CannotPredict(
            _(
                "{equation} is valid from {shortest} to {tallest} cm ({sex});"
                " the height is {height}."
            ).format(
                equation=e.title,
                shortest=_plain(shortest),
                tallest=_plain(tallest),
                sex=SEX[sex],
                height=_plain(height_cm),
            )
        )
    return None


def percent_predicted(measured: float, prediction: Prediction) -> float:
    """The measured value as a percentage of the predicted one, unrounded.

    In the unit of the prediction: litres, a fraction for FEV1/FVC.
    """
    return 100 * measured / prediction.predicted


def z_score(measured: float, prediction: Prediction) -> float:
    """How many standard deviations the measured value is from the predicted, unrounded.

    In the unit of the prediction: litres, a fraction for FEV1/FVC. Raises ValueError unless that is
    a number above zero. Cole's LMS method, as in Quanjer 2012, doi:10.1183/09031936.00080312; the
    distance in standard deviations where the equation gives one.
    """
    if not 0 < measured < math.inf:
        raise ValueError("a z-score needs a measured value above zero")
    p = prediction
    if p.l is not None and p.m is not None and p.s is not None:
        return float(((measured / p.m) ** p.l - 1) / (p.l * p.s))
    if p.sd is not None:
        return (measured - p.predicted) / p.sd
    raise ValueError("a z-score needs L, M and S, or a standard deviation")


def age_in_years(born: date, on: date) -> float:
    """Decimal age on a day, in years of 365.25 days; negative before birth."""
    return (on - born).days / 365.25


# DESIGN: no body is shorter or taller, and in between no power of a height overflows.
_SHORTEST_CM, _TALLEST_CM = 10.0, 1000.0


def _lms(c: Lms, table: Splines, age: float, height: float, limit_z: float) -> Prediction:
    l_spline, m_spline, s_spline = _at(table, age)
    log_age = math.log(age)
    l = c.q0 + c.q1 * log_age + l_spline  # noqa: E741 - the published name, as in LMS
    m = math.exp(c.a0 + c.a1 * math.log(height) + c.a2 * log_age + m_spline)
    s = math.exp(c.p0 + c.p1 * log_age + s_spline)
    return Prediction(
        predicted=m,
        lln=m * (1 - limit_z * l * s) ** (1 / l),
        uln=m * (1 + limit_z * l * s) ** (1 / l),
        l=l,
        m=m,
        s=s,
    )


def _at(table: Splines, age: float) -> tuple[float, float, float]:
    """The splines of L, M and S at an age that the table holds or that lies between two of it."""
    row = bisect_right(table.ages, age) - 1
    if table.ages[row] == age:  # the oldest age has no row above it
        return table.l[row], table.m[row], table.s[row]
    weight = (age - table.ages[row]) / (table.ages[row + 1] - table.ages[row])
    l, m, s = (  # noqa: E741 - the published name, as in LMS
        (1 - weight) * spline[row] + weight * spline[row + 1]
        for spline in (table.l, table.m, table.s)
    )
    return l, m, s


@functools.cache
def _files() -> Mapping[str, Path]:
    folder = resources.path("reference", "equations")
    return {_id(path): path for path in sorted(folder.glob("*.toml"))}


def _id(path: Path) -> str:
    """A file has the name of its equation, and so one is found without reading the others."""
    return path.stem.replace("_", "-")


def _finite(text: str) -> float:
    """A number of a file; ValueError for nan and inf, which TOML and float() take for numbers."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number")
    return value


def _no_such_height(e: Equation, height_cm: float) -> CannotPredict:
    return CannotPredict(
        _("{equation} needs a possible height in cm; the height given is {height}.").format(
            equation=e.title, height=_plain(height_cm)
        )
    )


def _plain(value: float) -> str:
    """A number for a sentence; three decimals tell one day beyond the limit from the limit."""
    return f"{round(value, 3):g}" if math.isfinite(value) else _("not a number")
