"""The clinic's laboratories and their reference ranges as they are entered."""

from collections.abc import Mapping, Sequence
from datetime import date

from core import entry
from core.entry import Problem
from core.laboratory.definition import Test
from core.model.ids import LaboratoryId, RangeId, new_id
from core.model.laboratory import Laboratory, ReferenceRange
from core.model.patient import Sex
from core.session import Session
from core.words import N_, _

FIELDS = ("unit", "sex", "from_age", "below_age", "valid_from", "low", "high")
OLDEST = 130
MOST = 1e7


def read_name(text: str, known: Sequence[Laboratory]) -> str | Problem:
    """What a new laboratory is called."""
    name = " ".join(text.split())
    if not name:
        return Problem(_("Type the name of the laboratory."))
    if any(one.name.casefold() == name.casefold() for one in known):
        return Problem(_("There is a laboratory of this name. Choose it in the list."))
    return name


def read_range(
    texts: Mapping[str, str], laboratory: LaboratoryId, test: Test
) -> ReferenceRange | dict[str, Problem]:
    """The range of a test, or a problem per field."""
    problems: dict[str, Problem] = {}
    unit = test.in_unit(texts.get("unit", ""))
    if unit is None:
        known = ", ".join(one.unit for one in test.units)
        text = _("Choose the unit in which the laboratory reports {test}: {units}.")
        problems["unit"] = Problem(text.format(test=test.title, units=known))
    ages = {}
    for name, least in (("from_age", 0), ("below_age", 1)):
        age = entry.whole(texts.get(name, ""), least, OLDEST + least, _("years"))
        if isinstance(age, Problem):
            problems[name] = age
        else:
            ages[name] = age
    limits = {}
    for name in ("low", "high"):
        limit = entry.number(texts.get(name, ""), 0, MOST)
        if isinstance(limit, Problem):
            problems[name] = limit
        else:
            limits[name] = limit
    day = entry.day(texts.get("valid_from", ""))
    if day is None:
        problems["valid_from"] = Problem(_("Enter the day from which the range holds."))
    elif isinstance(day, Problem):
        problems["valid_from"] = day
    low, high = limits.get("low"), limits.get("high")
    if not problems and low is None and high is None:
        problems["high"] = Problem(_("Enter a lower limit, an upper limit, or both."))
    if low is not None and high is not None and low > high:
        problems["high"] = Problem(_("The upper limit is below the lower one. Check both."))
    first, last = ages.get("from_age"), ages.get("below_age")
    if first is not None and last is not None and first >= last:
        problems["below_age"] = Problem(_("Nobody is of this age. Check both ages."))
    if problems or unit is None or not isinstance(day, date):
        return problems
    sexes = {"female": Sex.FEMALE, "male": Sex.MALE}
    return ReferenceRange(
        id=RangeId(new_id()),
        laboratory_id=laboratory,
        test=test.id,
        sex=sexes.get(texts.get("sex", "")),
        from_age=first,
        below_age=last,
        valid_from=day,
        unit=unit.unit,
        low=low,
        high=high,
    )


def add_laboratory(session: Session, name: str) -> Laboratory:
    laboratory = Laboratory(name=name)
    with session.write():
        session.laboratories.save(laboratory)
    return laboratory


def add_range(session: Session, found: ReferenceRange) -> None:
    """A range counts for what is entered from now on: with a value that is there its own limits stay."""
    with session.write():
        session.reference_ranges.save(found)


def remove_range(session: Session, found: ReferenceRange) -> None:
    with session.write(N_("entered by mistake")):
        session.reference_ranges.remove(found.id)
