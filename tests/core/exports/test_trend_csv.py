import csv
import io
from datetime import date

from core.exports import trend_csv
from core.trends import Plot, Point, Series


def plot(*series: Series) -> Plot:
    return Plot("total", "ALSFRS-R total", "points of 48", 0, 48, 12, series)


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_every_value_stands_in_its_day_and_column_and_missing_is_empty():
    first = Series("total", "Total", (Point(date(2026, 3, 1), 37.0), Point(date(2026, 5, 1), 0.0)))
    second = Series("bulbar", "Bulbar", (Point(date(2026, 5, 1), 9.5),))
    assert rows(trend_csv.render([plot(first, second)])) == [
        [
            "date",
            "ALSFRS-R total: Total (points of 48)",
            "ALSFRS-R total: Bulbar (points of 48)",
        ],
        ["2026-03-01", "37.0", ""],
        ["2026-05-01", "0.0", "9.5"],
    ]


def test_a_stated_value_says_so_beside_it():
    stated = Point(date(2026, 3, 1), 37.0, sure=False, note="stated, items unknown")
    series = Series("total", "Total", (stated, Point(date(2026, 5, 1), 35.0)))
    head, *body = rows(trend_csv.render([plot(series)]))
    assert head[2].endswith("remark")
    assert body == [
        ["2026-03-01", "37.0", "stated, items unknown"],
        ["2026-05-01", "35.0", ""],
    ]


def test_nothing_to_export_is_a_heading_only():
    assert rows(trend_csv.render([plot()])) == [["date"]]


def test_a_value_has_the_decimals_of_the_screen():
    series = Series("fvc_sitting", "FVC %", (Point(date(2026, 3, 1), 93.79721442807146),))
    assert rows(trend_csv.render([plot(series)]))[1] == ["2026-03-01", "93.8"]
