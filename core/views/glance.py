"""What a list of patients shows of each: its last values with their days, how fast they change, what supports, what is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.findings import alerts
from core.findings.alerts import Action
from core.instruments import catalog as instruments
from core.model.adverse_event import MilestoneKind
from core.model.device import Device, Status
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.science.progression import Slope
from core.science.spirometry import leading_capacities
from core.science.staging import Kings
from core.views import chart, course
from core.views.chart import Figure
from core.views.trends import totals
from core.words import N_, Words, _

Series = tuple[tuple[date, float], ...]

_DEAD = len(Kings)  # above every stage
_STAGES = list(Kings)
SUPPORT = Words(
    {
        MilestoneKind.NIV: N_("NIV"),
        MilestoneKind.TRACHEOSTOMY: N_("tracheostomy"),
        MilestoneKind.GASTROSTOMY: N_("gastrostomy"),
        MilestoneKind.NASOGASTRIC_TUBE: N_("nasogastric tube"),
    }
)
_STANDS = Words(
    {Status.OFFERED: N_("{what} offered"), Status.REFUSED: N_("{what} refused")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Each value in words with its day, and the numbers behind it to draw and to sort by; None is not known.

    ``totals`` are points of 48, ``capacities`` % predicted, in order of their days; ``per_month`` the slope of the
    total in points. ``stage`` orders King's stages. ``support`` is what helps to breathe and to eat, in use or refused;
    ``in_use`` the kinds of it that are in use. Of the dead both are empty, and no alert is open.
    """

    total: Figure
    slope: Figure
    stages: Figure
    capacity: Figure
    totals: Series
    capacities: Series
    stated_total: float | None
    stated_capacity: float | None
    per_month: float | None
    stage: int | None
    support: tuple[str, ...]
    in_use: frozenset[MilestoneKind]
    actions: tuple[Action, ...]

    @property
    def last_total(self) -> float | None:
        """The one that is shown: of the last complete form, else as it was stated."""
        return self.totals[-1][1] if self.totals else self.stated_total

    @property
    def last_capacity(self) -> float | None:
        """The one that is shown: the last seated one, else as it was stated."""
        return self.capacities[-1][1] if self.capacities else self.stated_capacity


def glance(record: PatientRecord, today: date) -> Glance:
    """What is known of a patient on a day, from the whole record."""
    total, _delta, slope, stages, capacity, _weight = chart.figures(record, today)
    shown = course.shown_slope(course.slopes(record))
    support = () if record.dead else tuple(_support(record, today))
    points = totals(record, instruments.alsfrs_r())
    measured = leading_capacities(record)
    return Glance(
        total=total,
        slope=slope,
        stages=stages,
        capacity=capacity,
        totals=tuple((one.day, one.value) for one in points),
        capacities=tuple((s.date, r.percent) for s, r in measured if r.percent is not None),
        stated_total=_stated(record, ExternalKind.ALSFRS_R_TOTAL),
        stated_capacity=_stated(record, ExternalKind.FVC_PERCENT),
        per_month=shown.per_month if isinstance(shown, Slope) else None,
        stage=_stage(record),
        support=tuple(words for _kind, _used, words in support),
        in_use=frozenset(kind for kind, used, _words in support if used),
        actions=() if record.dead else tuple(alerts.open_actions(record, today)),
    )


def _stated(record: PatientRecord, kind: ExternalKind) -> float | None:
    stated = record.stated(kind)
    return stated[-1].value if stated else None


def _stage(record: PatientRecord) -> int | None:
    if record.dead:
        return _DEAD
    found = course.last_stages(record)
    kings = None if found is None else found.kings.stage
    return None if kings is None else _STAGES.index(kings)


def _support(record: PatientRecord, today: date) -> Iterator[tuple[MilestoneKind, bool, str]]:
    """Each kind of support that is in use, offered or refused; whether it is in use; and that in words."""
    for kind in SUPPORT:
        devices = [one for one in record.devices if one.kind == kind.value]
        used = [one for one in devices if one.used_on(today)]
        name = SUPPORT[kind]
        if used:
            yield kind, True, _in_use(name, used[-1])
        elif devices:
            last = max(devices, key=lambda one: one.began)
            if last.status is not Status.USED:
                yield kind, False, _STANDS[last.status].format(what=name)
        elif record.had(kind, today):
            yield kind, True, name


def _in_use(name: str, device: Device) -> str:
    hours = device.record.value("hours")
    if hours is None:
        return name
    return _("{what} {hours:g} h/day").format(what=name, hours=float(str(hours)))
