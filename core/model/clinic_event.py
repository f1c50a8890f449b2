"""An adverse event among all those of a clinic: whose it is, when they were treated, and what is known of it."""

import datetime
from dataclasses import dataclass

from core.model.adverse_event import AdverseEvent
from core.model.event_details import Cause, EventDetails
from core.model.partial_date import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEvent:
    """What a list of thousands shows of one. ``number`` is the patient's record number, ``treated`` their day 0.

    ``product`` is the cause as it was judged last; ``details`` are those of a serious event, else None.
    """

    number: str
    event: AdverseEvent
    treated: PartialDate | None
    product: Cause | None
    details: EventDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicEvent:
    """The same with everything that is known, and the time of day of the treatment where that is."""

    number: str
    details: EventDetails
    treated: PartialDate | None = None
    treated_at: datetime.time | None = None
