# ruff: noqa: F811  the clinic file of the kill test is imported by name
"""To add a form is to write a file: no line of the program knows this one, and every promise holds for it."""

import csv
import io

import pytest

from core import clock, exports, reports
from core.acts import data_queries, documents, locking, signing
from core.entering import records
from core.errors import Locked
from core.exports import form_frame
from core.forms import catalog
from core.model.data_query import QueryState
from core.model.document import About
from core.model.form_record import Item
from core.model.signature import Meaning
from core.session import Session
from core.store import keys
from core.views.stack.fields import plots
from core.views.stack.lanes import lanes
from tests.core.examples import FULL, enter_visit
from tests.pdf import text_of
from tests.reliability.test_r17_forms import clinic, forget, killed_while_typing  # noqa: F401
from tests.ui.keyboard import Key, answer_dialogs, press, settle, write

PASSWORD = "a long password"


def printed(session, document, about):
    made = reports.named(document)
    return text_of(made.make(documents.source(session, made, about)))


def test_a_form_is_added_by_its_file_alone(clinic, key, due, open_window):
    # It was entered by keyboard in a window of another program, saved, and that program was killed.
    killed_while_typing(clinic, key)
    keys.write(clinic, keys.with_password(keys.new_ring(), key, "dr.demo", PASSWORD))
    session = Session(clinic, key, "dr.demo")
    shell = open_window(session)
    (night,) = session.record(due.id).of_form("sleep")
    entered = session.trail_head.sequence

    # It is in the summary of a visit, which is signed with it.
    visit = enter_visit(
        session, due, clock.today(), "M4", scores=FULL, blows=(2900,), finished_at=clock.now()
    )  # whatever the hour: what was entered after a visit was finished is no part of it
    shown = signing.look(session, session.record(due.id), visit.id)
    assert any("Night" in group.title for group in shown.summary.records)
    signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)

    def signature():
        (found,) = signing.states(session, session.record(due.id), visit.id)
        return found

    assert signature().valid

    # Locked, it takes nothing.
    lock = locking.lock_patient(session, due.id, "checked")
    with pytest.raises(Locked), session.write():
        session.forms.save(night.with_item("awake", Item(value=9)))
    locking.unlock(session, lock, reason="a slip of the pen")

    # It is asked about, by keyboard, and corrected, with a reason, since a finished visit shows it.
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("form.sleep")
    settle()
    tab = page.tab("form.sleep")
    tab.view.kept.discard.click()
    settle()
    tab.view.focus_record(f"{night.id}.awake")
    press(Key.Key_F2)
    write("3 or 4?")
    press(Key.Key_Return)
    (query,) = session.queries.of(due.id)
    assert query.label.startswith("Night: bad") and query.label.endswith("Times awake")
    press(Key.Key_Delete)
    write("4")
    answer_dialogs("as on the sheet")
    page.go_on()
    settle()
    corrected = session.record(due.id).form_record(night.id)
    assert corrected.value("awake") == 4
    assert session.trail.entries(entity="item")[0].reason == "as on the sheet"
    assert not signature().valid
    data_queries.answer(session, query, "4")
    data_queries.close(session, query)
    assert session.queries.of(due.id)[0].state is QueryState.CLOSED

    # It is printed, blank and filled, with the grid that is part of it.
    about = About(patient_id=due.id, choice="sleep")
    filled, blank = printed(session, "form", about), printed(session, "blank-form", about)
    for words in ("How was the night", "In their words", "night.png", "Waking: 01:30"):
        assert words in filled
    for words in ("How was the night", "In their words", "Wakings", "Awake for (min)"):
        assert words in blank

    # The chart shows it in a lane of its own, and its number as a row; the lane leads to it.
    record = session.record(due.id)
    lane = lanes(record, clock.today())[-1]
    (mark,) = lane.marks
    assert (lane.title, mark.label, mark.hollow) == ("Nights", "bad", False)
    (plot,) = [one for one in plots(record) if one.id.startswith("sleep")]
    assert (plot.title, plot.unit) == ("Night: Slept", "h")
    assert [point.value for point in plot.series[0].points] == [6.5]
    page.show_tab("overview")
    page.show_tab(mark.tab, mark.what)
    assert page.shown["tab"] == "form.sleep" and tab.view.looked_at[0].id == night.id

    # It leaves as a table, and as a frame that gives nobody away.
    table = documents.export(session, exports.named("form-csv"), about).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["quality"], row["hours"], row["awake"]) == ("bad", "6.5", "4")
    record = session.record(due.id)
    frame = form_frame.frame(catalog.newest()["sleep"], [record])
    assert list(frame["awake"]) == [4] and "remark" not in frame and "started" not in frame
    wakings = form_frame.frame(catalog.newest()["waking"], [record])
    assert list(wakings["at"]) == ["01:30", "03:00"] and list(wakings["within"]) == [1, 1]

    # And it is shown as it was before it was corrected.
    (then,) = session.record_as_of(due.id, entered).of_form("sleep")
    assert (then.value("awake"), corrected.value("awake")) == (3, 4)
    assert session.trail.verify().is_whole
    assert records.moves_what_was_finished(record, night, corrected)
