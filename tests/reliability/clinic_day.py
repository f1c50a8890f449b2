"""A scripted clinic day: a patient is registered and a visit entered, finished, reopened and corrected.

``day`` gives one save after the other, and whoever runs it decides what happens around each: a power
cut, an error of the disk, a kill. ``work`` is the same day in a process of its own, which says after
each save what was saved.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.instruments import catalog
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Patient, Sex
from core.model.spirometry import Blow
from core.model.user import Clinic
from core.model.visit import Mode, Respondent, TaskResult
from core.session import Session, new_user
from tests.reliability import vfs, witness

KEY = bytes(range(32))  # a raw data key: opening with it costs no password derivation
LOGIN = "dr.demo"
INFUSION = date(2026, 5, 21)
VISIT_DAY = date(2026, 7, 21)


@dataclass(frozen=True, slots=True)
class Save:
    """One save of the day. ``do`` returns when it is in the file, and may be tried again when it failed."""

    what: str
    do: Callable[[], object]


def create(path: Path, key: bytes = KEY) -> None:
    """The clinic's file as it is on the morning of its first day."""
    session = Session(path, key, LOGIN, create=True)
    try:
        with session.write("clinic file created"):
            session.clinics.save(Clinic(name="ALS clinic", protocol="royan-2021"))
            session.users.save(new_user(LOGIN, "Dr. Demo"))
    finally:
        session.close()


def open_(path: Path) -> Session:
    return Session(path, KEY, LOGIN)


def days(session: Session) -> Iterator[Save]:
    """One patient's day after the other, without end."""
    while True:
        yield from day(session)


def day(session: Session) -> Iterator[Save]:
    """Every save of one patient's day, in order; the one before must have been done."""
    number = len(session.patients.all()) + 1
    chance = random.Random(number)
    patient = Patient(
        record_number=str(number),
        family_name=f"Rahimi {number}",
        given_name="Dara",
        sex=Sex.MALE,
        born=date(1959, 3, 14),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2023, 6),
        height_cm=176,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=INFUSION,
        registered_on=INFUSION,
    )
    yield Save("patient", lambda: _register(session, patient))
    yield Save("visit begun", lambda: _begin(session, patient))
    (visit,) = session.visits.of(patient.id)
    draft = Draft(session, patient.id, visit.id)
    yield Save(
        "details",
        lambda: draft.save_details(
            on=VISIT_DAY, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=71.5
        ),
    )
    yield Save("typed text", lambda: draft.unsaved.save("details.weight", "7o"))
    yield Save("text forgotten", lambda: draft.unsaved.save("details.weight", ""))
    for instrument in draft.questionnaires.instruments:
        for slot in instrument.slots:
            item = instrument.variants(slot)[0]
            value = 4 if slot == "respiratory_insufficiency" else 3  # less asks for the ventilation
            answer = Answer(item=item.id, value=value, note="n" * chance.randrange(200))
            yield Save(
                f"answer {slot}", lambda i=instrument, s=slot, a=answer: draft.answer(i.id, s, a)
            )
    blows = tuple(Blow(number=n, volume_ml=chance.randint(2800, 3300)) for n in (1, 2, 3))
    test = replace(draft.spirometry.entered, blows=blows)
    yield Save("spirometry", lambda: draft.spirometry.save(test))
    event = AdverseEvent(
        patient_id=patient.id,
        visit_id=visit.id,
        term="Fall",
        onset=PartialDate(2026, 7),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    yield Save("adverse event", lambda: draft.events.save(event))
    for task in draft.tasks.asked:
        result = TaskResult(visit_id=visit.id, task=task.id, done=True)
        yield Save(f"task {task.id}", lambda r=result: draft.tasks.save(r))
    note = "Walks with a stick. " * chance.randrange(1, 400)
    yield Save("note", lambda: draft.save_note(note))
    yield Save("finished", lambda: _finish(draft))
    yield Save("reopened", lambda: draft.reopen("the score of another patient"))
    (alsfrs_r,) = (i for i in draft.questionnaires.instruments if i.id == catalog.alsfrs_r().id)
    corrected = Answer(item=alsfrs_r.variants("speech")[0].id, value=2)
    yield Save("corrected", lambda: draft.answer(alsfrs_r.id, "speech", corrected))
    yield Save("finished again", lambda: _finish(draft))


def _register(session: Session, patient: Patient) -> None:
    with session.write("registered"):
        session.patients.save(patient)


def _begin(session: Session, patient: Patient) -> None:
    # A save that failed may have reached the file all the same.
    if not session.visits.of(patient.id):
        beginning.start_visit(session, patient.id, "M2", VISIT_DAY)


def _finish(draft: Draft) -> None:
    draft.reload()
    if draft.visit.is_draft:
        draft.finish()


def work(path: Path, killed_at_call: int | None, said: Connection) -> None:
    """Days without end in this process; after each save, what it wrote goes to ``said``."""
    with killed_at(killed_at_call):
        session = open_(path)
        entries = witness.trail(session._db)
        said.send(entries)
        count = len(entries)
        for save in days(session):
            save.do()
            entries = witness.trail(session._db, after=count)
            said.send(entries)
            count += len(entries)


def upgrade(path: Path, key: bytes, killed_at_call: int | None, said: Connection) -> None:
    """Open a file that an older version wrote."""
    said.send("begun")
    with killed_at(killed_at_call):
        Session(path, key, LOGIN).close()
    said.send("done")


@contextmanager
def killed_at(nth: int | None) -> Iterator[None]:
    """kill -9 of this very process before the nth call that changes a file; never for None.

    A random moment seldom falls between two writes of one commit, this one always does.
    """
    calls = 0

    def kill(call: vfs.Call) -> int:
        nonlocal calls
        calls += call.kind is not vfs.Kind.READ
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return vfs.OK

    if nth is None:
        yield
    else:
        with vfs.watched(kill):
            yield
