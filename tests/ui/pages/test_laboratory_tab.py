"""The laboratory of a chart: samples between visits, what they say together, and the clinic's laboratories."""

import pytest
from PySide6.QtWidgets import QDialog, QLineEdit

from core import clock
from core.entering import typed_texts
from core.model.form_record import FormRecord, Item
from core.model.user import Role
from core.session import Session, new_user
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, in_dialog, press, replace_by, settle, write
from tests.ui.laboratory import a_laboratory, ago, enter_results


@pytest.fixture
def chart(shell, session, due):
    """The chart of record 12 on its laboratory: liver values of five days, riluzole all the while."""

    def opened():
        shell.open_chart(due.id)
        page = shell.page("chart")
        page.show_tab("laboratory")
        settle()
        return page.tab("laboratory")

    a_laboratory(session)
    for days, alt in ((660, "139"), (590, "44"), (200, "38"), (100, "61"), (40, "84")):
        enter_results(session, due, ago(days), alt=alt)
    values = {
        "substance": "Rilutek",
        "dose": 50.0,
        "unit": "mg",
        "frequency": "2_daily",
        "ongoing": 1,
    }
    values["started"] = ago(300).isoformat()
    with session.write("taken"):
        session.forms.save(
            FormRecord(
                patient_id=due.id,
                form="medicine",
                version="1",
                entered_by=session.login,
                entered_at=clock.now(),
                items={name: Item(value=value) for name, value in values.items()},
            )
        )
    return opened


def test_a_sample_between_visits_is_entered_and_found_again(chart, session, due):
    tab = chart()
    assert [tab.choice.itemText(i)[:10] for i in range(tab.choice.count())].count("Sample of ") == 5
    assert tab.choice.currentText() == "New sample"
    assert tab.sheet.head._now.title == "New sample"
    tab.sheet.focus_first()
    write("132")
    press(Key.Key_Return)
    write("79")
    press(Key.Key_Return)
    mine = [one for one in session.record(due.id).laboratory if one.taken_on == clock.today()]
    assert {one.test: (one.typed, one.visit_id, one.laboratory) for one in mine} == {
        "alt": ("132", None, "University hospital"),
        "ast": ("79", None, "University hospital"),
    }
    settle()
    assert "2 of 15 entered · 13 to go" in words(tab)
    assert tab.choice.currentText().startswith("Sample of ")


def test_alt_on_riluzole_is_said_with_its_history_and_the_labels_limit(chart):
    tab = chart()
    tab.sheet.focus_first()
    write("132")
    press(Key.Key_Return)
    settle()
    said = words(tab)
    assert "ALT is above 3 × ULN while on riluzole 100 mg/day." in said
    assert "Second rise: it was 139 U/L (3.4 × ULN) in " in said
    assert "and fell to 44 U/L in 10 weeks." in said
    assert "Label: stop above 5 × ULN (205 U/L), A18." in said


def test_the_limits_are_the_clinics(chart, session):
    with session.write("thresholds"):
        session.thresholds.save("alt_riluzole_watch", 4.0)
    tab = chart()
    tab.sheet.focus_first()
    write("132")
    press(Key.Key_Return)
    settle()
    assert "while on riluzole" not in words(tab)


def test_an_earlier_sample_is_corrected_where_it_is(chart, session, due):
    tab = chart()
    tab.choice.setCurrentIndex(tab.choice.count() - 2)
    tab._on_choice(tab.choice.currentIndex())
    settle()
    row = tab.sheet.rows["alt"]
    assert row.line.text() == "139"
    row.line.setFocus()
    replace_by("138")
    press(Key.Key_Return)
    assert session.record(due.id).laboratory[0].typed == "138"
    assert len(session.record(due.id).laboratory) == 5


def test_an_accepted_grade_is_typed_on_the_page_of_an_event(chart, session, due, shell):
    tab = chart()
    tab.sheet.focus_first()
    write("132")
    press(Key.Key_Return)
    tab.sheet.rows["alt"].accept.click()
    settle()
    page = shell.page("event")
    assert shell.current is page
    texts = session.typed.of(typed_texts.EVENT, typed_texts.new_event(due.id))
    assert (texts["term"], texts["grade"]) == ("Alanine aminotransferase increased", "2")
    assert session.record(due.id).events == (), "nothing is an event before somebody judged it"
    assert page.sheet.form.texts["term"] == "Alanine aminotransferase increased"
    assert "Alanine aminotransferase increased" in [
        one.text() for one in page.findChildren(QLineEdit)
    ]
    tab = chart()
    tab.sheet.rows["alt"].accept.click()
    settle()
    assert session.typed.of(typed_texts.EVENT, typed_texts.new_event(due.id)) == texts


def test_what_is_typed_and_no_value_is_there_again(chart, session, due, shell):
    tab = chart()
    tab.sheet.focus_first()
    write("13x")
    press(Key.Key_Down)
    shell.show_page("today")
    settle()
    assert session.typed.of(typed_texts.LABORATORY, due.id) == {"value.alt": "13x"}
    again = chart()
    assert again.sheet.rows["alt"].line.text() == "13x"


def test_a_laboratory_and_its_ranges_are_entered_in_the_window(chart, session):
    tab = chart()

    def enter(dialog):
        dialog.laboratory.setCurrentIndex(dialog.laboratory.count() - 1)
        dialog._show()
        dialog.name.setFocus()
        write("Private laboratory")
        press(Key.Key_Return)
        dialog.test.setCurrentText("Creatinine")
        dialog._show_units()
        dialog.unit.setCurrentText("mg/dL")
        dialog.sex.set_value("male")
        dialog.fields["low"].setFocus()
        write("0.7")
        dialog.fields["high"].setFocus()
        write("0.6")
        press(Key.Key_Return)
        assert "The upper limit is below the lower one. Check both." in words(dialog)
        replace_by("1,2")
        press(Key.Key_Return)
        assert dialog.test.currentText() == "Urea", "the next of the report"
        assert [one.test for one in dialog.model.rows] == ["creatinine"]

    in_dialog(enter, kind=QDialog)
    tab.fields.laboratory.setCurrentIndex(tab.fields.laboratory.count() - 1)
    tab.fields._on_laboratory(tab.fields.laboratory.currentIndex())
    (made,) = [one for one in session.laboratories.all() if one.name == "Private laboratory"]
    (found,) = [one for one in session.reference_ranges.all() if one.laboratory_id == made.id]
    assert (found.unit, found.low, found.high, found.sex.value) == ("mg/dL", 0.7, 1.2, "male")
    assert tab.fields.laboratory.findText("Laboratory: Private laboratory") > 0


def test_who_only_reads_sees_the_table_and_types_nothing(session, due, empty_window, open_window):
    a_laboratory(session)
    enter_results(session, due, ago(40), alt="84")
    with session.write("a monitor"):
        session.users.save(new_user("monitor", "M. Onitor", Role.MONITOR))
    path, key = session.path, session._key
    session.close()
    shell = open_window(Session(path, key, "monitor"))
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("laboratory")
    settle()
    tab = page.tab("laboratory")
    assert tab.sheet.rows["alt"].line.isReadOnly()
    assert not tab.sheet.rest.isEnabled() and not tab.fields.isEnabled()
    empty_window.close_session()


def test_the_newest_three_samples_are_beside_the_one_that_is_entered(chart):
    tab = chart()
    heads = tab.sheet.head._before
    assert len(heads) == 5
    shown = tab.sheet.rows["alt"]._places().before
    assert 3 <= len(shown) <= 5
    assert [cell.text for cell in tab.sheet.rows["alt"].row.before] == [
        "139",
        "44",
        "38",
        "61",
        "84",
    ]


def test_at_twice_the_size_the_trend_is_below_the_line_with_the_keyboard(chart, shell):
    shell.window().resize(683, 384)
    tab = chart()
    tab.sheet.focus_first()
    settle()
    row, other = tab.sheet.rows["alt"], tab.sheet.rows["ast"]
    assert focused() is row.line
    assert row._places().narrow
    assert row._body.height() > other._body.height()


def test_without_a_laboratory_it_is_said_that_nothing_can_be_judged(shell, session, due):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("laboratory")
    settle()
    tab = page.tab("laboratory")
    tab.sheet.focus_first()
    write("132")
    press(Key.Key_Return)
    settle()
    assert "No laboratory is said, so that no value can be judged. Choose it above." in words(tab)
    made = a_laboratory(session)
    tab.fields.show_laboratories()
    tab.fields._on_laboratory(tab.fields.laboratory.findData(made.id))
    settle()
    (result,) = session.record(due.id).laboratory
    assert (result.laboratory, result.high) == ("University hospital", 41)
    assert "No laboratory is said" not in words(tab)
    assert tab.sheet.rows["alt"].row.flag_words == "high"
