import json
from dataclasses import replace
from datetime import date

import pytest

from core import entry
from core.model import thresholds
from core.model.paper import PaperSize
from core.words import DayStyle
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, answer_dialogs, focused, press, settle, wait_until, write


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


def front(page):
    """The titles of the settings that are seen."""
    return [
        one.title
        for section in page.sections.values()
        for one in section.settings
        if one.isVisible()
    ]


def listed(page):
    return [page.list.item(at).text() for at in range(page.list.count())]


def test_the_search_finds_every_setting_by_its_title_and_esc_ends_it(page):
    every = [one for section in page.offered for one in section.settings]
    assert len(every) > 80
    for one in every:
        page.search_for(one.title)
        assert not one.isHidden() and not page.sections[section_of(page, one)].isHidden(), one.title
    page.search_for("no such words")
    assert front(page) == [] and "No setting says these words." in words(page)


def section_of(page, setting):
    return next(id_ for id_, one in page.sections.items() if setting in one.settings)


def test_a_search_is_typed_after_a_key_shows_section_names_and_ends_with_esc(page):
    before = front(page)
    press(Key.Key_Slash)
    write("cmh2o mip")
    assert focused() is page.search
    assert set(front(page)) >= {"A4: MIP below"} and "A6: PaCO2 above" not in front(page)
    assert listed(page) == ["Alerts"] and "Alerts" in words(page)
    press(Key.Key_Escape)
    assert front(page) == before and page.search.text() == "" and focused() is page.list
    press((CTRL, Key.Key_F))
    assert focused() is page.search


@pytest.mark.parametrize("section", ["clinic", "password"])
def test_the_keyboard_is_in_the_search_whichever_section_is_in_front(page, shell, section):
    page.choose(section)
    shell.show_page("today")
    settle()
    shell.show_page("settings")
    settle()
    assert page.front == section and focused() is page.search
    write("paco2")
    assert "A6: PaCO2 above" in front(page), "what is typed is searched for"


def test_arrows_choose_a_section_and_tab_goes_into_it(page):
    press(Key.Key_Tab)
    assert focused() is page.list
    seen = [tuple(front(page))]
    for _ in range(page.list.count() - 1):
        press(Key.Key_Down)
        seen.append(tuple(front(page)))
    assert len(set(seen)) == page.list.count() and all(seen)
    press(*[Key.Key_Up] * (page.list.count() - 1))
    assert page.front == "clinic"
    press(Key.Key_Tab)
    assert focused() is page.name.line


def test_a_mark_is_there_where_a_value_differs_and_goes_back_to_what_is_shipped(page, session):
    setting = page._limits.settings["a1_vc_percent"]
    assert not setting.differs and "Alerts" in listed(page)
    type_into(page, "a1_vc_percent", "60")
    assert setting.differs and "as shipped: 50 % predicted" in words(page)
    assert "Alerts · 1 differs" in listed(page)
    type_into(page, "a9_pcf", "200")
    assert "Alerts · 2 differ" in listed(page)
    setting.back.click()
    settle()
    assert not setting.differs and page.thresholds["a1_vc_percent"].text == "50"
    assert session.thresholds.all()["a1_vc_percent"] == 50
    assert "Alerts · 1 differs" in listed(page)
    assert trail(session, "threshold")[-1]["reason"].startswith("threshold changed: A1")


def test_a_mark_is_there_if_and_only_if_the_value_is_not_the_shipped_one(page, session):
    for one in thresholds.shipped().values():
        other = one.high if one.value != one.high else one.low
        with session.write("for the test"):
            session.thresholds.save(one.id, other)
        assert page._limits.settings[one.id].differs, one.id
        with session.write("for the test"):
            session.thresholds.remove(one.id)
        assert not page._limits.settings[one.id].differs, one.id


def test_settings_of_the_clinic_and_the_workstation_are_marked_too(page, session):
    with session.write("for the test"):
        changed = replace(session.clinic, idle_lock_min=9, telling_file_names=True)
        session.clinics.save(replace(changed, protocol="royan-2021"))
    by_id = {one.id: one for section in page.sections.values() for one in section.settings}
    page.paper.set_value(PaperSize.LETTER)
    page.paper.chosen.emit()
    marked = {id_ for id_, one in by_id.items() if one.differs}
    assert marked == {"idle_lock", "file_names", "protocol", "paper"}
    for id_ in marked:
        by_id[id_].back.click()
        settle()
    assert not any(one.differs for one in by_id.values())
    clinic = session.clinic
    assert (clinic.idle_lock_min, clinic.telling_file_names, clinic.protocol) == (
        *(5, False, "routine"),
    )
    assert page.context.settings.paper is PaperSize.A4


def test_a_narrow_window_has_a_list_of_choices_in_its_place(page, empty_window):
    empty_window.resize(700, 768)
    settle()
    assert page.pick.isVisible() and not page.list.isVisible()
    at = page.pick.findText("Alerts")
    page.pick.setCurrentIndex(at)
    page.pick.activated.emit(at)
    settle()
    assert "A1: vital capacity below" in front(page)


def test_days_are_shown_as_the_clinic_chose_and_typed_as_before(page, session, patient, shell):
    page.notation.days.buttons[2].click()
    settle()
    assert session.clinic.day_style is DayStyle.POINTS
    shell.open_chart(patient.id)
    settle()
    assert "21.05.2026" in words(shell.current) and "21 May 2026" not in words(shell.current)
    assert entry.day("03/04/2026").message.startswith("“03/04/2026” can be")
    shell.show_page("settings")
    page.notation.settings[0].back.click()
    assert session.clinic.day_style is DayStyle.LETTERS
    shell.open_chart(patient.id)
    settle()
    assert "21 May 2026" in words(shell.current)


def test_patients_are_looked_at_where_today_was_made_anew_meanwhile(page, session, shell, patient):
    """Today asked for its patients, and went before it had them: they are looked at for who asks next."""
    shell.page("today").refresh()
    page.notation.days.buttons[2].click()
    settle()
    shell.show_page("patients")
    wait_until(lambda: not shell.context.glances.is_waiting(shell.current))
    assert shell.context.glances.of(patient.id) is not None


def test_the_limit_of_paco2_is_shown_and_typed_in_the_unit_of_the_clinic(page, session):
    page.notation.gases.buttons[1].click()
    settle()
    page.show_setting("a6_paco2")
    field = page.thresholds["a6_paco2"]
    assert field.text == "6" and "kPa" in words(field)
    assert session.thresholds.all()["a6_paco2"] == 45
    type_into(page, "a6_paco2", "6.5")
    assert field.text == "6.5" and session.thresholds.all()["a6_paco2"] == 48.75
    assert "as shipped: 6 kPa" in words(page)
    type_into(page, "a6_paco2", "50")
    assert "50 is out of range. Type a number from 4 to 13.33 kPa." in words(field)
