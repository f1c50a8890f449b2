"""How a value of a row is said in the trail: by what it is, and by the row that it is in."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any, get_args

from core import labels
from core.findings import alerts
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model import measurement, thresholds
from core.model.assessment import NotDone
from core.model.ids import VisitId
from core.model.partial_date import PartialDate, partial_day
from core.model.trail import Names, VisitName
from core.protocols import catalog as protocols
from core.science import lung_function
from core.views.measurements import measurement_text
from core.words import MISSING, N_, _, day, instant, number

Row = Mapping[str, Any]
# From the value, the row that it is in, and the names of what that refers to.
Say = Callable[[Any, Row, Names], str]

_LONGEST = 60  # letters of a text within a headline

# The unit of a number is the last word of its column's name.
UNITS: Mapping[str, str] = {
    "years": N_("years"),
    "months": N_("months"),
    "cm": "cm",
    "kg": "kg",
    "ml": "mL",
    "min": "min",
    "percent": "%",
}


def of_type(column: str, kind: Any) -> Say:
    """How a column is said whose values are of that type, as its class declares it."""
    kind = next((one for one in get_args(kind) if one is not type(None)), kind)
    if column in ("by", "rater") or column.endswith("_by"):
        return person
    if isinstance(kind, type) and issubclass(kind, Enum):
        return one_of(labels.OF[kind]) if kind in labels.OF else text
    if kind in (int, float):
        unit = UNITS.get(column.rpartition("_")[2], "")
        return in_unit(unit)
    return _OF_TYPE.get(kind, text)


def text(value: Any, _row: Row, _names: Names) -> str:
    return MISSING if value in (None, "") else str(value)


def short(line: str) -> str:
    """A text that is within a headline."""
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def own_words(value: Any, _row: Row, _names: Names) -> str:
    """A text that the program itself may have written, in English (`N_`)."""
    return MISSING if value in (None, "") else _(value)


def private(_value: Any, _row: Row, _names: Names) -> str:
    return _("only its author sees it")


def yes_no(value: Any, _row: Row, _names: Names) -> str:
    return MISSING if value is None else _("yes") if value else _("no")


def yes_or_nothing(value: Any, _row: Row, _names: Names) -> str:
    return _("yes") if value else MISSING


def day_of(value: Any, _row: Row, _names: Names) -> str:
    return day(None if value is None else date.fromisoformat(value))


def partial(value: Any, _row: Row, _names: Names) -> str:
    return partial_day(None if value is None else PartialDate.parse(value))


def instant_of(value: Any, _row: Row, _names: Names) -> str:
    return MISSING if value is None else instant(datetime.fromisoformat(value))


def person(value: Any, _row: Row, names: Names) -> str:
    return MISSING if value is None else names.person(value)


def of_visit(value: Any, _row: Row, names: Names) -> str:
    known = names.visits.get(value) if value else None
    return (
        MISSING
        if not value
        else _("a visit that was removed")
        if known is None
        else visit_words(known)
    )


def in_unit(unit: str) -> Say:
    """A number with its unit, which is marked (`N_`); empty for one without."""
    return lambda value, _row, _names: (
        MISSING if value is None else f"{value:.10g} {_(unit) if unit else ''}".strip()
    )


def computed(unit: str, decimals: int) -> Say:
    """A number that the program computed: no digits beyond what they can mean."""
    return lambda value, _row, _names: number(value, decimals, _(unit))


def one_of(words: Mapping[Any, str]) -> Say:
    """The word for one of a closed set; one that this program does not know stands as it is."""
    keys = {getattr(one, "value", one): one for one in words}
    return lambda value, _row, _names: (
        MISSING if value is None else words[keys[value]] if value in keys else str(value)
    )


def visit_words(visit: VisitName) -> str:
    if visit.code is None:
        return _("unscheduled visit of {day}").format(day=day(visit.on))
    schedule = protocols.named(visit.protocol, visit.version)
    title = (
        visit.code
        if schedule is None
        else schedule.visit_title(visit.code, is_first=visit.is_first)
    )
    return _("visit {title}").format(title=title)


def measured(value: Any, row: Row, _names: Names) -> str:
    found = measurement.kinds().get(row.get("kind", ""))
    if value is None:
        return _why_not(row)
    return f"{value:.10g}" if found is None else measurement_text(found.id, value)


def measurement_kind(value: Any, _row: Row, _names: Names) -> str:
    found = measurement.kinds().get(value)
    return str(value) if found is None else found.title


def lab_value(value: Any, row: Row, _names: Names) -> str:
    """A laboratory result as it was typed; its value in the test's own unit beside it where that is another."""
    if value is None:
        return lab_answer(row.get("choice"), row, _names) if row.get("choice") else _why_not(row)
    typed = f"{row.get('typed') or f'{value:.10g}'} {row.get('typed_unit') or ''}".strip()
    if row.get("typed_unit") in (row.get("unit"), "", None):
        return typed
    own = f"{row.get('comparator') or ''}{value:.4g} {row.get('unit')}"
    return f"{typed} (= {own})"


def lab_answer(value: Any, row: Row, _names: Names) -> str:
    test = laboratory.tests().get(row.get("test", ""))
    found = None if test is None else laboratory.answer(test, str(value))
    return MISSING if not value else str(value) if found is None else found.title


def lab_test(value: Any, _row: Row, _names: Names) -> str:
    found = laboratory.tests().get(value)
    return str(value) if found is None else found.title


def lab_limit(value: Any, row: Row, _names: Names) -> str:
    return MISSING if value is None else f"{value:.10g} {row.get('unit') or ''}".strip()


def set_to(value: Any, row: Row, _names: Names) -> str:
    found = thresholds.shipped().get(row.get("id", ""))
    if found is None or value is None:
        return MISSING if value is None else f"{value:g}"
    return found.said(value)


def score(value: Any, row: Row, _names: Names) -> str:
    return _why_not(row) if value is None else str(value)


def _why_not(row: Row) -> str:
    """No value is not nothing: the reason stands in its place."""
    why = row.get("not_done")
    return MISSING if why is None else labels.why_not(NotDone(why))


def variant(value: Any, row: Row, _names: Names) -> str:
    """5a or 5b, where a question is asked in two ways."""
    asked = instruments.shipped().get(row["instrument"])
    variants = () if asked is None else asked.variants(row["slot"])
    return next((i.number for i in variants if i.id == value and len(variants) > 1), MISSING)


def instrument(value: Any, _row: Row, _names: Names) -> str:
    found = instruments.shipped().get(value)
    return str(value) if found is None else found.title


def schedule(value: Any, row: Row, names: Names) -> str:
    """By its title of the version that the row tells; a clinic's setting names the newest of it."""
    version = row.get("protocol_version")
    found = protocols.newest().get(value) if version is None else protocols.named(value, version)
    return text(value, row, names) if found is None else found.title


def equation(value: Any, row: Row, names: Names) -> str:
    """A reference equation by its title."""
    found = lung_function.equations().get(value)
    return text(value, row, names) if found is None else found.title


def alert(value: Any, _row: Row, _names: Names) -> str:
    found = alerts.shipped().alerts.get(str(value).partition(".")[0])
    return str(value) if found is None else found.title


def facts(value: Any, _row: Row, names: Names) -> str:
    """The facts that were known, each by the alert it met and its value."""
    known = json.loads(value) if isinstance(value, str) else value
    return ", ".join(
        f"{alert(key, {}, names)} {MISSING if fact is None else f'{round(fact, 2):g}'}"
        for key, fact in known.items()
        if "/" not in key
    )


def criterion(value: Any, row: Row, _names: Names) -> str:
    schedule = protocols.named(row.get("protocol", ""), row.get("version", ""))
    found = schedule and next((c for c in schedule.criteria if c.id == value), None)
    return str(value) if not found else found.title


_OF_TYPE: Mapping[Any, Say] = {
    bool: yes_no,
    date: day_of,
    datetime: instant_of,
    time: text,
    PartialDate: partial,
    VisitId: of_visit,
}
