from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from core.entering.visit.draft import Draft
from core.model.assessment import NotDone
from core.model.patient import Sex
from core.model.spirometry import Blow, BlowQuality, Interface, Position, TestType
from core.science.spirometry import evaluate, evaluate_fev1, evaluate_ratio
from core.words import number
from tests.ui.conftest import words
from tests.ui.keyboard import (
    CTRL,
    Key,
    answer_dialogs,
    focused,
    press,
    replace_by,
    settle,
    tab_to,
    write,
)
from ui.forms.spirometry_form import SpirometryForm


@pytest.fixture
def page(enter):
    return enter(step="spirometry")


@pytest.fixture
def form(alone):
    return alone(SpirometryForm)


@pytest.fixture
def stored(session, due):
    """The sessions of spirometry in the file after the one of month 2."""
    return lambda: session.record(due.id).spirometry[1:]


def said(form):
    return {title: value.text() for title, value in form._values.items()}


def test_numbers_are_there_while_one_types_and_are_what_the_science_says(page, stored):
    form = page.forms["spirometry"]
    assert set(said(form).values()) == {"–"}
    write("2.6")
    assert said(form)["Best"] == "2.60 L"
    assert stored() == (), "nothing is saved before the row is left"
    write("1")
    assert said(form)["Best"] == "2.61 L"
    press(Key.Key_Return)
    write("2,68")
    press(Key.Key_Return)
    write("2.60")
    (saved,) = stored()
    assert [blow.volume_ml for blow in saved.blows] == [2610, 2680]
    press(Key.Key_Return)
    (saved,) = stored()
    result = evaluate(saved)
    assert [blow.volume_ml for blow in saved.blows] == [2610, 2680, 2600]
    assert said(form) == {
        "Best": "2.68 L",
        "% predicted": number(result.percent, 1, "%"),
        "z-score": number(result.z, 2),
        "Repeatability": "70 mL",
        "Grade": result.grade.value,
    }
    assert page.live.capacity.score.text() == number(result.percent, 1, "%")
    crossing = page.live.capacity.crossing.text()
    assert crossing.startswith("FVC at 50 %, projected: cannot be said: A date needs"), crossing
    _x, y = page.live.capacity.plot._curves["fvc_sitting"].getData()
    assert y[-1] == pytest.approx(result.percent)
    assert "GLI" in words(form) and "164 cm" in words(form)
    assert form._bar.accessibleName().startswith("measured 2.68 L, lower limit of normal")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2.6x", "“2.6x” is not a number. Type one from 0.05 to 12 L."),
        ("26", "26 is out of range. Type a number from 0.05 to 12 L."),
    ],
)
def test_bad_text_gets_a_sentence_under_its_row_and_is_kept(form, typed, sentence, stored):
    write("2.61")
    press(Key.Key_Return)
    write(typed)
    press(Key.Key_Return)
    row = form.rows[1]
    assert (row.problem.isVisible(), row.problem.text()) == (True, sentence)
    assert row.volume.text() == typed
    assert row.problem.mapTo(form, row.problem.rect().topLeft()).y() > (
        row.volume.mapTo(form, row.volume.rect().topLeft()).y()
    )
    assert [blow.volume_ml for blow in stored()[0].blows] == [2610]
    assert focused() is form.rows[2].volume, "one may go on and mend it later"
    press(Key.Key_Up)
    replace_by("2.55")
    press(Key.Key_Return)
    assert not row.problem.isVisible()
    assert [blow.volume_ml for blow in stored()[0].blows] == [2610, 2550]


def test_enter_on_an_empty_row_goes_on(page, stored):
    press(Key.Key_Return)
    assert page.current == "adverse-events"
    assert stored() == ()


def test_eight_blows_and_no_more(page, stored):
    form = page.forms["spirometry"]
    for index in range(8):
        assert form.rows[index].volume.hasFocus()
        write(f"2.{50 + index}")
        press(Key.Key_Return)
    assert page.current == "adverse-events"
    assert [blow.number for blow in stored()[0].blows] == list(range(1, 9))
    page.show_step("spirometry")
    settle()
    assert sum(row.volume.isVisible() for row in form.rows) == 8


def test_quality_and_remark_of_a_blow(form, stored):
    write("2.90")
    press(Key.Key_Return)
    write("2.70")
    press(Key.Key_Tab, Key.Key_Tab)
    assert focused() is form.rows[1].quality
    form.rows[0].quality.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert form.rows[0].quality.currentText() == "rejected"
    tab_to("Blow 1, remark")
    write("coughed")
    press(Key.Key_Return)
    first, second = stored()[0].blows
    assert (first.quality, first.remark) == (BlowQuality.REJECTED, "coughed")
    assert second.quality is BlowQuality.ACCEPTABLE
    assert said(form)["Best"] == "2.70 L"


@pytest.mark.parametrize(
    ("name", "keys", "kind", "position", "series"),
    [
        ("Test: SVC", [Key.Key_Space], TestType.SVC, Position.SITTING, "svc_sitting"),
        ("Position: supine", [Key.Key_Space], TestType.FVC, Position.SUPINE, "fvc_supine"),
    ],
)
def test_slow_and_supine_sessions_are_kept_apart(page, stored, name, keys, kind, position, series):
    form = page.forms["spirometry"]
    write("2.2")
    press(Key.Key_Return)
    tests = {"Test: SVC": form.test_type, "Position: supine": form.position}
    tests[name].setFocus()
    press(Key.Key_Right)
    assert focused().accessibleName() == name
    press(*keys)
    (saved,) = stored()
    assert (saved.test_type, saved.position) == (kind, position)
    seated = page.live.capacity.plot._curves["fvc_sitting"].getData()[1]
    assert len(seated) == 1, "the value is not joined to another kind"
    assert len(page.live.capacity.plot._curves[series].getData()[1]) == 1
    assert page.live.capacity.change.text() == "no earlier value of this kind"


def test_not_done_with_its_reason(page, stored):
    form = page.forms["spirometry"]
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    (saved,) = stored()
    assert (saved.not_done, saved.blows) == (NotDone.TOO_UNWELL, ())
    assert form.not_done.currentText() == "Not done: too unwell"
    assert page._buttons["spirometry"].accessibleName() == "4 Spirometry, done"


def test_a_blow_that_is_typed_takes_the_reason_away(page, stored):
    form = page.forms["spirometry"]
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    form.rows[0].volume.setFocus()
    write("2")
    assert form.not_done.currentText() == "Not done…", "seen at the first key"
    write(".61")
    press(Key.Key_Return)
    (saved,) = stored()
    assert (saved.not_done, saved.blows[0].volume_ml) == (None, 2610)
    assert said(form)["Best"] == "2.61 L"


@pytest.mark.parametrize("typed", ["2.61", "2.6x"])
def test_a_reason_is_refused_while_blows_stand(page, stored, typed):
    form = page.forms["spirometry"]
    write(typed)
    press(Key.Key_Return)
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    sentence = "There are blows here: clear them before you say why there are none."
    assert sentence in words(form)
    assert form.not_done.currentText() == "Not done…"
    assert [one.not_done for one in stored()] == [None] * len(stored())
    form.rows[0].volume.setFocus()
    press((CTRL, Key.Key_A), Key.Key_Delete)
    assert sentence not in words(form)
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    (saved,) = stored()
    assert (saved.not_done, saved.blows) == (NotDone.TOO_UNWELL, ())


def test_blows_beside_a_reason_from_before_are_cleared_or_the_reason_is(page, stored):
    """A draft of an older program may hold both."""
    draft, form = page.draft, page.forms["spirometry"]
    blows = (Blow(number=1, volume_ml=2610), Blow(number=2, volume_ml=2580))
    draft.spirometry.save(replace(draft.spirometry.entered, not_done=NotDone.REFUSED, blows=blows))
    page.show_step("spirometry")
    settle()
    page.show_step("review")
    settle()
    (both,) = stored()
    assert (both.not_done, both.blows) == (NotDone.REFUSED, blows), "looking decides nothing"
    (point,) = [p for p in draft.open_points() if p.step == "spirometry"]
    page.show_step("spirometry", point.field)
    settle()
    assert focused() is form.rows[0].volume
    for _ in blows:
        press((CTRL, Key.Key_A), Key.Key_Delete, Key.Key_Down)
    (kept,) = stored()
    assert (kept.not_done, kept.blows) == (NotDone.REFUSED, ())
    assert not [p for p in draft.open_points() if p.step == "spirometry"]


@pytest.mark.parametrize(
    ("unknown", "why"),
    [
        ({"height_cm": None}, "% predicted needs the height in cm."),
        ({"born": None}, "% predicted needs the date of birth: enter it."),
        ({"sex": Sex.UNKNOWN}, "% predicted needs the sex, female or male: enter it."),
    ],
)
def test_what_is_missing_for_a_percentage_is_said(session, due, alone, unknown, why):
    with session.write():
        session.patients.save(replace(due, **unknown))
    form = alone(SpirometryForm)
    form.rows[0].volume.setFocus()
    write("2.5")
    press(Key.Key_Return)
    assert why in words(form)
    assert (said(form)["Best"], said(form)["% predicted"]) == ("2.50 L", "–")
    if "height_cm" in unknown:
        form.height_cm.setFocus()
        write("164")
        press(Key.Key_Return)
        assert why not in words(form)
        assert said(form)["% predicted"] != "–"
        assert session.patients.get(due.id).height_cm == 164


def test_svc_supine_and_a_remark_are_kept_before_there_is_a_volume(page, stored):
    form = page.forms["spirometry"]
    form.test_type.set_value(TestType.SVC)
    form.test_type.chosen.emit()
    form.position.set_value(Position.SUPINE)
    form.position.chosen.emit()
    form.rows[1].remark.setFocus()
    write("good effort")
    page.show_step("note")
    page.show_step("spirometry")
    settle()
    assert form.test_type.value is TestType.SVC
    assert form.position.value is Position.SUPINE
    assert form.rows[1].remark.text() == "good effort"
    form.rows[1].volume.setFocus()
    write("2.5")
    press(Key.Key_Return)
    (session,) = stored()
    assert (session.test_type, session.position) == (TestType.SVC, Position.SUPINE)
    assert session.blows[0].remark == "good effort"


def fvc_and_fev1(*blows):
    """Type blows as (FVC, FEV1) from the row that has the keyboard on."""
    for fvc, fev1 in blows:
        write(fvc)
        press(Key.Key_Tab)
        write(fev1)
        press(Key.Key_Return)


def told(form, session):
    """Everything that is open about a visit's spirometry, as its review says it."""
    visit_id = session.record(form.draft.record.patient.id).visits[-1].id
    draft = Draft(session, form.draft.record.patient.id, visit_id)
    return [p.problem.message for p in draft.open_points() if p.step == "spirometry"]


def test_fev1_is_typed_beside_its_blow_and_read_at_once(form, stored, reopened, due):
    fvc_and_fev1(("2.61", "2.10"), ("2.68", "2,05"), ("2.60", "2.08"))
    assert focused() is form.rows[3].volume
    (saved,) = stored()
    assert [(blow.volume_ml, blow.fev1_ml) for blow in saved.blows] == [
        (2610, 2100),
        (2680, 2050),
        (2600, 2080),
    ]
    fev1, ratio = evaluate_fev1(saved), evaluate_ratio(saved)
    assert (fev1.best_ml, fev1.grade.value) == (2100, "A")
    assert ratio.value == pytest.approx(2100 / 2680), "the largest of each, whichever its blow"
    assert said(form)["Best"] == "2.68 L"
    percent, z = number(fev1.percent, 1, "%"), number(fev1.z, 2)
    assert f"FEV1 2.10 L · {percent} predicted · z {z} · grade A" in words(form)
    limit, z = number(ratio.prediction.lln, 2), number(ratio.z, 2)
    assert f"FEV1/FVC 0.78 · z {z} · LLN {limit}" in words(form)
    assert "FEV1 may be of another blow" in words(form)
    again = reopened().record(due.id).spirometry[-1]
    assert again == saved


def test_the_arrows_stay_in_their_column(form):
    fvc_and_fev1(("2.61", "2.10"), ("2.68", "2.05"))
    form.rows[1].fev1.setFocus()
    press(Key.Key_Up)
    assert focused() is form.rows[0].fev1
    press(Key.Key_Down)
    assert focused() is form.rows[1].fev1
    press(Key.Key_Return)
    assert focused() is form.rows[2].volume


@pytest.mark.parametrize(
    ("fvc", "fev1", "sentence"),
    [
        ("2.61", "2.62", "The FEV1 is larger than the FVC of the same blow: check both."),
        ("2.61", "2.l", "“2.l” is not a number. Type one from 0.05 to 12 L."),
        ("", "2.10", "There is an FEV1 but no FVC: enter the FVC, or clear the FEV1."),
    ],
)
def test_an_fev1_that_cannot_be_is_said_under_its_row_and_kept(
    form, stored, session, fvc, fev1, sentence
):
    fvc_and_fev1((fvc, fev1), ("2.55", "2.00"))
    row = form.rows[0]
    assert (row.problem.isVisible(), row.problem.text()) == (True, sentence)
    (saved,) = stored()
    first = [(2610, None)] if fvc else []
    assert [(b.volume_ml, b.fev1_ml) for b in saved.blows] == [*first, (2550, 2000)]
    assert "Spirometry: an FEV1 does not fit its blow. Fix it or clear it." in told(form, session)
    form.show_draft()
    assert (row.volume.text(), row.fev1.text()) == (fvc, fev1)
    row.volume.setFocus()
    replace_by("2.80")
    press(Key.Key_Tab)
    replace_by("2.62")
    press(Key.Key_Return)
    assert not row.problem.isVisible()
    assert (stored()[0].blows[0].volume_ml, stored()[0].blows[0].fev1_ml) == (2800, 2620)
    assert told(form, session) == []


def test_an_fev1_as_large_as_its_fvc_is_possible(form, stored):
    fvc_and_fev1(("1.20", "1.20"))
    assert (stored()[0].blows[0].fev1_ml, form.rows[0].problem.isVisible()) == (1200, False)
    assert "FEV1/FVC 1.00" in words(form)


def test_slow_blows_have_no_fev1_column_and_what_was_typed_in_it_is_not_lost(form, stored, session):
    form.test_type.setFocus()
    press(Key.Key_Right, Key.Key_Space)
    assert not any(row.fev1.isVisible() for row in form.rows)
    assert "FEV1 (L)" not in words(form)
    press(Key.Key_Left, Key.Key_Space)
    form.rows[0].volume.setFocus()
    fvc_and_fev1(("2.61", "2.10"))
    form.test_type.setFocus()
    press(Key.Key_Right, Key.Key_Space)
    assert stored()[0].blows[0].fev1_ml is None, "an SVC has none"
    assert form.rows[0].fev1.isVisible(), "and what was typed stays in sight"
    assert "A slow blow has no FEV1: clear it, or choose FVC." in words(form)
    assert len(told(form, session)) == 1
    form.test_type.setFocus()
    press(Key.Key_Left, Key.Key_Space)
    assert stored()[0].blows[0].fev1_ml == 2100
    assert told(form, session) == []


def test_interface_and_the_device_s_own_percentage(page, stored, reopened, due):
    form = page.forms["spirometry"]
    assert form.position.value is Position.SITTING
    assert form.interface.currentText() == "–", "it is recorded, not assumed"
    write("2.61")
    press(Key.Key_Return)
    ours = said(form)["% predicted"]
    form.interface.setFocus()
    press(Key.Key_Down, Key.Key_Down)
    assert form.interface.currentText() == "face mask"
    form.device_percent.setFocus()
    write("8x")
    press(Key.Key_Return)
    assert "“8x” is not a number. Type one from 1 to 249 %." in words(form)
    assert stored()[0].device_percent is None
    page.show_step("review")
    assert "“8x” is not a number. Type one from 1 to 249 %." in [
        point.problem.message for point in page.draft.open_points()
    ]
    page.show_step("spirometry", next(iter(page.draft.unsaved.texts)))
    assert focused() is form.device_percent.line
    assert form.device_percent.text == "8x"
    replace_by("81,5")
    press(Key.Key_Return)
    assert said(form)["% predicted"] == ours, "it is kept beside ours, and never mixed with it"
    page.leave()
    again = reopened().record(due.id).spirometry[-1]
    assert (again.interface, again.device_percent) == (Interface.FACE_MASK, 81.5)


def sessions_of(form):
    return [one.text() for one in form.sessions.findChildren(QPushButton)]


def add_session(form):
    form.add_session.setFocus()
    press(Key.Key_Space)


def test_several_sessions_of_one_visit_by_keyboard(page, stored, reopened, due):
    form = page.forms["spirometry"]
    assert form.sessions is None, "one needs no switch"
    write("2.61")
    press(Key.Key_Return)
    add_session(form)
    assert sessions_of(form) == ["FVC, seated", "FVC, supine"]
    assert (form.test_type.value, form.position.value) == (TestType.FVC, Position.SUPINE)
    assert focused() is form.rows[0].volume
    assert form.rows[0].volume.text() == ""
    write("2.05")
    press(Key.Key_Return)
    assert page.live.capacity.score.text() == said(form)["% predicted"]
    add_session(form)
    write("2.70")
    press(Key.Key_Return)
    assert sessions_of(form) == ["FVC, seated", "FVC, supine", "SVC, seated"]
    assert page._buttons["spirometry"].accessibleName().endswith("Spirometry, done")
    form.sessions.setFocus()
    press(Key.Key_Left, Key.Key_Left)
    assert focused().accessibleName() == "Session: FVC, seated"
    press(Key.Key_Space)
    assert form.rows[0].volume.text() == "2.61"
    form.rows[1].volume.setFocus()
    write("2.64")
    press(Key.Key_Return)
    page.leave()
    record = reopened().record(due.id)
    assert {
        (s.test_type, s.position): [blow.volume_ml for blow in s.blows]
        for s in record.spirometry[1:]
    } == {
        (TestType.FVC, Position.SITTING): [2610, 2640],
        (TestType.FVC, Position.SUPINE): [2050],
        (TestType.SVC, Position.SITTING): [2700],
    }
    assert len({s.visit_id for s in record.spirometry[1:]}) == 1


def test_all_four_tests_and_no_more(form, stored):
    for _more in range(3):
        add_session(form)
    assert not form.add_session.isVisible()
    assert {(s.test_type, s.position) for s in stored()} == {
        (test_type, position) for test_type in TestType for position in Position
    }


def test_one_test_in_one_position_stands_once_at_a_visit(form, stored):
    write("2.61")
    press(Key.Key_Return)
    add_session(form)
    write("2.05")
    press(Key.Key_Tab)
    write("1.80")
    form.position.setFocus()
    press(Key.Key_Left, Key.Key_Space)
    sentence = (
        "FVC, seated was entered at this visit already: go on there, or choose another one here."
    )
    assert sentence in words(form)
    assert form.position.value is Position.SUPINE
    seated, supine = sorted(stored(), key=lambda s: s.position)
    assert [b.volume_ml for b in seated.blows] == [2610]
    assert [(b.volume_ml, b.fev1_ml) for b in supine.blows] == [(2050, 1800)]
    form.test_type.setFocus()
    press(Key.Key_Right, Key.Key_Space)
    assert sentence not in words(form)
    assert sessions_of(form) == ["FVC, seated", "SVC, supine"]


def test_a_session_keeps_what_is_no_value_yet_to_itself(page, session, due):
    form = page.forms["spirometry"]
    write("2.6x")
    add_session(form)
    assert form.rows[0].volume.text() == ""
    write("1.9y")
    press(Key.Key_Return)
    page.show_step("note")
    messages = [point.problem.message for point in page.draft.open_points()]
    assert messages.count("“2.6x” is not a number. Type one from 0.05 to 12 L.") == 1
    assert messages.count("FVC, supine: enter at least one blow, or say why it was not done.") == 1
    # The next morning
    draft = Draft(session, due.id, page.draft.visit.id)
    page.show_step(
        "spirometry", next(f for f, text in draft.unsaved.texts.items() if text == "2.6x")
    )
    assert (form.position.value, form.rows[0].volume.text()) == (Position.SITTING, "2.6x")
    assert "“2.6x” is not a number" in words(form)
    page.show_step(
        "spirometry", next(f for f, text in draft.unsaved.texts.items() if text == "1.9y")
    )
    assert (form.position.value, form.rows[0].volume.text()) == (Position.SUPINE, "1.9y")


def test_one_of_several_may_not_have_been_done(form, stored, session):
    write("2.61")
    press(Key.Key_Return)
    add_session(form)
    assert told(form, session) == [
        "FVC, supine: enter at least one blow, or say why it was not done."
    ]
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    seated, supine = sorted(stored(), key=lambda s: s.position)
    assert (seated.not_done, supine.not_done) == (None, NotDone.TOO_UNWELL)
    assert told(form, session) == []


def test_an_empty_session_goes_without_a_question_and_a_filled_one_with_a_reason(
    form, stored, session, qtbot
):
    def remove():
        form.activateWindow()  # where a dialog was in front
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        tab_to("Remove this session…")
        press(Key.Key_Space)

    write("2.61")
    press(Key.Key_Return)
    add_session(form)
    remove()
    assert len(stored()) == 1 and form.sessions is None
    assert form.rows[0].volume.text() == "2.61"
    add_session(form)
    write("1.20")
    press(Key.Key_Return)
    answer_dialogs(None)
    remove()
    assert len(stored()) == 2, "without a reason nothing is removed"
    answer_dialogs("the blows of another patient")
    remove()
    (left,) = stored()
    assert [blow.volume_ml for blow in left.blows] == [2610]
    reasons = {
        row["entity"]: row["reason"]
        for row in session._db.query("SELECT entity, reason FROM audit WHERE after IS NULL")
    }
    assert reasons["blow"] == reasons["spirometry"] == "the blows of another patient"


def test_an_added_session_takes_over_what_stays_the_same(form, stored):
    form.device.setFocus()
    write("Spirometer 2")
    form.interface.setFocus()
    press(Key.Key_Down)
    form.device_percent.setFocus()
    write("80")
    form.rows[0].volume.setFocus()
    write("2.61")
    add_session(form)
    supine = next(s for s in stored() if s.position is Position.SUPINE)
    assert (supine.device, supine.interface) == ("Spirometer 2", Interface.MOUTHPIECE)
    assert supine.height_cm == 164
    assert (supine.device_percent, supine.blows) == (None, ()), "not what was measured"


def test_an_fev1_of_a_slow_blow_that_is_erased_keeps_the_keyboard(form, stored):
    fvc_and_fev1(("2.61", "2.10"))
    form.test_type.setFocus()
    press(Key.Key_Right)
    form.rows[0].fev1.setFocus(Qt.FocusReason.TabFocusReason)
    press(Key.Key_Backspace)
    assert focused() is form.rows[0].fev1, "what is typed next still goes there"
    press(Key.Key_Tab)
    assert not form.rows[0].fev1.isVisible()
    assert [(b.volume_ml, b.fev1_ml) for b in stored()[0].blows] == [(2610, None)]


def test_tab_leads_from_a_remark_to_the_next_row(form):
    form.rows[2].remark.setFocus()
    write("coughed")
    press(Key.Key_Tab)
    assert focused() is form.rows[3].volume


def test_a_quality_chosen_before_its_volume_is_that_of_the_blow(page, stored, session):
    """A blow that was rejected must not become the best one because its volume came later."""
    form = page.forms["spirometry"]
    form.rows[0].quality.setFocus()
    press(Key.Key_Down, Key.Key_Down)
    page.show_step("note")
    assert told(form, session)[0] == (
        "Spirometry: there is a quality beside a blow without a volume. Complete it, or choose"
        " acceptable again."
    )
    page.show_step("spirometry")
    settle()
    assert form.rows[0].quality.currentText() == "rejected"
    form.rows[0].remark.setFocus()
    write("leak")
    page.show_step("note")
    page.show_step("spirometry")
    settle()
    form.rows[0].volume.setFocus()
    write("3.90")
    press(Key.Key_Return)
    (blow,) = stored()[0].blows
    assert (blow.volume_ml, blow.quality, blow.remark) == (3900, BlowQuality.REJECTED, "leak")
    assert said(form)["Best"] == "–"


def test_a_quality_alone_stands_against_a_reason_and_goes(form, stored, session):
    form.rows[0].quality.setFocus()
    press(Key.Key_Down)
    form.not_done.setFocus()
    press(Key.Key_Down)
    assert "There are blows here" in words(form)
    form.rows[0].quality.setFocus()
    press(Key.Key_Up)
    form.not_done.setFocus()
    press(Key.Key_Down)
    assert stored()[0].not_done is NotDone.REFUSED
    assert told(form, session) == []


def test_a_blow_typed_over_a_reason_takes_it_away_also_after_a_kill(form, stored, session, due):
    form.not_done.setFocus()
    press(Key.Key_Down)
    form.rows[0].volume.setFocus()
    write("2.61")
    form.keep_typed()
    form.draft = Draft(session, due.id, form.draft.visit.id)
    form.show_draft()
    assert (form.rows[0].volume.text(), form.not_done.currentText()) == ("2.61", "Not done…")
    form.commit()
    assert (stored()[0].not_done, stored()[0].blows[0].volume_ml) == (None, 2610)
