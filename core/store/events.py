"""Adverse events and milestones."""

from core.model import event_details
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.ids import MilestoneId
from core.store.store import Store


class AdverseEvents(Store[AdverseEvent]):
    """Adverse events in order of their onset."""

    TABLE = "adverse_event"
    ORDER = "onset, rowid"

    def fatal(self) -> list[AdverseEvent]:
        """The fatal ones of every patient."""
        return list(self._found(" WHERE outcome = 'fatal'"))

    def to_judge(self) -> list[AdverseEvent]:
        """Those that were entered with their details, and that nobody judged."""
        where = (
            " WHERE id IN (SELECT id FROM record WHERE form = ?)"
            " AND id NOT IN (SELECT within FROM record WHERE form = ?)"
        )
        return list(self._found(where, [event_details.FORM, event_details.JUDGEMENT]))


class Milestones(Store[Milestone]):
    """Turning points of the disease in order of their dates."""

    TABLE = "milestone"
    ORDER = "happened_on, rowid"

    def all(self) -> list[Milestone]:
        return list(self._found())

    def remove(self, id: MilestoneId) -> None:
        """Take back what was recorded by mistake."""
        self._remove(id)
