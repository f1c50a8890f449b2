"""What is wrong with the values of a record, and what is asked about them: by field, the first that counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.entry import Problem, Severity
from core.forms import conditions, wording
from core.forms.definition import Field, Form, Rule
from core.model import thresholds
from core.model.form_record import Stored
from core.model.thresholds import OFF
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
    form: Form,
    known: Mapping[str, Stored | None],
    excused: Collection[str] = (),
    limits: Mapping[str, float] | None = None,
    around: Mapping[str, Stored | None] | None = None,
) -> tuple[Found, ...]:
    """Everything that a record with these values lacks, or is asked about, in the order of its fields.

    ``known`` has the derived values too (see `core.forms.wording.values`), ``excused`` are the fields that have a reason for no value.
    ``limits`` are the clinic's thresholds, those of the program where there are none; ``around`` is what the record does
    not hold itself (`core.forms.around`).
    """
    outside = around or {}

    def read(name: str) -> Stored | None:
        return outside.get(name) if "." in name else known.get(name)

    set_by = thresholds.defaults() if limits is None else limits
    found: list[Found] = []
    for one in conditions.shown(form, known):
        value = known[one.id]
        if one.required and value is None and one.id not in excused:
            text = _("“{title}” is missing: enter it.").format(title=one.title)
            found.append(Found(one.id, "required", Problem(text)))
        for rule in form.rules:
            if rule.field == one.id and conditions.holds(form, rule.when, read, set_by):
                refuses = not rule.asks or bool(set_by.get(rule.refuses_by, OFF))
                severity = Severity.ERROR if refuses else Severity.QUESTION
                text = wording.worded(form, _with_limit(rule, set_by), known)
                found.append(Found(one.id, rule.id, Problem(text, severity)))
        if (unlikely := _unlikely(one, value)) is not None:
            found.append(Found(one.id, "likely", unlikely))
    return tuple(found)


def lacking(
    form: Form, known: Mapping[str, Stored | None], excused: Collection[str] = ()
) -> tuple[Found, ...]:
    """What a record may be saved without, and its visit not be finished."""
    text = _("“{title}” is missing: enter it, or say why it is not known.")
    return tuple(
        Found(one.id, "to_finish", Problem(text.format(title=one.title)))
        for one in conditions.shown(form, known)
        if one.to_finish and known[one.id] is None and one.id not in excused
    )


def _with_limit(rule: Rule, limits: Mapping[str, float]) -> str:
    """What it says, with the threshold that it compares with where it names one."""
    names = conditions.thresholds_of(rule.when)
    if not names:
        return rule.say
    said = f"{limits[names[0]]:g} {thresholds.shipped()[names[0]].unit}".strip()
    return rule.say.replace("{limit}", said)


def _unlikely(one: Field, value: Stored | None) -> Problem | None:
    if not one.likely or value is None or isinstance(value, str):
        return None
    low, high = one.likely
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    text = _("{title} {value:g} {unit}: usual are {low:g} to {high:g}. Is that right?")
    said = text.format(title=one.title, value=value, unit=one.unit, low=low, high=high)
    return Problem(" ".join(said.replace("-", MINUS).split()), Severity.QUESTION)
