"""The laboratory in the real window: a step of a visit, by the keyboard alone."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMenu

from core import clock
from core.entering import typed_texts
from core.entering.visit.draft import Draft
from core.forms import catalog as forms
from core.laboratory import catalog as laboratory
from core.laboratory.grading import Flag
from core.model.adverse_event import Grade
from core.model.assessment import NotDone
from core.model.laboratory import Comparator
from core.model.patient import Sex
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from tests.core.examples import a_patient
from tests.ui.conftest import words
from tests.ui.keyboard import (
    CTRL,
    Key,
    answer_dialogs,
    focused,
    in_dialog,
    press,
    replace_by,
    settle,
    write,
)
from tests.ui.laboratory import FEW, a_laboratory, add_schedule, ago, enter_results
from ui.forms.laboratory.paste import PasteDialog
from ui.widgets.table import Table


@pytest.fixture(autouse=True)
def forget():
    yield
    forms.use_own([])
    protocols.use_own([])


@pytest.fixture
def clinic(session, tmp_path):
    """A schedule with a laboratory, the laboratory, and a patient six months after the infusion."""
    add_schedule(session, tmp_path)
    a_laboratory(session)
    patient = a_patient(
        record_number="41",
        sex=Sex.MALE,
        born=ago(67 * 365),
        protocol="with-laboratory",
        protocol_version="1",
        reference_on=shift(clock.today(), Offset(-6, Unit.MONTHS)),
        registered_on=ago(300),
    )
    with session.write("registered"):
        session.patients.save(patient)
    enter_results(session, patient, ago(200), alt="38", creatinine="58", sodium="140")
    return patient


@pytest.fixture
def page(enter, clinic):
    return enter(patient=clinic, code="M6", step="laboratory")


@pytest.fixture
def form(page):
    return page.forms["laboratory"]


@pytest.fixture
def stored(session, clinic):
    """The results of the visit in progress, as the file has them, by test."""

    def read():
        record = session.record(clinic.id)
        now = record.visits[-1].id
        return {one.test: one for one in record.laboratory if one.visit_id == now}

    return read


def row(form, test):
    return form.sheet.rows[test]


def said(form, test):
    """What the line of a test says: by flag, reference and judgement."""
    one = row(form, test)
    return one.row.flag_words, one.row.reference, one._remark


def test_fifteen_values_are_typed_one_below_the_other(page, form, stored, reopened, clinic):
    assert [panel.title for panel, _rows in form.sheet._panels] == [
        "Liver",
        "Kidney, salts",
        "Blood count",
        "Muscle",
        "Thyroid",
    ]
    assert focused() is row(form, "alt").line
    assert focused().accessibleName().startswith("ALT (U/L), reference ≤ 41, before: 38, ")
    for text in ("132", "79", "91", "11,2", "38", "۴۷"):
        write(text)
        press(Key.Key_Return)
    assert focused() is row(form, "urea").line
    page.leave()
    found = {one.test: one for one in reopened().record(clinic.id).laboratory if one.visit_id}
    assert {test: one.value for test, one in found.items()} == {
        "alt": 132, "ast": 79, "alp": 91, "bilirubin": 11.2, "albumin": 38, "creatinine": 47,
    }  # fmt: skip
    alt = found["alt"]
    assert (alt.low, alt.high, alt.laboratory, alt.sex) == (
        None,
        41,
        "University hospital",
        Sex.MALE,
    )
    assert alt.age_years == pytest.approx(67, abs=0.1) and alt.taken_on == clock.today()
    assert (found["bilirubin"].typed, found["bilirubin"].typed_unit) == ("11,2", "µmol/L")


def test_flags_reasons_and_the_grade_that_is_proposed(form):
    for test, text in {"alt": "132", "ast": "79", "creatinine": "47", "alp": "91"}.items():
        row(form, test).line.setFocus()
        replace_by(text)
        press(Key.Key_Return)
    assert said(form, "alt") == ("high", "≤ 41", "grade 2 · 3.2 × ULN")
    assert said(form, "ast") == ("high", "≤ 40", "grade 1 · 2.0 × ULN")
    assert said(form, "alp") == ("", "40 – 129", "within range")
    assert said(form, "creatinine") == ("low", "62 – 106", "low: little muscle")
    assert "no sign of the kidneys" in row(form, "creatinine").line.toolTip()
    assert ">3.0 - 5.0 x ULN" in row(form, "alt").line.toolTip()


def test_below_the_limit_is_never_the_number(form, stored):
    row(form, "tsh").line.setFocus()
    write("<0.05")
    press(Key.Key_Return)
    tsh = stored()["tsh"]
    assert (tsh.comparator, tsh.value, tsh.typed) == (Comparator.BELOW, 0.05, "<0.05")
    assert row(form, "tsh").line.text() == "< 0.05"
    assert [point.exact for point in row(form, "tsh").row.trend] == [False]
    assert row(form, "tsh").row.flag is Flag.LOW


def test_another_unit_is_converted_and_what_was_typed_is_kept(form, stored):
    line = row(form, "creatinine").line
    line.setFocus()
    write("1.2")
    press(Key.Key_U)
    assert row(form, "creatinine").row.unit == "mg/dL"
    assert line.text() == "1.2", "what is typed means the new unit"
    press(Key.Key_Return)
    found = stored()["creatinine"]
    assert (found.value, found.unit, found.typed, found.typed_unit) == (
        106.08,
        "µmol/L",
        "1.2",
        "mg/dL",
    )
    line.setFocus()
    press(Key.Key_U)
    assert (line.text(), row(form, "creatinine").row.reference) == ("106", "62 – 106")
    assert stored()["creatinine"] == found
    line.setFocus()
    replace_by("0.9 mg/dL")
    press(Key.Key_Return)
    assert stored()["creatinine"].value == 79.56


def test_what_is_wrong_is_said_under_the_line_and_nothing_is_lost(
    page, form, stored, session, clinic
):
    line = row(form, "alt").line
    line.setFocus()
    write("13x2")
    press(Key.Key_Return)
    assert focused() is line
    assert "“13x2” is no" in words(form) or "“x2” is no unit of ALT" in words(form)
    press(Key.Key_Down)
    page.show_step("measurements")
    settle()
    again = Draft(session, clinic.id, session.record(clinic.id).visits[-1].id)
    assert "ALT" in next(p for p in again.open_points() if p.step == "laboratory").problem.message
    page.show_step("laboratory")
    assert row(form, "alt").line.text() == "13x2"
    row(form, "alt").line.setFocus()
    press((CTRL, Key.Key_A), Key.Key_Delete, Key.Key_Return)
    assert "alt" not in stored() and not again._copy.session.typed.of("visit", again.visit.id)


def test_a_value_that_is_not_plausible_is_asked_about_once(form, stored):
    write("9000")
    press(Key.Key_Return)
    assert "alt" not in stored()
    assert "ALT of 9000 U/L is beyond what is plausible (1 to 5000)." in words(form)
    press(Key.Key_Return)
    assert stored()["alt"].value == 9000


def menu_choosing(words_):
    """Choose an entry in the menu that comes up next."""

    def choose(looks=200):
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            if looks:
                QTimer.singleShot(10, lambda: choose(looks - 1))
            return
        action = next(one for one in menu.actions() if one.text() == words_)
        menu.setActiveAction(action)
        action.trigger()
        menu.close()

    QTimer.singleShot(10, choose)


def test_a_dash_asks_why_it_was_not_done(form, stored):
    menu_choosing("refused")
    press(Key.Key_Minus)
    settle()
    assert stored()["alt"].not_done is NotDone.REFUSED
    assert said(form, "alt")[0] == "not done"
    assert focused() is row(form, "ast").line


def test_the_rest_is_not_done_at_once(page, form, stored):
    write("40")
    press(Key.Key_Return)
    menu_choosing("not asked")
    form.sheet.rest.click()
    settle()
    found = stored()
    assert len(found) == 15 and found["alt"].value == 40
    assert {one.not_done for test, one in found.items() if test != "alt"} == {NotDone.NOT_ASKED}
    assert page._buttons["laboratory"].accessibleName().endswith("Laboratory, done")
    assert form.sheet.findChildren(QMenu) == [], "the menu went when it was closed"


def test_a_comment_stands_with_its_result(form, stored):
    write("40")
    press(Key.Key_Return)
    row(form, "alt").line.setFocus()
    row(form, "alt").line.selectAll()
    answer_dialogs("haemolytic")
    press(Key.Key_Slash)
    settle()
    assert stored()["alt"].note == "haemolytic"
    assert "haemolytic" in row(form, "alt")._remark


def test_an_accepted_grade_is_typed_as_an_event_to_be_judged(page, form, session, clinic, qtbot):
    write("132")
    press(Key.Key_Return)
    row(form, "alt").line.setFocus()
    row(form, "alt").line.selectAll()
    with qtbot.waitSignal(page.context.open_event) as opened:
        press(Key.Key_A)
    assert opened.args == [clinic.id, "", page.draft.visit.id]
    assert session.record(clinic.id).events == ()
    texts = session.typed.of(typed_texts.EVENT, typed_texts.new_event(clinic.id))
    assert texts["term"] == "Alanine aminotransferase increased"
    assert texts["grade"] == str(Grade.MODERATE.value)
    assert texts["onset"] == clock.today().isoformat()
    assert texts["note"].startswith(
        "ALT 132 U/L (3.2 × ULN; reference ≤ 41, University hospital), sample of "
    )


LIST = """Test\tResult\tUnit\tReference
SGPT\t132\tU/L\t< 45
1920-8\t79\tIU/L\t
Creat\t0,9\tmg/dL\t0.7 - 1.2
Ferritin\t300\tng/mL\t
Sodium\t139\t\t136-145
HBsAg\tneg
"""


def test_a_list_is_looked_at_before_it_is_taken(form, stored):
    shown = []

    def take(dialog):
        lines = dialog.findChild(Table).model().rows
        shown.extend((one.value, one.said) for one in lines)
        press(Key.Key_Return)

    QApplication.clipboard().setText(LIST)
    in_dialog(take, kind=PasteDialog)
    press((CTRL, Key.Key_V))
    settle()
    assert shown == [
        ("132 U/L", ""),
        ("79 U/L", ""),
        ("0.9 mg/dL", ""),
        ("", "“Ferritin” is no test that this program knows."),
        ("", "Sodium has no unit here, and none is guessed."),
        ("negative", ""),
    ]
    found = stored()
    assert set(found) == {"alt", "ast", "creatinine", "hbsag"}
    assert found["alt"].high == 45, "the reference that was printed beside it"
    assert found["ast"].high == 40, "the clinic's, where none was printed"
    assert (found["creatinine"].low, found["creatinine"].typed) == (61.88, "0,9")
    assert "hbsag" in form.sheet.rows, "what was entered is shown, whether it was asked for or not"


def test_one_value_is_pasted_into_its_field(form):
    QApplication.clipboard().setText("132")
    press((CTRL, Key.Key_V))
    assert row(form, "alt").line.text() == "132"


def test_another_day_time_and_laboratory_move_the_sample(form, stored, session):
    other = a_laboratory(session, "Private laboratory", {"alt": (None, 50)})
    write("60")
    press(Key.Key_Return)
    form.sample.time.line.setFocus()
    replace_by("8:20")
    press(Key.Key_Return)
    form.sample.show_laboratories()
    form.sample.laboratory.setCurrentIndex(form.sample.laboratory.findData(other.id))
    form.sample._on_laboratory(form.sample.laboratory.currentIndex())
    found = stored()["alt"]
    assert (f"{found.taken_at:%H:%M}", found.laboratory, found.high) == (
        "08:20",
        "Private laboratory",
        50,
    )
    form.sample.day.line.setFocus()
    replace_by("2999-01-01")
    press(Key.Key_Return)
    assert "This day is in the future. Enter the day the sample was taken." in words(form)


def test_a_visit_is_finished_with_results_to_come_and_a_query_says_which(
    session, clinic, page, form
):
    write("40")
    press(Key.Key_Return)
    draft = Draft(session, clinic.id, session.record(clinic.id).visits[-1].id)
    point = next(p for p in draft.open_points() if p.step == "laboratory")
    assert not point.blocks
    assert point.problem.message.startswith("Laboratory: 14 tests have no result yet (AST, ALP,")


def test_a_schedule_names_its_panels(session, tmp_path, enter):
    add_schedule(session, tmp_path, FEW.replace('version = "1"', 'version = "2"'))
    patient = a_patient(
        record_number="42", protocol="with-laboratory", protocol_version="2", reference_on=ago(180)
    )
    with session.write("registered"):
        session.patients.save(patient)
    page = enter(patient=patient, code="M6", step="laboratory")
    form = page.forms["laboratory"]
    assert list(form.sheet.rows) == [
        *laboratory.panels()["muscle"].tests,
        *laboratory.panels()["urine"].tests,
    ]
    row(form, "urine_culture").line.setFocus()
    write("g E. coli")
    press(Key.Key_Return)
    found = next(one for one in session.record(patient.id).laboratory)
    assert (found.choice, found.note) == ("growth", "E. coli")
    assert said(form, "urine_culture")[0] == "abnormal"


def test_a_corrected_value_stays_the_same_result(form, stored):
    write("40")
    press(Key.Key_Return)
    first = stored()["alt"]
    row(form, "alt").line.setFocus()
    replace_by("41")
    press(Key.Key_Return)
    second = stored()["alt"]
    assert replace(second, value=first.value, typed=first.typed) == first
