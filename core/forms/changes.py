"""Records that a change made of one another: a new dose ends one record and begins the next."""

from core.forms import catalog
from core.model.form_record import FormRecord


def follows(before: FormRecord, after: FormRecord) -> bool:
    """Whether a record is what a change made of another one: it begins where that one ends, and is the same thing."""
    course = before.course
    if course is None or before.id == after.id or before.runs or before.ended != after.began:
        return False
    moves = {course.start, course.end, course.ongoing, *course.ended_with, *course.changed}
    names = (before.items.keys() | after.items.keys()) - moves
    form = catalog.find(before.form, before.version)
    said = {one.id for one in form.stored if one.required} if form is not None else names
    return all(before.value(name) == after.value(name) for name in names & said)
