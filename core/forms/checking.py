"""What is wrong with the values of a record, and what is asked about them: by field, the first that counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.entry import Problem, Severity
from core.forms import conditions, wording
from core.forms.definition import Field, Form
from core.model.form_record import Stored
from core.words import MINUS, _


@dataclass(frozen=True, slots=True)
class Found:
    """A problem of a field; ``rule`` is the id of the rule that found it, "required" or "likely"."""

    field: str
    rule: str
    problem: Problem

    @property
    def asks(self) -> bool:
        return self.problem.severity is Severity.QUESTION


def problems(
    form: Form, known: Mapping[str, Stored | None], excused: Collection[str] = ()
) -> tuple[Found, ...]:
    """Everything that a record with these values lacks, or is asked about, in the order of its fields.

    ``known`` has the derived values too (see `core.forms.wording.values`), ``excused`` are the fields that have a reason for no value.
    """
    found: list[Found] = []
    for one in conditions.shown(form, known):
        value = known[one.id]
        if one.required and value is None and one.id not in excused:
            text = _("“{title}” is missing: enter it.").format(title=one.title)
            found.append(Found(one.id, "required", Problem(text)))
        for rule in form.rules:
            if rule.field == one.id and conditions.holds(form, rule.when, known.get):
                severity = Severity.QUESTION if rule.asks else Severity.ERROR
                text = wording.worded(form, rule.say, known)
                found.append(Found(one.id, rule.id, Problem(text, severity)))
        if (unlikely := _unlikely(one, value)) is not None:
            found.append(Found(one.id, "likely", unlikely))
    return tuple(found)


def _unlikely(one: Field, value: Stored | None) -> Problem | None:
    if not one.likely or value is None or isinstance(value, str):
        return None
    low, high = one.likely
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    text = _("{title} {value:g} {unit}: usual are {low:g} to {high:g}. Is that right?")
    said = text.format(title=one.title, value=value, unit=one.unit, low=low, high=high)
    return Problem(" ".join(said.replace("-", MINUS).split()), Severity.QUESTION)
