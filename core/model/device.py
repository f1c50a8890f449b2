"""Devices and support as the program computes with them: a typed view of the records of that form."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.model.adverse_event import Milestone, MilestoneKind
from core.model.form_record import FormRecord
from core.model.ids import MilestoneId
from core.model.partial_date import PartialDate

FORM = "device"


class Status(StrEnum):
    OFFERED = "offered"
    REFUSED = "refused"
    USED = "used"


_STATUSES = frozenset(Status)

# The kinds whose use is a turning point of the disease; the form calls them as the milestones are called.
TURNING_POINTS = frozenset(
    {
        MilestoneKind.NIV,
        MilestoneKind.GASTROSTOMY,
        MilestoneKind.NASOGASTRIC_TUBE,
        MilestoneKind.TRACHEOSTOMY,
        MilestoneKind.COUGH_ASSIST,
        MilestoneKind.WHEELCHAIR,
    }
)
_TURNING_POINT_OF = {one.value: one for one in TURNING_POINTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One record of the form: ``kind`` is one of its choices, ``milestone`` what beginning to use it is."""

    record: FormRecord
    kind: str
    status: Status
    began: PartialDate
    ended: PartialDate | None
    runs: bool

    @property
    def turning_point(self) -> MilestoneKind | None:
        return _TURNING_POINT_OF.get(self.kind) if self.status is Status.USED else None

    @property
    def milestone(self) -> Milestone | None:
        kind = self.turning_point
        if kind is None:
            return None
        return Milestone(
            id=MilestoneId(self.record.id),
            patient_id=self.record.patient_id,
            kind=kind,
            happened_on=self.began,
        )

    def used_on(self, day: date) -> bool:
        """Whether it was in use on a day, as far as it is known: an end that is not known to the day may be later."""
        if self.status is not Status.USED or self.began.first > day:
            return False
        return self.runs or (self.ended is not None and self.ended.last >= day)


def device(record: FormRecord) -> Device | None:
    """The device that a record says; None where it does not say what, or how it stands."""
    kind, status = record.value("kind"), record.value("status")
    if record.form != FORM or kind is None or status not in _STATUSES:
        return None
    return Device(
        record=record,
        kind=str(kind),
        status=Status(str(status)),
        began=record.began,
        ended=record.ended,
        runs=record.runs,
    )
