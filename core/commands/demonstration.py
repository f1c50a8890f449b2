"""The demonstration clinic: Table 1 of the trial with its real baseline, follow-up simulated with a fixed seed.

Beside the 17 who were treated are the three who were screened and refused, and one patient of the routine clinic,
all wholly simulated. Dates are relative to today, so that the
worklist is alive on any day. Birth dates, heights, medicines, devices and every value after the baseline are
simulated (`core/commands/simulated`); every screen and print of such a file says so.

`finished` is the same trial five years after its last infusion, for its reports: on the days of the published trial,
with nobody of the routine clinic.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path

from core import clock
from core.acts import concluding, signing
from core.commands.simulated import appointments, refused, rows, samples
from core.commands.simulated.course import NEUROLOGIST, RATER, Course
from core.commands.simulated.finished import FinishedCourse
from core.commands.simulated.routine import RoutineCourse
from core.commands.simulated.trial import TrialCourse
from core.model.signature import Meaning
from core.model.trail import Act
from core.model.user import Clinic, Role
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
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
FINISHED = "finished-trial.als"
_TRIAL_BEGAN, _LAST_INFUSED = date(2013, 10, 14), date(2015, 6, 9)
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
    with closing(_new(path)) as entering:
        with entering.write(_REASON):
            _save_laboratory(entering, date(today.year - 3, 1, 1))
            trial, routine = _schedule(CLINIC.protocol), _schedule(protocols.ROUTINE)
            courses: list[Course] = [
                *(TrialCourse(entering, trial, row, now) for row in rows("table1.csv")),
                *(RoutineCourse(entering, routine, row, now) for row in rows("routine.csv")),
            ]
            _enter(entering, courses, today)
        appointments.save(entering, today, _REASON)
    _judge(path, courses, not_signed=_NOT_SIGNED)
    return Session.open(path, LOGIN, PASSWORD)


def finished(folder: Path, today: date) -> Session:
    """The trial when it was over, in a new clinic file of a folder, signed in as its neurologist.

    Its days are those of the published trial (infusions in 2014 and 2015), so that the same values are made on any
    day. Every visit is signed.
    """
    path = folder / FINISHED
    now = datetime.combine(today, time(12)).astimezone()
    with closing(_new(path)) as entering, entering.write(_REASON):
        _save_laboratory(entering, _TRIAL_BEGAN)
        trial = _schedule(CLINIC.protocol)
        courses = [FinishedCourse(entering, trial, row, now) for row in rows("table1.csv")]
        _enter(entering, courses, _LAST_INFUSED)
    _judge(path, courses, not_signed=0)
    return Session.open(path, NEUROLOGIST, PASSWORD)


def _new(path: Path) -> Session:
    nurse = new_user(LOGIN, "Study nurse (demonstration)", Role.NURSE)
    others = [(new_user(login, name, role), PASSWORD) for login, name, role in OTHERS]
    return Session.create(path, CLINIC, nurse, PASSWORD, others=others, cost=_NO_SECRET)


def _schedule(id: str) -> Protocol:
    return protocols.shipped()[id]


def _save_laboratory(session: Session, valid_from: date) -> None:
    session.laboratories.save(samples.LABORATORY)
    for one in samples.references(valid_from):
        session.reference_ranges.save(one)


def _enter(session: Session, courses: Sequence[Course], refused_before: date) -> None:
    """What the nurse entered: those who took part, and those who refused some days before a day."""
    for course in courses:
        course.save()
    for row in rows("refused.csv"):
        refused.save(session, _schedule(CLINIC.protocol), row, refused_before)


def _judge(path: Path, courses: Sequence[Course], *, not_signed: int) -> None:
    """What is the neurologist's, in a session of their own."""
    with closing(Session.open(path, NEUROLOGIST, PASSWORD)) as judging:
        with judging.write(_REASON):
            for course in courses:
                course.judge(judging)
        _conclude(judging)
        _sign(judging, not_signed)
        judging.record_act(Act.SIGNED_OUT)


def _conclude(session: Session) -> None:
    """What was concluded at some visits, before they are signed."""
    by_number = {patient.record_number: patient.id for patient in session.patients.all()}
    for row in rows("conclusions.csv"):
        record = session.record(by_number[f"A-{int(row['patient']):03}"])
        for visit in record.finished_visits:
            if visit.code == row["visit"]:
                concluding.save(session, record, visit.id, row["text"])


def _sign(session: Session, not_signed: int) -> None:
    """Every finished visit but so many of the newest, which wait for whoever tries to be the neurologist."""
    records = [session.record(patient.id) for patient in session.patients.all()]
    finished = [(record, visit) for record in records for visit in record.finished_visits]
    finished.sort(key=lambda one: (one[1].date, one[0].patient.record_number))
    signed = finished[: len(finished) - not_signed]
    shown = [signing.look(session, record, visit.id) for record, visit in signed]
    signing.sign_several(session, shown, Meaning.REVIEWED, PASSWORD)
