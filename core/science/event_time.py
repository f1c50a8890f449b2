"""When an adverse event happened in relation to a treatment: day, length, treatment-emergence.

What is known to its month or year only gives a range, or no answer at all: unknown is not no.
"""

from datetime import date, datetime, time, timedelta

from core.model.partial_date import PartialDate

DayRange = tuple[int, int]  # the smallest and the largest number of days that it can mean


def days_since(start: PartialDate, treatment: PartialDate) -> DayRange:
    """Days from a treatment to a start, 0 on the same day, negative before it."""
    if start.exact and treatment.exact:
        days = (start.first - treatment.first).days
        return days, days
    return (start.first - treatment.last).days, (start.last - treatment.first).days


def length_days(start: PartialDate, end: PartialDate | None) -> DayRange | None:
    """Days from start to end, 0 where both are on one day; None while it has not ended, or without a sense."""
    if end is None or (longest := (end.last - start.first).days) < 0:
        return None
    return max(0, (end.first - start.last).days), longest


def minutes_since(
    start: PartialDate,
    start_time: time | None,
    treatment: PartialDate,
    treatment_time: time | None,
) -> int | None:
    """Minutes from a treatment to a start, where both are known to the minute."""
    begun, treated = _moment(start, start_time), _moment(treatment, treatment_time)
    return None if begun is None or treated is None else round((begun - treated) / _MINUTE)


def treatment_emergent(
    start: PartialDate | None,
    end: PartialDate | None,
    treatment: PartialDate | None,
    *,
    start_time: time | None = None,
    treatment_time: time | None = None,
    end_time: time | None = None,
    initial_grade: int | None,
    final_grade: int | None,
    window_days: int | None = None,
) -> bool | None:
    """Whether an event began, or grew worse, after a treatment; None where that cannot be said.

    After pharmaverse admiral, `derive_var_trtemfl` without groups (its NA is False here, except where nobody
    was treated). It is what is known for certain of every day that partly known dates can mean. Times are
    compared where both are known; an event of the same day without its time counts as after. A start that is
    not known at all, and a grade that is not, count as treatment-emergent, as there. With ``window_days`` an
    event that begins later than that after the (last) treatment is not.
    """
    if treatment is None:
        return None
    over = False if end is None else _before(end, end_time, treatment, treatment_time)
    if over is True:
        return False
    if start is None:
        return None if over is None else True
    worse = initial_grade is None or final_grade is None or final_grade > initial_grade
    earlier = _before(start, start_time, treatment, treatment_time)
    late = _later_than(start, treatment, window_days)
    begun_in_time = _and(_not(earlier), _not(late))
    # An event cannot be earlier and late at once, so one that is worse is emergent unless it is late.
    emergent = _not(late) if worse else begun_in_time
    return _and(_not(over), emergent)


_MINUTE = timedelta(minutes=1)


def _moment(day: PartialDate, at: time | None) -> datetime | None:
    return None if at is None or not day.exact else datetime.combine(day.first, at)


def _before(
    day: PartialDate, at: time | None, other: PartialDate, other_at: time | None
) -> bool | None:
    """Whether one is before another; without both times, not where they are on one day."""
    this, that = _moment(day, at), _moment(other, other_at)
    if this is not None and that is not None:
        return this < that
    if day.last < other.first:
        return True
    return False if day.first >= other.last else None


def _later_than(start: PartialDate, treatment: PartialDate, window: int | None) -> bool | None:
    if window is None:
        return False
    if start.first > _shifted(treatment.last, window):
        return True
    return False if start.last <= _shifted(treatment.first, window) else None


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))


def _not(known: bool | None) -> bool | None:
    return None if known is None else not known


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
