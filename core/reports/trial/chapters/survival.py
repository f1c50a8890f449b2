"""Figure 3: survival with the numbers at risk."""

import math

from core.cohort import in_words
from core.cohort.plots import survival_plot
from core.cohort.survival import HALF_A_DAY, Survival, Zero
from core.cohort.survival import survival as curve_of
from core.reports.trial.content import Column, Figure, Made, Table, Value, sheet
from core.reports.trial.study import Study
from core.science.statistics.fit import NoFit
from core.science.statistics.survival import KaplanMeier
from core.words import _, number, plural

_HEIGHT = 230.0  # px
_YEAR = 12.0  # months
_NEAR = 0.05  # months: two days are no reason for a decimal


def make(study: Study) -> Made:
    found = curve_of(study.group, zero=Zero.TREATMENT if study.treated else Zero.ONSET)
    curve, followed = found.curve, found.followed
    died = int(followed.events.sum())
    n = _("n {n}: {died} died, {alive} censored").format(
        n=followed.n, died=died, alive=followed.n - died
    )
    figure = Figure(
        number=3,
        name="survival",
        title=_("{what} (Kaplan–Meier)").format(what=found.title),
        n=f"{n}; {study.group_words}",
        drawing=survival_plot.draw(found, sheet(_HEIGHT)),
        sentences=(*levels(curve), *found.sentences),
    )
    if isinstance(curve, NoFit):
        return Made(n=n, parts=(figure,), warning=curve.reason)
    return Made(
        n=_("{n}, followed up to {months} months").format(n=n, months=number(curve.last, 1)),
        parts=(figure, _table(study, found, curve)),
    )


def levels(curve: KaplanMeier | NoFit) -> tuple[str, ...]:
    """Survival after a year and at the last full year (else the last day) of the follow-up, each with its interval and how many were at risk."""
    if isinstance(curve, NoFit):
        return (curve.reason,)
    said = []
    if curve.last + HALF_A_DAY < _YEAR:
        said.append(
            _("Nobody was followed for 12 months, so that there is no survival of one year.")
        )
    else:
        said.append(level(curve, _YEAR))
    last = _YEAR * math.floor((curve.last + HALF_A_DAY) / _YEAR)
    if last > _YEAR:
        said.append(level(curve, last))
    elif abs(curve.last - _YEAR) > HALF_A_DAY:
        said.append(level(curve, curve.last))
    said.append(in_words.median(curve))
    return tuple(said)


def level(curve: KaplanMeier, month: float) -> str:
    """“12 months: 82.4 % (95 % CI 54.7 to 93.9), 14 at risk.”"""
    found = curve.at(min(month, curve.last))
    assert found is not None
    months = number(month, 0 if abs(month - round(month)) < _NEAR else 1)
    at_risk = plural(curve.number_at_risk(month - HALF_A_DAY), "1 at risk", "{n} at risk")
    text = _("{months} months: {survival} % {ci}, {risk}.")
    return text.format(
        months=months,
        survival=number(100 * found[0], 1),
        ci=in_words.percent_ci(*found),
        risk=at_risk,
    )


def _table(study: Study, found: Survival, curve: KaplanMeier) -> Table:
    rows: list[tuple[Value, ...]] = [
        (time, int(risk), int(events), int(censored), *(_percent(one) for one in levels))
        for time, risk, events, censored, *levels in zip(
            curve.times.tolist(),
            curve.at_risk.tolist(),
            curve.events.tolist(),
            curve.censored.tolist(),
            curve.survival.tolist(),
            curve.low.tolist(),
            curve.high.tolist(),
            strict=True,
        )
    ]
    return Table(
        number=4,
        name="survival",
        title=_("{what}: the steps of the curve").format(what=found.title),
        n=_("n {n}: {group}").format(n=found.followed.n, group=study.group_words),
        columns=(
            Column(title=_("Month"), decimals=2, right=True),
            Column(title=_("At risk"), right=True),
            Column(title=_("Died"), right=True),
            Column(title=_("Censored"), right=True),
            Column(title=_("Survival, %"), decimals=1, right=True),
            Column(title=_("95 % CI from"), decimals=1, right=True),
            Column(title=_("to"), decimals=1, right=True),
        ),
        rows=rows,
    )


def _percent(share: float) -> float | None:
    return 100 * share if not math.isnan(share) else None
