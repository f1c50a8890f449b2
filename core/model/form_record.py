"""What was entered in a form that is data, and what was asked about its records at a visit."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.clock import aware
from core.model.assessment import NotDone
from core.model.ids import PatientId, RecordId, VisitId, new_id
from core.model.partial_date import PartialDate
from core.model.visit import Visit

Stored = str | int | float


@dataclass(frozen=True, slots=True)
class Course:
    """The fields of a form that say from when to when a record of it holds.

    ``ongoing`` is the field (yes or no) that says whether it still does, ``ended_with`` are those that
    belong to its end, ``changed`` those by which a change is told from the record before it.
    """

    start: str
    end: str = ""
    ongoing: str = ""
    ended_with: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One value as it is stored, or the reason why there is none; never both, never neither.

    ``kept`` is the reason for which a value that was asked about stays.
    """

    value: Stored | None = None
    not_done: NotDone | None = None
    note: str = ""
    kept: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.not_done is None):
            raise ValueError("an item is either a value or a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRecord:
    """One record of a form, its items by field. ``visit_id`` is that of a form of a visit, else None.

    ``within`` is the record that it is a part of. ``course`` is the definition's: it is not stored, and no
    part of what the record says.
    """

    id: RecordId = field(default_factory=lambda: RecordId(new_id()))
    patient_id: PatientId
    visit_id: VisitId | None = None
    within: RecordId | None = None
    form: str
    version: str
    not_done: NotDone | None = None
    entered_by: str
    entered_at: datetime.datetime
    items: Mapping[str, Item] = field(default_factory=dict)
    course: Course | None = field(default=None, compare=False)

    def value(self, field: str) -> Stored | None:
        item = self.items.get(field)
        return None if item is None else item.value

    def day(self, field: str) -> PartialDate | None:
        """A date of it; None where it has none, or no date that anybody can read (see `core.forms.reading.fits`)."""
        value = self.value(field) if field else None
        try:
            return PartialDate.parse(value[:10]) if isinstance(value, str) else None
        except ValueError:
            return None

    @property
    def began(self) -> PartialDate:
        """From when it holds: its start, else the first day that it can have been entered on, on any clock."""
        start = None if self.course is None else self.day(self.course.start)
        if start is not None:
            return start
        first = self.entered_at.astimezone(datetime.UTC) - datetime.timedelta(hours=12)
        return PartialDate.of(first.date())

    @property
    def ended(self) -> PartialDate | None:
        return None if self.course is None else self.day(self.course.end)

    @property
    def runs(self) -> bool:
        """Whether it holds still, as far as it was said; one that is said to have ended may lack its day."""
        if self.course is None:
            return True
        if self.ended is not None:
            return False
        return not self.course.ongoing or self.value(self.course.ongoing) != 0

    @property
    def is_moment(self) -> bool:
        """Whether it says what happened on a day, and not what holds from then on."""
        return self.course is not None and not self.course.end

    def known_on(self, day: datetime.date) -> "FormRecord | None":
        """As it was known on a day: an end that came later is not known yet; None before it began."""
        if self.began.first > day:
            return None
        ended, course = self.ended, self.course
        if course is None or ended is None or ended.first <= day:
            return self
        gone = {course.end, *course.ended_with}
        items = {name: item for name, item in self.items.items() if name not in gone}
        if course.ongoing:
            items[course.ongoing] = Item(value=1)
        return replace(self, items=items)

    def entered_after(self, visit: Visit) -> bool:
        """Whether it was entered, on no visit of its own, after this one had been finished."""
        finished = visit.finished_at
        return self.visit_id is None and finished is not None and self.entered_at > aware(finished)

    def with_item(self, name: str, item: Item | None) -> "FormRecord":
        rest = {key: value for key, value in self.items.items() if key != name}
        return replace(self, items=rest if item is None else {**rest, name: item})


class Since(StrEnum):
    """What became of a record since the last visit, or whether anything is new."""

    SAME = "same"
    CHANGED = "changed"
    ENDED = "ended"
    NOTHING_NEW = "nothing_new"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCheck:
    """What was said at a visit about a record that ran; with no ``record_id``, whether there is another."""

    visit_id: VisitId
    form: str
    record_id: str = ""
    answer: Since
