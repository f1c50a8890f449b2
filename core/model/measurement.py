"""Single numbers measured at a visit (SNIP, MIP, peak cough flow, SpO2 …); each kind is data."""

from dataclasses import dataclass
from functools import cache

from core import resources
from core.convert import read_listed
from core.model import gas_pressure
from core.model.assessment import NotDone
from core.model.gas_pressure import Scale
from core.model.ids import VisitId
from core.words import Shown, translated


@translated
@dataclass(frozen=True, slots=True)
class MeasurementKind:
    """One kind of measurement. Values lie from ``low`` to ``high`` in ``unit``, with so many decimals.

    One that is ``derived`` is computed from other values now and not asked any more; what was entered stays.
    One that is ``in_person`` needs the patient in the room. The pressure of a ``gas`` is shown and typed in the unit that the clinic chose (``scale``).
    """

    id: str
    title: Shown
    short: Shown
    unit: Shown
    low: float
    high: float
    decimals: int
    help: Shown = ""
    derived: bool = False
    gas: bool = False
    in_person: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"{self.id}: low {self.low:g} is not below high {self.high:g}")

    @property
    def scale(self) -> Scale:
        """In what a value is shown and typed."""
        return gas_pressure.scale(self.unit, self.decimals, gas=self.gas)


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
    return read_listed(resources.path("measurements.toml"), "measurements", MeasurementKind)


def asked_kinds() -> dict[str, MeasurementKind]:
    """Those that a visit asks for."""
    return {id_: kind for id_, kind in kinds().items() if not kind.derived}
