"""Values that the tests are made of: a patient, visits, forms, spirometry, with every field to be set."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from core import clock
from core.entering import records
from core.instruments import catalog
from core.model.assessment import Answer, Assessment
from core.model.form_record import FormRecord, Item
from core.model.patient import Patient, ScheduleMove
from core.model.record import PatientRecord
from core.model.spirometry import Blow, Spirometry
from core.model.visit import Mode, Respondent, Visit, VisitKind, VisitState
from core.science.spirometry import with_inputs

INFUSION = date(2026, 5, 21)
FULL = (4,) * 12
EQUATION = "gli-global-2022"


def a_patient(**changes):
    stated = {
        "record_number": "7",
        "protocol": "royan-2021",
        "protocol_version": "1",
        "registered_on": date(2026, 4, 20),
        "reference_on": INFUSION,
    }
    return Patient(**{**stated, **changes})


def a_routine_patient(**changes):
    return a_patient(**{"protocol": "routine", "reference_on": None, **changes})


def a_move(patient, **values):
    """A move of a patient to the next version of their schedule, today."""
    given = {
        "patient_id": patient.id,
        "from_version": patient.protocol_version,
        "to_version": str(int(patient.protocol_version) + 1),
        "moved_by": "dr.demo",
        "moved_at": clock.now(),
        "reason": "new visits",
    }
    return ScheduleMove(**given | values)


def a_visit(patient, on, code=None, *, finished=True, **changes):
    started = datetime.combine(on, time(9), UTC)
    visit = Visit(
        patient_id=patient.id,
        kind=VisitKind.UNSCHEDULED if code is None else VisitKind.SCHEDULED,
        code=code,
        date=on,
        state=VisitState.FINISHED if finished else VisitState.DRAFT,
        rater="dr.demo",
        mode=Mode.IN_PERSON,
        respondent=Respondent.PATIENT,
        started_at=started,
        finished_at=started.replace(hour=10) if finished else None,
    )
    return replace(visit, **changes)


def answers(scores, variant="a"):
    """Twelve scores in order, None for a question that was not answered, as answers by slot."""
    alsfrs_r = catalog.alsfrs_r()
    given = {}
    for slot, score in zip(alsfrs_r.slots, scores, strict=True):
        variants = alsfrs_r.variants(slot)
        item = variants[1] if len(variants) > 1 and variant == "b" else variants[0]
        if score is not None:
            given[slot] = Answer(item=item.id, value=score)
    return given


def a_form(visit, scores=FULL, **changes):
    form = Assessment(
        visit_id=visit.id,
        date=visit.date,
        instrument="alsfrs-r",
        version="1",
        answers=answers(scores),
    )
    return replace(form, **changes)


def summing_to(total):
    """Twelve scores with that sum."""
    whole, rest = divmod(total, 4)
    return tuple([4] * whole + [rest] * (whole < 12) + [0] * (11 - whole))


def blows(*volumes_ml):
    return tuple(
        Blow(number=number, volume_ml=volume) for number, volume in enumerate(volumes_ml, 1)
    )


def a_spirometry(visit, *volumes_ml, **changes):
    session = Spirometry(
        visit_id=visit.id,
        date=visit.date,
        height_cm=176.0,
        equation=EQUATION,
        blows=blows(*volumes_ml),
    )
    return replace(session, **changes)


def a_record(patient, *visits, spirometry=(), **rest):
    """Its spirometry has the patient's data as its inputs, as every session in the file has."""
    ordered = tuple(sorted(visits, key=lambda visit: (visit.date, visit.started_at)))
    sessions = tuple(with_inputs(session, patient, EQUATION) for session in spirometry)
    return PatientRecord(patient=patient, visits=ordered, spirometry=sessions, **rest)


def enter_visit(
    session, patient, on, code=None, *, scores=None, blows=(), finished=True, **changes
):
    """Enter a visit into the file, with its form and spirometry where they are given."""
    visit = a_visit(patient, on, code, finished=finished, **changes)
    with session.write("visit entered"):
        session.visits.save(visit)
        if scores is not None:
            session.assessments.open(visit.id, "alsfrs-r", "1", "dr.demo")
            for slot, answer in answers(scores).items():
                session.assessments.save_answer(visit.id, "alsfrs-r", slot, answer)
        if blows:
            test = a_spirometry(visit, *blows, height_cm=patient.height_cm)
            session.spirometry.save(with_inputs(test, patient, EQUATION))
    return visit


def enter_record(session, patient, form, values, within=None):
    """Enter a record of a form about a patient into the file."""
    one = FormRecord(
        patient_id=patient.id,
        form=form.id,
        version=form.version,
        within=within,
        entered_by="dr.demo",
        entered_at=clock.now(),
        items={name: Item(value=value) for name, value in values.items()},
        course=form.course,
    )
    records.save(session, form, one)
    return one
