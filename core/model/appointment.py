"""When a patient comes for a planned visit: the day, the time where one was given, and a note."""

import datetime
from dataclasses import dataclass, field

from core.model.ids import AppointmentId, PatientId, new_id

LONGEST_NOTE = 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One appointment for the planned visit ``code``.

    One that is moved keeps its id; where it was before is in the trail. ``time`` is that of the clinic's clock.
    """

    id: AppointmentId = field(default_factory=lambda: AppointmentId(new_id()))
    patient_id: PatientId
    code: str
    day: datetime.date
    time: datetime.time | None = None
    note: str = ""
    entered_by: str
    entered_at: datetime.datetime

    @property
    def order(self) -> tuple[datetime.date, datetime.time]:
        """What appointments are sorted by: without a time they come after all others of their day."""
        return self.day, self.time or datetime.time.max
