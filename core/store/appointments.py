"""When patients come for planned visits."""

from core.model.appointment import Appointment
from core.model.ids import AppointmentId
from core.store.store import Store


class Appointments(Store[Appointment]):
    """In the order of their days and times; those without a time are the last of their day."""

    TABLE = "appointment"
    ORDER = "day, coalesce(time, '24:00'), rowid"

    def all(self) -> list[Appointment]:
        return list(self._found())

    def remove(self, id: AppointmentId) -> None:
        """Take one back; the trail keeps it."""
        self._remove(id)
