"""The values behind the trends as a table: a row for every day, a column for every series."""

from collections.abc import Iterable, Mapping
from datetime import date

from core.trends import Plot
from core.words import _

DECIMALS = 1  # of what is exported: as many as screen and paper show


def render(
    plots: Iterable[Plot], remark: str = "", missing: Mapping[date, str] | None = None
) -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect): dates in ISO, values with the decimals that the
    screen shows, an empty cell where there is no value.

    Names no patient. A column says its unit; values that draw as open symbols (stated by others, or of
    poor quality) are named in the column after it. ``missing`` says of a day why it lacks a value: without
    it an empty cell says that nothing was entered. A remark on all of it stands in a column of its own.
    """
    import pandas as pd  # 0.3 s, and only this export needs it

    columns: dict[str, pd.Series] = {}
    for plot in plots:
        for series in plot.series:
            name = f"{plot.title}: {series.title} ({plot.unit})"
            columns[name] = pd.Series(
                {p.day: round(p.value, DECIMALS) for p in series.points}, dtype=float
            )
            notes = {p.day: p.note or _("low quality") for p in series.points if not p.sure}
            if notes:
                columns[_("{name}, remark").format(name=name)] = pd.Series(notes, dtype=str)
    if missing:
        columns[_("no value")] = pd.Series(dict(missing), dtype=str)
    table = pd.DataFrame(columns).sort_index()
    table.index.name = _("date")
    if remark:
        table[remark] = ""
    text = table.to_csv(lineterminator="\r\n")
    return text.encode("utf-8-sig")
