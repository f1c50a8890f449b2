"""The two logs that a clinic keeps by hand: who was trained in what, and the checks of spirometers with a syringe."""

import datetime
from dataclasses import dataclass, field

from core.clock import aware
from core.model.ids import CheckId, TrainingId, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterTraining:
    """``person`` is a login, ``topic`` the id of an instrument, or "spirometry". Without ``expires_on`` it does not end."""

    id: TrainingId = field(default_factory=lambda: TrainingId(new_id()))
    person: str
    topic: str
    trained_on: datetime.date
    trained_by: str
    expires_on: datetime.date | None = None
    certificate: str = ""
    note: str = ""
    entered_by: str
    entered_at: datetime.datetime

    def holds(self, on: datetime.date) -> bool:
        """Whether it counts on a day; on the day on which it expires it still does."""
        return self.trained_on <= on and (self.expires_on is None or on <= self.expires_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCheck:
    """A syringe of a known volume, measured at three flows; ``tolerance_percent`` was the clinic's setting that day.

    ATS/ERS 2019 (Graham BL et al., doi:10.1164/rccm.201908-1590ST): a check each day of use, at low, middle and
    high flow, each within 3 % of the syringe.
    """

    id: CheckId = field(default_factory=lambda: CheckId(new_id()))
    device: str
    checked_on: datetime.date
    syringe_ml: int
    low_flow_ml: int
    middle_flow_ml: int
    high_flow_ml: int
    tolerance_percent: float
    note: str = ""
    entered_by: str
    entered_at: datetime.datetime

    @property
    def farthest_percent(self) -> float:
        """By how much the worst of the three is off, in per cent of the syringe, with its sign."""
        measured = (self.low_flow_ml, self.middle_flow_ml, self.high_flow_ml)
        return max((100 * (ml - self.syringe_ml) / self.syringe_ml for ml in measured), key=abs)

    @property
    def passed(self) -> bool:
        return abs(self.farthest_percent) <= self.tolerance_percent + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Both logs, in the record of a patient what their visits need of them. One that is empty is not kept, and
    nothing is said of it."""

    trainings: tuple[RaterTraining, ...] = ()
    checks: tuple[CalibrationCheck, ...] = ()

    def known_at(self, finished_at: datetime.datetime | None) -> "Registers":
        """Without what was written into them after a visit had been finished."""
        if finished_at is None:
            return self
        finished_at = aware(finished_at)
        return Registers(
            trainings=tuple(one for one in self.trainings if one.entered_at <= finished_at),
            checks=tuple(one for one in self.checks if one.entered_at <= finished_at),
        )

    def keeps(self, topic: str) -> bool:
        """Whether anybody's training in it was ever written down."""
        return any(one.topic == topic for one in self.trainings)

    def training(self, person: str, topic: str, on: datetime.date) -> RaterTraining | None:
        """The one that counts on a day, or that did last; None where there was none by then."""
        own = [
            one
            for one in self.trainings
            if one.topic == topic
            and one.person.casefold() == person.casefold()
            and one.trained_on <= on
        ]
        last = datetime.date.max
        return max(own, key=lambda one: one.expires_on or last) if own else None

    def check(self, device: str, on: datetime.date) -> CalibrationCheck | None:
        """The last one of a device on a day; without its name, of any."""
        name = _plain(device)
        found = [
            one
            for one in self.checks
            if one.checked_on == on and (not name or _plain(one.device) == name)
        ]
        return max(found, key=lambda one: one.entered_at) if found else None


def _plain(device: str) -> str:
    return " ".join(device.split()).casefold()
