"""Single numbers measured at a visit (SNIP, MIP, peak cough flow, SpO2 …); each kind is data."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core import resources
from core.convert import converter
from core.model.assessment import NotDone
from core.model.ids import VisitId


@dataclass(frozen=True, slots=True)
class MeasurementKind:
    """One kind of measurement. Values lie from ``low`` to ``high`` in ``unit``, with so many decimals."""

    id: str
    title: str
    short: str
    unit: str
    low: float
    high: float
    decimals: int
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value in its kind's unit, or the reason why there is none; never both, never neither."""

    visit_id: VisitId
    kind: str
    value: float | None = None
    not_done: NotDone | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.not_done is None):
            raise ValueError("a measurement is either a value or a reason")


@cache
def kinds() -> dict[str, MeasurementKind]:
    """Every kind by its id, in the order in which they are asked."""
    text = resources.path("measurements.toml").read_text("utf-8")
    found = converter.structure(tomllib.loads(text)["measurements"], tuple[MeasurementKind, ...])
    return {kind.id: kind for kind in found}
