# ruff: noqa: E402  the environment is set before anything that reads it is imported
import atexit
import gc
import os
import shutil
import tempfile

# A clinic file is synced at every write: ten times faster in memory, where the system has such a folder.
_memory = "/dev/shm"
if os.access(_memory, os.W_OK) and shutil.disk_usage(_memory).free > 4 * 1024**3:
    os.environ["TMPDIR"] = tempfile.tempdir = _memory

_home = tempfile.TemporaryDirectory(prefix="als-follow-up-home-", ignore_cleanup_errors=True)
atexit.register(_home.cleanup)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANGUAGE"] = "en"  # what the tests expect to be shown
os.environ["HOME"] = _home.name  # QSettings of this machine are not ours to read or write
for _kind in ("CONFIG", "DATA", "CACHE", "STATE"):
    os.environ[f"XDG_{_kind}_HOME"] = os.path.join(_home.name, _kind.lower())  # noqa: PTH118

import logging
from datetime import date
from functools import partial

import pytest
from hypothesis import settings

from core.instruments import catalog
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Patient, Sex
from core.model.user import Clinic
from core.session import Session, new_user
from core.words import Notation, write_in
from tests.core.examples import enter_visit
from tests.passwords import cheap_passwords

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
BUNDLE = "test_the_built_program_does_the_main_job_without_python"


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What was collected stays until the end: the tests begin without looking through it for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(items):
    """The bundle first: it takes minutes, and begun last it would leave every other core waiting for it."""
    items.sort(key=lambda item: item.name != BUNDLE)


@pytest.fixture(autouse=True)
def no_unexpected_warning(caplog):
    """A logged warning fails the test; one that provokes it reads it and calls ``caplog.clear()``."""
    yield
    logged = [
        f"{record.name}: {record.getMessage()}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
    ]
    assert not logged, f"logged while the test ran: {logged}"


@pytest.fixture(autouse=True)
def notation_as_shipped():
    """What a clinic of another test chose is not how this one writes days."""
    yield
    write_in(Notation())


@pytest.fixture(autouse=True)
def price_of_a_guess():
    """Cheap; the modules that test the price itself put a fixture of this name in its place."""
    with cheap_passwords():
        yield


@pytest.fixture(scope="session")
def key():
    """A raw data key: opening with it costs no password derivation."""
    return bytes(range(32))


@pytest.fixture
def clinic_path(tmp_path):
    return tmp_path / "clinic.als"


@pytest.fixture(scope="session")
def clinic_template(tmp_path_factory, key):
    """A clinic file with its clinic and the user dr.demo, to be copied: making one costs three times as much."""
    path = tmp_path_factory.mktemp("template") / "clinic.als"
    session = Session(path, key, "dr.demo", create=True)
    with session.write("clinic file created"):
        session.clinics.save(Clinic(name="ALS clinic", protocol="royan-2021"))
        session.users.save(new_user("dr.demo", "Dr. Demo"))
    session.close()
    return path


@pytest.fixture
def session(clinic_template, clinic_path, key):
    """A real encrypted file with its clinic and the user dr.demo."""
    shutil.copyfile(clinic_template, clinic_path)
    session = Session(clinic_path, key, "dr.demo")
    yield session
    session.close()


@pytest.fixture
def reopened(session, clinic_path, key):
    """Closes the session and opens the same file again, as the next morning would."""
    opened = []

    def reopen():
        (opened or [session])[-1].close()
        opened.append(Session(clinic_path, key, "dr.demo"))
        return opened[-1]

    yield reopen
    for one in opened:
        one.close()


@pytest.fixture
def patient(session):
    """Record 7, in the trial since the infusion of 2026-05-21, saved in the file of ``session``."""
    patient = Patient(
        record_number="7",
        family_name="Rahimi",
        given_name="Dara",
        sex=Sex.MALE,
        born=date(1959, 3, 14),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2023, 6),
        height_cm=176,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=date(2026, 5, 21),
        registered_on=date(2026, 4, 20),
    )
    with session.write("registered"):
        session.patients.save(patient)
    return patient


@pytest.fixture
def visit_day(session, patient):
    """``visit_day(on, code="M2", scores=(4, 3, …), blows=(3200,), …)`` enters a whole visit and returns it."""
    return partial(enter_visit, session, patient)


@pytest.fixture(scope="session")
def alsfrs_r():
    return catalog.alsfrs_r()
