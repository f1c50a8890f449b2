"""Where things are on the figures of a group."""

from itertools import pairwise

from core.cohort import means
from core.cohort.fields import FVC, TOTAL, number_fields
from core.cohort.plots import means_plot
from core.cohort.plots.axes import Sheet
from core.reports import stack
from core.views.stack.shapes import Drawing, Line, Text


def figure(cohort, field: str) -> Drawing:
    sheet = Sheet(width=340, height=200, measure=stack.measure)
    return means_plot.draw(means.means(cohort, number_fields()[field]), sheet, same=True)


def words(drawing: Drawing, line: str) -> dict[str, float]:
    """The words of a line under the axis, with their places."""
    texts = [one for one in drawing.shapes if isinstance(one, Text)]
    (y,) = (one.y for one in texts if one.words == line)
    return {one.words: one.x for one in texts if one.y == y and one.words != line}


def test_a_visit_years_later_leaves_room_for_the_others(finished_cohort):
    """Year 5 has its place after a cut of the axis: months 0 to 12 keep most of the width, and can be read."""
    drawing = figure(finished_cohort, TOTAL)
    places = words(drawing, "month")
    assert list(places) == ["0", "2", "4", "6", "12", "60"]
    months = list(places.values())
    gaps = [after - before for before, after in pairwise(months)]
    assert min(gaps) > 24, "n has two digits"
    assert months[4] - months[0] > 2 * gaps[4]
    lines = [one for one in drawing.shapes if isinstance(one, Line)]
    strokes = [one for one in lines if one.x1 != one.x2 and one.y1 != one.y2]
    assert len(strokes) == 2
    assert all(months[4] < stroke.x1 < months[5] for stroke in strokes)


def test_an_axis_without_such_a_visit_is_not_cut(finished_cohort):
    places = words(figure(finished_cohort, FVC), "month")
    assert list(places) == ["0", "2", "4", "6", "12"]
    step = places["2"] - places["0"]
    assert abs(places["12"] - places["6"] - 3 * step) < 1e-6
