"""The trial of the paper in a clinic file: its Table 1 as it is printed, and its survival, 3 deaths in year 1 and 12 by year 5."""

from contextlib import closing
from dataclasses import replace
from datetime import date

from core import resources
from core.acts import importing
from core.imports import patients_csv
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.user import Role
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.session import Session
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN
from tests.core.examples import a_visit

TABLE_1 = resources.path("validation", "royan_table1.csv")
DAY_0 = date(2014, 3, 10)
# Months after the infusion by patient; the paper names those of year 1 only.
DIED = {9: 7, 11: 6, 15: 9, 1: 14, 2: 18, 3: 21, 4: 25, 5: 30, 6: 34, 7: 38, 8: 43, 10: 47}
UNTIL = date(2019, 6, 1)


def clinic(folder):
    """A clinic with somebody of every role and this trial, closed; its path and its data key."""
    path = folder / "clinic.als"
    key = clinic_of_four.make(path)
    with closing(Session(path, key, LOGIN[Role.NURSE])) as session:
        fill(session)
    return path, key


def fill(session):
    """The 17 patients, infused on one day; five were seen alive at year 5."""
    royan = protocols.shipped()["royan-2021"]
    found = patients_csv.read(TABLE_1, (), royan, date(2014, 2, 10))
    assert importing.import_patients(session, found) == 17
    with session.write("infused, and what became of them"):
        for patient in session.patients.all():
            session.patients.save(replace(patient, reference_on=DAY_0))
            months = DIED.get(int(patient.record_number))
            if months is None:
                session.visits.save(a_visit(patient, shift(DAY_0, Offset(60, Unit.MONTHS)), "Y5"))
                continue
            died = Milestone(
                patient_id=patient.id,
                kind=MilestoneKind.DEATH,
                happened_on=PartialDate.of(shift(DAY_0, Offset(months, Unit.MONTHS))),
            )
            session.milestones.save(died)
