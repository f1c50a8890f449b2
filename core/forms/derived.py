"""What is computed from the fields of a record: shown beside them, and never stored.

A name with a point is read from around the record (`core.forms.around`): "infusion.start", "setting.…".
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from core.forms import scores
from core.model.form_record import Stored
from core.model.partial_date import PartialDate

Read = Callable[[str], Stored | None]

# How often a day, by the choice of the field "frequency"; what is not here has no dose a day.
TIMES_A_DAY: Mapping[str, float] = {
    "daily": 1,
    "2_daily": 2,
    "3_daily": 3,
    "4_daily": 4,
    "6_daily": 6,
    "alternate_days": 1 / 2,
    "weekly": 1 / 7,
}


def daily_dose(read: Read) -> float | None:
    """The dose a day, in the unit of ``dose``: dose times how often a day; None where either is not known."""
    dose, times = read("dose"), TIMES_A_DAY.get(str(read("frequency")))
    if dose is None or isinstance(dose, str) or times is None:
        return None
    return round(dose * times, 6)


def days(read: Read) -> float | None:
    """Whole days from ``started`` to ``ended``, both counted; None unless both are known to the day."""
    first, last = (read(name) for name in ("started", "ended"))
    if not isinstance(first, str) or not isinstance(last, str):
        return None
    try:
        span = PartialDate.parse(first[:10]), PartialDate.parse(last[:10])
    except ValueError:
        return None
    if not all(one.exact for one in span):
        return None
    return float((span[1].first - span[0].first).days + 1)


def ordered_cells(read: Read) -> float | None:
    """Cells ordered, in 10⁶: ``weight`` in kg times ``per_kg`` in 10⁶ cells/kg. 70 kg × 2 are 140."""
    weight, per_kg = _number(read, "weight"), _number(read, "per_kg")
    return None if weight is None or per_kg is None else round(weight * per_kg, 6)


def given_per_kg(read: Read) -> float | None:
    """Cells given per kg, in 10⁶: ``given`` in 10⁶ cells by ``weight`` in kg."""
    return _ratio(_number(read, "given"), _number(read, "weight"))


def from_order(read: Read) -> float | None:
    """How far what was ``given`` is from what was ordered, in % of the order."""
    return _percent_off(_number(read, "given"), ordered_cells(read))


def from_protocol(read: Read) -> float | None:
    """How far the order ``per_kg`` is from the protocol's cells per kg, in % of the protocol."""
    return _percent_off(_number(read, "per_kg"), _number(read, "setting.infusion_cells_per_kg"))


def from_last_weight(read: Read) -> float | None:
    """How far today's ``weight`` is from the last one, in % of that."""
    return _percent_off(_number(read, "weight"), _number(read, "patient.weight"))


def infusion_minutes(read: Read) -> float | None:
    """Minutes from ``start`` to ``end``; negative where they stand the wrong way round."""
    return _minutes(read("start"), read("end"))


def infusion_rate(read: Read) -> float | None:
    """``volume`` in mL by the minutes from ``start`` to ``end``: mL/min."""
    minutes = infusion_minutes(read)
    return None if minutes is None or minutes <= 0 else _ratio(_number(read, "volume"), minutes)


def hours_left(read: Read) -> float | None:
    """Hours from the start of the infusion to ``use_by``; negative where it had passed."""
    minutes = _minutes(read("infusion.start"), read("use_by"))
    return None if minutes is None else round(minutes / 60, 2)


def donor_years_younger(read: Read) -> float | None:
    """By how many years the donor is younger than the patient, at least.

    Both ages may be known to the year or the month only: the donor counts as old, and the patient as young, as they
    can be. Above 0 the donor is younger for certain.
    """
    youngest, donor = _number(read, "patient.youngest"), _oldest(read)
    return None if youngest is None or donor is None else round(youngest - donor, 3)


def minutes_after_start(read: Read) -> float | None:
    """When a reading was taken: minutes after the start of the infusion, by the clock where that is known."""
    by_clock = _minutes(read("infusion.start"), read("at"))
    planned = read("planned")
    if by_clock is not None or not isinstance(planned, str) or not planned.isdecimal():
        return by_clock
    return float(planned)


def hours_observed(read: Read) -> float | None:
    """Hours from the start of the infusion to ``at``."""
    minutes = _minutes(read("infusion.start"), read("at"))
    return None if minutes is None else round(minutes / 60, 2)


def _number(read: Read, name: str) -> float | None:
    value = read(name)
    return None if value is None or isinstance(value, str) else float(value)


def _ratio(value: float | None, by: float | None) -> float | None:
    return None if value is None or not by else round(value / by, 6)


def _percent_off(value: float | None, wanted: float | None) -> float | None:
    return None if value is None or not wanted else round((value / wanted - 1) * 100, 2)


def _minutes(first: Stored | None, last: Stored | None) -> float | None:
    """Minutes between two instants as they are stored: aware, so that a night on which clocks change is right."""
    if not isinstance(first, str) or not isinstance(last, str):
        return None
    try:
        gone = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    except (ValueError, TypeError):
        return None  # of a file changed from outside
    return gone.total_seconds() / 60


def _oldest(read: Read) -> float | None:
    """The greatest age in years that a donor can have: from ``born``, else from the whole years ``age``."""
    born, on = read("born"), read("visit.date")
    if isinstance(born, str) and isinstance(on, str):
        try:
            return (date.fromisoformat(on) - PartialDate.parse(born).first).days / 365.25
        except ValueError:
            return None
    age = _number(read, "age")
    return None if age is None else age + 1 - 1 / 366  # a day below the next birthday


FUNCTIONS: Mapping[str, Callable[[Read], float | None]] = {
    "daily_dose": daily_dose,
    "days": days,
    "ordered_cells": ordered_cells,
    "given_per_kg": given_per_kg,
    "from_order": from_order,
    "from_protocol": from_protocol,
    "from_last_weight": from_last_weight,
    "infusion_minutes": infusion_minutes,
    "infusion_rate": infusion_rate,
    "hours_left": hours_left,
    "donor_years_younger": donor_years_younger,
    "minutes_after_start": minutes_after_start,
    "hours_observed": hours_observed,
    "abnormal_systems": scores.abnormal_systems,
    "examined_systems": scores.examined_systems,
    "mrc_mean": scores.mrc_mean,
    "mrc_tested": scores.mrc_tested,
    "ecas_sum": scores.ecas_sum,
}
# Those that read round the record: what was saved is judged anew before its visit is finished.
LOOK_AROUND = frozenset(
    {"from_protocol", "from_last_weight", "hours_left", "donor_years_younger", "hours_observed"}
)
