import json
from datetime import date

import pytest

from core.model.paper import PaperSize
from tests.ui.conftest import words
from tests.ui.keyboard import Key, answer_dialogs, focused, press, settle, write


@pytest.fixture
def page(shell):
    shell.show_page("settings")
    settle()
    return shell.current


def trail(session, entity):
    return [
        row
        for row in session._db.query("SELECT * FROM audit")
        if row["entity"] == entity and row["reason"] != "clinic file created"
    ]


def type_into(page, name, text):
    page.show_setting(name)
    field = page.thresholds[name]
    field.setFocus()
    settle()
    focused().selectAll()
    write(text)
    press(Key.Key_Tab)


def test_a_threshold_is_in_force_when_its_field_is_left(page, session, patient):
    type_into(page, "a1_vc_percent", "60")
    assert session.record(patient.id).thresholds["a1_vc_percent"] == 60
    (row,) = trail(session, "threshold")
    assert json.loads(row["after"]) == {"id": "a1_vc_percent", "value": 60}
    assert "A1" in row["reason"]


def test_a_threshold_out_of_its_range_says_so_and_is_not_saved(page, session, patient):
    field = page.thresholds["a1_vc_percent"]
    type_into(page, "a1_vc_percent", "5000")
    assert "out of range" in words(field)
    assert field.text == "5000"  # what was typed stays
    assert session.record(patient.id).thresholds["a1_vc_percent"] == 50
    assert trail(session, "threshold") == []


def test_cut_points_the_wrong_way_round_are_refused(page, session):
    field = page.thresholds["delta_fs_slow_below"]
    type_into(page, "delta_fs_slow_below", "2")
    assert "must not be above" in words(field)
    assert session.thresholds.all()["delta_fs_slow_below"] == 0.5


def test_an_emptied_threshold_goes_back_to_what_was_shipped(page, session):
    field = page.thresholds["a9_pcf"]
    type_into(page, "a9_pcf", "200")
    assert session.thresholds.all()["a9_pcf"] == 200
    type_into(page, "a9_pcf", " ")
    assert session.thresholds.all()["a9_pcf"] == 160
    assert field.text == "160"
    assert list(session._db.query("SELECT * FROM threshold")) == []


def test_every_threshold_shows_its_source_and_what_is_unconfirmed(page):
    page.show_setting("p3_total_rise")
    text = words(page)
    page.show_setting("a1_vc_percent")
    text += words(page)
    assert "Andrews 2018" in text
    assert "(not read in its source)" in text and "(our proposal)" in text


def test_the_equation_changes_only_with_a_reason(page, session, visit_day):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    page.show_setting("equation")
    assert not page.change.isEnabled()  # it is in use
    page.equation.setCurrentIndex(page.equation.findData("nhanes-iii"))
    assert "group" in words(page)
    page.equation.setCurrentIndex(page.equation.findData("ecsc-1993"))

    answer_dialogs("")
    page.change.click()
    assert session.clinic.equation == "gli-global-2022"
    answer_dialogs("continuity with the old device")
    page.change.click()
    assert session.clinic.equation == "ecsc-1993"
    assert "1 session computed again." in words(page)
    (row,) = [r for r in trail(session, "spirometry") if "continuity" in r["reason"]]
    assert json.loads(row["after"])["equation"] == "ecsc-1993"


def test_a_refused_cut_point_is_saved_when_its_partner_is_moved(page, session):
    type_into(page, "delta_fs_slow_below", "1.5")
    type_into(page, "delta_fs_fast_from", "2")
    found = session.thresholds.all()
    assert (found["delta_fs_slow_below"], found["delta_fs_fast_from"]) == (1.5, 2)
    assert "must not be above" not in words(page)


def test_a_letterhead_that_leaves_no_room_on_a_page_is_refused_in_one_sentence(page, session):
    before = session.clinic.letterhead
    page.letterhead.setPlainText("\n".join(f"Line {n}" for n in range(150)))
    page.save.click()
    settle()
    assert "The letterhead takes 150 lines, a page has room for 8. Shorten it." in words(page)
    assert session.clinic.letterhead == before
    assert page.letterhead.toPlainText().endswith("Line 149")  # nothing typed is lost
    page.letterhead.setPlainText("One street\nOne town")
    assert "a page has room for" not in words(page)
    page.save.click()
    settle()
    assert session.clinic.letterhead == "One street\nOne town"


def test_the_paper_of_a_workstation_is_kept_at_once(page):
    settings = page.context.settings
    assert settings.paper is PaperSize.A4
    page.paper.set_value(PaperSize.LETTER)
    page.paper.chosen.emit()
    assert settings.paper is PaperSize.LETTER
    page.refresh()
    assert page.paper.value is PaperSize.LETTER
