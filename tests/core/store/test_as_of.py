"""R13: any patient's chart as the file stood at an instant, from the trail alone."""

import random
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotAllowed
from core.model.user import Role
from core.session import Session, new_user
from core.store import keys
from tests.core.store.test_migrations import STORED
from tests.files import sample_clinic as sample
from tests.reliability.histories import Clinician


def records(session):
    return {patient.id: session.record(patient.id) for patient in session.patients.all()}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_r13_as_of_is_what_was_loaded_then(seed, tmp_path, key):
    """At every step of a random day, in the order in which it happened."""
    path = tmp_path / f"{seed}.als"
    session = Session(path, key, sample.LOGIN, create=True)
    try:
        with session.write("created"):
            session.clinics.save(sample.CLINIC)
            session.users.save(sample.USER)
        clinician = Clinician(session, random.Random(seed))
        stood = {session.trail_head.sequence: records(session)}
        for _ in range(25):
            clinician.act()
            stood[session.trail_head.sequence] = records(session)
        everybody = {one for then in stood.values() for one in then}
        for sequence, then in stood.items():
            for one in everybody:
                assert session.record_as_of(one, sequence) == then.get(one), (sequence, one)
    finally:
        session.close()
        for left in tmp_path.glob(f"{seed}.*"):
            left.unlink()


@pytest.mark.parametrize("step", ["m001_first_schema", "m003_spirometry_inputs"])
def test_r13_what_an_older_version_wrote_can_be_looked_at(tmp_path, step):
    """Columns that came later have their defaults; what a later step filled in is not there yet."""
    source = STORED / f"{step}.als"
    path = tmp_path / source.name
    shutil.copyfile(source, path)
    session = Session(
        path, keys.unwrap(keys.read(source), sample.LOGIN, sample.PASSWORD), "dr.demo"
    )
    try:
        first = session.trail.entries(patient_id=sample.PATIENT.id)[-1]
        registered = session.record_as_of(sample.PATIENT.id, first.sequence)
        assert registered.patient == sample.PATIENT
        assert registered.visits == ()
        last = session.trail_head.sequence
        assert session.record_as_of(sample.PATIENT.id, last) == session.record(sample.PATIENT.id)
    finally:
        session.close()


def test_r13_looking_back_writes_nothing(session, patient, visit_day, clinic_path):
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))

    def on_disk():
        return {path.name: path.read_bytes() for path in clinic_path.parent.iterdir()}

    before, sequence = on_disk(), session.trail_head.sequence
    assert session.record_as_of(patient.id, sequence) == session.record(patient.id)
    assert on_disk() == before


def test_before_a_patient_was_registered_there_is_no_chart(session, patient):
    (registered,) = session.trail.entries(patient_id=patient.id)
    assert session.record_as_of(patient.id, registered.sequence - 1) is None
    assert session.record_as_of(patient.id, registered.sequence).patient == patient


def test_an_instant_leads_to_the_last_entry_before_it(session, patient):
    with session.write("corrected"):
        session.patients.save(replace(patient, note="later"))
    corrected, registered = session.trail.entries(patient_id=patient.id)
    assert session.trail.sequence_at(corrected.at) == session.trail_head.sequence
    assert session.trail.sequence_at(registered.at - timedelta(days=1)) == 0
    assert session.trail.sequence_at(corrected.at + timedelta(days=1)) == corrected.sequence


def test_r16_who_reads_no_charts_reads_none_of_the_past(session, patient, clinic_path, key):
    with session.write("another person"):
        session.users.save(new_user("admin", "A. Dmin", Role.ADMINISTRATOR))
    session.close()
    admin = Session(clinic_path, key, "admin")
    with pytest.raises(NotAllowed):
        admin.record_as_of(patient.id, admin.trail_head.sequence)
    admin.close()
