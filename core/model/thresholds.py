"""The numbers that a clinic may set: cut points, alert thresholds and switches, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import resources
from core.convert import read_listed
from core.model import gas_pressure
from core.model.gas_pressure import Scale
from core.words import N_, Shown, Words, _, as_written, translated

ON, OFF = 1.0, 0.0
_DIGITS = 6  # of a threshold, at most
STATUS: Mapping[str, str] = Words(
    {
        "": "",
        "UNCONFIRMED": N_("not read in its source"),
        "DESIGN": N_("our proposal"),
    }
)


@translated
@dataclass(frozen=True, slots=True)
class Threshold:
    """One number in ``unit``, from ``low`` to ``high``; a switch is 0 or 1 and has the unit "switch".

    ``status`` is empty where the source was read, else UNCONFIRMED or DESIGN (our proposal). The pressure of a
    ``gas`` is shown and typed in the unit that the clinic chose (``scale``).
    """

    id: str
    group: Shown
    title: Shown
    value: float
    unit: Shown
    low: float
    high: float
    source: Shown
    status: str = ""
    gas: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.id}: {self.value:g} is not from {self.low:g} to {self.high:g}")
        if self.status not in STATUS:
            raise ValueError(f"{self.id}: the status is empty, UNCONFIRMED or DESIGN")

    @property
    def is_switch(self) -> bool:
        return bool(as_written(self, "unit") == "switch")

    @property
    def scale(self) -> Scale:
        """In what it is shown and typed."""
        return gas_pressure.scale(self.unit, _DIGITS, gas=self.gas)

    def said(self, value: float) -> str:
        """A value of it with its unit, on or off of a switch."""
        if self.is_switch:
            return _("on") if value == ON else _("off")
        return f"{self.scale.text(value)} {self.scale.unit}"


@cache
def shipped() -> dict[str, Threshold]:
    """Every threshold by its id, in the order of the settings page."""
    return read(resources.path("thresholds.toml"))


def read(path: Path) -> dict[str, Threshold]:
    """The thresholds of a file. Raises InvalidReference naming the file and what in it is wrong."""
    return read_listed(path, "thresholds", Threshold)


@cache
def defaults() -> Mapping[str, float]:
    return {threshold.id: threshold.value for threshold in shipped().values()}


# Cut points of one scale: the first is not above the second.
_RISING = (
    ("delta_fs_slow_below", "delta_fs_fast_from"),
    ("a13_grade_1", "a13_grade_2"),
    ("a13_grade_2", "a13_grade_3"),
    ("a15_high_risk", "a15_moderate_risk"),
    ("infusion_volume_least", "infusion_volume_most"),
    ("infusion_minutes_least", "infusion_minutes_most"),
    ("monitoring_pulse_least", "monitoring_pulse_most"),
    ("monitoring_systolic_least", "monitoring_systolic_most"),
    ("monitoring_diastolic_least", "monitoring_diastolic_most"),
    ("monitoring_spo2_least", "monitoring_spo2_most"),
    ("monitoring_temperature_least", "monitoring_temperature_most"),
    ("monitoring_respiration_least", "monitoring_respiration_most"),
)


def out_of_order(values: Mapping[str, float]) -> tuple[Threshold, Threshold] | None:
    """The first two cut points of one scale that stand the wrong way round, if any do."""
    for low, high in _RISING:
        if values[low] > values[high]:
            return shipped()[low], shipped()[high]
    return None
