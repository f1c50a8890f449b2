"""Pressures of gases: stored in mmHg, shown and typed in the unit of the clinic.

The value that is stored never changes with the unit. A pressure typed in kPa is stored to a hundredth of a mmHg: a
hundredth of a kPa is more than seven of these, so that it comes back as it was typed.
"""

import math
import re
from dataclasses import dataclass

from core.words import GasUnit, notation

KPA_PER_MMHG = 0.1333224  # NIST Special Publication 811 (2008), appendix B.8
STORED_DECIMALS = 2  # of mmHg
MMHG_DECIMALS = 1  # as a person types it
_WITH_UNIT = re.compile(r"(?P<number>.*?)\s*(?P<unit>mmhg|kpa)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers of one unit are shown and typed: what is stored times ``factor``, with so many decimals at most."""

    unit: str
    decimals: int
    factor: float = 1.0

    def shown(self, stored: float) -> float:
        """A stored number in this unit, not rounded."""
        return stored if self.factor == 1 else stored * self.factor

    def stored(self, typed: float) -> float:
        """A number of this unit as it is stored."""
        return typed if self.factor == 1 else round(typed / self.factor, STORED_DECIMALS)

    def text(self, stored: float) -> str:
        """A stored number as it stands in a field."""
        return f"{round(self.shown(stored), self.decimals):g}"

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        """The least and the most that can be typed in this unit: within what can be stored."""
        if self.factor == 1:
            return low, high
        unit = 10**self.decimals
        return (
            math.ceil(self.shown(low) * unit) / unit,
            math.floor(self.shown(high) * unit) / unit,
        )


def scale(unit: str, decimals: int, *, gas: bool) -> Scale:
    """The scale of numbers stored in ``unit``; that of the clinic where they are pressures of a ``gas``."""
    return _KPA if gas and notation().gases is GasUnit.KPA else Scale(unit, decimals)


def split(text: str, usual: Scale) -> tuple[str, Scale]:
    """What was typed for the pressure of a gas, and its scale: the unit may be typed with the number ("6 kPa")."""
    found = _WITH_UNIT.fullmatch(text.strip())
    if found is None:
        return text, usual
    is_kpa = found["unit"].lower() == GasUnit.KPA.value.lower()
    return found["number"], _KPA if is_kpa else Scale(GasUnit.MMHG.value, MMHG_DECIMALS)


_KPA = Scale(GasUnit.KPA.value, 2, KPA_PER_MMHG)
