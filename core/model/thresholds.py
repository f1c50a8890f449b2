"""The numbers that a clinic may set: cut points, alert thresholds and switches, each with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core import resources
from core.convert import converter

ON, OFF = 1.0, 0.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number in ``unit``, from ``low`` to ``high``; a switch is 0 or 1 and has the unit "switch".

    ``status`` is empty where the source was read, else UNCONFIRMED or DESIGN (our proposal).
    """

    id: str
    group: str
    title: str
    value: float
    unit: str
    low: float
    high: float
    source: str
    status: str = ""

    @property
    def is_switch(self) -> bool:
        return self.unit == "switch"


@cache
def shipped() -> dict[str, Threshold]:
    """Every threshold by its id, in the order of the settings page."""
    text = resources.path("thresholds.toml").read_text("utf-8")
    found = converter.structure(tomllib.loads(text)["thresholds"], tuple[Threshold, ...])
    return {threshold.id: threshold for threshold in found}


@cache
def defaults() -> Mapping[str, float]:
    return {threshold.id: threshold.value for threshold in shipped().values()}


# Cut points of one scale: the first is not above the second.
_RISING = (
    ("delta_fs_slow_below", "delta_fs_fast_from"),
    ("a13_grade_1", "a13_grade_2"),
    ("a13_grade_2", "a13_grade_3"),
)


def out_of_order(values: Mapping[str, float]) -> tuple[Threshold, Threshold] | None:
    """The first two cut points of one scale that stand the wrong way round, if any do."""
    for low, high in _RISING:
        if values[low] > values[high]:
            return shipped()[low], shipped()[high]
    return None
