import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from core import clock
from core.commands import demonstration
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.instruments import catalog
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Patient, Sex
from core.model.user import Right
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift, windows
from core.session import Session
from core.store import keys
from tests.core.examples import enter_visit
from tests.passwords import cheap_passwords
from tests.ui.keyboard import settle
from ui import theme
from ui.context import AppContext
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.main_window import MainWindow
from ui.pages.chart.side import Lead
from ui.pages.visit_page import VisitPage
from ui.plots.trend_stack import TrendStack
from ui.settings import Appearance, Settings

SIZE = (1366, 768)


@pytest.fixture(scope="session", autouse=True)
def app(qapp):
    """The application in its own look, light."""
    theme.start(qapp, Appearance.LIGHT)
    return qapp


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def empty_window(qtbot, settings):
    """The main window on its welcome page, active, as large as the smallest workstation's screen."""
    window = MainWindow(settings)
    window.resize(*SIZE)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    yield window
    window.close_unasked()
    window.deleteLater()
    settle()


@pytest.fixture
def open_window(empty_window):
    """``open_window(session)`` opens the shell round a session and returns the shell."""

    def open_it(session):
        empty_window.open_session(session)
        settle()
        return empty_window.shell

    return open_it


@pytest.fixture
def shell(session, open_window):
    """The shell on the clinic file of ``session``."""
    return open_window(session)


@pytest.fixture
def due(session):
    """Record 12, whose visit of month 4 is open today and whose visit of month 2 took place."""
    today = clock.today()
    patient = Patient(
        record_number="12",
        family_name="Karimi",
        given_name="Shirin",
        sex=Sex.FEMALE,
        born=today.replace(day=1) - timedelta(days=52 * 365),
        onset_region=OnsetRegion.BULBAR,
        onset=PartialDate.of(today - timedelta(days=700)),
        height_cm=164,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=shift(today, Offset(-4, Unit.MONTHS)),
        registered_on=today - timedelta(days=160),
    )
    with session.write("registered"):
        session.patients.save(patient)
    span = windows(protocols.of(patient), patient.reference_on)["M2"]
    enter_visit(
        session,
        patient,
        span.target,
        "M2",
        scores=(4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4),
        blows=(2910, 2880, 2850),
        weight_kg=63.5,
        new_events=False,
    )
    return patient


@pytest.fixture(scope="session")
def demonstration_template(tmp_path_factory):
    """The demonstration's file made once, and its data key."""
    folder = tmp_path_factory.mktemp("demonstration")
    path = folder / "demo.als"
    with cheap_passwords():
        demonstration.create(path, clock.today()).close()
    key = keys.unwrap(keys.read(path), demonstration.LOGIN, demonstration.PASSWORD)
    return path, key


@pytest.fixture
def demo(demonstration_template, tmp_path):
    """An open session on a copy of the demonstration, for this test to change."""
    template, key = demonstration_template
    path = tmp_path / "demo.als"
    shutil.copyfile(template, path)
    session = Session(path, key, demonstration.LOGIN)
    yield session
    session.close()


@pytest.fixture
def demo_shell(demo, open_window):
    """The shell on a copy of the demonstration."""
    return open_window(demo)


@pytest.fixture
def numbered(demo):
    """``numbered("A-003")``: the demonstration's patient of that number."""
    return lambda number: next(p for p in demo.patients.all() if p.record_number == number)


@pytest.fixture
def unlocked(demo, numbered):
    """``unlocked("A-003")`` takes the locks of the signatures off a patient's visits, as a neurologist would."""

    def unlock(number):
        at = clock.now()
        with demo.write("unlocked", granted=frozenset({Right.LOCK})):
            for lock in demo.locks.of(numbered(number).id):
                if lock.holds:
                    demo.locks.save(
                        replace(
                            lock, unlocked_by="neuro", unlocked_at=at, unlock_reason="to correct"
                        )
                    )

    return unlock


@pytest.fixture
def alone(context, due, show):
    """``alone(SpirometryForm)`` starts a visit and shows one step of it by itself."""

    def begin(kind):
        visit_id = beginning.start_visit(context.session, due.id, "M4", clock.today())
        form = kind(context, Draft(context.session, due.id, visit_id))
        form.show_draft()
        form.focus_first()
        return show(form, (760, 620))

    return begin


@pytest.fixture
def rating(context, due, show):
    """``rating()`` begins another visit and shows its questionnaire by itself; answers the form and the visit's id."""

    def begin(size=(760, 620)):
        visit_id = beginning.start_visit(context.session, due.id, None, clock.today())
        draft = Draft(context.session, due.id, visit_id)
        form = QuestionnaireForm(context, draft, catalog.alsfrs_r())
        form.show_draft()
        form.focus_first()
        return show(form, size), visit_id

    return begin


def name_of(widget):
    """What a screen reader says of a control."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def words(widget):
    """Every text a person can read in a widget, each on a line: labels, what a chart paints, and says of itself."""
    labels = (*widget.findChildren(QLabel), *widget.findChildren(Lead))
    texts = [one.text() for one in labels if one.isVisible() and one.text()]
    for chart in widget.findChildren(TrendStack):
        if chart.isVisible():
            texts += [*chart.said, chart.accessibleDescription()]
    return "\n".join(texts)


@pytest.fixture
def context(session, settings):
    """What a page is given, on the clinic file of ``session``."""
    context = AppContext(session, settings)
    yield context
    context.tasks.close()


@pytest.fixture
def show(qtbot):
    """``show(widget)`` puts it into an active window of its own."""
    shown = []

    def show_it(widget, size=SIZE):
        widget.resize(*size)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is widget)
        settle()
        shown.append(widget)
        return widget

    yield show_it
    for widget in shown:
        widget.close()
        widget.deleteLater()
    settle()


@pytest.fixture
def resume(shell, session, due):
    """``resume(step)`` opens the visit of month 4 in the shell, begun where it was not yet, at a step."""

    def opened(step=None):
        record = session.record(due.id)
        begun = [visit.id for visit in record.visits if visit.is_draft]
        visit_id = (
            begun[0] if begun else beginning.start_visit(session, due.id, "M4", clock.today())
        )
        shell.open_visit(due.id, visit_id)
        page = shell.page("visit")
        if step is not None:
            page.show_step(step)
        settle()
        return page

    return opened


@pytest.fixture
def enter(context, due, show):
    """``enter(patient, code, step)`` starts a visit on the page for it and shows one of its steps."""

    def begin(patient=due, code="M4", step=None):
        page = VisitPage(context)
        visit_id = beginning.start_visit(context.session, patient.id, code, clock.today())
        page.open(patient.id, visit_id)
        if step is not None:
            page.show_step(step)
        return show(page)

    return begin
