"""A schedule is changed in the program: what is typed becomes a new version, or is refused in one sentence."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acts import own_schedules
from core.entering.schedule_entry import UNSCHEDULED, ScheduleEntry
from core.protocols import catalog, writing
from core.protocols.definition import Protocol
from core.protocols.schedule import windows
from core.views import schedule_words
from tests.core.examples import a_patient

ROYAN = catalog.named("royan-2021", "1")
ROUTINE = catalog.named("routine", "1")
DAY_0 = date(2026, 5, 21)


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


def made(entry):
    found = entry.judge()
    assert isinstance(found, Protocol), found
    return found


def problem(entry, place):
    found = entry.judge()
    assert not isinstance(found, Protocol)
    return found[place].message


@pytest.mark.parametrize("protocol", catalog.brought().values(), ids=lambda one: one.title)
def test_a_schedule_is_written_as_it_was_read(protocol):
    again = catalog.read("again.toml", writing.to_toml(protocol).encode())
    assert again == protocol


@given(
    before=st.integers(0, 3650),
    after=st.integers(0, 3650),
    title=st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40
    ),
)
def test_what_is_typed_of_a_window_is_the_window(before, after, title):
    entry = ScheduleEntry(ROYAN)
    entry.type("M2", "before", str(before))
    entry.type("M2", "after", str(after))
    entry.type("M2", "title", title)
    if not title.strip():
        assert "called" in problem(entry, "M2.title")
        return
    new = made(entry)
    visit = new.visit("M2")
    assert (visit.before, visit.after, visit.title) == (before, after, title.strip())
    span = windows(new, DAY_0)["M2"]
    assert span.open == span.target - timedelta(days=before)
    assert span.close == span.target + timedelta(days=after)
    rest = [one for one in new.visits if one.code != "M2"]
    assert rest == [one for one in ROYAN.visits if one.code != "M2"]


def test_the_version_is_the_next_one_and_the_source_says_that_the_clinic_changed_it():
    entry = ScheduleEntry(ROYAN)
    entry.type("M4", "before", "21")
    new = made(entry)
    assert int(new.version) == int(catalog.newest()["royan-2021"].version) + 1
    assert new.source.endswith("changed by the clinic")
    assert new.criteria == ROYAN.criteria
    assert new.tasks == ROYAN.tasks


def test_a_visit_asks_for_more_or_for_less():
    entry = ScheduleEntry(ROYAN)
    entry.ask("D1", "alsfrs-r", asked=True)
    entry.ask("M2", "spirometry", asked=False)
    entry.ask(UNSCHEDULED, "measurements", asked=True)
    new = made(entry)
    assert new.assessments_of("D1") == ("adverse-events", "alsfrs-r")
    assert "spirometry" not in new.assessments_of("M2")
    assert new.assessments_of(None)[-1] == "measurements"
    assert schedule_words.differences(ROYAN, new) == [
        "24 hours: also asks for ALSFRS-R",
        "Month 2: no longer asks for Spirometry",
        "Unscheduled visit: also asks for Measurements",
    ]


def test_visits_are_added_and_removed_and_are_in_the_order_of_their_days():
    entry = ScheduleEntry(ROYAN)
    entry.remove("M6")
    added = entry.add()
    for name, text in {
        "code": "M3",
        "title": "Month 3",
        "offset": "3",
        "before": "7",
        "after": "7",
    }.items():
        entry.type(added, name, text)
    entry.ask(added, "alsfrs-r", asked=True)
    codes = [one.code for one in made(entry).visits]
    assert codes == ["SCR", "MRI", "INF", "D1", "M2", "M3", "M4", "M12", "Y5"]
    said = "\n".join(schedule_words.differences(ROYAN, made(entry)))
    assert "Month 6: no longer part of the schedule" in said
    assert (
        "New: Month 3, 3 months after “Infusion”; window from 7 days before to 7 days after" in said
    )


@pytest.mark.parametrize(
    ("place", "text", "says"),
    [
        ("M2.before", "", "Enter a whole number"),
        ("M2.before", "7.5", "not a whole number"),
        ("M2.before", "-1", "out of range"),
        ("M2.after", "seven", "not a number"),
        ("M2.offset", "99999", "out of range"),
        ("M2.offset", "4", "“Month 4” is on the same day"),
        ("M2.title", "  ", "called"),
        ("M2.title", "x" * 41, "40 letters at most"),
    ],
)
def test_what_cannot_be_a_window_is_refused_at_its_field(place, text, says):
    entry = ScheduleEntry(ROYAN)
    entry.type(*place.split("."), text)
    assert says in problem(entry, place)


@pytest.mark.parametrize(
    ("code", "says"),
    [("", "short code"), ("week two", "short code"), ("M4", "Another visit has the code M4")],
)
def test_a_new_visit_needs_a_code_of_its_own(code, says):
    entry = ScheduleEntry(ROYAN)
    added = entry.add()
    for name, text in {
        "code": code,
        "title": "Week 2",
        "offset": "14",
        "before": "1",
        "after": "1",
    }.items():
        entry.type(added, name, text)
    assert says in problem(entry, f"{added}.code")


def test_a_schedule_keeps_a_visit_and_one_that_recurs_keeps_its_only_one():
    entry = ScheduleEntry(ROUTINE)
    entry.type("R3", "offset", "0")
    assert "above 0" in problem(entry, "R3.offset")
    entry.remove("R3")
    assert "at least one visit" in problem(entry, "")
    entry = ScheduleEntry(ROUTINE)
    added = entry.add()
    for name, text in {
        "code": "R6",
        "title": "Half a year",
        "offset": "6",
        "before": "1",
        "after": "1",
    }.items():
        entry.type(added, name, text)
    assert "exactly one visit" in problem(entry, "")


def test_what_was_typed_is_taken_up_again():
    first = ScheduleEntry(ROYAN)
    first.type("M2", "before", "")
    first.ask("D1", "alsfrs-r", asked=True)
    first.remove("MRI")
    first.add()
    again = ScheduleEntry(ROYAN, first.typed)
    assert again.visits == first.visits
    assert again.text("M2", "before") == ""
    assert again.asks("D1") == first.asks("D1")
    assert again.typed == first.typed
    assert ScheduleEntry(ROYAN).typed == {}


def test_the_new_version_is_for_new_patients_and_a_patient_keeps_theirs(session):
    entry = ScheduleEntry(ROYAN)
    entry.type("M2", "before", "10")
    new = made(entry)
    own_schedules.add(session, writing.to_toml(new), new)
    assert catalog.newest()["royan-2021"] == new
    old = a_patient(protocol="royan-2021", protocol_version="1")
    assert catalog.of(old).visit("M2").before == 7
    (kept,) = own_schedules.of_clinic(session)
    assert kept == new
