"""The tables of the clinic file as they are stored: one for every noun, a line a value where values are rows.

What a column is follows from the class of its table. What of it harms nobody, and so may leave without telling who
somebody is, is in `HARMLESS`: a column that is not named there stays out of a de-identified export.
"""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, get_args, get_type_hints

from core import labels
from core.exports.data.table import Column, Kind, Row, Table, of_field
from core.forms import catalog as forms
from core.forms.definition import Identifies
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model import measurement, terms
from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.model.partial_date import PartialDate
from core.model.stored import LONG, StoredRow, StoredTable
from core.protocols import catalog as protocols
from core.science import lung_function
from core.views.trail_tables import TABLES
from core.views.trail_values import UNITS
from core.words import _

# Of a user the name only, and only of one that a row names.
OF_USERS = ("login", "full_name", "role")

# By table: the columns that harm nobody. Text never does not, whatever is said here (see `coded`).
HARMLESS: Mapping[str, tuple[str, ...]] = {
    "patient": (
        *("id", "sex", "stated_age_years", "stated_duration_months", "stated_on"),
        *("onset_region", "onset", "diagnosis", "height_cm", "protocol", "protocol_version"),
        *("reference_on", "registered_on"),
    ),
    "schedule_move": ("id", "patient_id", "from_version", "to_version"),
    "external_result": ("id", "patient_id", "kind", "value", "measured_on"),
    "visit": (
        *("id", "patient_id", "kind", "code", "date", "state", "mode", "respondent"),
        *("weight_kg", "new_events", "clinical_stage", "paper_on"),
    ),
    "visit_mark": ("patient_id", "code", "mark"),
    "appointment": ("id", "patient_id", "code", "day"),
    "form": (
        *("visit_id", "instrument", "version", "mode", "respondent", "interpreter", "not_done"),
    ),
    "answer": ("visit_id", "instrument", "slot", "item", "value", "not_done"),
    "reconciliation": ("visit_id", "instrument", "decision"),
    "spirometry": (
        *("id", "visit_id", "test_type", "position", "height_cm", "equation", "equation_version"),
        *("sex", "age_years", "interface", "device_percent", "not_done"),
    ),
    "blow": ("spirometry_id", "number", "volume_ml", "fev1_ml", "quality"),
    "measurement": ("visit_id", "kind", "value", "not_done"),
    "task_result": ("visit_id", "task", "done"),
    "adverse_event": (
        *("id", "patient_id", "visit_id", "coded_term", "onset", "ended", "grade", "serious"),
        "outcome",
    ),
    "milestone": ("id", "patient_id", "kind", "happened_on"),
    "lab_result": (
        *("id", "patient_id", "visit_id", "test", "taken_on", "comparator", "value", "unit"),
        *("choice", "low", "high", "sex", "age_years", "not_done"),
    ),
    "record": ("id", "patient_id", "visit_id", "within", "form", "version", "not_done"),
    "item": ("record_id", "field", "value", "not_done"),
    "record_check": ("visit_id", "form", "record_id", "answer"),
    "decision": ("id", "patient_id", "kind", "choice", "review_on", "visit_id"),
    "criterion_result": ("patient_id", "protocol", "version", "criterion", "met", "proposed"),
    "signature": ("id", "visit_id", "meaning"),
    "data_query": ("id", "patient_id", "visit_id"),
}
_KEYS = frozenset({"id", "within", "subject"})


def tables(stored: Collection[StoredTable], patients: Collection[PatientId]) -> list[Table]:
    """Those of these patients, in their order, and those that are no patient's; in the order of `NOUNS`."""
    place = {one: n for n, one in enumerate(patients)}
    order = {name: n for n, name in enumerate(NOUNS)}
    found = []
    for table in sorted(map(_without_secrets, stored), key=lambda one: order[one.name]):
        of_patients = bool(NOUNS[table.name].of)
        rows = [
            row
            for row in table.rows
            if (row.patient_id in place if row.patient_id is not None else True)
        ]
        if of_patients:
            rows.sort(key=lambda row: -1 if row.patient_id is None else place[row.patient_id])
        columns = tuple(column(table.name, one) for one in table.columns)
        found.append(
            Table(
                folder=LONG,
                name=table.name,
                title=_(TABLES[table.name].title),
                columns=columns,
                rows=[Row(row.patient_id, row.cells) for row in rows],
            )
        )
    return [replace(one, rows=_used(one, found)) if one.name == "user" else one for one in found]


def _without_secrets(table: StoredTable) -> StoredTable:
    """Of users what they are called and may do: no more belongs to what they entered."""
    if table.name != "user":
        return table
    places = [table.place(name) for name in OF_USERS]
    rows = [StoredRow(None, tuple(row.cells[n] for n in places)) for row in table.rows]
    return StoredTable(table.name, OF_USERS, sorted(rows, key=lambda row: str(row.cells[0])))


def _used(users: Table, every: Collection[Table]) -> list[Row]:
    """The users that a row of another table names."""
    named = {
        cell
        for table in every
        if table.name != "user"
        for n, one in enumerate(table.columns)
        if is_person(one.name)
        for cell in (row.cells[n] for row in table.rows)
    }
    login = users.names.index("login")
    return [row for row in users.rows if row.cells[login] in named]


def is_person(column: str) -> bool:
    """Whether the values of a column are logins."""
    return column in {"by", "rater", "person"} or column.endswith("_by")


def column(table: str, name: str) -> Column:
    """What a column of a table is."""
    said = TABLES[table]
    kind = None if said.of is None else get_type_hints(said.of).get(name)
    kind = next((one for one in get_args(kind) if one is not type(None)), kind)
    codes = _words(kind)
    title = said.name(name)
    is_key = name in _KEYS or (name.endswith("_id") and name != "record_number")
    what = Kind.KEY if is_key else _kind(name, kind)
    harmless = name in HARMLESS.get(table, ())
    known = _KNOWN.get((table, name)) or _KNOWN.get(("", name))
    if what is Kind.TEXT and known is not None:
        what = Kind.TERM
    return Column(
        name=name,
        title=_(title) if title else "value",
        kind=what,
        unit=UNITS.get(name.rpartition("_")[2], "") if what in (Kind.NUMBER, Kind.INTEGER) else "",
        codes=codes,
        known=known,
        identifies=Identifies.NO if harmless else Identifies.YES,
        missing="not_done" if name == "value" else "",
        by_age=name == "device_percent",
    )


def _kind(name: str, kind: Any) -> Kind:
    if name.startswith("age_") or "_age_" in name:
        return Kind.AGE
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Kind.CODE
    return _OF_TYPE.get(kind, Kind.TEXT)


_OF_TYPE: Mapping[Any, Kind] = {
    bool: Kind.YES_NO,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    datetime.date: Kind.DAY,
    PartialDate: Kind.DAY,
    datetime.datetime: Kind.INSTANT,
    datetime.time: Kind.TIME,
}


def _words(kind: Any) -> Mapping[str, str]:
    """The words of a closed set by what is stored; by itself where it has none."""
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return {}
    words = labels.OF.get(kind, {})
    return {str(one.value): words.get(one, str(one.value)) for one in kind}


# Whether a text is one of those that the definitions name, and so nothing that a person typed. --------------------


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_schedule(text: str) -> bool:
    return text in protocols.newest() or text in {name for name, _version in protocols.brought()}


def _schedules() -> list[Any]:
    return [*protocols.newest().values(), *protocols.brought().values()]


def is_planned(text: str) -> bool:
    return any(visit.code == text for one in _schedules() for visit in one.visits)


def _is_task(text: str) -> bool:
    return any(one.task(text) is not None for one in _schedules())


def _is_criterion(text: str) -> bool:
    return any(criterion.id == text for one in _schedules() for criterion in one.criteria)


def _is_instrument(text: str) -> bool:
    return text in instruments.shipped()


def _is_question(text: str) -> bool:
    return any(
        text in {item.id, item.place}
        for one in instruments.versions().values()
        for item in one.items
    )


def _is_form(text: str) -> bool:
    return text in forms.newest()


def _is_field(text: str) -> bool:
    return any(one.find(text) is not None for one in forms.versions().values())


def _is_unit(text: str) -> bool:
    return any(text == one.unit for one in laboratory.tests().values())


def _is_answer(text: str) -> bool:
    return any(
        text == one.id
        for test in laboratory.tests().values()
        for one in laboratory.answers_of(test)
    )


_KNOWN: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("", "protocol"): _is_schedule,
    ("", "protocol_version"): _is_version,
    ("", "from_version"): _is_version,
    ("", "to_version"): _is_version,
    ("", "version"): _is_version,
    ("", "code"): is_planned,
    ("", "instrument"): _is_instrument,
    ("", "slot"): _is_question,
    ("answer", "item"): _is_question,
    ("spirometry", "equation"): lambda text: lung_function.find(text) is not None,
    ("spirometry", "equation_version"): _is_version,
    ("measurement", "kind"): lambda text: text in measurement.kinds(),
    ("", "task"): _is_task,
    ("adverse_event", "coded_term"): lambda text: terms.find(text) is not None,
    ("", "test"): lambda text: text in laboratory.tests(),
    ("lab_result", "unit"): _is_unit,
    ("lab_result", "choice"): _is_answer,
    ("", "form"): _is_form,
    ("item", "field"): _is_field,
    ("", "criterion"): _is_criterion,
}


def value_column(form: str, version: str, field: str) -> Column | None:
    """What the value of an item is, by the definition that it was entered with; None where nobody knows it."""
    found = forms.find(form, version)
    one = None if found is None else found.find(field)
    if found is None or one is None:
        return None
    made = of_field(one, f"{form} {version}")
    return replace(made, identifies=Identifies.YES) if found.of_others else made
