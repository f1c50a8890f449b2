"""The monitoring of an infusion in the real window, by keyboard."""

import re
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip

from core import clock
from core.acts import locking
from core.entering import typed_texts
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import StepState
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.views.monitoring import Sign
from tests.core.examples import a_patient
from tests.core.forms.infusion_day import DONOR, FIRST, INFUSION, PRODUCT, entered
from tests.ui.keyboard import CTRL, Key, focused, in_dialog, press, settle, wait_until, write
from ui import theme


@pytest.fixture
def patient(session):
    made = a_patient(
        record_number="77", protocol_version="2",
        reference_on=clock.today(), registered_on=clock.today(), stated_age_years=67,
    )  # fmt: skip
    with session.write("registered"):
        session.patients.save(made)
    return made


@pytest.fixture
def visit_id(session, patient):
    return beginning.start_visit(session, patient.id, "INF", clock.today())


def started(session, patient, visit_id, ago):
    """Everything before the monitoring, with a start so long ago."""
    start = clock.now().replace(second=0, microsecond=0) - ago
    draft = Draft(session, patient.id, visit_id)
    entered(draft, "infusion", FIRST)
    entered(draft, "product", {**PRODUCT, "use_by": at(start + timedelta(hours=4))})
    entered(draft, "donor", DONOR)
    entered(
        draft, "infusion", {**INFUSION, "start": at(start), "end": at(start + timedelta(minutes=5))}
    )
    return start


def at(instant):
    return f"{instant.astimezone():%Y-%m-%d %H:%M}"


@pytest.fixture
def opened(session, patient, visit_id, shell):
    """Opens the monitoring of an infusion that began so long ago."""

    def open_it(ago):
        started(session, patient, visit_id, ago)
        shell.open_visit(patient.id, visit_id)
        page = shell.page("visit")
        page.show_step("monitoring")
        settle()
        return page

    return open_it


VALUES = {
    "before": ("78", "132/78", "96", "36.6", "14"),
    "0": ("84", "138/82", "96", "", "14"),
    "5": ("118", "148/88", "95", "", "18"),
    "10": ("112", "144/86", "94", "", "16"),
}


def stand_on(page, key, sign=Sign.PULSE):
    page.forms["monitoring"].grid.cell(key, sign).setFocus(Qt.FocusReason.TabFocusReason)
    settle()


def enter(page, values=VALUES):
    """Each time by keyboard: a value, Enter, the next one."""
    for key, texts in values.items():
        stand_on(page, key)
        for text in texts:
            write(text)
            press(Key.Key_Return)


def in_front(page):
    """The window again, after a dialog."""
    page.window().activateWindow()
    settle()


def saved(session, patient):
    return {
        one.value("planned"): {
            name: item.value for name, item in one.items.items() if name != "planned"
        }
        for one in session.record(patient.id).of_form("monitoring")
    }


def test_values_are_entered_one_after_another_and_saved_at_once(opened, session, patient):
    page = opened(timedelta(minutes=16))
    enter(page)
    assert saved(session, patient) == {
        "before": {"pulse": 78, "systolic": 132, "diastolic": 78, "spo2": 96, "temperature": 36.6, "respiration": 14},
        "0": {"pulse": 84, "systolic": 138, "diastolic": 82, "spo2": 96, "respiration": 14},
        "5": {"pulse": 118, "systolic": 148, "diastolic": 88, "spo2": 95, "respiration": 18},
        "10": {"pulse": 112, "systolic": 144, "diastolic": 86, "spo2": 94, "respiration": 16},
    }  # fmt: skip
    assert focused().name == "15.pulse", "Enter on the last sign goes to the next time"
    (step,) = [one for one in page.draft.steps() if one.id == "monitoring"]
    assert step.hint == "4 of 12"
    assert step.state is StepState.STARTED


def test_the_due_time_has_the_keyboard_and_the_countdown_says_when(opened):
    page = opened(timedelta(minutes=16))
    form = page.forms["monitoring"]
    enter(page)
    assert form.next.text().startswith("next reading ")
    assert form.next.text().endswith("due now")
    assert form.then.isVisible()
    form.focus_first()
    assert focused().name == "15.pulse"


def test_what_is_late_is_said_by_the_word_overdue(opened):
    page = opened(timedelta(minutes=40))
    enter(page)
    form = page.forms["monitoring"]
    assert re.search(r"overdue by 2[56] min$", form.next.text())
    assert form.next.property("chip") == "warn"


def test_out_of_range_is_a_red_cell_and_a_word(opened):
    page = opened(timedelta(minutes=16))
    enter(page)
    red, plain = (page.forms["monitoring"].grid.cell(key, Sign.PULSE) for key in ("5", "0"))
    assert red.property("cell") == "out"
    assert "out of range" in red.accessibleDescription()
    assert "50–100" in red.accessibleDescription()
    assert plain.property("cell") == "known"
    assert "out of range" not in plain.accessibleDescription()
    assert red.accessibleName().startswith("Pulse, 5 min, ")


def test_the_range_is_a_setting_of_the_clinic(opened, session):
    with session.write("other limits"):
        session.thresholds.save("monitoring_pulse_most", 120.0)
    page = opened(timedelta(minutes=16))
    enter(page)
    assert page.forms["monitoring"].grid.cell("5", Sign.PULSE).property("cell") == "known"


def test_what_is_no_value_stays_and_is_kept_after_a_kill(opened, session, patient, visit_id):
    page = opened(timedelta(minutes=16))
    stand_on(page, "0", Sign.PRESSURE)
    write("132")
    press(Key.Key_Return)
    form = page.forms["monitoring"]
    assert "132/78" in form.grid.cell("0", Sign.PRESSURE).accessibleDescription()
    stand_on(page, "0", Sign.SPO2)
    write("97")
    press(Key.Key_Return)
    assert saved(session, patient) == {"0": {"spo2": 97}}
    page.keep()
    draft = Draft(session, patient.id, visit_id)  # what another window finds
    assert draft.unsaved.typing("monitoring") == {"0.pressure": "132"}
    assert any("132" in point.problem.message for point in draft.open_points() if point.blocks)
    stand_on(page, "0", Sign.PRESSURE)
    write("132/78")
    press(Key.Key_Return)
    assert saved(session, patient)["0"] == {"spo2": 97, "systolic": 132, "diastolic": 78}
    page.keep()
    assert Draft(session, patient.id, visit_id).unsaved.typing("monitoring") == {}


def test_half_typed_is_there_again_after_leaving(opened, session, patient, visit_id, shell):
    page = opened(timedelta(minutes=16))
    stand_on(page, "0", Sign.PRESSURE)
    write("13")
    page.keep()
    shell.show_page("today")
    settle()
    shell.open_visit(patient.id, visit_id)
    page = shell.page("visit")
    page.show_step("monitoring")
    settle()
    assert page.forms["monitoring"].grid.cell("0", Sign.PRESSURE).text() == "13"
    assert saved(session, patient) == {}


def test_arrows_go_to_the_next_time_and_sign(opened):
    page = opened(timedelta(minutes=16))
    stand_on(page, "0")
    press(Key.Key_Right)
    assert focused().name == "5.pulse"
    press(Key.Key_Down)
    assert focused().name == "5.pressure"
    press(Key.Key_Left, Key.Key_Up)
    assert focused().name == "0.pulse"
    press(Key.Key_Tab)
    assert focused().name == "0.pressure"


def test_minus_says_why_it_was_not_measured(opened, session, patient):
    page = opened(timedelta(minutes=16))
    stand_on(page, "0", Sign.TEMPERATURE)
    in_dialog(lambda dialog: (dialog.field.setCurrentText("refused"), dialog.agree()))
    press(Key.Key_Minus)
    in_front(page)
    (one,) = session.record(patient.id).of_form("monitoring")
    assert one.items["temperature"].not_done is NotDone.REFUSED
    assert focused().text() == "–"
    write("36.7")
    press(Key.Key_Return)
    assert saved(session, patient)["0"] == {"temperature": 36.7}


def test_plus_adds_a_time_between_in_its_place(opened, session, patient):
    start = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=16)
    page = opened(timedelta(minutes=16))
    stand_on(page, "5")
    at = (start + timedelta(minutes=7)).astimezone()
    in_dialog(lambda dialog: (dialog.field.set_text(f"{at:%H:%M}"), dialog.agree()))
    write("+")
    in_front(page)
    write("99")
    press(Key.Key_Return)
    keys = [(one.title, one.is_between) for one in page.draft.monitoring.times][:5]
    assert keys == [
        ("before", False), ("0 min", False), ("5 min", False), ("7 min", True), ("10 min", False),
    ]  # fmt: skip
    (one,) = session.record(patient.id).of_form("monitoring")
    assert (one.value("planned"), one.value("pulse")) == ("between", 99)


def test_a_value_is_taken_out_and_with_the_last_one_the_time(opened, session, patient):
    page = opened(timedelta(minutes=16))
    stand_on(page, "0")
    write("84")
    press(Key.Key_Return, Key.Key_Up, Key.Key_Delete, Key.Key_Return)
    assert saved(session, patient) == {}


def test_entered_the_day_after_from_paper(opened, session, patient):
    """Clock times are those of the day of the infusion, and nothing is counted down."""
    page = opened(timedelta(hours=30))
    form = page.forms["monitoring"]
    assert not form.next.isVisible()
    enter(page)
    assert len(saved(session, patient)) == 4
    (one,) = [one for one in page.draft.monitoring.times if one.key == "10"]
    assert one.at.astimezone().date() == (clock.now() - timedelta(hours=30)).astimezone().date()


def said_at(time, note):
    """Answers the dialog of one reading."""

    def act(dialog):
        if time is not None:
            dialog.taken.set_text(time)
        dialog.note.set_text(note)
        dialog.agree()

    return act


def test_a_time_gets_a_note_and_when_it_was_really_taken(opened, session, patient, shell):
    page = opened(timedelta(minutes=16))
    enter(page)
    form = page.forms["monitoring"]
    (ten,) = [one for one in page.draft.monitoring.times if one.key == "10"]
    planned = f"{ten.at.astimezone():%H:%M}"
    taken = f"{(ten.at + timedelta(minutes=4)).astimezone():%H:%M}"
    stand_on(page, "10", Sign.SPO2)
    in_dialog(said_at(taken, "Patient coughed."))
    write("n")
    in_front(page)
    assert focused().name == "10.spo2", "the keyboard is where it was"
    found = saved(session, patient)["10"]
    assert (found["note"], found["spo2"]) == ("Patient coughed.", 94)
    (ten,) = [one for one in page.draft.monitoring.times if one.key == "10"]
    assert ten.clock == taken
    said = f"planned {planned}, taken {taken}, 4 min later"
    assert said in focused().accessibleName()
    assert said in shell._message.text()
    assert "Note: Patient coughed." in focused().toolTip()
    head = QPoint(form.grid.column("10").center().x(), 5)
    event = QHelpEvent(QEvent.Type.ToolTip, head, form.grid.mapToGlobal(head))
    QApplication.sendEvent(form.grid, event)
    assert said in QToolTip.text() and "Note: Patient coughed." in QToolTip.text()
    (entry,) = [one for one in session.trail.entries(entity="item") if "coughed" in str(one.after)]
    assert entry.actor == session.login


def test_the_planned_time_is_the_default_and_what_is_no_time_is_said(opened, session, patient):
    page = opened(timedelta(minutes=16))
    enter(page)
    (ten,) = [one for one in page.draft.monitoring.times if one.key == "10"]
    stand_on(page, "10")
    shown = []

    def act(dialog):
        shown.append((dialog.taken.text, dialog.question))
        dialog.taken.set_text("soon")
        dialog.agree()
        shown.append(dialog.taken._problem.text())
        dialog.taken.set_text(f"{ten.at.astimezone():%H:%M}")
        dialog.agree()

    in_dialog(act)
    page.forms["monitoring"].describe.click()
    in_front(page)
    planned = f"{ten.at.astimezone():%H:%M}"
    assert shown[0] == (planned, f"It was planned for {planned}.")
    assert "not a time" in shown[1]
    assert set(saved(session, patient)["10"]) == {
        "pulse",
        "systolic",
        "diastolic",
        "spo2",
        "respiration",
    }


def test_a_note_alone_is_no_reading_and_is_taken_out_again(opened, session, patient):
    page = opened(timedelta(minutes=16))
    stand_on(page, "15")
    in_dialog(said_at(None, "Asleep."))
    write("n")
    in_front(page)
    (time,) = [one for one in page.draft.monitoring.times if one.key == "15"]
    assert (time.note, time.is_read) == ("Asleep.", False)
    in_dialog(said_at(None, ""))
    write("n")
    in_front(page)
    assert saved(session, patient) == {}


def log_event(page, key="5", sign=Sign.PULSE):
    """E on a cell; what is shown beside the grid then."""
    stand_on(page, key, sign)
    write("e")
    settle()
    return page.beside.sheet


def test_an_event_is_entered_beside_the_grid_with_its_time_product_and_lot(opened, shell):
    page = opened(timedelta(minutes=16))
    (five,) = [one for one in page.draft.monitoring.times if one.key == "5"]
    sheet = log_event(page)
    assert shell.current is page
    assert sheet.isVisible() and page.forms["monitoring"].grid.isVisible()
    assert focused() is sheet.what.term.line
    assert sheet.form.text("onset") == f"{five.at.astimezone():%Y-%m-%d %H:%M}"
    assert "5 min after the start of the infusion, Ad-MSC lot 0457-B" in sheet.form.text("note")
    assert not sheet.kept.isVisible(), "nothing was typed yet"
    press(Key.Key_Escape)
    assert not sheet.isVisible()
    assert focused().name == "5.pulse"
    (ten,) = [one for one in page.draft.monitoring.times if one.key == "10"]
    sheet = log_event(page, "10")
    begun = f"{ten.at.astimezone():%Y-%m-%d %H:%M}"
    assert sheet.form.text("onset") == begun, "of what was not entered there is no draft"


def test_the_grid_is_used_while_an_event_is_half_entered(opened, session, patient):
    page = opened(timedelta(minutes=16))
    sheet = log_event(page)
    write("Sinus tachy")
    stand_on(page, "5")
    write("118")
    press(Key.Key_Return)
    assert saved(session, patient)["5"] == {"pulse": 118}
    assert sheet.isVisible() and sheet.what.term.text == "Sinus tachy"
    press(Key.Key_Escape)
    assert not sheet.isVisible(), "the panel is closed first, and then the visit"
    assert focused().name == "5.pulse"
    sheet = log_event(page, "10")
    assert sheet.what.term.text == "Sinus tachy", "one event is entered at a time"
    assert sheet.kept.isVisible()


def test_an_event_that_is_saved_beside_the_grid_stands_in_its_lane(opened, session, patient, shell):
    page = opened(timedelta(minutes=16))
    sheet = log_event(page)
    write("Sinus tachycardia")
    press(Key.Key_Tab)
    sheet.severity.grades.choose("2")
    sheet.went.outcome.set_value(Outcome.NOT_RECOVERED)
    stand_on_field(sheet.went.inputs["note"])
    press((CTRL, Key.Key_S))
    settle()
    (event,) = session.record(patient.id).events
    assert (event.term, event.visit_id) == ("Sinus tachycardia", page.draft.visit.id)
    assert not sheet.isVisible()
    assert focused().name == "5.pulse"
    (span,) = page.forms["monitoring"].grid._shown.spans
    assert span.words.startswith("Sinus tachycardia, grade 2, ")
    assert "1 event added: Sinus tachycardia" in shell._message.text()
    assert session.typed.of(typed_texts.EVENT, typed_texts.new_event(patient.id)) == {}
    shell.open_chart(patient.id)
    assert session.typed.of(typed_texts.EVENT, typed_texts.new_event(patient.id)) == {}


def stand_on_field(field):
    field.setFocus(Qt.FocusReason.TabFocusReason)
    settle()


@pytest.mark.parametrize("leave", ["another page", "another step", "the lock"])
def test_a_half_entered_event_is_kept_however_one_leaves(opened, session, patient, shell, leave):
    page = opened(timedelta(minutes=16))
    log_event(page)
    write("Sinus tachy")
    if leave == "another page":
        shell.show_page("patients")
    elif leave == "another step":
        page.show_step("product")
        settle()
        assert not page.beside.is_open
    else:
        unsaved = {one.subject: one.texts for one in page.unsaved()}
        assert unsaved[typed_texts.new_event(patient.id)]["term"] == "Sinus tachy"
        shown = page.place.shown
        page.keep()
        shell.show_page("patients")
        assert page.show_again(shown)
        assert page.beside.is_open
        assert page.beside.sheet.what.term.text == "Sinus tachy"
    kept = session.typed.of(typed_texts.EVENT, typed_texts.new_event(patient.id))
    assert kept["term"] == "Sinus tachy"


def test_where_there_is_no_room_for_both_the_event_has_the_page(opened, shell):
    page = opened(timedelta(minutes=16))
    shell.window().resize(683, 384)
    settle()
    sheet = log_event(page)
    grid = page.forms["monitoring"].grid
    assert sheet.isVisible() and not grid.isVisible()
    assert focused() is sheet.what.term.line
    press(Key.Key_Escape)
    assert grid.isVisible() and focused().name == "5.pulse"


def test_with_the_panel_the_grid_keeps_its_columns_and_the_side_is_one_line(opened, shell):
    page = opened(timedelta(minutes=16))
    shell.window().resize(1366, 768)
    settle()
    form = page.forms["monitoring"]
    assert not form.side.line.isVisible()
    sheet = log_event(page)
    assert form.side.line.isVisible()
    for section in sheet.sections:
        right = section.mapTo(sheet, section.rect().topRight()).x()
        assert right < sheet.width(), "nothing of the form is cut"
        assert section.width() >= section.minimumSizeHint().width()
    assert sheet.mapTo(page, sheet.rect().topRight()).x() < page.width()
    assert form.grid.width() <= form.area.viewport().width(), "every time is in sight"
    press(Key.Key_Escape)
    assert not form.side.line.isVisible()


def in_sight(form, key):
    """Whether the whole column of a time is within the part of the grid that is seen."""
    column = form.grid.column(key)
    left = form.grid.mapTo(form.area.viewport(), column.topLeft()).x()
    return left >= 0 and left + column.width() <= form.area.viewport().width() + 1


@pytest.mark.parametrize("time", ["0", "30", "360"])
def test_beside_the_panel_a_small_screen_shows_the_time_in_use_and_scrolls_to_every_other(
    opened, shell, time
):
    page = opened(timedelta(hours=5))
    shell.window().resize(1280, 720)
    settle()
    form = page.forms["monitoring"]
    assert not form.bar.isVisible(), "alone it has room"
    log_event(page, time)
    assert in_sight(form, time)
    assert form.bar.isVisible() and not form.bar.visibleRegion().isEmpty()
    assert form.bar.mapTo(form, QPoint()).y() < form.grid.mapTo(form, QPoint()).y(), (
        "the end of the grid is below the window"
    )
    form.bar.setValue(form.bar.maximum())
    assert in_sight(form, "360") and in_sight(form, "300")
    form.bar.setValue(0)
    assert in_sight(form, "before") and in_sight(form, "0")
    press(Key.Key_Escape)
    assert not form.bar.isVisible()


def test_the_dose_beside_the_grid_is_never_broken_over_two_lines(opened, shell):
    page = opened(timedelta(minutes=16))
    shell.window().resize(1366, 768)
    settle()
    form = page.forms["monitoring"]
    said = [one for one in form.side.findChildren(QLabel) if "10⁸" in one.text()]
    assert said
    for one in said:
        number = re.search(r"[\d.]+ × 10⁸", one.text())[0]
        assert one.minimumSizeHint().width() >= one.fontMetrics().horizontalAdvance(number)
        assert one.width() >= one.minimumSizeHint().width()


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720)])
def test_the_dot_of_a_note_is_clear_of_the_words_of_its_head(opened, shell, size):
    """What a note changes in the picture of a head is nowhere that had ink before."""
    page = opened(timedelta(minutes=50))
    shell.window().resize(*size)
    log_event(page, "30")  # the columns are at their narrowest
    press(Key.Key_Escape)
    log_event(page, "30")
    grid = page.forms["monitoring"].grid

    def heads():
        whole = grid.grab().toImage()
        place = grid.column("30")
        return whole.copy(place.x(), 0, place.width(), theme.px(34))

    before = heads()
    ground = before.pixelColor(0, before.height() - 1)
    (time,) = [one for one in page.draft.monitoring.times if one.key == "30"]
    page.draft.monitoring.describe(time, None, "Patient coughed.")
    page.forms["monitoring"].show_draft()
    settle()
    after = heads()
    dot = {
        (x, y)
        for x in range(after.width())
        for y in range(after.height())
        if after.pixelColor(x, y) != before.pixelColor(x, y)
    }
    assert dot, "there is a dot"
    around = {
        (x + across, y + down) for x, y in dot for across in (-1, 0, 1) for down in (-1, 0, 1)
    }
    assert {before.pixelColor(x, y).name() for x, y in around} == {ground.name()}
    assert max(x for x, _y in dot) < after.width() - 1, "it is within its column"


def test_an_event_of_the_day_stands_in_its_lane(opened, session, patient):
    page = opened(timedelta(minutes=16))
    (five,) = [one for one in page.draft.monitoring.times if one.key == "5"]
    event = AdverseEvent(
        patient_id=patient.id, visit_id=page.draft.visit.id, term="Sinus tachycardia", coded_term="Sinus tachycardia",
        onset=PartialDate.of(five.at.astimezone().date()), grade=Grade.MODERATE, serious=False,
        outcome=Outcome.RECOVERED,
    )  # fmt: skip
    began = f"{five.at.astimezone():%H:%M}"
    with session.write():
        session.events.save(event)
        session.forms.save(
            FormRecord(
                id=event_details.record_id(event.id),
                patient_id=patient.id,
                form="event_details",
                version="1",
                entered_by=session.login,
                entered_at=clock.now(),
                items={"began_at": Item(value=began)},
            )
        )
    page.draft.reload()
    page.show_step("product")
    page.show_step("monitoring")
    (span,) = page.forms["monitoring"].spans
    assert span.words == f"Sinus tachycardia, grade 2, {began}"
    assert page.forms["monitoring"].grid.x_of(span.begin) == pytest.approx(
        page.forms["monitoring"].grid.column("5").center().x(), abs=1.5
    )


def test_a_finished_visit_says_that_times_were_left_out(opened):
    page = opened(timedelta(hours=8))
    enter(page)
    points = [one for one in page.draft.open_points() if one.step == "monitoring"]
    assert [(one.rule, one.blocks) for one in points] == [("monitoring.missing", False)]
    assert "15 min, 30 min, 1 h" in points[0].problem.message


def test_locked_it_takes_nothing(opened, session, patient, visit_id, shell):
    page = opened(timedelta(minutes=16))
    enter(page)
    locking.lock_form(session, patient.id, visit_id, "monitoring", "checked")
    shell.open_visit(patient.id, visit_id)
    page = shell.page("visit")
    page.show_step("monitoring")
    assert not page.forms["monitoring"].isEnabled()


def test_in_a_small_window_the_side_is_one_line_and_the_due_time_is_in_sight(opened, shell):
    page = opened(timedelta(hours=3))
    shell.window().resize(683, 384)
    settle()
    form = page.forms["monitoring"]
    stand_on(page, "180")
    assert form.side.line.isVisible()
    assert form.side.line.text().startswith("0457-B · 1.50 × 10⁸ cells · ")
    cell, area = form.grid.cell("180", Sign.PULSE), form.area.viewport()
    place = cell.mapTo(area, cell.rect().center())
    assert 0 <= place.x() <= area.width()
    assert form.grid.width() > area.width(), "it scrolls sideways"


def test_columns_are_equal_and_cells_stand_under_their_points(opened):
    page = opened(timedelta(minutes=16))
    grid = page.forms["monitoring"].grid
    widths = {grid.column(time.key).width() for time in page.draft.monitoring.times}
    assert max(widths) - min(widths) <= 1
    for time in page.draft.monitoring.times:
        centres = {grid.cell(time.key, sign).geometry().center().x() for sign in Sign}
        assert len(centres) == 1
        assert abs(centres.pop() - grid.column(time.key).center().x()) <= 1


def test_nothing_is_entered_before_identity_and_consent(session, patient, visit_id, shell):
    shell.open_visit(patient.id, visit_id)
    page = shell.page("visit")
    page.show_step("product")
    settle()
    form = page.forms["product"]
    assert not form.editor.isEnabled()
    assert focused() is form.waits
    assert "First check who this is" in form.waits.text()
    press(Key.Key_Return)
    assert page.current == "infusion"
    editor = page.forms["infusion"].editor
    for name in ("identity", "consent"):
        editor.focus_field(name)
        press(Key.Key_Space)  # yes
    editor.focus_field("checked_by")
    write("N. Urse")
    press((CTRL, Key.Key_Return))
    page.show_step("product")
    settle()
    assert form.editor.isEnabled()
    page.show_step("monitoring")
    settle()
    assert "no start yet" in page.forms["monitoring"].no_start.text()


def test_the_infusion_is_saved_at_its_start_and_the_visit_waits_for_its_end(
    opened, session, patient
):
    page = opened(timedelta(minutes=16))
    (one,) = session.record(patient.id).of_form("infusion")
    with session.write("correction"):
        session.forms.save(one.with_item("end", None))
    page.draft.reload()
    points = [point for point in page.draft.open_points() if point.step == "infusion"]
    assert [(point.field, point.blocks) for point in points] == [("end", True)]


def test_a_product_that_is_too_old_by_a_start_entered_later_stops_the_visit(
    opened, session, patient
):
    page = opened(timedelta(minutes=16))
    (one,) = session.record(patient.id).of_form("infusion")
    late = datetime.fromisoformat(str(one.value("start"))) + timedelta(hours=5)
    with session.write("correction"):
        session.forms.save(one.with_item("start", Item(value=late.isoformat())))
    page.draft.reload()
    (point,) = [one for one in page.draft.open_points() if one.step == "product"]
    assert point.blocks
    assert "before the start of the infusion" in point.problem.message


def test_today_counts_down_too_and_leads_to_the_grid(opened, shell):
    page = opened(timedelta(minutes=40))
    enter(page)
    shell.show_page("today")
    settle()
    every = shell.page("today").findChildren(QPushButton)
    (one,) = [each for each in every if "next reading" in each.accessibleName()]
    assert re.fullmatch(r"77: next reading \d\d:\d\d, overdue by 2[56] min", one.accessibleName())
    one.click()
    settle()
    assert shell.page("visit").current == "monitoring"


def test_the_grid_is_printed(opened, shell, visit_id):
    page = opened(timedelta(minutes=40))
    enter(page)
    opened_documents = []
    shell.context.open_document.connect(
        lambda name, about: opened_documents.append((name, about.visit_id))
    )
    page.forms["monitoring"].print_grid.click()
    settle()
    assert opened_documents == [("monitoring-grid", visit_id)]


def test_a_cell_offers_a_query_about_its_sign(opened):
    page = opened(timedelta(minutes=20))
    cell = page.forms["monitoring"].grid.cell("30", Sign.TEMPERATURE)
    cell.setFocus()
    wait_until(page.ask_mark.isVisible, longest_s=5)
    assert "Temperature" in page.ask_mark.toolTip()
    mark = page.ask_mark.geometry()
    assert not mark.contains(cell.mapTo(page, cell.rect().center()))
    page.ask_mark.click()
    assert page.queries.ask.place.currentData().field == "temperature"
    press(Key.Key_Escape)
    assert focused() is cell
