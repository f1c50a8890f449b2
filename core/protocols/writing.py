"""A schedule as the text of its file: what `catalog.read` reads."""

import json
from collections.abc import Iterable, Iterator, Sequence

from core.protocols.definition import Criterion, Offset, PlannedKind, Protocol
from core.words import as_written


def to_toml(protocol: Protocol) -> str:
    """The file of a schedule, in the words that it was written in."""
    words = {name: as_written(protocol, name) for name in ("title", "source", "reference")}
    head = {
        "id": protocol.id,
        "version": protocol.version,
        "title": words["title"],
        "source": words["source"],
        "anchor": protocol.anchor.value,
        "reference": words["reference"],
        "unscheduled": protocol.unscheduled,
    }
    lines = [*_pairs(head.items()), f"tasks = [{_tasks(protocol)}]"]
    for visit in protocol.visits:
        lines += ["", "[[visits]]", *_visit(visit)]
    for criterion in protocol.criteria:
        lines += ["", "[[criteria]]", *_criterion(criterion)]
    return "\n".join(lines) + "\n"


def _tasks(protocol: Protocol) -> str:
    made = (
        f"{{ id = {_value(task.id)}, title = {_value(as_written(task, 'title'))} }}"
        for task in protocol.tasks
    )
    return ", ".join(made)


def _visit(visit: PlannedKind) -> Iterator[str]:
    yield from _pairs([("code", visit.code), ("title", as_written(visit, "title"))])
    if first := as_written(visit, "first_title"):
        yield f"first_title = {_value(first)}"
    yield f"offset = {_offset(visit.offset)}"
    yield from _pairs([("before", visit.before), ("after", visit.after)])
    yield f"assessments = {_value(visit.assessments)}"
    if visit.panels:
        yield f"panels = {_value(visit.panels)}"
    if visit.panels:
        yield f"panels = {_value(visit.panels)}"


def _offset(offset: Offset) -> str:
    return f"{{ value = {offset.value}, unit = {_value(offset.unit.value)} }}"


def _criterion(one: Criterion) -> Iterator[str]:
    yield from _pairs(
        [("id", one.id), ("kind", one.kind.value), ("title", as_written(one, "title"))]
    )
    if not one.asked:
        yield f"measure = {_value(one.measure.value)}"
    if one.operator is not None:
        yield f"operator = {_value(one.operator.value)}"
    limits = (("value", one.value), ("low", one.low), ("high", one.high))
    yield from _pairs((name, value) for name, value in limits if value is not None)
    if unit := as_written(one, "unit"):
        yield f"unit = {_value(unit)}"
    yield f"source = {_value(as_written(one, 'source'))}"


def _pairs(pairs: Iterable[tuple[str, str | float | Sequence[str]]]) -> Iterator[str]:
    return (f"{name} = {_value(value)}" for name, value in pairs)


def _value(value: str | float | Sequence[str]) -> str:
    """A string, a number or a list of strings; a basic string of TOML is written as one of JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f"[{', '.join(map(_value, value))}]"
