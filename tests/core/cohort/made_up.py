"""Rows of patients who do not exist, with only what a test is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from core.cohort import frames
from core.cohort.fields import TOTAL
from core.cohort.rows import EventRow, PatientRow, Rows, ValueRow, VisitRow
from core.protocols.schedule import Status

DAY_0 = date(2014, 3, 10).toordinal()
CODES = {"SCR": -0.92, "M2": 2.0, "M4": 4.0, "M6": 6.0, "M12": 12.0}

PATIENT = PatientRow(
    id="p",
    number="001",
    schedule="royan-2021",
    version="2",
    state="treated",
    state_on="2014-03-10",
    state_day=DAY_0,
    reason="",
    criterion="",
    enrolled=True,
    sex="female",
    onset_region="limb",
    age=50,
    months_of_disease=20.0,
    onset_day=DAY_0 - 600,
    diagnosis_day=DAY_0 - 300,
    reference_day=DAY_0,
    treated_day=DAY_0,
    registered_day=DAY_0 - 40,
    first_visit_day=DAY_0 - 28,
    last_alive_day=DAY_0 + 400,
    last_alive_from="a visit",
    died_day=None,
    died_on="",
    tracheostomy_day=None,
    niv_day=None,
    stage=1,
    delta_fs=0.6,
    stated_total=None,
    stated_capacity=None,
    medicines=("Riluzole",),
    support=(),
    left_out=0,
)


def patient(
    number: str,
    totals: Mapping[str, float] | None = None,
    *,
    field: str = TOTAL,
    statuses: Mapping[str, str] | None = None,
    events: tuple[EventRow, ...] = (),
    **told: object,
) -> Rows:
    """A patient with one value at each of some visits; visits without one are still to come, or as ``statuses`` says."""
    given, planned = totals or {}, statuses or {}
    visits = [
        VisitRow(
            code=code,
            month=month,
            target_day=DAY_0 + round(month * 30.4375),
            status=str(planned.get(code, Status.DONE if code in given else Status.UPCOMING)),
            day=DAY_0 + round(month * 30.4375) if code in given else None,
            mode="",
            reason="",
        )
        for code, month in CODES.items()
    ]
    values = [
        ValueRow(field, code, DAY_0 + round(CODES[code] * 30.4375), value)
        for code, value in given.items()
    ]
    row = replace(PATIENT, id=number, number=number, **told)  # type: ignore[arg-type]
    return Rows(patient=row, visits=tuple(visits), values=tuple(values), events=events)


def cohort(*rows: Rows) -> frames.Cohort:
    return frames.cohort(rows)


def event(term: str, grade: int = 1, **told: object) -> EventRow:
    made = EventRow(
        id=term,
        said=term,
        term=term,
        organ_class="Cardiac disorders",
        grade=grade,
        serious=False,
        emergent=True,
        since_first=3,
        since_last=3,
        minutes=None,
        related=True,
        judged=True,
        outcome="recovered",
        began="2014-03-13",
        ended="2014-03-14",
    )
    return replace(made, **told)  # type: ignore[arg-type]
