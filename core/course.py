"""How far and how fast: stages, deltaFS, slopes and the projected crossing of one record, in words as well."""

from dataclasses import dataclass
from datetime import date

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import ClinicalStage
from core.science import progression
from core.science.progression import NoSlope, Pace, Slope, months_between
from core.science.projection import Crossing, NoCrossing, crosses
from core.science.staging import Kings, KingsStage, MitosDomain, MitosStage, ft9, kings, mitos
from core.trends import (
    onset_day,
    totals,
    vital_capacities,
    vital_capacity_title,
)
from core.words import MISSING, _, day, number

ESTIMATED = _("estimated from ALSFRS-R")
PACE = {
    Pace.SLOW: _("slow"),
    Pace.INTERMEDIATE: _("intermediate"),
    Pace.FAST: _("fast"),
}
MITOS = {
    MitosDomain.MOVEMENT: _("movement"),
    MitosDomain.SWALLOWING: _("swallowing"),
    MitosDomain.COMMUNICATING: _("communicating"),
    MitosDomain.BREATHING: _("breathing"),
}


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
    """Points lost per month since onset. ``exact`` is False where the day of onset is not known.

    ``pace`` is None where the onset is known to the year only and its days do not agree on the class.
    """

    per_month: float
    pace: Pace | None
    on: date | None
    exact: bool
    stated: bool


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
            item5b=_on_gastrostomy_scale(instrument, form),
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
    """Of the last complete form; of the stated total where there is no form. None where onset is unknown."""
    patient = record.patient
    onset = onset_day(patient)
    points = totals(record, instruments.alsfrs_r())
    if points:
        last = points[-1]
        months = None if onset is None else months_between(onset, last.day)
        return _delta_fs(record, last.value, months, last.day, stated=False)
    stated = record.stated(ExternalKind.ALSFRS_R_TOTAL)
    if not stated:
        return None
    on, months = stated[-1].measured_on, None
    if on is not None and onset is not None:
        months = months_between(onset, on)
    elif on is None or on == patient.stated_on:
        months = patient.stated_duration_months  # both are of the baseline
    return _delta_fs(record, stated[-1].value, months, on, stated=True)


def slopes(record: PatientRecord) -> tuple[tuple[str, Slope | NoSlope], ...]:
    """The ALSFRS-R slope over all forms, the last 6 months, and since the reference day, with their names."""
    points = [(p.day, p.value) for p in totals(record, instruments.alsfrs_r())]
    span = round(record.thresholds["slope_minimum_days"])
    windows = [
        (_("all forms"), points),
        (_("last 6 months"), progression.last_months(points)),
    ]
    reference = record.patient.reference_on
    if reference is not None:
        windows.append((_("since the reference day"), [p for p in points if p[0] >= reference]))
    return tuple(
        (name, progression.ols_slope(some, minimum_span_days=span)) for name, some in windows
    )


def capacity_crossing(record: PatientRecord) -> tuple[str, Crossing | NoCrossing] | None:
    """When seated FVC (or SVC, where only that is measured) falls to the NIV line; None where never measured."""
    every = vital_capacities(record)
    for test_type in TestType:
        points = [
            (session.date, result.percent)
            for session, result in every
            if (session.test_type, session.position) == (test_type, Position.SITTING)
            and result.percent is not None
        ]
        if points:
            span = round(record.thresholds["slope_minimum_days"])
            title = vital_capacity_title(test_type, Position.SITTING)
            return title, crosses(
                points, record.thresholds["a1_vc_percent"], minimum_span_days=span
            )
    return None


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


def delta_fs_text(rate: DeltaFs) -> str:
    """``0.83 points/month, intermediate``; positive is worse."""
    parts = [number(rate.per_month, 2, _("points/month")), pace_text(rate)]
    if rate.stated:
        parts.append(_("from the stated total"))
    elif not rate.exact:
        parts.append(_("day of onset approximate"))
    return ", ".join(parts)


def pace_text(rate: DeltaFs) -> str:
    """``intermediate``; or that the year of onset alone does not decide it."""
    return _("class open: onset known to the year only") if rate.pace is None else PACE[rate.pace]


def crossing_text(found: Crossing | NoCrossing) -> str:
    """The day with its interval and how it was made, or why it cannot be said."""
    if isinstance(found, NoCrossing):
        return _("cannot be said: {reason}").format(reason=found.reason)
    if found.earliest == found.on == found.latest:
        return _("about {day} (results exactly on a line: no interval)").format(day=day(found.on))
    latest = day(found.latest) if found.latest else _("more than 5 years ahead")
    return _("about {day} (95 % interval {low} to {high})").format(
        day=day(found.on), low=day(found.earliest), high=latest
    )


def _delta_fs(
    record: PatientRecord, total: float, months: float | None, on: date | None, *, stated: bool
) -> DeltaFs | None:
    rate = None if months is None else progression.delta_fs(round(total), months)
    if rate is None:
        return None
    onset = record.patient.onset
    paces: set[Pace | None] = {_pace(record, rate)}
    if onset is not None and onset.month is None and on is not None:
        # The middle of a year is a guess that would decide the class: every day of it must agree.
        ends = (months_between(day, on) for day in (onset.first, min(onset.last, on)))
        rates = (progression.delta_fs(round(total), months) for months in ends)
        paces = {None if one is None else _pace(record, one) for one in rates}
    return DeltaFs(
        per_month=rate,
        pace=paces.pop() if len(paces) == 1 else None,
        on=on,
        exact=onset is not None and onset.exact,
        stated=stated,
    )


def _pace(record: PatientRecord, rate: float) -> Pace:
    return progression.pace(
        rate,
        slow_below=record.thresholds["delta_fs_slow_below"],
        fast_from=record.thresholds["delta_fs_fast_from"],
    )


def _on_gastrostomy_scale(instrument: Instrument, form: Assessment) -> bool | None:
    """Whether question 5 was answered on its scale for patients with gastrostomy; None while it is open."""
    given: list[Item] = [
        instrument.item(answer.item)
        for slot, answer in form.answers.items()
        if len(instrument.variants(slot)) > 1 and answer.value is not None
    ]
    return None if not given else any(item.requires for item in given)
