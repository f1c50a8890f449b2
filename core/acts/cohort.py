"""All patients of a file as one group."""

from collections.abc import Callable
from datetime import date

from core.cohort import frames, rows
from core.cohort.frames import Cohort
from core.model.user import Right
from core.session import Session

Progress = Callable[[int, int], object]  # patients who were read, of all


def load(
    session: Session,
    today: date,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Cohort | None:
    """The patients by record number, as the file is now; None where it was given up. Raises NotAllowed.

    ``cancelled`` is asked after ``progress`` was told, before each patient.
    """
    session.need(Right.COHORT)
    patients = sorted(session.patients.all(), key=lambda one: one.record_number)
    found = []
    for done, patient in enumerate(patients):
        if progress is not None:
            progress(done, len(patients))
        if cancelled is not None and cancelled():
            return None
        made = rows.of(session.record(patient.id), today)
        if made is not None:
            found.append(made)
    return frames.cohort(found)
