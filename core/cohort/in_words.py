"""The figures of a group in sentences: beside them, and for who does not see them."""

import math
from collections.abc import Iterator

from core.cohort.means import At, Means, missing_words
from core.cohort.missing import SEEN_WORDS, Flow, Matrix, Seen, ends_words
from core.cohort.plots.means_plot import SPREADS, Spread, middle, whiskers
from core.cohort.survival import Survival
from core.science.statistics.fit import NoFit
from core.science.statistics.mixed_model import MixedModel
from core.science.statistics.summary import Summary
from core.science.statistics.survival import Interval, KaplanMeier
from core.words import N_, Words, _, n_events, n_patients, number, plural, signed

INTERVALS = Words(
    {
        Interval.LOG_LOG: N_("95 % CI log-log"),
        Interval.PLAIN: N_("95 % CI plain"),
    }
)


def of_means(means: Means, spread: Spread) -> str:
    """Every point of the figure: n of how many, its value, its scatter, and who is missing."""
    if not means.at:
        return _("No patient has this value.")
    points = " ".join(_point(one, spread, means.field.decimals) for one in means.at)
    return f"{SPREADS[spread]}. {points}"


def _point(at: At, spread: Spread, decimals: int) -> str:
    text = _("{visit}: {value}, n {n} of {of}.").format(
        visit=at.slot.title, value=value(at.summary, spread, decimals), n=at.n, of=at.of
    )
    missing = missing_words(at.missing)
    return f"{text} {_('Missing: {why}.').format(why=missing)}" if missing else text


def value(one: Summary, spread: Spread, decimals: int) -> str:
    """“35.4, SE 1.2”; “36.0, quartiles 33.0 to 38.0”."""
    shown, ends = number(middle(one, spread), decimals), whiskers(one, spread)
    if spread is Spread.QUARTILES and ends is not None:
        low, high = (number(end, decimals) for end in ends)
        return _("median {value}, quartiles {low} to {high}").format(
            value=shown, low=low, high=high
        )
    scatter = one.se if spread is Spread.SE else one.sd
    se = spread is Spread.SE
    text = _("mean {value}, SE {scatter}") if se else _("mean {value}, SD {scatter}")
    return text.format(value=shown, scatter=number(scatter, decimals))


def same_patients(means: Means) -> str:
    """Whose the dashed line is, or why there is none."""
    most = max((one.n for one in means.at), default=0)
    if means.n_same == most:
        return _("The patients are the same at every visit: it is the same line.")
    if means.n_same > 1:
        return _("Dashed: the {n} patients who have a value at every visit.").format(n=means.n_same)
    return plural(
        means.n_same,
        "1 patient alone has a value at every visit: no line is drawn.",
        "{n} patients have a value at every visit: no line is drawn.",
    )


def slopes(means: Means) -> str:
    """The mean of the patients' own slopes, with its interval and how many have none."""
    found, unit = means.slopes, _per_month(means.field.unit)
    if found.mean is None:
        return _("No patient has this value at two times: there is no slope.")
    interval = found.mean.interval()
    reach = "" if interval is None else f" {_ci(*interval)}"
    n = found.mean.n
    text = plural(
        n,
        "Slope of the one patient with two values: {value}{ci}.",
        "Mean of {n} patients' own slopes: {value}{ci}.",
    ).format(value=signed(found.mean.mean, 2, unit), ci=reach)
    if found.without:
        left = plural(
            found.without,
            "1 patient has values of one time only.",
            "{n} patients have values of one time only.",
        )
        text = f"{text} {left}"
    return text


def model(fit: MixedModel | NoFit, means: Means) -> str:
    """The mixed model's slope with its interval, or why there is none."""
    if isinstance(fit, NoFit):
        return _("Mixed model: no number. {reason}").format(reason=fit.reason)
    text = _("Mixed model: {slope} {ci}, {patients}, {values}.").format(
        slope=signed(fit.slope, 2, _per_month(means.field.unit)),
        ci=_ci(*fit.interval()),
        patients=n_patients(fit.patients),
        values=plural(fit.n, "1 value", "{n} values"),
    )
    return " ".join(filter(None, (text, singular(fit))))


def singular(fit: MixedModel) -> str:
    """That its interval may be too narrow; empty where the fit is none of these."""
    if not fit.on_the_edge:
        return ""
    return _(
        "The patients' own levels or slopes show no scatter that the model can tell apart (a singular fit):"
        " its interval may be too narrow."
    )


def _per_month(unit: str) -> str:
    """“points a month”: what a scale goes up to belongs to no rate."""
    if unit == "%":
        return _("% points a month")
    short = _("points") if unit.startswith(_("points")) else unit
    return _("{unit} a month").format(unit=short) if short else _("a month")


def _ci(low: float, high: float, decimals: int = 2) -> str:
    return _("(95 % CI {low} to {high})").format(
        low=signed(low, decimals), high=signed(high, decimals)
    )


def of_survival(found: Survival) -> str:
    """The curve in a few sentences: at each year, its median, and how it ends."""
    return " ".join(_survival(found))


def _survival(found: Survival) -> Iterator[str]:
    curve = found.curve
    if isinstance(curve, NoFit):
        yield curve.reason
        return
    yield f"{n_patients(curve.n)}, {n_events(int(found.followed.events.sum()))}."
    for month in _told(curve.last):
        at = curve.at(month)
        if at is not None:
            yield _("{month} months: {percent} % {ci}, {n} at risk.").format(
                month=f"{month:.3g}",
                percent=number(100 * at[0], 1),
                ci=percent_ci(*at),
                n=curve.number_at_risk(month),
            )
    yield median(curve)


def median(curve: KaplanMeier) -> str:
    """“Median 34.2 months (95 % CI 22.1 to not reached).”"""
    if curve.median is None:
        return _("The median is not reached.")
    ends = [_("not reached") if end is None else number(end, 1) for end in curve.median_interval]
    return _("Median {months} months (95 % CI {low} to {high}).").format(
        months=number(curve.median, 1), low=ends[0], high=ends[1]
    )


def _told(last: float) -> list[float]:
    """The whole years that anybody was followed for, else the end; at most five."""
    years = [12.0 * at for at in range(1, int(last // 12) + 1)]
    if not years:
        return [last]
    every = -(-len(years) // 5)
    return years[every - 1 :: every]


def percent_ci(survival: float, _se: float, low: float, high: float) -> str:
    """“(95 % CI 54.7 to 93.9)”, or that there is none: nobody is left, or nobody has had the event."""
    if survival == 1 or math.isnan(low):
        return _("(no interval)")
    return _("(95 % CI {low} to {high})").format(
        low=number(100 * low, 1), high=number(100 * high, 1)
    )


def of_matrix(matrix: Matrix) -> str:
    """How many cells there are of each kind, by visit."""
    lines = []
    for title, counts in zip(matrix.titles, matrix.by_visit(), strict=True):
        kinds = [f"{SEEN_WORDS[seen]} {counts[seen]}" for seen in Seen if counts.get(seen)]
        lines.append(f"{title}: {', '.join(kinds)}.")
    return " ".join(lines)


def of_flow(flow: Flow) -> str:
    """Who came, who was enrolled and treated, how it stands with them, each with what it is of."""
    parts = [
        _("{n} screened.").format(n=flow.assessed),
        _("{n} enrolled.").format(n=flow.enrolled),
        _("{n} of them treated.").format(n=flow.treated),
        _("Of the enrolled, {ends}.").format(ends=ends_words(flow)),
    ]
    return " ".join(parts)
