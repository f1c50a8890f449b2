"""What can be a row of a chart: weight, measurements, and the numbers that a form's definition says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms import catalog, preview
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement, kinds
from core.views.stack.fields import plots, scale
from core.views.stack.lanes import lanes
from core.views.stack.rows import Shape
from tests.core.examples import a_patient, a_record, a_visit
from tests.core.forms.visit_form import SWALLOWING, WALKS
from tests.core.views.test_lanes import PATIENT, TODAY, a_form_record, device

LABORATORY = """
id = "laboratory"
version = "1"
title = "Laboratory"
several = "Laboratory values"
of = "patient"
repeats = true
row = "{test} {value} {unit}"

[course]
start = "taken"

[[fields]]
id = "test"
title = "Test"
type = "choice"
required = true
identifies = "no"
choices = [{ id = "alt", text = "ALT" }, { id = "nfl", text = "NfL" }]

[[fields]]
id = "unit"
title = "Unit"
type = "choice"
identifies = "no"
choices = [{ id = "u_l", text = "U/L" }, { id = "ukat_l", text = "µkat/L" }, { id = "pg_ml", text = "pg/mL" }]

[[fields]]
id = "value"
title = "Value"
type = "number"
low = 0
high = 100000
decimals = 2
unit_from = "unit"
plot = true
plot_by = "test"
identifies = "no"

[[fields]]
id = "grade"
title = "CTCAE grade"
type = "integer"
low = 1
high = 5
identifies = "no"

[[fields]]
id = "taken"
title = "Taken on"
type = "partial_date"
required = true
identifies = "date"

[[lanes]]
id = "laboratory"
title = "Laboratory"
label = "{test}"
when = { grade = "given" }
grade = "grade"
role = "event"
serious_if = { grade = ">= 4" }
"""


@pytest.fixture
def laboratory():
    form = catalog.read("laboratory.toml", LABORATORY.encode())
    catalog.use_own([form])
    yield form
    catalog.use_own([])


def a_value(test, value, unit, taken, **more):
    values = {"test": test, "value": value, "taken": taken, **more}
    return a_form_record("laboratory", values | ({"unit": unit} if unit else {}))


def points(plot):
    return [(point.day, point.value) for series in plot.series for point in series.points]


def test_weight_is_first_and_its_scale_holds_every_value():
    first, second = (
        a_visit(PATIENT, date(2026, 5, 1), "M2", weight_kg=71.2),
        a_visit(PATIENT, date(2026, 9, 1), "M4", weight_kg=78.4),
    )
    snip = Measurement(visit_id=second.id, kind="snip", value=0.0)
    refused = Measurement(visit_id=first.id, kind="snip", not_done="refused")
    record = a_record(PATIENT, first, second, measurements=(refused, snip))
    weight, other = plots(record)
    assert (weight.id, weight.unit, weight.series[0].role) == ("weight", "kg", "weight")
    assert points(weight) == [(first.date, 71.2), (second.date, 78.4)]
    assert (weight.low, weight.high, weight.step) == (70, 80, 5)
    assert (other.id, other.unit) == ("measurement.snip", "cmH2O")
    assert points(other) == [(second.date, 0.0)], "a zero is a value, a refusal is none"
    assert other.series[0].role == "field"
    assert plots(a_record(PATIENT)) == ()


def test_the_hours_of_a_device_are_a_row_for_each_kind():
    record = a_record(
        PATIENT,
        forms=(
            device("niv", "2026-09-01", hours=8.0),
            device("niv", "2026-05", hours=6.5),
            device("invasive_ventilation", "2026-10-01", hours=24.0),
            device("wheelchair", "2026-10-01"),
        ),
    )
    niv, invasive = sorted(plots(record), key=lambda plot: plot.title, reverse=True)
    assert (niv.title, niv.unit) == ("NIV: Hours a day", "h/day")
    assert [(point.day, point.value, point.sure, point.note) for point in niv.series[0].points] == [
        (date(2026, 5, 15), 6.5, False, "May 2026"),
        (date(2026, 9, 1), 8.0, True, ""),
    ]
    assert invasive.title == "Invasive ventilation: Hours a day"
    assert points(invasive) == [(date(2026, 10, 1), 24.0)]
    assert (invasive.low, invasive.high, invasive.step) == (0, 24, 6)


def test_values_in_another_unit_are_another_row(laboratory):
    record = a_record(
        PATIENT,
        forms=(
            a_value("alt", 45.0, "u_l", "2026-06-01"),
            a_value("alt", 0.9, "ukat_l", "2026-07-01"),
            a_value("alt", 60.0, None, "2026-08-01"),
            a_value("nfl", 88.0, "pg_ml", "2026-06-01"),
            a_value("alt", 130.0, "u_l", "2026-09-01"),
        ),
    )
    found = {plot.id: plot for plot in plots(record)}
    assert {name: (plot.title, plot.unit) for name, plot in found.items()} == {
        "laboratory.value.alt.u_l": ("ALT: Value", "U/L"),
        "laboratory.value.alt.ukat_l": ("ALT: Value", "µkat/L"),
        "laboratory.value.alt": ("ALT: Value", ""),
        "laboratory.value.nfl.pg_ml": ("NfL: Value", "pg/mL"),
    }
    alt = found["laboratory.value.alt.u_l"]
    assert points(alt) == [(date(2026, 6, 1), 45.0), (date(2026, 9, 1), 130.0)]
    assert alt.low == 0 and 130 <= alt.high <= 200, "not to 100000, which the form accepts"


def test_a_form_of_the_clinic_is_in_a_lane_of_its_own_with_its_grade(laboratory):
    graded = a_value("alt", 300.0, "u_l", "2026-09-01", grade=4)
    plain = a_value("alt", 30.0, "u_l", "2026-06-01")
    record = a_record(PATIENT, forms=(graded, plain))
    *_known, lane = lanes(record, TODAY)
    assert (lane.id, lane.title) == ("laboratory", "Laboratory")
    (mark,) = lane.marks
    assert (mark.shape, mark.grade, mark.serious, mark.role) == (Shape.GRADE, 4, True, "grade_4")
    assert (mark.label, mark.tab, mark.what, mark.runs) == (
        *("ALT", "form.laboratory"),
        *(graded.id, False),
    )


def test_what_was_entered_before_a_form_said_so_is_shown_too(laboratory):
    """A version that is released never changes: the newest one says how the chart shows the older ones."""
    first = LABORATORY[: LABORATORY.index("[[lanes]]")].replace(
        'plot = true\nplot_by = "test"\n', ""
    )
    without = catalog.read("laboratory.toml", first.encode())
    second = LABORATORY.replace('version = "1"', 'version = "2"')
    catalog.use_own([without])
    old = a_value("alt", 300.0, "u_l", "2026-09-01", grade=4)
    record = a_record(PATIENT, forms=(old,))
    assert plots(record) == () and len(lanes(record, TODAY)) == 3
    catalog.use_own([without, catalog.read("laboratory.toml", second.encode())])
    assert [plot.id for plot in plots(record)] == ["laboratory.value.alt.u_l"]
    assert [mark.what for mark in lanes(record, TODAY)[-1].marks] == [old.id]
    other = second.replace('grade = "given" }', 'grade = "given", place = "given" }').replace(
        "[[lanes]]", '[[fields]]\nid = "place"\ntitle = "Place"\ntype = "text"\n\n[[lanes]]'
    )
    catalog.use_own([without, catalog.read("laboratory.toml", other.encode())])
    assert len(lanes(record, TODAY)) == 3, "it asks for what the older version does not have"


def test_a_value_without_a_day_of_its_own_is_of_the_day_it_was_entered():
    plain = LABORATORY[: LABORATORY.index("[[lanes]]")].replace('[course]\nstart = "taken"\n', "")
    catalog.use_own([catalog.read("laboratory.toml", plain.encode())])
    try:
        (plot,) = plots(a_record(PATIENT, forms=(a_value("alt", 45.0, "u_l", "2026-06-01"),)))
    finally:
        catalog.use_own([])
    assert points(plot) == [(TODAY, 45.0)]


def test_a_form_that_is_added_says_how_a_chart_shows_it(laboratory):
    said = preview.lines(laboratory)
    assert "  Value [value]: number; 0 to 100000; offered as a row of the chart" in said
    shown = (
        "  in the chart: a square with its grade in the lane “Laboratory”, if CTCAE grade: given"
    )
    assert said[-1] == shown


def of_visit(form, visit, **values):
    return FormRecord(
        patient_id=PATIENT.id,
        visit_id=visit.id,
        form=form.id,
        version=form.version,
        entered_by="demo",
        entered_at=visit.started_at,
        items={name: Item(value=value) for name, value in values.items()},
        course=form.course,
    )


def test_a_form_of_a_visit_is_drawn_at_the_day_of_its_visit():
    walk = catalog.read(
        "walk.toml", WALKS.replace("decimals = 1", "decimals = 1\nplot = true").encode()
    )
    catalog.use_own([walk, catalog.read("swallow_test.toml", SWALLOWING.encode())])
    try:
        visits = [a_visit(PATIENT, date(2026, month, 3), "M2") for month in (9, 5)]
        forms = tuple(of_visit(walk, visit, seconds=20.0) for visit in visits)
        swallowed = of_visit(catalog.newest()["swallow_test"], visits[0], amount=50, cough=0)
        (plot,) = plots(a_record(PATIENT, *visits, forms=(*forms, swallowed)))
    finally:
        catalog.use_own([])
    assert points(plot) == [(date(2026, 5, 3), 20.0), (date(2026, 9, 3), 20.0)]
    assert (plot.title, plot.unit) == ("Timed walk: Time for 10 m", "s")


@pytest.mark.parametrize(
    ("values", "low", "high", "expected"),
    [
        ([97.0], 40, 100, (40, 100, 10)),
        ([6.0, 14.0], 0, 24, (0, 24, 6)),
        ([38.0, 52.0], 10, 200, (10, 70, 20)),
        ([62.0], 0, 250, (0, 80, 20)),
        ([0.0], 0, 250, (0, 300, 100)),
        ([-3.0, 4.0], None, None, (-4, 4, 2)),
        ([5.0], None, None, (0, 6, 2)),
    ],
)
def test_a_scale_is_read_easily(values, low, high, expected):
    found = scale(values, low, high)
    assert found[2] == pytest.approx(expected[2]) and found[:2] == pytest.approx(expected[:2])


@given(
    st.lists(st.decimals(-10_000, 100_000, places=2).map(float), min_size=1, max_size=8),
    st.sampled_from([(None, None), (0, 24), (0, 100_000), (1, 5), (40, 100), (-20, 20), (0, None)]),
)
def test_every_value_is_on_its_scale_and_the_scale_has_marks(values, limits):
    low, high, step = scale(values, *limits)
    assert low <= min(values) <= max(values) <= high
    assert 0 < step <= high - low <= step * 13


@given(st.data())
def test_no_value_of_a_measurement_is_lost_or_invented(data):
    patient = a_patient()
    visits = [a_visit(patient, date(2026, month, 1), "M2") for month in (1, 4, 8)]
    given_ = {
        (visit.id, kind.id): data.draw(st.none() | st.integers(0, 90).map(float))
        for visit in visits
        for kind in list(kinds().values())[:3]
    }
    measured = tuple(
        Measurement(visit_id=visit.id, kind=kind, value=value)
        for visit in visits
        for kind in ("snip", "mip", "pcf")
        if (value := given_[visit.id, kind]) is not None
    )
    record = a_record(patient, *visits, measurements=measured)
    drawn = [value for plot in plots(record) for _day, value in points(plot)]
    assert sorted(drawn) == sorted(value for value in given_.values() if value is not None)
