"""The reference range that a laboratory gave for a test on a day, for a patient's sex and age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.laboratory.definition import Test, Unit
from core.laboratory.reading import converted
from core.model.ids import LaboratoryId
from core.model.laboratory import ReferenceRange
from core.model.patient import Sex


@dataclass(frozen=True, slots=True)
class Reference:
    """What is normal, in the test's own unit. ``unit`` is the one in which the laboratory reports."""

    unit: str
    low: float | None = None
    high: float | None = None


def valid(
    ranges: Iterable[ReferenceRange],
    laboratory: LaboratoryId,
    test: str,
    sex: Sex,
    age_years: float | None,
    on: date,
) -> ReferenceRange | None:
    """The newest one that is for such a patient on that day; of one day the one that is most about them.

    One of a sex is more so than one for everybody, one of an age than one for every age.
    """
    fitting = [
        one
        for one in ranges
        if one.laboratory_id == laboratory and one.test == test and one.fits(sex, age_years, on)
    ]

    def told(one: ReferenceRange) -> tuple[date, bool, bool]:
        return one.valid_from, one.sex is not None, (one.from_age, one.below_age) != (None, None)

    return max(
        reversed(fitting), key=told, default=None
    )  # of what is alike the last that was entered


def reference(test: Test, found: ReferenceRange | None) -> Reference:
    """A range in the test's own unit; with no limits where there is none, or its unit is not known any more."""
    unit = None if found is None else test.in_unit(found.unit)
    if found is None or unit is None:
        return Reference(test.unit)
    return Reference(unit.unit, _limit(found.low, unit), _limit(found.high, unit))


def _limit(limit: float | None, unit: Unit) -> float | None:
    return None if limit is None else converted(limit, unit)
