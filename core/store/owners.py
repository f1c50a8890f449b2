"""Whose a row is, as SQL: the trail and the locks ask alike."""

from core.model.nouns import Noun

_FROM = {
    "patient": "{{0}}.{column}",
    "visit": "(SELECT patient_id FROM visit WHERE id = {{0}}.{column})",
    "spirometry": (
        "(SELECT patient_id FROM visit JOIN spirometry ON visit_id = visit.id"
        " WHERE spirometry.id = {{0}}.{column})"
    ),
    "record": "(SELECT patient_id FROM record WHERE id = {{0}}.{column})",
    "data_query": "(SELECT patient_id FROM data_query WHERE id = {{0}}.{column})",
}


def patient_of(noun: Noun, column: str) -> str:
    """The patient of a row ``{0}`` that hangs on another by ``column``, which may be quoted."""
    return _FROM[noun.of].format(column=column)


def patient_of_visit(column: str) -> str:
    """The patient of the visit that ``column`` of a row ``{0}`` names."""
    return _FROM["visit"].format(column=column)
