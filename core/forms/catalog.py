"""The forms that are data: those of resources/forms, and the clinic's own."""

import operator
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from core import resources, toml_values
from core.errors import InvalidForm
from core.forms import conditions, derived, dictionaries
from core.forms.definition import LANES, Field, FieldType, Form, Group, InLane, Of, Rule, Treatment
from core.model import thresholds
from core.model.form_record import Course
from core.toml_values import Fault, Place
from core.words import _, as_written

Versions = Mapping[tuple[str, str], Form]
_NAME = re.compile("[a-z][a-z0-9_]*")
_own: dict[tuple[str, str], Form] = {}  # of the clinic file that is open
_RANGED = {FieldType.NUMBER, FieldType.INTEGER}
_CHOOSES = {FieldType.CHOICE, FieldType.CHOICES}
_PLOTTED = {FieldType.NUMBER, FieldType.INTEGER, FieldType.DERIVED}
_TELLS_APART = {FieldType.CHOICE, FieldType.TERM}
_GRADES = {"1", "2", "3", "4", "5"}


@cache
def shipped() -> Versions:
    """Every version of every form that the program brings. Raises InvalidForm."""
    return load(resources.path("forms"))


def use_own(forms: Sequence[Form]) -> None:
    """The forms of the clinic's own, of the file that was opened; they replace those of the file before."""
    _own.clear()
    _own.update({(one.id, one.version): one for one in forms})


def versions() -> Versions:
    return {**_own, **shipped()}


def newest() -> Mapping[str, Form]:
    """The newest version of every form, by id, in the order in which they are shown."""
    return _newest.of(shipped(), tuple(_own.values()))


class _Newest:
    """Remembers them for the same forms: a page asks a hundred times."""

    def __init__(self) -> None:
        self._brought: Versions | None = None
        self._own: tuple[Form, ...] = ()
        self._found: Mapping[str, Form] = {}

    def of(self, brought: Versions, own: tuple[Form, ...]) -> Mapping[str, Form]:
        same = len(own) == len(self._own) and all(map(operator.is_, own, self._own))
        if brought is not self._brought or not same:
            newest_last = sorted(versions().values(), key=lambda one: int(one.version))
            by_id = {one.id: one for one in newest_last}
            ordered = sorted(by_id.items(), key=lambda item: (item[1].order, item[0]))
            self._brought, self._own, self._found = brought, own, MappingProxyType(dict(ordered))
        return self._found


_newest = _Newest()


def asked_for(names: Sequence[str]) -> tuple[Form, ...]:
    """Those of these names that are forms, the newest version of each."""
    found = newest()
    return tuple(found[name] for name in names if name in found)


def parts_of(form: Form) -> tuple[Form, ...]:
    """The forms whose records are parts of this one's, in their order."""
    return tuple(one for one in newest().values() if one.within == form.id)


def find(id: str, version: str) -> Form | None:
    """The version that a record was entered with; None where this program does not have it."""
    return shipped().get((id, version)) or _own.get((id, version))


def lanes_of(form: Form) -> tuple[InLane, ...]:
    """How a chart shows its records: as it says itself, else as its newest version does, where that fits this one.

    So a form that says it later shows what was entered before.
    """
    latest = newest().get(form.id)
    if form.lanes or latest is None:
        return form.lanes
    return tuple(lane for lane in latest.lanes if _fits(form, lane))


def treatment_of(form: Form) -> Treatment | None:
    """How its records are shown among the treatments: as its newest version says, where that fits this one."""
    latest = newest().get(form.id)
    said = form.treatment or (None if latest is None else latest.treatment)
    if said is None or form.treatment is not None:
        return said
    try:
        _check_treatment(form, said)
    except Fault:
        return None
    return said


def plotted(form: Form) -> tuple[tuple[Field, str], ...]:
    """The fields that a chart can show as rows, each with its ``plot_by``; else those that the newest version says."""
    own = tuple((one, one.plot_by) for one in form.fields if one.plot)
    latest = newest().get(form.id)
    if own or latest is None:
        return own
    named = ((form.find(one.id), one.plot_by) for one in latest.fields if one.plot)
    return tuple(
        (one, by)
        for one, by in named
        if one is not None and one.type in _PLOTTED and (not by or form.find(by) is not None)
    )


def _fits(form: Form, lane: InLane) -> bool:
    try:
        _check_lane(form, lane, ())
    except Fault:
        return False
    return True


def load(folder: Path) -> Versions:
    """The forms of a folder, by id and version. Raises InvalidForm, naming the file and the line to fix."""
    found: dict[tuple[str, str], Form] = {}
    texts: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.toml")):
        one = read(path.name, path.read_bytes())
        key = (one.id, one.version)
        if key in found:
            text = _("version {version} of {id} is there twice; give this file a new one.")
            fault = Fault(text, ("version",), version=one.version, id=one.id)
            raise toml_values.refusal(path.name, path.read_text("utf-8"), fault, InvalidForm)
        found[key] = one
        texts[key] = path.read_text("utf-8")
    for key, one in found.items():
        check_parent(one, texts[key], found.values())
    return found


def check_parent(form: Form, text: str, known: Iterable[Form]) -> None:
    """Raises InvalidForm where a form is part of one that is not there, or that is a part itself."""
    parents = {one.id for one in known if one.of is Of.PATIENT and not one.within}
    if form.within and form.within not in parents:
        words = _("“within” names “{id}”, which is no form with parts; write one of: {known}.")
        fault = Fault(words, ("within",), id=form.within, known=", ".join(sorted(parents)))
        raise toml_values.refusal(f"{form.id}.toml", text, fault, InvalidForm)


def read(name: str, data: bytes) -> Form:
    """One form. Raises InvalidForm, naming the file and the line to fix."""
    return toml_values.read(name, data, Form, _check, InvalidForm)


def _check(form: Form) -> None:
    _check_name(form.id, ("id",))
    if not re.fullmatch("[1-9][0-9]*", form.version):
        text = _("version “{version}” is not a whole number; write 1, 2, 3 and so on.")
        raise Fault(text, ("version",), version=form.version)
    if not form.fields:
        raise Fault(_("a form asks something; add [[fields]]."), ("fields",))
    _check_groups(form)
    for index, one in enumerate(form.fields):
        _check_field(form, one, form.fields[:index], ("fields", index))
    _check_braces(form, as_written(form, "row"), ("row",))
    for index, rule in enumerate(form.rules):
        _check_rule(form, rule, form.rules[:index], ("rules", index))
    for index, quick in enumerate(form.quick):
        for key in quick.values:
            _known(form, key, ("quick", index, "values"))
    if form.course is not None:
        _check_course(form, form.course)
    for index, lane in enumerate(form.lanes):
        _check_lane(form, lane, ("lanes", index))
        if not lane.when and index + 1 < len(form.lanes):
            text = _(
                "every record is in the lane “{id}” above, so that this is never used; move it before."
            )
            raise Fault(text, ("lanes", index + 1), id=lane.id)
    if form.treatment is not None:
        _check_treatment(form, form.treatment)
    for index, name in enumerate(form.waits_for):
        if not re.fullmatch(r"[a-z]\w*\.[a-z]\w*", name) or not as_written(form, "waits_say"):
            text = _(
                "“{name}” is waited for; write form.field, and what is to be done in waits_say."
            )
            raise Fault(text, ("waits_for", index), name=name)
    if form.within:
        _check_part(form)


def _check_name(id: str, place: Place) -> None:
    if not _NAME.fullmatch(id):
        text = _("“{id}” is no name; write small letters, digits and _, beginning with a letter.")
        raise Fault(text, place, id=id)


def _known(form: Form, id: str, place: Place) -> Field:
    one = form.find(id)
    if one is None:
        known = ", ".join(field.id for field in form.fields)
        text = _("there is no field “{id}”; write one of: {known}.")
        raise Fault(text, place, id=id, known=known)
    return one


def _check_groups(form: Form) -> None:
    names = [group.id for group in form.groups]
    for index, group in enumerate(form.groups):
        _check_name(group.id, ("groups", index, "id"))
        if group.id in names[:index]:
            text = _("group {id} is there twice; give each group its own id.")
            raise Fault(text, ("groups", index, "id"), id=group.id)
        conditions.check(form, group.show_if, ("groups", index, "show_if"))
        _check_order(form, group, ("groups", index, "show_if"))


def _check_order(form: Form, group: Group, place: Place) -> None:
    """A condition asks about fields before its group: what is shown never changes above the keyboard."""
    inside = [n for n, one in enumerate(form.fields) if one.group == group.id]
    if not inside:
        raise Fault(
            _("group {id} has no fields; name it in “group” of one."), place[:2], id=group.id
        )
    order = [one.id for one in form.fields]
    for name in group.show_if:
        if order.index(name) >= inside[0]:
            text = _("group {id} is shown by “{name}”, which comes after it; move it before.")
            raise Fault(text, place, id=group.id, name=name)


def _check_field(form: Form, one: Field, before: Sequence[Field], place: Place) -> None:
    _check_name(one.id, (*place, "id"))
    if one.id in {other.id for other in before}:
        text = _("field {id} is there twice; give each field its own id.")
        raise Fault(text, (*place, "id"), id=one.id)
    if one.group and one.group not in {group.id for group in form.groups}:
        text = _("field {id} is in the group “{group}”, which is not there; add it as [[groups]].")
        raise Fault(text, (*place, "group"), id=one.id, group=one.group)
    _check_choices(one, place)
    _check_range(one, place)
    _check_plot(form, one, place)
    if one.unit_from:
        _known(form, one.unit_from, (*place, "unit_from"))
    if one.type is FieldType.TERM and not dictionaries.exists(one.dictionary):
        text = _("field {id} names the dictionary “{name}”, which is not there.")
        raise Fault(text, (*place, "dictionary"), id=one.id, name=one.dictionary)
    if one.type is FieldType.DERIVED and one.function not in derived.FUNCTIONS:
        text = _("field {id} is computed by “{name}”, which is not there; write one of: {known}.")
        names = {"name": one.function, "known": ", ".join(derived.FUNCTIONS)}
        raise Fault(text, (*place, "function"), id=one.id, **names)
    if one.type is FieldType.DERIVED and one.required:
        text = _("field {id} is computed; nobody can be asked for it. Remove “required”.")
        raise Fault(text, (*place, "required"), id=one.id)
    if one.type is FieldType.RECORD and not one.form:
        text = _("field {id} names a record; say of which form in “form”.")
        raise Fault(text, place, id=one.id)


def _check_choices(one: Field, place: Place) -> None:
    if one.type in _CHOOSES and len(one.choices) < 2:
        text = _("field {id} leaves nothing to choose; give it two choices or more.")
        raise Fault(text, (*place, "choices"), id=one.id)
    if one.choices and one.type not in _CHOOSES:
        text = _("field {id} is no choice; remove “choices”, or make its type choice.")
        raise Fault(text, (*place, "choices"), id=one.id)
    for index, choice in enumerate(one.choices):
        here = (*place, "choices", index)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_+-]*", choice.id):
            text = _("choice “{id}” is no name; write small letters, digits, _, + and -.")
            raise Fault(text, here, id=choice.id)
        if choice.id in {other.id for other in one.choices[:index]}:
            text = _("field {id} has the choice {choice} twice; name it once.")
            raise Fault(text, here, id=one.id, choice=choice.id)


def _check_range(one: Field, place: Place) -> None:
    given = one.low is not None or one.high is not None
    if given and one.type not in _RANGED:
        raise Fault(_("field {id} is no number; it has no low or high."), place, id=one.id)
    if one.low is not None and one.high is not None and not one.low < one.high:
        text = _("field {id}: low {low:g} is not below high {high:g}.")
        raise Fault(text, (*place, "low"), id=one.id, low=one.low, high=one.high)
    if one.likely and (len(one.likely) != 2 or one.type not in _RANGED):
        text = _("field {id}: “likely” is two numbers, the lowest and the highest.")
        raise Fault(text, (*place, "likely"), id=one.id)


def _check_braces(form: Form, text: str, place: Place) -> None:
    try:
        names = [
            name
            for _before, name, _spec, _how in string.Formatter().parse(text)
            if name is not None
        ]
    except ValueError as error:
        raise Fault(_("“{text}” has a brace too few or too many."), place, text=text) from error
    for name in names:
        _known(form, name, place)


def _check_rule(form: Form, rule: Rule, before: Sequence[Rule], place: Place) -> None:
    _check_name(rule.id, (*place, "id"))
    if rule.id in {other.id for other in before}:
        text = _("rule {id} is there twice; give each rule its own id.")
        raise Fault(text, (*place, "id"), id=rule.id)
    if not _known(form, rule.field, (*place, "field")).is_stored:
        text = _("rule {id} is about “{name}”, which is computed; name a field that is typed.")
        raise Fault(text, (*place, "field"), id=rule.id, name=rule.field)
    if not rule.when:
        raise Fault(_("rule {id} always holds; say when, in “when”."), place, id=rule.id)
    conditions.check(form, rule.when, (*place, "when"))
    if rule.refuses_by and (not rule.asks or rule.refuses_by not in thresholds.shipped()):
        text = _(
            "rule {id} refuses by “{name}”; name a switch of the settings, and write asks = true."
        )
        raise Fault(text, (*place, "refuses_by"), id=rule.id, name=rule.refuses_by)
    say = as_written(rule, "say")
    named = conditions.thresholds_of(rule.when)
    _check_braces(form, say.replace("{limit}", "") if named else say, (*place, "say"))
    for name in rule.likely:
        _known(form, name, (*place, "likely"))
    if rule.likely and not (rule.asks and rule.likely_text):
        text = _("rule {id} knows what was meant; write asks = true, and “likely_text”.")
        raise Fault(text, (*place, "likely"), id=rule.id)


def _check_course(form: Form, course: Course) -> None:
    dates = {FieldType.DATE, FieldType.PARTIAL_DATE}
    for name, wanted in (("start", dates), ("end", dates), ("ongoing", {FieldType.YES_NO})):
        named = getattr(course, name)
        if not named and name != "start":
            continue
        place = ("course", 0, name)
        if _known(form, named, place).type not in wanted:
            text = _("the course's {name} is “{id}”, which has another type; it must be {type}.")
            kinds = ", ".join(sorted(wanted))
            raise Fault(text, place, name=name, id=named, type=kinds)
    for name in ("ended_with", "changed"):
        for named in getattr(course, name):
            _known(form, named, ("course", 0, name))


def _check_treatment(form: Form, one: Treatment) -> None:
    """Rows are told apart by a choice or a term; a bar is as dark as a number says."""
    if form.of is not Of.PATIENT or form.within or not form.repeats or form.course is None:
        text = _(
            "a treatment is a form of the patient that repeats and has a [course]; see medicine."
        )
        raise Fault(text, ("treatment", 0))
    if _known(form, one.by, ("treatment", 0, "by")).type not in _TELLS_APART:
        text = _("“by” of the treatment names “{name}”; name a choice or a term.")
        raise Fault(text, ("treatment", 0, "by"), name=one.by)
    if one.level and _known(form, one.level, ("treatment", 0, "level")).type not in _PLOTTED:
        text = _("“level” of the treatment names “{name}”, which is no number.")
        raise Fault(text, ("treatment", 0, "level"), name=one.level)
    for name in ("label", "dose", "often", "route", "why"):
        _check_braces(form, as_written(one, name), ("treatment", 0, name))


def _check_plot(form: Form, one: Field, place: Place) -> None:
    if one.plot and one.type not in _PLOTTED:
        text = _("field {id} is no number, so that it cannot be plotted; remove “plot”.")
        raise Fault(text, (*place, "plot"), id=one.id)
    if not one.plot_by:
        return
    if not one.plot:
        text = _("field {id} is not plotted; write plot = true, or remove “plot_by”.")
        raise Fault(text, (*place, "plot_by"), id=one.id)
    if _known(form, one.plot_by, (*place, "plot_by")).type not in _TELLS_APART:
        text = _("“plot_by” of field {id} names “{name}”; name a choice or a term.")
        raise Fault(text, (*place, "plot_by"), id=one.id, name=one.plot_by)


def _check_lane(form: Form, lane: InLane, place: Place) -> None:
    _check_name(lane.id, (*place, "id"))
    if lane.id not in LANES and not lane.title:
        text = _("the lane “{id}” is new; give it a “title”, or name one of: {known}.")
        raise Fault(text, (*place, "id"), id=lane.id, known=", ".join(LANES))
    if lane.id in LANES and lane.title:
        text = _("the lane “{id}” has its title already; remove this one.")
        raise Fault(text, (*place, "title"), id=lane.id)
    _check_braces(form, as_written(lane, "label"), (*place, "label"))
    for name in ("when", "hollow_if", "serious_if"):
        conditions.check(form, getattr(lane, name), (*place, name))
    lasts = form.course is not None and bool(form.course.end)
    for name in ("bar", "shade"):
        if getattr(lane, name) and not lasts:
            text = _("“{name}” is for what lasts; name its end in [course], or remove “{name}”.")
            raise Fault(text, (*place, name), name=name)
    if lane.bar and lane.grade:
        text = _("a square with a grade has its bar by itself; remove “bar”.")
        raise Fault(text, (*place, "bar"))
    if lane.grade:
        _check_grade(_known(form, lane.grade, (*place, "grade")), (*place, "grade"))


def _check_grade(one: Field, place: Place) -> None:
    """A grade is a whole number from 1 to 5, or a choice of some of these."""
    whole = one.type is FieldType.INTEGER and one.low is not None and one.high is not None
    ranged = whole and (one.low or 0) >= 1 and (one.high or 0) <= 5
    chosen = one.type is FieldType.CHOICE and {choice.id for choice in one.choices} <= _GRADES
    if not ranged and not chosen:
        text = _(
            "“{id}” is no grade; name a whole number from 1 to 5, or a choice of 1, 2, 3, 4, 5."
        )
        raise Fault(text, place, id=one.id)


def _check_part(form: Form) -> None:
    """What a part of another form's records cannot be; whether that form is there, `check_parent` says."""
    if form.of is not Of.PATIENT:
        raise Fault(_("a form of a visit is no part of another; remove “within”."), ("within",))
    if form.within == form.id:
        raise Fault(_("a form is no part of itself; name another in “within”."), ("within",))
    if form.ask:
        text = _("a part is asked about with what it belongs to; remove “ask”.")
        raise Fault(text, ("ask",))
