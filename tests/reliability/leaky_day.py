"""Run as a program: a day in the real window with planted names, from signing in to closing.

The second argument is the data key; the third, "leak", plants a name outside the file on purpose.
"""

import logging
import os
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from core import clock
from core.entering.visit import beginning
from core.model.document import About
from core.model.patient import Patient, Sex
from core.session import Session
from tests.reliability.plants import BIRTHDAY, FAMILY, GIVEN, NOTE, TYPED
from tests.ui.keyboard import CTRL, Key, press, settle, write
from ui import errors, theme
from ui.app import application
from ui.main_window import MainWindow
from ui.settings import Settings


def main(path, key, leak):
    logging.basicConfig(filename=os.environ["HOME"] + "/program.log", level=logging.DEBUG)
    app = application()
    errors.install()
    errors.leave_no_traces()
    settings = Settings()
    settings.last_file = path
    theme.start(app, settings.appearance)
    window = MainWindow(settings)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open_session(Session(path, key, "dr.demo"))
    settle()
    patient = _register(window)
    _enter(window, patient)
    _print_and_export(window, patient)
    _crash(patient)
    _look_at_the_journal(window.shell.context.session, patient, path)
    if leak:
        Path(tempfile.gettempdir(), "summary.tmp").write_text(f"Visit of {FAMILY}", "utf-16")
    window.activateWindow()
    settle()
    press((CTRL, Key.Key_L))
    window.close()
    settings.flush()
    print(window.windowTitle(), flush=True)


def _register(window):
    shell = window.shell
    shell.edit_patient(None)
    fields = shell.page("patient").fields
    for name, text in (("record_number", "77"), ("family_name", FAMILY), ("note", NOTE)):
        fields[name].setFocus()
        write(text)
    shell.show_page("today")
    patient = Patient(
        record_number="77",
        family_name=FAMILY,
        given_name=GIVEN,
        sex=Sex.FEMALE,
        born=BIRTHDAY,
        note=NOTE,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=clock.today(),
        registered_on=clock.today(),
    )
    session = shell.context.session
    with session.write("registered"):
        session.patients.save(patient)
    return patient


def _enter(window, patient):
    shell = window.shell
    session = shell.context.session
    visit = beginning.start_visit(session, patient.id, None, clock.today())
    shell.open_visit(patient.id, visit)
    page = shell.page("visit")
    page.show_step("note")
    page.forms["note"].note.setFocus()
    write(NOTE)
    page.show_step("details")
    page.forms["details"].weight.setFocus()
    write(TYPED)
    page.forms["details"].weight.line.selectAll()
    page.forms["details"].weight.line.copy()
    page.forms["details"].keep_typed()
    shell.search.setFocus()
    write(FAMILY)
    settle()
    shell.open_visit(patient.id, visit)


def _print_and_export(window, patient):
    shell = window.shell
    visit = shell.context.session.visits.of(patient.id)[0]
    shell.open_document("visit-summary", About(patient_id=patient.id, visit_id=visit.id))
    page = shell.page("document")
    while page.pdf is None:
        QApplication.processEvents()
    _dismissed(page.save.click)
    shell.open_chart(patient.id)
    chart = shell.page("chart")
    chart.tab("overview").trends.copy_picture()
    _dismissed(chart.tab("overview").trends.ask_export)


def _dismissed(ask):
    """Ask for a file name, say which one is proposed, and give none."""

    def dismiss():
        for top in QApplication.topLevelWidgets():
            if isinstance(top, QFileDialog) and top.isVisible():
                print("proposed", *top.selectedFiles(), flush=True)
            if isinstance(top, QDialog) and top.isVisible():
                top.reject()

    QTimer.singleShot(300, dismiss)
    ask()


def _crash(patient):
    """A bug, one in a thread, and a complaint of Qt: each of them with a name in it."""

    def stumble():
        sentence = f"no visit of {patient.name}, {NOTE}"
        raise LookupError(sentence)

    def dismiss():
        for top in QApplication.topLevelWidgets():
            if isinstance(top, QDialog):
                print("report", top.detailedText().splitlines()[-1], flush=True)
                top.done(0)

    QTimer.singleShot(300, dismiss)
    try:
        stumble()
    except LookupError:
        sys.excepthook(*sys.exc_info())
    worker = threading.Thread(target=stumble)
    worker.start()
    worker.join()
    qWarning(f"QLineEdit: what is {FAMILY}?")


def _look_at_the_journal(session, patient, path):
    """In the middle of a write: what stands beside the file now is copied to where it is searched."""
    with session.write("many at once"):
        for index in range(200):
            one = replace(patient, id=f"{patient.id}{index}", record_number=f"x{index}")
            session.patients.save(one)
        session._db.execute("PRAGMA cache_spill = 1")
        for beside in path.parent.glob(path.name + "*"):
            copy = Path(os.environ["HOME"], f"copy-of-{beside.name}")
            copy.write_bytes(beside.read_bytes())
            print("beside", beside.name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3:] == ["leak"])
