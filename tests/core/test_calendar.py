"""One calendar: every day that a person reads is written by `core.words`, so that another calendar is one change."""

import ast
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from core import words

ROOT = Path(words.__file__).parents[1]
SEAM = {"core/words.py", "core/persian_calendar.py"}
# What is typed again, stored or computed, and so stays ISO: file and what is written there.
DATA = {
    ("core/acts/trail_memory.py", "remembered"): "in the settings",
    ("core/findings/duplicates.py", "_keys"): "what patients are compared by",
    ("core/forms/reading.py", "_instant"): "as it is stored",
    ("core/views/patients.py", "_instant"): "in a CSV",
    ("ui/pages/trial_report/cut.py", "CutDialog"): "in a field, or in a file for programs",
    ("ui/pages/trial_report/page.py", "TrialReportPage"): "in a field, or in a file for programs",
    ("core/model/document.py", "OfTrial"): "in the trail",
    ("core/acts/trial_files.py", "_manifest"): "in a file for programs",
    ("core/model/partial_date.py", "PartialDate"): "as it is stored and typed",
    ("core/model/partial_date.py", "_two_of_ours"): "the day of ours, as it would be typed",
    ("core/model/partial_date.py", "partial_day"): "a year alone",
    ("core/forms/reading.py", "typed"): "as somebody would type it",
    ("core/views/signed.py", "signature_row"): "the offset of a time zone",
    ("ui/pages/past_chart_page.py", "PastChartPage"): "in the trail",
    ("ui/pages/event_report_page.py", "EventReportPage"): "in a field, as it is typed",
    ("ui/forms/details_form.py", "DetailsForm"): "in a field, as it is typed",
    ("ui/forms/defined/records_view.py", "RecordsView"): "in a field, as it is typed",
    ("ui/widgets/decide.py", "DecideDialog"): "in a field, as it is typed",
    ("ui/widgets/file_warnings.py", "SecondPlaceReminder"): "in the settings",
    ("core/reports/choices.py", "day_choice"): "the id of a choice",
    ("ui/widgets/appointment.py", "AppointmentDialog"): "in a field, as it is typed",
    ("ui/widgets/sign.py", "_waiting"): "what visits are sorted by",
    ("ui/tour.py", "_Tour"): "typed by the tour",
    ("ui/tour.py", "_typed"): "typed by the tour",
    ("core/forms/around.py", "of_visit"): "as it is stored",
    ("core/entering/visit/monitoring.py", "_stored"): "as it is stored",
    ("core/entering/visit/monitoring.py", "Monitoring"): "in a field, as it is typed",
    ("ui/forms/since/strip.py", "Scale"): "the years of an axis",
    ("ui/forms/event/inputs.py", "DayLine"): "what T types into a day",
    ("core/views/laboratory.py", "event_texts"): "in a field of an event, as it is typed",
    ("core/views/patients.py", "_row"): "in a table for other programs",
    ("core/views/patients.py", "_last"): "in a table for other programs",
    ("core/findings/consent.py", "OfSamples"): "in the key of a decision",
    ("core/views/register_words.py", "check_row"): "in a table for other programs",
    ("core/views/register_words.py", "training_row"): "in a table for other programs",
    ("ui/forms/laboratory/choices.py", "SampleFields"): "in a field, as it is typed",
    ("ui/forms/laboratory/laboratories.py", "LaboratoriesDialog"): "in a field, as it is typed",
    ("ui/pages/registers_page.py", "CheckLog"): "in a field, as it is typed",
    ("ui/tour.py", "_move"): "typed by the tour",
    ("ui/tour.py", "_safety"): "typed by the tour",
    ("ui/tour.py", "_consent"): "typed by the tour",
}
SHOWN_BY = (
    "core/views",
    "core/reports",
    "core/findings",
    "core/forms",
    "core/model",
    "core/entering",
    "core/acts",
    "ui",
)
PARTS = {"year", "month"}


def formatted(tree):
    """Where a date is made into a text by hand: a name of the function or class around it, and the line."""
    for outer in tree.body:
        for node in ast.walk(outer):
            if isinstance(node, ast.FormattedValue):
                spec = "" if node.format_spec is None else ast.unparse(node.format_spec)
                by_hand = any(f"%{letter}" in spec for letter in "YymdbBaAjUWxcF")
                by_hand |= getattr(node.value, "attr", "") in PARTS
            elif isinstance(node, ast.Call):
                called = getattr(node.func, "attr", "")
                by_hand = called in {"isoformat", "strftime"}
                by_hand |= getattr(node.func, "id", "") == "str" and any(
                    getattr(one, "attr", "") in PARTS for one in node.args
                )
            else:
                continue
            if by_hand:
                yield getattr(outer, "name", ""), node.lineno


@cache
def by_hand():
    """Every place in the code, with its file; it is looked for once."""
    return [
        (name, where, line)
        for folder in SHOWN_BY
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (name := path.relative_to(ROOT).as_posix()) not in SEAM
        for where, line in formatted(ast.parse(path.read_text("utf-8")))
    ]


def test_no_date_is_formatted_by_hand():
    found = [
        f"{name}:{line} in {where}" for name, where, line in by_hand() if (name, where) not in DATA
    ]
    assert found == []


def test_every_exception_is_one():
    assert set(DATA) <= {(name, where) for name, where, _line in by_hand()}


@pytest.mark.parametrize(
    "text",
    [
        'f"{on:%d.%m.%Y}"',
        "on.strftime('%x')",
        "on.isoformat()",
        'f"{month} {on.year}"',
        "str(on.year)",
    ],
)
def test_a_date_that_is_formatted_by_hand_is_found(text):
    assert [
        where for where, _line in formatted(ast.parse(f"def shown(on):\n    return {text}"))
    ] == ["shown"]


def test_a_time_of_day_is_in_no_calendar():
    assert list(formatted(ast.parse('def shown(at):\n    return f"{at:%H:%M:%S}"'))) == []


def test_the_words_of_the_calendar():
    on = date(2026, 11, 29)
    assert words.day(on) == "29 Nov 2026" and words.month_of(on) == "Nov 2026"
    assert words.long_day(on) == "Sunday 29 Nov 2026"
