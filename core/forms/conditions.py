"""Conditions on the fields of a form, as a definition writes them, for the one rule engine (`core.rule`).

``when = { ongoing = true, dose = "> 100", route = ["oral", "tube"], ended = "before started" }`` holds where
each of them does. ``"< threshold viability"`` compares with a number that the clinic may set (`core.model.thresholds`),
``"same as given_by"`` and ``"other than product.lot"`` compare two texts, also with one of another form of the
same visit (`core.forms.around`). A value that is missing fulfils nothing but "missing".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.forms import dictionaries
from core.forms.definition import Field, FieldType, Form
from core.model import thresholds
from core.model.form_record import Stored
from core.model.partial_date import PartialDate
from core.rule import Condition, Op, all_of
from core.toml_values import Fault, Place, Scalar
from core.words import _

GIVEN, MISSING = "given", "missing"
_COMPARED = re.compile(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?|[a-z]\w*)")
_AGAINST_SETTING = re.compile(r"(<=|>=|<|>)\s*threshold\s+(\w+)")
_ORDERED = re.compile(r"(before|after)\s+(\w+)")
_SAME = re.compile(r"(same as|other than)\s+(\w+(?:\.\w+)?)")
_CHOSEN = {FieldType.CHOICE, FieldType.TERM}
_TEXTS = {FieldType.TEXT, FieldType.LONG_TEXT}
_NUMBERS = {FieldType.NUMBER, FieldType.INTEGER, FieldType.DERIVED}

Values = Mapping[str, Stored | None]  # of the fields that are shown; derived ones too


@dataclass(frozen=True, slots=True)
class _Reading:
    value: float


def holds(
    form: Form,
    when: Mapping[str, Scalar | tuple[str, ...]],
    read: Callable[[str], Stored | None],
    limits: Mapping[str, float] | None = None,
) -> bool:
    """Whether every condition holds for the values that ``read`` gives by field; none at all always does.

    ``limits`` are the clinic's thresholds; those of the program where there are none.
    """
    if not when:
        return True
    conditions = [_condition(form.field(name), test) for name, test in when.items()]

    def reading(measure: str) -> _Reading | None:
        found = _measured(form, measure, read)
        return None if found is None else _Reading(found)

    return bool(all_of(conditions, reading, thresholds.defaults() if limits is None else limits))


def thresholds_of(when: Mapping[str, Scalar | tuple[str, ...]]) -> tuple[str, ...]:
    """The ids of the thresholds that a condition names."""
    texts = (test for test in when.values() if isinstance(test, str))
    return tuple(found[2] for text in texts if (found := _AGAINST_SETTING.fullmatch(text)))


def check(form: Form, when: Mapping[str, Scalar | tuple[str, ...]], place: Place) -> None:
    """Raises Fault where a condition names what the form has not, or compares what cannot be compared."""
    for name, test in when.items():
        here = (*place, name)
        one = form.find(name)
        if one is None:
            known = ", ".join(field.id for field in form.fields)
            text = _("there is no field “{name}”; write one of: {known}.")
            raise Fault(text, here, name=name, known=known)
        _check_test(form, one, test, here)


def _check_test(form: Form, one: Field, test: Scalar | tuple[str, ...], here: Place) -> None:
    words = test if isinstance(test, tuple) else (test,)
    if isinstance(test, bool):
        fits = one.type is FieldType.YES_NO
    elif not all(isinstance(word, str) for word in words):
        fits = False
    elif test in (GIVEN, MISSING):
        fits = True
    elif isinstance(test, str) and (ordered := _ORDERED.fullmatch(test)):
        other = form.find(ordered[2])
        fits = one.is_date and other is not None and other.is_date
    elif isinstance(test, str) and (setting := _AGAINST_SETTING.fullmatch(test)):
        fits = one.type in _NUMBERS and setting[2] in thresholds.shipped()
    elif isinstance(test, str) and (same := _SAME.fullmatch(test)):
        other = form.find(same[2])
        beside = "." in same[2] or (other is not None and other.type in _TEXTS)
        fits = one.type in _TEXTS and beside
    elif isinstance(test, str) and (compared := _COMPARED.fullmatch(test)):
        other = form.find(compared[2])
        against = not compared[2][0].isalpha() or (other is not None and other.type in _NUMBERS)
        fits = one.type in _NUMBERS and against
    elif one.type is FieldType.TERM:
        fits = True
    else:
        chooses = one.type in {FieldType.CHOICE, FieldType.CHOICES}
        fits = chooses and all(one.choice(str(word)) is not None for word in words)
    if not fits:
        text = _(
            "{shown} cannot be asked of “{name}”; write given, missing, true or false, a choice of it,"
            ' a comparison as "> 100", or "before" and another date.'
        )
        raise Fault(text, here, shown=f"“{test}”", name=one.id)


def _condition(one: Field, test: Scalar | tuple[str, ...]) -> Condition:
    """The comparison of the engine; its measure is the field with what is asked of it."""
    if isinstance(test, bool):
        return Condition(one.id, Op.YES if test else Op.NO)
    if test in (GIVEN, MISSING):
        return Condition(f"{one.id} given", Op.YES if test == GIVEN else Op.NO)
    if isinstance(test, str) and (setting := _AGAINST_SETTING.fullmatch(test)):
        return Condition(one.id, Op(setting[1]), threshold=setting[2])
    if isinstance(test, str) and (same := _SAME.fullmatch(test)):
        return Condition(f"{one.id} same {same[2]}", Op.YES if same[1] == "same as" else Op.NO)
    if isinstance(test, str) and (compared := _COMPARED.fullmatch(test)):
        if compared[2][0].isalpha():
            return Condition(f"{one.id} minus {compared[2]}", Op(compared[1]), value=0)
        return Condition(one.id, Op(compared[1]), value=float(compared[2]))
    if isinstance(test, str) and (ordered := _ORDERED.fullmatch(test)):
        return Condition(f"{one.id} {ordered[1]} {ordered[2]}", Op.YES)
    wanted = test if isinstance(test, tuple) else (str(test),)
    return Condition(f"{one.id} is {'|'.join(wanted)}", Op.YES)


def _measured(form: Form, measure: str, read: Callable[[str], Stored | None]) -> float | None:
    name, _space, asked = measure.partition(" ")
    value = read(name)
    if asked == GIVEN:
        return float(value is not None)
    if value is None:
        return None
    if not asked:
        return None if isinstance(value, str) else float(value)
    kind, _space, rest = asked.partition(" ")
    if kind == "is":
        return float(bool(_chosen(form.field(name), value) & set(rest.casefold().split("|"))))
    other = read(rest)
    if kind == "minus":
        numbers = not isinstance(value, str) and other is not None and not isinstance(other, str)
        return float(value) - float(other) if numbers and other is not None else None
    if not isinstance(value, str) or not isinstance(other, str):
        return None
    if kind == "same":
        return float(value.casefold().split() == other.casefold().split())
    try:
        first, second = PartialDate.parse(value[:10]), PartialDate.parse(other[:10])
    except ValueError:
        return None
    if kind == "before":  # certainly: a month may hold both days
        return float(first.last < second.first)
    return float(first.first > second.last)


def _chosen(one: Field, value: Stored) -> set[str]:
    if one.type is FieldType.TERM:
        return {str(value).casefold(), *dictionaries.meant(one.dictionary, str(value))}
    several = str(value).split("\n") if one.type is FieldType.CHOICES else [str(value)]
    return {each.casefold() for each in several}


def shown(form: Form, values: Values) -> tuple[Field, ...]:
    """The fields that are asked with these values: those of no group, and of groups whose condition holds.

    A field of a hidden group counts as missing, for the groups after it too.
    """
    found: list[Field] = []
    names: set[str] = set()

    def read(name: str) -> Stored | None:
        return values.get(name) if name in names else None

    hidden: dict[str, bool] = {}
    for one in form.fields:
        if one.group and one.group not in hidden:
            hidden[one.group] = not holds(form, form.group(one.group).show_if, read)
        if not hidden.get(one.group, False):
            found.append(one)
            names.add(one.id)
    return tuple(found)


def worded(form: Form, when: Mapping[str, Scalar | tuple[str, ...]]) -> str:
    """A condition as it is printed beside what it hides: First region: arm or leg."""
    parts = []
    for name, test in when.items():
        one = form.field(name)
        if isinstance(test, bool):
            words = _("yes") if test else _("no")
        elif test in (GIVEN, MISSING):
            words = _("given") if test == GIVEN else _("missing")
        else:
            wanted = test if isinstance(test, tuple) else (test,)
            texts = [one.choice(str(each)) for each in wanted]
            words = _(" or ").join(
                str(each) if text is None else text.text
                for each, text in zip(wanted, texts, strict=True)
            )
        parts.append(f"{one.title}: {words}")
    return "; ".join(parts)
