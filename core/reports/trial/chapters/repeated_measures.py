"""Repeated-measures analysis of variance as the trial's paper used it, with what it drops said aloud. Not usual."""

import numpy as np

from core.cohort import fields
from core.cohort.frames import PATIENT
from core.cohort.means import Means, means
from core.reports.trial.content import Column, Made, Table, Value, Words
from core.reports.trial.study import Study
from core.science.statistics.anova import RepeatedMeasures, repeated_measures
from core.science.statistics.fit import NoFit
from core.words import _, n_patients, number

_LAST_MONTH = 12.0


def make(study: Study) -> Made:
    known = fields.number_fields()
    both = [
        (_("ALSFRS-R"), means(study.group, known[fields.TOTAL])),
        (_("FVC, % predicted"), means(study.group, known[fields.FVC])),
    ]
    fits = [(title, fit(found)) for title, found in both]
    said = [_said(study, title, one) for title, one in fits]
    rows = [_row(title, one) for title, one in fits if isinstance(one, RepeatedMeasures)]
    table = Table(
        number=14,
        name="repeated-measures",
        title=_("Repeated-measures analysis of variance over the visits up to month 12: time"),
        n=" ".join(said),
        columns=(
            Column(title=_("Value"), width=1.8),
            Column(title=_("Visits"), right=True),
            Column(title=_("n complete"), right=True),
            Column(title=_("Dropped"), right=True),
            Column(title=_("F"), decimals=3, right=True),
            Column(title=_("Degrees"), width=1.4, right=True),
            Column(title=_("p"), decimals=4, right=True),
            Column(title=_("Greenhouse–Geisser ε"), width=2, decimals=3, right=True),
            Column(title=_("p corrected"), decimals=4, right=True),
            Column(title=_("Mauchly W"), decimals=3, right=True),
            Column(title=_("p of W"), decimals=4, right=True),
        ),
        rows=rows,
        empty=_("No analysis is possible."),
    )
    note = Words(
        paragraphs=(
            _(
                "This analysis takes only patients with a value at every visit: who died or missed one visit is dropped, and who is left declined less. It is here to be compared with earlier reports; the slopes of Figure 2 use all values."
            ),
            _(
                "All patients were treated: there is no second group, and a test of treatment by time has nothing to compare. None is made."
            ),
        )
    )
    return Made(n=" ".join(said), parts=(table, note), warning=_("Drops patients with a gap."))


def fit(found: Means) -> RepeatedMeasures | NoFit:
    """Over the visits of the first year, as the paper had it: one row a patient who has any value there."""
    visits = [at for at, one in enumerate(found.at) if one.slot.month <= _LAST_MONTH]
    table = found.lines.pivot(index=PATIENT, columns="slot", values="value")
    values = table.reindex(columns=visits).dropna(how="all").to_numpy(dtype=np.float64)
    if not values.size:
        return NoFit(_("No patient has this value."))
    return repeated_measures(values)


def _said(study: Study, title: str, one: RepeatedMeasures | NoFit) -> str:
    if isinstance(one, NoFit):
        return _("{title}: {reason}").format(title=title, reason=one.reason)
    text = _("{title}: complete {n} of {all}, dropped {dropped}.")
    return text.format(
        title=title, n=one.n, all=n_patients(study.group.n), dropped=study.group.n - one.n
    )


def _row(title: str, one: RepeatedMeasures) -> tuple[Value, ...]:
    time, sphericity = one.time, one.sphericity
    return (
        title,
        one.visits,
        one.n,
        one.dropped,
        time.f,
        f"{time.degrees}, {time.error_degrees}",
        _p(time.p),
        one.epsilon,
        _p(time.p_corrected),
        None if sphericity is None else sphericity.w,
        None if sphericity is None else _p(sphericity.p),
    )


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return _("< 0.0001") if p < 0.0001 else number(p, 4)
