"""Table 1: each patient at the baseline, and a line that sums them up, as the paper has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from core.cohort.fields import FVC, TOTAL
from core.cohort.frames import Cohort
from core.cohort.slots import baselines
from core.labels import ONSET, SEX
from core.model.patient import OnsetRegion, Sex
from core.reports.trial.content import Column, Made, Table, Value
from core.reports.trial.study import Study
from core.science.progression import delta_fs
from core.science.statistics.summary import Summary, summary
from core.words import MISSING, _, number, plural

if TYPE_CHECKING:
    import pandas as pd

_OLDEST = 90.0  # years
_BASELINE = {TOTAL: "stated_total", FVC: "stated_capacity"}  # with what was stated at registration
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class _Number:
    """A column of numbers: ``decimals`` are those of its mean, and of each value that is ``computed``."""

    title: str
    values: Sequence[float | None]
    decimals: int
    computed: bool = False
    most: float | None = None  # from where on a value is not told

    def said(self, at: int) -> str:
        """A patient's value: as it was entered, to two decimals at most, where it was."""
        value = self.values[at]
        if value is None:
            return ""
        return number(value, self.decimals) if self.computed else self.plain(value)

    def plain(self, value: float) -> str:
        """A value as it was entered, to two decimals, without zeros that nobody entered."""
        if self.most is not None and value >= self.most:
            return _("{n} or over").format(n=f"{self.most:g}")
        text = number(value, 2)
        return text.rstrip("0").rstrip(".") if "." in text else text

    @property
    def span(self) -> str:
        """“41–111.3”: the lowest and the highest."""
        one = self.summary
        return MISSING if one is None else f"{self.plain(one.low)}–{self.plain(one.high)}"

    @property
    def summary(self) -> Summary | None:
        return summary([np.nan if one is None else one for one in self.values])


def make(study: Study) -> Made:
    found = numbers(study.group, coded=study.coded)
    patients = study.group.patients
    rows: list[tuple[Value, ...]] = []
    for at, (label, sex, onset) in enumerate(
        zip(patients["number"], patients["sex"], patients["onset_region"], strict=True)
    ):
        said = (SEX[Sex(sex)], ONSET[OnsetRegion(onset)])
        age, *rest = (one.said(at) for one in found)
        rows.append((label, age, *said, *rest))
    titles = [one.title for one in found]
    columns = (
        Column(title=_("Patient"), width=1.3),
        Column(title=titles[0], width=2, right=True),
        Column(title=_("Sex"), width=1.2),
        Column(title=_("Onset"), width=1.2),
        *(Column(title=title, width=1.8, right=True) for title in titles[1:]),
    )
    n = _("n {n}: {group}").format(n=study.group.n, group=study.group_words)
    table = Table(
        number=1,
        name="baseline",
        title=_("Patients at the baseline"),
        n=n,
        columns=columns,
        rows=rows,
        foot=_foot(found, study.group),
        notes=(line(found), *_notes(study, found)),
    )
    lacks = _lacking(found, study.group.n)
    return Made(
        n=_("n {n} · mean ± SD, median, range").format(n=study.group.n),
        parts=(table,),
        warning=lacks,
    )


def numbers(group: Cohort, *, coded: bool) -> tuple[_Number, ...]:
    """Age, duration, total, FVC % and deltaFS of every patient, in the order of the group.

    Ages over 89 are one kind in a report with ``coded`` numbers, as in 45 CFR 164.514(b)(2)(i)(C).
    """
    patients = group.patients
    totals, capacities = (
        [None if one is None else one[0] for one in _baseline(group, field, stated)]
        for field, stated in _BASELINE.items()
    )
    months = [_float(one) for one in patients["months_of_disease"]]
    rates = [
        None if total is None or not since else delta_fs(round(total), since)
        for total, since in zip(totals, months, strict=True)
    ]
    return (
        _Number(
            _("Age, years"),
            [_float(one) for one in patients["age"]],
            2,
            most=_OLDEST if coded else None,
        ),
        _Number(_("Duration, months"), months, 1),
        _Number(_("ALSFRS-R, points of 48"), totals, 2),
        _Number(_("FVC, % predicted"), capacities, 1),
        _Number(_("deltaFS, points/month"), rates, 2, computed=True),
    )


def line(found: Sequence[_Number]) -> str:
    """The summary in one sentence; every ± says of what."""
    age, duration, total, capacity, rate = (one.summary for one in found)
    parts = [
        _("Age {mean} years").format(mean=_mean(age, 2)),
        _("duration {mean} months").format(mean=_mean(duration, 1)),
        _("ALSFRS-R {mean} points").format(mean=_mean(total, 2)),
        _("FVC {range} % (mean {mean})").format(range=found[3].span, mean=_mean(capacity, 1)),
        _("deltaFS {mean} points/month").format(mean=_mean(rate, 2)),
    ]
    return "; ".join(parts) + "."


def _baseline(group: Cohort, field: str, stated: str) -> list[tuple[float, bool] | None]:
    """The last value before the treatment, else what was stated at the registration; and whether others stated it."""
    known, told = baselines(group, field), group.patients[stated]
    found = []
    for who, one in zip(told.index, told, strict=True):
        registered = _float(one)
        found.append(known.get(int(who), None if registered is None else (registered, True)))
    return found


def _foot(found: Sequence[_Number], group: Cohort) -> list[tuple[Value, ...]]:
    sexes, onsets = group.patients["sex"], group.patients["onset_region"]
    kinds = (_counted(sexes, SEX, Sex), _counted(onsets, ONSET, OnsetRegion))

    def row(
        title: str, cells: Sequence[str], middle: Sequence[str] = ("", "")
    ) -> tuple[Value, ...]:
        return (title, cells[0], *middle, *cells[1:])

    every = [one.summary for one in found]
    decimals = [one.decimals for one in found]
    both = list(zip(every, decimals, strict=True))
    return [
        row(_("n"), [str(0 if one is None else one.n) for one in every], kinds),
        row(_("Mean ± SD"), [_mean(one, places) for one, places in both]),
        row(
            _("Median"),
            [MISSING if one is None else number(one.median, places) for one, places in both],
        ),
        row(_("Range"), [one.span for one in found]),
    ]


def _counted(column: "pd.Series[str]", words: Mapping[E, str], kind: type[E]) -> str:
    counts = column.value_counts()
    ids = [one for one in kind if one.value in counts.index]
    return ", ".join(f"{counts[one.value]} {words[one]}" for one in ids)


def _notes(study: Study, found: Sequence[_Number]) -> tuple[str, ...]:
    """What is not as it seems: values that somebody else stated, and what is missing."""
    notes = [
        _(
            "SD is the standard deviation of the patients, with n − 1 below it. deltaFS is (48 − total) / months since onset."
        )
    ]
    used = (_baseline(study.group, field, stated) for field, stated in _BASELINE.items())
    stated = sum(
        any(one is not None and one[1] for one in theirs) for theirs in zip(*used, strict=True)
    )
    if stated:
        notes.append(
            plural(
                stated,
                "Of 1 patient a value was stated as a whole by others (a total without its answers, a percentage without its volume).",
                "Of {n} patients a value was stated as a whole by others (a total without its answers, a percentage without its volume).",
            )
        )
    lacks = _lacking(found, study.group.n)
    return (*notes, lacks) if lacks else tuple(notes)


def _lacking(found: Sequence[_Number], n: int) -> str:
    gone = [
        _("{what} of {n}").format(what=one.title, n=count)
        for one in found
        if (count := n - (0 if one.summary is None else one.summary.n))
    ]
    return _("Missing: {what}.").format(what="; ".join(gone)) if gone else ""


def _mean(one: Summary | None, decimals: int) -> str:
    if one is None:
        return MISSING
    if one.sd is None:
        return _("{mean} (n 1, no SD)").format(mean=number(one.mean, decimals))
    text = _("{mean} ± {sd} SD")
    return text.format(mean=number(one.mean, decimals), sd=number(one.sd, decimals))


def _float(value: object) -> float | None:
    """A number of a frame; None where it is missing."""
    import pandas as pd

    return None if pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]
