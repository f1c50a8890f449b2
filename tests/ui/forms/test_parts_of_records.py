"""Records within records: shown under the record that they belong to, entered, corrected and removed there."""

from dataclasses import replace

import pytest

from core.acts import data_queries, own_forms, record_queries
from core.errors import InvalidForm
from core.forms import catalog
from core.model.ids import new_id
from tests.core.examples import enter_record
from tests.core.forms.made_up import EVERY_TYPE, PART
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, in_dialog, press, settle, tab_to, write
from ui.widgets.ask import AskDialog
from ui.widgets.queries import go_to


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def forms(tmp_path, session):
    for name, text in (
        ("sleep", EVERY_TYPE.format(of="patient", layout="page")),
        ("waking", PART.format(layout="rows")),
    ):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, "utf-8")
        ((found, form),) = own_forms.read(path)
        own_forms.add(session, found, form)
    return catalog.newest()


def put(session, patient, form, within=None, **values):
    return enter_record(session, patient, form, values, within)


@pytest.fixture
def nights(session, due, forms):
    """A good one since February and a bad one since January, so that the good one is the first line."""
    return [
        put(session, due, forms["sleep"], quality=quality, started=started)
        for quality, started in (("good", "2026-02"), ("bad", "2026-01"))
    ]


@pytest.fixture
def tab(nights, due, shell):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.sleep")
    settle()
    return page.tab("form.sleep")


def enter_one(part, at="0230"):
    part.editor.focus_first()
    write(at)
    tab_to("Awake for (min)")
    write("40")
    press((CTRL, Key.Key_Return))


def test_a_part_has_no_tab_of_its_own(tab, shell):
    page = shell.page("chart")
    assert "form.waking" not in page._kinds
    assert tab.view.parts.isHidden()


def test_it_is_entered_and_corrected_below_its_record_by_keyboard(tab, session, due, nights):
    good, bad = nights
    tab.view.focus_record(bad.id)
    settle()
    (part,) = tab.view.parts.views
    assert part.isVisible() and "Belongs to: bad" in words(tab.view.parts)
    enter_one(part)
    (made,) = session.record(due.id).of_form("waking")
    assert (made.within, made.value("at"), made.value("minutes")) == (bad.id, "02:30", 40)
    assert "02:30" in part.list._line(made) and part.list.model.rows == (made,)
    tab.view.focus_record(good.id)
    settle()
    assert part.list.model.rows == ()
    tab.view.focus_record(bad.id)
    settle()
    part.focus_record(made.id)
    press(Key.Key_Return)
    part.editor.focus_field("minutes")
    press((CTRL, Key.Key_A))
    write("45")
    press((CTRL, Key.Key_Return))
    (made,) = session.record(due.id).of_form("waking")
    assert (made.within, made.value("minutes")) == (bad.id, 45)


def test_it_is_removed_with_its_record_which_says_so(tab, session, due, nights, forms):
    _good, bad = nights
    for at in ("01:00", "02:00"):
        put(session, due, forms["waking"], bad.id, at=at)
    settle()
    tab.view.focus_record(bad.id)
    asked = []
    original = tab.view.list.buttons["remove"]

    def look(dialog):
        asked.append(words(dialog))
        write("another patient's")
        press(Key.Key_Return)

    in_dialog(look, kind=AskDialog)
    original.click()
    settle()
    assert "2 records belong to it and will be removed, too" in asked[0]
    assert session.record(due.id).of_form("waking") == ()
    assert [one.id for one in session.record(due.id).of_form("sleep")] == [nights[0].id]
    reasons = {one.reason for one in session.trail.entries(entity="record", limit=3)}
    assert reasons == {"another patient's"} and session.trail.verify().is_whole


def test_what_is_typed_of_a_part_stays_with_its_record(tab, shell, session, due, nights):
    good, bad = nights
    tab.view.focus_record(bad.id)
    settle()
    (part,) = tab.view.parts.views
    part.editor.focus_first()
    write("03")
    tab.view.focus_record(good.id)
    settle()
    assert tab.view.parts.parent_id == bad.id and tab.view.parts.held.isVisible()
    shell.page("chart").keep()
    assert session.typed.of("form.waking", due.id)["within"] == bad.id
    other = replace(due, id=new_id(), record_number="13", family_name="Other")
    with session.write("registered"):
        session.patients.save(other)
    shell.open_chart(other.id)
    shell.page("chart").show_tab("form.sleep")
    settle()
    assert tab.view.parts.isHidden()
    shell.page("chart").keep()
    assert session.typed.of("form.waking", other.id) == {}
    shell.open_chart(due.id)
    shell.page("chart").show_tab("form.sleep")
    settle()
    assert tab.view.parts.parent_id == bad.id
    assert part.editor.frames["at"].editor.text == "03"
    part.clear.click()
    settle()
    tab.view.focus_record(good.id)
    settle()
    assert tab.view.parts.parent_id == good.id


def test_a_query_on_a_part_leads_to_it(tab, shell, session, due, nights, forms):
    _good, bad = nights
    made = put(session, due, forms["waking"], bad.id, at="02:00", minutes=30)
    settle()
    place = next(p for p in record_queries.places(made) if p.field.endswith(".minutes"))
    query = data_queries.ask(session, due.id, None, place, "So long?")
    assert query.label == "Waking: 02:00 · Awake for"
    shell.show_page("today")
    go_to(shell.context, query)
    settle()
    assert shell.page("chart").shown["tab"] == "form.sleep"
    (part,) = tab.view.parts.views
    assert tab.view.parts.parent_id == bad.id
    assert part.editor.field_of(focused()) == "minutes"
    assert "So long?" in part.editor.frames["minutes"].asked.text()


def test_a_form_that_is_part_of_one_that_is_not_there_is_not_added(session, tmp_path):
    path = tmp_path / "waking.toml"
    path.write_text(PART.format(layout="rows"), "utf-8")
    ((text, form),) = own_forms.read(path)
    with pytest.raises(InvalidForm, match="line 7: “within” names “sleep”"):
        own_forms.add(session, text, form)
    assert own_forms.of_clinic(session) == ()
