"""What is typed on a page and not saved yet: kept in the clinic file for its author alone.

Visits keep theirs through ``core.entering.visit``.
"""

from collections.abc import Mapping
from datetime import datetime

from core.model.ids import PatientId
from core.model.user import Right
from core.session import Session

PATIENT, CHART_EVENT, EVENT, CHART_MILESTONE, LABORATORY, SETTINGS, QUERY, REGISTERS, SHEET = (
    "patient",
    "chart-event",
    "event",  # the page of one event, under its id, or `new_event` of its patient
    "chart-milestone",
    "laboratory",  # results between visits, under the patient's id
    "settings",
    "query",  # questions and answers, under the patient's id
    "registers",
    "sheet",  # words for a patient's sheet, under the patient's id
)
CLINIC = "clinic"  # the subject of the settings
NEW = "new"  # the subject of a patient who is not in the file yet


def threshold_field(id: str) -> str:
    """Under which name the text is kept that stands in the field of a threshold."""
    return f"threshold.{id}"


def new_event(patient_id: PatientId) -> str:
    """The subject of an event of a patient that is not in the file yet."""
    return f"{NEW}.{patient_id}"


def keep(session: Session, place: str, subject: str, texts: Mapping[str, str]) -> None:
    """Keep texts by field: an empty one is forgotten, CLEARED is a field that was emptied. Raises StorageError."""
    if not session.is_open:
        return  # a window that outlives its file has nothing more to keep
    before = session.typed.of(place, subject)
    changed = {field: text for field, text in texts.items() if before.get(field, "") != text}
    if not changed:
        return
    with session.write(granted=frozenset({Right.ENTER})):  # one's own text is nothing entered yet
        for field, text in changed.items():
            if text:
                session.typed.save(place, subject, field, text)
            else:
                session.typed.remove(place, subject, field)


def forget(session: Session, place: str, subject: str) -> None:
    """Forget all of it: it was saved, or its author discards it. Raises StorageError."""
    keep(session, place, subject, dict.fromkeys(session.typed.of(place, subject), ""))


def since(session: Session, place: str, subject: str) -> datetime | None:
    """From when the oldest text of the person at the keyboard is that waits there."""
    mine = (one.at for one in session.typed.waiting(place, subject) if one.author == session.login)
    return next(mine, None)
