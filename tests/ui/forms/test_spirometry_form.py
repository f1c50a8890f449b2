from dataclasses import replace

import pytest

from core.model.assessment import NotDone
from core.model.spirometry import BlowQuality, Position, TestType
from core.science.spirometry import evaluate
from core.words import number
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, press, replace_by, settle, tab_to, write
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


def test_numbers_are_there_while_one_types_and_are_what_the_science_says(page, due, stored):
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
    result = evaluate(saved, due)
    assert [blow.volume_ml for blow in saved.blows] == [2610, 2680, 2600]
    assert said(form) == {
        "Best": "2.68 L",
        "% predicted": number(result.percent, 1, "%"),
        "z-score": number(result.z, 2),
        "Repeatability": "70 mL",
        "Grade": result.grade.value,
    }
    assert page.live.score.text() == number(result.percent, 1, "%")
    _x, y = page.live.capacity_plot._curves["fvc_sitting"].getData()
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
    press(Key.Key_Tab)
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
        (": SVC", [Key.Key_Space], TestType.SVC, Position.SITTING, "svc_sitting"),
        ("Position: supine", [Key.Key_Space], TestType.FVC, Position.SUPINE, "fvc_supine"),
    ],
)
def test_slow_and_supine_sessions_are_kept_apart(page, stored, name, keys, kind, position, series):
    form = page.forms["spirometry"]
    write("2.2")
    press(Key.Key_Return)
    tests = {": SVC": form.test_type, "Position: supine": form.position}
    tests[name].setFocus()
    press(Key.Key_Right)
    assert focused().accessibleName() == name
    press(*keys)
    (saved,) = stored()
    assert (saved.test_type, saved.position) == (kind, position)
    seated = page.live.capacity_plot._curves["fvc_sitting"].getData()[1]
    assert len(seated) == 1, "the value is not joined to another kind"
    assert len(page.live.capacity_plot._curves[series].getData()[1]) == 1
    assert page.live.change.text() == "no earlier value of this kind"


def test_not_done_with_its_reason(page, stored):
    form = page.forms["spirometry"]
    form.not_done.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    (saved,) = stored()
    assert (saved.not_done, saved.blows) == (NotDone.TOO_UNWELL, ())
    assert form.not_done.currentText() == "Not done: too unwell"
    assert page._buttons["spirometry"].accessibleName() == "3 Spirometry, done"


@pytest.mark.parametrize(
    ("unknown", "why"),
    [
        ({"height_cm": None}, "% predicted needs the height in cm."),
        ({"born": None}, "% predicted needs the date of birth."),
        (
            {"born": None, "stated_age_years": 52},
            "% predicted needs the date of birth: the age is known in whole years only.",
        ),
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
