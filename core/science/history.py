"""The course before the first visit: what onset and a stated duration of the disease mean in days."""

from datetime import date, timedelta

from core.model.patient import Patient
from core.science.progression import MONTH_DAYS


def onset_day(patient: Patient) -> date | None:
    """The day of onset for arithmetic: stated onset, else counted back from a dated statement of duration."""
    if patient.onset is not None:
        return patient.onset.assumed
    if patient.stated_duration_months is not None and patient.stated_on is not None:
        return patient.stated_on - timedelta(
            days=round(patient.stated_duration_months * MONTH_DAYS)
        )
    return None


def onset_span(patient: Patient) -> tuple[date, date] | None:
    """The earliest and the latest day that the onset can mean; both are the same where the day is known.

    A stated duration means what rounds to it: 4 months are those from 3.5 to 4.5.
    """
    if patient.onset is not None:
        return patient.onset.first, patient.onset.last
    months, on = patient.stated_duration_months, patient.stated_on
    if months is None or on is None:
        return None
    longest, shortest = (
        on - timedelta(days=round(edge * MONTH_DAYS)) for edge in duration_span(months)
    )
    return longest, min(shortest, on)


def duration_span(months: float) -> tuple[float, float]:
    """The longest and the shortest duration that rounds to what was stated, in months (0 or more)."""
    half = 0.5 if float(months).is_integer() else 0.05
    return months + half, max(0.0, months - half)
