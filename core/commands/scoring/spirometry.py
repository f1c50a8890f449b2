"""Predicted values, percent predicted and z-scores for a whole sheet, by the equation of each row."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.commands.scoring.sheet import Reading, Results, Sheet
from core.entry import Problem
from core.labels import SEX
from core.model.patient import Sex
from core.science import lung_function
from core.science.lung_function import (
    CannotPredict,
    Equation,
    Linear,
    Lms,
    Parameter,
    Polynomial,
)
from core.words import _

T = TypeVar("T")
Numbers = npt.NDArray[np.float64]
_Said = tuple[str | None, Parameter | None, Sex | None, Hashable]
_Kind = tuple[str, Parameter, Sex, int | None]  # equation, parameter, sex, group

NEEDED = ("sex", "age", "height_cm", "equation", "parameter")
OWN = ("equation", "parameter", "measured")  # the others also stand in sheets of other things
READ = (*NEEDED, "ethnicity_code", "measured")
_DECIMALS = {"predicted": 6, "lln": 6, "uln": 6, "pctpred": 4, "zscore": 4}
ADDED = tuple(_DECIMALS)

_SEXES = {
    **dict.fromkeys(("f", "female", "woman", "زن"), Sex.FEMALE),
    **dict.fromkeys(("m", "male", "man", "مرد"), Sex.MALE),
}
# The slow vital capacity has no equation of its own. That it is divided by the predicted FVC is
# common practice, UNCONFIRMED as a rule.
_PARAMETERS = {
    **dict.fromkeys(("fvc", "svc", "vc"), Parameter.FVC),
    "fev1": Parameter.FEV1,
    **dict.fromkeys(("fev1fvc", "ratio"), Parameter.RATIO),
}
# What the equations are also called, beside their ids and titles; compared as `_key` does.
_ALSO_CALLED = {
    "GLI Global": "gli-global-2022",
    "GLI 2022": "gli-global-2022",
    "NHANES3": "nhanes-iii",
    "ECSC": "ecsc-1993",
    "ECCS": "ecsc-1993",
    "ECCS-1993": "ecsc-1993",
}
# DESIGN: sheets of NHANES III without a code mean its first group, Caucasian.
_GROUP_WHERE_BLANK = {"nhanes-iii": 1}
_NO_GROUP = -1
# DESIGN: what the program's own forms take. Metres, inches and millilitres are slips, not people.
_SHORTEST_CM, _TALLEST_CM = 50, 250
_LARGEST_L = 12


def results(sheet: Sheet) -> Results:
    """The columns ADDED, from the columns READ: litres, fractions for FEV1/FVC, percent.

    Every row by its own equation, with the limits and the rules of `lung_function.predict`; all rows
    of one equation, parameter, sex and group at once. A wrong `measured` takes only what is made of
    it: the prediction stands.
    """
    rows = _Rows(sheet)
    for kind, members in rows.of_kind.items():
        rows.predict(kind, np.array(members))
    comma = _has_decimal_commas(sheet)
    columns = {
        name: _decimals(values, _DECIMALS[name], comma=comma) for name, values in rows.found.items()
    }
    emptied = rows.reading.emptied(columns)
    for row, sentences in rows.blowing.problems.items():
        rows.reading.problems[row] += sentences
    return Results(emptied, rows.reading.problems)


class _Rows:
    """The rows of a sheet: what was read of them, and what was predicted.

    ``of_kind`` are the complete rows by equation, parameter, sex and group, ``found`` the columns ADDED, one
    number a row, not a number where there is none. ``reading`` and ``blowing`` hold what is wrong with the
    inputs of a prediction, and with the measured value.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.reading, self.blowing = Reading(sheet), Reading(sheet)
        self.found = {name: np.full(len(sheet.rows), np.nan) for name in ADDED}
        self._equations = lung_function.equations()
        ids = {_key(name): e.id for e in self._equations.values() for name in (e.id, e.title)}
        ids |= {_key(name): equation for name, equation in _ALSO_CALLED.items()}
        titles = ", ".join(e.title for e in self._equations.values())
        read = self.reading.read
        kinds = zip(
            read("equation", _one_of(ids, _("write one of {names}").format(names=titles))),
            read("parameter", _one_of(_PARAMETERS, _("write FVC, SVC, FEV1 or FEV1/FVC"))),
            read("sex", _one_of(_SEXES, _("write F or M"))),
            read("ethnicity_code", partial(_code, sheet)),
            strict=True,
        )
        self._ages = np.array(read("age", partial(_age, sheet)), dtype=float)
        self._heights = np.array(read("height_cm", partial(_height, sheet)), dtype=float)
        volumes = self.blowing.read("measured", partial(_measured, sheet))
        self._volumes = np.array(volumes, dtype=float)
        self.of_kind = self._by_kind(kinds)

    def _by_kind(self, kinds: Iterable[_Said]) -> Mapping[_Kind, list[int]]:
        groups: dict[str, dict[Hashable, int]] = {
            e.id: {
                said: number for number, name in e.groups.items() for said in (number, _key(name))
            }
            for e in self._equations.values()
        }
        found: defaultdict[_Kind, list[int]] = defaultdict(list)
        complete = ~(np.isnan(self._ages) | np.isnan(self._heights))
        for row, (equation, parameter, sex, said) in enumerate(kinds):
            if equation and parameter and sex and complete[row]:
                group = None if said is None else groups[equation].get(said, _NO_GROUP)
                found[equation, parameter, sex, group].append(row)
        return found

    def predict(self, kind: _Kind, rows: npt.NDArray[np.int_]) -> None:
        """Predict all rows of one kind, and say what is wrong with those that cannot be predicted."""
        equation, parameter, sex, group = kind
        e = self._equations[equation]
        c = lung_function.coefficients(
            equation, parameter, sex, _GROUP_WHERE_BLANK.get(equation) if group is None else group
        )
        if isinstance(c, CannotPredict):
            column = "ethnicity_code" if parameter in e.parameters else "parameter"
            for row in rows.tolist():
                self.reading.refuse(row, column, c.reason.removesuffix("."))
            return
        fits = np.ones(len(rows), dtype=bool)
        largest, advice = _largest(c.parameter)
        absurd = rows[self._volumes[rows] > largest]
        self._volumes[absurd] = np.nan
        for row in absurd.tolist():
            self.blowing.refuse(row, "measured", advice)
        for column, valid, advice in _limits(e, c, self._ages[rows], self._heights[rows]):
            for row in rows[~valid].tolist():
                self.reading.refuse(row, column, advice)
            fits &= valid
        rows = rows[fits]
        normal = _normal(e, c, self._ages[rows], self._heights[rows], self._volumes[rows])
        for row in rows[np.isnan(normal[0])].tolist():
            advice = _("{equation} has no prediction for so short a body").format(equation=e.title)
            self.reading.refuse(row, "height_cm", advice)
        for name, values in zip(ADDED, normal, strict=True):
            self.found[name][rows] = values


def _one_of(values: Mapping[str, T], advice: str) -> Callable[[str], T | Problem]:
    return lambda text: values.get(_key(text), Problem(advice))


def _age(sheet: Sheet, text: str) -> float | Problem:
    value = sheet.number(text)
    return Problem(_("write the age in years, such as 49.12")) if value is None else value


def _height(sheet: Sheet, text: str) -> float | Problem:
    value = sheet.number(text)
    if value is None or not _SHORTEST_CM <= value <= _TALLEST_CM:
        words = _("write the height in cm, from {low} to {high}")
        return Problem(words.format(low=_SHORTEST_CM, high=_TALLEST_CM))
    return value


def _code(sheet: Sheet, text: str) -> Hashable:
    """A number or a name; which groups there are, and whether one is needed, the equation says."""
    value = sheet.number(text)
    return _key(text) if value is None else value


def _measured(sheet: Sheet, text: str) -> float | Problem:
    value = sheet.number(text)
    if value is None or value <= 0:
        return Problem(_("write a number above 0, or nothing where it was not measured"))
    return value


def _largest(parameter: Parameter) -> tuple[float, str]:
    """The largest measured value that is one, and what to say of a larger one."""
    if parameter is Parameter.RATIO:
        return 1, _("write a fraction, such as 0.75")
    return _LARGEST_L, _("write it in litres, such as 3.74")


def _limits(
    e: Equation, c: Lms | Polynomial | Linear, age: Numbers, height: Numbers
) -> Iterator[tuple[str, npt.NDArray[np.bool_], str]]:
    """Which rows of one kind lie inside of a column's limits, and what to say of the others."""
    yield (
        "age",
        (e.youngest_years <= age) & (age <= e.oldest_years),
        _("{equation} is valid from {low:g} to {high:g} years").format(
            equation=e.title, low=e.youngest_years, high=e.oldest_years
        ),
    )
    if e.heights_cm:
        low, high = e.heights_cm[c.sex]
        yield (
            "height_cm",
            (low <= height) & (height <= high),
            _("{equation} is valid from {low:g} to {high:g} cm ({sex})").format(
                equation=e.title, low=low, high=high, sex=SEX[c.sex]
            ),
        )


def _normal(
    e: Equation, c: Lms | Polynomial | Linear, age: Numbers, height: Numbers, measured: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """`lung_function.predict`, `percent_predicted` and `z_score` for rows of one kind, as ADDED.

    Heights in cm, ages in years, inside of the equation's limits. NaN is what is not known, and the
    prediction for a body so short that the equation ends above it.
    """
    age = np.maximum(age, e.constant_below_years)
    if isinstance(c, Lms):
        table = lung_function.splines(e.id, c.parameter, c.sex)
        log_age = np.log(age)
        l = c.q0 + c.q1 * log_age + np.interp(age, table.ages, table.l)  # noqa: E741 - as published
        m = np.exp(
            c.a0 + c.a1 * np.log(height) + c.a2 * log_age + np.interp(age, table.ages, table.m)
        )
        s = np.exp(c.p0 + c.p1 * log_age + np.interp(age, table.ages, table.s))
        lln = m * (1 - e.limit_z * l * s) ** (1 / l)
        uln = m * (1 + e.limit_z * l * s) ** (1 / l)
        return m, lln, uln, 100 * measured / m, ((measured / m) ** l - 1) / (l * s)
    if isinstance(c, Polynomial):
        by_age = c.b1 * age + c.b2 * age**2
        predicted = c.b0 + by_age + c.b3 * height**2
        margin = predicted - (c.lln_b0 + by_age + c.lln_b3 * height**2)
    else:
        predicted = c.a * (height / 100) + c.b * age + c.c
        margin = np.full_like(predicted, e.limit_z * c.rsd)
    predicted = np.where((margin > 0) & (margin < predicted), predicted, np.nan)
    z = (measured - predicted) / (margin / e.limit_z)
    return predicted, predicted - margin, predicted + margin, 100 * measured / predicted, z


def _has_decimal_commas(sheet: Sheet) -> bool:
    """Whether the sheet's own numbers have them: a spreadsheet that wrote them misreads our points."""
    if sheet.decimal is not None:
        return sheet.decimal == ","
    numbers = [name for name in ("age", "height_cm", "measured") if name in sheet.positions]
    return any("," in cell for n in numbers for cell in sheet.cells(n))


def _decimals(values: Numbers, decimals: int, *, comma: bool) -> list[str]:
    cells = ["" if value != value else f"{value:z.{decimals}f}" for value in values.tolist()]
    return [cell.replace(".", ",") for cell in cells] if comma else cells


def _key(text: str) -> str:
    """A name for comparing: case, blanks and punctuation do not count."""
    return "".join(char for char in text.casefold() if char.isalnum())
