"""The first page: what was found in a few lines, and the methods in words that follow from what was done."""

from collections.abc import Iterator

from core.cohort import fields, missing
from core.cohort.events import event_table
from core.cohort.means import means
from core.cohort.plots.means_plot import SPREADS, Spread
from core.cohort.survival import Zero
from core.cohort.survival import survival as curve_of
from core.reports.trial.chapters import adverse_events, baseline, survival
from core.reports.trial.chapters.computed import equations, schedule_words
from core.reports.trial.content import Made, Words
from core.reports.trial.study import Study
from core.words import _, day, plural, signed


def make(study: Study) -> Made:
    n = _("{title} version {version}, generated text").format(
        title=study.protocol.title, version=study.protocol.version
    )
    return Made(
        n=n,
        parts=(
            Words(title=_("Summary"), paragraphs=tuple(_found(study))),
            Words(title=_("Methods"), paragraphs=tuple(methods(study))),
        ),
    )


def _found(study: Study) -> Iterator[str]:
    found = missing.flow(study.everybody)
    text = _(
        "Of {screened} patients who were screened, {enrolled} were enrolled and {treated} treated. Up to {day}, of the enrolled {ends}."
    )
    yield text.format(
        screened=found.assessed,
        enrolled=found.enrolled,
        treated=found.treated,
        ends=missing.ends_words(found),
        day=day(study.until),
    )
    yield _("Baseline (n {n}): {line}").format(
        n=study.group.n, line=baseline.line(baseline.numbers(study.group, coded=study.coded))
    )
    yield from _courses(study)
    curve = curve_of(study.group, zero=Zero.TREATMENT if study.treated else Zero.ONSET)
    yield _("{title} (n {n}): {said}").format(
        title=curve.title, n=curve.followed.n, said=" ".join(survival.levels(curve.curve))
    )
    total = event_table(study.group).any_
    yield _("Treatment-emergent adverse events: {line}").format(
        line=adverse_events.any_words(total)
    )


def _courses(study: Study) -> Iterator[str]:
    """The slope of each number in a sentence."""
    known = fields.number_fields()
    for title, unit, field in (
        (_("ALSFRS-R"), _("points/month"), fields.TOTAL),
        (_("FVC"), _("%/month"), fields.FVC),
    ):
        mean = means(study.group, known[field]).slopes.mean
        limits = None if mean is None else mean.interval()
        if mean is None or limits is None:
            continue
        text = _("{title}: {slope} {unit} (95 % CI {low} to {high}), mean of {n} patients' slopes.")
        yield text.format(
            title=title,
            slope=signed(mean.mean, 2),
            unit=unit,
            low=signed(limits[0], 2),
            high=signed(limits[1], 2),
            n=mean.n,
        )


def methods(study: Study) -> Iterator[str]:
    """The paragraph of a paper, made from what was done."""
    yield " ".join(_design(study))
    yield " ".join(_measured(study))
    yield " ".join(_analysed(study))


def _design(study: Study) -> Iterator[str]:
    yield _("{title}: one group, without a group that was not treated.").format(
        title=study.protocol.title
    )
    days = [one.treated_on for one in study.members if one.treated_on is not None]
    if days and not study.source.asked.days_only:
        text = _("Infusions were given from {first} to {last} (n {n}).")
        if min(days) == max(days):
            text = _("Infusions were given on {first} (n {n}).")
        yield text.format(first=day(min(days)), last=day(max(days)), n=len(days))
    elif days:
        yield plural(
            len(days), "1 patient was given an infusion.", "{n} patients were given an infusion."
        )
    yield _("Visits were planned at {visits}.").format(visits=schedule_words(study.protocol))
    yield _("Data were cut on {day}.").format(day=day(study.until))


def _measured(study: Study) -> Iterator[str]:
    yield _(
        "Function was rated by the ALSFRS-R (0 to 48 points); forced vital capacity was measured seated, in % predicted."
    )
    yield from equations(study)
    values = study.group.values
    shown = values[values["field"].isin([fields.TOTAL, fields.FVC])]
    stated = int(shown["stated"].sum())
    if stated:
        yield _(
            "{n} of {all} of these values were stated by others as a total or a percentage alone."
        ).format(n=stated, all=len(shown))
    yield _("Adverse events were graded by CTCAE v5.0, and counted by patients and by events.")


def _analysed(study: Study) -> Iterator[str]:
    spread = Spread(study.source.asked.spread)
    yield _(
        "Values at visits are {spread} of the patients seen, with their number at every visit; Table 1 has mean ± SD."
    ).format(spread=SPREADS[spread])
    yield _(
        "Change over time is the mean of the patients' least-squares slopes with its 95 % interval, and that of a linear mixed model with random intercept and slope (REML)."
    )
    yield _(
        "Survival was estimated by Kaplan and Meier with log-log intervals, and censored on the last day known alive."
    )
    yield _(
        "What was missing was not replaced. No effect of a treatment was tested: there is nothing to compare with."
    )
