"""The day at which a chart draws what is known to its month or year only."""

from datetime import date

from core.model.form_record import FormRecord
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord


def began_on(record: PatientRecord, one: FormRecord) -> PartialDate:
    """From when a record of a form holds; one that does not say it has the day of its visit, of what it is part of, or on which it was entered."""
    if one.course is not None and one.day(one.course.start) is not None:
        return one.began
    if one.visit_id is not None:
        return PartialDate.of(record.visit(one.visit_id).date)
    parent = None if one.within is None else record.form_record(one.within)
    if parent is not None:
        return began_on(record, parent)
    return PartialDate.of(one.entered_at.astimezone().date())


def day_of(since: PartialDate, one: FormRecord) -> date:
    """Of a record of a form: no later than the day it was entered, where it can mean that."""
    return milestone_day(since, one.entered_at.astimezone().date())


def milestone_day(on: PartialDate, latest: date) -> date:
    """The middle of a month or year; no later than ``latest``, where it can mean that."""
    return on.between(None, latest)


def end_of(began: date, ended: PartialDate | None, today: date) -> date | None:
    """Never before the beginning, and of a month or year that is not over no later than today."""
    return None if ended is None else max(began, milestone_day(ended, today))
