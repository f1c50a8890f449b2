"""The demonstration clinic: Table 1 of the trial with its real baseline, follow-up simulated with a fixed seed.

Beside the 17 who were treated are the three who were screened and refused, and one patient of the routine clinic,
all wholly simulated. Dates are relative to today, so that the
worklist is alive on any day. Birth dates, heights, medicines, devices and every value after the baseline are
simulated (`core/commands/simulated`); every screen and print of such a file says so.
"""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from core import clock
from core.acts import concluding, signing
from core.commands.simulated import appointments, refused, rows, samples
from core.commands.simulated.course import NEUROLOGIST, RATER
from core.commands.simulated.routine import RoutineCourse
from core.commands.simulated.trial import TrialCourse
from core.model.signature import Meaning
from core.model.trail import Act
from core.model.user import Clinic, Role
from core.protocols import catalog as protocols
from core.science.lung_function import DEFAULT_EQUATION
from core.session import Session, new_user
from core.store import keys

LOGIN = RATER  # the nurse's
PASSWORD = "demo"  # everybody's
OTHERS = (
    (NEUROLOGIST, "Neurologist (demonstration)", Role.NEUROLOGIST),
    ("monitor", "Monitor (demonstration)", Role.MONITOR),
    ("admin", "Administrator (demonstration)", Role.ADMINISTRATOR),
)
LOGINS = {Role.NURSE: LOGIN} | {role: login for login, _name, role in OTHERS}
_NO_SECRET = keys.Cost(opslimit=1, memlimit=64 * 1024)  # the password is known to everybody
_REASON = "demonstration data, follow-up simulated"
_NOT_SIGNED = 5  # visits
CLINIC = Clinic(
    name="Neurology clinic (demonstration)",
    letterhead="ALS outpatient unit\n1 Example Street, Exampletown",
    protocol="royan-2021",
    equation=DEFAULT_EQUATION,
    demonstration=True,
)


def create(path: Path, today: date) -> Session:
    """A new clinic file full of demonstration data, signed in as its nurse.

    The nurse entered it; the neurologist decided and signed, but for the newest visits. Whatever the day, it is made
    at this time of it: a serious event is hours old.
    """
    now = datetime.combine(today, clock.now().astimezone().time()).astimezone()
    nurse = new_user(LOGIN, "Study nurse (demonstration)", Role.NURSE)
    others = [(new_user(login, name, role), PASSWORD) for login, name, role in OTHERS]
    shipped = protocols.shipped()
    trial, routine = shipped[CLINIC.protocol], shipped[protocols.ROUTINE]
    entering = Session.create(path, CLINIC, nurse, PASSWORD, others=others, cost=_NO_SECRET)
    with closing(entering):
        with entering.write(_REASON):
            entering.laboratories.save(samples.LABORATORY)
            for one in samples.references(date(today.year - 3, 1, 1)):
                entering.reference_ranges.save(one)
            courses = [
                *(TrialCourse(entering, trial, row, now) for row in rows("table1.csv")),
                *(RoutineCourse(entering, routine, row, now) for row in rows("routine.csv")),
            ]
            for course in courses:
                course.save()
            for row in rows("refused.csv"):
                refused.save(entering, trial, row, today)
        appointments.save(entering, today, _REASON)
    with closing(Session.open(path, NEUROLOGIST, PASSWORD)) as judging:
        with judging.write(_REASON):
            for course in courses:
                course.judge(judging)
        _conclude(judging)
        _sign(judging)
        judging.record_act(Act.SIGNED_OUT)
    return Session.open(path, LOGIN, PASSWORD)


def _conclude(session: Session) -> None:
    """What was concluded at some visits, before they are signed."""
    by_number = {patient.record_number: patient.id for patient in session.patients.all()}
    for row in rows("conclusions.csv"):
        record = session.record(by_number[f"A-{int(row['patient']):03}"])
        for visit in record.finished_visits:
            if visit.code == row["visit"]:
                concluding.save(session, record, visit.id, row["text"])


def _sign(session: Session) -> None:
    """Every finished visit but the newest ones, which wait for whoever tries to be the neurologist."""
    records = [session.record(patient.id) for patient in session.patients.all()]
    finished = [(record, visit) for record in records for visit in record.finished_visits]
    finished.sort(key=lambda one: (one[1].date, one[0].patient.record_number))
    shown = [signing.look(session, record, visit.id) for record, visit in finished[:-_NOT_SIGNED]]
    signing.sign_several(session, shown, Meaning.REVIEWED, PASSWORD)
