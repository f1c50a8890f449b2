import pytest

from core import clock
from core.acts import own_forms, own_schedules
from core.entering.visit import beginning
from core.forms import catalog as forms
from core.protocols import catalog as protocols
from tests.core.examples import a_patient
from tests.ui.keyboard import settle


@pytest.fixture
def on_own_schedule(session):
    """``on_own_schedule(schedule, form …)``: somebody on a schedule of the clinic that asks for forms of the clinic, all as TOML."""

    def register(schedule, *texts):
        for text in texts:
            own_forms.add(session, text, forms.read("form.toml", text.encode()))
        protocol = protocols.read("study.toml", schedule.encode())
        own_schedules.add(session, schedule, protocol)
        made = a_patient(
            record_number="77", protocol=protocol.id, protocol_version=protocol.version
        )
        with session.write("registered"):
            session.patients.save(made)
        return made

    yield register
    forms.use_own([])
    protocols.use_own([])


@pytest.fixture
def begun_at(session, shell):
    """``begun_at(patient, step)`` begins the visit "V" of a patient and shows a step of it; the page."""

    def begin(patient, step):
        visit = beginning.start_visit(session, patient.id, "V", clock.today())
        shell.open_visit(patient.id, visit)
        shell.page("visit").show_step(step)
        settle()
        return shell.page("visit")

    return begin
