"""What is computed from the fields of a record: shown beside them, and never stored."""

from collections.abc import Callable, Mapping

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


FUNCTIONS: Mapping[str, Callable[[Read], float | None]] = {"daily_dose": daily_dose, "days": days}
