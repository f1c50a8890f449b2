"""Figure 2: ALSFRS-R total and forced vital capacity at each visit, with n under every point."""

from collections.abc import Iterator, Sequence

from core.cohort import fields, in_words
from core.cohort.means import Means, course, means, missing_words
from core.cohort.plots import means_plot, panels
from core.cohort.plots.means_plot import SPREADS, Spread
from core.instruments.catalog import ALSFRS_R
from core.model.nouns import SPIROMETRY
from core.reports.trial.content import Column, Figure, Made, Table, Value, sheet
from core.reports.trial.study import Study
from core.science.statistics.fit import NoFit
from core.science.statistics.summary import Summary
from core.words import _, signed

_HEIGHT = 240.0  # px


def make(study: Study) -> Made:
    known = fields.number_fields()
    spread = Spread(study.source.asked.spread)
    both = [
        (_("ALSFRS-R"), _("ALSFRS-R, points of 48"), means(study.group, known[fields.TOTAL])),
        (_("FVC"), _("FVC, % predicted"), means(study.group, known[fields.FVC])),
    ]
    whole = sheet(_HEIGHT)
    one = panels.panel_sheet(whole, len(both))
    drawn = [(title, means_plot.draw(found, one, spread)) for _short, title, found in both]
    changes = [sentence for _s, _t, found in both for sentence in found.sentences]
    counts = _counts(both[0][2])
    caption = _(
        "ALSFRS-R total and forced vital capacity after the infusion: {spread} of the patients seen, every patient behind"
    )
    figure = Figure(
        number=2,
        name="course",
        title=caption.format(spread=SPREADS[spread]),
        n=_("n under every point; {group}").format(group=study.group_words),
        drawing=panels.beside(whole, drawn),
        sentences=(
            *(_slopes(short, found) for short, _title, found in both),
            *(_mixed(short, found) for short, _title, found in both),
            *(
                f"{short}: {sentence}"
                for short, _title, found in both
                for sentence in found.sentences
            ),
            *_nowhere(study, both),
            _("No group without treatment was followed: the change is not the effect of anything."),
        ),
    )
    n = _("n {counts}").format(counts=counts) if counts else _("n 0")
    return Made(
        n=n,
        parts=(figure, _table(study, both)),
        warning=_("n changes between visits: a mean can rise while every patient falls.")
        if changes
        else "",
    )


def _counts(found: Means) -> str:
    return ", ".join(str(one.n) for one in found.at)


def _nowhere(study: Study, both: Sequence[tuple[str, str, Means]]) -> Iterator[str]:
    """At which visits nobody has the one value, although somebody has the other."""
    titles = {at.slot.title for _short, _title, found in both for at in found.at}
    for (short, _title, found), asks in zip(both, (ALSFRS_R, SPIROMETRY), strict=True):
        empty = titles - {at.slot.title for at in found.at}
        kinds = [kind for kind in study.protocol.visits if kind.title in empty]
        for asked in (False, True):
            names = ", ".join(kind.title for kind in kinds if (asks in kind.assessments) is asked)
            if not names:
                continue
            text = (
                _("{name}: nobody has a value at {visits}.")
                if asked
                else _("{name}: the schedule asks for none at {visits}.")
            )
            yield text.format(name=short, visits=names)


def _slopes(name: str, found: Means) -> str:
    mean, unit = found.slopes.mean, found.field.unit.split(" ")[0]
    if mean is None:
        return _("{name}: no patient has values at two visits, so that nobody has a slope.").format(
            name=name
        )
    limits = mean.interval()
    if limits is None:
        text = _("{name}: one patient's slope is {mean} {unit}/month; one has no interval.")
        return text.format(name=name, mean=signed(mean.mean, 2), unit=unit)
    text = _(
        "{name}: mean of the {n} patients' slopes {mean} {unit}/month (95 % CI {low} to {high})."
    )
    return text.format(
        name=name,
        n=mean.n,
        mean=signed(mean.mean, 2),
        unit=unit,
        low=signed(limits[0], 2),
        high=signed(limits[1], 2),
    )


def _mixed(name: str, found: Means) -> str:
    fit = course(found)
    if isinstance(fit, NoFit):
        return _("{name}: no mixed model: {reason}").format(name=name, reason=fit.reason)
    low, high = fit.interval()
    text = _(
        "{name}: by a mixed model of all {values} values of {n} patients {slope} {unit}/month (95 % CI {low} to {high})."
    )
    said = text.format(
        name=name,
        values=fit.n,
        n=fit.patients,
        slope=signed(fit.slope, 2),
        unit=found.field.unit.split(" ")[0],
        low=signed(low, 2),
        high=signed(high, 2),
    )
    return " ".join(filter(None, (said, in_words.singular(fit))))


def _table(study: Study, both: Sequence[tuple[str, str, Means]]) -> Table:
    """The numbers behind the figure."""
    rows: list[tuple[Value, ...]] = [
        (
            title,
            at.slot.title,
            at.n,
            at.of,
            *_described(at.summary),
            missing_words(at.missing),
        )
        for _short, title, found in both
        for at in found.at
    ]
    return Table(
        number=3,
        name="course",
        title=_("ALSFRS-R total and forced vital capacity at each visit"),
        n=_("n of {group}").format(group=study.group_words),
        columns=(
            Column(title=_("Value"), width=2.2),
            Column(title=_("Visit"), width=1.2),
            Column(title=_("n"), width=0.5, right=True),
            Column(title=_("of"), width=0.5, right=True),
            Column(title=_("Mean"), width=0.8, decimals=2, right=True),
            Column(title=_("SD"), width=0.8, decimals=2, right=True),
            Column(title=_("SE"), width=0.8, decimals=2, right=True),
            Column(title=_("Median"), width=0.9, decimals=2, right=True),
            Column(title=_("Lowest"), width=0.9, decimals=1, right=True),
            Column(title=_("Highest"), width=0.9, decimals=1, right=True),
            Column(title=_("Missing, and why"), width=2.6),
        ),
        rows=rows,
        empty=_("No patient has a value."),
    )


def _described(one: Summary) -> tuple[Value, ...]:
    return (one.mean, one.sd, one.se, one.median, one.low, one.high)
