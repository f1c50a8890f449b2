"""Whether a schedule can be right: what is wrong with it, and where in its file."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model.nouns import (
    ADVERSE_EVENTS,
    LABORATORY,
    MEASUREMENTS,
    SINCE_LAST_TIME,
    SPIROMETRY,
)
from core.protocols.definition import (
    ELIGIBILITY,
    UNITS,
    Anchor,
    Criterion,
    Offset,
    Operator,
    PlannedKind,
    Protocol,
    Unit,
)
from core.toml_values import Fault, Place
from core.words import _, as_written

BUILT_IN = (SINCE_LAST_TIME, SPIROMETRY, MEASUREMENTS, LABORATORY, ADVERSE_EVENTS)
# What may be a task as well: schedules of before its results were entered tick it off.
ONCE_A_TASK = {LABORATORY}
NEAREST = 8  # names that a refusal proposes
DAYS_A_MONTH = 365.25 / 12
FURTHEST_DAYS = (
    36525  # a hundred years: further than any follow-up, and still a day of the calendar
)
WIDEST_DAYS = 3650
LONGEST_TITLE = 40  # letters of the title of a visit
_NAME = re.compile("[a-z][a-z0-9_-]{0,39}")
_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,11}")


def check(protocol: Protocol) -> None:
    """Raises Fault where a schedule is well formed and cannot be right."""
    _check_name(protocol.id, ("id",))
    if not re.fullmatch("[1-9][0-9]{0,8}", protocol.version):
        text = _("version “{version}” is not a whole number; write 1, 2, 3 and so on.")
        raise Fault(text, ("version",), version=protocol.version)
    _check_words(as_written(protocol, "title"), 80, ("title",))
    _check_words(as_written(protocol, "source"), 300, ("source",))
    _check_words(as_written(protocol, "reference"), 40, ("reference",))
    _check_tasks(protocol)
    _check_visits(protocol)
    _check_assessments(protocol, protocol.unscheduled, ("unscheduled",))
    _check_criteria(protocol)


def is_code(text: str) -> bool:
    """Whether it can be the code of a visit."""
    return _CODE.fullmatch(text) is not None


def _check_name(id: str, place: Place) -> None:
    if not _NAME.fullmatch(id):
        text = _(
            "“{id}” is no name; write up to 40 small letters, digits, _ and -, beginning with a letter."
        )
        raise Fault(text, place, id=id)


def _check_words(text: str, most: int, place: Place) -> None:
    """Words are one line that fits: they are shown on buttons, in tables, and on paper."""
    if len(text) > most:
        said = _("“{key}” has {n} letters; write at most {most}.")
        raise Fault(said, place, key=place[-1], n=len(text), most=most)
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise Fault(_("“{key}” is more than one line; write it in one."), place, key=place[-1])


def _check_once(ids: Sequence[str], index: int, what: str, place: Place) -> None:
    if ids[index] in ids[:index]:
        raise Fault(what, place, id=ids[index])


def _check_tasks(protocol: Protocol) -> None:
    ids = [task.id for task in protocol.tasks]
    # One of a form's name is a tick instead of that form.
    taken = {*BUILT_IN} - ONCE_A_TASK | {*instruments.shipped()}
    for index, task in enumerate(protocol.tasks):
        place = ("tasks", index)
        _check_name(task.id, (*place, "id"))
        _check_once(ids, index, _("task {id} is there twice; give each task its own id."), place)
        if task.id in taken:
            text = _("task {id} has the name of something that is entered; give it another id.")
            raise Fault(text, place, id=task.id)
        _check_words(as_written(task, "title"), 120, (*place, "title"))


def _check_visits(protocol: Protocol) -> None:
    if not protocol.visits:
        raise Fault(_("a schedule needs at least one visit; add [[visits]]."), ("visits",))
    if protocol.anchor is Anchor.LAST_VISIT and len(protocol.visits) != 1:
        text = _("a schedule anchored on the last visit has exactly one visit; remove this one.")
        raise Fault(text, ("visits", 1))
    codes = [visit.code for visit in protocol.visits]
    for index, visit in enumerate(protocol.visits):
        place = ("visits", index)
        if not is_code(visit.code):
            text = _("code “{code}” is no code; write up to 12 letters, digits, _ and -.")
            raise Fault(text, (*place, "code"), code=visit.code)
        twice = _("visit {id} is there twice; give each visit its own code.")
        _check_once(codes, index, twice, (*place, "code"))
        for key in ("title", "first_title"):
            _check_words(as_written(visit, key), LONGEST_TITLE, (*place, key))
        _check_when(protocol, visit, place)
        _check_assessments(protocol, visit.assessments, (*place, "assessments"))
        _check_panels(visit, (*place, "panels"))
        if index and days(visit.offset) <= days(protocol.visits[index - 1].offset):
            text = _("visit {id} is not after visit {before}; put the visits in their order.")
            before = protocol.visits[index - 1].code
            raise Fault(text, (*place, "offset"), id=visit.code, before=before)


def _check_panels(visit: PlannedKind, place: Place) -> None:
    known = laboratory.panels()
    for index, name in enumerate(visit.panels):
        if name not in known:
            text = _("“{name}” is no panel of laboratory tests; write one of: {known}.")
            raise Fault(text, (*place, index), name=name, known=", ".join(known))
        _check_once(visit.panels, index, _("“{id}” is there twice; name it once."), (*place, index))
    if visit.panels and LABORATORY not in visit.assessments:
        text = _("visit {id} names panels and has no laboratory; add “{name}” to its assessments.")
        raise Fault(text, place, id=visit.code, name=LABORATORY)


def _check_when(protocol: Protocol, visit: PlannedKind, place: Place) -> None:
    """The window must be one, and each of its days a day of the calendar."""
    for key in ("before", "after"):
        wide = getattr(visit, key)
        if not 0 <= wide <= WIDEST_DAYS:
            text = _("the window of visit {id} is {days} days {key}; write 0 to {most}.")
            names = {"id": visit.code, "days": wide, "key": key, "most": WIDEST_DAYS}
            raise Fault(text, (*place, key), **names)
    far = days(visit.offset)
    if abs(far) > FURTHEST_DAYS:
        text = _("visit {id} is more than 100 years away; write a nearer offset.")
        raise Fault(text, (*place, "offset"), id=visit.code)
    if protocol.anchor is Anchor.LAST_VISIT and far <= 0:
        text = _("visit {id} comes again after the last one; its offset must be above 0.")
        raise Fault(text, (*place, "offset"), id=visit.code)


def days(offset: Offset) -> float:
    """How far it is, about: months have different lengths."""
    return offset.value * (1 if offset.unit is Unit.DAYS else DAYS_A_MONTH)


def _check_assessments(protocol: Protocol, names: Sequence[str], place: Place) -> None:
    tasks = [task.id for task in protocol.tasks]
    known = [*instruments.shipped(), *_forms(), *BUILT_IN, *tasks]
    for index, name in enumerate(names):
        if name not in known:
            text = _(
                "“{name}” is no questionnaire, no form and no task; the nearest names are: {known}."
                " (A form of the clinic is added before the schedule that names it.)"
            )
            nearest = get_close_matches(name, dict.fromkeys(known), n=NEAREST, cutoff=0)
            raise Fault(text, (*place, index), name=name, known=", ".join(nearest))
        twice = _("“{id}” is there twice; name it once.")
        _check_once(names, index, twice, (*place, index))


def _forms() -> Iterable[str]:
    """Those of a visit, and those about the patient that are no part of another."""
    return (form.id for form in forms.newest().values() if not form.within and not form.own_page)


def _check_criteria(protocol: Protocol) -> None:
    ids = [criterion.id for criterion in protocol.criteria]
    for index, criterion in enumerate(protocol.criteria):
        place = ("criteria", index)
        _check_name(criterion.id, (*place, "id"))
        twice = _("criterion {id} is there twice; give each criterion its own id.")
        _check_once(ids, index, twice, (*place, "id"))
        _check_words(as_written(criterion, "title"), 120, (*place, "title"))
        _check_words(as_written(criterion, "source"), 300, (*place, "source"))
        if criterion.asked:
            _check_asked(criterion, place)
        else:
            _check_computed(criterion, place)
    if protocol.criteria and protocol.screening is None:
        text = _("the criteria are evaluated at a visit that assesses “{name}”; add it to one.")
        raise Fault(text, ("criteria", 0), name=ELIGIBILITY)


def _check_asked(criterion: Criterion, place: Place) -> None:
    given = ("operator", "value", "low", "high")
    for key in given:
        if getattr(criterion, key) is not None:
            text = _("criterion {id} has no measure: it is asked of a person. Remove “{key}”.")
            raise Fault(text, (*place, key), id=criterion.id, key=key)
    if criterion.unit:
        text = _("criterion {id} has no measure: it is asked of a person. Remove “{key}”.")
        raise Fault(text, (*place, "unit"), id=criterion.id, key="unit")


def _check_computed(criterion: Criterion, place: Place) -> None:
    if any(letter.isdigit() for letter in as_written(criterion, "title")):
        text = _("the title of criterion {id} has a number; leave it to the limit, which says it.")
        raise Fault(text, (*place, "title"), id=criterion.id)
    if criterion.operator is None:
        text = _("criterion {id} has a measure; add “operator”, one of {known}.")
        raise Fault(text, place, id=criterion.id, known=", ".join(Operator))
    if as_written(criterion, "unit") != UNITS[criterion.measure]:
        text = _('criterion {id}: {measure} counts in {unit}; write unit = "{unit}".')
        names = {"measure": criterion.measure.value, "unit": UNITS[criterion.measure]}
        raise Fault(text, (*place, "unit"), id=criterion.id, **names)
    needed = ("low", "high") if criterion.operator is Operator.BETWEEN else ("value",)
    for key in ("value", "low", "high"):
        limit = getattr(criterion, key)
        if (limit is not None) != (key in needed):
            text = (
                _("criterion {id}: the operator {operator} needs “{key}”; add it.")
                if limit is None
                else _("criterion {id}: the operator {operator} has no “{key}”; remove it.")
            )
            names = {"operator": criterion.operator.value, "key": key}
            raise Fault(text, (*place, key), id=criterion.id, **names)
        if limit is not None and not math.isfinite(limit):
            text = _("criterion {id}: “{key}” is no number; write one.")
            raise Fault(text, (*place, key), id=criterion.id, key=key)
    if criterion.low is not None and criterion.high is not None and criterion.low > criterion.high:
        text = _("criterion {id}: low {low:g} is above high {high:g}; exchange them.")
        limits = {"low": criterion.low, "high": criterion.high}
        raise Fault(text, (*place, "low"), id=criterion.id, **limits)
