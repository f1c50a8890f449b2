"""How far and how fast: stages, deltaFS, slopes and the projected crossing of one record, in words as well."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.spirometry import Position
from core.model.visit import ClinicalStage
from core.science import progression
from core.science.history import duration_span, onset_day, onset_span
from core.science.progression import NoSlope, Pace, Slope, months_between
from core.science.projection import Crossing, NoCrossing, crosses
from core.science.spirometry import leading_capacities
from core.science.staging import Kings, KingsStage, MitosDomain, MitosStage, ft9, kings, mitos
from core.views.trends import (
    line,
    percent_scatter,
    slope_days,
    totals,
    vital_capacity_title,
)
from core.words import MISSING, N_, Words, _, day, number, plural

ESTIMATED = N_("estimated from ALSFRS-R")
PACE = Words(
    {
        Pace.SLOW: N_("slow"),
        Pace.INTERMEDIATE: N_("intermediate"),
        Pace.FAST: N_("fast"),
    }
)
MITOS = Words(
    {
        MitosDomain.MOVEMENT: N_("movement"),
        MitosDomain.SWALLOWING: N_("swallowing"),
        MitosDomain.COMMUNICATING: N_("communicating"),
        MitosDomain.BREATHING: N_("breathing"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages that one form stands for, on its day. ``ft9`` is None where it is switched off."""

    on: date
    kings: KingsStage
    mitos: MitosStage
    ft9: int | None
    ft9_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaFs:
    """Points lost per month from onset to the form of one day; positive is worse.

    ``per_month`` and ``months`` are those of the assumed day of onset (``exact`` says whether it is the
    day itself), None where that does not lie before the form. ``lowest`` and ``highest`` are those of
    every day that the onset can mean; ``highest`` is infinite where it can be the day of the form.
    ``onset`` is the assumed day. ``pace`` is None where these days do not agree on the class. ``on`` is None where a total was stated
    without its day.
    """

    lost: float
    months: float | None
    per_month: float | None
    lowest: float
    highest: float
    pace: Pace | None
    on: date | None
    exact: bool
    stated: bool
    onset: date | None = None


class Window(StrEnum):
    """Which forms a slope is made from."""

    ALL = "all"
    RECENT = "recent"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSlope:
    """The slope of one window; ``name`` says which forms they are, with the day of the last."""

    window: Window
    name: str
    result: Slope | NoSlope


def stages(record: PatientRecord, form: Assessment) -> Stages:
    """The stages of one ALSFRS-R, with the events known by its day. Who answers it is alive."""
    instrument = instruments.named(form.instrument, form.version)
    values = form.values
    items = {number: values.get(slot) for number, slot in enumerate(instrument.slots, start=1)}
    shown = bool(record.thresholds["ft9_shown"])
    return Stages(
        on=form.date,
        kings=kings(
            items,
            item5b=on_gastrostomy_scale(instrument, form),
            gastrostomy=record.had(MilestoneKind.GASTROSTOMY, form.date),
            dead=False,
        ),
        mitos=mitos(items, dead=False),
        ft9=ft9(items, dead=False) if shown else None,
        ft9_shown=shown,
    )


def last_stages(record: PatientRecord) -> Stages | None:
    """The last stages that can be given; those of the last form, with what is missing, where none can.

    None where no form has an answer. Death is not looked at.
    """
    found = [stages(record, f) for f in record.answered(instruments.ALSFRS_R) if f.values]
    given = [s for s in found if s.kings.stage is not None or s.mitos.stage is not None]
    return (given or found)[-1] if found else None


def clinical_stage(record: PatientRecord) -> tuple[date, ClinicalStage] | None:
    """The last stage that a clinician entered by hand, with the day of that visit."""
    judged = [(v.date, v.clinical_stage) for v in record.visits if v.clinical_stage is not None]
    return judged[-1] if judged else None


def delta_fs(record: PatientRecord) -> DeltaFs | None:
    """Of the last complete form; of the stated total where there is no form.

    None where the onset is unknown, or cannot lie before the form.
    """
    patient = record.patient
    points = totals(record, instruments.alsfrs_r())
    if points:
        last = points[-1]
        return _delta_fs(record, last.value, last.day, stated=False)
    stated = record.stated(ExternalKind.ALSFRS_R_TOTAL)
    if not stated:
        return None
    total, on = stated[-1].value, stated[-1].measured_on
    if on is not None and onset_day(patient) is not None:
        return _delta_fs(record, total, on, stated=True)
    months = patient.stated_duration_months
    if not months or not (on is None or on == patient.stated_on):  # both are of the baseline
        return None
    rates = progression.delta_fs_between(round(total), *duration_span(months))
    if rates is None:
        return None
    return DeltaFs(
        lost=progression.ALSFRS_R_MAXIMUM - total,
        months=months,
        per_month=progression.delta_fs(round(total), months),
        lowest=rates[0],
        highest=rates[1],
        pace=_agreed_pace(record, rates),
        on=on,
        exact=False,
        stated=True,
    )


def slopes(record: PatientRecord) -> tuple[WindowSlope, ...]:
    """The ALSFRS-R slope over all forms, the last months, and since the reference day.

    A window that holds the same forms as one before it is left out: it would say the same again.
    """
    points = [(p.day, p.value) for p in totals(record, instruments.alsfrs_r())]
    months = record.thresholds["slope_months"]
    windows = [(Window.ALL, _("all forms"), points)]
    if points:
        name = _("{months:g} months to {day}").format(months=months, day=day(points[-1][0]))
        windows.append((Window.RECENT, name, progression.last_months(points, months)))
    reference = record.patient.reference_on
    if reference is not None:
        name = _("since {day}").format(day=day(reference))
        windows.append((Window.REFERENCE, name, [p for p in points if p[0] >= reference]))
    found: list[WindowSlope] = []
    taken: list[list[tuple[date, float]]] = []
    for window, name, some in windows:
        if some not in taken:
            taken.append(some)
            found.append(WindowSlope(window=window, name=name, result=line(record, some)))
    return tuple(found)


def shown_slope(found: Sequence[WindowSlope]) -> Slope | NoSlope:
    """The one that is shown first: of the last months where they hold enough forms, else of all forms."""
    recent = (one for one in found if one.window is Window.RECENT and isinstance(one.result, Slope))
    return next(recent, found[0]).result


def capacity_crossing(record: PatientRecord) -> tuple[str, Crossing | NoCrossing] | None:
    """When seated FVC (or SVC, where only that is measured) falls to the NIV line; None where never measured."""
    sessions = leading_capacities(record)
    if not sessions:
        return None
    title = vital_capacity_title(sessions[-1][0].test_type, Position.SITTING)
    results = [result for _session, result in sessions]
    return title, crosses(
        [(session.date, one.percent) for session, one in sessions if one.percent is not None],
        record.thresholds["a1_vc_percent"],
        minimum_span_days=slope_days(record),
        least_scatter=percent_scatter(record, results),
        fewest=round(record.thresholds["crossing_fewest"]),
        spans_ahead=record.thresholds["projection_spans"],
    )


def kings_short(stage: KingsStage) -> str:
    """As ``kings_text``, in so few words that it fits a card; a dash where it cannot be said."""
    if stage.stage is Kings.NOT_STAGEABLE:
        return _("not stageable")
    return MISSING if stage.stage is None else kings_text(stage)


def kings_text(stage: KingsStage) -> str:
    """``3``, ``4B (+4A)``; why there is none where it cannot be said."""
    if stage.stage is None:
        asked = ", ".join(str(n) for n in stage.missing)
        return _("cannot be said: question {n} is open").format(n=asked) if asked else MISSING
    if stage.stage is Kings.NOT_STAGEABLE:
        return _("not stageable from ALSFRS-R")
    both = stage.stage is Kings.FOUR_B and stage.nutritional_failure
    return _("4B (+4A)") if both else stage.stage.value


def mitos_text(stage: MitosStage) -> str:
    """``2 (movement, breathing)``, or that it cannot be said."""
    lost = [MITOS[domain] for domain, gone in stage.lost.items() if gone]
    if stage.stage is None:
        open_ = [MITOS[domain] for domain, gone in stage.lost.items() if gone is None]
        return _("cannot be said: {domains} open").format(domains=", ".join(open_))
    return f"{stage.stage} ({', '.join(lost)})" if lost else str(stage.stage)


def rate_text(per_month: float, unit: str) -> str:
    """``loses 0.92 points/month`` of a change per month (negative is a loss): the direction is a word."""
    size = number(abs(per_month), 2, unit)
    if float(f"{per_month:.2f}") == 0:
        return _("no change: {size}").format(size=size)
    return (_("loses {size}") if per_month < 0 else _("gains {size}")).format(size=size)


def interval_text(low: float, high: float) -> str:
    """``95 % CI loses 0.60 to 1.25`` of a change per month, with both directions where it has both."""
    least, most = (number(abs(value), 2) for value in (high, low))
    if high <= 0:
        words = _("95 % CI loses {least} to {most}")
    elif low >= 0:
        least, most = most, least
        words = _("95 % CI gains {least} to {most}")
    else:
        words = _("95 % CI loses {most} to gains {least}")
    return words.format(least=least, most=most)


def slope_interval_text(result: Slope) -> str:
    """The interval of a slope, or that so few forms have none."""
    if result.ci_low is None or result.ci_high is None:
        return _("too few for an interval")
    return interval_text(result.ci_low, result.ci_high)


def basis_text(result: Slope) -> str:
    """``5 forms, 12.0 months to 11 Mar 2015``."""
    return _("{n} forms, {months} months to {day}").format(
        n=result.n, months=number(result.months, 1), day=day(result.last)
    )


def delta_fs_text(rate: DeltaFs) -> str:
    """The rate, its class, and what it is made from: points, months and the day of the form."""
    return _("{rate}, {pace}: {basis}").format(
        rate=delta_fs_rate_text(rate, _("points/month")),
        pace=pace_text(rate),
        basis=delta_fs_basis_text(rate),
    )


def delta_fs_rate_text(rate: DeltaFs, unit: str) -> str:
    """``loses 0.71 points/month``; every rate that is possible where these do not agree on the class."""
    if rate.pace is not None and rate.per_month is not None:
        return rate_text(-rate.per_month, unit)
    if rate.lowest == rate.highest:
        return rate_text(-rate.lowest, unit)
    if rate.highest == math.inf:
        return _("loses {low} or more").format(low=_rough(rate.lowest, unit))
    return _("loses between {low} and {high}").format(
        low=_rough(rate.lowest), high=_rough(rate.highest, unit)
    )


def delta_fs_basis_text(rate: DeltaFs) -> str:
    """``17 points in 23.9 months, to 17 Jun 2026``; about, and why, where the day of onset is not known."""
    basis = _lost(rate)
    if rate.on is not None:
        basis = _("{basis}, to {day}").format(basis=basis, day=day(rate.on))
    if rate.stated:
        basis = _("{basis}, from the stated total").format(basis=basis)
    elif not rate.exact and rate.onset is not None:
        text = _("{basis} (onset taken as {onset})")
        basis = text.format(basis=basis, onset=day(rate.onset))
    return basis


def _lost(rate: DeltaFs) -> str:
    lost = plural(round(rate.lost), "1 point", "{n} points")
    if rate.months is None:
        return lost
    if rate.exact:
        return _("{lost} in {n} months").format(lost=lost, n=number(rate.months, 1))
    return _("{lost} in about {n} months").format(lost=lost, n=number(rate.months, 0))


def delta_fs_lines(rate: DeltaFs) -> tuple[str, ...]:
    """The class, and in short lines what the rate is made from, below a total whose day is said."""
    lines = [pace_text(rate), _("deltaFS: {basis}").format(basis=_lost(rate))]
    if rate.stated:
        lines.append(_("from the stated total"))
    elif not rate.exact and rate.onset is not None:
        lines.append(_("onset taken as {onset}").format(onset=day(rate.onset)))
    return tuple(lines)


def pace_text(rate: DeltaFs) -> str:
    """``intermediate``; or that what is known of the onset does not decide it."""
    if rate.pace is None:
        return _("class cannot be said, the day of onset is not known")
    return PACE[rate.pace]


def crossing_text(found: Crossing | NoCrossing) -> str:
    """The day with its interval and what it was made from, or why it cannot be said."""
    if isinstance(found, NoCrossing):
        return _("cannot be said: {reason}").format(reason=found.reason)
    low = day(found.earliest)
    interval = (
        _("95 % interval {low} to {high}").format(low=low, high=day(found.latest))
        if found.latest
        else _("95 % interval {low} to later than {horizon}").format(
            low=low, horizon=day(found.horizon)
        )
    )
    return _("about {day} ({interval}; {n} sessions, {months} months to {last})").format(
        day=day(found.on),
        interval=interval,
        n=found.slope.n,
        months=number(found.slope.months, 1),
        last=day(found.slope.last),
    )


def _delta_fs(record: PatientRecord, total: float, on: date, *, stated: bool) -> DeltaFs | None:
    """Of a total of a known day, with a known or assumed day of onset."""
    patient = record.patient
    assumed, span = onset_day(patient), onset_span(patient)
    if assumed is None or span is None:
        return None
    rates = progression.delta_fs_range(round(total), *span, on)
    if rates is None:
        return None
    months = months_between(assumed, on)
    rate = progression.delta_fs(round(total), months)
    return DeltaFs(
        lost=progression.ALSFRS_R_MAXIMUM - total,
        months=None if rate is None else months,
        per_month=rate,
        lowest=rates[0],
        highest=rates[1],
        pace=_agreed_pace(record, rates),
        on=on,
        exact=patient.onset is not None and patient.onset.exact,
        stated=stated,
        onset=assumed,
    )


def _rough(rate: float, unit: str = "") -> str:
    return number(rate, 2 if rate < 10 else 0, unit)


def _agreed_pace(record: PatientRecord, rates: tuple[float, float]) -> Pace | None:
    """The class of the lowest and the highest rate; None where these are not of one class."""
    paces = {_pace(record, rate) for rate in rates}
    return paces.pop() if len(paces) == 1 else None


def _pace(record: PatientRecord, rate: float) -> Pace:
    """The class of a rate; an infinite one is of the fastest."""
    return progression.pace(
        min(rate, sys.float_info.max),
        slow_below=record.thresholds["delta_fs_slow_below"],
        fast_from=record.thresholds["delta_fs_fast_from"],
    )


def on_gastrostomy_scale(instrument: Instrument, form: Assessment) -> bool | None:
    """Whether question 5 was answered on its scale for patients with gastrostomy; None while it is open."""
    given: list[Item] = [
        instrument.item(answer.item)
        for slot, answer in form.answers.items()
        if len(instrument.variants(slot)) > 1 and answer.value is not None
    ]
    return None if not given else any(item.requires for item in given)
