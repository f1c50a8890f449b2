"""What is computed of an adverse event and its treatment: day since infusion, length, treatment-emergence."""

from dataclasses import dataclass
from datetime import time

from core.model.event_details import EventDetails
from core.model.partial_date import PartialDate
from core.science.event_time import (
    DayRange,
    days_since,
    length_days,
    minutes_since,
    treatment_emergent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """``day`` is since the treatment (0 the same day), ``minutes`` where both are known to the minute.

    ``emergent`` is None where nobody was treated or partly known days leave it open.
    """

    day: DayRange | None
    minutes: int | None
    length: DayRange | None
    emergent: bool | None


def facts(
    details: EventDetails, treated: PartialDate | None, treated_at: time | None = None
) -> EventFacts:
    """The facts of an event of somebody who was treated on a day, or not at all.

    The grade at its start is the first of its course, the final one the highest; without a course both are the
    event's own.
    """
    event = details.event
    grades = [change.grade for change in details.course]
    day, minutes = None, None
    if treated is not None:
        day = days_since(event.onset, treated)
        minutes = minutes_since(event.onset, details.began_at, treated, treated_at)
    return EventFacts(
        day=day,
        minutes=minutes,
        length=length_days(event.onset, event.ended),
        emergent=treatment_emergent(
            event.onset,
            event.ended,
            treated,
            start_time=details.began_at,
            treatment_time=treated_at,
            end_time=details.ended_at,
            initial_grade=grades[0] if grades else event.grade,
            final_grade=max([*grades, event.grade]),
        ),
    )
