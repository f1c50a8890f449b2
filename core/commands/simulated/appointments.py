"""The appointments of the demonstration: a line a planned visit, its day counted from today.

One was missed, which its note explains, and one was moved, which the trail explains. Each is within the window of its
visit: a line that fits none is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core.commands.simulated import rows
from core.commands.simulated.course import RATER
from core.findings import appointments
from core.model.appointment import Appointment
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.schedule import plan
from core.session import Session

_MADE_BEFORE = timedelta(days=30)  # of its day


def save(session: Session, today: date, reason: str) -> None:
    """Make every appointment, and move those that were moved. Raises ValueError for a line that fits no visit."""
    by_number = {one.patient.record_number: one for one in session.outlines()}
    moved = []
    with session.write(reason):
        for row in rows("appointments.csv"):
            made = _appointment(by_number[f"A-{int(row['patient']):03}"], row, today)
            was = int(row["was_days"]) if row["was_days"] else None
            first = made if was is None else replace(made, day=today + timedelta(days=was))
            session.appointments.save(first)
            if was is not None:
                moved.append((made, row["moved_because"]))
    for made, why in moved:
        with session.write(why):
            session.appointments.save(made)


def _appointment(record: PatientRecord, row: Mapping[str, str], today: date) -> Appointment:
    on = today + timedelta(days=int(row["days"]))
    waiting = plan(record, protocols.of(record.patient), today)
    planned = next((one for one in waiting if one.code == row["visit"]), None)
    if planned is None or not appointments.may_have(planned):
        raise ValueError(f"appointments.csv: {row['visit']} of {row['patient']} is not to come")
    if not planned.window.open <= on <= planned.window.close:
        raise ValueError(
            f"appointments.csv: {row['visit']} of {row['patient']} is not in its window"
        )
    return Appointment(
        patient_id=record.patient.id,
        code=row["visit"],
        day=on,
        time=time.fromisoformat(row["time"]),
        note=row["note"],
        entered_by=RATER,
        entered_at=datetime.combine(min(on, today) - _MADE_BEFORE, time(10), UTC),
    )
