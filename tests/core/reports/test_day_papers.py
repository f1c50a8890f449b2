"""The day list and the calendar: what is on them, in which order, and that nothing is cut where there is much."""

import gettext
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pypdfium2
import pytest

from core import words
from core.model.appointment import Appointment
from core.model.document import OfDay, OfWeeks
from core.model.paper import PaperSize
from core.reports import calendar as calendar_paper
from core.reports import choices
from core.reports import day_list as day_paper
from core.views import calendar, day_list
from core.views.calendar import Kind
from tests.core.examples import a_form, a_patient, a_record, a_routine_patient, a_visit, summing_to
from tests.core.reports.records import CLINIC, HEAD
from tests.pdf import line_of

TODAY = date(2026, 7, 16)  # a Thursday; month 2 of an infusion of 21 May is planned for 21 Jul
PRINTED = datetime(2026, 7, 16, 9, tzinfo=UTC)
COMMON = {
    "clinic": CLINIC,
    "file_name": "clinic.als",
    "printed_by": "Dr N.",
    "printed_at": PRINTED,
    "head": HEAD,
}


def coming(number, on=TODAY, at=None, note="", **changes):
    patient = a_patient(record_number=number, **changes)
    one = Appointment(
        patient_id=patient.id,
        code="M2",
        day=on,
        time=at,
        note=note,
        entered_by="dr.demo",
        entered_at=datetime(2026, 7, 1, tzinfo=UTC),
    )
    visit = a_visit(patient, date(2026, 5, 21), "INF")
    form = a_form(visit, summing_to(37))
    return a_record(patient, visit, appointments=(one,), assessments=(form,))


def of_day(*records, on=TODAY, size=PaperSize.A4):
    days = day_list.days(records, on, TODAY)
    return OfDay(day=on, records=records, days=days, size=size, **COMMON)


def of_weeks(*records, size=PaperSize.A4):
    return OfWeeks(
        first=calendar.week_of(TODAY), outlines=records, appointments=1, size=size, **COMMON
    )


def pages(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_the_day_list_is_in_order_of_time_and_says_what_is_to_be_known():
    late = coming("5", at=time(11), note="by taxi", family_name="Karimi", given_name="Shirin")
    early, without = coming("7", at=time(9, 15)), coming("9")
    text = line_of(day_paper.document(of_day(late, early, without)))
    assert "Thursday 16 Jul 2026" in text and "3 patients" in text
    places = [text.index(f"Record {number}") for number in ("7", "5", "9")]
    assert places == sorted(places), "by time; without one they come last"
    assert "Shirin Karimi" in text or "Karimi" in text
    assert "Month 2 (by taxi)" in text and "14 Jul 2026 – 28 Jul 2026" in text
    assert "37 / 48 (21 May 2026)" in text and "Notes" in text
    assert "Spirometry" in text and "Adverse events" in text, "what the visit asks for, in words"


def test_who_is_planned_for_the_day_without_an_appointment_is_listed_as_that():
    patient = a_patient(record_number="8")
    on = date(2026, 7, 21)
    text = line_of(day_paper.document(of_day(a_record(patient), on=on)))
    assert "Record 8" in text and "Month 2 (planned for this day, no appointment)" in text


def test_nobody_comes():
    assert "Nobody comes." in line_of(day_paper.document(of_day()))


@pytest.mark.parametrize("size", PaperSize)
def test_many_patients_are_on_many_pages_and_none_is_cut(size):
    some = [coming(f"N-{n:03}", at=time(8, n % 60)) for n in range(40)]
    found = pages(day_paper.document(of_day(*some, size=size)))
    assert len(found) > 4
    whole = " ".join(found)
    assert all(whole.count(f"Record N-{n:03} ") == 1 for n in range(40))
    for page in found:
        assert page.count("Record N-") == page.count("Open alerts"), "no patient is broken"


def test_the_days_to_choose_say_how_many_come():
    source = of_day(coming("5"), on=date(2026, 7, 1))
    offered = choices.days(source)
    assert next(iter(offered)) == "2026-07-01", "the chosen one, although it has passed"
    assert offered["2026-07-16"] == "Thursday 16 Jul 2026 · 1 patient"
    assert offered["2026-07-17"] == "Friday 17 Jul 2026"


def test_the_calendar_says_appointments_targets_and_windows():
    planned = a_record(a_routine_patient(record_number="R-1", registered_on=date(2026, 7, 20)))
    text = line_of(calendar_paper.document(of_weeks(coming("5", at=time(10, 30)), planned)))
    assert "13 Jul 2026 – 9 Aug 2026" in text
    assert "10:30 5 Month 2" in text
    assert "R-1 First visit" in text and "R-1 window ends" in text
    assert "16 Jul, today" in text and "Monday" in text


@pytest.mark.parametrize("size", PaperSize)
def test_a_full_day_goes_on_on_the_next_page(size):
    some = [coming(f"N-{n:03}", at=time(8, n % 60)) for n in range(90)]
    found = pages(calendar_paper.document(of_weeks(*some, size=size)))
    assert len(found) > 1
    whole = " ".join(found)
    assert all(f"N-{n:03}" in whole for n in range(90))
    assert all("Thursday" in page for page in found[:2])


def test_of_a_day_the_appointments_come_first_in_order_of_time():
    on = date(2026, 7, 21)
    planned = a_record(a_patient(record_number="1"))
    some = [planned, coming("2", on, time(11)), coming("3", on), coming("4", on, time(9))]
    found = calendar.entries(some, on, on, TODAY)[on]
    assert [one.patient.record_number for one in found] == ["4", "2", "3", "1"]
    assert [one.kind for one in found] == [*[Kind.APPOINTMENT] * 3, Kind.TARGET]


def test_with_an_appointment_neither_target_nor_window_is_said_again():
    entries = calendar.entries([coming("5")], TODAY, date(2026, 7, 30), TODAY)
    assert [one.kind for some in entries.values() for one in some] == [Kind.APPOINTMENT]


def test_a_day_is_said_in_a_sentence():
    ((on, found),) = calendar.entries(
        [coming("5", at=time(9), note="by taxi")], TODAY, TODAY, TODAY
    ).items()
    day = calendar.Day(on=on, entries=found)
    assert day.spoken(TODAY) == (
        "Thursday 16 Jul 2026, today: 5: Month 2, appointment 16 Jul 2026 09:00 (by taxi)"
    )
    empty = replace(day, entries=())
    assert empty.spoken(date(2026, 7, 15)) == "Thursday 16 Jul 2026: nothing planned"


def test_a_week_begins_where_the_language_says():
    assert calendar.week_of(TODAY) == date(2026, 7, 13)
    assert words.weekdays()[0] == "Monday"
    persian = gettext.NullTranslations()
    persian._info = {"x-week-begins": "saturday"}
    before = words.speak(persian)
    try:
        assert calendar.week_of(TODAY) == date(2026, 7, 11)
        assert words.weekdays() == (
            *("Saturday", "Sunday", "Monday", "Tuesday"),
            *("Wednesday", "Thursday", "Friday"),
        )
        weeks = calendar.weeks([], TODAY, TODAY)
        assert weeks[0][0].on == date(2026, 7, 11) and len(weeks) == 4
    finally:
        words.speak(before)
