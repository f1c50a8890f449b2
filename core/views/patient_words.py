"""Who a patient is, in words: age, onset, how long since."""

from datetime import date

from core.findings import eligibility
from core.labels import ONSET, SEX
from core.model.partial_date import partial_day
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.science.history import onset_day
from core.science.progression import months_between
from core.views.fact import Fact
from core.words import _, day, number


def age(patient: Patient, on: date) -> str:
    """The age with its precision: exact from a birth date, or as it was stated."""
    if patient.born is not None:
        return _("{years} y").format(years=eligibility.completed_years(patient.born, on))
    if patient.stated_age_years is None:
        return _("age unknown")
    if patient.stated_on is None:
        return _("{years} y as stated").format(years=patient.stated_age_years)
    stated = _("{years} y on {day}")
    return stated.format(years=patient.stated_age_years, day=day(patient.stated_on))


def duration(patient: Patient, on: date) -> str:
    """Months since onset on a day, or the stated duration where nothing says when it was true."""
    onset = onset_day(patient)
    if onset is not None:
        months = months_between(onset, on)
        exact = patient.onset is not None and patient.onset.exact
        return (
            number(months, 1, _("months"))
            if exact
            else _("about {n} months").format(n=round(months))
        )
    if patient.stated_duration_months is not None:
        return _("{n:g} months as stated").format(n=patient.stated_duration_months)
    return _("unknown")


def patient_facts(record: PatientRecord, on: date) -> tuple[Fact, ...]:
    patient = record.patient
    protocol = protocols.of(patient)
    facts = [
        Fact(_("Sex, age"), f"{SEX[patient.sex]}, {age(patient, on)}"),
        Fact(_("Born"), day(patient.born)),
        Fact(_("Onset"), _onset(patient)),
        Fact(_("Since onset"), duration(patient, on)),
    ]
    if patient.reference_on is not None:
        facts.append(Fact(protocol.reference, day(patient.reference_on)))
    return tuple(facts)


def _onset(patient: Patient) -> str:
    when = partial_day(patient.onset) if patient.onset else _("date unknown")
    return f"{ONSET[patient.onset_region]}, {when}"
