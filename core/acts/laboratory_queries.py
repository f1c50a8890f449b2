"""Questions on laboratory results, wherever their sample was taken.

A result of a visit is asked about as a field of that visit. One between visits is about no visit: its step is
"laboratory", its field the id of the result.
"""

import json
from collections.abc import Iterable

from core.acts.data_queries import Place
from core.convert import converter
from core.laboratory import catalog
from core.model.data_query import DataQuery
from core.model.ids import LabResultId, VisitId
from core.model.laboratory import LabResult
from core.model.nouns import LABORATORY
from core.model.record import PatientRecord
from core.views.laboratory import full_text
from core.views.visit_words import visit_title
from core.words import _, day


def place(result: LabResult) -> Place:
    """What leads to a result."""
    test = catalog.tests().get(result.test)
    title = result.test if test is None else test.title
    if result.visit_id is not None:
        return Place(LABORATORY, f"laboratory.value.{result.test}", title)
    taken = day(result.taken_on)
    if result.taken_at is not None:
        taken = f"{taken}, {result.taken_at:%H:%M}"
    label = _("Laboratory, {test} of {day}").format(test=title, day=taken)
    return Place(LABORATORY, result.id, label)


def offered(record: PatientRecord, result: LabResult) -> tuple[Place, ...]:
    """The results of one test, the newest first, each by its id and with its visit: to choose among them."""
    every = reversed(record.results_of(result.test))
    return tuple(Place(LABORATORY, one.id, _called(record, one)) for one in every)


def result_id(query: DataQuery) -> LabResultId | None:
    """The result between visits that a question is about; None where it is about none."""
    between = query.visit_id is None and query.step == LABORATORY
    return LabResultId(query.field) if between else None


def result_of(record: PatientRecord, query: DataQuery) -> LabResult | None:
    """The result that a question is about, as the record has it; None where it is about none, or it is not there."""
    if query.step != LABORATORY:
        return None
    places = (
        one
        for one in record.laboratory
        if one.visit_id == query.visit_id and place(one).field == query.field
    )
    return next(places, None)


def of_patient(record: PatientRecord) -> tuple[DataQuery, ...]:
    """The questions on a patient's laboratory: at their visits and between them."""
    return tuple(one for one in record.queries if one.step == LABORATORY)


def asked_about(record: PatientRecord, queries: Iterable[DataQuery]) -> frozenset[LabResultId]:
    """The results that questions are about."""
    found = (result_of(record, one) for one in queries)
    return frozenset(one.id for one in found if one is not None)


def said_then(row: str) -> str:
    """What a result said, by its row in the trail."""
    return full_text(converter.structure(json.loads(row), LabResult))


def visits(record: PatientRecord, queries: Iterable[DataQuery]) -> dict[VisitId, str]:
    """What the visits are called that questions are about."""
    asked = {one.visit_id for one in queries}
    return {one.id: visit_title(record, one) for one in record.visits if one.id in asked}


def _called(record: PatientRecord, result: LabResult) -> str:
    label = place(result).label
    if result.visit_id is None:
        return label
    text = _("{visit}, {day}: {test}")
    title = visit_title(record, record.visit(result.visit_id))
    return text.format(visit=title, day=day(result.taken_on), test=label)
